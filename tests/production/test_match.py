"""Sentences over the shots that speak of the same: what a log beside the footage tells is obeyed by the cut."""

from pathlib import Path

import opentimelineio as otio
import pytest

from laterna.errors import DataError, LaternaError
from laterna.media.timeline import load, track
from laterna.production import Release, produce

SAYS = ("A horse gallops across the desert.", "Rain falls on the harbour.", "An old woman dances in the village.")
LOG = {
    "0.mp4": "An old woman dances in a village",
    "1.mp4": "A horse runs in the desert",
    "2.mp4": "A harbour in the rain",
}


def made(rushes: Path, folder: Path, log: str | None, **fields: str) -> Release:
    for film in rushes.glob("*.mp4"):
        (folder / film.name).symlink_to(film)
    if log is not None:
        (folder / "labels.csv").write_text(log)
    given = {
        "footage": '["*.mp4"]',
        "length": "12",
        "size": '"96x54"',
        "music": '"none"',
        "narration": f'"{" ".join(SAYS)}"',
        "steps.narrate.voice": '"none"',
    } | fields
    (folder / "brief.toml").write_text("".join(f"{name} = {value}\n" for name, value in given.items()))
    return produce(folder / "brief.toml")


def shots(release: Release) -> list[tuple[str, str]]:
    """The film's clips: their files, and why they stand there."""
    clips = track(load(release.folder / "film.otio"), "Picture").find_clips()
    return [
        (Path(clip.media_reference.target_url).name, str(clip.metadata["laterna"]))
        for clip in clips
        if isinstance(clip.media_reference, otio.schema.ExternalReference)
    ]


def rows(says: dict[str, str]) -> str:
    return "file,caption\n" + "".join(f"{file},{caption}\n" for file, caption in says.items())


def test_a_sentence_gets_the_shot_that_the_log_tells_of(rushes: Path, tmp_path: Path) -> None:
    clips = shots(made(rushes, tmp_path, rows(LOG)))
    over = {n: [file for file, why in clips if f"fits sentence {n} " in why] for n in (1, 2, 3)}
    assert {n: set(files) for n, files in over.items()} == {1: {"1.mp4"}, 2: {"2.mp4"}, 3: {"0.mp4"}}


@pytest.mark.parametrize(("log", "match"), [(None, "true"), (rows(LOG), "false")], ids=["no log", "not wanted"])
def test_without_words_shots_are_chosen_by_their_looks(
    rushes: Path, tmp_path: Path, log: str | None, match: str
) -> None:
    release = made(rushes, tmp_path, log, match=match)
    assert not any("fits sentence" in why for _, why in shots(release))
    assert not list((release.folder / "versions" / "index").glob("*/index"))


def test_a_taste_that_nobody_follows_or_that_is_not_known_is_one_sentence(
    rushes: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LATERNA_FEEDBACK", str(tmp_path / "feedback.sqlite"))
    with pytest.raises(LaternaError, match="10 comparisons of cuts at least"):
        made(rushes, tmp_path, None, **{"steps.cut.taste": "true", "steps.cut.cutter": '"optimal"'})


def test_a_word_that_the_log_may_not_have_is_one_sentence(rushes: Path, tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"says 'widely': write wide"):
        made(rushes, tmp_path, "file,scale\n0.mp4,widely\n")


def test_a_changed_caption_chooses_anew_and_decodes_nothing(rushes: Path, tmp_path: Path) -> None:
    made(rushes, tmp_path, rows(LOG))
    swapped = dict(zip(LOG, list(LOG.values())[::-1], strict=True))
    (tmp_path / "labels.csv").write_text(rows(swapped))
    release = produce(tmp_path / "brief.toml")
    ran = {outcome.step for outcome in release.steps if not outcome.kept}
    assert "analyse" not in ran
    assert {"index", "cut"} <= ran
    assert any(file == "2.mp4" and "fits sentence 3 " in why for file, why in shots(release))
