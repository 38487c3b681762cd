"""Time is exact: rates are fractions, and time codes are SMPTE ST 12-1's."""

from fractions import Fraction

import opentimelineio as otio
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from laterna.errors import DataError
from laterna.media.timecode import (
    Timecode,
    clock,
    parse_rate,
    rational_time,
    snap_rate,
    time_of_clock,
    time_range,
    to_seconds,
)

NTSC, PAL, FILM = Fraction(30000, 1001), Fraction(25), Fraction(24000, 1001)
RATES = [FILM, Fraction(24), PAL, NTSC, Fraction(30), Fraction(50), Fraction(60000, 1001), Fraction(60)]
DROP_RATES = [NTSC, Fraction(60000, 1001)]


@pytest.mark.parametrize(
    ("text", "rate"),
    [
        ("25", PAL),
        (25, PAL),
        (25.0, PAL),
        ("30000/1001", NTSC),
        ("29.97", NTSC),
        (29.97, NTSC),
        (30000 / 1001, NTSC),
        ("23.976", FILM),
        (23.98, FILM),
        ("59.94", Fraction(60000, 1001)),
        ("12.5", Fraction(25, 2)),
        (NTSC, NTSC),
    ],
)
def test_rates_are_read_as_the_standards_mean_them(text: str | float | Fraction, rate: Fraction) -> None:
    assert parse_rate(text) == rate


@pytest.mark.parametrize("text", ["", "fast", "0", "-25", "1/0", "nan", "inf", float("nan"), float("inf"), "2000"])
def test_what_is_no_rate_is_refused(text: str | float) -> None:
    with pytest.raises(DataError):
        parse_rate(text)


@given(st.sampled_from(RATES), st.floats(-9e-5, 9e-5))
def test_a_measured_rate_snaps_to_its_standard(rate: Fraction, error: float) -> None:
    assert snap_rate(rate * Fraction(1 + error)) == rate


@given(st.fractions(1, 1000, max_denominator=1001))
@example(rate=Fraction(880815, 946))  # near a whole rate, and nearer to one over 1.001
def test_snapping_moves_a_rate_by_less_than_a_ten_thousandth(rate: Fraction) -> None:
    assert abs(snap_rate(rate) / rate - 1) <= Fraction(1, 9_999)
    assert snap_rate(snap_rate(rate)) == snap_rate(rate)


@pytest.mark.parametrize(
    ("frames", "rate", "label"),
    [  # SMPTE ST 12-1: two labels are dropped each minute but every tenth (four at 59.94)
        (0, NTSC, "00:00:00;00"),
        (1799, NTSC, "00:00:59;29"),
        (1800, NTSC, "00:01:00;02"),
        (3597, NTSC, "00:01:59;29"),
        (3598, NTSC, "00:02:00;02"),
        (17981, NTSC, "00:09:59;29"),
        (17982, NTSC, "00:10:00;00"),
        (107892, NTSC, "01:00:00;00"),
        (2589407, NTSC, "23:59:59;29"),
        (3599, Fraction(60000, 1001), "00:00:59;59"),
        (3600, Fraction(60000, 1001), "00:01:00;04"),
        (35964, Fraction(60000, 1001), "00:10:00;00"),
    ],
)
def test_drop_frame_labels_are_smptes(frames: int, rate: Fraction, label: str) -> None:
    assert str(Timecode(frames, rate, drop=True)) == label
    assert Timecode.parse(label, rate) == Timecode(frames, rate, drop=True)


@pytest.mark.parametrize(
    ("frames", "rate", "label"),
    [
        (90000, PAL, "01:00:00:00"),
        (107892, NTSC, "00:59:56:12"),
        (86399, FILM, "00:59:59:23"),
        (25, PAL, "00:00:01:00"),
    ],
)
def test_labels_without_drop_count_every_frame(frames: int, rate: Fraction, label: str) -> None:
    assert str(Timecode(frames, rate)) == label
    assert Timecode.parse(label, rate) == Timecode(frames, rate)


@given(st.data(), st.sampled_from(RATES), st.booleans())
def test_every_time_code_of_a_day_survives_its_label(data: st.DataObject, rate: Fraction, drop: bool) -> None:
    drop = drop and rate in DROP_RATES
    day = 24 * 6 * (600 * round(rate) - (9 * (round(rate) // 15) if drop else 0))
    code = Timecode(data.draw(st.integers(0, day - 1)), rate, drop)
    assert Timecode.parse(str(code), rate) == code
    assert str(code + day) == str(code)


@given(st.integers(0, 2_589_406), st.sampled_from(DROP_RATES))
def test_drop_frame_agrees_with_opentimelineio(frames: int, rate: Fraction) -> None:
    theirs = otio.opentime.to_timecode(otio.opentime.RationalTime(frames, float(rate)), float(rate), True)
    assert str(Timecode(frames, rate, drop=True)) == theirs


@given(st.integers(0, 2_589_000))
def test_drop_frame_keeps_to_the_clock(frames: int) -> None:
    hours, minutes, seconds = (int(part) for part in str(Timecode(frames, NTSC, drop=True))[:8].split(":"))
    assert abs(hours * 3600 + minutes * 60 + seconds - frames / NTSC) < 1.1


def test_real_time_is_exact() -> None:
    assert Timecode.parse("01:00:00:00", NTSC).seconds == Fraction(36036, 10)
    assert Timecode.parse("01:00:00:00", PAL).seconds == 3600


@pytest.mark.parametrize(
    ("text", "rate"),
    [
        ("", PAL),
        ("later", PAL),
        ("00:00:00", PAL),
        ("00:00:00:25", PAL),
        ("00:60:00:00", PAL),
        ("00:00:60:00", PAL),
        ("24:00:00:00", PAL),
        ("00:01:00;00", NTSC),
        ("00:01:00;01", NTSC),
        ("00:00:01;00", PAL),
        ("00:00:01;00", FILM),
        ("٠٠:٠٠:٠١:٠٠", PAL),
    ],
)
def test_what_is_no_time_code_is_refused(text: str, rate: Fraction) -> None:
    with pytest.raises(DataError) as caught:
        Timecode.parse(text, rate)
    assert "\n" not in str(caught.value)


@given(st.integers(0, 10**7), st.sampled_from(RATES))
def test_otio_times_come_back_exact(frames: int, rate: Fraction) -> None:
    time = rational_time(frames / rate, rate)
    assert time.value == frames
    assert to_seconds(time) == frames / rate


@given(st.fractions(0, 10_000), st.fractions(0, 1000), st.sampled_from(RATES))
def test_times_are_rounded_to_the_nearest_frame(start: Fraction, length: Fraction, rate: Fraction) -> None:
    span = time_range(start, length, rate)
    assert abs(to_seconds(span.start_time) - start) <= 1 / rate / 2
    assert abs(to_seconds(span.duration) - length) <= 1 / rate / 2


@given(st.sampled_from([Fraction(rate) for rate in RATES]), st.integers(0, 10**6))
def test_times_read_back_from_a_file_are_exact(rate: Fraction, frames: int) -> None:
    saved = otio.opentime.RationalTime(frames, round(float(rate), 3))  # other programs write 29.97
    assert to_seconds(saved) == frames / rate


SOURCES = [(rate, False) for rate in RATES] + [(rate, True) for rate in DROP_RATES]
times = st.fractions(0, 86_000, max_denominator=1_000_000)


@given(st.sampled_from(SOURCES), times)
def test_a_sources_clock_tells_its_time(source: tuple[Fraction, bool], time: Fraction) -> None:
    assert time_of_clock(clock(time, *source), *source) == time


@given(st.sampled_from(SOURCES), st.sampled_from(RATES), st.integers(0, 80_000), st.integers(0, 100_000))
def test_a_clock_read_to_a_frame_tells_the_time_to_a_frame(
    source: tuple[Fraction, bool], rate: Fraction, seconds: int, frames: int
) -> None:
    time = Timecode(round(seconds * source[0]), *source).seconds + frames / rate
    label = round(clock(time, *source) * round(rate))
    assert abs(time_of_clock(Fraction(label, round(rate)), *source) - time) * rate <= Fraction(3, 2)
    if rate == source[0]:
        assert time_of_clock(Fraction(label, round(rate)), *source) == time


def test_a_dropped_label_is_read_as_the_next() -> None:
    assert str(Timecode.from_label(1800, NTSC, drop=True)) == "00:01:00;02"
    assert str(Timecode.from_label(1803, NTSC, drop=True)) == "00:01:00;03"
    assert str(Timecode.from_label(18_000, NTSC, drop=True)) == "00:10:00;00"
