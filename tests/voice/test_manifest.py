"""Manifests of recordings: what a table may hold, and what is said of one that is wrong."""

from pathlib import Path

import numpy as np
import pytest
import soundfile

from laterna.errors import DataError
from laterna.voice.manifest import read_manifest, read_speech


def tone(path: Path, seconds: float = 0.5, rate: int = 16_000, level: float = 0.3) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    times = np.arange(round(seconds * rate)) / rate
    soundfile.write(path, level * np.sin(2 * np.pi * 220 * times), rate)
    return path


def table(folder: Path, *lines: str) -> Path:
    path = folder / "manifest.csv"
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return path


def test_rows_hold_what_the_table_says(tmp_path: Path) -> None:
    tone(tmp_path / "a" / "1.wav")
    path = table(tmp_path, "audio,text,speaker,phones,ends", 'a/1.wav,"Hi, Ann.",ann,hh ay .,0.1 0.3 0.5')
    (row,) = read_manifest(path)
    assert row.audio == tmp_path / "a" / "1.wav"
    assert (row.text, row.speaker) == ("Hi, Ann.", "ann")
    assert (row.phones, row.ends) == (("hh", "ay", "."), (0.1, 0.3, 0.5))
    assert read_manifest(tmp_path) == [row]


def test_audio_and_text_are_enough(tmp_path: Path) -> None:
    tone(tmp_path / "1.flac")
    (row,) = read_manifest(table(tmp_path, "text,audio", "Hello.,1.flac"))
    assert (row.text, row.speaker, row.phones, row.ends) == ("Hello.", "", (), ())


@pytest.mark.parametrize("rate", [8_000, 22_050, 48_000])
def test_recordings_of_any_rate_are_heard_at_16_khz(tmp_path: Path, rate: int) -> None:
    tone(tmp_path / "1.wav", 0.5, rate)
    (row,) = read_manifest(table(tmp_path, "audio,text", "1.wav,Hi."))
    samples = read_speech(row)
    assert samples.dtype == np.float32
    assert abs(len(samples) - 8_000) <= 1
    assert np.abs(np.fft.rfft(samples)).argmax() == 110


@pytest.mark.parametrize(
    ("lines", "says"),
    [
        (("audio,words", "1.wav,Hi."), "no column text"),
        (("audio,text",), "names no recording"),
        (("audio,text", "1.wav,"), "Row 2 of .* lacks its text"),
        (("audio,text", "1.wav,Hi.", ",Hi."), "Row 3 of .* lacks its audio"),
        (("audio,text", "2.wav,Hi."), "names '?2.wav'?, which does not exist"),
        (("audio,text,phones", "1.wav,Hi.,hh AY ."), "the phone 'AY'"),
        (("audio,text,phones,ends", "1.wav,Hi.,hh ay .,0.1 0.2"), "3 phones and 2 ends"),
        (("audio,text,phones,ends", "1.wav,Hi.,hh ay .,0.1 x 0.2"), "no numbers"),
        (("audio,text,phones,ends", "1.wav,Hi.,hh ay .,0.1 nan 0.2"), "do not rise"),
        (("audio,text,phones,ends", "1.wav,Hi.,hh ay .,0.3 0.2 0.4"), "do not rise"),
    ],
)
def test_a_wrong_table_is_told_in_one_sentence(tmp_path: Path, lines: tuple[str, ...], says: str) -> None:
    tone(tmp_path / "1.wav")
    with pytest.raises(DataError, match=says):
        read_manifest(table(tmp_path, *lines))


def test_a_manifest_that_is_missing_or_no_text_is_told(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="does not exist"):
        read_manifest(tmp_path)
    (tmp_path / "manifest.csv").write_bytes(b"\xff\xfe\x00audio")
    with pytest.raises(DataError, match="no table"):
        read_manifest(tmp_path)


def test_recordings_that_can_not_be_learnt_from_are_told(tmp_path: Path) -> None:
    tone(tmp_path / "silent.wav", level=0)
    tone(tmp_path / "long.wav", 61, 8_000)
    (tmp_path / "broken.wav").write_bytes(b"RIFF\x00\x00")
    path = table(tmp_path, "audio,text", "silent.wav,Hi.", "long.wav,Hi.", "broken.wav,Hi.")
    for row, says in zip(read_manifest(path), ("is silent", "over 60 s", "can't be read"), strict=True):
        with pytest.raises(DataError, match=says):
            read_speech(row)
