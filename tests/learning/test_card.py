"""A card says what nobody should have to guess, and is read back as it was written."""

from pathlib import Path
from typing import Any

import pytest
import toys

from laterna.errors import ModelError
from laterna.learning.card import CARD, Card


def test_a_card_is_read_as_it_was_written(tmp_path: Path) -> None:
    card = toys.card(seed=3, steps=100, seconds=12.5, credits=("Ann, CC BY 4.0",), notes="Weak at —, 影.")
    (tmp_path / CARD).write_text(card.text(), encoding="utf-8")
    assert Card.open(tmp_path / CARD) == card


def test_a_person_reads_figures_beside_the_baseline() -> None:
    text = toys.card(seed=3, steps=100, seconds=12.5, credits=("Ann, CC BY 4.0",)).text()
    assert "| mse | 0.25 | 1 |" in text
    assert "Trained with `laterna train toys/plain points` (seed 3, 100 steps, 12 s)." in text
    assert "Licence of the weights: CC0-1.0.\nCredit: Ann, CC BY 4.0" in text


@pytest.mark.parametrize("lacking", ["licence", "data", "command", "protocol", "figures", "baseline"])
def test_a_card_that_lacks_something_is_refused(lacking: str, tmp_path: Path) -> None:
    card = toys.card(**{lacking: type(getattr(toys.card(), lacking))()})
    (tmp_path / CARD).write_text(card.text())
    with pytest.raises(ModelError, match=f"toys/plain lacks its {lacking}: write it"):
        Card.open(tmp_path / CARD)


def test_a_figure_that_is_no_number_is_refused() -> None:
    with pytest.raises(ModelError, match="gives nan as its mse"):
        toys.card(figures={"mse": float("nan")}).check()


@pytest.mark.parametrize(
    "text", ["", "words", "---\n{\n---\n", "---\n{}\n---\n", '---\n{"model": 3}\n---\n', "---\n[]\n---\n"]
)
def test_a_garbled_card_is_one_sentence(text: str, tmp_path: Path) -> None:
    (tmp_path / CARD).write_text(text)
    with pytest.raises(ModelError, match="is garbled: copy the model again"):
        Card.open(tmp_path / CARD)


def test_no_card_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="nobody can tell what its weights may be used for"):
        Card.open(tmp_path / CARD)


@pytest.mark.parametrize(
    ("licence", "forbids"),
    [("CC-BY-NC-4.0", True), ("cc-by-nc-sa-3.0", True), ("research only", True), ("Non-commercial", True),
     ("CC-BY-4.0", False), ("Apache-2.0", False), ("MIT", False), ("LicenseRef-private", False), ("GPL-3.0", False)],
)  # fmt: skip
def test_licences_that_forbid_commercial_use_are_known(licence: str, forbids: bool) -> None:
    assert toys.card(licence=licence).non_commercial is forbids


def test_a_card_is_a_front_matter_that_hubs_can_read() -> None:
    import yaml

    front: dict[str, Any] = yaml.safe_load(toys.card().text().split("---\n")[1])
    assert front["model"] == "toys/plain"
