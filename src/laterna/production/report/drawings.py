"""Drawings for the report, as SVG: the timeline's tracks, and the loudness curve under them on the same scale."""

import html
import re
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any

import opentimelineio as otio

from laterna.media.timecode import to_seconds

WIDTH = 1200
_LEFT = 78  # where time 0 is; the tracks' names stand before it
_ROWS = {"Titles": 24, "Picture": 76, "Location": 24, "Narration": 24, "Music": 24}  # from the top, with heights
_GAP = 5
_CURVE_HEIGHT = 110
_FLOOR, _CEILING = -54.0, 0.0  # LUFS
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")


def escaped(text: object) -> str:
    """A text for HTML or SVG, wherever it came from."""
    return html.escape(_UNPRINTABLE.sub("\ufffd", str(text)), quote=True)


def clock(time: Fraction) -> str:
    """Minutes, seconds and tenths: 1:02.5."""
    tenths = int(time * 10)
    return f"{tenths // 600}:{tenths // 10 % 60:02}.{tenths % 10}"


def timeline_drawing(timeline: otio.schema.Timeline, length: Fraction, images: Sequence[str | None]) -> str:
    """The tracks with their clips, from titles down to music; ``images`` are the picture clips', as URLs."""
    tracks = {track.name: track for track in timeline.tracks if any(_clips(track))}
    top, parts = 20, [_ruler(length)]
    for name, height in _ROWS.items():
        if name in tracks:
            thumbnails = images if name == "Picture" else ()
            parts += _row(tracks[name], top, height, length, thumbnails)
            top += height + _GAP
    return _svg("timeline", top, "".join(parts), "The film's tracks")


def loudness_curve(loudness: Mapping[str, Any], length: Fraction, target: float | None) -> str:
    """Momentary loudness (EBU R128, 0.4 s) over the film; the dashed line is the ``target`` for the whole, in LUFS."""
    points = [(_x(Fraction(time), length), _level_y(level)) for time, level in loudness["momentary"]]
    line = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    base = _level_y(None)
    parts = [
        f'<polygon class="area" points="{points[0][0]:.1f},{base} {line} {points[-1][0]:.1f},{base}"/>',
        f'<polyline class="line" points="{line}"/>',
        _aim(target) if target is not None else "",
        f'<text class="name" x="0" y="{base}">{_FLOOR:g}</text>',
        '<line class="head" y1="0" y2="100%"/>',
    ]
    return _svg("loudness", _CURVE_HEIGHT, "".join(parts), "Loudness")


def _aim(target: float) -> str:
    y = _level_y(target)
    return (
        f'<line class="aim" x1="{_LEFT}" x2="{WIDTH}" y1="{y:.1f}" y2="{y:.1f}"/>'
        f'<text class="name" x="0" y="{y + 4:.1f}">{target:g} LUFS</text>'
    )


def _svg(name: str, height: float, body: str, title: str) -> str:
    return (
        f'<svg class="{name}" viewBox="0 0 {WIDTH} {height:g}" role="img" aria-label="{title}"'
        f' data-left="{_LEFT}" data-right="{WIDTH}">{body}</svg>'
    )


def _x(time: Fraction, length: Fraction) -> float:
    return _LEFT + (WIDTH - _LEFT) * float(min(time / length, Fraction(1))) if length else _LEFT


def _level_y(level: float | None) -> float:
    share = 0.0 if level is None else (min(max(level, _FLOOR), _CEILING) - _FLOOR) / (_CEILING - _FLOOR)
    return (_CURVE_HEIGHT - 4) * (1 - share) + 2


def _ruler(length: Fraction) -> str:
    step = next((step for step in (1, 2, 5, 10, 15, 30, 60, 120, 300, 600) if length / step <= 24), 1800)
    marks = []
    for second in range(0, int(length) + 1, step):
        x = _x(Fraction(second), length)
        marks.append(f'<line class="tick" x1="{x:.1f}" x2="{x:.1f}" y1="13" y2="100%"/>')
        if x < WIDTH - 24:
            marks.append(f'<text class="tick" x="{x + 3:.1f}" y="12">{second // 60}:{second % 60:02}</text>')
    return "".join(marks)


def _clips(track: otio.schema.Track) -> Iterator[otio.schema.Clip]:
    return (child for child in track if isinstance(child, otio.schema.Clip))


def _row(
    track: otio.schema.Track, top: float, height: float, length: Fraction, images: Sequence[str | None]
) -> Iterator[str]:
    yield f'<text class="name" x="0" y="{top + height / 2 + 4:g}">{escaped(track.name)}</text>'
    for index, clip in enumerate(_clips(track)):
        span = clip.range_in_parent()
        start = to_seconds(span.start_time)
        left, right = _x(start, length), _x(start + to_seconds(span.duration), length)
        image = images[index] if index < len(images) else None
        yield _block(clip, track.name, start, (left, top, max(right - left - 1.5, 1), height), image)
    for item in track:
        if isinstance(item, otio.schema.Transition):
            yield _transition(item, top, height, length)


def _block(
    clip: otio.schema.Clip, track: str, start: Fraction, box: tuple[float, float, float, float], image: str | None
) -> str:
    left, top, width, height = box
    frame = f'x="{left:.1f}" y="{top:g}" width="{width:.1f}" height="{height:g}"'
    label = _label(clip)
    note = f"{label}\n{_reason(clip)}".strip()
    picture = f'<image {frame} preserveAspectRatio="xMidYMid slice" href="{image}"/>' if image else ""
    words = f'<text x="6" y="{height / 2 + 4:g}">{escaped(label)}</text>' if not image else ""
    # A nested svg cuts off what is wider than the clip.
    return (
        f'<g class="clip {track.lower()}" data-time="{float(start):.3f}" tabindex="0"><title>{escaped(note)}</title>'
        f'<rect {frame} rx="3"/>{picture}<svg {frame}>{words}</svg></g>'
    )


def _transition(transition: otio.schema.Transition, top: float, height: float, length: Fraction) -> str:
    """A wedge over what comes in; over what goes out, at the film's end."""
    span = transition.range_in_parent()
    start, end = to_seconds(span.start_time), to_seconds(span.start_time + span.duration)
    left, right = _x(max(start, Fraction(0)), length), _x(end, length)
    closes = to_seconds(transition.out_offset) == 0
    corners = (
        ((left, top), (right, top), (right, top + height))
        if closes
        else ((left, top), (left, top + height), (right, top))
    )
    points = " ".join(f"{x:.1f},{y:g}" for x, y in corners)
    name = escaped(transition.name or transition.transition_type)
    return f'<g class="transition"><title>{name}</title><polygon points="{points}"/></g>'


def _label(clip: otio.schema.Clip) -> str:
    """What is shown or said, else the clip's name."""
    parameters = getattr(clip.media_reference, "parameters", {})
    text = parameters.get("text") or clip.metadata.get("laterna", {}).get("text") or clip.name
    return " ".join(str(text).split())


def _reason(clip: otio.schema.Clip) -> str:
    return str(clip.metadata.get("laterna", {}).get("reason", ""))
