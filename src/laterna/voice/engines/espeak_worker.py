"""Speaks one sentence with libespeak-ng, in a process of its own: run by path, imports nothing of Laterna.

The library carries the phase of its voice and its noise from one sentence into the next, even over a restart. A fresh
process gives the same sentence the same samples, and keeps a crash in C away from the studio.

Reads a JSON object from stdin: ``library`` (path), ``voice``, ``words_a_minute``, ``text``. The working directory
holds ``espeak-ng-data``: the library truncates paths over 160 characters, so it is given ".". Writes one line of
JSON (``sample_rate``, ``marks``: pairs of character and sample), then the samples as 16-bit PCM. Given ``phonemes``, a
list of texts, in place of a text, it writes a list of how they are said, in the International Phonetic Alphabet.
"""

import ctypes
import json
import sys
from typing import Any

_SYNCHRONOUS = 2  # AUDIO_OUTPUT_SYNCHRONOUS: samples go to the callback, and a call returns once its text is spoken
_DONT_EXIT = 0x8000
_RATE = 1  # espeakRATE
_UTF8 = 1
_IPA = 2
_END_OF_EVENTS, _WORD = 0, 1


class _Event(ctypes.Structure):
    _fields_ = (
        ("type", ctypes.c_int),
        ("unique_identifier", ctypes.c_uint),
        ("text_position", ctypes.c_int),  # characters, from 1
        ("length", ctypes.c_int),
        ("audio_position", ctypes.c_int),  # milliseconds
        ("sample", ctypes.c_int),
        ("user_data", ctypes.c_void_p),
        ("id", ctypes.c_char * 8),
    )


_Callback = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.POINTER(_Event))


def main() -> None:
    """Serve one request from stdin to stdout."""
    request = json.load(sys.stdin)
    library = ctypes.CDLL(request["library"])
    sample_rate = library.espeak_Initialize(_SYNCHRONOUS, 0, b".", _DONT_EXIT)
    if sample_rate <= 0:
        sys.exit("its data can't be read")
    library.espeak_ng_SetRandSeed(ctypes.c_long(1))  # breath and roughness are noise, seeded by the clock otherwise
    if library.espeak_SetVoiceByName(request["voice"].encode()):
        sys.exit(f"it has no voice {request['voice']!r}")
    if "phonemes" in request:
        json.dump([_spelt(library, text) for text in request["phonemes"]], sys.stdout)
    else:
        header, samples = _speak(library, request)
        sys.stdout.buffer.write(json.dumps(header | {"sample_rate": sample_rate}).encode() + b"\n" + samples)


def _spelt(library: Any, text: str) -> str:
    """How a text is said; the library spells it clause by clause."""
    library.espeak_TextToPhonemes.restype = ctypes.c_char_p
    written = ctypes.create_string_buffer(text.encode())
    at = ctypes.c_void_p(ctypes.addressof(written))
    clauses = []
    while at.value:
        clauses.append(library.espeak_TextToPhonemes(ctypes.byref(at), _UTF8, _IPA).decode(errors="replace"))
    return " ".join(" ".join(clauses).split())


def _speak(library: Any, request: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
    library.espeak_SetParameter(_RATE, request["words_a_minute"], 0)
    blocks: list[bytes] = []
    marks: list[tuple[int, int]] = []

    def receive(samples: Any, count: int, events: Any) -> int:
        if samples and count:
            blocks.append(ctypes.string_at(samples, 2 * count))
        index = 0
        while events[index].type != _END_OF_EVENTS:
            if events[index].type == _WORD:
                marks.append((events[index].text_position - 1, events[index].sample))
            index += 1
        return 0

    callback = _Callback(receive)  # kept alive until the text is spoken
    library.espeak_SetSynthCallback(callback)
    text = request["text"].encode()
    if library.espeak_Synth(text, ctypes.c_size_t(len(text) + 1), 0, 1, 0, _UTF8, None, None):
        sys.exit("it refused the text")
    return {"marks": marks}, b"".join(blocks)


if __name__ == "__main__":
    main()
