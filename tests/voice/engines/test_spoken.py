"""What an engine gave is kept whole."""

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from laterna.errors import DataError
from laterna.voice.engines import Spoken

SPOKEN = Spoken(
    np.linspace(-1, 1, 100, dtype=np.float32),
    22_050,
    Fraction(100, 22_050),
    ((0, Fraction(1, 3)), (5, Fraction(2, 3))),
    (("ɑː", Fraction(0), Fraction(1, 7)), ("iy", Fraction(1, 7), Fraction(1, 3))),
    True,
)


@pytest.mark.parametrize("spoken", [SPOKEN, Spoken(None, 1000, Fraction(1), ())], ids=["sounding", "silent"])
def test_a_spoken_sentence_is_kept_exactly(tmp_path: Path, spoken: Spoken) -> None:
    spoken.save(tmp_path / "a.npz")
    opened = Spoken.open(tmp_path / "a.npz")
    for name in ("sample_rate", "duration", "marks", "phones", "estimated"):
        assert getattr(opened, name) == getattr(spoken, name)
    assert opened.samples is spoken.samples or np.array_equal(opened.samples, spoken.samples)


def test_a_damaged_one_is_named(tmp_path: Path) -> None:
    SPOKEN.save(tmp_path / "a.npz")
    whole = (tmp_path / "a.npz").read_bytes()
    for data in (b"", whole[: len(whole) // 2], b"noise" * 100):
        (tmp_path / "a.npz").write_bytes(data)
        with pytest.raises(DataError, match="no whole spoken sentence"):
            Spoken.open(tmp_path / "a.npz")


def test_no_code_is_loaded_from_it(tmp_path: Path) -> None:
    np.savez(tmp_path / "a.npz", times=np.array([print], object), samples=[], phones=[], spans=[], estimated=False)
    with pytest.raises(DataError, match="no whole spoken sentence"):
        Spoken.open(tmp_path / "a.npz")
