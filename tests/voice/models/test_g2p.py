"""Grapheme to phoneme: what it answers, with torch and without, its exceptions, and that it learns."""

from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from laterna.errors import DataError, ModelError  # noqa: E402
from laterna.learning import check_model, launch, save  # noqa: E402
from laterna.learning.card import Card  # noqa: E402
from laterna.learning.loop import Settings  # noqa: E402
from laterna.voice.engines.studio import g2p as studio  # noqa: E402
from laterna.voice.engines.studio.g2p import decoded, read_table, write_table  # noqa: E402
from laterna.voice.models.g2p import G2P, padded  # noqa: E402
from laterna.voice.models.g2p_recipe import baseline, collate, metrics, mistakes, read, recipe, settle  # noqa: E402
from laterna.voice.text.dictionary import Entry  # noqa: E402
from laterna.voice.text.phones import PHONES  # noqa: E402

CARD = Card(
    "voice/g2p", "CC0-1.0", data=("a test",), command="none", protocol="none", figures={"x": 1.0}, baseline={"x": 0.0}
)
WORDS = ["cab", "a", "baggage", "o'clock", "x", "deed", "mmm"]


def spelt(word: str) -> tuple[str, ...]:
    """A language in which each letter has its phone, another one before a vowel, and a "p" at the end is silent."""
    letters = [ord(letter) - ord("a") for letter in word.removesuffix("p")]
    vowels = [letter in "aeio" for letter in word[1:]] + [False]
    return tuple(PHONES[letter + 20 * vowel] for letter, vowel in zip(letters, vowels, strict=False))


@pytest.fixture(scope="module")
def words(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A list of 900 words of that language, of which 50 are common, and one of these is said quite otherwise."""
    path, rng = tmp_path_factory.mktemp("words") / "words.tsv", np.random.default_rng(0)
    made = {"".join(rng.choice(list("abcdefghijklmnop"), rng.integers(2, 8))) for _ in range(900)}
    lines = [
        f"{word}\t{' '.join(spelt(word))}\t{9 if n < 50 else 1}\n" for n, word in enumerate(sorted(made - {"ape"}))
    ]
    path.write_text("".join([*(line for line in lines if line.split("\t")[1]), "ape\tzh zh zh\t99\n"]))
    return path


def test_runs_are_one_phone_and_empty_slots_none() -> None:
    assert decoded([1, 1, 0, 1, 2, 0, 0, 3]) == (PHONES[0], PHONES[0], PHONES[1], PHONES[2])


def test_its_answers_without_torch_are_the_same() -> None:
    model = G2P.build("base", seed=3).eval()
    weights = {name: tensor.numpy() for name, tensor in model.state_dict().items()}
    with torch.no_grad():
        logits = [model(padded([[1 + "abcdefghijklmnopqrstuvwxyz'".index(c) for c in word]]))[0] for word in WORDS]
    forward = studio.G2P(weights)
    assert forward(WORDS) == model.guess(WORDS) == [decoded(some.argmax(1).tolist()) for some in logits]
    assert forward([]) == []


def test_a_word_is_said_alike_whatever_stands_beside_it() -> None:
    forward = studio.G2P({name: tensor.numpy() for name, tensor in G2P.build("debug", seed=1).state_dict().items()})
    assert forward(WORDS) == [forward([word])[0] for word in WORDS]


def test_a_letter_that_it_does_not_know_is_named() -> None:
    with pytest.raises(ModelError, match="'é'"):
        G2P.build("debug").guess(["é"])


def test_a_table_gives_back_what_it_was_given_while_there_is_room() -> None:
    exceptions = {"of": ("ah", "v"), "o'clock": ("ax", "k", "l", "aa", "k"), "a": ("ax",)}
    assert read_table(write_table(exceptions, 100)) == exceptions
    assert list(read_table(write_table(exceptions, 16))) == ["of", "o'clock"]
    assert read_table(write_table({}, 10)) == {}


def test_rare_words_alone_are_held_out(words: Path) -> None:
    splits = read(words)
    held_out = [part.sample(n, None) for part in (splits.valid, splits.test) for n in range(len(part))]
    assert held_out
    assert all(entry.times < 5 for entry in held_out)
    assert "ape" in [splits.train.sample(n, None).word for n in range(len(splits.train))]


def test_words_with_more_phones_than_room_are_left_out(words: Path, tmp_path: Path) -> None:
    (tmp_path / "words.tsv").write_text(words.read_text() + "mr\tm ih s t er\n")
    assert len(read(tmp_path).train) == len(read(words).train)


def test_too_few_words_are_counted(tmp_path: Path) -> None:
    (tmp_path / "words.tsv").write_text("a\tax\t9\nto\tt ax\t1\n")
    with pytest.raises(DataError, match=r"has 1 words that are met fewer than 5 times"):
        read(tmp_path)


def test_frequent_words_count_more() -> None:
    batch = collate([Entry("ab", ("ae", "b"), 1), Entry("a", ("ax",), 1000)])
    assert batch.letters.tolist() == [[1, 2], [1, 0]]
    assert batch.weights.tolist() == [1, 4]


def test_what_it_gets_wrong_and_is_common_is_an_exception(words: Path, tmp_path: Path) -> None:
    model, splits = G2P.build("debug"), read(words)
    settle(model, splits.train)
    assert next(iter(model.known)) == "ape"
    save(model, CARD, tmp_path)
    assert studio.read(tmp_path)(["the", "ape's"])[1] == ("zh", "zh", "zh", "ax", "z")


def test_weights_that_do_not_fit_are_one_sentence(tmp_path: Path) -> None:
    from safetensors.numpy import save_file

    model = G2P.build("debug")
    save(model, CARD, tmp_path)
    save_file({"embed.weight": np.zeros((2, 2), np.float32)}, tmp_path / "model.safetensors")
    with pytest.raises(ModelError, match="weights that do not fit: copy it again"):
        studio.read(tmp_path)


@pytest.mark.slow
def test_it_learns_the_language_and_beats_the_most_frequent_phones(words: Path, tmp_path: Path) -> None:
    model, splits = G2P.build("debug"), read(words)
    launch.run(launch.Job(recipe, splits, Settings(steps=250, batch_size=64, device="cpu"), tmp_path), model)
    found, trivial = metrics(model.eval(), splits.test), baseline(splits)
    assert found["phone_error"] < trivial["phone_error"] / 2
    assert mistakes(model, splits.valid)


@pytest.mark.slow
def test_it_keeps_the_contract_of_a_model(words: Path) -> None:
    assert "overfits" in check_model(recipe, words, steps=120)
