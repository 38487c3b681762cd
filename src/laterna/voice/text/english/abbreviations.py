"""Abbreviations, initials and Roman numerals as they are read out."""

import re
from collections.abc import Iterator

from laterna.voice.text.english.numbers import cardinal, ordinal, roman, year
from laterna.voice.text.english.rules import Part, Rule, after, before, cased, one_of, stop, words

# Before a name, with or without their full stop.
_ADDRESSES = {
    "Mr": "Mister", "Mrs": "Missis", "Ms": "Miz", "Mx": "Mix", "Messrs": "Messieurs", "Mme": "Madame",
    "Mlle": "Mademoiselle", "Prof": "Professor",
}  # fmt: skip
_TITLES = {"Dr": "Doctor", "St": "Saint", "Mt": "Mount"}  # which are other words elsewhere
_RANKS = {
    "Gen": "General", "Col": "Colonel", "Maj": "Major", "Lt": "Lieutenant", "Sgt": "Sergeant", "Capt": "Captain",
    "Cmdr": "Commander", "Cpl": "Corporal", "Adm": "Admiral", "Rev": "Reverend", "Hon": "Honorable",
    "Gov": "Governor", "Sen": "Senator", "Rep": "Representative", "Pres": "President", "Ft": "Fort",
}  # fmt: skip
# After a name.
_AFTER_NAMES = {
    "Jr": "Junior", "Sr": "Senior", "Esq": "Esquire", "Inc": "Incorporated", "Ltd": "Limited", "Co": "Company",
    "Corp": "Corporation", "Bros": "Brothers", "St": "Street", "Ave": "Avenue", "Blvd": "Boulevard", "Rd": "Road",
    "Ln": "Lane", "Sq": "Square", "Pl": "Place", "Hwy": "Highway", "Dr": "Drive", "Univ": "University",
    "Dept": "Department", "Assn": "Association", "Intl": "International",
}  # fmt: skip
_ANYWHERE = cased({
    "e.g.": "for example", "i.e.": "that is", "etc.": "et cetera", "vs.": "versus", "cf.": "compare",
    "viz.": "namely", "approx.": "approximately", "dept.": "department", "est.": "established", "govt.": "government",
    "misc.": "miscellaneous", "tel.": "telephone", "apt.": "apartment", "ave.": "avenue", "blvd.": "boulevard",
    "max.": "maximum", "incl.": "including", "excl.": "excluding", "temp.": "temperature", "ed.": "editor",
    "eds.": "editors", "al.": "al", "a.k.a.": "also known as", "hrs.": "hours", "mins.": "minutes", "secs.": "seconds",
    "lb.": "pound", "lbs.": "pounds", "oz.": "ounces", "ft.": "feet", "no.": "number", "nos.": "numbers",
    "p.s.": "P S", "Ph.D.": "P H D", "PhD": "P H D", "a.m.": "AM", "p.m.": "PM", "ca.": "circa",
}) | {"w/o": "without", "w/": "with ", "c/o": "care of", "n/a": "N A", "N/A": "N A", "vs": "versus", "etc": "et cetera",
      "eg": "for example", "aka": "also known as", "A.K.A.": "also known as", "'n'": "and", "’n’": "and"}  # fmt: skip
_LETTERS_ONLY = ("vs", "etc", "eg", "aka", "PhD", "w/o", "w/", "c/o", "n/a", "N/A", "'n'", "’n’")
_NEEDS_NUMBER = ("no.", "nos.", "No.", "Nos.", "lb.", "lbs.", "oz.", "ft.")

_REIGNING = words("""
    Alexander Alfonso Benedict Carl Catherine Charles Christian Clement Edward Elizabeth Ferdinand Francis Frederick
    George Gregory Gustav Haakon Harald Henry Innocent Ivan James John Leo Leopold Louis Margaret Margrethe Mary
    Napoleon Nicholas Olav Otto Paul Peter Philip Pius Ptolemy Ramses Richard Robert Umberto Urban Victoria Wilhelm
    William Malcolm Mehmed Murad Selim Edgar Alexios Basil Constantine Justinian Rudolf Emmanuel Felipe Pedro
""")
_COUNTED = words("""
    act appendix article book canto chapter class division episode figure game grade level mark part phase plate round
    scene section stage step super table title type unit volume war wars bowl
""")
_PRONOUN = re.compile(  # what "I" says of itself
    r"['’]|\s+(?:am|was|have|had|will|would|can|could|should|shall|must|may|might|do|did|don['’]t|didn['’]t|think|thought"
    r"|know|knew|saw|see|said|say|love|like|want|need|feel|felt|guess|hope|believe|wish|went|go|met|never|always|also)\b"
)
_NOT_NUMERALS = words("CD CV DC MD MC MI MIX DI CC MM XL CI DIM DID CIVIC MID LCD")


def _title(match: re.Match[str], british: bool) -> list[Part] | None:
    """ "Dr. Lee" is Doctor Lee, "Elm St." Elm Street, "St. Paul's" Saint Paul's."""
    name = match["name"]
    if name in _ADDRESSES:
        return [(_ADDRESSES[name], match.start())]
    leads = re.match(r"\s+(?:[A-Z]|(?:de|von|van|la)\b)", after(match)) is not None
    follows = re.search(r"(?:[A-Z][\w'’]*|\d(?:st|nd|rd|th))[ ,]+$", before(match)) is not None
    if name in _AFTER_NAMES and follows and not (name in _TITLES and leads and not _is_street(before(match))):
        return [(_AFTER_NAMES[name], match.start()), *stop(match)]
    if leads and (name in _TITLES or (name in _RANKS and match[0].endswith("."))):
        return [((_TITLES | _RANKS)[name], match.start())]
    return None


def _is_street(written: str) -> bool:
    """Whether a number of a house stands before the name: "10 Downing St."."""
    return re.search(r"\d+(?:st|nd|rd|th)? (?:[A-Z][\w'’]* )*$|\d(?:st|nd|rd|th) $", written) is not None


def _abbreviation(match: re.Match[str], british: bool) -> list[Part] | None:
    name = match["name"]
    if name in _NEEDS_NUMBER:
        wanted = re.match(r"\s*\d", after(match)) if name.lower().startswith("no") else None
        if not wanted and not re.search(r"(?:\d|[Aa]n?)\s*$", before(match)):
            return None
    return [(_ANYWHERE[name], match.start()), *stop(match)]


def _initials(match: re.Match[str], british: bool) -> Iterator[Part]:
    """ "J. R. R. Tolkien" is J R R Tolkien, "the U.S. Army" the U S Army."""
    gap = ""
    for letter in re.finditer(r"[A-Za-z]", match[0]):
        yield gap + letter[0].upper(), match.start() + letter.start()
        gap = " "
    yield from stop(match)


def _numeral(match: re.Match[str], british: bool) -> list[Part] | None:
    """ "Henry VIII" is Henry the eighth, "World War II" World War two, "MCMXC" nineteen ninety."""
    numeral = match["numeral"]
    value = roman(numeral)
    last = re.search(r"([A-Za-z]+)[ \u00a0]$", before(match))
    word = last[1] if last else ""
    counted = word.lower() in _COUNTED
    spoken = numeral == "I" and not counted and _PRONOUN.match(after(match))
    if not value or spoken or (len(numeral) == 1 and not counted and word not in _REIGNING):
        return None
    if word in _REIGNING and value < 30:
        return [(f"the {ordinal(value)}", match.start())]
    if numeral in _NOT_NUMERALS and not counted:
        return None
    if value > 1000 and len(numeral) > 4:
        return [(year(value), match.start())]
    clear = len(numeral) > 1 and value < 40 and word[:1].isupper()
    return [(cardinal(value), match.start())] if counted or clear else None


_NAMES = one_of({*_ADDRESSES, *_TITLES, *_RANKS, *_AFTER_NAMES})
RULES: tuple[Rule, ...] = (
    (re.compile(rf"(?<![\w.'’-])(?P<name>{_NAMES})(?:\.(?!\w)|(?![\w.'’-]))"), _title),
    (re.compile(rf"(?<![\w.])(?P<name>{one_of(n for n in _ANYWHERE if n not in _LETTERS_ONLY)})(?!\w)"), _abbreviation),
    (re.compile(rf"(?<![\w./])(?P<name>{one_of(_LETTERS_ONLY)})(?![\w./]|(?<=[a-z])['’-])"), _abbreviation),
    (
        re.compile(
            r"(?<![\w.'’])(?:[A-Za-z]\.){2,}[A-Za-z]?(?=\W|$)|(?<![\w.'’&])[A-Z]\.(?=(?: ?[A-Z]\.)* ?[A-Z][a-z])"
        ),
        _initials,
    ),
    (re.compile(r"(?<![\w.'’-])(?P<numeral>[IVXLCDM]+)(?![\w-]|['’](?!s\b)|\.\w)"), _numeral),
)
