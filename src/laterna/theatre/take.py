"""One take: a scene, drawn frame by frame, and what is known of each frame."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction

import cv2
import numpy as np

from laterna.media.shots import Shot, ShotTable, Transition
from laterna.theatre.actors.actor import Actor, Puppet, Role
from laterna.theatre.actors.animals import Bird, Quadruped
from laterna.theatre.actors.costume import Shade
from laterna.theatre.actors.gait import Walk
from laterna.theatre.camera import Camera, Whip
from laterna.theatre.canvas import Canvas, View
from laterna.theatre.look import Print
from laterna.theatre.palette import Ink, ink, mix
from laterna.theatre.scene import Scene, draw_scene, draw_setting
from laterna.theatre.stage.landscape import landscape
from laterna.theatre.stage.layer import Moment
from laterna.theatre.stage.sky import DEPTH as SKY_DEPTH
from laterna.theatre.stage.sky import sky
from laterna.theatre.stage.weather import weather
from laterna.theatre.truth import Cast, Heard, ShotTruth, Span, Truth

Player = Actor | Quadruped | Bird
_PLAYERS: dict[str, type[Player]] = {"dog": Quadruped, "horse": Quadruped, "bird": Bird}
_WHITE: Ink = (235, 128, 128)


@dataclass(frozen=True, slots=True)
class Picture:
    """One drawn frame. The canvas is used again for the next one: take ``rgb()`` or a copy before going on.

    ``poses`` has, for each actor, the joints as (joints, 3): x, y in pixels and 0 outside, 1 hidden, 2 in sight.
    ``camera`` is the shift in picture heights, zoom and roll.
    """

    index: int
    canvas: Canvas
    poses: tuple[np.ndarray, ...]
    camera: tuple[float, float, float, float]

    def rgb(self) -> np.ndarray:
        """(height, width, 3) uint8."""
        return self.canvas.rgb()

    @property
    def mask(self) -> np.ndarray | None:
        """(height, width) uint8: 0, or the label of the actor who is seen there."""
        return self.canvas.mask


class Take:
    """A scene, ready to be drawn at a size (width, height). Drawing it again gives the same frames."""

    def __init__(self, scene: Scene, size: tuple[int, int], *, masks: bool = True) -> None:
        self.scene, self.size = scene, size
        self.masked = masks
        setting = scene.setting
        decor = np.random.default_rng((*setting.seed, 1))
        self.landscape = landscape(
            setting.place, setting.palette, setting.daytime, decor, sun=setting.sun.real, haze=setting.haze
        )
        self._sky = sky(setting.palette, setting.daytime, setting.weather, decor, size, setting.sun)
        self._behind, self._before = weather(setting.weather, setting.palette, size, setting.wind, decor)
        self._camera = Camera(scene.framing, scene.move, size, self._follow(), self._whips())
        self._inks = [self._colours(role) for role in scene.roles]
        self._focus = {"wide": 0.0, "medium": 0.004, "close-up": 0.009}[scene.framing.scale] * size[1]

    def players(self) -> list[Player]:
        """The actors, at the start of their roles."""
        return [self._player(role) for role in self.scene.roles]

    def _player(self, role: Role) -> Player:
        return _PLAYERS.get(role.figure.kind, Actor)(role, self.landscape.ground, self.scene.rate)

    def frames(self) -> Iterator[Picture]:
        """Draw the frames in order."""
        scene = self.scene
        canvas = Canvas(*self.size, masked=self.masked)
        stock = Print(scene.setting.look, self.size, np.random.default_rng((*scene.seed, 2)))
        players = self.players()
        passer = self._passer_by()
        for index in range(scene.frames):
            time = float(index / scene.rate)
            moment = Moment(self._camera.view(time), time, scene.setting.wind)
            puppets = [player.at(time, self._gust(time)) for player in players]
            self._backdrop(canvas, moment, index)
            self._stage(canvas, moment, puppets)
            if passer is not None:
                self._obstruct(canvas, passer, time)
            stock.develop(canvas, time)
            self._happen(canvas, index, time)
            poses = tuple(self._seen(canvas, moment.view(1.0)(puppet.joints)) for puppet in puppets)
            shift, zoom, roll = self._camera.state(time)
            yield Picture(index, canvas, poses, (shift.real, shift.imag, zoom, roll))

    def _gust(self, time: float) -> float:
        wind = self.scene.setting.wind
        return float(wind * (0.75 + 0.35 * np.sin(1.1 * time) + 0.2 * np.sin(2.7 * time + 1)))

    def _backdrop(self, canvas: Canvas, moment: Moment, index: int) -> None:
        """Everything behind the stage; in closer shots it is drawn small and out of focus."""
        if self._focus < 1:
            return self._distance(canvas, moment, index)
        small = Canvas(self.size[0] // 4 * 2, self.size[1] // 4 * 2)
        factor = small.height / canvas.height
        self._distance(small, replace(moment, view=lambda depth: moment.view(depth).zoomed(factor)), index)
        for plane, target, step in zip(small.planes, canvas.planes, (1, 2, 2), strict=True):
            blurred = cv2.GaussianBlur(plane, (0, 0), self._focus * factor / step)
            cv2.resize(blurred, (target.shape[1], target.shape[0]), dst=target, interpolation=cv2.INTER_LINEAR)
        return None

    def _distance(self, canvas: Canvas, moment: Moment, index: int) -> None:
        self._sky.draw(canvas, moment.view(SKY_DEPTH), moment.time)
        bolt = self._lightning(index)
        if bolt:
            canvas.wash(_WHITE, bolt)
        for layer in self.landscape.behind:
            if layer.depth < 1:
                layer.draw(canvas, moment)

    def _stage(self, canvas: Canvas, moment: Moment, puppets: list[Puppet]) -> None:
        if canvas.mask is not None:
            canvas.mask[:] = 0
        if self._focus < 1:
            for overlay in self._behind:
                overlay.draw(canvas, moment.time)
        for layer in self.landscape.behind:
            if layer.depth == 1:
                layer.draw(canvas, moment)
        view = moment.view(1.0)
        for label, (puppet, inks) in enumerate(zip(puppets, self._inks, strict=True), start=1):
            canvas.paint(((view(piece.points), inks[piece.shade]) for piece in puppet.pieces), label)
        if self.scene.framing.scale == "wide":
            for layer in self.landscape.before:
                layer.draw(canvas, moment)
        self._shine(canvas, view, puppets, moment.time)
        for overlay in self._before:
            overlay.draw(canvas, moment.time)

    def _shine(self, canvas: Canvas, view: View, puppets: list[Puppet], time: float) -> None:
        light = ink(self.scene.setting.palette.light)
        strength = {"night": 0.62, "dusk": 0.45, "dawn": 0.35, "day": 0.12}[self.scene.setting.daytime]
        for lamp in self.landscape.lamps:
            canvas.glow(complex(view(np.array(lamp))), 0.13 * view.scale, light, 0.8 * strength)
        for puppet, role in zip(puppets, self.scene.roles, strict=True):
            if puppet.lamp is not None:
                flicker = 1 + 0.06 * np.sin(11 * time) + 0.05 * np.sin(17.3 * time + 1)
                radius = 0.55 * role.figure.height * view.scale * flicker
                canvas.glow(complex(view(np.array(puppet.lamp))), min(radius, canvas.height), light, strength)

    def _seen(self, canvas: Canvas, joints: np.ndarray) -> np.ndarray:
        """Joints in pixels with how well each is seen."""
        x, y = joints.real, joints.imag
        inside = (x >= 0) & (y >= 0) & (x <= canvas.width - 1) & (y <= canvas.height - 1)
        seen = inside.astype(float)
        if canvas.mask is not None:
            columns, rows = np.rint(x[inside]).astype(int), np.rint(y[inside]).astype(int)
            seen[inside] += canvas.mask[rows, columns] > 0
        return np.stack([x, y, seen], axis=1)

    def _colours(self, role: Role) -> dict[Shade, Ink]:
        palette, figure = self.scene.setting.palette, role.figure
        dark = palette.ink
        cloth = mix(dark, palette.accent, 0.42 * figure.shade)
        return {
            "paper": ink(dark),
            "far": ink(mix(dark, palette.paper(0.5), 0.16)),
            "cloth": ink(cloth),
            "accent": ink(mix(dark, palette.accent, 0.85)),
            "gap": ink(mix(palette.light, palette.sky[-1], 0.5)),
        }

    def _follow(self) -> Callable[[float], float] | None:
        if self.scene.move.move != "track":
            return None
        lead = self._player(self.scene.roles[0])
        return lead.gait.body

    def _whips(self) -> list[Whip]:
        rate, side = float(self.scene.rate), 1.0 if self.scene.move.phases[0] > np.pi else -1.0
        return [
            Whip(span.first_frame / rate, (span.last_frame + 1) / rate, side * (1.3 + 0.1 * self.scene.move.phases[1]))
            for span in self.scene.negatives
            if span.kind == "whip_pan"
        ]

    def _span(self, kind: str) -> Span | None:
        return next((span for span in self.scene.negatives if span.kind == kind), None)

    def _lightning(self, index: int) -> float:
        """How white the sky is: two strokes that die away."""
        span = self._span("lightning")
        if span is None or not span.first_frame <= index <= span.last_frame:
            return 0.0
        along = (index - span.first_frame) / max(1, span.last_frame - span.first_frame)
        return float(max(0.85 * np.exp(-9 * along), 0.7 * np.exp(-9 * (along - 0.4)) if along >= 0.4 else 0.0))

    def _happen(self, canvas: Canvas, index: int, time: float) -> None:
        """What disturbs the picture itself: smear, flashes, strobes, lights that go on."""
        smear = self._camera.blur(time, float(1 / self.scene.rate))
        if smear > 1:
            for plane, step in zip(canvas.planes, (1, 2, 2), strict=True):
                cv2.blur(plane, (max(1, smear // step), 1), dst=plane)
        for span in self.scene.negatives:
            inside = span.first_frame <= index <= span.last_frame
            if span.kind == "flash" and inside:
                canvas.wash(_WHITE, 0.8 - 0.25 * (index - span.first_frame))
            elif span.kind == "strobe" and inside and (index - span.first_frame) % 6 < 3:
                canvas.wash(_WHITE, 0.7)
            elif span.kind == "lights_on" and index <= span.last_frame:
                lit = (index - span.first_frame + 1) / (span.last_frame - span.first_frame + 1)
                canvas.expose(0.2 + 0.8 * max(0.0, lit))

    def _passer_by(self) -> Player | None:
        """Someone who walks past right before the lens, larger than the picture."""
        span = self._span("passer_by")
        if span is None:
            return None
        rate, phases = float(self.scene.rate), self.scene.move.phases
        figure = replace(self.scene.setting.cast[0], height=2.3, prop="none", hat="none", cloak=False)
        if not figure.person:
            return None
        start, end = span.first_frame / rate, (span.last_frame + 1) / rate
        side = 1 if phases[2] > np.pi else -1
        walk = Walk(start, end, -1.9 * side, 1.9 * side, False, False)
        return Actor(Role(figure, (), (walk,), ((0.0, side),)), lambda x: 1.75, self.scene.rate)

    def _obstruct(self, canvas: Canvas, passer: Player, time: float) -> None:
        puppet = passer.at(time, 0.0)
        span = self._span("passer_by")
        if span is None or not span.first_frame <= round(time * self.scene.rate) <= span.last_frame:
            return
        view = View(float(canvas.height), 0j, complex(canvas.width / 2, canvas.height / 2))
        tone = ink(mix(self.scene.setting.palette.ink, self.scene.setting.palette.paper(0.5), 0.06))
        canvas.paint(((view(piece.points), tone) for piece in puppet.pieces), 0)


def cast_list(take: Take, poses: list[np.ndarray], frames: tuple[int, int]) -> list[Cast]:
    """The actors of a take over ``frames`` (first, end), with ``poses`` of shape (frames, joints, 3) each."""
    rate = take.scene.rate
    actors = []
    for label, (role, player, pose) in enumerate(zip(take.scene.roles, take.players(), poses, strict=True), start=1):
        spans = [
            Span(
                beat.action,
                max(0, round(beat.start * rate)) + frames[0],
                min(take.scene.frames, round(beat.end * rate)) - 1 + frames[0],
            )
            for beat in role.beats
        ]
        actors.append(Cast(label, role.figure.kind, player.plan, role.figure.name, spans, pose))
    return actors


class Notes:
    """Gathers what is known of a take while its frames are drawn."""

    def __init__(self, take: Take) -> None:
        self.take = take
        self._poses: list[tuple[np.ndarray, ...]] = []
        self._camera: list[tuple[float, float, float, float]] = []

    def __len__(self) -> int:
        return len(self._poses)

    def taken(self, pictures: Iterator[Picture]) -> Iterator[Picture]:
        """The same pictures, noted as they pass."""
        for picture in pictures:
            self._poses.append(picture.poses)
            self._camera.append(picture.camera)
            yield picture

    def shot(self, start: int = 0) -> ShotTruth:
        """What is known, with the take's first frame at frame ``start`` of a film."""
        scene, count = self.take.scene, len(self._poses)
        setting = scene.setting
        poses = [np.array([frame[i] for frame in self._poses]) for i in range(len(scene.roles))]
        return ShotTruth(
            start_frame=start,
            end_frame=start + count,
            place=setting.place,
            daytime=setting.daytime,
            weather=setting.weather,
            mood=setting.mood,
            scale=scene.framing.scale,
            move=scene.move.move,
            direction=scene.move.direction,
            palette=setting.palette.name,
            caption=scene.caption,
            actors=cast_list(self.take, poses, (start, start + count)),
            camera=np.array(self._camera),
        )

    def truth(self, seed: int) -> Truth:
        """The truth of a take that is a film by itself."""
        scene, count = self.take.scene, len(self._poses)
        shot = Shot(0, count, Fraction(0), count / scene.rate, Transition("start", 0, 0))
        return Truth(
            seed=seed,
            size=self.take.size,
            rate=scene.rate,
            frames=count,
            cuts=ShotTable((shot,)),
            shots=[self.shot()],
            negatives=list(scene.negatives),
            sounds=heard(self.take),
        )


def heard(take: Take, start: Fraction | int = 0) -> list[Heard]:
    """The sounds of a take's actors, ``start`` seconds into a film."""
    sounds = [
        Heard(kind, round(float(start) + time, 4), label)
        for label, player in enumerate(take.players(), start=1)
        for time, kind in player.sounds(take.scene.seconds)
    ]
    return sorted(sounds, key=lambda sound: sound.time)


def take(
    seed: int,
    *,
    seconds: float = 6.0,
    size: tuple[int, int] = (320, 180),
    rate: Fraction | int = 30,
    masks: bool = True,
) -> Take:
    """One take at random, in memory: iterate its ``frames()``.

    Args:
        seed: chooses everything.
        seconds: its length.
        size: width and height in pixels, both even.
        rate: frames a second.
        masks: whether subject masks are drawn.
    """
    rate = Fraction(rate)
    scene = draw_scene(draw_setting((seed, 0)), (seed, 1), max(1, round(seconds * rate)), rate)
    return Take(scene, size, masks=masks)
