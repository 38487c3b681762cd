"""What a step's key holds of the code that it runs."""

from pathlib import Path

import pytest

import laterna
from laterna.media.files import sha256
from laterna.production import keys, steps


@pytest.mark.parametrize("name", ["cut", "sheet", "play"])
def test_every_step_of_the_film_is_made_anew_when_what_they_hand_to_one_another_is_read_otherwise(name: str) -> None:
    handed = Path(laterna.__file__).parent / "production" / "handed.py"
    assert keys.code(steps.load()[name])["code production.handed"] == sha256(handed)
