"""The symbols in which a sentence is spelt for the acoustic model: phones, word boundaries and marks.

Phones are ARPAbet without stress, in lower case, as CMU Flite prints them.
"""

from difflib import get_close_matches

_PHONES = "aa ae ah ao aw ax ay b ch d dh eh er ey f g hh ih iy jh k l m n ng ow oy p r s sh t th uh uw v w y z zh"
PHONES = tuple(_PHONES.split())
BOUNDARY = "|"  # between two words that are said without a pause
PAUSE = ","  # any pause within a sentence
ENDS = (".", "?", "!")  # one of them closes every sentence
SYMBOLS = (*PHONES, BOUNDARY, PAUSE, *ENDS)
Phones = tuple[str, ...]  # of a word

_ALPHABETS = """
    h=hh j=jh dx=t el=l em=m en=n ix=ih oh=ao a=ae e=eh i=ih o=ow u=uh c=k q=k x=k
    ə=ax ʃ=sh ʒ=zh θ=th ð=dh ŋ=ng æ=ae ɑ=aa ɔ=ao ʌ=ah ɛ=eh ɪ=ih ʊ=uh ɹ=r ɝ=er ɚ=er
"""
_OTHER_NAMES = dict(pair.split("=") for pair in _ALPHABETS.split())  # of other alphabets, the IPA's among them


def nearest(name: str) -> str:
    """The phone that was likely meant by a name that is none: CMUdict's "AE1" is "ae", the IPA's "ʃ" is "sh"."""
    plain = name.lower().strip("0123456789ˈˌː'.")
    if plain in PHONES:
        return plain
    return _OTHER_NAMES.get(plain) or (*get_close_matches(plain, PHONES, 1, 0), "ax")[0]
