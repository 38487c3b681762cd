"""How words are said that letters alone don't tell: letters' names, acronyms, possessives, compounds, drawn-out ones.

What is left goes to a table of known words, and from there to whatever guesses the rest, such as the built-in network.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple

from laterna.voice.text.everyday import EVERYDAY
from laterna.voice.text.homographs import homograph
from laterna.voice.text.phones import Phones

WordsToPhones = Callable[[Sequence[str]], Sequence[Sequence[str]]]
"""Gives the phones of each word of a sentence, in order. A word is of Latin letters without accents, cased as written,
with apostrophes within: "I'm", "BBC", "Laterna's"."""

_NAMES = """
    ey/b iy/s iy/d iy/iy/eh f/jh iy/ey ch/ay/jh ey/k ey/eh l/eh m/eh n/ow/p iy/k y uw/aa r/eh s/t iy/y uw/v iy
    /d ah b ax l y uw/eh k s/w ay/z iy
"""
LETTER_NAMES: Mapping[str, Phones] = {
    letter: tuple(name.split()) for letter, name in zip("abcdefghijklmnopqrstuvwxyz", _NAMES.split("/"), strict=True)
}
_REMEMBERED = 50_000  # guesses
_ARTICLE: Phones = ("ax",)


def _phones(text: str) -> Mapping[str, Phones]:
    return {word: tuple(phones) for word, *phones in (entry.split() for entry in text.split(","))}


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


# Words of up to four letters that stay words in capitals; others of that length are spelt: "NO", but "N B C".
_WORDS = _set("""
    able act add age ago air all also an and any arm army art as ash at atom away baby back bad bag ball band bank
    bar base be bear beat bed been beer best big bird bit blue boat body bomb bone book born both box boy bus but buy by
    cake call came can cap car card care case cash cast cat cell city club coal coat cold come cook cool corn cost crew
    cry cup cut dark date dawn day dead deal dear deep deny desk die diet dirt do does dog done door down draw drop drum
    dry due dust duty each ear ease east easy eat edge egg else end ends ever evil exit eye eyes face fact fair fall
    fame far farm fast fat fate fear feed feel feet few file fill film find fine fire firm fish fit five flag flat flow
    fly food foot for form four free from fuel full fun gain game gate gave get gift girl give glad go goal god gold
    gone good got gray grow gun guy had hair half hall hand hang hard harm has hat hate have he head hear heat held hell
    help her here hero hi hide high hill him his hit hold hole holy home hope horn host hot hour how huge hunt hurt ice
    idea if ill in inn into iron is it its job join jump just keep kept key kid kill kind king kiss knee knew know lack
    lady lake lamp land last late law lead left leg less let lets life lift like line lion list live load lock logo long
    look lord lose loss lost lot loud love low luck made mail main make male man many map mark mass math may me meal
    mean meat meet men menu mine mix mood moon more most move much mum must my myth name near neck need new news next
    nice no none noon nor nose not note now null obey odd of off oh oil old on once one only onto oops open or our out
    oven over own pack page paid pain pair park part pass past path pay peak pick pity plan play plot plus poem poor
    post pour pray pull pure push put quit race rain rate read real red rent rest rich ride ring rise risk road rock
    role roof room root rule run rush sad safe said sail sale salt same sand save saw say sea seat see seed seem seen
    self sell send sent set sex she ship shop shot show shut sick side sign sin sing sir sit six size skin sky slow
    small snow so soft sold some son song soon sorry soul spot star stay step stir stop such suit sun sure swim take
    tale talk tall task tax taxi tea team tell ten term test text than that the them then they thin this thus time tiny
    tip to told tone too took tool top town toy tree trip true try turn two type ugly unit until up upon use used user
    vast very via view vote wait wake walk wall want war warm was wash way we weak wear week well went were west what
    when wide wife wild will win wind wine wing wire wise wish with won wood word wore work worn wow yard yeah year yell
    yes yet you your zero zone
""")
# Acronyms that could be said as words and are spelt, even in a sentence that is all in capitals.
_SPELT = _set("usa uk eu un ai uae cia diy ceo cio cto iou eta epa api url id ok ufo iso aka asap aol atm dna pm")
_SAID = _phones("""
    aids ey d z, awol ey w ao l, bafta b ae f t ax, cad k ae d, covid k ow v ih d, dos d ao s, fema f iy m ax, fifa
    f iy f ax, gif g ih f, ikea ay k iy ax, jpeg jh ey p eh g, lan l ae n, lego l eh g ow, midi m ih d iy, nafta n
    ae f t ax, nasa n ae s ax, nato n ey t ow, opec ow p eh k, pin p ih n, ram r ae m, rom r aa m, sars s aa r z,
    sim s ih m, soho s ow hh ow, swat s w aa t, uefa y uw ey f ax, unix y uw n ih k s, wav w ey v, wifi w ay f ay,
    yolo y ow l ow, zip z ih p, hm hh m, hmm hh m, mm m, mhm m hh m, sh sh, shh sh, psst p s t, pst p s t, br b r
    er, brr b r er, gr g r er, grr g r er, pf p f t, pfft p f t, pft p f t, tsk t ih s k, nth eh n th, zz z, phew f
    y uw, ugh ah g, ooh uw
""")
_ACRONYM = re.compile(r"[A-Z]{2,}s?")
_POSSESSIVE = re.compile(r"(.+)'[sS]")
_DRAWN_OUT = re.compile(r"(.)\1{2,}")
_JOINED = re.compile(r"[A-Z]?[a-z]+(?:'[a-z]+)*|[A-Z]+(?![a-z])|[A-Z]")
_NAMES_OF_PEOPLE = re.compile(r"(?:Mc|Mac|O'|De|Di|Du|La|Le|Van|Von|Fitz)[A-Z]")  # are one word: "McDonald"
_MIDDLE = re.compile(r"[aeiouy]{1,3}")
_ONSETS = {""} | _set("""
    b bl br c ch chr cl cr d dr dw f fl fr g gh gl gn gr h j k kl kn kr l m n p ph pl pr ps q r rh s sc sch scr sh shr
    sk sl sm sn sp sph spl spr squ st str sw t th thr tr tw v w wh wr x z
""")
_CODAS = {""} | _set("""
    b c ch ck ct ct d dge f ff ft g gg gh ght h k l lb ld lf lk ll lm ln lp ls lt lth m mb mn mp mph mpt ms n nc nch nd
    ng nge nk nn ns nt nth p ph pp ps pt r rb rc rch rd rf rg rk rl rm rn rp rr rs rsh rst rt rth s sh sk sm sp ss st t
    tch th ts tt v w wl wn x xt z zz
""")


class _Plan(NamedTuple):
    """A word as parts, each its phones or letters to look up; ``sibilant`` if an "s" follows the last."""

    parts: tuple[Phones | str, ...]
    sibilant: bool


class Words:
    """Gives the phones of a sentence's words: a :data:`WordsToPhones` made of a table and a guess.

    Args:
        known: phones of words in lower case.
        guess: the phones of other words, in lower case; asked once for each.
    """

    def __init__(self, known: Mapping[str, Phones], guess: WordsToPhones) -> None:
        self._known = {**known, **EVERYDAY, **_SAID}
        self._guess = guess
        self._cache: dict[str, Phones] = {}

    def __call__(self, words: Sequence[str]) -> list[Phones]:
        """The phones of each word; see :data:`WordsToPhones`."""
        shouted = len(words) > 1 < max(map(len, words)) and all(word.isupper() for word in words)
        article = len(words) > 1 and len(words[1]) > 1  # what a capital A that begins the sentence is
        plans = [self._plan(word, shouted, article and not place) for place, word in enumerate(words)]
        lower = ["", *(word.lower() for word in words), ""]
        asked = {part for plan in plans for part in plan.parts if isinstance(part, str)}
        guessed = self._guessed(asked - self._known.keys())
        return [
            homograph(word, before, after) or self._said(plan, guessed)
            for plan, before, word, after in zip(plans, lower, lower[1:], lower[2:], strict=False)
        ]

    def _guessed(self, words: set[str]) -> Mapping[str, Phones]:
        """The phones of words that are not known; other threads may ask for others meanwhile."""
        remembered = {word: phones for word in words if (phones := self._cache.get(word)) is not None}
        new = sorted(words - remembered.keys())
        made = {word: tuple(phones) for word, phones in zip(new, self._guess(new), strict=True)}
        if len(self._cache) + len(made) > _REMEMBERED:
            self._cache = {}
        self._cache.update(made)
        return remembered | made

    def _said(self, plan: _Plan, guessed: Mapping[str, Phones]) -> Phones:
        phones: list[str] = []
        for part in plan.parts:
            phones += (self._known.get(part) or guessed[part]) if isinstance(part, str) else part
        return (*phones, *sibilant(phones)) if plan.sibilant else tuple(phones)

    def _plan(self, word: str, shouted: bool, article: bool) -> _Plan:
        owner = None if word.lower() in self._known else _POSSESSIVE.fullmatch(word)
        word = owner[1] if owner else word
        plural = _ACRONYM.fullmatch(word) and word.endswith("s")
        word = word.removesuffix("s") if plural else word
        return _Plan(tuple(self._parts(word, shouted, article)), bool(owner or plural))

    def _parts(self, word: str, shouted: bool, article: bool) -> Iterator[Phones | str]:
        lower = word.lower()
        joined = _JOINED.findall(word)
        if lower == "a" and (word == "a" or shouted or article):
            yield _ARTICLE
        elif len(word) == 1:
            yield LETTER_NAMES[lower]
        elif word.isupper() and "'" not in word:
            yield lower if _is_word(lower, shouted) else _spelt(lower)
        elif len(joined) > 1 and "".join(joined) == word and not _NAMES_OF_PEOPLE.match(word):
            for part in joined:
                yield from self._parts(part, False, False)
        elif lower in self._known:
            yield lower
        else:
            drawn = _DRAWN_OUT.sub(_drawn_in, lower)
            yield drawn if drawn in self._known or set(drawn) & set("aeiouy") else _spelt(lower)


def sibilant(phones: Sequence[str]) -> Phones:
    """How the "s" of a possessive or a plural is said after a word."""
    if phones and phones[-1] in ("s", "z", "sh", "zh", "ch", "jh"):
        return ("ax", "z")
    return ("s",) if phones and phones[-1] in ("p", "t", "k", "f", "th") else ("z",)


def is_acronym(word: str) -> bool:
    """Whether a word is written in capitals, but for the "s" of its plural."""
    return _ACRONYM.fullmatch(word) is not None


def _drawn_in(run: re.Match[str]) -> str:
    """ "soooo" is so, "freeee" free."""
    return run[1] * (2 if run[1] == "e" else 1)


def _spelt(word: str) -> Phones:
    return tuple(phone for letter in word for phone in LETTER_NAMES.get(letter, ()))


def _is_word(word: str, shouted: bool) -> bool:
    """Whether a word in capitals, given in lower case, is said as one."""
    if word in _SPELT or not _pronounceable(word):
        return False
    return shouted or len(word) > 4 or word in _WORDS or word in _SAID


def _pronounceable(word: str) -> bool:
    first, *middle = _MIDDLE.split(word)
    last = middle.pop() if middle else "?"  # it has no vowel
    between = all(
        any(part[:cut] in _CODAS and part[cut:] in _ONSETS for cut in range(len(part) + 1)) for part in middle
    )
    return first in _ONSETS and last in _CODAS and between
