"""What an ONNX voice needs to be told: the JSON file beside it."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

import pydantic
from pydantic import Field

from laterna.errors import DataError
from laterna.media.files import quoted, regular_file

_LARGEST = 1 << 22  # bytes
_PIPER = ("phoneme_id_map", "espeak")  # only piper's files have them

Ids = Annotated[list[Annotated[int, Field(ge=0, lt=1 << 31)]], pydantic.BeforeValidator(
    lambda value: [value] if isinstance(value, int) and not isinstance(value, bool) else value
)]  # fmt: skip


class _Strict(pydantic.BaseModel):
    model_config = pydantic.ConfigDict(extra="forbid", strict=True, frozen=True)


class Inputs(_Strict):
    """What the model calls its inputs.

    Attributes:
        ids: (1, symbols) integers.
        lengths: (1,), how many symbols there are; none where the model does not ask.
        scales: (scales,) floats; none where the model does not ask.
        speaker: (1,), a speaker's number; none where the model does not ask.
    """

    ids: str = "input"
    lengths: str | None = None
    scales: str | None = None
    speaker: str | None = None


class Description(_Strict):
    """An ONNX voice, as ``my.onnx.json`` (or ``my.json``) beside ``my.onnx`` describes it.

    A model gets a sentence as numbers of symbols and gives its samples, of any shape of which but one side is longer
    than 1.

    Attributes:
        sample_rate: of what it gives, in Hz.
        languages: BCP 47 tags in lower case, such as en, pt-br.
        spelling: what its symbols are: "characters" of the text; "phones", those of ``laterna.voice.text.phones`` with
            ``|`` between words and a mark at each pause (English); or "ipa", as eSpeak NG spells.
        symbols: the number of each, or several.
        blank: a number to put between any two symbols, and at the ends where nothing else is, as VITS has it.
        start, end: numbers that begin and end a sentence.
        inputs: what the model calls its inputs.
        output: what it calls the samples; its first output unless named.
        scales: what is fed as its scales.
        pace: which of the scales, counted from 0, grows as speech slows; without it Laterna changes the speed.
        speakers: the number of each speaker by name; the first is the usual one.
        credit: a line for the credits, with the licence.
    """

    sample_rate: int = Field(ge=4000, le=192_000)
    languages: list[str] = Field(["en"], min_length=1)
    spelling: Literal["characters", "phones", "ipa"] = "characters"
    symbols: dict[str, Ids] = Field(min_length=1)
    blank: int | None = None
    start: int | None = None
    end: int | None = None
    inputs: Inputs = Inputs()
    output: str | None = None
    scales: list[float] = []
    pace: int | None = Field(None, ge=0)
    speakers: dict[str, int] = {}
    credit: str = ""

    @pydantic.model_validator(mode="after")
    def _fits(self) -> "Description":
        if self.pace is not None and self.pace >= len(self.scales):
            raise ValueError(f"pace names scale {self.pace}, and there are {len(self.scales)}")
        if bool(self.scales) != (self.inputs.scales is not None):
            raise ValueError("scales and the input that takes them are given together or not at all")
        if bool(self.speakers) != (self.inputs.speaker is not None):
            raise ValueError("speakers and the input that takes them are given together or not at all")
        return self


def read_description(model: Path) -> Description:
    """What the JSON file beside an ONNX voice says; piper's own is understood too.

    Raises:
        DataError: there is none, or it is garbled.
    """
    beside = (model.with_name(f"{model.name}.json"), model.with_suffix(".json"))
    path = next((path for path in beside if path.is_file()), None)
    if path is None:
        raise DataError(f"{quoted(model)} has no {beside[0].name} beside it, which says how it is fed: put one there.")
    if regular_file(path).stat().st_size > _LARGEST:
        raise DataError(f"{quoted(path)} is larger than {_LARGEST >> 20} MB: it should describe a voice.")
    try:
        table = json.loads(path.read_text("utf-8"))
    except (ValueError, RecursionError) as error:
        raise DataError(f"{quoted(path)} is not JSON: copy it again, or mend it.") from error
    if not isinstance(table, dict):
        raise DataError(f"{quoted(path)} holds no JSON object: write names and values in braces.")
    try:
        table = _of_piper(table, model) if any(name in table for name in _PIPER) else table
        return Description.model_validate_json(json.dumps(table))
    except pydantic.ValidationError as error:
        first = error.errors()[0]
        where, why = ".".join(map(str, first["loc"])), first["msg"].removeprefix("Value error, ")
        raise DataError(f"{quoted(path)} can't be used{f', in {where}' if where else ''}: {why}.") from error
    except (KeyError, TypeError, AttributeError) as error:
        raise DataError(f"{quoted(path)} lacks or garbles {error}: copy it again from its source.") from error


def _of_piper(table: Mapping[str, Any], model: Path) -> dict[str, Any]:
    """Piper's own description of a voice, as ours."""
    symbols, inference = table["phoneme_id_map"], table.get("inference", {})
    several = int(table.get("num_speakers", 1)) > 1
    names = table.get("speaker_id_map") or {f"{number}": number for number in range(table.get("num_speakers", 1))}
    inputs = {"ids": "input", "lengths": "input_lengths", "scales": "scales", "speaker": "sid" if several else None}
    return {
        "sample_rate": table["audio"]["sample_rate"],
        "languages": _tags(table),
        "spelling": "characters" if table.get("phoneme_type") == "text" else "ipa",
        "symbols": {symbol: ids for symbol, ids in symbols.items() if symbol not in ("_", "^", "$")},
        "blank": symbols["_"][0],
        "start": symbols["^"][0],
        "end": symbols["$"][0],
        "inputs": inputs,
        "scales": [inference.get(name, usual) for name, usual in _PIPER_SCALES.items()],
        "pace": 1,
        "speakers": names if several else {},
        "credit": f"Voice: {model.stem}, spoken by Laterna from a piper file; see its model card for the licence",
    }


_PIPER_SCALES = {"noise_scale": 0.667, "length_scale": 1.0, "noise_w": 0.8}


def _tags(table: Mapping[str, Any]) -> list[str]:
    """The languages that a piper voice may be asked for: "en-gb" and "en"."""
    code = str(table.get("language", {}).get("code") or table["espeak"]["voice"]).lower().replace("_", "-")
    spoken = str(table.get("espeak", {}).get("voice") or code).lower()
    return list(dict.fromkeys([code, code.partition("-")[0], spoken]))
