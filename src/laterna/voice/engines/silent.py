"""The engine of last resort: no sound, only the time that reading takes, so that captions have their times."""

from fractions import Fraction

from laterna.voice.engines.spoken import Spoken
from laterna.voice.text.sentences import spoken_length, tokens

_LETTERS_A_SECOND = 14  # an easy narrator's pace, and below the 17 characters a second that captions may run at


class Silent:
    """Times words by reading speed: 14 letters a second, a Chinese character counting as two and a half."""

    name = "none"
    credit = ""
    languages = ("*",)

    def available(self) -> bool:
        return True

    def speak_sentence(self, text: str, *, language: str, speed: float) -> Spoken:
        pace = _LETTERS_A_SECOND * Fraction(speed).limit_denominator(1000)
        time, marks = Fraction(0), []
        for token in tokens(text):
            marks.append((token.first, time))
            time += spoken_length(token.text) / pace
        return Spoken(None, 1000, time, tuple(marks))
