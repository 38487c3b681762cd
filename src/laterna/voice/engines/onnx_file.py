"""What is in an ONNX file, seen before anything runs it: a file may come from anywhere.

Read straight from protocol buffers' wire format (the numbers are those of onnx.proto), so that neither the onnx package
nor its trust in paths is needed.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from laterna.errors import ModelError
from laterna.media.files import quoted, regular_file

LARGEST = 1 << 30  # bytes

_GRAPH, _TRAINING, _FUNCTION = 7, 20, 25  # fields of a model
_OPERATOR = 4  # of a node
_LOCATION = 14  # of a tensor; 1 is outside the file
# What holds what that matters: fields of each kind of message, and the kind that they hold.
_HOLDS = {
    "model": {_GRAPH: "graph", _TRAINING: "training", _FUNCTION: "function"},
    "training": {1: "graph", 2: "graph"},
    "function": {7: "node", 11: "attribute"},
    "graph": {1: "node", 5: "tensor", 15: "sparse"},
    "node": {5: "attribute"},
    "attribute": {5: "tensor", 6: "graph", 10: "tensor", 11: "graph", 22: "sparse", 23: "sparse"},
    "sparse": {1: "tensor", 2: "tensor"},
    "tensor": {},
}
_DEEPEST = 64  # messages within messages


@dataclass(frozen=True, slots=True)
class OnnxFile:
    """An ONNX file's bytes, and the names of the operators in it."""

    data: bytes
    operators: frozenset[str]

    @property
    def is_random(self) -> bool:
        """Whether it draws random numbers."""
        return any(name.startswith(("Random", "Multinomial", "Bernoulli")) for name in self.operators)


def read_onnx(path: Path) -> OnnxFile:
    """An ONNX file that keeps all of its data within itself.

    Raises:
        MediaError: there is no such file.
        ModelError: it is too large, no ONNX, or points to other files.
    """
    if regular_file(path).stat().st_size > LARGEST:
        raise ModelError(f"{quoted(path)} is larger than {LARGEST >> 30} GB: name a voice's ONNX file.")
    data = path.read_bytes()
    operators: set[str] = set()
    try:
        _walk(memoryview(data), "model", operators, path, 0)
    except (ValueError, IndexError) as error:
        raise ModelError(f"{quoted(path)} is no ONNX model, or is broken: copy it again from its source.") from error
    if not operators:
        raise ModelError(f"{quoted(path)} is no ONNX model, or is broken: copy it again from its source.")
    return OnnxFile(data, frozenset(operators))


def _walk(message: memoryview, kind: str, operators: set[str], path: Path, depth: int) -> None:
    if depth > _DEEPEST:
        raise ValueError("it is nested too deeply")
    for number, value in _fields(message):
        held = _HOLDS[kind].get(number)
        if isinstance(value, int):
            if kind == "tensor" and number == _LOCATION and value == 1:
                raise ModelError(f"{quoted(path)} keeps data in other files, which is not read: save it as one file.")
        elif held is not None:
            _walk(value, held, operators, path, depth + 1)
        elif kind == "node" and number == _OPERATOR:
            operators.add(bytes(value).decode())


def _fields(message: memoryview) -> Iterator[tuple[int, int | memoryview]]:
    """The numbered fields of a message: integers, and bytes."""
    at = 0
    while at < len(message):
        key, at = _varint(message, at)
        number, wire = key >> 3, key & 7
        if wire == 0:
            value, at = _varint(message, at)
            yield number, value
            continue
        size, at = _varint(message, at) if wire == 2 else ({1: 8, 5: 4}.get(wire, -1), at)
        if size < 0 or at + size > len(message):
            raise ValueError("a field reaches beyond its message")
        yield number, message[at : at + size]
        at += size


def _varint(message: memoryview, at: int) -> tuple[int, int]:
    """A number of seven bits a byte, and where it ends."""
    value = 0
    for shift in range(0, 70, 7):
        byte = message[at]
        at += 1
        value |= (byte & 127) << shift
        if byte < 128:
            return value, at
    raise ValueError("a number has too many bytes")
