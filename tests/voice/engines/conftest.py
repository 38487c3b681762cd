"""Tiny ONNX voices: each symbol is a tone of its own, a tenth of a second long at 8 kHz."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper


class Tiny:
    """Writes tiny voices."""

    rate = 8000  # Hz
    symbol = 800  # samples of each symbol
    letters = "abcdefghijklmnopqrstuvwxyz' ,.?!"

    def save(
        self,
        path: Path,
        *,
        scales: bool = True,
        speakers: bool = False,
        noise: bool = False,
        describe: bool = True,
        **more: Any,
    ) -> Path:
        """Write a voice of letters; ``scales`` stretch it by their second, a speaker raises it, ``noise`` is random."""
        inputs = [helper.make_tensor_value_info("input", TensorProto.INT64, [1, "t"])]
        inputs.append(helper.make_tensor_value_info("input_lengths", TensorProto.INT64, [1]))
        inputs += [helper.make_tensor_value_info("scales", TensorProto.FLOAT, [3])] if scales else []
        inputs += [helper.make_tensor_value_info("sid", TensorProto.INT64, [1])] if speakers else []
        constants = {
            "size": np.float32(self.symbol),
            "one": np.array([1], np.int64),
            "zero": np.int64(0),
            "step": np.int64(1),
        }
        constants |= {"turn": np.float32(2 * np.pi / self.rate), "hertz": np.float32(20), "base": np.float32(200)}
        constants |= {"loud": np.float32(0.4), "soft": np.float32(0.05)}
        nodes = [helper.make_node("Cast", ["input_lengths"], ["count"], to=TensorProto.FLOAT)]
        if scales:
            nodes += [
                helper.make_node("Gather", ["scales", "one"], ["pace"]),
                helper.make_node("Mul", ["pace", "size"], ["each"]),
            ]
        else:
            nodes.append(helper.make_node("Identity", ["size"], ["each"]))
        nodes += [
            helper.make_node("Mul", ["count", "each"], ["long"]),
            helper.make_node("Cast", ["long"], ["whole"], to=TensorProto.INT64),
            helper.make_node("Squeeze", ["whole"], ["end"]),
            helper.make_node("Range", ["zero", "end", "step"], ["places"]),
            helper.make_node("Cast", ["places"], ["time"], to=TensorProto.FLOAT),
            helper.make_node("Div", ["time", "each"], ["symbol"]),
            helper.make_node("Cast", ["symbol"], ["index"], to=TensorProto.INT64),
            helper.make_node("Squeeze", ["input"], ["ids"]),
            helper.make_node("Gather", ["ids", "index"], ["now"]),
            helper.make_node("Cast", ["now"], ["number"], to=TensorProto.FLOAT),
            helper.make_node("Mul", ["number", "hertz"], ["above"]),
            helper.make_node("Add", ["above", "base"], ["pitch"]),
        ]
        if speakers:
            nodes += [
                helper.make_node("Cast", ["sid"], ["person"], to=TensorProto.FLOAT),
                helper.make_node("Mul", ["person", "base"], ["lift"]),
                helper.make_node("Add", ["pitch", "lift"], ["tone"]),
            ]
        else:
            nodes.append(helper.make_node("Identity", ["pitch"], ["tone"]))
        nodes += [
            helper.make_node("Mul", ["tone", "time"], ["turns"]),
            helper.make_node("Mul", ["turns", "turn"], ["phase"]),
            helper.make_node("Sin", ["phase"], ["wave"]),
            helper.make_node("Mul", ["wave", "loud"], ["voice"]),
        ]
        if noise:
            nodes += [
                helper.make_node("RandomNormalLike", ["voice"], ["hiss"]),
                helper.make_node("Mul", ["hiss", "soft"], ["breath"]),
                helper.make_node("Add", ["voice", "breath"], ["output"]),
            ]
        else:
            nodes.append(helper.make_node("Identity", ["voice"], ["output"]))
        weights = [numpy_helper.from_array(np.asarray(value), name) for name, value in constants.items()]
        output = helper.make_tensor_value_info("output", TensorProto.FLOAT, ["n"])
        graph = helper.make_graph(nodes, "voice", inputs, [output], weights)
        onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8), path)
        if describe:
            self.describe(path, **self.described(scales=scales, speakers=speakers) | more)
        return path

    def described(self, *, scales: bool = True, speakers: bool = False) -> dict[str, Any]:
        """What describes a voice of :meth:`save`."""
        table: dict[str, Any] = {
            "sample_rate": self.rate,
            "languages": ["en"],
            "symbols": {letter: number for number, letter in enumerate(self.letters, 1)},
            "inputs": {"ids": "input", "lengths": "input_lengths"},
            "credit": "Voice: tiny, CC0",
        }
        if scales:
            table |= {"scales": [0.5, 1.0, 0.8], "pace": 1}
            table["inputs"]["scales"] = "scales"
        if speakers:
            table["speakers"] = {"anna": 0, "bert": 1}
            table["inputs"]["speaker"] = "sid"
        return table

    def describe(self, path: Path, **table: Any) -> None:
        """Write the JSON file beside a voice."""
        path.with_name(f"{path.name}.json").write_text(json.dumps(table))


@pytest.fixture(scope="session")
def tiny() -> Tiny:
    return Tiny()
