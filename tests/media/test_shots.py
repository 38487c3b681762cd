"""Shot tables tile their film, know which frames are clean, and survive their file."""

import json
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from laterna.errors import LaternaError
from laterna.media.shots import Shot, ShotTable, Transition

RATE = Fraction(30000, 1001)


def table(*cuts: tuple[str, int, int, int], frames: int = 200, rate: Fraction = RATE) -> ShotTable:
    """Shots whose transitions in are (kind, start of the shot, first mixed frame, last mixed frame)."""
    entries = [("start", 0, 0, 0), *cuts]
    ends = [start for _, start, _, _ in entries[1:]] + [frames]
    return ShotTable(
        tuple(
            Shot(start, end, start / rate, end / rate, Transition(kind, first, last, 0.75))  # type: ignore[arg-type]
            for (kind, start, first, last), end in zip(entries, ends, strict=True)
        )
    )


@st.composite
def tables(draw: st.DrawFn) -> ShotTable:
    frames = draw(st.integers(1, 500_000))
    starts = draw(st.sets(st.integers(1, frames - 1), max_size=6)) if frames > 1 else set()
    kinds = st.sampled_from(["cut", "dissolve", "fade", "wipe"])
    rate = draw(st.sampled_from([RATE, Fraction(25), Fraction(24000, 1001)]))
    return table(*((draw(kinds), start, start, start) for start in sorted(starts)), frames=frames, rate=rate)


@given(tables())
def test_a_table_survives_its_file(tmp_path_factory: pytest.TempPathFactory, shots: ShotTable) -> None:
    path = tmp_path_factory.mktemp("shots") / "a.shots.json"
    shots.save(path)
    back = ShotTable.open(path)
    assert [(s.start_frame, s.end_frame, s.transition_in) for s in back] == [
        (s.start_frame, s.end_frame, s.transition_in) for s in shots
    ]
    assert all(
        abs(a.start - b.start) < Fraction(1, 10**6) > abs(a.end - b.end) for a, b in zip(shots, back, strict=True)
    )
    assert back.to_json() == shots.to_json()


def test_the_printed_form_is_the_documented_one() -> None:
    assert table(("dissolve", 100, 96, 104), rate=Fraction(25)).to_json()[1] == {
        "start_frame": 100,
        "end_frame": 200,
        "start": 4.0,
        "end": 8.0,
        "transition_in": {"kind": "dissolve", "first_frame": 96, "last_frame": 104, "confidence": 0.75},
    }


def test_clean_frames_leave_out_what_two_shots_share() -> None:
    shots = table(("cut", 50, 50, 50), ("dissolve", 100, 95, 104), ("fade", 150, 145, 155))
    assert [shots.clean_frames(index) for index in range(4)] == [(0, 50), (50, 95), (105, 145), (156, 200)]


def test_a_shot_that_is_all_transition_has_no_clean_frame() -> None:
    shots = table(("dissolve", 100, 90, 109), ("dissolve", 110, 105, 115))
    first, end = shots.clean_frames(1)
    assert first == end


def test_it_is_a_sequence() -> None:
    shots = table(("cut", 50, 50, 50))
    assert len(shots) == 2
    assert shots[1].start_frame == 50
    assert [shot.end_frame for shot in shots] == [50, 200]


def row(**changes: Any) -> dict[str, Any]:
    """A shot as JSON, with changes; None leaves a field out."""
    whole = table().to_json()[0] | changes
    return {key: value for key, value in whole.items() if value is not None}


GARBLED = {
    "no JSON": "shots: 3",
    "not Unicode": b"\xff\xfe\xff",
    "no list": json.dumps({"shots": 3}),
    "a number": "7",
    "a row without end": json.dumps([row(end_frame=None)]),
    "a row that is text": json.dumps(["shot"]),
    "an unknown transition": json.dumps([row(transition_in=row()["transition_in"] | {"kind": "morph"})]),
    "an endless time": '[{"start_frame": 0, "end_frame": 9, "start": 0, "end": Infinity, "transition_in": '
    '{"kind": "cut", "first_frame": 0, "last_frame": 0, "confidence": 1}}]',
    "a backward shot": json.dumps([row(start_frame=9, end_frame=3)]),
    "a hole": json.dumps([row(end_frame=5), row(start_frame=6, end_frame=9)]),
}


@pytest.mark.parametrize("kind", GARBLED)
def test_a_garbled_file_is_said_in_one_sentence(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "a.shots.json"
    text = GARBLED[kind]
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(LaternaError) as caught:
        ShotTable.open(path)
    assert repr(str(path)) in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("content", [None, b""])
def test_a_missing_or_empty_file_is_said(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "a.shots.json"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(LaternaError, match=r"a\.shots\.json"):
        ShotTable.open(path)
