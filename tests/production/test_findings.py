"""What a reader of the result is told, from what the steps left behind."""

import json
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from laterna.editing import Finding
from laterna.editing.reviewing.reading import reading
from laterna.media.captions import Caption, Captions
from laterna.production.findings import Findings


def left(folder: Path, step: str, **about: Any) -> Path:
    (folder / step).mkdir()
    (folder / step / "about.json").write_text(json.dumps(about))
    return folder / step


def test_nothing_is_told_of_steps_that_did_not_run() -> None:
    assert Findings({}).notes == ()


def test_a_narration_that_no_voice_spoke_is_told(tmp_path: Path) -> None:
    (note,) = Findings({"narrate": left(tmp_path, "narrate", estimated=True)}).notes
    assert note == "No voice spoke the narration: its captions are timed by reading speed."


def test_what_the_score_the_mix_and_the_export_say_is_handed_on(tmp_path: Path) -> None:
    results = {step: left(tmp_path, step, notes=[f"of the {step}"]) for step in ("mix", "export", "score")}
    assert Findings(results).notes == ("of the score", "of the mix", "of the export")


@pytest.mark.parametrize(("level", "told"), [(-14.4, 0), (-15.2, 1)])
def test_a_film_that_missed_its_loudness_is_told(tmp_path: Path, level: float, told: int) -> None:
    measured = tmp_path / "measure.json"
    measured.write_text(json.dumps({"loudness": {"integrated": level, "true_peak": -1.0, "range": 3.0}}))
    results = {"measure": measured, "mix": left(tmp_path, "mix", target=-14.0, notes=[])}
    assert len(Findings(results).notes) == told


def fault(severity: str) -> dict[str, Any]:
    one = Finding("click", Fraction(1, 3), Fraction(1, 2), severity, 9.0, 8.0, "A click.", "00:00:00:08")
    return one.to_json()


def test_errors_of_the_review_are_told_and_warnings_are_not(tmp_path: Path) -> None:
    reviewed = tmp_path / "review.json"
    reviewed.write_text(json.dumps({"findings": [fault("warning")]}))
    assert Findings({"review": reviewed}).notes == ()
    reviewed.write_text(json.dumps({"findings": [fault("warning"), fault("error")]}))
    found = Findings({"review": reviewed})
    assert found.notes == ("The review found 1 error in the film: its report says where.",)
    assert [one.start for one in found.faults] == [Fraction(1, 3)] * 2


def test_fast_captions_are_told_by_the_review_alone(tmp_path: Path) -> None:
    captions, film = tmp_path / "captions.srt", Captions((Caption(Fraction(0), Fraction(1), ("The wind came down.",)),))
    film.save(captions)
    reviewed = tmp_path / "review.json"
    fast = [one.to_json() for one in reading(film, Fraction(1))]
    reviewed.write_text(json.dumps({"findings": fast}))
    found = Findings({"captions": captions, "review": reviewed})
    assert [one.kind for one in found.faults] == ["fast caption"]
    assert found.notes == ()
