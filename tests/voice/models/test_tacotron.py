"""Tacotron: its guide, its speakers, and what it learns."""

import shutil
from pathlib import Path

import numpy as np
import pytest
import soundfile

torch = pytest.importorskip("torch")

from laterna.errors import DataError, ModelError  # noqa: E402
from laterna.learning import check_model  # noqa: E402
from laterna.voice.corpus import Line, _saved  # noqa: E402
from laterna.voice.models.tacotron import GROUP, Tacotron, Utterances, _astray, numbers  # noqa: E402
from laterna.voice.models.tacotron_recipe import baseline, collate, passed_over, read, recipe, suit  # noqa: E402

PHONES = ("aa", "iy", "uw", "s", "m", "ow")
RATE = 16_000


def sung(phones: list[str], pitch: float) -> tuple[np.ndarray, list[float]]:
    """Each phone a chord of its own for a tenth of a second, and when each ends."""
    times = np.arange(RATE // 10) / RATE
    chords = [
        np.sin(2 * np.pi * pitch * (2 + PHONES.index(phone)) * times) * np.hanning(len(times)) for phone in phones
    ]
    return 0.3 * np.concatenate(chords), [0.1 * (n + 1) for n in range(len(phones))]


@pytest.fixture(scope="module")
def manifest(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Forty sentences of two singers."""
    folder, rng, lines = tmp_path_factory.mktemp("sung"), np.random.default_rng(0), []
    for number in range(40):
        speaker = ("ann", "bob")[number % 2]
        phones = [str(phone) for phone in rng.choice(PHONES, rng.integers(3, 7))]
        samples, ends = sung(phones, 200 if speaker == "ann" else 130)
        soundfile.write(folder / f"{number}.wav", samples, RATE)
        lines.append(Line(f"{number}.wav", "Sung.", speaker, (*phones, "."), (*ends, ends[-1])))
    (folder / "consent.toml").write_text(
        "".join(f'[{who}]\nname = "{who}"\ndate = 2026-05-03\nstatement = "Yes."\n' for who in ("ann", "bob"))
    )
    return _saved(lines, folder / "manifest.csv")


def batch(places: "torch.Tensor", frames: int, symbols: int) -> Utterances:
    return Utterances(
        torch.ones(1, symbols, dtype=torch.long),
        torch.tensor([symbols]),
        [""],
        torch.zeros(1, frames, 80),
        torch.tensor([frames]),
        places,
    )


def test_attention_is_guided_to_the_true_place_where_it_is_known() -> None:
    known = _astray(batch(torch.tensor([[0, 3, 3, 9]]), 4 * GROUP, 10), torch.zeros(1, 4, 10))[0]
    assert known.argmin(1).tolist() == [0, 3, 3, 9]
    assert known[1, 3] == 0
    assert known[1, 9] > 0.9


def test_attention_is_guided_along_the_diagonal_where_it_is_not() -> None:
    guide = _astray(batch(torch.full((1, 10), -1), 10 * GROUP, 10), torch.zeros(1, 10, 10))[0]
    assert guide.argmin(1).tolist() == [0, 1, 2, 3, 4, 4, 5, 6, 7, 8]
    assert guide[0, 9] > 0.9


def test_batches_are_padded_with_silence_and_beyond_the_end_nothing_counts(manifest: Path) -> None:
    samples = read(manifest).train
    some = [samples.sample(index, np.random.default_rng(0)) for index in range(6)]
    network = suit(recipe.model.build("debug"), samples).eval()
    lone, among = (network.encode(*collate(group)[:3])[0] for group in (some[:1], some))
    assert torch.allclose(lone[0], among[0, : lone.shape[1]], atol=1e-5)
    longest = max(len(one.mels) for one in some)
    assert collate(some).mels.shape == (6, longest, 80)


def test_a_voice_makes_room_for_new_speakers_and_keeps_the_old_ones() -> None:
    fresh = Tacotron(**Tacotron.sizes["debug"])
    two = fresh.with_speakers(["ann", "bob"])
    assert two.speakers == ("ann", "bob")
    three = two.with_speakers(["eve", "ann"])
    assert three.speakers == ("ann", "bob", "eve")
    assert torch.equal(three.voices.weight[:2], two.voices.weight)
    assert torch.allclose(three.voices.weight[2], two.voices.weight.mean(0))
    assert three.config["speakers"] == ["ann", "bob", "eve"]


def test_unknown_phones_and_speakers_are_told() -> None:
    with pytest.raises(ModelError, match="'AA' is no phone"):
        numbers(["AA"])
    with pytest.raises(ModelError, match="no speaker 'eve'"):
        Tacotron(("ann",), **Tacotron.sizes["debug"]).sample(["aa", "."], "eve")


def test_symbols_that_attention_passes_over_are_counted() -> None:
    assert passed_over(np.eye(6)) == 0
    assert passed_over(np.eye(9)[[0, 1, 5, 6, 7, 8]]) == 1


def test_no_voice_is_trained_without_consent(manifest: Path, tmp_path: Path) -> None:
    shutil.copytree(manifest.parent, tmp_path / "copy")
    (tmp_path / "copy" / "consent.toml").unlink()
    with pytest.raises(DataError, match="speaker's consent"):
        read(tmp_path / "copy")
    assert "20 sentences read by ann, by consent of 2026-05-03" in read(manifest).data


def test_a_text_without_phones_is_spelt_by_the_built_in_voice(manifest: Path, tmp_path: Path) -> None:
    shutil.copytree(manifest.parent, tmp_path / "copy")
    rows = [f"{n}.wav,Hello my friend.,ann" for n in range(4)]
    (tmp_path / "copy" / "manifest.csv").write_text("\n".join(["audio,text,speaker", *rows]) + "\n")
    spelt = " ".join(read(tmp_path / "copy").train.rows[0].phones)
    assert spelt.endswith("m ay | f r eh n d .")
    (tmp_path / "copy" / "manifest.csv").write_text("\n".join(["audio,text,speaker", "0.wav,你好,ann", *rows]) + "\n")
    with pytest.raises(DataError, match=r"0.wav.* can't be spelt"):
        read(tmp_path / "copy")


def test_the_baseline_has_the_figures_of_the_table(manifest: Path) -> None:
    found = baseline(read(manifest))
    assert set(found) == {"mel", "length", "lost"}
    assert found["mel"] > 0.5


@pytest.mark.slow
def test_it_keeps_the_contract_of_a_model(manifest: Path) -> None:
    assert "overfits" in check_model(recipe, manifest, steps=150)
