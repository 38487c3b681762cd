"""A film's poster: its best picture, cropped to what draws the eye, graded, and its title set beneath."""

import io
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import partial
from itertools import combinations, pairwise
from pathlib import Path

import cv2
import numpy as np
import opentimelineio as otio
from PIL import Image, ImageFilter

from laterna.editing.analyse import Footage
from laterna.editing.rendering.segments import segments
from laterna.editing.titles import check, check_size
from laterna.editing.typography import SANS, SERIF, Line
from laterna.media.timeline import frame_rate
from laterna.media.video import Video

_CANDIDATES = 16  # pictures that are looked at
_SKETCH = 320  # pixels; the width at which they are judged, and that an analysis keeps thumbnails at
_WEIGHTS = np.array([1.8, 1.0, 0.8, 0.6, 1.2])  # of the measures, in their order
_PORTRAIT_PICTURE = 0.80  # share of an upright poster's height that the picture takes
_COOL, _WARM = np.array([[-0.012, 0.0, 0.022], [0.02, 0.006, -0.022]], np.float32)  # added to shadows and to lights
_INK = np.array([0.98, 0.955, 0.90], np.float32)
_Stretch = tuple[Path, Fraction, Fraction]  # a file, and the seconds of it between which something is shown
_GRAIN = 2.5  # standard deviation in 8-bit steps: it hides that the picture was enlarged


def poster(
    timeline: otio.schema.Timeline,
    *,
    folder: Path = Path(),
    title: str | None = None,
    line: str | None = None,
    size: tuple[int, int] = (1000, 1500),
    seed: int = 0,
    measured: Sequence[Footage] = (),
) -> Image.Image:
    """Make a film's poster from its best picture.

    Args:
        timeline: the film.
        folder: where the timeline's relative media lie.
        title: the film's, in large type; the timeline's name unless given.
        line: small type beneath, such as who made it.
        size: width and height in pixels.
        seed: of the grain.
        measured: analyses of the timeline's files, as far as there are any: their thumbnails are judged, and of these
            files only the poster's own picture is decoded.

    Raises:
        DataError: the timeline has no picture, a file is missing, the fonts lack a character, or the size is none for a
            picture.
    """
    check_size(size)
    title_lines = check(timeline.name if title is None else title, "title")
    small = check(line or "", "title")
    picture = _best_picture(timeline, folder, {footage.path: footage for footage in measured})
    share = _PORTRAIT_PICTURE if size[1] > size[0] else 1.0
    shape = (size[0], round(size[1] * share))
    image = _graded(_cropped(picture, shape))
    canvas = _on_ground(image, size)
    _set_type(canvas, " ".join(title_lines), " ".join(small), size)
    return _grained(canvas, seed)


def _best_picture(timeline: otio.schema.Timeline, folder: Path, measured: Mapping[Path, Footage]) -> np.ndarray:
    """The film's picture that scores best, RGB, at its file's own size."""
    stretches = list(_stretches(timeline, folder))
    with ThreadPoolExecutor(2) as pool:
        looks = list(pool.map(partial(_look, measured=measured), stretches))
    best = int(np.argmax(_scores([sketch for _, sketch in looks])))
    return Video(stretches[best][0]).frame_at(looks[best][0]).rgb()


def _stretches(timeline: otio.schema.Timeline, folder: Path) -> Iterator[_Stretch]:
    """Stretches of files spread over the film's clips: the middle of each is a candidate, away from the cuts."""
    rate = frame_rate(timeline)
    layers = [layer for part in segments(timeline, folder, rate, None) for layer in part.layers]
    layers = layers[:: -(-len(layers) // _CANDIDATES)]
    parts = 1 if len(layers) > _CANDIDATES // 2 else 2
    for layer in layers:
        edges = (layer.start + layer.count / rate * Fraction(part, parts) for part in range(parts + 1))
        yield from ((layer.path, start, end) for start, end in pairwise(edges))


def _look(stretch: _Stretch, measured: Mapping[Path, Footage]) -> tuple[Fraction, np.ndarray]:
    """A small picture of about the middle of a stretch, and its time."""
    path, start, end = stretch
    kept = measured[path].thumbnail(start, end) if path in measured else None
    if kept is not None:
        return kept[0], np.asarray(Image.open(io.BytesIO(kept[1])))
    video, time = Video(path), (start + end) / 2
    return time, video.frame_at(time).rgb((_SKETCH, max(2, round(_SKETCH * video.height / video.width))))


def _scores(sketches: list[np.ndarray]) -> np.ndarray:
    """How each picture stands among the others in all measures, those that are too dark or too bright far behind."""
    measures = np.array([_measures(sketch) for sketch in sketches])  # (pictures, 5)
    lowest, highest = measures.min(axis=0), measures.max(axis=0)
    standing = (measures - lowest) / np.maximum(highest - lowest, 1e-6)
    return standing @ _WEIGHTS - np.array([_misexposed(sketch) for sketch in sketches])


def _measures(sketch: np.ndarray) -> list[float]:
    """Of what draws the eye: how sharp, how large and how gathered it is; of the whole: contrast and colour."""
    gray = cv2.cvtColor(sketch, cv2.COLOR_RGB2GRAY)
    weights = attention(sketch)
    detail = np.average(cv2.Laplacian(gray, cv2.CV_32F) ** 2, weights=weights)
    size = min(0.12, float((weights > 0.2).mean()))
    return [float(np.log1p(detail)), size, _gathered(weights), float(gray.std()), _colourfulness(sketch)]


def _colourfulness(picture: np.ndarray) -> float:
    """Hasler and Suesstrunk 2003, "Measuring colourfulness in natural images"."""
    red, green, blue = np.moveaxis(picture.astype(np.float32), 2, 0)
    opponents = red - green, (red + green) / 2 - blue
    return float(np.hypot(*(o.std() for o in opponents)) + 0.3 * np.hypot(*(o.mean() for o in opponents)))


def _gathered(weights: np.ndarray) -> float:
    """How close to one another what draws the eye lies, in picture widths, and how little of it the frame cuts."""
    rows, columns = np.indices(weights.shape) / weights.shape[1]
    centre = [np.average(axis, weights=weights) for axis in (rows, columns)]
    spread = np.average(np.hypot(rows - centre[0], columns - centre[1]), weights=weights)
    edge = max(1, weights.shape[0] // 25)
    inside = weights[edge:-edge, edge:-edge].sum() / weights.sum()
    return float(3 * inside - spread)


def _misexposed(picture: np.ndarray) -> float:
    """0 for a picture of middling brightness, up to more than all measures together for one that is black or white."""
    mean = picture.mean() / 255
    return 10 * max(0.0, 0.15 - mean, mean - 0.85) / 0.15


def attention(picture: np.ndarray) -> np.ndarray:
    """What draws the eye: (rows, columns) float32 in 0..1.

    Rare colours against the picture's own mean, in Lab (Achanta et al. 2009, "Frequency-tuned salient region
    detection"), drawn towards the middle.
    """
    lab = cv2.cvtColor(picture.astype(np.float32) / 255, cv2.COLOR_RGB2LAB)
    lab = cv2.GaussianBlur(lab, (0, 0), picture.shape[1] / 100)
    distance = np.linalg.norm(lab - lab.mean(axis=(0, 1)), axis=2)
    rows, columns = (np.linspace(-1, 1, side) for side in distance.shape)
    middle = np.exp(-0.8 * (rows[:, None] ** 2 + columns**2))
    weights = (distance / max(1e-6, float(distance.max()))) ** 2 * middle
    return weights.astype(np.float32)


def _cropped(picture: np.ndarray, shape: tuple[int, int]) -> np.ndarray:
    """The part of ``picture`` in the shape (width, height) that holds most of what draws the eye, at that size."""
    height, width = picture.shape[:2]
    scale = min(width / shape[0], height / shape[1])
    part = int(shape[0] * scale), int(shape[1] * scale)
    weights = attention(picture)
    left = _best_start(weights.sum(axis=0), part[0])
    top = _best_start(weights.sum(axis=1), part[1])
    crop = np.ascontiguousarray(picture[top : top + part[1], left : left + part[0]])
    return cv2.resize(crop, shape, interpolation=cv2.INTER_AREA if scale > 1 else cv2.INTER_CUBIC)


def _best_start(weights: np.ndarray, length: int) -> int:
    """Where a window lies in whose middle the weight is."""
    if length >= len(weights):
        return 0
    window = np.hanning(length + 2)[1:-1]
    return int(np.argmax(np.convolve(weights, window, mode="valid")))


def _graded(picture: np.ndarray) -> np.ndarray:
    """Full range, a gentle curve, cool shadows and warm lights, darker corners; float32 in 0..1."""
    low, high = np.percentile(picture, (0.5, 99.5))
    levels = np.clip((np.arange(256, dtype=np.float32) - low) / max(32.0, high - low), 0, 1)
    light = (0.55 * levels + 0.45 * (3 - 2 * levels) * levels**2).astype(np.float32)[picture]
    luma = light.mean(axis=2)
    rows, columns = (np.linspace(-1, 1, side, dtype=np.float32) for side in picture.shape[:2])
    vignette = 1 - 0.22 * np.clip(np.hypot(rows[:, None], columns) - 0.5, 0, 1)
    for channel, cool, warm in zip(np.moveaxis(light, 2, 0), _COOL, _WARM, strict=True):  # one by one, for the memory
        channel += cool + luma * (warm - cool)
        channel *= vignette
    return np.clip(light, 0, 1, out=light)


def _on_ground(image: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """The picture, melting downwards into a dark ground of its own colour; (height, width, 3) float32."""
    ground = _ground(image)
    canvas = np.empty((size[1], size[0], 3), np.float32)
    canvas[:] = ground
    rows = len(image)
    reach = 0.42 if rows < size[1] else 0.5
    depth = np.clip((np.arange(rows, dtype=np.float32) / rows - (1 - reach)) / reach, 0, 1)
    melt = ((3 - 2 * depth) * depth**2 * (1.0 if rows < size[1] else 0.88))[:, None, None]
    canvas[:rows] *= melt
    canvas[:rows] += image * (1 - melt)
    return canvas


def _ground(image: np.ndarray) -> np.ndarray:
    """The hue of the picture's shadows, very dark."""
    pixels = image.reshape(-1, 3)
    luma = pixels.mean(axis=1)
    shadows = pixels[luma <= np.percentile(luma, 40)].mean(axis=0)
    return (0.055 * shadows / max(0.05, float(shadows.mean())) + 0.01).astype(np.float32)


@dataclass(frozen=True, slots=True)
class _Block:
    """Lines of one size, set under one another."""

    lines: tuple[Line, ...]

    @property
    def em(self) -> float:
        return self.lines[0].size

    @property
    def height(self) -> float:
        return self.em * (0.66 + 0.98 * (len(self.lines) - 1))  # from the first line's capitals to the last baseline


def _set_type(canvas: np.ndarray, title: str, small: str, size: tuple[int, int]) -> None:
    width, height = size
    foot = 0.93 * height
    if small:
        line = Line(small.upper(), SANS, 0.0135 * (width * height) ** 0.5, 0.32)
        line = replace(line, size=min(line.size, line.size * 0.8 * width / line.width))
        _ink(canvas, line, (width - line.width) / 2, foot, _INK * 0.82)
        rule = round(foot - 3.0 * line.size)
        left, right = round(width / 2 - 0.045 * width), round(width / 2 + 0.045 * width)
        canvas[rule : rule + max(1, round(height / 900)), left:right] = _INK * 0.7
        foot -= 5.8 * line.size
    if not title:
        return
    block = _largest(title.upper(), 0.82 * width, 0.20 * height, (0.17 if height > width else 0.075) * width)
    baseline = foot - (block.height - 0.66 * block.em)
    for line in block.lines:
        _ink(canvas, line, (width - line.width) / 2, baseline, _INK)
        baseline += 0.98 * block.em


def _largest(title: str, width: float, height: float, most: float) -> _Block:
    """The title on as many lines as let it stand largest within ``width`` and ``height``, in ems up to ``most``."""
    words = title.split(" ") if " " in title else [title]
    blocks = []
    for breaks in (b for count in range(min(3, len(words))) for b in combinations(range(1, len(words)), count)):
        texts = [" ".join(words[i:j]) for i, j in pairwise((0, *breaks, len(words)))]
        lines = [Line(text, SERIF, most, 0.10) for text in texts]
        fit = min(1.0, width / max(line.width for line in lines), height / _Block(tuple(lines)).height)
        blocks.append(_Block(tuple(replace(line, size=line.size * fit) for line in lines)))
    return max(blocks, key=lambda block: (round(block.em, 2), -len(block.lines)))


def _ink(canvas: np.ndarray, line: Line, left: float, baseline: float, colour: np.ndarray) -> None:
    """Draw a line with a soft shadow."""
    mask = Image.new("L", (canvas.shape[1], canvas.shape[0]))
    line.draw(mask, left, baseline)
    shadow = np.asarray(mask.filter(ImageFilter.GaussianBlur(0.12 * line.size)), np.float32)[..., None] / 255
    canvas *= 1 - 0.55 * shadow
    cover = np.asarray(mask, np.float32)[..., None] / 255
    canvas += (colour - canvas) * cover


def _grained(canvas: np.ndarray, seed: int) -> Image.Image:
    grain = np.random.default_rng(seed).normal(0, _GRAIN, canvas.shape[:2]).astype(np.float32)
    grain = cv2.GaussianBlur(grain, (0, 0), 0.7) * 1.6
    return Image.fromarray(np.clip(np.rint(canvas * 255 + grain[..., None]), 0, 255).astype(np.uint8))
