"""ONNX voices: what a description says is what the model is fed; what may not be trusted is refused."""

import contextlib
import json
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from onnx import TensorProto, helper, numpy_helper

from laterna.errors import DataError, LaternaError, MediaError, ModelError
from laterna.voice import speak
from laterna.voice.engines import Voice, check_engine, choose, onnx_file
from laterna.voice.engines.description import Description, read_description
from laterna.voice.engines.onnx import OnnxVoice
from laterna.voice.engines.onnx_file import read_onnx
from laterna.voice.pitch import track

RATE, SYMBOL = 8000, 800  # as tiny voices have them
FIELDS = [*Description.model_fields, "phoneme_id_map", "audio", "espeak"]


@pytest.fixture
def voice_in(tiny) -> Callable[..., Voice]:
    """``voice_in(path, ...)``: a tiny voice, written and chosen."""
    return lambda path, **options: choose(str(tiny.save(path, **options)), "en")


@pytest.fixture
def voice(voice_in, tmp_path: Path) -> Voice:
    return voice_in(tmp_path / "my.onnx")


def sounding(voice: Voice, text: str, **options: Any) -> np.ndarray:
    samples = voice.speak(text, **options).samples
    assert samples is not None
    return samples


@pytest.mark.parametrize(
    "options", [{}, {"scales": False}, {"speakers": True}, {"noise": True}], ids=["scales", "bare", "speakers", "noise"]
)
def test_it_keeps_its_promises(voice_in, tmp_path: Path, options: dict) -> None:
    check_engine(voice_in(tmp_path / "my.onnx", **options).engine)


def test_each_character_is_said_in_its_turn(voice: Voice) -> None:
    samples = sounding(voice, "abc")
    assert len(samples) == 3 * SYMBOL
    pitches = [track(samples[first : first + SYMBOL], RATE).median for first in range(0, 3 * SYMBOL, SYMBOL)]
    assert pitches == pytest.approx([220, 240, 260], rel=0.03)


def test_a_capital_and_an_accent_are_said_as_the_plain_letter(voice: Voice) -> None:
    np.testing.assert_array_equal(sounding(voice, "Émile"), sounding(voice, "emile"))


def test_marks_that_the_model_lacks_are_left_out(voice: Voice) -> None:
    np.testing.assert_array_equal(sounding(voice, "“a” (b)"), sounding(voice, "a b"))


def test_a_letter_that_the_model_lacks_is_named(voice: Voice) -> None:
    with pytest.raises(DataError, match="can't say '你好'"):
        voice.speak("a 你好 b")
    with pytest.raises(DataError, match="can't say '你好'"):
        speak("a 你好 b", voice=str(voice.engine._path))


def test_it_speaks_at_the_speed_that_is_asked(voice_in, tmp_path: Path) -> None:
    for options in ({}, {"scales": False}):
        voice = voice_in(tmp_path / "my.onnx", **options)
        assert len(sounding(voice, "hello", speed=0.8)) == pytest.approx(5 * SYMBOL / 0.8, abs=2)


def test_a_speaker_is_chosen_by_name(tiny, tmp_path: Path) -> None:
    path = str(tiny.save(tmp_path / "my.onnx", speakers=True))
    assert choose(path, "en").name == "anna"
    pitches = [track(sounding(choose(f"{path}/{name}", "en"), "aaaa"), RATE).median for name in ("anna", "bert")]
    assert pitches == pytest.approx([220, 420], rel=0.03)
    with pytest.raises(ModelError, match="no voice 'bart': did you mean 'bert'"):
        choose(f"{path}/bart", "en")


def test_noise_follows_the_seed_and_not_what_was_said_before(voice_in, tmp_path: Path) -> None:
    voice = voice_in(tmp_path / "my.onnx", noise=True)
    first = sounding(voice, "hello")
    sounding(voice, "something else")
    np.testing.assert_array_equal(sounding(voice, "hello"), first)
    assert np.any(sounding(voice, "hello", seed=1) != first)


@pytest.mark.parametrize(
    ("ends", "numbers"),
    [
        ({}, [1, 2]),
        ({"blank": 0}, [0, 1, 0, 2, 0]),
        ({"start": 8, "end": 9}, [8, 1, 2, 9]),
        ({"blank": 0, "start": 8, "end": 9}, [8, 0, 1, 0, 2, 0, 9]),
        ({"start": 8, "blank": 0}, [8, 0, 1, 0, 2, 0]),
    ],
)
def test_blanks_and_ends_are_put_where_a_description_wants_them(
    voice_in, tmp_path: Path, ends: dict, numbers: list[int]
) -> None:
    engine = voice_in(tmp_path / "my.onnx", **ends).engine
    assert isinstance(engine, OnnxVoice)
    assert engine._numbered([("a", 0), ("b", 1)]).tolist() == [numbers]


def test_a_symbol_may_have_several_numbers(voice_in, tmp_path: Path) -> None:
    engine = voice_in(tmp_path / "my.onnx", symbols={"a": [3, 4], "b": 5}).engine
    assert isinstance(engine, OnnxVoice)
    assert engine._numbered([("a", 0), ("b", 1)]).tolist() == [[3, 4, 5]]


def test_a_voice_may_be_spelt_in_phones(voice_in, tmp_path: Path) -> None:
    symbols = {"hh": 1, "ay": 2, "|": 3, ".": 4, "y": 5, "uw": 6}
    voice = voice_in(tmp_path / "my.onnx", spelling="phones", symbols=symbols)
    spoken = voice.speak("Hi you", words_to_phones=lambda words: [("hh", "ay"), ("y", "uw")][: len(words)])
    assert len(sounding(voice, "Hi you", words_to_phones=lambda words: [("hh", "ay"), ("y", "uw")])) == 6 * SYMBOL
    assert [character for character, _ in spoken.marks] == [0, 3]


def test_words_are_guessed_to_lie_where_their_letters_do(voice: Voice) -> None:
    spoken = voice.speak("aa bbbb")
    assert spoken.estimated
    assert [character for character, _ in spoken.marks] == [0, 3]
    assert float(spoken.marks[1][1]) == pytest.approx(3 / 10, abs=0.02)


def test_a_speech_by_it_says_so(tiny, tmp_path: Path) -> None:
    speech = speak("Hello. It is me.", voice=str(tiny.save(tmp_path / "my.onnx")))
    assert (speech.engine, speech.voice, speech.credits) == ("onnx", "onnx/my", ("Voice: tiny, CC0",))
    assert speech.estimated
    assert [word.text for word in speech.transcript.words] == ["Hello.", "It", "is", "me."]
    assert speech.duration > Fraction(1)


def test_a_changed_file_is_another_voice(voice_in, tiny, tmp_path: Path) -> None:
    path = tmp_path / "my.onnx"
    one = voice_in(path)
    other = voice_in(path, noise=True)
    assert one.fingerprint != other.fingerprint
    tiny.describe(path, **tiny.described() | {"blank": 0})
    assert choose(str(path), "en").fingerprint not in (one.fingerprint, other.fingerprint)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"sample_rate": "fast"}, r"in sample_rate: "),
        ({"sample_rate": 1}, r"in sample_rate: "),
        ({"symbols": {}}, r"in symbols: "),
        ({"symbols": {"a": -1}}, r"in symbols\.a"),
        ({"symbols": {"a": True}}, r"in symbols\.a"),
        ({"spelling": "runes"}, r"in spelling: "),
        ({"pace": 7}, "pace names scale 7, and there are 3"),
        ({"scales": []}, "pace names scale 1, and there are 0"),
        ({"speakers": {"anna": 0}}, "given together or not at all"),
        ({"colour": "red"}, r"in colour: "),
        ({"inputs": {"ids": "input"}}, "given together or not at all"),
    ],
)
def test_a_garbled_description_is_named(tiny, tmp_path: Path, change: dict, message: str) -> None:
    path = tiny.save(tmp_path / "my.onnx")
    tiny.describe(path, **tiny.described() | change)
    with pytest.raises(DataError, match=message) as caught:
        choose(str(path), "en")
    assert "my.onnx.json" in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "message"),
    [("{", "is not JSON"), ("[1]", "no JSON object"), ("[" * 100_000, "is not JSON"), ('{"a": "\ud800"}', "JSON")],
)
def test_what_is_no_description_is_named(tiny, tmp_path: Path, text: str, message: str) -> None:
    path = tiny.save(tmp_path / "my.onnx", describe=False)
    path.with_name("my.onnx.json").write_bytes(text.encode("utf-8", "surrogatepass"))
    with pytest.raises(DataError, match=message):
        choose(str(path), "en")


def test_a_description_may_lie_beside_it_in_two_ways(tiny, tmp_path: Path) -> None:
    path = tiny.save(tmp_path / "my.onnx")
    path.with_name("my.onnx.json").rename(tmp_path / "my.json")
    assert choose(str(path), "en").engine.name == "onnx/my"
    (tmp_path / "my.json").unlink()
    with pytest.raises(DataError, match=r"has no my\.onnx\.json beside it"):
        choose(str(path), "en")


def test_inputs_and_outputs_that_the_model_lacks_are_named(tiny, tmp_path: Path) -> None:
    path = tiny.save(tmp_path / "my.onnx")
    wrong = tiny.described()
    wrong["inputs"]["ids"] = "tokens"
    tiny.describe(path, **wrong)
    with pytest.raises(ModelError, match="takes input, input_lengths, scales, and its description names"):
        choose(str(path), "en").speak("a")
    tiny.describe(path, **tiny.described() | {"output": "wave"})
    with pytest.raises(ModelError, match="gives output: name one as output"):
        choose(str(path), "en").speak("a")


def test_a_number_that_the_model_lacks_is_no_crash(tiny, tmp_path: Path) -> None:
    """The model looks its symbols up, and the description promises one that is not there."""
    path = tmp_path / "my.onnx"
    table = numpy_helper.from_array(np.linspace(0.1, 0.5, 4, dtype=np.float32), "table")
    node = helper.make_node("Gather", ["table", "input"], ["output"])
    save_graph(path, [node], [table])
    tiny.describe(path, sample_rate=RATE, symbols={"a": 1, "b": 400})
    assert len(sounding(choose(str(path), "en"), "aaaa")) == 4
    with pytest.raises(ModelError, match="fails at this sentence"):
        choose(str(path), "en").speak("ab")


def save_graph(path: Path, nodes: list, weights: list, *, external: bool = False) -> Path:
    given = helper.make_tensor_value_info("input", TensorProto.INT64, [1, "t"])
    made = helper.make_tensor_value_info("output", TensorProto.FLOAT, None)
    graph = helper.make_graph(nodes, "voice", [given], [made], weights)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.save(model, path, save_as_external_data=external, size_threshold=0, location="data.bin")
    return path


def save_constant(path: Path, samples: np.ndarray) -> None:
    """A voice that gives the same whatever it is given."""
    node = helper.make_node("Constant", [], ["output"], value=numpy_helper.from_array(samples.astype(np.float32)))
    save_graph(path, [helper.make_node("Identity", ["input"], ["kept"]), node], [])
    path.with_name(f"{path.name}.json").write_text(json.dumps({"sample_rate": RATE, "symbols": {"a": 1}}))


@pytest.mark.parametrize(
    ("samples", "message"),
    [
        (np.zeros(100), "gives silence"),
        (np.full(100, np.nan), "that are not numbers"),
        (np.full(100, np.inf), "that are not numbers"),
        (np.ones((10, 10)), r"gives \(10, 10\)"),
        (np.zeros(0), "gives silence"),
    ],
)
def test_what_is_no_sound_is_named(tmp_path: Path, samples: np.ndarray, message: str) -> None:
    save_constant(tmp_path / "my.onnx", samples)
    with pytest.raises(ModelError, match=message):
        choose(str(tmp_path / "my.onnx"), "en").speak("a")


def test_samples_beyond_full_scale_are_made_softer(tmp_path: Path) -> None:
    save_constant(tmp_path / "my.onnx", np.array([[[3.0, -30.0, 0.0, 15.0]]]))
    np.testing.assert_allclose(sounding(choose(str(tmp_path / "my.onnx"), "en"), "a"), [0.1, -1, 0, 0.5])


def test_a_model_that_keeps_data_in_other_files_is_refused(tiny, tmp_path: Path) -> None:
    (tmp_path / "secret").write_bytes(np.ones(4, np.float32).tobytes())
    table = numpy_helper.from_array(np.ones(4, np.float32), "table")
    path = save_graph(
        tmp_path / "my.onnx", [helper.make_node("Gather", ["table", "input"], ["output"])], [table], external=True
    )
    tiny.describe(path, sample_rate=RATE, symbols={"a": 1})
    with pytest.raises(ModelError, match="keeps data in other files"):
        choose(str(path), "en")


def test_so_is_one_that_hides_them_within_a_branch(tmp_path: Path) -> None:
    hidden = numpy_helper.from_array(np.ones(4, np.float32), "hidden")
    hidden.ClearField("raw_data")
    hidden.data_location = TensorProto.EXTERNAL
    hidden.external_data.add(key="location", value="/etc/passwd")
    out = helper.make_tensor_value_info("x", TensorProto.FLOAT, [4])
    branch = helper.make_graph([helper.make_node("Constant", [], ["x"], value=hidden)], "then", [], [out])
    node = helper.make_node("If", ["input"], ["output"], then_branch=branch, else_branch=branch)
    model = helper.make_model(helper.make_graph([node], "voice", [], []))
    (tmp_path / "my.onnx").write_bytes(model.SerializeToString())
    with pytest.raises(ModelError, match="keeps data in other files"):
        read_onnx(tmp_path / "my.onnx")


@pytest.mark.parametrize("data", [b"hello", b"\x80" * 50, b"\x3a\xff\xff\xff\xff\x0f", b"PK\x03\x04" * 9, b"\x08\x08"])
def test_what_is_no_model_is_named(tiny, tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "my.onnx"
    path.write_bytes(data)
    tiny.describe(path, **tiny.described())
    with pytest.raises(ModelError, match="no ONNX model, or is broken"):
        choose(str(path), "en")


def test_a_model_that_is_too_large_is_named(voice_in, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(onnx_file, "LARGEST", 100)
    with pytest.raises(ModelError, match="larger than"):
        voice_in(tmp_path / "my.onnx")


def test_a_model_with_an_operator_that_there_is_not_is_named(tiny, tmp_path: Path) -> None:
    path = tmp_path / "my.onnx"
    save_graph(path, [helper.make_node("Shell", ["input"], ["output"], domain="evil")], [])
    tiny.describe(path, sample_rate=RATE, symbols={"a": 1})
    with pytest.raises(ModelError, match="can't be run"):
        choose(str(path), "en").speak("a")


@pytest.mark.parametrize("name", ["no.onnx", "piper/no.onnx", "./no.onnx/anna", "onnx/no.onnx"])
def test_a_missing_file_is_named(name: str) -> None:
    with pytest.raises(MediaError, match=r"'no\.onnx' does not exist"):
        choose(name, "en")


def test_a_language_that_the_voice_lacks_is_named(tiny, tmp_path: Path) -> None:
    path = tiny.save(tmp_path / "my.onnx", languages=["de", "de-at"])
    assert choose(str(path), "de-CH").language == "de"
    with pytest.raises(ModelError, match=r"speaks 'en' \(onnx/my can do de"):
        choose(str(path), "en")


def test_without_onnxruntime_one_sentence_says_what_to_install(
    voice_in, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("laterna.voice.engines.onnx.find_spec", lambda name: None)
    with pytest.raises(ModelError, match=r"'onnx' is not installed: pip install 'laterna\[onnx\]'"):
        voice_in(tmp_path / "my.onnx")


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_a_damaged_model_is_an_error_and_no_crash(
    tiny, data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tiny.save(tmp_path_factory.getbasetemp() / "damaged.onnx")
    whole = bytearray(path.read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    path.write_bytes(whole[: data.draw(st.integers(1, len(whole)))])
    with contextlib.suppress(LaternaError):
        assert read_onnx(path).operators


@given(
    table=st.recursive(
        st.none() | st.integers() | st.text(max_size=3),
        lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(FIELDS), inner),
    )
)
@settings(max_examples=60, deadline=None)
def test_any_json_is_a_description_or_an_error(table: Any, tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.getbasetemp() / "any.onnx"
    path.with_name("any.onnx.json").write_text(json.dumps(table))
    with contextlib.suppress(DataError):
        read_description(path)
