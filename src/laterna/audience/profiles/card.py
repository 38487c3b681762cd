"""A profile in plain words."""

import html
import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

if TYPE_CHECKING:
    from laterna.audience.profile import Profile

_SURE = 2.0  # standard deviations from which a difference is told
_RATIO = 1.2  # of shares, from which a sure difference is worth a word
_MOST = 3  # names in a sentence
_STEADY = 0.05  # of the shuffles: a drift that more of them have is none
_STARS = 0.3  # from which a difference of ratings is told
_IN = ("at night", "in the morning", "in the afternoon", "in the evening")  # six hours each, from midnight
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]")


def text(profile: "Profile") -> str:
    """Lines of text, one for each thing that can be told."""
    lines = [f"{heading}: {sentence}" for heading, sentence in sentences(profile)]
    return "\n".join([f"Viewer {printable(profile.user)}", *lines])


def page_part(profile: "Profile") -> str:
    """The same as HTML: an ``article`` to put into a page; whatever ids, titles and genres hold is escaped."""
    rows = "".join(
        f"<dt>{html.escape(heading)}</dt><dd>{html.escape(sentence)}</dd>" for heading, sentence in sentences(profile)
    )
    name = html.escape(printable(profile.user))
    return f'<article class="profile"><h2>Viewer {name}</h2><dl>{rows}</dl></article>'


def printable(word: str) -> str:
    """A word of someone's data in one line, without characters that turn or hide what follows."""
    return _UNPRINTABLE.sub("\N{REPLACEMENT CHARACTER}", word)


def sentences(profile: "Profile") -> Iterator[tuple[str, str]]:
    """Headings and sentences; what is unknown, or could be chance, is left out."""
    first, last = profile.first, profile.last
    days = [f"{day.day} {day:%B %Y}" for day in (first, last)]
    when = f"on {days[0]}" if days[0] == days[1] else f"from {days[0]} to {days[1]}"
    yield "Watched", f"{_items(profile.count)} {when}."
    for heading, table, name in (("Genres", profile.genres, "{}"), ("Eras", profile.eras, "the {}")):
        if len(table):
            yield heading, f"{_alone(table, name) if profile.novelty is None else _compared(table, name)}."
    yield "When", _when(profile)
    yield from _ratings(profile)
    yield from _novelty(profile)
    yield from _drift(profile)
    if profile.favourites:
        yield "Liked best", f"{_and([printable(title) for title in profile.favourites])}."
    yield "Told from", f"{_and(profile.fields)}; nothing else was read."


def _compared(table: pl.DataFrame, name: str) -> str:
    """What the viewer watches more and less than others."""
    more = table.filter(pl.col("z") >= _SURE, pl.col("share") >= _RATIO * pl.col("everyone"))
    less = table.filter(pl.col("z") <= -_SURE, pl.col("everyone") >= _RATIO * pl.col("share"))
    most = more.sort("z", descending=True).head(_MOST).select("name", "share", "everyone").rows()
    least = less.sort("z").head(_MOST)["name"].to_list()
    told = [f"{_named(name, word)} ({_share(share)}, everyone {_share(everyone)})" for word, share, everyone in most]
    parts = [f"more than others {_and(told)}"] if told else []
    parts += [f"less than others {_and([_named(name, word) for word in least])}"] if least else []
    return "; ".join(parts) or f"much like everyone, most of all {_named(name, table['name'][0])}"


def _alone(table: pl.DataFrame, name: str) -> str:
    rows = table.head(_MOST).select("name", "share").rows()
    return f"most of all {_and([f'{_named(name, word)} ({_share(share)})' for word, share in rows])}"


def _named(pattern: str, name: str) -> str:
    return pattern.format(printable(name))


def _when(profile: "Profile") -> str:
    mine, everyone = (hours.reshape(4, 6).sum(1) for hours in (profile.hours, profile.everyones_hours))
    spread = np.sqrt(np.maximum(everyone * (1 - everyone), 1e-9) / profile.count)
    part, odd = int(np.argmax(mine)), int(np.argmax((mine - everyone) / spread))
    told = f"mostly {_IN[part]} ({_share(mine[part])}{_others(everyone[part], profile)})"
    if odd != part and mine[odd] - everyone[odd] > _SURE * spread[odd]:
        told += f", and more than others {_IN[odd]} ({_share(mine[odd])}{_others(everyone[odd], profile)})"
    return f"{told}; {profile.weekend:.0%} at the weekend. Hours are {profile.zone}'s."


def _others(share: float, profile: "Profile") -> str:
    return "" if profile.novelty is None else f", everyone {_share(share)}"


def _ratings(profile: "Profile") -> Iterator[tuple[str, str]]:
    if profile.stars is None:
        return
    told = f"{profile.stars:.1f} on the mean"
    if profile.everyones_stars is not None:
        told += f", everyone {profile.everyones_stars:.1f}"
    rated = profile.genres.drop_nulls("stars").sort("stars", descending=True)
    if len(rated) > 1 and rated["stars"][0] >= _STARS:
        told += f"; highest for {printable(rated['name'][0])} ({rated['stars'][0]:+.1f})"
    if len(rated) > 1 and rated["stars"][-1] <= -_STARS:
        told += f", lowest for {printable(rated['name'][-1])} ({rated['stars'][-1]:+.1f})"
    yield "Ratings", f"{told}."


def _novelty(profile: "Profile") -> Iterator[tuple[str, str]]:
    if profile.novelty is None:
        yield "Novelty", "nobody else is in these events, so nothing is compared with others."
        return
    rank = profile.novelty.rank
    manner = (
        "seeks the rare" if rank > 0.6 else "keeps to the well-known" if rank < 0.4 else "rare and well-known alike"
    )
    yield "Novelty", f"{manner}: rarer items than {'only ' if rank < 0.4 else ''}{rank:.0%} of viewers."


def _drift(profile: "Profile") -> Iterator[tuple[str, str]]:
    found = profile.drift
    if found is None:
        return
    if found.chance >= _STEADY or not found.genres:
        yield "Drift", "tastes have stayed as they were, as far as can be told."
        return
    moves = [f"{printable(name)} ({_share(before)} to {_share(after)})" for name, before, after in found.genres]
    rises = [move for move, (_, before, after) in zip(moves, found.genres, strict=True) if after > before]
    falls = [move for move, (_, before, after) in zip(moves, found.genres, strict=True) if after < before]
    parts = [f"more {_and(rises[:_MOST])}"] if rises else []
    parts += [f"less {_and(falls[::-1][:_MOST])}"] if falls else []
    yield "Drift", f"from the first half to the second {', '.join(parts)}."


def _share(share: float) -> str:
    return f"{share:.1%}" if share < 0.095 else f"{share:.0%}"


def _items(count: int) -> str:
    return f"{count:,} item{'s' if count > 1 else ''}"


def _and(words: Sequence[str]) -> str:
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)
