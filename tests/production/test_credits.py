"""Whose work is used."""

from laterna.production import credits


def test_fonts_and_libraries_are_credited_with_their_licences():
    lines = credits()
    assert any("Noto Sans SC" in line and "SIL Open Font License" in line for line in lines)
    assert any(line.startswith("Library: av ") and "GPL" in line for line in lines)
    assert any("soxr" in line and "LGPL" in line for line in lines)
    assert not any("pytest" in line for line in lines)
