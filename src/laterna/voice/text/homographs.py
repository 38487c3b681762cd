"""Words that are written alike and said in two ways: the words beside them tell most of them apart."""

from collections.abc import Mapping

from laterna.voice.text.phones import Phones

# As a verb, and as anything else.
_TABLE = """
    abuse ax b y uw z / ax b y uw s
    close k l ow z / k l ow s
    conduct k ax n d ah k t / k aa n d ah k t
    conflict k ax n f l ih k t / k aa n f l ih k t
    contest k ax n t eh s t / k aa n t eh s t
    contract k ax n t r ae k t / k aa n t r ae k t
    contrast k ax n t r ae s t / k aa n t r ae s t
    convert k ax n v er t / k aa n v er t
    desert d ih z er t / d eh z er t
    duplicate d uw p l ax k ey t / d uw p l ax k ax t
    estimate eh s t ax m ey t / eh s t ax m ax t
    excuse ih k s k y uw z / ih k s k y uw s
    extract ih k s t r ae k t / eh k s t r ae k t
    graduate g r ae jh uw ey t / g r ae jh uw ax t
    house hh aw z / hh aw s
    insult ih n s ah l t / ih n s ah l t
    lead l iy d / l iy d
    live l ih v / l ay v
    minute m ih n ax t / m ih n ax t
    moderate m aa d er ey t / m aa d er ax t
    object ax b jh eh k t / aa b jh eh k t
    perfect p er f eh k t / p er f ih k t
    present p r ih z eh n t / p r eh z ax n t
    produce p r ax d uw s / p r ow d uw s
    progress p r ax g r eh s / p r aa g r eh s
    project p r ax jh eh k t / p r aa jh eh k t
    protest p r ax t eh s t / p r ow t eh s t
    read r iy d / r eh d
    rebel r ih b eh l / r eh b ax l
    record r ih k ao r d / r eh k er d
    refuse r ih f y uw z / r eh f y uw s
    separate s eh p er ey t / s eh p r ax t
    subject s ax b jh eh k t / s ah b jh eh k t
    suspect s ax s p eh k t / s ah s p eh k t
    tear t eh r / t ih r
    use y uw z / y uw s
    wind w ay n d / w ih n d
    wound w uw n d / w uw n d
"""
_BEFORE_VERBS = """
    to will would can could should must may might shall cannot not don't doesn't didn't won't can't couldn't wouldn't
    shouldn't let's please never always often usually i you we they who i'll you'll we'll they'll he'll she'll it'll
    i'd you'd we'd they'd
"""
_BEFORE_OTHERS = """
    a an the this that these those my your his her its our their no some any every each of in on at by for from with
    into very too so is was are were be been
"""
_AFTER_VERBS = "a an the this that these those it them him me us my your his her its our their"
_VERB_NEXT, _OTHER_NEXT, _OBJECT = (frozenset(words.split()) for words in (_BEFORE_VERBS, _BEFORE_OTHERS, _AFTER_VERBS))
_VERBS_ELSE = ("live",)  # "people live here"
_PAST_ALIKE = ("read",)  # "he read the book": what follows tells nothing


def _entries() -> Mapping[str, tuple[Phones, Phones]]:
    lines = (line.split() for line in _TABLE.strip().splitlines())
    return {word: (tuple(said[: said.index("/")]), tuple(said[said.index("/") + 1 :])) for word, *said in lines}


_HOMOGRAPHS = _entries()


def homograph(word: str, before: str, after: str) -> Phones | None:
    """The phones of a word between two others, all in lower case; None if it is said in one way alone.

    Args:
        word: the word.
        before: the one before it; empty at the beginning of a sentence.
        after: the one after it; empty at the end.
    """
    if word not in _HOMOGRAPHS:
        return None
    verb, other = _HOMOGRAPHS[word]
    if before in _VERB_NEXT or (not before and after in _OBJECT):
        return verb
    if before in _OTHER_NEXT:
        return other
    by_object = after in _OBJECT and word not in _PAST_ALIKE
    return verb if by_object or word in _VERBS_ELSE else other
