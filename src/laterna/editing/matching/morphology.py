"""English words as a dictionary has them, by the rules of WordNet's morphy(7WN): "strolls" as stroll."""

from collections.abc import Container, Iterable, Iterator, Mapping

NOUN, VERB, ADJECTIVE, ADVERB = PARTS = range(4)
_ENDINGS: Mapping[int, tuple[tuple[str, str], ...]] = {
    NOUN: (("s", ""), ("ses", "s"), ("xes", "x"), ("zes", "z"), ("ches", "ch"), ("shes", "sh"), ("men", "man"),
           ("ies", "y")),
    VERB: (("s", ""), ("ies", "y"), ("es", "e"), ("es", ""), ("ed", "e"), ("ed", ""), ("ing", "e"), ("ing", "")),
    ADJECTIVE: (("er", ""), ("est", ""), ("er", "e"), ("est", "e")),
    ADVERB: (),
}  # fmt: skip
_DOUBLED = frozenset("bdgklmnprtv")  # "hopped", "jigging"

Irregular = Mapping[tuple[int, str], Iterable[str]]


class Morphology:
    """Finds lemmas: ``known`` says which (lemma, part of speech) there are, ``irregular`` what no rule finds."""

    def __init__(self, known: Container[tuple[str, int]], irregular: Irregular) -> None:
        self._known = known
        self._irregular = irregular

    def lemmas(self, word: str) -> tuple[tuple[str, int], ...]:
        """The lemmas that a word in lower case may be a form of, each with its part of speech."""
        found = ((form, part) for part in PARTS for form in self._forms(word, part))
        return tuple(dict.fromkeys(form for form in found if form in self._known))

    def _forms(self, word: str, part: int) -> Iterator[str]:
        yield word
        irregular = tuple(self._irregular.get((part, word), ()))
        yield from irregular
        for old, new in () if irregular else _ENDINGS[part]:
            stem = word.removesuffix(old)
            if stem != word and len(stem) > 1:
                yield stem + new
                if old in ("ed", "ing") and not new and stem[-1] in _DOUBLED and stem[-1] == stem[-2]:
                    yield stem[:-1]


def write_irregular(irregular: Irregular) -> str:
    """One form a line: its part of speech, itself, its lemma."""
    return "\n".join(f"{part} {form} {lemma}" for (part, form), lemmas in irregular.items() for lemma in lemmas)


def read_irregular(text: str) -> Irregular:
    """What :func:`write_irregular` gave."""
    forms: dict[tuple[int, str], list[str]] = {}
    for line in text.splitlines():
        part, form, lemma = line.split(" ")
        forms.setdefault((int(part), form), []).append(lemma)
    return forms
