"""Whose work is used."""

from laterna.learning.card import Card
from laterna.production import credits


def test_fonts_and_libraries_are_credited_with_their_licences():
    lines = credits()
    assert any("Noto Sans SC" in line and "SIL Open Font License" in line for line in lines)
    assert any(line.startswith("Library: av ") and "GPL" in line for line in lines)
    assert any("soxr" in line and "LGPL" in line for line in lines)
    assert not any("pytest" in line for line in lines)


def test_whom_a_models_card_credits_is_credited(tmp_path, monkeypatch):
    said = {"data": ("made",), "command": "none", "protocol": "none", "figures": {"x": 1.0}, "baseline": {"x": 0.0}}
    card = Card("music/toy", "CC-BY-4.0", credits=("Songs by Ada, CC BY 4.0",), **said)
    (tmp_path / "music" / "toy").mkdir(parents=True)
    (tmp_path / "music" / "toy" / "config.json").write_text("{}")
    (tmp_path / "music" / "toy" / "card.md").write_text(card.text())
    monkeypatch.setenv("LATERNA_MODELS", str(tmp_path))
    assert "Weights: music/toy, CC-BY-4.0: Songs by Ada, CC BY 4.0" in credits()
