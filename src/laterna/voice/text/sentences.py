"""A text as written, taken apart: paragraphs, sentences, words."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

_CJK = r"\u3005-\u3007\u3041-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_CJK_MARKS = r"\u3001-\u3004\u3008-\u303f\uff01-\uff0f\uff1a-\uff20\uff3b-\uff40\uff5b-\uff65"
_WORD = re.compile(rf"[{_CJK}]|[{_CJK_MARKS}]+|[^\s{_CJK}{_CJK_MARKS}]+")
_SPOKEN_SYMBOLS = "&%+=@#$€£¥°§"
_PICTOGRAPH = r"[\u2600-\u27bf\u2b00-\u2bff\ufe0f\u200d\U0001f000-\U0001faff]"
_UNWRITTEN = re.compile(r"[\u00ad\u200b\ufeff\ud800-\udfff]|[^\S \n]|[\x00-\x09\x0b-\x1f\x7f-\x9f]")

_CLOSERS = "\"'”’»)\\]）」』】》"
_END = re.compile(  # a run of marks is tried from its first one on; Chinese leaves no space after it
    rf"""(?P<wide>(?<![。！？!?…｡])[。！？!?…｡]*[。！？｡][{_CLOSERS}]*(?:\s*{_PICTOGRAPH})*)\s*
      | (?P<narrow>(?<![.!?…؟۔।])[.!?…؟۔।]+[{_CLOSERS}]*(?:\s*{_PICTOGRAPH})*)(?:\s+|$)""",
    re.VERBOSE,
)
_LAST_WORD = re.compile(r"([\w.'’-]+)\W*$")
# Words whose full stop ends no sentence; whose may end one; and words that then begin the next.
_ABBREVIATIONS = """
    mr mrs ms dr prof st sr jr vs fig vol ch pp gen col lt sgt capt cmdr rev hon gov sen rep mt ft dept univ approx
    bros est ave blvd e.g i.e cf viz ed eds z.b d.h u.a bzw ca evtl nr str hr fr mme mlle p.o
    messrs adm maj pres cpl brig pvt supt
"""
_MAY_END = "etc a.m p.m u.s u.k u.n e.u d.c b.c a.d ph.d inc ltd co corp al"
_BEFORE_NUMBERS = """
    jan feb mar apr jun jul aug sept sep oct nov dec mon tue tues wed thu thur thurs fri sat sun
    apt box sec secs art arts eq eqs chap ch tel max min par no nos ext
"""
_STARTERS = """
    the a an he she it we they i you but and so then in on at this that these those there however when while after
    before its his her their our my no yes if as what who how why where
"""
_PLAIN_STARTERS = ("the", "then", "this", "that", "these", "there", "they", "we", "he", "she", "it", "but", "and", "so")
_LETTERED = re.compile(
    r"\b(?:plan|vitamin|option|group|type|grade|class|room|gate|team|part|section|side)s?\s+\w\W*$", re.I
)
_ORDINAL_LANGUAGES = ("de", "da", "nb", "no", "fi", "cs", "sk", "hu", "pl")  # "3." reads third

_WIDE_LETTER = Fraction(5, 2)  # a Chinese character, in Latin letters' worth of speaking time
_NEAR = 200  # characters around a full stop that tell whether it ends a sentence
_DIGIT = 4  # "1984" is read as twenty letters


@dataclass(frozen=True, slots=True)
class Token:
    """A word as written, with its punctuation: characters ``first`` to ``end`` (exclusive) of its sentence."""

    text: str
    first: int
    end: int


def paragraphs(text: str, language: str = "en") -> list[list[str]]:
    """The sentences of each paragraph (blank lines part them); white space becomes single spaces.

    What holds nothing to say (a lone dash, an emoji) belongs to the sentence before it, so every sentence speaks,
    unless the whole text is mute: then the list is empty.
    """
    written = _UNWRITTEN.sub(lambda match: " " if match[0].isspace() else "", text.replace("\r\n", "\n"))
    parts = [list(_sentences(_unwrapped(part), language)) for part in re.split(r"\n[ ]*\n", written)]
    return _without_mute(parts)


def tokens(sentence: str) -> list[Token]:
    """The words of a sentence as they are written; every Chinese character or Japanese kana is a word.

    Punctuation goes with the word before it, opening quotes and brackets with the word after.
    """
    spans: list[list[int]] = []
    opening: int | None = None
    for match in _WORD.finditer(sentence):
        first, end = match.span()
        if speaks(match[0]):
            spans.append([first if opening is None else opening, end])
            opening = None
            continue
        head = end - len(match[0]) + len(match[0].rstrip(_openers(match[0])))
        if head > first and spans and opening is None:
            spans[-1][1] = head
        if head < end or not spans:
            opening = min(first if not spans else head, end if opening is None else opening)
    if opening is not None and spans:
        spans[-1][1] = len(sentence.rstrip())
    return [Token(sentence[first:end], first, end) for first, end in spans]


def speaks(text: str) -> bool:
    """Whether there is anything in ``text`` that a voice would say."""
    return any(character.isalnum() or character in _SPOKEN_SYMBOLS for character in text)


def spoken_length(text: str) -> Fraction:
    """How long a word takes to say, in Latin letters; the pause after it counts as one."""
    letters = Fraction(1)
    for character in text:
        if re.match(rf"[{_CJK}]", character):
            letters += _WIDE_LETTER
        elif character.isdigit():
            letters += _DIGIT
        elif character.isalnum() or character in _SPOKEN_SYMBOLS:
            letters += 1
    return letters


def without_pictographs(sentence: str) -> str:
    """The sentence with a space in place of every emoji, so that no engine reads out its name."""
    return re.sub(_PICTOGRAPH, " ", sentence)


def _unwrapped(paragraph: str) -> str:
    """One line: a line break is a space, but nothing between two Chinese characters."""
    joined = re.sub(rf"(?<=[{_CJK}，。！？、；：])\s*\n\s*(?=[{_CJK}])", "", paragraph)
    return " ".join(joined.split())


def _sentences(paragraph: str, language: str) -> Iterator[str]:
    start = 0
    for match in _END.finditer(paragraph):
        end = match.end()
        last, following = paragraph[max(start, end - _NEAR) : end].rstrip(), paragraph[end : end + _NEAR]
        if match["wide"] or (not following or _ends(last, match["narrow"], following, language)):
            yield paragraph[start:end].rstrip()
            start = end
    if paragraph[start:].strip():
        yield paragraph[start:].strip()


def _ends(before: str, mark: str, after: str, language: str) -> bool:
    """Whether a full stop ends a sentence: the text that it closes ends in ``before``, and ``after`` follows."""
    following = after.lstrip("\"'“‘«([¿¡—–- ")
    if not following or following[0].islower():
        return False
    if not mark.startswith(".") or mark.startswith(".."):
        return True
    word = _LAST_WORD.search(before)
    stem = word[1].rstrip(".").lower() if word else ""
    if len(stem) == 1 and stem.isalpha() and stem != "i":  # an initial, or the letter of a plan or a vitamin
        return bool(_LETTERED.search(before)) or following.split()[0].strip(",;:'’").lower() in _PLAIN_STARTERS
    if stem.isdigit() and len(stem) < 3 and language.startswith(_ORDINAL_LANGUAGES):
        return False
    if stem in _BEFORE_NUMBERS.split():
        return not (following[0].isdigit() or re.match(r"[IVXLC]+\b", following))
    if stem in _MAY_END.split():
        return stem == "etc" or following.split()[0].strip(",;:'’").lower() in _STARTERS.split()
    return stem not in _ABBREVIATIONS.split()


def _without_mute(parts: list[list[str]]) -> list[list[str]]:
    spoken: list[list[str]] = []
    lead = ""
    for part in parts:
        sentences: list[str] = []
        for sentence in part:
            if speaks(sentence):
                sentences.append(lead + sentence)
                lead = ""
            elif sentences:
                sentences[-1] += " " + sentence
            elif spoken:
                spoken[-1][-1] += " " + sentence
            else:
                lead += sentence + " "
        if sentences:
            spoken.append(sentences)
    return spoken


def _openers(text: str) -> str:
    return "".join({c for c in text if unicodedata.category(c) in ("Ps", "Pi") or c in "¿¡"} or {" "})
