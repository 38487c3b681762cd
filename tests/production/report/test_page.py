"""The report: every part drawn, whatever it is called, and nothing to fetch."""

import re
from dataclasses import replace
from fractions import Fraction
from html.parser import HTMLParser
from pathlib import Path

import opentimelineio as otio
import pytest
from PIL import Image

from laterna.editing import Finding
from laterna.media.captions import Caption
from laterna.media.timecode import rational_time, time_range
from laterna.media.timeline import TITLE, new, track
from laterna.production.engine import Outcome
from laterna.production.report import Contents, Shot, page
from laterna.production.store import Version

RATE = Fraction(25)
ODD = "<b onload=\"alert('x')\">影\x00\n& Söhne</b>"


def timeline() -> otio.schema.Timeline:
    film = new("film", RATE, (160, 90))
    pictures = track(film, "Picture")
    fade = rational_time(Fraction(1, 2), RATE)
    none = rational_time(0, RATE)
    pictures.append(otio.schema.Transition("fade in", "SMPTE_Dissolve", none, fade))
    for name in ("one", ODD):
        clip = otio.schema.Clip(
            name, source_range=time_range(3, 1, RATE), metadata={"laterna": {"reason": "sharp " + ODD}}
        )
        pictures.append(clip)
    pictures.append(otio.schema.Transition("fade out", "SMPTE_Dissolve", fade, none))
    title = otio.schema.GeneratorReference("title", TITLE, parameters={"text": ODD})
    track(film, "Titles").append(otio.schema.Clip("title", title, time_range(0, 1, RATE)))
    said = otio.schema.Clip(
        "sentence 1", source_range=time_range(0, 1, RATE), metadata={"laterna": {"text": "A lamp."}}
    )
    track(film, "Narration").append(said)
    return film


@pytest.fixture
def contents(tmp_path) -> Contents:
    image = tmp_path / "image.jpg"
    Image.new("RGB", (32, 18), "teal").save(image)
    shot = Shot(ODD, Fraction(3), Fraction(4), "sharp", image, at=Fraction(0), timecode="01:00:03:00")
    return Contents(
        title=ODD,
        film=Path("film & 影.mp4"),
        poster=image,
        length=Fraction(2),
        size=(160, 90),
        rate=RATE,
        timeline=timeline(),
        used=[shot, replace(shot, at=Fraction(1))],
        refused=[replace(shot, at=None, reason="too dark " + ODD, image=None)],
        loudness={"integrated": -14.2, "momentary": [[0.1, None], [0.2, -70.0], [1.9, -12.5]]},
        target=-14.0,
        captions=[Caption(Fraction(0), Fraction(1), ("A lamp", "& a <sheet>"))],
        faults=[Finding("click", Fraction(1, 2), Fraction(1), "error", 9.0, 8.0, "A click " + ODD, "01:00:00:12")],
        steps=[Outcome("film", Version(Path("x"), "0" * 64, "video"), False, 1.5, ODD)],
        skipped=[("bad.mp4", "'bad.mp4' is empty" + ODD)],
        notes=[ODD],
        credits=["Type: " + ODD],
    )


class Reader(HTMLParser):
    """What a browser makes of the page: its elements with their attributes, and its words."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict]] = []
        self.words = ""
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.words += data

    def named(self, tag: str, kind: str = "") -> list[dict]:
        return [attrs for name, attrs in self.elements if name == tag and kind in (attrs.get("class") or "")]


def test_what_a_user_wrote_stays_text(contents):
    html = page(contents)
    read = Reader(html)
    assert not read.named("b", "onload")
    assert all("onload" not in attrs for _, attrs in read.elements)
    assert "\x00" not in html
    assert read.words.count("& Söhne</b>") >= 6


def test_nothing_is_fetched(contents):
    read = Reader(page(contents))
    links = [attrs[name] for _, attrs in read.elements for name in ("src", "href", "poster") if name in attrs]
    assert [link for link in links if not link.startswith("data:")] == ["film%20%26%20%E5%BD%B1.mp4"]
    assert not read.named("link")


def test_tracks_are_drawn_to_scale(contents):
    read = Reader(page(contents))
    blocks = {
        kind: [attrs["data-time"] for attrs in read.named("g", kind)] for kind in ("picture", "titles", "narration")
    }
    assert blocks == {"picture": ["0.000", "1.000"], "titles": ["0.000"], "narration": ["0.000"]}
    assert len(read.named("g", "transition")) == 2
    assert "A lamp." in read.words
    left, right = (float(read.named("svg", "timeline")[0][f"data-{side}"]) for side in ("left", "right"))
    first, second = (float(attrs["x"]) for attrs in read.named("image"))
    assert (first, second) == pytest.approx((left, (left + right) / 2), abs=0.1)


def test_loudness_is_drawn_from_the_floor_to_its_level(contents):
    line = Reader(page(contents)).named("polyline")[0]["points"]
    silent, faint, loud = (float(point.split(",")[1]) for point in line.split())
    assert silent == faint > loud


def test_shots_say_where_they_are_and_why(contents):
    read = Reader(page(contents))
    assert len(read.named("figure")) == 3
    assert [attrs["data-time"] for attrs in read.named("figure") if "data-time" in attrs] == ["0.000", "1.000"]
    assert "01:00:03:00 + 1.00 s" in read.words
    assert "too dark" in read.words


def test_faults_stand_with_their_time_codes_and_lead_to_their_place(contents):
    read = Reader(page(contents))
    assert "Review01:00:00:12errorclickA click" in read.words
    assert read.named("tr")[0]["data-time"] == "0.500"


def test_what_is_absent_leaves_no_empty_section(contents):
    bare = replace(
        contents,
        film=None,
        poster=None,
        timeline=None,
        used=(),
        refused=(),
        loudness=None,
        target=None,
        captions=(),
        faults=(),
        steps=(),
        skipped=(),
        notes=(),
        credits=(),
    )
    read = Reader(page(bare))
    assert not read.named("h2")
    assert not read.named("svg")
    assert not read.named("video")


def test_many_refused_shots_are_folded_away(contents):
    assert not Reader(page(contents)).named("details")
    assert Reader(page(replace(contents, refused=contents.refused * 13))).named("details")


def test_the_style_knows_the_dark(contents):
    assert re.search(r"prefers-color-scheme: dark", page(contents))
