"""Timelines survive their files, and find their media again."""

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import opentimelineio as otio
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from laterna.errors import DataError, LaternaError
from laterna.media import timeline as timelines
from laterna.media.audio import Audio
from laterna.media.timecode import Timecode, time_range, to_seconds
from laterna.media.timeline import TITLE, TRACKS, clip_reference, load, one_track, resolve, save, track
from laterna.media.video import Video

RATES = [Fraction(24000, 1001), Fraction(24), Fraction(25), Fraction(30000, 1001), Fraction(30), Fraction(60)]
RATE = Fraction(30000, 1001)
HOUR = Timecode.parse("01:00:00:00", RATE).seconds
ODD_NAMES = ["take 1.mp4", "日本語.mp4", "two\nlines.mp4", "50% & <more>.mp4", "a'b\"c#d?e.mp4", "[1-2].mp4", "ünï.mp4"]


def clip(name: str, url: str, start: Fraction, seconds: Fraction, rate: Fraction, offset: Fraction) -> otio.schema.Clip:
    """``seconds`` of a 20 s file whose time code begins at ``offset``, from its ``start``."""
    reference = otio.schema.ExternalReference(url, time_range(offset, 20, rate))
    reference.name = url
    made = otio.schema.Clip(name, reference, time_range(offset + start, seconds, rate))
    made.metadata["laterna"] = {"reason": f"{name} is <sharp> & “calm”"}
    return made


def film(rate: Fraction = RATE, name: str = "A film") -> otio.schema.Timeline:
    """Four shots with a dissolve, a fade in and a fade out, a title, J-cut sound, narration, and one clip twice."""
    made = timelines.new(name, rate, (1280, 720))
    picture = track(made, "Picture")
    fade, dissolve = time_range(0, Fraction(1, 2), rate).duration, time_range(0, Fraction(1, 4), rate).duration
    none = otio.opentime.RationalTime(0, fade.rate)
    kind = otio.schema.TransitionTypes.SMPTE_Dissolve
    picture.append(otio.schema.Transition("in", kind, none, fade))
    for index in range(4):
        if index == 2:
            picture.append(otio.schema.Transition("dissolve", kind, dissolve, dissolve))
        url = f"rushes/take%20{index}.mp4"
        picture.append(clip(f"shot {index}", url, Fraction(index + 1), Fraction(2), rate, HOUR * (index + 1)))
        seconds = Fraction(2) + (Fraction(1, 2) if index == 0 else 0)
        track(made, "Location").append(
            clip(f"shot {index}", url, Fraction(index + 1), seconds, rate, HOUR * (index + 1))
        )
    picture.append(otio.schema.Transition("out", kind, fade, none))
    titles = track(made, "Titles")
    titles.append(otio.schema.Gap(source_range=time_range(0, Fraction(1, 2), rate)))
    text = {"text": "Signs\n“日本” & <b>", "style": "main"}
    generator = otio.schema.GeneratorReference("title", TITLE, time_range(0, 2, rate), text)
    titles.append(otio.schema.Clip("title", generator, time_range(0, 2, rate)))
    narration = track(made, "Narration")
    for _ in range(2):
        narration.append(otio.schema.Gap(source_range=time_range(0, 1, rate)))
        narration.append(clip("speech", "speech.wav", Fraction(0), Fraction(3), rate, Fraction(0)))
    return made


def items(part: otio.schema.Track) -> list[tuple[Any, ...]]:
    """What a track shows, in a form that two tracks can be compared in: whole frames, exact times, names and files."""
    rows: list[tuple[Any, ...]] = []
    for item in part:
        if isinstance(item, otio.schema.Transition):
            rows.append(("transition", to_seconds(item.in_offset), to_seconds(item.out_offset)))
        elif isinstance(item, otio.schema.Gap):
            rows.append(("gap", to_seconds(item.duration())))
        else:
            span, reference = item.trimmed_range(), item.media_reference
            source = getattr(reference, "target_url", None) or dict(reference.parameters)
            rows.append((item.name, source, to_seconds(span.start_time), to_seconds(span.duration)))
    return rows


@pytest.mark.parametrize("rate", RATES)
@pytest.mark.parametrize("suffix", [".otio", ".xml"])
def test_a_film_survives_its_file(tmp_path: Path, suffix: str, rate: Fraction) -> None:
    made = film(rate)
    before = made.to_json_string()
    save(made, tmp_path / f"film{suffix}")
    back = load(tmp_path / f"film{suffix}")
    assert made.to_json_string() == before
    assert back.name == "A film"
    assert dict(back.metadata["laterna"]) == {"rate": str(rate), "size": back.metadata["laterna"]["size"]}
    assert list(back.metadata["laterna"]["size"]) == [1280, 720]
    assert timelines.frame_rate(back) == rate
    assert [(part.name, part.kind) for part in back.tracks] == list(TRACKS.items())
    for name in TRACKS:
        assert items(track(back, name)) == items(track(made, name))
    reasons = [clip.metadata["laterna"]["reason"] for clip in track(back, "Picture").find_clips()]
    assert reasons == [f"shot {index} is <sharp> & “calm”" for index in range(4)]
    spans = [clip.media_reference.available_range for clip in track(back, "Picture").find_clips()]
    assert [(to_seconds(span.start_time), to_seconds(span.duration)) for span in spans] == [
        (round(HOUR * (index + 1) * rate) / rate, round(20 * rate) / rate) for index in range(4)
    ]


@pytest.mark.parametrize("rate", RATES)
def test_an_edl_holds_the_picture_track(tmp_path: Path, rate: Fraction) -> None:
    made = film(rate)
    save(made, tmp_path / "film.edl")
    back = load(tmp_path / "film.edl")
    assert items(track(back, "Picture")) == items(one_track(made).tracks[0])
    assert timelines.frame_rate(back) == rate
    assert len(back.tracks) == 1


def test_one_track_starts_a_dissolve_where_both_shots_are_seen() -> None:
    made = film(Fraction(24))
    rows = items(one_track(made).tracks[0])
    assert [row[0] for row in rows] == ["shot 0", "shot 1", "transition", "shot 2", "shot 3"]
    assert rows[2] == ("transition", 0, Fraction(1, 2))
    assert [row[3] for row in rows if row[0] != "transition"] == [2, Fraction(7, 4), Fraction(9, 4), 2]
    assert rows[3][2] == round(HOUR * 3 * 24) / Fraction(24) + 3 - Fraction(1, 4)
    assert one_track(made).duration().to_frames() == 8 * 24


def test_reel_names_are_short_and_tell_files_apart() -> None:
    made = timelines.new("reels", Fraction(25), (160, 90))
    for url in ("tabletop-flowers.mp4", "tabletop-food.mp4", "%E6%97%A5.mp4", "bl.mp4", "tabletop-flowers.mp4"):
        track(made, "Picture").append(clip("x", url, Fraction(0), Fraction(1), Fraction(25), Fraction(0)))
    track(made, "Picture")[3].media_reference.metadata["laterna"] = {"reel": "A001 C002"}
    projected = one_track(made)
    reels = [item.metadata["cmx_3600"]["reel"] for item in projected.find_clips()]
    assert reels[0] == reels[4] == "tabletop"
    assert reels[3] == "A001C002"
    assert len(set(reels)) == 4
    assert all(reel.isascii() and 0 < len(reel) <= 8 and " " not in reel for reel in reels)


def test_an_edl_from_elsewhere_needs_its_rate(tmp_path: Path) -> None:
    path = tmp_path / "a.edl"
    path.write_text(
        "TITLE: x\nFCM: NON-DROP FRAME\n\n"
        "001  REEL1    V     C        01:00:01:00 01:00:03:00 01:00:00:00 01:00:02:00\n* FROM CLIP NAME:  a\n"
    )
    with pytest.raises(DataError, match="frame rate"):
        load(path)
    first = load(path, rate=Fraction(25)).tracks[0][0]
    assert to_seconds(first.source_range.start_time) == 3601
    assert to_seconds(first.source_range.duration) == 2


names = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)


@given(names, names, st.sampled_from([".otio", ".xml", ".edl"]))
@settings(max_examples=60, deadline=None)
def test_any_names_leave_the_cut_whole(
    tmp_path_factory: pytest.TempPathFactory, title: str, name: str, suffix: str
) -> None:
    made = film(Fraction(25), title)
    track(made, "Picture")[1].name = name
    path = tmp_path_factory.mktemp("names") / f"film{suffix}"
    save(made, path)
    expected = one_track(made).tracks[0] if suffix == ".edl" else track(made, "Picture")
    back = items(track(load(path), "Picture"))
    assert [row[1:] for row in back] == [row[1:] for row in items(expected)]
    if suffix == ".otio":
        assert back == items(expected)


@pytest.mark.parametrize("name", ODD_NAMES)
@pytest.mark.parametrize("suffix", [".otio", ".xml", ".edl"])
def test_media_with_odd_names_are_found_again(
    tmp_path: Path, make_film: Callable[..., Path], name: str, suffix: str
) -> None:
    media, folder = tmp_path / "the\nrushes é", tmp_path / "release 1"
    media.mkdir()
    video = Video(make_film(media / name, seconds=0.4, sound=False))
    made = timelines.new("odd", Fraction(25), (160, 90))
    reference = clip_reference(video, folder, Fraction(25))
    assert reference.target_url.isascii()
    assert not set(reference.target_url) & set(" \n?#&<>")
    track(made, "Picture").append(otio.schema.Clip(name, reference, time_range(0, Fraction(1, 5), Fraction(25))))
    save(made, folder / f"film{suffix}")
    back = next(iter(load(folder / f"film{suffix}").find_clips()))
    assert resolve(back.media_reference, folder) == media / name
    assert to_seconds(back.media_reference.available_range.duration) == Fraction(2, 5)


NTSC, FILM, PAL = Fraction(30000, 1001), Fraction(24000, 1001), Fraction(25)
SOURCES = [
    (FILM, "01:00:00:00", PAL),
    (NTSC, "01:00:00;00", NTSC),
    (NTSC, "01:00:00:00", NTSC),
    (NTSC, "01:00:59;28", PAL),
    (PAL, "10:00:00:00", NTSC),
]


@pytest.fixture(params=SOURCES, ids=lambda p: f"{p[1]} at {float(p[0]):.2f} in {float(p[2]):.2f}")
def sourced(request: pytest.FixtureRequest, tmp_path: Path, make_film: Callable[..., Path]) -> otio.schema.Timeline:
    """A film of 10 frames from the 20th of a source with a time code; the source is ``tmp_path / "a.mp4"``."""
    source_rate, label, rate = request.param
    video = Video(make_film(tmp_path / "a.mp4", rate=source_rate, timecode=label, reel="A001C007", sound=False))
    made = timelines.new("x", rate, (160, 90))
    reference = clip_reference(video, tmp_path, rate)
    shown = timelines.source_range(reference, 20, 10, rate)
    track(made, "Picture").append(otio.schema.Clip("a", reference, shown))
    return made


def test_a_reference_starts_at_the_source_time_code(sourced: otio.schema.Timeline, tmp_path: Path) -> None:
    video, reference = Video(tmp_path / "a.mp4"), next(iter(sourced.find_clips())).media_reference
    assert video.timecode is not None
    available = reference.available_range
    assert (available.start_time.value, available.start_time.rate) == (video.timecode.frames, float(video.frame_rate))
    assert to_seconds(available.duration) == video.duration
    assert dict(reference.metadata["laterna"]) == {"reel": "A001C007", "timecode": str(video.timecode)}


@pytest.mark.parametrize("suffix", [".otio", ".xml", ".edl"])
def test_source_time_codes_survive_at_any_rate(sourced: otio.schema.Timeline, tmp_path: Path, suffix: str) -> None:
    video, rate = Video(tmp_path / "a.mp4"), timelines.frame_rate(sourced)
    assert video.timecode is not None
    save(sourced, tmp_path / f"film{suffix}")
    back = load(tmp_path / f"film{suffix}")
    found = next(iter(back.find_clips()))
    assert to_seconds(found.media_reference.available_range.start_time) == video.timecode.seconds
    assert timelines.source_start(found, tmp_path) == 20 / rate
    assert to_seconds(found.source_range.duration) == 10 / rate
    save(back, tmp_path / f"again{suffix}")
    again = next(iter(load(tmp_path / f"again{suffix}").find_clips()))
    assert items(load(tmp_path / f"again{suffix}").tracks[0]) == items(back.tracks[0])
    assert again.media_reference.available_range == found.media_reference.available_range


def test_labels_are_written_as_the_source_has_them(sourced: otio.schema.Timeline, tmp_path: Path) -> None:
    code = Video(tmp_path / "a.mp4").timecode
    assert code is not None
    rate = timelines.frame_rate(sourced)
    save(sourced, tmp_path / "film.xml")
    text = (tmp_path / "film.xml").read_text()
    assert f"<string>{code}</string>" in text
    assert f"<displayformat>{'DF' if code.drop else 'NDF'}</displayformat>" in text[text.index(str(code)) :]
    save(sourced, tmp_path / "film.edl")
    written = (tmp_path / "film.edl").read_text().splitlines()[2].split()[4]
    label = str(code + int(20 * code.rate / rate)).replace(";", ":")
    assert written[:8] == label[:8]
    assert abs(int(written[9:]) / round(rate) - int(label[9:]) / round(code.rate)) <= 1 / round(rate)


def test_without_a_stated_range_a_clip_starts_by_its_files_time_code(
    tmp_path: Path, make_film: Callable[..., Path], make_sound: Callable[..., Path]
) -> None:
    make_film(tmp_path / "a.mp4", seconds=1, timecode="01:00:00:00", sound=False)
    make_sound(tmp_path / "b.wav", seconds=1)
    for name, source in (("a.mp4", 3600), ("b.wav", 0), ("gone.mp4", 0)):
        start = source + Fraction(1, 5)
        made = otio.schema.Clip(name, otio.schema.ExternalReference(name), time_range(start, Fraction(1, 5), PAL))
        assert timelines.source_start(made, tmp_path) == Fraction(1, 5)


def test_an_edl_whose_file_is_missing_keeps_its_labels(tmp_path: Path) -> None:
    made = timelines.new("x", PAL, (160, 90))
    track(made, "Picture").append(
        otio.schema.Clip("a", otio.schema.ExternalReference("a.mp4"), time_range(36000, Fraction(1, 2), PAL))
    )
    save(made, tmp_path / "a.edl")
    back = load(tmp_path / "a.edl").tracks[0][0]
    assert back.media_reference.available_range is None
    assert to_seconds(back.source_range.start_time) == 36000


EDL = (
    "TITLE: x\nFCM: DROP FRAME\n\n"
    "001  REEL1    V     C        {first} {last} 01:00:59;28 01:01:00;04\n* FROM CLIP NAME:  a\n* FROM CLIP: a.mp4\n"
)


@pytest.mark.parametrize(
    ("source", "first", "last"),
    [
        ("01:00:59;20", "01:00:59;28", "01:01:00;04"),
        ("01:00:59:20", "01:00:59:28", "01:01:00:02"),
        (None, "00:00:00;08", "00:00:00;12"),
    ],
)
def test_drop_frame_edls_from_elsewhere_are_read(
    tmp_path: Path, make_film: Callable[..., Path], source: str | None, first: str, last: str
) -> None:
    make_film(tmp_path / "a.mp4", rate=NTSC, seconds=1, timecode=source, sound=False)
    (tmp_path / "a.edl").write_text(EDL.format(first=first, last=last))
    found = next(iter(load(tmp_path / "a.edl", rate=NTSC).find_clips()))
    assert timelines.source_start(found, tmp_path) == 8 / NTSC
    assert to_seconds(found.duration()) == 4 / NTSC


def test_the_rate_that_an_edl_states_is_its_own(tmp_path: Path) -> None:
    save(film(PAL), tmp_path / "a.edl")
    assert timelines.frame_rate(load(tmp_path / "a.edl", rate=NTSC)) == PAL


def test_sound_files_are_referred_to_too(tmp_path: Path, make_sound: Callable[..., Path]) -> None:
    sound = Audio(make_sound(tmp_path / "a b.wav", seconds=1.51))
    reference = clip_reference(sound, tmp_path, Fraction(10))
    assert (reference.target_url, reference.name) == ("a%20b.wav", "a b.wav")
    assert reference.available_range.duration.value == 15


@pytest.mark.parametrize(
    "url", ["sub/a%20b.mp4", "sub/a b.mp4", "gone/a%20b.mp4", "file://{folder}/sub/a%20b.mp4",
            "file://localhost{folder}/sub/a%20b.mp4", "file:///C%3a/footage/a%20b.mp4"]
)  # fmt: skip
def test_media_are_relinked(tmp_path: Path, url: str) -> None:
    for place in (tmp_path / "sub" / "a b.mp4", tmp_path / "a b.mp4"):
        place.parent.mkdir(exist_ok=True)
        place.touch()
    found = resolve(otio.schema.ExternalReference(url.format(folder=tmp_path)), tmp_path)
    assert found == tmp_path / ("sub/a b.mp4" if "sub" in url else "a b.mp4")


@pytest.mark.parametrize("url", ["gone%0A/a.mp4", "https://example.org/a.mp4", "a%00b.mp4", ""])
def test_a_missing_medium_says_where_it_was_looked_for(tmp_path: Path, url: str) -> None:
    with pytest.raises(DataError, match="looked for at") as caught:
        resolve(otio.schema.ExternalReference(url), tmp_path)
    assert str(tmp_path) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_clip_without_a_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="MissingReference"):
        resolve(otio.schema.MissingReference(), tmp_path)


BROKEN = {
    "a.otio": ["{}", "not json", '{"OTIO_SCHEMA": "Clip.2", "name": "x"}', '{"OTIO_SCHEMA": "Timeline.9"}',
               '{"OTIO_SCHEMA": "Timeline.1", "tracks": {"OTIO_SCHEMA": "Stack.1"}',
               '{"OTIO_SCHEMA": "Timeline.1", "tracks": null}'],
    "a.xml": ["<xmeml>", "<xmeml version='4'/>", "<a><sequence/></a>", "plain",
              "<xmeml><sequence><media><video><track><clipitem/></track></video></media></sequence></xmeml>"],
    "a.edl": ["* FRAME RATE: 25\nhello", "* FRAME RATE: x\nTITLE: x", "* FRAME RATE: 25\n001 A V C 0 1 2",
              "* FRAME RATE: 25\n001  A  V  C  00:00:00:30 00:00:02:00 00:00:00:00 00:00:01:00"],
    "a.fcpxml": ["<fcpxml/>"],
}  # fmt: skip


@pytest.mark.parametrize(("name", "text"), [(name, text) for name, texts in BROKEN.items() for text in texts])
def test_a_broken_timeline_is_said_in_one_sentence(tmp_path: Path, name: str, text: str) -> None:
    path = tmp_path / name
    path.write_text(text)
    with pytest.raises(LaternaError) as caught:
        load(path)
    assert repr(str(path)) in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("rate", [0, -25, 1e9, float("nan")])
def test_a_clip_without_a_sensible_time_is_named(tmp_path: Path, rate: float) -> None:
    made = film()
    start = otio.opentime.RationalTime(0, rate)
    track(made, "Picture")[1].source_range = otio.opentime.TimeRange(start, otio.opentime.RationalTime(9, rate))
    save(made, tmp_path / "a.otio")
    with pytest.raises(DataError):
        load(tmp_path / "a.otio")


@pytest.mark.parametrize("suffix", [".otio", ".xml"])
def test_generators_of_others_are_kept(tmp_path: Path, suffix: str) -> None:
    made = timelines.new("bars", Fraction(25), (160, 90))
    bars = otio.schema.GeneratorReference("bars", "SMPTEBars", time_range(0, 2, Fraction(25)))
    track(made, "Picture").append(otio.schema.Clip("bars", bars, time_range(0, 2, Fraction(25))))
    save(made, tmp_path / f"a{suffix}")
    back = next(iter(load(tmp_path / f"a{suffix}").find_clips())).media_reference
    assert (back.generator_kind, back.name) == ("SMPTEBars", "bars")


@pytest.mark.parametrize("name", ["a.otio", "a.xml", "a.edl"])
@pytest.mark.parametrize("content", [None, b"", b"\xff\xfe\xfd"])
def test_what_is_no_text_is_said(tmp_path: Path, name: str, content: bytes | None) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(LaternaError, match=name.replace(".", r"\.")):
        load(tmp_path / name)


@pytest.mark.parametrize("name", ["a.xml", "a.edl"])
def test_what_a_format_can_not_hold_leaves_no_file(tmp_path: Path, name: str) -> None:
    with pytest.raises(DataError, match=r"save it as \.otio"):
        save(film(Fraction(10)), tmp_path / name)
    assert not list(tmp_path.iterdir())


def test_an_edl_needs_a_picture_track(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no picture track"):
        save(otio.schema.Timeline("sound", global_start_time=otio.opentime.RationalTime(0, 25)), tmp_path / "a.edl")


def test_a_missing_track_is_named() -> None:
    with pytest.raises(DataError, match="'Dialogue'"):
        track(film(), "Dialogue")


def test_xml_tracks_without_names_get_laternas(tmp_path: Path) -> None:
    save(film(), tmp_path / "a.xml")
    text = (tmp_path / "a.xml").read_text()
    for name in TRACKS:
        text = text.replace(f"<name>{name}</name>", "")
    (tmp_path / "a.xml").write_text(text)
    back = load(tmp_path / "a.xml")
    assert [part.name for part in back.tracks] == list(TRACKS)


def test_the_same_timeline_gives_the_same_bytes(tmp_path: Path) -> None:
    for suffix in (".otio", ".xml", ".edl"):
        save(film(), tmp_path / f"a{suffix}")
        save(film(), tmp_path / f"b{suffix}")
        assert (tmp_path / f"a{suffix}").read_bytes() == (tmp_path / f"b{suffix}").read_bytes()


def test_a_file_has_one_path_however_its_reference_goes(make_film, tmp_path):
    film = make_film(tmp_path / "rushes" / "a.mp4", seconds=1)
    (tmp_path / "versions").mkdir()
    reference = otio.schema.ExternalReference("../rushes/a.mp4")
    assert resolve(reference, tmp_path / "versions") == film
