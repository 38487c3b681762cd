"""Whole films from small footage: what comes out, what a second run keeps, and what bad footage does."""

import json
import shutil
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import opentimelineio as otio
import pytest

from laterna import sound
from laterna.errors import BriefError, DataError, LaternaError
from laterna.media.audio import Audio, write_audio
from laterna.media.captions import read_captions
from laterna.media.encode import same_sound
from laterna.media.pieces import Pieces
from laterna.media.timeline import load
from laterna.media.video import Video
from laterna.production import plan
from laterna.production.release import produce
from laterna.production.store import Version

FIELDS = {
    "footage": '["*.mp4"]',
    "length": "2",
    "size": '"160x90"',
    "rate": "25",
    "title": '"Light"',
    "narration": '"A lamp."',
    "music": '"none"',  # test_score.py has films that are scored
    "steps.narrate.voice": '"none"',  # so that a result is the same on every machine
}
COLOURS = {"warm.mp4": (200, 120, 60), "cool.mp4": (40, 120, 200), "leaf.mp4": (60, 180, 80)}


def written(folder: Path, **fields: str) -> Path:
    path = folder / "brief.toml"
    path.write_text("".join(f"{name} = {value}\n" for name, value in (FIELDS | fields).items()))
    return path


@pytest.fixture(scope="module")
def rushes(tmp_path_factory, make_film) -> Path:
    folder = tmp_path_factory.mktemp("rushes")
    for name, colour in COLOURS.items():
        make_film(folder / name, seconds=3, shots=[colour], gop=25)
    return folder


@pytest.fixture
def brief(tmp_path, rushes) -> Path:
    for name in COLOURS:
        shutil.copy2(rushes / name, tmp_path)
    return written(tmp_path)


@pytest.fixture(scope="module")
def made(tmp_path_factory, rushes):
    """One production that tests only look at."""
    folder = tmp_path_factory.mktemp("made")
    for name in COLOURS:
        shutil.copy2(rushes / name, folder)
    return produce(written(folder))


def test_everything_lies_in_the_folder(made):
    names = {path.as_posix() for path in made.files}
    assert names >= {
        "film.mp4",
        "film.otio",
        "film.xml",
        "film.edl",
        "captions.srt",
        "captions.vtt",
        "mix.wav",
        "poster.png",
        "report.html",
        "project.json",
    }
    assert any(name.startswith("stems/") for name in names)
    assert all((made.folder / name).stat().st_size for name in names)


def test_the_film_is_as_the_brief_says(made):
    film = Video(made.folder / "film.mp4")
    assert (film.size, film.frame_rate, film.frame_count, film.duration) == ((160, 90), 25, 50, 2)
    assert made.length == 2
    assert abs(made.loudness["integrated"] - -14) <= 0.5
    assert made.loudness["true_peak"] <= -0.9


def test_the_film_sounds_as_the_mix(made):
    film, mix = (
        np.concatenate([*Audio(made.folder / name).blocks(0, Fraction(2))]) for name in ("film.mp4", "mix.wav")
    )
    assert np.sqrt(np.mean((film - mix) ** 2)) < 0.1 * np.sqrt(np.mean(mix**2))


def test_the_films_loudness_is_that_of_its_own_sound(made):
    coded = next((made.folder / "versions" / "mix").glob("*/coded.mp4"))
    assert same_sound(made.folder / "film.mp4", coded)
    measured = sound.loudness(Audio(made.folder / "film.mp4"))
    assert made.loudness["integrated"] == pytest.approx(measured.integrated, abs=1e-6)
    assert made.loudness["true_peak"] == pytest.approx(measured.true_peak, abs=1e-6)


def test_pictures_take_no_room_of_their_own(made):
    segments = [*(made.folder / "versions" / "pictures").glob("*/*.mp4")]
    pieces = {piece.stat().st_ino for piece in (made.folder / "cache" / "pictures").glob("*.mp4")}
    assert segments
    assert {segment.stat().st_ino for segment in segments} == pieces


def test_exported_timelines_find_their_media_from_the_folder(made):
    for name in ("film.otio", "film.xml", "film.edl"):
        clips = [
            c for c in load(made.folder / name).find_clips() if c.media_reference.schema_name() == "ExternalReference"
        ]
        assert clips
        for clip in clips:
            assert (made.folder / otio.url_utils.filepath_from_url(clip.media_reference.target_url)).is_file()


def test_captions_say_the_narration(made):
    for name in ("captions.srt", "captions.vtt"):
        assert [caption.text for caption in read_captions(made.folder / name)] == ["A lamp."]
    assert any("reading speed" in note for note in made.notes)


def test_the_record_is_one_file_that_tells_all(made):
    record = json.loads((made.folder / "project.json").read_text())
    assert record["loudness"] == made.loudness
    assert {row["path"] for row in record["footage"]} == {f"../{name}" for name in COLOURS}
    assert all((made.folder / row["path"]).exists() for row in record["steps"].values())
    assert record["credits"]


def test_the_report_needs_no_network(made):
    page = (made.folder / "report.html").read_text()
    links = [part.split('"')[0] for mark in ('src="', 'href="', "url(") for part in page.split(mark)[1:]]
    assert 'src="film.mp4"' in page
    assert all(link == "film.mp4" or link.startswith("data:") for link in links)
    assert page.count("<figure") >= 2


def test_a_second_run_keeps_every_step(brief):
    produce(brief)
    before = {path: path.stat().st_mtime_ns for path in brief.with_suffix("").iterdir() if path.suffix == ".mp4"}
    again = produce(brief)
    assert all(step.kept for step in again.steps)
    assert {path: path.stat().st_mtime_ns for path in before} == before


def test_a_changed_title_leaves_the_analysis_and_the_narration(brief):
    produce(brief)
    changed = produce(written(brief.parent, title='"Dark"'))
    assert {step.step for step in changed.steps if step.kept} >= {"analyse", "narrate"}
    assert {step.step for step in changed.steps if not step.kept} >= {"cut", "film", "poster"}


def test_an_edited_timeline_is_rendered_for_one_run_or_for_good(brief):
    folder = produce(brief).folder
    timeline = load(folder / "film.otio")
    pictures = next(track for track in timeline.tracks if track.name == "Picture")
    half = otio.opentime.RationalTime(25, 25)
    for track in timeline.tracks:
        track[:] = [item for item in track if track is pictures and isinstance(item, otio.schema.Clip)][:1]
    pictures[0].source_range = otio.opentime.TimeRange(pictures[0].source_range.start_time, half)
    otio.adapters.write_to_file(timeline, str(folder / "edited.otio"))
    once = produce(brief, timeline=folder / "edited.otio")
    assert once.length == 1
    assert produce(brief).length == 2
    shutil.copy(folder / "edited.otio", folder / "versions" / "cut" / "hand.otio")
    assert produce(brief).length == 1
    assert produce(brief).length == 1


def test_a_louder_mix_encodes_no_pictures(brief):
    produce(brief)
    louder = produce(written(brief.parent, loudness='"broadcast"'))
    assert {step.step for step in louder.steps if not step.kept} == {"mix", "film", "measure", "review"}
    assert abs(louder.loudness["integrated"] - -23) <= 0.5


@pytest.mark.parametrize("name", ["hand.wav", "hand"])
def test_a_mix_by_hand_lies_under_the_film(brief, name):
    folder = produce(brief).folder
    by_hand = folder / "versions" / "mix" / name
    written_to = by_hand if name.endswith(".wav") else by_hand / "mix.wav"
    hum = 0.1 * np.sin(np.arange(3 * 48_000) * 2 * np.pi * 440 / 48_000).astype(np.float32)  # a second too long
    write_audio(written_to, [np.stack([hum, hum], axis=1)], sample_rate=48_000)
    release = produce(brief)
    heard = np.concatenate([*Audio(release.folder / "film.mp4").blocks()])
    assert abs(len(heard) / 48_000 - 2) < 0.05
    assert np.abs(heard[10_000:80_000]).max() == pytest.approx(0.1, abs=0.02)
    assert release.loudness["integrated"] == pytest.approx(-20, abs=1)


def test_pictures_by_hand_are_laid_over_the_mix(brief, make_film):
    folder = produce(brief).folder
    make_film(folder / "versions" / "pictures" / "hand.mp4", seconds=2, shots=[(250, 250, 250)])
    film = produce(brief).folder / "film.mp4"
    assert Video(film).frame_count == 50
    assert next(Video(film).frames()).rgb().mean() > 150
    assert abs(produce(brief).loudness["integrated"] - -14) <= 0.5


def test_pictures_by_hand_that_the_film_cannot_hold_are_named(brief, make_film):
    folder = produce(brief).folder
    make_film(folder / "versions" / "pictures" / "hand.mp4", seconds=2)
    with pytest.raises(DataError, match=r"pictures/hand.mp4' holds h264, .* as vp9"):
        produce(written(brief.parent, codec='"webm"'))


def test_a_film_by_hand_is_measured_by_its_own_sound(brief, make_film):
    by_hand = make_film(produce(brief).folder / "versions" / "film" / "hand.mp4", seconds=2)
    level = sound.loudness(Audio(by_hand)).integrated
    assert abs(level - -14) > 1
    assert produce(brief).loudness["integrated"] == pytest.approx(level)


def test_a_timeline_by_hand_may_bring_media_whose_changes_are_seen(brief, make_film):
    folder = produce(brief).folder
    extra = make_film(brief.parent / "elsewhere" / "extra.mp4", seconds=3, shots=[(250, 250, 250)])
    timeline = load(folder / "film.otio")
    pictures = next(track for track in timeline.tracks if track.name == "Picture")
    first = next(clip for clip in pictures if isinstance(clip, otio.schema.Clip))
    first.media_reference.target_url = "../elsewhere/extra.mp4"
    otio.adapters.write_to_file(timeline, str(folder / "edited.otio"))
    bright = produce(brief, timeline=folder / "edited.otio")
    assert Video(folder / "film.mp4").frame_at(Fraction(1, 2)).rgb().mean() > 80
    assert all(step.kept for step in produce(brief, timeline=folder / "edited.otio").steps)
    make_film(extra, seconds=3, shots=[(5, 5, 5)])
    dark = {step.step: step for step in produce(brief, timeline=folder / "edited.otio").steps}
    assert dark["pictures"].why == "../elsewhere/extra.mp4 changed"
    assert Video(folder / "film.mp4").frame_at(Fraction(1, 2)).rgb().mean() < 40
    assert {step.step for step in bright.steps} == dark.keys()


def test_the_narrations_that_timelines_point_to_are_kept(brief):
    folder = produce(brief).folder
    for number in range(9):
        speech = folder / "versions" / "narrate" / f"{number:016}.record.json"
        speech.write_text("{}")
    produce(brief)
    assert len([*(folder / "versions" / "narrate").glob("*.record.json")]) == 10


def sheet(made) -> list[str | None]:
    """The source time codes on a production's contact sheet."""
    about = next((made.folder / "versions" / "sheet").glob("*/about.json"))
    return [shot["timecode"] for shot in json.loads(about.read_text())["used"]]


def test_source_time_codes_are_the_sources_own(tmp_path, make_film):
    for name, nominal, label in (("warm.mp4", 24, "01:00:00:00"), ("cool.mp4", 30, "02:00:00;00")):
        rate = Fraction(nominal * 1000, 1001)
        make_film(tmp_path / name, seconds=3, rate=rate, shots=[COLOURS[name]], timecode=label)
    made = produce(written(tmp_path, length="5"))
    assert {label[:9] for label in sheet(made)} == {"01:00:00:", "02:00:00;"}
    plain = (made.folder / "film.edl").read_text()
    assert "01:00:00:" in plain
    assert "02:00:00:" in plain
    edited = made.folder / "edited.edl"
    edited.write_text("".join(line for line in plain.splitlines(True) if "FRAME RATE" not in line))
    again = produce(tmp_path / "brief.toml", timeline=edited)
    assert again.length == 5


def test_draft_renders_at_a_quarter_of_the_size(brief):
    folder = produce(brief, draft=True).folder
    assert Video(folder / "film.mp4").size == (40, 22)
    assert Video(produce(brief).folder / "film.mp4").size == (160, 90)


def test_webm_takes_the_films_place(brief):
    folder = produce(brief).folder
    produce(written(brief.parent, codec='"webm"'))
    assert (folder / "film.webm").is_file()
    assert not (folder / "film.mp4").exists()
    assert 'src="film.webm"' in (folder / "report.html").read_text()


def test_a_plan_adds_a_step_of_the_users(brief):
    mine = brief.with_name("mine.py")
    mine.write_text(
        "from laterna.production import step\n\n\n@step(kind='text', suffix='.txt')\n"
        "def slogan(out, title, film, *, loud=False):\n    out.write_text(title.upper() if loud else title)\n"
    )
    release = produce(written(brief.parent, **{"steps.slogan.loud": "true"}), plan=mine)
    assert (release.folder / "slogan.txt").read_text() == "LIGHT"


@pytest.mark.parametrize(
    ("option", "value", "says"),
    [
        ("preset", '"foo"', r"\[steps.pictures\], preset can't be used: 'foo' should be 'ultrafast'"),
        ("crf", "-3", r"\[steps.pictures\], crf can't be used: -3 should be greater than or equal to 0"),
        ("crf", "900", r"\[steps.pictures\], crf can't be used: 900 should be less than or equal to 51"),
    ],
)
def test_an_encoding_that_is_none_is_refused_at_once(brief, option, value, says):
    with pytest.raises(BriefError, match=says):
        produce(written(brief.parent, **{f"steps.pictures.{option}": value}))


def test_an_analysis_by_hand_that_tells_no_footage_is_named(brief):
    by_hand = brief.with_suffix("") / "versions" / "analyse" / "hand"
    by_hand.mkdir(parents=True)
    with pytest.raises(BriefError, match=r"analyse/hand' has no about.json with its footage"):
        produce(brief)


def test_footage_is_hashed_once(brief, monkeypatch):
    monkeypatch.setattr(plan, "sha256", lambda path: pytest.fail(f"{path} was hashed again"))
    assert produce(brief).length == 2


def test_an_analysis_ends_in_its_midst_when_its_run_was_stopped(tmp_path, rushes):
    def stopped(done: int, total: int) -> None:
        raise SystemExit

    footage = [Version(rushes / name, name, "video") for name in COLOURS]
    with pytest.raises(SystemExit):
        plan.analyse(tmp_path / "out", footage, "skip", tmp_path, Pieces(tmp_path / "pieces"), stopped)
    assert not list((tmp_path / "pieces").iterdir())


def test_narration_that_overflows_the_length_gives_the_seconds(brief):
    with pytest.raises(BriefError, match=r"\d s"):
        produce(written(brief.parent, narration='"' + "One more word and then another. " * 8 + '"'))


def test_odd_names_come_through(tmp_path, rushes):
    folder = tmp_path / "a folder\nof 影 [rushes] #1 100%"
    folder.mkdir()
    shutil.copy(rushes / "warm.mp4", folder / "tâke one\n影.mp4")
    shutil.copy(rushes / "cool.mp4", folder / "[2] #?&%20.mp4")
    release = produce(written(folder))
    assert Video(release.folder / "film.mp4").frame_count == 50
    assert produce(written(folder)).to_json()["steps"][0]["kept"]


def _truncated(path: Path, film: bytes) -> None:
    path.write_bytes(film[: len(film) // 2])


def _truncated_stream(path: Path, film: bytes) -> None:
    """A Matroska file whose second half is missing: it opens well."""
    whole = path.with_suffix(".whole.mkv")
    with av.open(str(path.parent / "warm.mp4")) as source, av.open(str(whole), "w", format="matroska") as target:
        stream = target.add_stream_from_template(source.streams.video[0])
        for packet in source.demux(source.streams.video[0]):
            if packet.dts is not None:
                packet.stream = stream
                target.mux(packet)
    path.write_bytes(whole.read_bytes()[: whole.stat().st_size // 3])
    whole.unlink()


def _text(path: Path, film: bytes) -> None:
    path.write_text("This is no film.\n" * 99)


def _noise(path: Path, film: bytes) -> None:
    path.write_bytes(np.random.default_rng(0).bytes(20_000))


def _flipped_header(path: Path, film: bytes) -> None:
    broken = bytearray(film)
    for index in range(0, min(len(broken), 2_000), 7):
        broken[index] ^= 0xFF
    path.write_bytes(broken)


def _huge(path: Path, film: bytes) -> None:
    """A size of 65534x65534 in the sample description, and no word of the true one from the encoder."""
    broken = bytearray(film)
    size, encoder = broken.index(b"avc1", broken.index(b"stsd")) + 28, broken.index(b"avcC") + 4
    broken[size : size + 4] = b"\xff\xfe\xff\xfe"
    broken[encoder : encoder + 26] = bytes(26)
    path.write_bytes(broken)


def _packets(path: Path, change) -> None:
    with av.open(str(path.parent / "warm.mp4")) as source, av.open(str(path), "w", format="mp4") as target:
        stream = target.add_stream_from_template(source.streams.video[0])
        for index, packet in enumerate(p for p in source.demux(source.streams.video[0]) if p.dts is not None):
            if change(index, packet):
                packet.stream = stream
                target.mux(packet)


def _no_key_frame(path: Path, film: bytes) -> None:
    _packets(path, lambda index, packet: not packet.is_keyframe)


def _jumping(path: Path, film: bytes) -> None:
    def jump(index, packet):
        if index > 10:
            packet.pts += 200 * packet.time_base.denominator
            packet.dts += 200 * packet.time_base.denominator
        return True

    _packets(path, jump)


def _audio_only(path: Path, film: bytes) -> None:
    with av.open(str(path.parent / "warm.mp4")) as source, av.open(str(path), "w", format="mp4") as target:
        stream = target.add_stream_from_template(source.streams.audio[0])
        for packet in source.demux(source.streams.audio[0]):
            if packet.dts is not None:
                packet.stream = stream
                target.mux(packet)


BAD = [_truncated, _truncated_stream, _text, _noise, _flipped_header, _huge, _no_key_frame, _jumping, _audio_only]


@pytest.mark.parametrize("make", BAD, ids=lambda make: make.__name__.strip("_"))
@pytest.mark.timeout(60)
def test_bad_footage_is_named_and_the_rest_is_used(tmp_path, rushes, make):
    for name in ("warm.mp4", "cool.mp4"):
        shutil.copy2(rushes / name, tmp_path)
    make(tmp_path / "bad one.mp4", (rushes / "leaf.mp4").read_bytes())
    with pytest.raises(LaternaError, match=r"bad one\.mp4") as caught:
        produce(written(tmp_path))
    assert "\n" not in str(caught.value)
    release = produce(written(tmp_path, on_bad_footage='"skip"'))
    assert [one.path.name for one in release.skipped] == ["bad one.mp4"]
    assert Video(release.folder / "film.mp4").frame_count == 50
    assert "bad one.mp4" in (release.folder / "report.html").read_text()


def _one_frame(path: Path, film: bytes) -> None:
    _packets(path, lambda index, packet: index == 0)


def _flipped(path: Path, film: bytes) -> None:
    broken = bytearray(film)
    for index in np.random.default_rng(1).integers(len(film) // 3, len(film), 40):
        broken[index] ^= 1 << (index % 8)
    path.write_bytes(broken)


@pytest.mark.parametrize("make", [_one_frame, _flipped], ids=lambda make: make.__name__.strip("_"))
@pytest.mark.timeout(60)
def test_doubtful_footage_is_used_or_named(tmp_path, rushes, make):
    for name in ("warm.mp4", "cool.mp4"):
        shutil.copy2(rushes / name, tmp_path)
    make(tmp_path / "odd.mp4", (rushes / "leaf.mp4").read_bytes())
    release = produce(written(tmp_path, on_bad_footage='"skip"'))
    assert Video(release.folder / "film.mp4").frame_count == 50
    assert [one.path.name for one in release.skipped] in ([], ["odd.mp4"])
    assert all("odd.mp4" in one.reason for one in release.skipped)
