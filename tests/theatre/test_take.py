"""One take: the same from the same seed, different from another, and its truth agrees with its picture."""

from collections import Counter
from dataclasses import replace
from fractions import Fraction
from itertools import islice
from typing import get_args

import numpy as np
import pytest

from laterna.theatre import words
from laterna.theatre.scene import draw_scene, draw_setting
from laterna.theatre.take import Notes, Take, take
from laterna.theatre.truth import Span
from laterna.theatre.words import JOINTS

SIZE = (160, 90)


def staged(seed, frames=24, *, scale="wide", move="static", negatives=(), **changes):
    """A take whose setting has clear air, unless ``changes`` say otherwise."""
    setting = draw_setting((seed, 0))
    look = replace(setting.look, grain=0.0, flicker=0.0, drift=0.0, soft=0.0, paper=0.0)
    setting = replace(setting, **{"weather": "clear", "haze": 0.3, "look": look} | changes)
    scene = draw_scene(setting, (seed, 1), frames, Fraction(24), scale=scale, move=move, negatives=0)
    return Take(replace(scene, negatives=tuple(negatives)), SIZE)


def lumas(shot):
    return np.array([picture.canvas.y.astype(int) for picture in shot.frames()])


def test_the_same_seed_gives_the_same_frames():
    first, again = (take(5, seconds=0.5, size=SIZE) for _ in range(2))
    for one, other in zip(first.frames(), again.frames(), strict=True):
        assert np.array_equal(one.canvas.i420, other.canvas.i420)
        assert np.array_equal(one.mask, other.mask)
        assert all(np.array_equal(a, b) for a, b in zip(one.poses, other.poses, strict=True))


def test_a_take_can_be_drawn_twice():
    shot = take(6, seconds=0.4, size=SIZE)
    first = [picture.canvas.i420.copy() for picture in shot.frames()]
    assert all(np.array_equal(a, b.canvas.i420) for a, b in zip(first, shot.frames(), strict=True))


def test_frames_are_rgb_of_the_size_asked_for():
    shot = take(7, seconds=0.2, size=SIZE, rate=25)
    pictures = [picture.rgb() for picture in shot.frames()]
    assert len(pictures) == 5
    assert pictures[0].shape == (90, 160, 3)
    assert pictures[0].dtype == np.uint8


@pytest.mark.parametrize("seed", range(6))
def test_the_mask_is_where_the_actors_are_drawn(seed):
    """Drawn with and without actors, the picture differs where the mask says."""
    full = staged(seed)
    empty = Take(replace(full.scene, roles=()), SIZE)
    with_actors = [(p.canvas.y.astype(int), p.mask.copy()) for p in islice(full.frames(), 20, 24)]
    without = [p.canvas.y.astype(int) for p in islice(empty.frames(), 20, 24)]
    for (picture, mask), plate in zip(with_actors, without, strict=True):
        changed = np.abs(picture - plate) > 0.5 * np.abs(picture - plate)[mask > 0].mean()
        visible = (mask > 0) & (plate > 60)  # where black paper stands before something lighter
        assert visible.sum() > 15
        assert (changed & visible).sum() / ((changed & (plate > 60)) | visible).sum() > 0.6
        assert (changed & (mask == 0) & (plate > 60)).sum() < 0.3 * visible.sum()


@pytest.mark.parametrize("scale", ["wide", "medium"])
def test_joints_lie_on_their_actor(scale):
    on, counted = 0, 0
    for seed in range(8):
        shot = staged(seed, 6, scale=scale)
        for picture in shot.frames():
            for label, (pose, role) in enumerate(zip(picture.poses, shot.scene.roles, strict=True), start=1):
                if not role.figure.person:
                    continue
                for x, y, seen in pose:
                    if seen == 2:
                        counted += 1
                        near = picture.mask[max(0, round(y) - 2) : round(y) + 3, max(0, round(x) - 2) : round(x) + 3]
                        on += label in near
    assert counted > 300
    assert on / counted > 0.85  # the rest are hidden behind another actor


def test_joints_are_marked_outside_hidden_or_in_sight():
    notes = Notes(staged(3, 30, scale="close-up"))
    for _ in notes.taken(notes.take.frames()):
        pass
    poses = notes.shot().actors[0].poses
    assert poses.shape == (30, len(JOINTS["person"]), 3)
    x, y, seen = poses[..., 0], poses[..., 1], poses[..., 2]
    inside = (x >= 0) & (y >= 0) & (x <= SIZE[0] - 1) & (y <= SIZE[1] - 1)
    assert np.array_equal(seen > 0, inside)
    assert (seen[:, JOINTS["person"].index("left_ankle")] == 0).all()  # a close-up shows no feet


def test_scales_show_people_small_and_large():
    def share(scale):
        areas = [(next(staged(s, 1, scale=scale).frames()).mask > 0).mean() for s in range(8)]
        return np.median(areas)

    wide, medium, close = (share(scale) for scale in ("wide", "medium", "close-up"))
    assert wide < 0.08 < medium
    assert close > 2.5 * wide


def test_the_camera_does_what_its_label_says():
    def path(move):
        return np.array([picture.camera for picture in staged(4, 48, move=move).frames()])

    assert np.ptp(path("static")[:, :3], axis=0).max() < 0.01
    assert np.ptp(path("pan")[:, 0]) > 0.1
    assert np.ptp(path("tilt")[:, 1]) > 0.05
    assert np.ptp(path("zoom")[:, 2]) > 0.05
    shake = path("handheld")
    assert 0.002 < np.ptp(shake[:, 0]) < 0.1
    assert np.ptp(shake[:, 3]) > 0.001


def test_a_pan_moves_the_picture():
    still, panned = staged(4, 24), staged(4, 24, move="pan")
    change = [np.abs(np.diff(lumas(shot)[[0, -1]], axis=0)).mean() for shot in (still, panned)]
    assert change[1] > 2 * change[0]


@pytest.mark.parametrize("kind", ["flash", "strobe", "lightning", "lights_on", "whip_pan", "passer_by"])
def test_a_hard_negative_is_seen_in_its_frames(kind):
    frames = {"flash": 2, "lights_on": 2}.get(kind, 12)
    span = Span(kind, 10, 10 + frames - 1)
    plain, disturbed = lumas(staged(9, 34)), lumas(staged(9, 34, negatives=[span]))
    change = np.abs(disturbed - plain).mean(axis=(1, 2))
    assert change[10:23].max() > 8
    assert change[-4:].max() < 1.5  # it ends
    if kind not in ("lights_on", "whip_pan"):
        assert change[:9].max() < 1.5  # it has not begun


def test_captions_say_what_is_seen():
    for seed in range(40):
        shot = draw_scene(draw_setting((seed, 0)), (seed, 1), 120, Fraction(24))
        assert shot.caption.endswith(".")
        assert shot.caption[0].isupper()
        assert "  " not in shot.caption
        for role in shot.roles:
            assert role.figure.kind in shot.caption.lower().replace("women", "woman").replace("men", "man")


def test_every_label_turns_up():
    seen = Counter()
    for seed in range(200):
        setting = draw_setting((seed, 0))
        scene = draw_scene(setting, (seed, 1), 150, Fraction(30), negatives=0.5)
        seen.update([setting.place, setting.daytime, setting.weather, setting.mood])
        seen.update([scene.framing.scale, scene.move.move])
        seen.update(span.kind for span in scene.negatives)
        seen.update(beat.action for role in scene.roles for beat in role.beats)
        seen.update(role.figure.kind for role in scene.roles)
    labels = [words.Place, words.Daytime, words.Weather, words.Mood, words.Scale, words.Move]
    for union in (*labels, words.NegativeKind, words.Action, words.Kind):
        assert set(get_args(union)) <= set(seen), union


def test_takes_differ_widely():
    """Mean colours of 40 seeds spread over the colour space, and no two pictures are alike."""
    pictures = [next(take(seed, seconds=0.1, size=(64, 36), masks=False).frames()).rgb() for seed in range(40)]
    means = np.array([picture.mean(axis=(0, 1)) for picture in pictures])
    assert means.std(axis=0).min() > 25
    chroma = means - means.mean(axis=1, keepdims=True)
    assert (chroma.std(axis=0) > 10).all()
    apart = np.abs(means[:, None] - means[None]).sum(axis=-1) + 999 * np.eye(40)
    assert np.median(apart.min(axis=1)) > 6
