"""No voice without its speaker's consent."""

from datetime import date
from pathlib import Path

import pytest

from laterna.errors import DataError
from laterna.voice.consent import Consent, read_consent

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
