"""No voice without its speaker's consent."""

import importlib
from datetime import date
from pathlib import Path

import numpy as np
import pytest
import soundfile

from laterna.errors import DataError
from laterna.voice.consent import Consent, read_agreed, read_consent

WHOLE = '[ann]\nname = "Ann Byron"\ndate = 2026-05-03\nstatement = "Yes, do."\n'


def test_consent_is_read_for_each_speaker(tmp_path: Path) -> None:
    (tmp_path / "consent.toml").write_text(WHOLE + WHOLE.replace("[ann]", "[speaker]"))
    ann = Consent("Ann Byron", date(2026, 5, 3), "Yes, do.")
    assert read_consent(tmp_path, ["ann", ""]) == {"ann": ann, "": ann}
    assert str(ann) == "Ann Byron, by consent of 2026-05-03"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (None, r"consent.toml'? does not exist: write \[ann\]"),
        ("[ann", "is not TOML"),
        ("", "no consent of ann"),
        ('ann = "yes"', "no consent of ann"),
        (WHOLE.replace('"Ann Byron"', '" "'), "lacks the name of ann's consent"),
        (WHOLE.replace("statement", "word"), "lacks the statement"),
        (WHOLE.replace("2026-05-03", '"yesterday"'), "lacks the date"),
    ],
)
def test_what_is_missing_is_told(tmp_path: Path, text: str | None, says: str) -> None:
    if text is not None:
        (tmp_path / "consent.toml").write_text(text)
    with pytest.raises(DataError, match=says):
        read_consent(tmp_path, ["ann"])


@pytest.fixture
def recordings(tmp_path: Path) -> Path:
    """Six of ann's."""
    lines = ["audio,text,speaker"]
    for number in range(6):
        soundfile.write(tmp_path / f"{number}.wav", 0.1 * np.sin(np.arange(16_000) / 9), 16_000)
        lines.append(f"{number}.wav,Hello.,ann")
    (tmp_path / "manifest.csv").write_text("\n".join(lines) + "\n")
    return tmp_path


def test_a_manifest_comes_with_the_consent_of_its_speakers(recordings: Path) -> None:
    (recordings / "consent.toml").write_text(WHOLE)
    for data in (recordings, recordings / "manifest.csv"):
        rows, agreed = read_agreed(data)
        assert (len(rows), list(agreed)) == (6, ["ann"])


@pytest.mark.parametrize("model", ["tacotron", "melgan", "wavenet"])
def test_nothing_that_speaks_like_someone_is_trained_without_it(recordings: Path, model: str) -> None:
    pytest.importorskip("torch")
    recipe = importlib.import_module(f"laterna.voice.models.{model}_recipe").recipe
    with pytest.raises(DataError, match="speaker's consent"):
        recipe.splits(recordings)
    (recordings / "consent.toml").write_text(WHOLE)
    assert recipe.splits(recordings).data == ("6 sentences read by Ann Byron, by consent of 2026-05-03",)


def test_one_whom_the_manifest_does_not_name_is_called_speaker(recordings: Path) -> None:
    table = recordings / "manifest.csv"
    table.write_text("audio,text\n" + "\n".join(f"{n}.wav,Hello." for n in range(6)) + "\n")
    (recordings / "consent.toml").write_text(WHOLE.replace("[ann]", "[speaker]"))
    rows, agreed = read_agreed(recordings)
    assert ({row.speaker for row in rows}, list(agreed)) == ({"speaker"}, ["speaker"])


def test_a_recording_too_short_to_learn_from_shows_before_the_training(recordings: Path) -> None:
    (recordings / "consent.toml").write_text(WHOLE)
    soundfile.write(recordings / "3.wav", np.full(200, 0.5), 16_000)
    with pytest.raises(DataError, match=r"3\.wav.* lasts under 0\.1 s"):
        read_agreed(recordings)
