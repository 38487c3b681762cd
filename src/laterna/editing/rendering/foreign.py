"""What other programs put into a timeline: what can be drawn, what changes nothing, and what has to be refused."""

import re
from fractions import Fraction
from typing import Any

import opentimelineio as otio

from laterna.errors import DataError

_DISSOLVES = re.compile(r"$|.*(dissolve|fade)", re.IGNORECASE)
_DIPS = re.compile(r".*\b(dip|color|colour|white|additive)\b", re.IGNORECASE)
_AT_REST = {  # parameters of Final Cut Pro 7's filters, and the values with which they change nothing
    **dict.fromkeys(("scale", "opacity", "speed"), 100.0),
    **dict.fromkeys(("rotation", "center", "centerOffset", "antiflicker", "aspect"), 0.0),
    **dict.fromkeys(("left", "right", "top", "bottom", "edgefeather"), 0.0),
    **dict.fromkeys(("variablespeed", "reverse", "frameblending"), 0.0),
}
_PUNCH_IN = "Punch-in"  # by its name ours is told from another program's scale, which may mean pixels of the source


def check_transition(transition: otio.schema.Transition, now: Fraction) -> None:
    """Refuse what is no dissolve; Final Cut Pro 7 XML tells a wipe from a dissolve by its name alone.

    Raises:
        DataError: it names the transition, and ``now``, the seconds of its cut.
    """
    kind, name = transition.transition_type, transition.name
    if kind == otio.schema.TransitionTypes.SMPTE_Dissolve and _DISSOLVES.match(name) and not _DIPS.match(name):
        return
    raise DataError(
        f"The transition at {float(now):.2f} s is a {name or kind!r}, which can't be drawn:"
        " change it to a cross dissolve in the editing program."
    )


def check_item(item: otio.core.Composable, now: Fraction) -> None:
    """Refuse nested timelines, and effects that would change the picture: editing programs add ones that don't.

    Raises:
        DataError: it names the item, and ``now``, the seconds where it begins.
    """
    where = f"{item.name!r} at {float(now):.2f} s"
    if isinstance(item, (otio.schema.Stack, otio.schema.Track)):
        raise DataError(f"{where} is a nested timeline, which can't be drawn: flatten it in the editing program.")
    names = sorted({effect.name or effect.schema_name() for effect in item.effects if not _is_drawn(effect)})
    if names:
        raise DataError(
            f"{where} has effects that can't be drawn ({', '.join(names)}): render the clip or remove them."
        )


def enlargement(by: float) -> otio.schema.Effect:
    """An effect that enlarges a clip's picture ``by`` times about its middle, as Final Cut Pro 7's Basic Motion."""
    scale = {"parameterid": "scale", "name": "Scale", "valuemin": "0", "valuemax": "1000", "value": f"{100 * by:g}"}
    basic = {"effectid": "basic", "effectcategory": "motion", "effecttype": "motion", "mediatype": "video"}
    return otio.schema.Effect(_PUNCH_IN, _PUNCH_IN, {"fcp_xml": basic | {"parameter": [scale]}})


def zoom(item: otio.core.Item) -> Fraction:
    """How many times its effects enlarge a clip's picture, 1 or more."""
    found = Fraction(1)
    for effect in item.effects:
        found *= _enlarged(effect) or 1
    return found


def is_shown(item: otio.core.Composable | None) -> bool:
    """Whether it is a clip that is switched on."""
    return isinstance(item, otio.schema.Clip) and item.enabled


def _is_drawn(effect: otio.schema.Effect) -> bool:
    """Whether it changes nothing, or enlarges as :func:`enlargement` does."""
    rows = _parameters(effect)
    return _enlarged(effect) is not None or (bool(rows) and all(_is_at_rest(row) for row in rows))


def _enlarged(effect: otio.schema.Effect) -> Fraction | None:
    """How many times a punch-in enlarges; None for another effect."""
    rows = _parameters(effect)
    if effect.name != _PUNCH_IN or len(rows) != 1 or rows[0].get("parameterid") != "scale":
        return None
    percent = _number(rows[0].get("value"))
    return None if percent is None or not 100 <= percent <= 1000 else Fraction(str(percent)) / 100


def _parameters(effect: otio.schema.Effect) -> list[Any]:
    rows: Any = effect.metadata.get("fcp_xml", {}).get("parameter") or []
    return [rows] if hasattr(rows, "items") else list(rows)


def _is_at_rest(parameter: Any) -> bool:
    rest, value = _AT_REST.get(parameter.get("parameterid")), parameter.get("value")
    values = list(value.values()) if hasattr(value, "items") else [value]
    return rest is not None and "keyframe" not in parameter and all(_number(each) == rest for each in values)


def _number(text: Any) -> float | None:
    switches = {"TRUE": 1.0, "FALSE": 0.0}
    try:
        return switches[str(text)] if str(text) in switches else float(text)
    except (TypeError, ValueError):
        return None
