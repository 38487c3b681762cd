"""What a rule of reading is, and what rules share."""

import re
from collections.abc import Callable, Iterable, Mapping

Part = tuple[str, int]  # words, and the place of the character that they stand for
Say = Callable[[re.Match[str], bool], Iterable[Part] | None]  # of a match, in British English or not; None declines
Rule = tuple[re.Pattern[str], Say]

ALONE = r"(?<![\w.,/$€£¥₹₩])(?<!\w[–-])"  # not within a longer number, a word or a date
AMOUNT = r"(?:\d{1,3}(?:(?:[,\u00a0\u202f\u2009]\d{3})+|(?: 000)+)(?!\d)(?:\.\d+)?|\d+(?:\.\d+)?|\.\d+)"
DASH = r"[ \u00a0]?[–—-][ \u00a0]?"
GAP = r"[ \u00a0\u202f\u2009]?"

_NEAR = 60  # characters that a rule looks around
_DETERMINER = re.compile(
    r"\b(?:an?|one|the|this|that|each|every|another|his|her|its|their|my|our|your|\w+['’]s)\s+$", re.I
)
_NOUN = re.compile(
    r"""\s+(?!(?:a|about|above|after|again|ago|all|also|an|and|are|as|at|away|back|be|before|below|but|by|can|could|down|due
    |each|every|for|from|had|has|have|he|her|here|higher|his|if|in|into|is|it|its|later|left|less|long|lower|made|may|more
    |must|not|now|of|off|on|onto|or|out|over|per|plus|right|she|should|so|than|that|the|then|there|they|this|to|too|under
    |until|up|was|we|went|were|when|where|which|while|who|will|with|would|you)\b)[a-z]""",
    re.VERBOSE,
)


def words(text: str) -> tuple[str, ...]:
    """The words of a text."""
    return tuple(text.split())


def one_of(names: Iterable[str]) -> str:
    """A pattern of any of the names, the longest first."""
    return "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True))


def before(match: re.Match[str]) -> str:
    """Some of what is written before a match."""
    return match.string[max(0, match.start() - _NEAR) : match.start()]


def after(match: re.Match[str]) -> str:
    """Some of what is written after a match."""
    return match.string[match.end() : match.end() + _NEAR]


def describes(match: re.Match[str]) -> bool:
    """Whether an amount describes a noun that follows, as in "a $5 note" or "the 5 km run": its unit is singular."""
    return bool(_DETERMINER.search(before(match)) and _NOUN.match(after(match)))


def stop(match: re.Match[str]) -> list[Part]:
    """The full stop that an abbreviation took from the end of its sentence."""
    closes = match[0].endswith(".") and not any(c.isalnum() for c in match.string[match.end() :])
    return [(".", match.end() - 1)] if closes else []


def cased(names: Mapping[str, str]) -> dict[str, str]:
    """The names, and those with a capital that belong to the beginning of a sentence."""
    return {**names, **{name[0].upper() + name[1:]: said for name, said in names.items()}}
