"""A film looked over: every fault is found where it was put, and nothing in what is as it should be."""

import json
import shutil
from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
import pytest
from faults import PICTURE, SOUND, Clean, Fault, Spoiled, spoiled

from laterna.editing import Finding, Review, review
from laterna.editing.reviewing.kept import groups
from laterna.errors import LaternaError, MediaError
from laterna.media.captions import Caption, Captions
from laterna.media.encode import Encoding, VideoWriter, join
from laterna.media.loudness import Loudness
from laterna.media.pieces import Pieces
from laterna.media.video import Video

SIZE = 256, 144
FRAME = Fraction(1, 30)
RATE = Fraction(25)
GROUPS = {"stills": PICTURE[:3] + SOUND, "moves": PICTURE[3:]}


@pytest.fixture(scope="module")
def clean() -> Clean:
    """Six shots, two of which are followed by the camera, with a strobe and a dissolve among the cuts."""
    return Clean.drawn(6125, 16, SIZE)


@pytest.fixture(scope="module")
def reviewed(clean: Clean, tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[Spoiled, Review]]:
    """For each group of kinds the film with these faults, and its review."""
    folder = tmp_path_factory.mktemp("films")
    made = {name: spoiled(clean, kinds, 1) for name, kinds in GROUPS.items()}
    return {
        name: (one, review(Video(one.write(folder / f"{name}.mp4", SIZE, "ultrafast")))) for name, one in made.items()
    }


@pytest.mark.parametrize(("group", "kind"), [(group, kind) for group, kinds in GROUPS.items() for kind in kinds])
def test_a_fault_is_found_where_it_is(reviewed: Any, group: str, kind: str) -> None:
    made, found = reviewed[group]
    (fault,) = (one for one in made.faults if one.kind == kind)
    (finding,) = (one for one in found if one.kind == kind and _meet(one, fault))
    if kind not in ("flashing", "red flashing", "clipping"):  # which begin where they pass their limit
        assert abs(finding.start - fault.start) <= FRAME
        assert abs(finding.end - fault.end) <= FRAME
    assert finding.timecode[-2:] == f"{int(finding.start * 30) % 30:02}"


@pytest.mark.parametrize("group", GROUPS)
def test_nothing_else_is_found(reviewed: Any, clean: Clean, group: str) -> None:
    """But the theatre's strobe, its cut between takes that share a framing, and the loudness of what was clipped."""
    made, found = reviewed[group]
    others = [one.kind for one in found if not any(_meet(one, fault) for fault in made.faults)]
    assert set(others) <= {"flashing", "jump cut", "true peak", "loudness range"}
    assert others.count("jump cut") == 1


def test_a_finding_comes_back_from_json(reviewed: Any) -> None:
    for finding in reviewed["stills"][1]:
        assert Finding.from_json(json.loads(json.dumps(finding.to_json()))) == finding


def test_a_film_without_faults_has_none(clean: Clean, tmp_path: Path) -> None:
    sound = clean.sound[5 * 48_000 :]  # after the strobe
    path = Spoiled(clean.pictures[150:], sound).write(tmp_path / "clean.mp4", SIZE, "ultrafast")
    found = review(Video(path))
    assert (found.findings, found.exit_code) == ((), 0)
    assert str(found).startswith("nothing found; -")


def _meet(finding: Finding, fault: Fault) -> bool:
    return finding.start <= fault.end + FRAME and finding.end >= fault.start - FRAME


# Pictures


def texture(seed: int = 1) -> np.ndarray:
    """Sharp-edged shapes, wider than a picture."""
    rng = np.random.default_rng(seed)
    picture = np.full((SIZE[1], 3 * SIZE[0], 3), 110, np.uint8)
    for _ in range(150):
        centre = int(rng.integers(3 * SIZE[0])), int(rng.integers(SIZE[1]))
        cv2.circle(picture, centre, int(rng.integers(4, 20)), [int(c) for c in rng.integers(40, 220, 3)], -1)
    return picture


def panned(frames: int, speed: int = 2, seed: int = 1) -> list[np.ndarray]:
    wide = texture(seed)
    return [wide[:, speed * index : speed * index + SIZE[0]] for index in range(frames)]


def written(path: Path, pictures: Sequence[np.ndarray], gop: int = 250) -> Video:
    with VideoWriter(path, Encoding(SIZE, RATE, preset="ultrafast", gop=gop)) as writer:
        for picture in pictures:
            writer.write(np.ascontiguousarray(picture))
    return Video(path)


def kinds(found: Review) -> list[tuple[str, str]]:
    return [(one.kind, one.severity) for one in found]


def faded(picture: np.ndarray, shares: Sequence[float]) -> list[np.ndarray]:
    return [(picture * share).astype(np.uint8) for share in shares]


def test_a_fade_through_black_is_no_gap(tmp_path: Path) -> None:
    one, other = panned(20), panned(20, seed=2)
    ramp = np.linspace(1, 0, 12)
    pictures = [*one, *faded(one[-1], ramp), *[one[-1] * 0] * 5, *faded(other[0], ramp[::-1]), *other]
    assert kinds(review(written(tmp_path / "fade.mp4", pictures))) == []


def test_black_that_lasts_is_told_and_a_black_film_is_an_error(tmp_path: Path) -> None:
    one = panned(20)
    ramp = np.linspace(1, 0, 12)
    long = [*one, *faded(one[-1], ramp), *[one[-1] * 0] * 60]
    assert kinds(review(written(tmp_path / "long.mp4", long))) == [("black", "warning")]
    assert kinds(review(written(tmp_path / "black.mp4", [one[0] * 0] * 5))) == [("black", "error")]


def test_a_still_between_cuts_and_a_title_that_fades_are_not_frozen(tmp_path: Path) -> None:
    still, title = panned(1, seed=3)[0], panned(1, seed=4)[0]
    ramp = np.linspace(0, 1, 12)
    pictures = [*panned(20), *[still] * 30, *panned(20, seed=2), *faded(title, ramp), *[title] * 30]
    pictures += faded(title, ramp[::-1])
    assert kinds(review(written(tmp_path / "stills.mp4", pictures))) == []


def test_a_picture_held_to_the_end_of_a_shot_is_a_warning(tmp_path: Path) -> None:
    one = panned(30)
    pictures = [*one, *[one[-1]] * 30, *panned(20, seed=2)]
    (found,) = review(written(tmp_path / "held.mp4", pictures))
    assert (found.kind, found.severity) == ("frozen", "warning")
    assert (found.start, found.end) == (Fraction(29, 25), Fraction(60, 25))


def test_a_photographers_flash_is_no_flash_frame(tmp_path: Path) -> None:
    pictures = panned(50)
    pictures[25] = (0.2 * pictures[25] + 0.8 * 250).astype(np.uint8)
    assert kinds(review(written(tmp_path / "flash.mp4", pictures))) == []


def lettered(picture: np.ndarray, place: tuple[int, int]) -> np.ndarray:
    return cv2.putText(picture.copy(), "A LAMP", place, cv2.FONT_HERSHEY_SIMPLEX, 1, (255, 255, 255), 6)


def test_burnt_in_letters_are_no_jump(tmp_path: Path) -> None:
    still = panned(1)[0]
    low = [still if index < 25 else lettered(still, (70, 135)) for index in range(50)]
    assert kinds(review(written(tmp_path / "caption.mp4", low))) == []
    high = [still if index < 25 else lettered(still, (20, 50)) for index in range(50)]
    shown = Captions((Caption(Fraction(1), Fraction(2), ("A lamp",)),))
    assert kinds(review(written(tmp_path / "high.mp4", high), captions=shown)) == []


def test_a_stray_frame_at_a_cut_is_a_flash_frame(tmp_path: Path) -> None:
    pictures = [*panned(25), panned(1, seed=7)[0], *panned(25, seed=2)]
    (found,) = review(written(tmp_path / "stray.mp4", pictures))
    assert (found.kind, found.start, found.end) == ("flash frame", 1, Fraction(26, 25))


# Sound, loudness, captions


def test_loudness_is_held_against_a_target(tmp_path: Path, make_film: Callable[..., Path]) -> None:
    video = Video(make_film(tmp_path / "tone.mp4", seconds=4))
    level = review(video).loudness
    assert level is not None
    assert "loudness" not in [one.kind for one in review(video, target=level.integrated + 0.8)]
    (found,) = (one for one in review(video, target=-23) if one.kind == "loudness")
    assert (found.severity, found.limit, found.value) == ("error", -23, pytest.approx(level.integrated, abs=0.01))


def test_a_known_loudness_is_not_measured_again(tmp_path: Path, make_film: Callable[..., Path]) -> None:
    known = Loudness(-14.0, 0.5, 25.0, ())
    found = review(Video(make_film(tmp_path / "tone.mp4")), loudness=known)
    assert found.loudness is known
    assert [one.kind for one in found] == ["loudness range", "true peak"]
    assert Loudness.from_json(json.loads(json.dumps(known.to_json()))) == known


def captioned(*rows: tuple[float, float, str]) -> Captions:
    return Captions(tuple(Caption(Fraction(str(start)), Fraction(str(end)), (text,)) for start, end, text in rows))


SLOW, FAST = "The lamps are lit.", "Nobody asked them for their names, and nobody knew the way."


@pytest.mark.parametrize(
    ("captions", "expected"),
    [
        (captioned((0, 2, SLOW), (2, 3.9, SLOW)), []),
        (captioned((0, 1, FAST)), ["fast caption"]),
        (captioned((0, 0.4, "No.")), ["fast caption"]),
        (captioned((0, 1, "风从山上吹下来。")), []),
        (captioned((0, 1, "风从山上吹下来，没有人问过他们的名字。")), ["fast caption"]),
        (captioned((0, 2.5, SLOW), (2, 3.5, SLOW)), ["cut-off caption"]),
        (captioned((2, 4.5, SLOW)), ["cut-off caption"]),
        (captioned((0, 2, SLOW), (70, 72, SLOW), (90, 92, SLOW)), ["cut-off caption"]),
        (captioned(), []),
    ],
)
def test_captions_are_read(
    tmp_path: Path, make_film: Callable[..., Path], captions: Captions, expected: list[str]
) -> None:
    video = Video(make_film(tmp_path / "film.mp4", seconds=4, sound=False))
    assert [one.kind for one in review(video, captions=captions)] == expected


@pytest.mark.parametrize("suffix", [".srt", ".vtt"])
def test_captions_beside_a_film_are_taken(tmp_path: Path, make_film: Callable[..., Path], suffix: str) -> None:
    path = make_film(tmp_path / "film.mp4", sound=False)
    captioned((0, 1, FAST)).save(path.with_suffix(suffix))
    assert [one.kind for one in review(Video(path))] == ["fast caption"]


def test_captions_in_a_film_are_taken(tmp_path: Path, make_film: Callable[..., Path]) -> None:
    plain = make_film(tmp_path / "plain.mp4", sound=False)
    captioned((0.5, 1.5, FAST)).save(tmp_path / "words.srt")
    path = tmp_path / "film.mkv"
    with av.open(str(path), "w") as film, av.open(str(plain)) as source, av.open(str(tmp_path / "words.srt")) as words:
        streams = {s.streams[0]: film.add_stream_from_template(s.streams[0]) for s in (source, words)}
        for packet in (*words.demux(), *source.demux(video=0)):
            if packet.dts is not None:
                packet.stream = streams[packet.stream]
                film.mux(packet)
    (found,) = review(Video(path))
    assert (found.kind, found.start, found.end) == ("fast caption", Fraction(1, 2), Fraction(3, 2))
    assert "Nobody asked them" in found.sentence


# Parts kept between reviews


@pytest.fixture
def looks(monkeypatch: pytest.MonkeyPatch) -> list[Fraction]:
    """The times of the pictures that are decoded from here on."""
    decoded: list[Fraction] = []
    frames = Video.frames

    def counted(self: Video, *args: Any, **kwargs: Any) -> Iterator[Any]:
        for frame in frames(self, *args, **kwargs):
            decoded.append(frame.time)
            yield frame

    monkeypatch.setattr(Video, "frames", counted)
    return decoded


def joined(path: Path, parts: Sequence[Sequence[np.ndarray]]) -> Video:
    """A film whose parts were encoded apart, as a production's are."""
    segments = [path.with_name(f"{path.stem}-{index}.mp4") for index in range(len(parts))]
    for segment, pictures in zip(segments, parts, strict=True):
        written(segment, pictures)
    join(segments, path, Encoding(SIZE, RATE))
    return Video(path)


def test_only_what_was_encoded_anew_is_looked_at(tmp_path: Path, looks: list[Fraction]) -> None:
    pictures, pieces = panned(50), Pieces(tmp_path / "kept")
    parts = [pictures[:25], pictures[25:], [*panned(12, seed=2), *[pictures[0]] * 13], [pictures[0]] * 25]
    first = joined(tmp_path / "first.mp4", parts)
    found = review(first, pieces=pieces)
    assert len(looks) == 100
    assert found.findings == review(first).findings
    looks.clear()
    assert review(first, pieces=pieces).findings == found.findings
    assert looks == []
    parts[1] = [*pictures[25:40], panned(1, seed=7)[0], *pictures[41:]]
    again = review(joined(tmp_path / "again.mp4", parts), pieces=pieces)
    assert [float(looks[0]), float(looks[-1])] == [1.0, 1.96]
    assert [one.kind for one in again] == ["flash frame", *(one.kind for one in found)]


def test_a_kept_part_that_was_damaged_is_made_again(tmp_path: Path) -> None:
    video, pieces = written(tmp_path / "film.mp4", panned(50), gop=25), Pieces(tmp_path / "kept")
    found = review(video, pieces=pieces)
    for path in (tmp_path / "kept").glob("*.npz"):
        path.write_bytes(b"")
    assert review(video, pieces=pieces).findings == found.findings


def test_an_open_group_of_pictures_is_no_part_of_its_own(tmp_path: Path) -> None:
    path = tmp_path / "open.mkv"
    with av.open(str(path), "w") as film:
        stream = film.add_stream("libx264", rate=25, options={"x264-params": "open-gop=1:keyint=12:min-keyint=12"})
        stream.width, stream.height = SIZE
        for picture in panned(60):
            film.mux(stream.encode(av.VideoFrame.from_ndarray(np.ascontiguousarray(picture), format="rgb24")))
        film.mux(stream.encode(None))
    video = Video(path)
    assert len(groups(video)) == 1
    assert review(video, pieces=Pieces(tmp_path / "kept")).findings == review(video).findings


# Odd and hostile films


def test_a_film_without_sound_has_no_loudness(tmp_path: Path) -> None:
    found = review(written(tmp_path / "mute.mp4", panned(30)), target=-14)
    assert (found.loudness, len(found)) == (None, 0)
    assert str(found) == "nothing found; no sound"


def test_a_film_of_one_picture_is_reviewed(tmp_path: Path) -> None:
    assert kinds(review(written(tmp_path / "one.mp4", panned(1)))) == []


def test_times_are_exact_at_a_variable_rate(tmp_path: Path) -> None:
    path = tmp_path / "variable.mkv"
    ticks = [index * 40 + (index > 20) * 300 for index in range(50)]  # milliseconds
    with av.open(str(path), "w") as film:
        stream = film.add_stream("libx264", rate=25)
        stream.width, stream.height = SIZE
        for index, (tick, picture) in enumerate(zip(ticks, panned(50), strict=True)):
            shown = panned(1, seed=9)[0] if index == 30 else picture
            frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(shown), format="rgb24").reformat(format="yuv420p")
            frame.pts, frame.time_base = tick, Fraction(1, 1000)
            stream.codec_context.time_base = Fraction(1, 1000)
            film.mux(stream.encode(frame))
        film.mux(stream.encode(None))
    (found,) = review(Video(path))
    assert (found.kind, found.start, found.end) == ("flash frame", Fraction(3, 2), Fraction(154, 100))


def test_a_film_that_breaks_off_is_named(tmp_path: Path, make_film: Callable[..., Path]) -> None:
    whole = make_film(tmp_path / "whole.mp4", seconds=6)
    cut = tmp_path / "cut.mp4"
    shutil.copy(whole, cut)
    with cut.open("r+b") as file:
        file.truncate(whole.stat().st_size * 2 // 3)
    with pytest.raises(MediaError, match=r"cut\.mp4"):
        review(Video(cut))


def test_broken_captions_beside_a_film_are_named(tmp_path: Path, make_film: Callable[..., Path]) -> None:
    path = make_film(tmp_path / "film.mp4", sound=False)
    path.with_suffix(".srt").write_text("1\n00:00 -> 00:01\nA lamp\n")
    with pytest.raises(LaternaError, match=r"film\.srt"):
        review(Video(path))
