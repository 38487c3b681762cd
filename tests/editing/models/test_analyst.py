"""The shot analyst: pictures and motion to words."""

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from laterna.editing.describing import describe  # noqa: E402
from laterna.editing.describing.labels import CHOICES, SETS  # noqa: E402
from laterna.editing.models.analyst import Analyst, fitted, padded, textured  # noqa: E402
from laterna.editing.models.analyst_recipe import collate  # noqa: E402
from laterna.editing.rehearsals.labelled import Labelled  # noqa: E402
from laterna.editing.rehearsals.stage import staged  # noqa: E402


@pytest.fixture(scope="module")
def analyst() -> Analyst:
    return Analyst.build("debug").eval()


EVEN = torch.ones(1, 9, 16)


def field(right: float = 0, down: float = 0, closer: float = 0, around: float = 0) -> torch.Tensor:
    y, x = np.meshgrid(np.linspace(-0.5, 0.5, 9), np.linspace(-0.9, 0.9, 16), indexing="ij")
    return torch.from_numpy(np.stack([right + closer * x - around * y, down + closer * y + around * x]))[None].float()


def test_a_camera_move_is_read_off_a_field_of_motion() -> None:
    for n, name in enumerate(("right", "down", "closer", "around")):
        found = fitted(field(**{name: 0.3}), EVEN)[0]
        assert found[n] == pytest.approx(0.3, abs=0.02)
        assert np.delete(found.numpy(), n) == pytest.approx(np.zeros(3), abs=0.02)


def test_an_actor_who_crosses_the_picture_moves_no_camera() -> None:
    crossed = field()
    crossed[0, 0, 3:8, 5:9] = 2.0
    assert abs(fitted(crossed, EVEN)[0, 0]) < 0.02


def test_a_plain_wall_does_not_say_that_the_camera_stands_still() -> None:
    half = field(right=0.3)
    half[0, 0, :, :10] = 0
    seen = EVEN.clone()
    seen[0, :, :10] = 0
    assert fitted(half, seen)[0, 0] == pytest.approx(0.3, abs=0.02)


def test_there_is_more_to_see_in_a_pattern_than_on_a_wall() -> None:
    picture = torch.zeros(1, 3, 54, 96)
    picture[..., 48:] = torch.from_numpy(np.random.default_rng(0).uniform(-1, 1, (1, 3, 54, 48))).float()
    seen = textured(picture)[0]
    assert seen[:, :7].max() == 0
    assert 0.5 < seen[:, 9:].min() < seen.max() <= 1


def test_a_shot_is_told_the_same_alone_and_beside_a_longer_one(analyst: Analyst) -> None:
    long, short = sorted((staged(3), staged(4)), key=lambda shot: -len(shot.samples.pictures))
    one, other = analyst.answers([short.samples])[0], analyst.answers([long.samples, short.samples])[1]
    for name in CHOICES:
        assert torch.allclose(one.choices[name], other.choices[name], atol=1e-4)
    assert torch.allclose(one.keys, other.keys, atol=1e-4)


def test_the_camera_is_told_from_motion_whatever_the_colours(analyst: Analyst) -> None:
    shot = staged(3).samples
    other = shot._replace(pictures=255 - shot.pictures)
    one, negative = analyst.answers([shot])[0], analyst.answers([other])[0]
    assert torch.allclose(one.choices["move"], negative.choices["move"], atol=1e-4)
    assert not torch.allclose(one.choices["scale"], negative.choices["scale"], atol=1e-4)


def test_what_is_unknown_costs_nothing(analyst: Analyst) -> None:
    shot = staged(3)
    known = analyst.loss(collate([Labelled(shot.samples, {"move": "pan"})]), "model", 0)
    assert torch.equal(known["loss"], known["move"])
    nothing = analyst.loss(collate([Labelled(shot.samples, {})]), "model", 0)
    assert nothing["loss"] == 0


def test_shots_are_padded_to_the_longest() -> None:
    one, other = staged(3).samples, staged(3).samples.between(0, 2)
    pictures, flows, counts = padded([one, other])
    assert counts.tolist() == [len(one.pictures), len(other.pictures)]
    assert (pictures[1, len(other.pictures) :] == 0).all()
    assert flows.shape[:2] == pictures.shape[:2]


def test_a_description_is_in_words(analyst: Analyst, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("laterna.editing.describing.descriptions._analyst", lambda model: analyst)
    shot = staged(3)
    (said,) = describe([shot.samples])
    assert all(getattr(said, name) in words for name, words in CHOICES.items())
    assert all(set(getattr(said, name)) <= set(words) for name, words in SETS.items())
    assert said.key_frame in shot.samples.frames
    assert -1 <= said.valence <= 1
    assert set(said.to_json()) >= {"scale", "subjects", "sure"}
    assert "vector" not in said.to_json()
