"""Dubbed films: lines where their slots are, pictures untouched, and what does not fit told."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from laterna.errors import DataError, LaternaError, MediaError, ModelError
from laterna.media.audio import Audio, write_audio
from laterna.media.captions import read_captions
from laterna.media.video import Video
from laterna.production.workflows.dub import Dub, dub
from laterna.studio import cli
from laterna.theatre import film as theatre_film

RATE = 48_000
LINES = """\
1
00:00:01,000 --> 00:00:02,000
ANNA: The lamps are out.

2
00:00:02,500 --> 00:00:03,500
BOB: Then light them.

3
00:00:04,000 --> 00:00:05,500
It rained all night long.
"""  # 18, 16 and 25 letters: 0.9, 0.8 and 1.25 s of humming
CAST = {"narrator": "low", "ANNA": "high", "BOB": "low"}


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory, make_film: Callable[..., Path]) -> Path:
    """Eight seconds with a tone of 440 Hz."""
    path = tmp_path_factory.mktemp("film") / "film.mp4"
    return make_film(path, seconds=8, size=(96, 64), shots=[(200, 120, 60), (40, 120, 200)])


@pytest.fixture
def lines(tmp_path: Path) -> Path:
    (tmp_path / "lines.srt").write_text(LINES)
    return tmp_path / "lines.srt"


def written(folder: Path, text: str, name: str = "lines.srt") -> Path:
    (folder / name).write_text(text)
    return folder / name


def cue(start: float, end: float, text: str) -> str:
    clocks = (f"00:00:{int(time):02},{round(time % 1 * 1000):03}" for time in (start, end))
    return f"{' --> '.join(clocks)}\n{text}\n\n"


def sound(path: Path, start: float = 0, end: float | None = None) -> np.ndarray:
    times = [None if time is None else Fraction(str(time)) for time in (start, end)]
    return np.concatenate(list(Audio(path).blocks(times[0] or 0, times[1], sample_rate=RATE, channels=1)))[:, 0]


def level(samples: np.ndarray, hertz: float) -> float:
    """How loud a tone is in dB."""
    times = np.arange(len(samples)) / RATE
    window = np.hanning(len(samples))
    part = np.abs(np.sum(samples * window * np.exp(-2j * np.pi * hertz * times))) / window.sum() * 2
    return float(20 * np.log10(part + 1e-9))


def packets(path: Path) -> list[bytes]:
    with av.open(str(path)) as container:
        return [bytes(packet) for packet in container.demux(video=0) if packet.size]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, film: Path, duo: None) -> Dub:
    """One dub that tests only look at."""
    folder = tmp_path_factory.mktemp("dub")
    cast = {"narrator": "bass", "ANNA": "treble", "BOB": "bass"}
    return dub(film, written(folder, LINES), folder / "out.mp4", cast=cast, keep_sound=True, language="de")


def test_pictures_are_the_films_own(made: Dub, film: Path) -> None:
    assert packets(made.film) == packets(film)
    assert Video(made.film).duration == Video(film).duration == 8


def test_each_line_is_heard_in_its_slot_by_its_own_voice(made: Dub) -> None:
    for start, end, heard, other in ((1.1, 1.9, 880, 220), (2.6, 3.2, 220, 880), (4.1, 5.2, 220, 880)):
        speech = sound(made.film, start, end)
        assert level(speech, heard) > level(speech, other) + 20
    for start, end in ((0.1, 0.9), (6, 7.5)):
        quiet = sound(made.film, start, end)
        assert max(level(quiet, 220), level(quiet, 880)) < -50


def test_the_films_sound_sinks_under_the_lines(made: Dub) -> None:
    under, alone = level(sound(made.film, 1.2, 1.8), 440), level(sound(made.film, 7, 7.8), 440)
    assert under == pytest.approx(alone - 15, abs=1)


def test_the_film_is_as_loud_as_asked(made: Dub, tmp_path: Path, film: Path, lines: Path, low: Any, high: Any) -> None:
    assert made.loudness.integrated == pytest.approx(-14, abs=0.5)
    quiet = dub(film, lines, tmp_path / "quiet.mp4", cast=CAST, loudness="broadcast")
    assert quiet.loudness.integrated == pytest.approx(-23, abs=0.5)
    assert quiet.loudness.true_peak <= -1


def test_each_line_is_accounted_for(made: Dub) -> None:
    told = made.to_json()["lines"]
    assert [(one["number"], one["speaker"], one["voice"]) for one in told] == [
        (1, "ANNA", "treble"), (2, "BOB", "bass"), (3, "", "bass"),
    ]  # fmt: skip
    assert [one["slot"] for one in told] == [[1, 2], [2.5, 3.5], [4, 5.5]]
    assert [one["spoken"] for one in told] == [pytest.approx(length, abs=0.02) for length in (1, 0.8, 1.25)]
    assert [one["speed"] for one in told] == [pytest.approx(speed, abs=0.02) for speed in (0.9, 1, 1)]
    assert not any(one["over"] for one in told)
    assert made.notes == ()


def test_tracks_and_file_say_what_they_are(made: Dub, film: Path) -> None:
    with av.open(str(made.film)) as container:
        new, old = container.streams.audio
        assert (new.metadata["language"], new.metadata["name"]) == ("deu", "Dubbed")
        assert "spoken by a computer, by Laterna (treble, bass)" in container.metadata["comment"]
        assert "Voice: treble Voice: bass" in container.metadata["comment"]
        kept = np.concatenate([frame.to_ndarray()[0] for frame in container.decode(old)])
    assert kept[: RATE * 7] == pytest.approx(sound(film, 0, 7), abs=1e-4)


def test_captions_say_what_is_heard(made: Dub) -> None:
    captions = read_captions(made.captions)
    assert made.captions.name == "out.de.srt"
    assert [caption.text for caption in captions] == [
        "The lamps are out.", "Then light them.", "It rained all night long.",
    ]  # fmt: skip
    assert [float(caption.start) for caption in captions] == pytest.approx([1, 2.5, 4], abs=0.03)


def test_what_is_spoken_is_kept(tmp_path: Path, film: Path, lines: Path, low: Any, high: Any) -> None:
    made = dub(film, lines, tmp_path / "out.mp4", cast=CAST)
    before = made.film.read_bytes()
    assert (low.said, high.said) == (["Then light them.", "It rained all night long."], ["The lamps are out."])
    dub(film, lines, made.film, cast=CAST)
    assert made.film.read_bytes() == before
    lines.write_text(LINES.replace("Then light", "Please light"))
    for seal in (tmp_path / "out.dub.pieces").glob("*.sha256"):
        os.utime(seal, (0, 0))  # as if that had been long ago
    dub(film, lines, made.film, cast=CAST)
    assert len(list((tmp_path / "out.dub.pieces").glob("*.sha256"))) == 3  # what is no more in the lines is gone
    assert (low.said[2:], high.said[1:]) == (["Please light them."], [])
    assert {path.name for path in tmp_path.iterdir()} == {"lines.srt", "out.mp4", "out.en.srt", "out.dub.pieces"}


def test_what_does_not_fit_is_hurried_then_told(tmp_path: Path, film: Path, low: Any) -> None:
    text = "She has walked all the way from the harbour."  # 44 letters, 2.2 s
    script = cue(1, 2, text) + cue(3, 4, "Late.") + cue(4, 5, text) + cue(5, 6, "Now.")
    made = dub(film, written(tmp_path, script), tmp_path / "out.mp4", voice="low")
    first, _, third, last = made.lines
    assert first.speed == pytest.approx(2.2 / 1.9, abs=0.02)  # in its slot and the silence up to the next line
    assert first.over == 0
    assert (third.speed, float(third.over)) == (1.35, pytest.approx(2.2 / 1.35 - 1, abs=0.02))
    assert last.start > third.end
    assert made.notes == ("Line 3 at 0:04.0 is 0.63 s too long, even at 1.35 times its pace: shorten it.",)


def test_lines_that_are_spoken_at_once_are_captioned_at_once(tmp_path: Path, film: Path, low: Any, high: Any) -> None:
    script = cue(1, 4, "ANNA: " + "I have walked here from the harbour, and it is late, and I am cold.") + cue(
        2, 3, "BOB: Sit down by the fire."
    )
    made = dub(film, written(tmp_path, script), tmp_path / "out.mp4", cast=CAST)
    captions = read_captions(made.captions)
    (bob,) = (caption for caption in captions if caption.text == "Sit down by the fire.")
    assert bob.start == 2
    assert bob.end - bob.start >= 1
    both = sound(made.film, 2.1, 3)
    assert min(level(both, 220), level(both, 880)) > -35


def test_music_and_effects_take_the_place_of_the_films_sound(tmp_path: Path, film: Path, lines: Path, low: Any) -> None:
    times = np.arange(6 * RATE) / RATE
    effects = (0.05 * np.sin(2 * np.pi * 3000 * times)).astype(np.float32)
    write_audio(tmp_path / "effects.wav", [effects[:, np.newaxis]], sample_rate=RATE)
    made = dub(film, lines, tmp_path / "out.mp4", voice="low", music_and_effects=tmp_path / "effects.wav")
    assert level(sound(made.film, 0.1, 0.9), 440) < -60
    under, alone = level(sound(made.film, 1.2, 1.8), 3000), level(sound(made.film, 0, 0.6), 3000)
    assert under == pytest.approx(alone - 3, abs=1)
    assert "The music and effects end 2.0 s before the film." in made.notes


def test_music_and_effects_keep_their_place_below_the_voices(tmp_path: Path, film: Path, lines: Path, low: Any) -> None:
    """They are as far below the lines as they were below the film's own sound."""
    own = sound(film)
    write_audio(tmp_path / "effects.wav", [0.1 * own[:, np.newaxis]], sample_rate=RATE)
    made = dub(film, lines, tmp_path / "out.mp4", voice="low", music_and_effects=tmp_path / "effects.wav", duck_db=0)
    effects, voice = sound(made.film, 6, 7.5), sound(made.film, 4.1, 5.2)
    assert 14 < level(voice, 220) - level(effects, 440) < 24


def test_a_film_without_sound_has_its_lines_alone(
    tmp_path: Path, make_film: Callable[..., Path], lines: Path, low: Any
) -> None:
    silent = make_film(tmp_path / "silent.mp4", seconds=6, sound=False)
    made = dub(silent, lines, tmp_path / "out.mp4", voice="low")
    assert "The film has no sound of its own: its lines are all that is heard." in made.notes
    assert level(sound(made.film, 1.1, 1.9), 220) > -30
    assert np.abs(sound(made.film, 5.8, 6)).max() < 1e-3


def test_a_film_of_the_theatre_is_dubbed(tmp_path: Path, low: Any) -> None:
    theatre_film(tmp_path / "play.mp4", seconds=4, size="160x90", rate="24")
    made = dub(
        tmp_path / "play.mp4",
        written(tmp_path, cue(1, 3, "The wind came down from the hills.")),
        tmp_path / "out.mkv",
        voice="low",
    )
    assert packets(made.film) == packets(tmp_path / "play.mp4")
    assert Video(made.film).frame_rate == 24


def test_webvtt_and_webm_go_too(tmp_path: Path, make_film: Callable[..., Path], low: Any, high: Any) -> None:
    given = make_film(tmp_path / "film.webm", seconds=4)
    vtt = written(tmp_path, "WEBVTT\n\n00:01.000 --> 00:02.000\n<v Anna>The lamps are out.\n", "lines.vtt")
    made = dub(given, vtt, tmp_path / "out.webm", voice="low", cast={"anna": "high"})
    assert high.said == ["The lamps are out."]
    assert (made.film.suffix, made.captions.name) == (".webm", "out.en.vtt")
    assert packets(made.film) == packets(given)


def test_who_is_not_cast_and_what_is_not_said_is_told(tmp_path: Path, film: Path, low: Any, high: Any) -> None:
    script = cue(1, 2, "ANNA: Hello there.") + cue(2, 3, "[thunder]") + cue(3, 4, "BOB: Come in.") + cue(5, 6, "...")
    made = dub(film, written(tmp_path, script), tmp_path / "out.mp4", voice="low", cast={"ANNA": "high"})
    assert made.notes == (
        "Captions with nothing to say are left out: 2, 4.",
        "Nobody is cast for BOB: the narrator's voice speaks their lines.",
    )
    assert low.said == ["Come in."]


KILLED = """
import os, signal, sys
sys.path.insert(0, {folder!r})
from conftest import Hummer
from laterna.production.workflows.dub import dub
from laterna.voice import engines
from pathlib import Path
class Dying(Hummer):
    def speak_sentence(self, text, **how):
        if len(self.said) == 2:
            os.kill(os.getpid(), signal.SIGKILL)
        return super().speak_sentence(text, **how)
engines.register(Dying("low", 220))
dub(Path({film!r}), Path({lines!r}), Path({out!r}), voice="low")
"""


def test_a_killed_run_goes_on_where_it_was(tmp_path: Path, film: Path, lines: Path, low: Any) -> None:
    whole = dub(film, lines, tmp_path / "whole.mp4", voice="low").film.read_bytes()
    low.said.clear()
    out = tmp_path / "out.mp4"
    program = KILLED.format(folder=str(Path(__file__).parent), film=str(film), lines=str(lines), out=str(out))
    assert subprocess.run([sys.executable, "-c", program]).returncode == -9
    assert not out.exists()
    assert dub(film, lines, out, voice="low").film.read_bytes() == whole
    assert low.said == ["It rained all night long."]


def test_progress_counts_to_its_end(tmp_path: Path, film: Path, lines: Path, low: Any) -> None:
    told: list[tuple[int, int]] = []
    dub(film, lines, tmp_path / "out.mp4", voice="low", progress=lambda done, total: told.append((done, total)))
    assert told == [(done, 6) for done in (1, 2, 3, 5, 6)]


@pytest.mark.parametrize(
    ("script", "options", "error", "message"),
    [
        (cue(1, 2, "Go.") + cue(9, 10, "Late."), {}, DataError, "line at 0:09.0, 'Late.', and the film ends at 0:08"),
        (cue(1, 2, "Go.") + cue(1, 3, "Come."), {}, DataError, "one speaker say two lines at once at 0:01.0"),
        (cue(1, 2, "[rain]"), {}, DataError, "nothing to say"),
        ("\n", {}, LaternaError, "lines.srt"),
        (LINES, {"cast": {"ANA": "low"}}, DataError, "'ANA', who says nothing: did you mean 'ANNA'"),
        (cue(1, 2, "Go."), {"cast": {"ANNA": "low"}}, DataError, "lines without names are the narrator's"),
        (LINES, {"cast": {"ANNA": "hal"}}, ModelError, "no voice 'hal'"),
        (LINES, {"voice": "none"}, ModelError, "needs voices with a sound"),
        (LINES, {"language": "tlh"}, ModelError, "No installed voice speaks 'tlh'|speaks 'tlh'"),
        (LINES, {"speed": 9.0}, DataError, "0.5 to 2"),
        (LINES, {"duck_db": -3.0}, DataError, "0 dB or more"),
        (LINES, {"duck_db": float("nan")}, DataError, "0 dB or more"),
        (LINES, {"music_and_effects": Path("none.wav")}, MediaError, "none.wav' does not exist"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_before_a_film_is_written(
    tmp_path: Path, film: Path, low: Any, script: str, options: dict[str, Any], error: type[LaternaError], message: str
) -> None:
    with pytest.raises(error, match=message) as caught:
        dub(film, written(tmp_path, script), tmp_path / "out.mp4", **({"voice": "low"} | options))
    assert "\n" not in str(caught.value)
    assert not (tmp_path / "out.mp4").exists()


def test_a_film_without_pictures_is_refused(tmp_path: Path, make_sound: Callable[..., Path], lines: Path) -> None:
    with pytest.raises(MediaError, match="no picture"):
        dub(make_sound(tmp_path / "a.wav"), lines, tmp_path / "out.mp4")


def test_a_name_that_can_not_hold_the_film_is_refused_before_anything_is_spoken(
    tmp_path: Path, film: Path, lines: Path, low: Any
) -> None:
    for name, message in (("out.webm", "can't hold the h264"), ("out.avi", r"use \.mp4")):
        with pytest.raises(DataError, match=message):
            dub(film, lines, tmp_path / name, voice="low")
    assert low.said == []


def test_nothing_that_is_read_is_written_over(tmp_path: Path, make_film: Callable[..., Path], low: Any) -> None:
    given = make_film(tmp_path / "a.mp4", seconds=2)
    script = written(tmp_path, cue(0.5, 1, "Go."), "b.en.srt")
    for out in ("a.mp4", "b.mp4"):  # the second's captions
        with pytest.raises(DataError, match="would be written over, and is needed"):
            dub(given, script, tmp_path / out, voice="low")


def test_the_command_dubs_a_film(
    tmp_path: Path, film: Path, lines: Path, low: Any, high: Any, capfd: pytest.CaptureFixture[str]
) -> None:
    written(tmp_path, 'narrator = "low"\nANNA = { voice = "high", pitch = -2 }\n', "cast.toml")
    words = ["voice", "dub", str(film), str(lines), "-o", str(tmp_path / "out.mp4")]
    words += ["--cast", str(tmp_path / "cast.toml")]
    assert cli.main([*words, "--json"]) == 0
    told = json.loads(capfd.readouterr().out)
    assert [one["text"] for one in told["lines"]] == [
        "The lamps are out.", "Then light them.", "It rained all night long.",
    ]  # fmt: skip
    assert cli.main(words) == 0
    said = capfd.readouterr().err.strip().splitlines()
    assert said[:2] == [f"Wrote {tmp_path / 'out.mp4'}", f"Wrote {tmp_path / 'out.en.srt'}"]
    assert said[3] == "   1 | 0:01.0 - 0:02.0 | 0:01.0 - 0:02.0 | 0.90 | ANNA: The lamps are out."
    assert said[-1] == "Nobody is cast for BOB: the narrator's voice speaks their lines."
    assert cli.main([*words, "--speed", "7"]) == 2
