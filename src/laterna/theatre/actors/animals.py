"""Animals on the stage: dogs and horses on four legs, birds on two wings."""

from fractions import Fraction

import numpy as np

from laterna.theatre.actors.actor import Ground, Puppet, Role, facing_at
from laterna.theatre.actors.cloth import Chain
from laterna.theatre.actors.costume import Piece, Shade
from laterna.theatre.actors.gait import Gait
from laterna.theatre.actors.skeleton import _bend
from laterna.theatre.canvas import smooth, trace
from laterna.theatre.stage.scenery import stalk

_TIP = 9  # the tip among a wing's points
_FORE, _HIND = 0.34, -0.4  # where the legs stand, in heights at the withers


class Quadruped:
    """A dog or a horse. Like :class:`~laterna.theatre.actors.actor.Actor`, it must be moved frame by frame."""

    plan = "quadruped"

    def __init__(self, role: Role, ground: Ground, rate: Fraction) -> None:
        figure = self.figure = role.figure
        self.role, self._ground, self._frame = role, ground, float(1 / rate)
        tall, self._horse = figure.height, figure.kind == "horse"
        stride = tall * (0.5 if self._horse else 0.55)
        side = role.facing[0][1]
        self.gait = Gait(role.walks, stride, 0.07 * tall, offset=_HIND * tall, facing=side)
        self._fore = Gait(role.walks, stride, 0.05 * tall, offset=_FORE * tall, delay=0.5, facing=side)
        self._tail = Chain(5, 0.62 if self._horse else 0.5, drag=0.06, stiff=0.12 if self._horse else 0.3, light=0.6)

    def at(self, time: float, wind: float) -> Puppet:
        tall = self.figure.height
        x = self.gait.body(time)
        root = complex(x, self._ground(x))
        facing = facing_at(self.role.facing, time)
        side = 1.0 if facing >= 0 else -1.0
        pace = min(1.0, abs(self.gait.speed(time)) / (0.5 * tall))
        bounce = 0.015 * self.gait.bounce(time) * pace
        nod = (
            0.06 * np.sin(1.3 * time * self.figure.tempo + self.figure.phases[0]) + 0.05 * self.gait.bounce(time) * pace
        )

        def stage(points: np.ndarray) -> np.ndarray:
            return root + tall * (points.real * facing + 1j * points.imag)

        legs = {
            (pair, index): self._leg(pair, index, time, root, side, bounce)
            for pair in ("hind", "fore")
            for index in (0, 1)
        }
        skull = self._skull(nod, bounce)
        tail = self._wag(root, facing, side, bounce, time, wind)
        pieces = [
            Piece(points, "far")
            for index in (1,)
            for pair in ("hind", "fore")
            for points in self._limb(pair, legs[pair, index])
        ]
        pieces += [Piece(_brush(tail, 0.055 if self._horse else 0.035)), Piece(self._trunk(bounce, skull))]
        pieces += [Piece(points) for pair in ("hind", "fore") for points in self._limb(pair, legs[pair, 0])]
        pieces += self._head(skull)
        joints = self._joints(legs, skull, bounce, tail, side)
        return Puppet([Piece(stage(p.points), p.shade) for p in pieces], stage(joints), None, 0.0)

    def _leg(self, pair: str, index: int, time: float, root: complex, side: float, bounce: float) -> np.ndarray:
        """Hip, knee and paw."""
        tall = self.figure.height
        gait = self._fore if pair == "fore" else self.gait
        foot = gait.foot(index, time)
        down = (self._ground(foot.x) - root.imag) / tall
        paw = complex((foot.x - root.real) * side / tall, down - 0.75 * foot.lift / tall - 0.05)
        hip = complex(_FORE if pair == "fore" else _HIND, -0.66 - bounce)
        bend = 1.0 if pair == "fore" else -1.0
        knee, paw = _bend(hip, paw, 0.33, 0.315, bend)
        return np.array([hip, knee, paw])

    def _limb(self, pair: str, leg: np.ndarray) -> list[np.ndarray]:
        thick = self.figure.girth * (0.085 if pair == "fore" else 0.115) * (1.0 if self._horse else 0.85)
        thin = 0.034 * self.figure.girth
        upper = stalk(np.array([leg[0] - 0.06j, (leg[0] + leg[1]) / 2, leg[1]]), thick, thin * 1.25)
        lower = stalk(np.array([leg[1] - 0.01j, (leg[1] + leg[2]) / 2, leg[2]]), thin * 1.2, thin * 0.9)
        toe = 0.05 if self._horse else 0.075
        paw = np.array([-0.035 - 0.02j, 0.03 - 0.025j, toe + 0.05j, -0.045 + 0.05j])
        return [upper, lower, leg[2] + paw]

    def _skull(self, nod: float, bounce: float) -> tuple[complex, complex]:
        """The head's middle, and the direction of its muzzle."""
        if self._horse:
            return 0.83 - 1.38j - 1j * bounce + nod * 0.6j, np.exp(1j * (0.85 + nod))
        return 0.62 - 1.16j - 1j * bounce + nod * 0.5j, np.exp(1j * (0.18 + nod))

    def _trunk(self, bounce: float, skull: tuple[complex, complex]) -> np.ndarray:
        head, deep = skull[0], (0.0 if self._horse else 0.04)
        outline = np.array([
            head - 0.1 - 0.06j, 0.42 - 1.08j, 0.2 - 1.0j, -0.1 - 0.93j, -0.38 - 0.98j, -0.54 - 0.86j, -0.53 - 0.62j,
            -0.32 - 1j * (0.55 + deep), -1j * (0.5 + deep), 0.3 - 0.47j, 0.47 - 0.6j, 0.55 - 0.8j, head - 0.02 + 0.1j,
        ])  # fmt: skip
        return smooth(outline - 1j * bounce, 4)

    def _head(self, skull: tuple[complex, complex]) -> list[Piece]:
        head, muzzle = skull
        if self._horse:
            face = trace("-17,-7 -2,-11 20,-7 30,-2 30,6 20,9 2,12 -14,11")
            ear = trace("-15,-6 -20,-20 -7,-10")
            mane = smooth(
                np.array(
                    [head - 0.12 - 0.12j, 0.5 - 1.2j, 0.24 - 1.02j, 0.3 - 0.92j, 0.5 - 1.05j, head - 0.06 + 0.02j]
                ),
                4,
            )
            return [Piece(mane), Piece(head + smooth(face, 4) * muzzle), Piece(head + ear * muzzle)]
        long = 0.2 + 0.1 * self.figure.face[0]
        face = np.array(
            [-0.13 - 0.06j, 0 - 0.12j, 0.1 - 0.05j, long - 0.03j, long + 0.02 + 0.03j, 0.1 + 0.08j, -0.08 + 0.1j]
        )
        ear = trace("-10,-6 -6,-20 2,-9") if self.figure.face[1] < 0.5 else trace("-10,-8 -16,8 -7,10 0,-7")
        shade: Shade = "paper"
        return [Piece(head + smooth(face, 4) * muzzle), Piece(head + ear * muzzle, shade)]

    def _wag(self, root: complex, facing: float, side: float, bounce: float, time: float, wind: float) -> np.ndarray:
        tall = self.figure.height
        anchor = -0.52 - 0.9j - 1j * bounce
        centre = root / tall
        held = complex(centre.real + facing * anchor.real, centre.imag + anchor.imag)
        wag = 0.35 * np.sin(2 * np.pi * 2.2 * time) if not self._horse else 0.12 * np.sin(1.7 * time)
        rest = (-0.5 + 1j) if self._horse else np.exp(1j * (np.pi + 0.75 + wag))
        points = self._tail.move(held, self._frame, wind, complex(rest.real * side, rest.imag)) - centre
        return points.real * side + 1j * points.imag

    def _joints(
        self,
        legs: dict[tuple[str, int], np.ndarray],
        skull: tuple[complex, complex],
        bounce: float,
        tail: np.ndarray,
        side: float,
    ) -> np.ndarray:
        """In the order of ``JOINTS["quadruped"]``."""
        head, muzzle = skull
        reach = 0.28 if self._horse else 0.2 + 0.1 * self.figure.face[0]
        right, left = (0, 1) if side > 0 else (1, 0)
        limbs = [legs[pair, index][joint] for pair in ("fore", "hind") for index in (right, left) for joint in (1, 2)]
        return np.array([head + reach * muzzle, head, 0.2 - 0.97j, -0.4 - 0.95j, tail[-1], *limbs])

    def sounds(self, seconds: float) -> list[tuple[float, str]]:
        kind = "hoof" if self._horse else "paw"
        times = [time for gait in (self.gait, self._fore) for time, _ in gait.contacts()]
        return sorted((float(time), kind) for time in times if 0 <= time < seconds)


def _brush(points: np.ndarray, width: float) -> np.ndarray:
    curve = smooth(points, 4, closed=False)
    along = np.gradient(curve)
    normal = 1j * along / np.maximum(np.abs(along), 1e-9)
    taper = width * np.sin(np.pi * np.linspace(0.2, 0.96, len(curve)))
    return np.concatenate([curve + normal * taper, (curve - normal * taper)[::-1]])


class Bird:
    """A bird that flies across, now beating its wings, now gliding."""

    plan = "bird"

    def __init__(self, role: Role, ground: Ground, rate: Fraction) -> None:
        self.role, self.figure, self._ground = role, role.figure, ground
        self.gait = Gait(role.walks, stride=1.0, stance=0.0)

    def at(self, time: float, wind: float) -> Puppet:
        figure, tall = self.figure, self.figure.height
        walk = self.role.walks[0]
        x = walk.x0 + (walk.x1 - walk.x0) * (time - walk.start) / (walk.end - walk.start)
        glide = gliding(time, figure.phases[1])
        beat = 2 * np.pi * 2.3 * figure.tempo * time + figure.phases[0]
        flap = (1 - glide) * np.sin(beat)
        height = self._ground(x) - self.role.altitude - 0.03 * np.sin(0.8 * time + figure.phases[2]) + 0.012 * flap
        facing = float(self.role.facing[0][1])

        def stage(points: np.ndarray) -> np.ndarray:
            return complex(x, height) + tall * (points.real * facing + 1j * points.imag)

        near, far = self._wing(beat, glide, 1.0), self._wing(beat - 0.15, glide, 0.85)
        body = trace("62,-10 42,-8 20,-10 -15,-10 -50,-2 -72,2 -50,6 -10,10 25,8 45,0")
        beak = trace("58,-12 80,-6 58,-5")
        pieces = [Piece(far, "far"), Piece(smooth(body, 4)), Piece(beak), Piece(near)]
        right, left = (near, far) if facing > 0 else (far, near)
        joints = np.array([0.8 - 0.06j, 0j, -0.7 + 0.02j, right[_TIP], left[_TIP]])
        return Puppet([Piece(stage(p.points), p.shade) for p in pieces], stage(joints), None, 0.0)

    def _wing(self, beat: float, rest: float, size: float) -> np.ndarray:
        """A wing at a phase of its beat: its outer half follows the inner one, and it is held out while it rests."""
        inner = 0.3 * rest + (1 - 0.85 * rest) * np.sin(beat)
        outer = 0.2 * rest + (1 - 0.85 * rest) * np.sin(beat - 0.9)
        bend = 0.04 - 0.06j - 0.38j * size * inner
        tip = bend - 0.16 - 0.56j * size * outer
        front = [0.26 - 0.06j, bend + 0.2, (bend + tip) / 2 + 0.17, tip]
        back = [tip - 0.1 + 0.05j, (bend + tip) / 2 - 0.24 + 0.03j, bend - 0.3 + 0.05j, -0.26 + 0.0j]
        return smooth(np.array([*front, *back]), 3)

    def sounds(self, seconds: float) -> list[tuple[float, str]]:
        return []


def gliding(time: float, phase: float) -> float:
    """How much of the beat of the wings rests, 0..1."""
    return float(np.clip(1.5 * np.sin(0.9 * time + phase), 0, 1))
