"""The symbols in which a sentence is spelt for the acoustic model: phones, word boundaries and marks.

Phones are ARPAbet without stress, in lower case, as CMU Flite prints them.
"""

_PHONES = "aa ae ah ao aw ax ay b ch d dh eh er ey f g hh ih iy jh k l m n ng ow oy p r s sh t th uh uw v w y z zh"
PHONES = tuple(_PHONES.split())
BOUNDARY = "|"  # between two words that are said without a pause
PAUSE = ","  # any pause within a sentence
ENDS = (".", "?", "!")  # one of them closes every sentence
SYMBOLS = (*PHONES, BOUNDARY, PAUSE, *ENDS)
