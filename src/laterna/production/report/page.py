"""The page: its sections, each a function from what is shown to HTML. Every text of the user's is escaped."""

import base64
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from importlib.resources import files
from pathlib import Path
from typing import Any
from urllib.parse import quote

import opentimelineio as otio

from laterna.editing import Finding
from laterna.media.captions import Caption
from laterna.production.engine import Outcome
from laterna.production.report.drawings import clock, escaped, loudness_curve, timeline_drawing


@dataclass(frozen=True, slots=True)
class Shot:
    """A shot on the contact sheet: ``start`` to ``end`` seconds of its file, at ``at`` seconds of the film if used."""

    name: str
    start: Fraction
    end: Fraction
    reason: str
    image: Path | None = None
    at: Fraction | None = None
    timecode: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """What the report shows. ``film`` is its path relative to the report's; ``target`` the loudness aimed at."""

    title: str
    film: Path | None
    poster: Path | None
    length: Fraction
    size: tuple[int, int]
    rate: Fraction
    timeline: otio.schema.Timeline | None
    used: Sequence[Shot]
    refused: Sequence[Shot]
    loudness: Mapping[str, Any] | None
    target: float | None
    captions: Sequence[Caption]
    steps: Sequence[Outcome]
    skipped: Sequence[tuple[str, str]]
    notes: Sequence[str]
    credits: Sequence[str]
    faults: Sequence[Finding] = ()


def page(contents: Contents) -> str:
    """The report as HTML: images and style inlined, the film played by its relative path."""
    here = files("laterna.production.report")
    sections = [
        _head(contents),
        _notes(contents.notes),
        _section("Timeline", _timeline(contents)),
        _section("Shots", _sheet("used", contents.used)),
        _section("Refused", _sheet("refused", contents.refused), folded=len(contents.refused) > 12),
        _section("Footage left out", _skipped(contents.skipped)),
        _section("Review", _faults(contents.faults)),
        _section("Captions", _captions(contents.captions)),
        _section("Steps", _steps(contents.steps)),
        _section("Credits", _list(contents.credits)),
    ]
    return f"""<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{escaped(contents.title)} · report</title>
<style>{(here / "style.css").read_text()}</style>
<main style="--shape: {contents.size[0]} / {contents.size[1]}">
{"".join(sections)}</main>
<script>{(here / "play.js").read_text()}</script>
</html>
"""


def _head(contents: Contents) -> str:
    facts = [
        clock(contents.length),
        f"{contents.size[0]} × {contents.size[1]}",
        f"{float(contents.rate):.6g} frames/s",
        f"{len(contents.used)} shots" if contents.used else "",
    ]
    if contents.loudness and contents.loudness.get("integrated") is not None:
        facts.append(f"{contents.loudness['integrated']:.1f} LUFS")
    film = ""
    if contents.film is not None:
        poster = f' poster="{_inlined(contents.poster)}"' if contents.poster else ""
        source = escaped(quote(contents.film.as_posix()))
        film = f'<video controls preload="metadata"{poster} src="{source}"></video>'
    listed = "".join(f"<li>{escaped(fact)}</li>" for fact in facts if fact)
    return f'<header><h1>{escaped(contents.title)}</h1><ul class="facts">{listed}</ul></header>\n{film}\n'


def _section(title: str, body: str, *, folded: bool = False) -> str:
    if not body:
        return ""
    if folded:
        return f"<section><details><summary><h2>{title}</h2></summary>{body}</details></section>\n"
    return f"<section><h2>{title}</h2>{body}</section>\n"


def _notes(notes: Sequence[str]) -> str:
    return "".join(f'<p class="note">{escaped(note)}</p>\n' for note in notes)


def _timeline(contents: Contents) -> str:
    if contents.timeline is None:
        return ""
    images = [_inlined(shot.image) if shot.image else None for shot in contents.used]
    drawing = timeline_drawing(contents.timeline, contents.length, images)
    if contents.loudness and contents.loudness.get("momentary"):
        drawing += loudness_curve(contents.loudness, contents.length, contents.target)
    return f'<div class="wide">{drawing}</div>'


def _sheet(group: str, shots: Sequence[Shot]) -> str:
    return f'<div class="sheet {group}">{"".join(map(_figure, shots))}</div>' if shots else ""


def _figure(shot: Shot) -> str:
    picture = f'<img alt="" loading="lazy" src="{_inlined(shot.image)}">' if shot.image else '<div class="blank"></div>'
    seek = "" if shot.at is None else f' data-time="{float(shot.at):.3f}" tabindex="0"'
    when = shot.timecode or clock(shot.start)
    place = "" if shot.at is None else f"<b>{clock(shot.at)}</b> "
    return (
        f"<figure{seek}>{picture}<figcaption>{place}{escaped(shot.name)}"
        f"<small>{escaped(when)} + {float(shot.end - shot.start):.2f} s</small>"
        f"<span>{escaped(shot.reason)}</span></figcaption></figure>"
    )


def _skipped(skipped: Sequence[tuple[str, str]]) -> str:
    return _list(f"{name}: {reason}" for name, reason in skipped)


def _captions(captions: Sequence[Caption]) -> str:
    rows = (
        f'<tr data-time="{float(caption.start):.3f}" tabindex="0"><td>{clock(caption.start)}</td>'
        f"<td>{'<br>'.join(escaped(line) for line in caption.lines)}</td></tr>"
        for caption in captions
    )
    return f'<table class="captions">{"".join(rows)}</table>' if captions else ""


def _faults(faults: Sequence[Finding]) -> str:
    rows = (
        f'<tr data-time="{float(fault.start):.3f}" tabindex="0"><td>{escaped(fault.timecode)}</td>'
        f'<td class="{fault.severity}">{fault.severity}</td><td>{escaped(fault.kind)}</td>'
        f"<td>{escaped(fault.sentence)}</td></tr>"
        for fault in faults
    )
    return f'<table class="faults">{"".join(rows)}</table>' if faults else ""


def _steps(steps: Sequence[Outcome]) -> str:
    longest = max((one.seconds for one in steps), default=0) or 1
    rows = (
        f'<tr><td>{escaped(one.step)}</td><td class="{"kept" if one.kept else "made"}">{"kept" if one.kept else "made"}'
        f'</td><td class="number">{one.seconds:.2f} s</td>'
        f'<td class="bar"><i style="width: {100 * one.seconds / longest:.1f}%"></i></td>'
        f"<td>{escaped(one.why)}</td></tr>"
        for one in steps
    )
    return f'<table class="steps">{"".join(rows)}</table>' if steps else ""


def _list(lines: Iterable[str]) -> str:
    items = "".join(f"<li>{escaped(line)}</li>" for line in lines)
    return f"<ul>{items}</ul>" if items else ""


def _inlined(image: Path) -> str:
    kind = "png" if image.suffix == ".png" else "jpeg"
    return f"data:image/{kind};base64,{base64.b64encode(image.read_bytes()).decode()}"
