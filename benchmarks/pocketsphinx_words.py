"""The recogniser's side of voice.py, run in the peers' environment: what it mishears of recordings with known words.

Reads lines of a path, a tab and the words; prints for each the errors (words put in, left out or changed), how many
words there are, and what was heard, in JSON.
"""

import json
import re
import sys

import numpy as np
import soundfile
from pocketsphinx import Decoder

RATE, LEVEL, AIR = 16_000, 0.6, 3200  # Hz; the peak of what it hears; samples of silence on both sides


def words(text: str) -> list[str]:
    """Lower-case words, without marks."""
    return re.sub(r"[^a-z' ]", " ", text.lower()).split()


def errors(wanted: list[str], heard: list[str]) -> int:
    """The least number of words to put in, leave out or change (Levenshtein)."""
    row = list(range(len(heard) + 1))
    for i, one in enumerate(wanted, 1):
        above, row = row, [i]
        for j, other in enumerate(heard, 1):
            row.append(min(above[j] + 1, row[-1] + 1, above[j - 1] + (one != other)))
    return row[-1]


def main() -> None:
    decoder = Decoder(samprate=RATE, loglevel="FATAL")
    for line in sys.stdin:
        path, _, text = line.rstrip("\n").partition("\t")
        samples, rate = soundfile.read(path, dtype="float32")
        if rate != RATE:
            raise SystemExit(f"{path} is of {rate} Hz, not {RATE}.")
        samples = np.pad(samples * LEVEL / max(np.abs(samples).max(), 1e-6), AIR)
        decoder.start_utt()
        decoder.process_raw((samples * 32767).astype("<i2").tobytes(), full_utt=True)
        decoder.end_utt()
        hypothesis = decoder.hyp()
        heard = words(hypothesis.hypstr if hypothesis else "")
        print(json.dumps([errors(words(text), heard), len(words(text)), " ".join(heard)]), flush=True)


if __name__ == "__main__":
    main()
