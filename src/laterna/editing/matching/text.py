"""Text as words that can be looked up, and the languages that it may be in.

A word is a run of letters and digits in lower case, without accents; Chinese, Japanese, Korean and Thai are not parted
by blanks, and go by pairs of characters, as search engines do.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_UNPARTED = re.compile(r"[\u0e00-\u0e7f\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af]+")
_SENTENCE = re.compile(r"(?<=[.!?…])[\"'”’)\]]*\s+|(?<=[。！？])|\n\s*\n+")
_SCRIPTS = {  # by the first word of a character's Unicode name
    "LATIN": "", "CJK": "Chinese", "HIRAGANA": "Japanese", "KATAKANA": "Japanese", "HANGUL": "Korean",
    "CYRILLIC": "Russian", "GREEK": "Greek", "ARABIC": "Arabic", "HEBREW": "Hebrew", "DEVANAGARI": "Hindi",
    "THAI": "Thai", "ARMENIAN": "Armenian", "GEORGIAN": "Georgian",
}  # fmt: skip
_SMALL_WORDS = {  # the commonest of each language, which tell nothing of what is seen
    "English": """
        a about above after again against all also am among an and another any anyone anything are around as at away
        back be because been before behind being below beneath beside between beyond both but by can come comes could
        did do does doing down during each either every everyone everything few for from further get gets go goes
        going had has have having he her here hers him himself his how i if in into is it its itself just like made
        make makes many may me might more most much must my near no nor not now of off on once one only onto or other
        our out over own same see seen she should since so some someone something still such take takes than that the
        their them then there these they thing things this those through to together too toward towards under until
        up upon us very was we were what when where which while who whom whose why will with within without would yet
        you your""",
    "German": """
        aber alle als am an auch auf aus bei bin bis das dass dem den der des die durch ein eine einem einen einer er
        es für hat ich ihm ihr im in ist ja kann mit nach nicht noch nur oder ohne sich sie sind so über um und uns
        unter vom von vor war wenn wie wir wird zu zum zur""",
    "French": """
        au aux avec ce ces cette dans de des du elle en est et eux il ils je la le les leur lui mais même ne nous on ou
        où par pas pour qu que qui sa sans se ses si son sont sous sur tout très un une vers vous""",
    "Spanish": """
        al algo bajo como con cuando de del donde el ella en entre era es esta este fue ha hasta hay la las le lo los
        más mi muy no o para pero por que se ser si sin sobre son su sus también un una y ya""",
    "Italian": """
        al alla anche che chi col come con da dal dei del della delle di dove e era gli ha i il in la le lo ma mentre
        nel nella non per più quando questa questo se sono sotto su sul sulla tra un una""",
    "Portuguese": """
        ao aos as até com como da das de do dos e ela ele em entre é foi mais mas na nas no nos não o os ou para pela
        pelo por quando que se sem seu sob sua também um uma""",
    "Dutch": """
        aan al als bij dan dat de die dit door een en er geen haar heeft het hij ik in is je maar met na naar niet nog
        of om onder ook op over te tot uit van voor was wat zich zijn zo""",
}  # fmt: skip
_SMALL = {language: frozenset(words.split()) for language, words in _SMALL_WORDS.items()}
_PLAIN_SMALL = frozenset(_SMALL["English"])
_TELLING = 2  # small words of a language that show it, if they are also twice as many as those of English


def words(text: str) -> list[str]:
    """The words of a text that tell something, in order: without English's small words, which every text has."""
    return [word for word in every_word(text) if word not in _PLAIN_SMALL]


def every_word(text: str) -> Iterator[str]:
    """All words of a text in order."""
    for match in _WORD.finditer(unicodedata.normalize("NFKC", text).lower().replace("’", "'")):
        word = match[0].removesuffix("'s")
        if _UNPARTED.search(word):
            yield from _pairs(word)
        elif word:
            yield _without_accents(word)


def sentences(text: str) -> list[str]:
    """A text's sentences, each in one line."""
    parts = (" ".join(part.split()) for part in _SENTENCE.split(text))
    return [part for part in parts if part]


def language(text: str) -> str:
    """The language that a text shows itself to be in, in English ("Chinese"); "" where nothing shows."""
    scripts = Counter(_script(character) for character in text[:20_000] if character.isalpha())
    if not scripts:
        return ""
    commonest, count = scripts.most_common(1)[0]
    if commonest and 2 * count > scripts.total():
        return "Japanese" if scripts["Japanese"] else commonest
    seen = Counter(match[0] for match in _WORD.finditer(text[:20_000].lower()))
    counts = {name: sum(seen[word] for word in small) for name, small in _SMALL.items()}
    best = max(counts, key=lambda name: counts[name])
    if best == "English":
        return "English" if counts[best] else ""
    return best if counts[best] >= max(_TELLING, 2 * counts["English"]) else ""


def joined(texts: Iterable[str], most: int = 20_000) -> str:
    """Texts in one, up to so many characters: enough to tell their language."""
    found, length = [], 0
    for text in texts:
        found.append(text)
        length += len(text) + 1
        if length > most:
            break
    return " ".join(found)


def _script(character: str) -> str:
    return _SCRIPTS.get(unicodedata.name(character, "LATIN").partition(" ")[0], "")


def _pairs(text: str) -> Iterator[str]:
    for run in _UNPARTED.findall(text):
        yield from (run[at : at + 2] for at in range(max(1, len(run) - 1)))
    yield from (word for word in _UNPARTED.sub(" ", text).split() if word)


def _without_accents(word: str) -> str:
    if word.isascii():
        return word
    return "".join(one for one in unicodedata.normalize("NFKD", word) if not unicodedata.combining(one))
