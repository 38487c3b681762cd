"""A timeline becomes a film: exact frames, dissolves, titles and captions, in segments that are kept."""

from collections.abc import Callable, Iterable
from fractions import Fraction
from pathlib import Path

import numpy as np
import opentimelineio as otio
import pytest

from laterna import editing
from laterna.editing import render
from laterna.errors import DataError, MediaError
from laterna.media import timeline as timelines
from laterna.media.audio import Audio, write_audio
from laterna.media.captions import Caption, Captions
from laterna.media.encode import Encoding, join
from laterna.media.pieces import Pieces
from laterna.media.timecode import time_range
from laterna.media.video import Video

RATE, SIZE = Fraction(25), (160, 90)
NTSC = Fraction(30000, 1001)
ENCODING = Encoding(SIZE, RATE, preset="ultrafast", crf=12)

Item = otio.core.Composable


@pytest.fixture(scope="module")
def rushes(tmp_path_factory: pytest.TempPathFactory, make_film: Callable[..., Path]) -> Path:
    folder = tmp_path_factory.mktemp("rushes")
    make_film(folder / "red.mp4", seconds=4, shots=((210, 60, 50),), sound=False)
    make_film(folder / "blue.mp4", seconds=4, shots=((50, 70, 210),), sound=False, timecode="01:00:00:00")
    make_film(folder / "large.mp4", seconds=2, size=(200, 200), rate=30, shots=((60, 200, 60),), sound=False)
    return folder


@pytest.fixture
def film(rushes: Path, tmp_path: Path) -> Callable[..., otio.schema.Timeline]:
    """``film(*items, titles=(), rate=RATE)``: a timeline of those items on its picture track."""

    def make(*items: Item, titles: Iterable[Item] = (), rate: Fraction = RATE) -> otio.schema.Timeline:
        made = timelines.new("film", rate, SIZE)
        timelines.track(made, "Picture").extend(items)
        timelines.track(made, "Titles").extend(list(titles))
        return made

    return make


def clip(folder: Path, name: str, first: int, count: int, rate: Fraction = RATE) -> otio.schema.Clip:
    """Frames [first, first + count) of a file."""
    reference = timelines.clip_reference(Video(folder / name), folder, rate)
    start = reference.available_range.start_time + otio.opentime.RationalTime(first, float(rate))
    return otio.schema.Clip(
        name, reference, otio.opentime.TimeRange(start, otio.opentime.RationalTime(count, float(rate)))
    )


def gap(count: int) -> otio.schema.Gap:
    return otio.schema.Gap(source_range=time_range(0, count / RATE, RATE))


def dissolve(before: int, after: int) -> otio.schema.Transition:
    offsets = (otio.opentime.RationalTime(frames, float(RATE)) for frames in (before, after))
    return otio.schema.Transition("dissolve", "SMPTE_Dissolve", *offsets)


def title(text: str, count: int, style: str = "title") -> otio.schema.Clip:
    reference = otio.schema.GeneratorReference("title", timelines.TITLE, None, {"text": text, "style": style})
    return otio.schema.Clip("title", reference, time_range(0, count / RATE, RATE))


def pictures(path: Path) -> np.ndarray:
    """(frames, height, width, 3) int."""
    return np.array([frame.rgb() for frame in Video(path).frames()], int)


def apart(one: np.ndarray, other: np.ndarray) -> float:
    """Mean difference of two pictures, or films, in 8-bit steps."""
    return float(np.abs(one - other).mean())


def test_a_film_shows_each_clip_frame_by_frame(film, rushes, tmp_path):
    made = film(clip(rushes, "red.mp4", 10, 20), clip(rushes, "blue.mp4", 50, 30))
    done = render(made, tmp_path / "film.mp4", folder=rushes, encoding=ENCODING)
    shown, red, blue = pictures(done.path), pictures(rushes / "red.mp4"), pictures(rushes / "blue.mp4")
    assert len(shown) == done.frames == 50
    assert apart(shown[:20], red[10:30]) < 2
    assert apart(shown[20:], blue[50:80]) < 2
    assert apart(shown[:20], red[11:31]) > 3  # a frame off would show
    assert [frame.time for frame in Video(done.path).frames()] == [n / RATE for n in range(50)]


def test_the_timelines_own_size_and_rate_are_used_unless_told_otherwise(film, rushes, tmp_path):
    made = film(clip(rushes, "red.mp4", 0, 10))
    video = Video(render(made, tmp_path / "film.mp4", folder=rushes).path)
    assert (video.size, video.frame_rate) == (SIZE, RATE)


def test_a_dissolve_mixes_both_clips_step_by_step(film, rushes, tmp_path):
    made = film(clip(rushes, "red.mp4", 20, 20), dissolve(4, 5), clip(rushes, "blue.mp4", 30, 20))
    shown = pictures(render(made, tmp_path / "film.mp4", folder=rushes, encoding=ENCODING).path)
    red, blue = pictures(rushes / "red.mp4"), pictures(rushes / "blue.mp4")
    assert apart(shown[15], red[35]) < 2
    for step, frame in enumerate(range(16, 25), 1):
        share = step / 10
        assert apart(shown[frame], (1 - share) * red[20 + frame] + share * blue[10 + frame]) < 3
    assert apart(shown[25], blue[35]) < 2


def test_a_fade_comes_from_black_and_goes_to_it(film, rushes, tmp_path):
    made = film(gap(5), dissolve(0, 9), clip(rushes, "red.mp4", 0, 30), dissolve(9, 0))
    shown = pictures(render(made, tmp_path / "film.mp4", folder=rushes, encoding=ENCODING).path)
    brightness = shown.mean(axis=(1, 2, 3))
    assert len(shown) == 35
    assert brightness[:5].max() < 2
    assert np.all(np.diff(brightness[4:14]) > 0)
    assert np.all(np.diff(brightness[25:]) < 0)
    assert brightness[-1] < 0.2 * brightness[20]


def test_gaps_and_disabled_clips_are_black_and_missing_tracks_are_fine(film, rushes, tmp_path):
    hidden = clip(rushes, "red.mp4", 0, 10)
    hidden.enabled = False
    made = film(clip(rushes, "red.mp4", 0, 10), gap(10), hidden, clip(rushes, "red.mp4", 0, 10))
    del made.tracks[1:]
    shown = pictures(render(made, tmp_path / "film.mp4", folder=rushes, encoding=ENCODING).path)
    assert len(shown) == 40
    assert shown[11:30].max() < 8
    assert shown[30:].mean() > 40


def test_an_upper_track_hides_a_lower_one(film, rushes, tmp_path):
    upper = [gap(10), clip(rushes, "blue.mp4", 0, 10)]
    made = film(clip(rushes, "red.mp4", 0, 30), titles=upper)
    shown = pictures(render(made, tmp_path / "film.mp4", folder=rushes, encoding=ENCODING).path)
    assert apart(shown[12:18], pictures(rushes / "blue.mp4")[2:8]) < 2
    assert apart(shown[22:], pictures(rushes / "red.mp4")[22:30]) < 2


def test_files_of_other_sizes_and_rates_are_conformed(film, rushes, tmp_path):
    made = film(clip(rushes, "large.mp4", 0, 40), clip(rushes, "red.mp4", 0, 10))
    video = Video(render(made, tmp_path / "film.mp4", folder=rushes, encoding=ENCODING).path)
    assert (video.size, video.frame_count) == (SIZE, 50)


def test_a_title_fades_in_and_out_over_the_picture(film, rushes, tmp_path):
    plain = film(clip(rushes, "red.mp4", 0, 60))
    titled = film(clip(rushes, "red.mp4", 0, 60), titles=[gap(10), title("Night", 40)])
    without = pictures(render(plain, tmp_path / "plain.mp4", folder=rushes, encoding=ENCODING).path)
    shown = pictures(render(titled, tmp_path / "titled.mp4", folder=rushes, encoding=ENCODING).path)
    change = np.abs(shown - without).mean(axis=(1, 2, 3))
    assert change[:10].max() < 1
    assert change[50:].max() < 1
    assert change[10] < change[14] < change[20]
    assert change[30] > 10


def words(text: str, start: float, end: float) -> Captions:
    return Captions((Caption(Fraction(start), Fraction(end), (text,)),))


def test_captions_are_burnt_in_below_while_they_are_said(film, rushes, tmp_path):
    made = film(clip(rushes, "red.mp4", 0, 50))
    plain = pictures(render(made, tmp_path / "plain.mp4", folder=rushes, encoding=ENCODING).path)
    done = render(made, tmp_path / "film.mp4", folder=rushes, encoding=ENCODING, captions=words("风从山上来", 0.4, 1.2))
    change = np.abs(pictures(done.path) - plain)
    frames = change.max(axis=(1, 2, 3))
    assert frames[10:30].min() > 100
    assert frames[:10].max() < 3
    assert frames[30:].max() < 60
    assert change[10:30, 70:].mean() > 20 * change[10:30, :45].mean()


def test_a_changed_caption_encodes_its_segment_alone(film, rushes, tmp_path):
    made = film(*(clip(rushes, name, 0, 25) for name in ("red.mp4", "blue.mp4", "red.mp4", "blue.mp4")))
    made.tracks[0][2].source_range = time_range(1, 1, RATE)
    options = {"folder": rushes, "encoding": ENCODING, "pieces": Pieces(tmp_path / "pieces")}
    first = render(made, tmp_path / "one.mp4", captions=words("One", 1.1, 1.8), **options)
    again = render(made, tmp_path / "same.mp4", captions=words("One", 1.1, 1.8), **options)
    changed = render(made, tmp_path / "two.mp4", captions=words("Two", 1.1, 1.8), **options)
    assert (first.frames_encoded, first.segments_encoded) == (100, 4)
    assert again.frames_encoded == 0
    assert (changed.frames_encoded, changed.segments_encoded) == (25, 1)
    assert again.path.read_bytes() == first.path.read_bytes()
    before, after = pictures(first.path), pictures(changed.path)
    same = [np.array_equal(a, b) for a, b in zip(before, after, strict=True)]
    assert all(same[:25])
    assert all(same[50:])
    assert not any(same[29:44])


def test_a_clip_that_moves_is_not_encoded_again(film, rushes, tmp_path):
    red, blue = clip(rushes, "red.mp4", 0, 25), clip(rushes, "blue.mp4", 0, 25)
    options = {"folder": rushes, "encoding": ENCODING, "pieces": Pieces(tmp_path / "pieces")}
    render(film(red.clone(), blue.clone()), tmp_path / "one.mp4", **options)
    assert render(film(blue.clone(), red.clone()), tmp_path / "two.mp4", **options).frames_encoded == 0


@pytest.mark.parametrize("harm", ["missing", "cut short", "a bit turned"])
def test_a_broken_piece_is_made_again(harm, film, rushes, tmp_path):
    made = film(clip(rushes, "red.mp4", 0, 25), clip(rushes, "blue.mp4", 0, 25))
    options = {"folder": rushes, "encoding": ENCODING, "pieces": Pieces(tmp_path / "pieces")}
    whole = render(made, tmp_path / "film.mp4", **options).path.read_bytes()
    piece = sorted((tmp_path / "pieces").glob("*.mp4"))[0]
    data = piece.read_bytes()
    if harm == "missing":
        piece.unlink()
    else:
        piece.write_bytes(data[:-100] if harm == "cut short" else data[:2000] + bytes([data[2000] ^ 4]) + data[2001:])
    done = render(made, tmp_path / "film.mp4", **options)
    assert done.frames_encoded == 25
    assert done.path.read_bytes() == whole


def test_pictures_alone_are_the_segments_that_a_film_is_joined_of(film, rushes, tmp_path):
    made, pieces = film(clip(rushes, "red.mp4", 0, 25), clip(rushes, "blue.mp4", 0, 25)), Pieces(tmp_path / "pieces")
    segments = editing.pictures(made, folder=rushes, encoding=ENCODING, pieces=pieces)
    assert [Video(segment).frame_count for segment in segments] == [25, 25]
    done = render(made, tmp_path / "film.mp4", folder=rushes, encoding=ENCODING, pieces=pieces)
    assert done.frames_encoded == 0
    join(segments, tmp_path / "joined.mp4", ENCODING)
    assert (tmp_path / "joined.mp4").read_bytes() == done.path.read_bytes()


def test_a_source_that_changes_is_encoded_again(film, rushes, tmp_path):
    source = tmp_path / "source.mp4"
    source.write_bytes((rushes / "red.mp4").read_bytes())
    made = film(clip(tmp_path, "source.mp4", 0, 25))
    options = {"folder": tmp_path, "encoding": ENCODING, "pieces": Pieces(tmp_path / "pieces")}
    render(made, tmp_path / "film.mp4", **options)
    source.write_bytes((rushes / "blue.mp4").read_bytes())
    assert render(made, tmp_path / "film.mp4", **options).frames_encoded == 25


def test_the_bytes_do_not_depend_on_the_cores(film, rushes, tmp_path):
    made = film(clip(rushes, "red.mp4", 0, 25), dissolve(5, 5), clip(rushes, "blue.mp4", 10, 25), gap(5))
    one, three = (
        render(made, tmp_path / f"{cores}.mp4", folder=rushes, encoding=ENCODING, cores=cores) for cores in (1, 3)
    )
    assert one.path.read_bytes() == three.path.read_bytes()


def test_a_long_clip_is_divided_every_eight_seconds(film, tmp_path, make_film):
    make_film(tmp_path / "long.mp4", seconds=30, size=(64, 36), rate=5, sound=False)
    encoding = Encoding((64, 36), Fraction(5), preset="ultrafast")
    made = film(clip(tmp_path, "long.mp4", 0, 150, Fraction(5)), rate=Fraction(5))
    done = render(made, tmp_path / "film.mp4", folder=tmp_path, encoding=encoding)
    assert (done.segments, done.frames) == (4, 150)
    assert apart(pictures(done.path), pictures(tmp_path / "long.mp4")) < 3


def test_a_draft_is_a_quarter_of_the_size(film, rushes, tmp_path):
    made = film(clip(rushes, "red.mp4", 0, 10))
    done = render(made, tmp_path / "film.mp4", folder=rushes, draft=True)
    assert Video(done.path).size == (40, 22)


def test_progress_is_told_frame_by_frame_up_to_the_last(film, rushes, tmp_path):
    told: list[tuple[int, int]] = []
    made = film(clip(rushes, "red.mp4", 0, 20), clip(rushes, "blue.mp4", 0, 10))
    render(
        made, tmp_path / "film.mp4", folder=rushes, encoding=ENCODING, progress=lambda done, of: told.append((done, of))
    )
    assert sorted(told) == [(done, 30) for done in range(1, 31)]


def test_what_progress_raises_ends_a_segment_in_its_midst(film, rushes, tmp_path):
    def stopped(done: int, of: int) -> None:
        if done == 5:
            raise SystemExit

    made = film(clip(rushes, "red.mp4", 0, 100))
    pieces = Pieces(tmp_path / "pieces")
    with pytest.raises(SystemExit):
        render(made, tmp_path / "film.mp4", folder=rushes, encoding=ENCODING, pieces=pieces, progress=stopped)
    assert not list((tmp_path / "pieces").iterdir())
    assert not (tmp_path / "film.mp4").exists()


@pytest.mark.parametrize("suffix", [".mp4", ".webm"])
def test_sound_lies_where_it_was_to_a_millisecond(suffix, film, rushes, tmp_path):
    click = np.zeros((3 * 48_000, 2), np.float32)
    click[48_000:48_024] = 0.9
    write_audio(tmp_path / "mix.wav", [click], sample_rate=48_000)
    encoding = Encoding(SIZE, RATE, "vp9" if suffix == ".webm" else "h264", preset="ultrafast")
    made = film(clip(rushes, "red.mp4", 0, 75))
    done = render(made, tmp_path / f"film{suffix}", folder=rushes, encoding=encoding, sound=Audio(tmp_path / "mix.wav"))
    heard = np.concatenate(list(Audio(done.path).blocks(sample_rate=48_000)))
    assert abs(int(np.abs(heard[:, 0]).argmax()) - 48_012) <= 48
    assert abs(len(heard) / 48_000 - 3) < 0.05
    assert Video(done.path).frame_count == 75


@pytest.mark.parametrize("suffix", [".otio", ".xml", ".edl"])
def test_a_timeline_that_went_through_another_programs_format_renders_the_same(suffix, film, rushes, tmp_path):
    made = film(
        clip(rushes, "red.mp4", 10, 30), dissolve(5, 5), clip(rushes, "blue.mp4", 20, 30), titles=[title("Night", 20)]
    )
    if suffix == ".edl":  # holds no titles
        made.tracks[1].clear()
    timelines.save(made, rushes / f"film{suffix}")
    encoding = Encoding(SIZE, RATE)
    straight = render(made, tmp_path / "straight.mp4", folder=rushes, encoding=encoding)
    around = render(timelines.load(rushes / f"film{suffix}"), tmp_path / "around.mp4", folder=rushes, encoding=encoding)
    assert around.frames == 60
    assert apart(pictures(around.path), pictures(straight.path)) < 1


@pytest.mark.parametrize("suffix", [".otio", ".xml", ".edl"])
@pytest.mark.parametrize(("source_rate", "label"), [(Fraction(24000, 1001), "01:00:00:00"), (NTSC, "01:00:59;20")])
def test_the_right_frames_come_of_a_source_at_another_rate(
    source_rate, label, suffix, film, make_film, rushes, tmp_path
):
    path = make_film(rushes / "other.mp4", rate=source_rate, seconds=2, timecode=label, sound=False)
    reference = timelines.clip_reference(Video(path), rushes, RATE)
    shown = timelines.source_range(reference, 20, 10, RATE)
    timelines.save(film(otio.schema.Clip("other", reference, shown)), rushes / f"other{suffix}")
    done = render(timelines.load(rushes / f"other{suffix}"), tmp_path / "film.mp4", folder=rushes, encoding=ENCODING)
    expected = [frame.to_ndarray(format="rgb24") for frame in Video(path).conformed(20 / RATE, 10, RATE, SIZE)]
    assert apart(pictures(done.path), np.array(expected, int)) < 4


def test_a_clip_that_was_switched_off_stays_so_in_another_program(film, rushes, tmp_path):
    off = clip(rushes, "blue.mp4", 0, 25)
    off.enabled = False
    timelines.save(film(clip(rushes, "red.mp4", 0, 25), off), rushes / "off.xml")
    done = render(timelines.load(rushes / "off.xml"), tmp_path / "film.mp4", folder=rushes)
    assert pictures(done.path)[26:].max() < 8


def refused(match: str, made: otio.schema.Timeline, folder: Path, out: Path) -> None:
    """The timeline is refused in one sentence, and nothing is left behind."""
    with pytest.raises(DataError, match=match):
        render(made, out, folder=folder)
    assert not list(out.parent.iterdir())


def test_what_cannot_be_drawn_is_refused_in_a_sentence(film, rushes, tmp_path):
    whole = clip(rushes, "red.mp4", 0, 25)
    slowed, wiped, nested, generated = whole.clone(), dissolve(3, 3), otio.schema.Stack("scene"), title("x", 9)
    slowed.effects.append(otio.schema.LinearTimeWarp("slow", time_scalar=0.5))
    wiped.name = "Iris Wipe"
    nested.append(whole.clone())
    generated.media_reference.generator_kind = "Particles"
    out = tmp_path / "film.mp4"
    refused("has effects that can't be drawn", film(slowed), rushes, out)
    refused("'Iris Wipe', which can't be drawn", film(whole.clone(), wiped, whole.clone()), rushes, out)
    refused("nested timeline", film(nested), rushes, out)
    refused("made by 'Particles'", film(whole.clone(), titles=[generated]), rushes, out)
    refused("'headline' is not a style", film(whole.clone(), titles=[title("x", 9, "headline")]), rushes, out)
    refused("The fonts lack ש", film(whole.clone(), titles=[title("ש", 9)]), rushes, out)
    refused("has no picture: put clips", film(), rushes, out)
    refused("is missing: it was looked for", film(whole.clone()), tmp_path, out)


def motion(scale: float) -> otio.schema.Effect:
    """What editing programs add to every clip of a Final Cut Pro 7 XML file."""
    parameters = [
        {"parameterid": "scale", "name": "Scale", "value": str(scale)},
        {"parameterid": "center", "name": "Center", "value": {"horiz": "0", "vert": "0"}},
    ]
    return otio.schema.Effect("Basic Motion", metadata={"fcp_xml": {"effectid": "basic", "parameter": parameters}})


def test_effects_that_change_nothing_are_no_hindrance(film, rushes, tmp_path):
    at_rest, enlarged = clip(rushes, "red.mp4", 0, 25), clip(rushes, "red.mp4", 0, 25)
    at_rest.effects.append(motion(100))
    enlarged.effects.append(motion(140))
    refused(r"effects that can't be drawn \(Basic Motion\)", film(enlarged), rushes, tmp_path / "film.mp4")
    assert render(film(at_rest), tmp_path / "film.mp4", folder=rushes).frames == 25


def test_more_than_a_file_has_is_refused_with_its_length(film, rushes, tmp_path):
    refused(
        r"0.00 s to 4.80 s of .*red.mp4.*has 0 s to 4.00 s",
        film(clip(rushes, "red.mp4", 0, 120)),
        rushes,
        tmp_path / "a.mp4",
    )
    early = film(clip(rushes, "red.mp4", 0, 25), dissolve(10, 5), clip(rushes, "blue.mp4", 2, 25))
    refused(r"-0.32 s to .*shorten its transition", early, rushes, tmp_path / "b.mp4")


def test_a_film_takes_a_suffix_that_its_codec_can_go_in(film, rushes, tmp_path):
    with pytest.raises(DataError, match=r"name it 'film\.mp4'"):
        render(film(clip(rushes, "red.mp4", 0, 9)), tmp_path / "film.mov", folder=rushes)


def test_a_file_that_breaks_off_leaves_no_film_and_keeps_the_good_pieces(film, rushes, tmp_path):
    data = (rushes / "blue.mp4").read_bytes()
    (tmp_path / "broken.mp4").write_bytes(data)
    made = film(clip(rushes, "red.mp4", 0, 25), clip(tmp_path, "broken.mp4", 50, 50))
    (tmp_path / "broken.mp4").write_bytes(data[: len(data) // 2] + bytes(len(data) - len(data) // 2))
    made.tracks[0][1].media_reference.target_url = str(tmp_path / "broken.mp4")
    with pytest.raises(MediaError, match=r"broken\.mp4"):
        render(made, tmp_path / "film.mp4", folder=rushes, encoding=ENCODING, pieces=Pieces(tmp_path / "pieces"))
    assert not (tmp_path / "film.mp4").exists()
    assert len(list((tmp_path / "pieces").glob("*.mp4"))) == 1
