"""Audiobooks: chapters where they belong, levels as audiobooks have them, nothing spoken twice."""

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

from laterna.errors import DataError, LaternaError, ModelError
from laterna.media.audio import Audio
from laterna.media.chaptered import read_marks
from laterna.media.loudness import measure
from laterna.production.workflows.audiobook import _name, audiobook
from laterna.studio import cli

STORY = (
    "Chapter One\n\nThe lamp was lit at seven. Nobody came!\n\nIt rained.\n\nChapter Two\n\nBy morning it was gone.\n"
)
SCRIPT = "INT. SHOP - DAY\n\nANNA\nGive me the lamp at once.\n\nBOB\nNever.\n"


@pytest.fixture
def story(tmp_path: Path) -> Path:
    (tmp_path / "story.txt").write_text(STORY)
    return tmp_path / "story.txt"


@pytest.fixture
def script(tmp_path: Path) -> Path:
    (tmp_path / "shop.fountain").write_text(SCRIPT)
    return tmp_path / "shop.fountain"


def sound(path: Path, start: Fraction | int = 0, end: Fraction | int | None = None) -> np.ndarray:
    return np.concatenate(list(Audio(path).blocks(start, end, channels=1)))[:, 0]


def decibels(samples: np.ndarray) -> float:
    return float(20 * np.log10(np.sqrt(np.mean(np.square(samples)))))


def loud_at(samples: np.ndarray, hertz: float) -> bool:
    """Whether a hum of that pitch is heard for most of the loud time."""
    size = 4410
    frames = samples[: len(samples) // size * size].reshape(-1, size) * np.hanning(size)
    loud = frames[np.abs(frames).max(axis=1) > 0.03]
    peaks = (5 + np.abs(np.fft.rfft(loud))[:, 5:].argmax(axis=1)) * 10
    return bool(np.mean(np.abs(peaks - hertz) < 15) > 0.5)


def test_a_book_becomes_both_kinds_of_file(tmp_path: Path, make_epub: Callable[..., Path], low: Any) -> None:
    documents = {"one.xhtml": "<h1>One</h1><p>The lamp was lit.</p>", "two.xhtml": "<h1>Two</h1><p>It was gone.</p>"}
    book = make_epub(tmp_path / "lamps.epub", documents, contents={"one.xhtml": "1. One", "two.xhtml": "2. Two"})
    made = audiobook(book, tmp_path / "out", voice="low")
    assert [file.name for file in made.files] == ["lamps.m4b", "lamps.mp3"]
    for file in made.files:
        assert [mark.title for mark in read_marks(file)] == ["1. One", "2. Two"]
        for mark, written in zip(read_marks(file), made.chapters, strict=True):
            assert abs(mark.start - written.start) <= Fraction(1, 1000)
        assert float(Audio(file).duration) == pytest.approx(float(made.duration), abs=0.1)
        with av.open(str(file)) as container:
            assert (container.metadata["title"], container.metadata["artist"]) == ("The Lamps", "Ada Fisher")
            assert "computer's voice" in container.metadata["comment"]
            assert "Voice: low" in container.metadata["comment"]
            assert len(container.streams.video) == 1  # the cover
    assert low.said == ["One", "The lamp was lit.", "Two", "It was gone."]


@pytest.mark.parametrize("suffix", [".m4b", ".mp3"])
def test_chapters_have_the_level_of_audiobooks(tmp_path: Path, story: Path, low: Any, suffix: str) -> None:
    made = audiobook(story, tmp_path / f"a{suffix}", voice="low")
    for mark in made.chapters:
        heard = sound(made.files[0], mark.start, mark.end)
        assert measure([heard[:, np.newaxis]], 44_100).integrated == pytest.approx(-20, abs=0.7)
        assert np.abs(heard).max() < 10 ** (-3 / 20)
        for quiet in (heard[2000:28_000], heard[-80_000:-4000]):  # before the first word and after the last
            assert -76 < decibels(quiet) < -65


def test_loud_peaks_are_held_down(tmp_path: Path, story: Path, low: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    hummed = low.speak_sentence

    def clicking(text: str, **how: Any) -> Any:
        spoken = hummed(text, **how)
        spoken.samples[len(spoken.samples) // 2] = 1.0
        return spoken

    monkeypatch.setattr(low, "speak_sentence", clicking)
    made = audiobook(story, tmp_path / "a.m4b", voice="low")
    assert np.abs(sound(made.files[0])).max() < 10 ** (-3 / 20)


def test_nothing_is_spoken_twice(tmp_path: Path, story: Path, low: Any) -> None:
    first = audiobook(story, tmp_path / "a.m4b", voice="low")
    assert low.said == [
        "Chapter One", "The lamp was lit at seven.", "Nobody came!", "It rained.", "Chapter Two",
        "By morning it was gone.",
    ]  # fmt: skip
    before, data = len(low.said), first.files[0].read_bytes()
    assert audiobook(story, tmp_path / "a.m4b", voice="low").files[0].read_bytes() == data
    audiobook(story, tmp_path / "a.mp3", voice="low")
    assert len(low.said) == before
    story.write_text(STORY.replace("It rained.", "It snowed."))
    for seal in (tmp_path / "a.audiobook.pieces").glob("*.sha256"):
        os.utime(seal, (0, 0))  # as if that had been long ago
    audiobook(story, tmp_path / "a.m4b", voice="low")
    assert low.said[before:] == ["It snowed."]
    assert len(list((tmp_path / "a.audiobook.pieces").glob("*.flac"))) == before  # what is no more in the book is gone
    audiobook(story, tmp_path / "a.m4b", voice="low", speed=1.5)
    assert len(low.said) == 2 * before + 1


def test_a_lexicon_changes_the_sentences_that_have_its_words(tmp_path: Path, story: Path, low: Any) -> None:
    audiobook(story, tmp_path / "a.m4b", voice="low")
    low.said.clear()
    (tmp_path / "lexicon.toml").write_text('[said_as]\nNobody = "no one"\nLaterna = "la terna"\n')
    audiobook(story, tmp_path / "a.m4b", voice="low", lexicon=tmp_path / "lexicon.toml")
    assert low.said == ["no one came!"]


def test_phones_change_what_is_read_out_with_their_words(tmp_path: Path, story: Path, low: Any) -> None:
    """ "1984" is read out with nineteen in it."""
    story.write_text("# One\n\nIt was 1984.\n\nNobody came.\n")
    audiobook(story, tmp_path / "a.m4b", voice="low")
    low.said.clear()
    (tmp_path / "lexicon.toml").write_text('[phones]\nnineteen = "n ay n"\n')
    audiobook(story, tmp_path / "a.m4b", voice="low", lexicon=tmp_path / "lexicon.toml")
    assert len(low.said) == 1
    assert "nineteen" in low.said[0]


def test_books_on_one_shelf_keep_their_sentences_apart(tmp_path: Path, low: Any) -> None:
    for name in ("one", "two"):
        (tmp_path / f"{name}.txt").write_text(f"The book {name}.\n")
        audiobook(tmp_path / f"{name}.txt", tmp_path / "shelf", voice="low")
    assert sorted(path.name for path in (tmp_path / "shelf").glob("*.pieces")) == [
        "one.audiobook.pieces", "two.audiobook.pieces",
    ]  # fmt: skip
    low.said.clear()
    audiobook(tmp_path / "one.txt", tmp_path / "shelf", voice="low")
    assert low.said == []


def test_a_name_is_announced_as_it_is_written_unless_in_capitals() -> None:
    assert [_name(name) for name in ("ANNA", "BERT'S MOM", "McAvoy")] == ["Anna", "Bert's Mom", "McAvoy"]


def test_letters_that_a_voice_cannot_say_are_said_before_the_work_begins(tmp_path: Path, low: Any) -> None:
    (tmp_path / "a.txt").write_text("One.\n\nTwo.\n\nFar down stands 灯.\n")
    with pytest.raises(DataError, match="can't say '灯'"):
        audiobook(tmp_path / "a.txt", tmp_path / "a.m4b", voice="low")
    assert low.said == []


KILLED = """
import os, signal, sys
sys.path.insert(0, {folder!r})
from conftest import Hummer
from laterna.production.workflows.audiobook import audiobook
from laterna.voice import engines
from pathlib import Path
class Dying(Hummer):
    def speak_sentence(self, text, **how):
        print(text, flush=True)
        if len(self.said) == {after}:
            os.kill(os.getpid(), signal.SIGKILL)
        return super().speak_sentence(text, **how)
engines.register(Dying("low", 220))
audiobook(Path({story!r}), Path({out!r}), voice="low")
"""


def test_a_killed_run_goes_on_where_it_was(tmp_path: Path, story: Path, low: Any) -> None:
    whole = audiobook(story, tmp_path / "whole.m4b", voice="low").files[0].read_bytes()
    sentences = set(low.said)
    low.said.clear()
    out = tmp_path / "a.m4b"
    program = KILLED.format(folder=str(Path(__file__).parent), after=3, story=str(story), out=str(out))
    killed = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert killed.returncode == -9
    assert not out.exists()
    spoken = killed.stdout.splitlines()[:-1]
    assert audiobook(story, out, voice="low").files[0].read_bytes() == whole
    assert len(spoken) == 3
    assert set(low.said) == sentences - set(spoken)


def test_each_character_has_its_voice(tmp_path: Path, script: Path, low: Any, high: Any) -> None:
    made = audiobook(script, tmp_path / "a.mp3", voice="low", cast={"ANNA": "high", "BOB": "low"})
    assert high.said == ["Give me the lamp at once."]
    assert low.said == ["shop", "Interior.", "Shop, Day", "Never."]
    scene = sound(made.files[0], made.chapters[1].start)
    assert loud_at(scene[: len(scene) // 4], 220)
    assert loud_at(scene[len(scene) // 2 : len(scene) * 3 // 4], 880)
    assert made.credits == ("Voice: low", "Voice: high")


def test_a_role_is_said_in_its_own_way(tmp_path: Path, script: Path, low: Any) -> None:
    made = audiobook(script, tmp_path / "a.mp3", voice="low", cast={"ANNA": {"pitch": 12}})
    scene = sound(made.files[0], made.chapters[1].start)
    assert loud_at(scene[: len(scene) // 4], 220)
    assert loud_at(scene[len(scene) * 9 // 25 : len(scene) // 2], 440)


def test_who_has_no_voice_is_named_by_the_narrator(tmp_path: Path, script: Path, low: Any, high: Any) -> None:
    audiobook(script, tmp_path / "a.mp3", voice="low", cast={"ANNA": "high"})
    assert high.said == ["Give me the lamp at once."]
    assert "Bob." in low.said
    assert "Anna." not in low.said


def test_progress_counts_to_its_end(tmp_path: Path, story: Path, low: Any) -> None:
    told: list[tuple[int, int]] = []
    audiobook(story, tmp_path / "a.mp3", voice="low", progress=lambda done, total: told.append((done, total)))
    assert told == [(index, 12) for index in range(1, 13)]  # six sentences, spoken and encoded


def test_title_author_and_language_may_be_given(tmp_path: Path, story: Path, low: Any) -> None:
    made = audiobook(story, tmp_path / "a.m4b", voice="low", title="Lamps", author="Ada", language="de")
    with av.open(str(made.files[0])) as container:
        assert (container.metadata["title"], container.metadata["artist"]) == ("Lamps", "Ada")


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"voice": "hal"}, ModelError, "no voice 'hal'"),
        ({"voice": "none"}, ModelError, "needs a voice with a sound"),
        ({"voice": "low", "language": "tlh"}, ModelError, "No installed voice speaks 'tlh'"),
        ({"voice": "low", "speed": 9.0}, DataError, "0.5 to 2"),
        ({"voice": "low", "cast": {"ANA": "low"}}, DataError, "did you mean 'ANNA'"),
        ({"voice": "low", "cast": {"ANNA": "hal"}}, ModelError, "no voice 'hal'"),
        ({"voice": "low", "cast": {"BOB": {"speed": 3}}}, DataError, "0.5 to 2"),
    ],
)
def test_what_is_wrong_is_said_before_the_work_begins(
    tmp_path: Path, script: Path, low: Any, options: dict[str, Any], error: type[LaternaError], message: str
) -> None:
    with pytest.raises(error, match=message) as caught:
        audiobook(script, tmp_path / "a.m4b", **options)
    assert "\n" not in str(caught.value)
    assert len(low.said) <= 1
    assert not (tmp_path / "a.m4b").exists()


def test_other_formats_are_refused(tmp_path: Path, story: Path) -> None:
    with pytest.raises(DataError, match=r"use \.m4b, \.mp3, or a folder"):
        audiobook(story, tmp_path / "a.wav")


def test_the_command_reads_a_book_out(
    tmp_path: Path, script: Path, low: Any, high: Any, capfd: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "cast.toml").write_text('narrator = "low"\nANNA = "high"\n')
    words = ["voice", "audiobook", str(script), "-o", str(tmp_path / "a.m4b"), "--cast", str(tmp_path / "cast.toml")]
    assert cli.main([*words, "--json"]) == 0
    told = json.loads(capfd.readouterr().out)
    assert [chapter["title"] for chapter in told["chapters"]] == ["shop", "INT. SHOP - DAY"]
    assert told["files"] == [str(tmp_path / "a.m4b")]
    assert high.said == ["Give me the lamp at once."]
    assert cli.main([*words, "--speed", "7"]) == 2


def test_what_is_left_out_of_a_book_is_said(
    tmp_path: Path, make_epub: Callable[..., Path], low: Any, capfd: pytest.CaptureFixture[str]
) -> None:
    documents = {"one.xhtml": "<p>The lamp.</p>", "two.xhtml": "<img/>"}
    book = make_epub(tmp_path / "a.epub", documents, contents={"one.xhtml": "One", "two.xhtml": "Plates"})
    assert cli.main(["voice", "audiobook", str(book), "-o", str(tmp_path / "a.mp3"), "--voice", "low"]) == 0
    assert "The chapter 'Plates' has no words, and is left out." in capfd.readouterr().err
