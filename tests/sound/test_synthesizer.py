"""A score played: notes where and as high as they are written, softly, within the stated peak, and alike each time."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from symusic.core import NoteTick, ScoreTick, TempoTick, TrackTick

from laterna import sound
from laterna.errors import DataError
from laterna.media.audio import Audio
from laterna.sound.synthesizer import PEAK, played
from laterna.sound.tracks import BLOCK, RATE

Note = tuple[float, float, int, int]  # start and length in quarter notes, MIDI number, velocity


def written(*tracks: Sequence[Note], tempo: float = 60.0, drums: bool = False) -> ScoreTick:
    score = ScoreTick(480)
    score.tempos.append(TempoTick(0, tempo))
    for notes in tracks:
        track = TrackTick("Voice", 52, drums)
        for start, length, pitch, velocity in notes:
            track.notes.append(NoteTick(round(start * 480), round(length * 480), pitch, velocity))
        score.tracks.append(track)
    return score


def heard(score: ScoreTick) -> np.ndarray:
    return np.concatenate([*played(score)])


def level(samples: np.ndarray) -> float:
    return float(np.sqrt(np.mean(samples**2)))


def spectrum(samples: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Hz, and how loud each is in dB below the loudest."""
    bins = np.abs(np.fft.rfft(samples * np.blackman(len(samples))))
    return np.fft.rfftfreq(len(samples), 1 / RATE), 20 * np.log10(bins / bins.max() + 1e-12)


def test_a_note_sounds_as_high_as_it_is_written_with_its_harmonics_and_nothing_else() -> None:
    hertz, level = spectrum(heard(written([(0, 2, 69, 90)])).sum(1)[RATE // 2 : RATE * 3 // 2])
    assert hertz[level.argmax()] == pytest.approx(440, abs=1)
    harmonic = np.abs(hertz / 440 - np.round(hertz / 440)) * 440 < 20
    assert level[harmonic & (hertz > 100)].max() == pytest.approx(0, abs=1e-6)
    assert level[~harmonic].max() < -80


def test_no_harmonic_lies_above_what_the_rate_can_hold() -> None:
    """Folded back they would lie between the harmonics, or below."""
    for pitch in (100, 115, 127):
        wave = heard(written([(0, 2, pitch, 90)])).sum(1)[RATE // 2 : RATE * 3 // 2]
        hertz, level = spectrum(wave)
        base = 440 * 2 ** ((pitch - 69) / 12)
        assert hertz[level.argmax()] == pytest.approx(base, abs=1)
        assert level[np.abs(hertz / base - np.round(hertz / base)) * base > 20].max() < -80


def test_notes_are_heard_where_the_tempos_put_them() -> None:
    score = written([(0, 1, 60, 90), (4, 1, 60, 90)], tempo=120)
    score.tempos.append(TempoTick(960, 60))  # two quarters of half a second, then two of one second
    samples = heard(score)
    assert level(samples[round(0.1 * RATE) : round(0.5 * RATE)]) > 0.01
    assert not samples[round(0.9 * RATE) : 3 * RATE].any()
    assert level(samples[round(3.1 * RATE) : 4 * RATE]) > 0.01
    assert len(samples) / RATE == pytest.approx(4 + 0.35, abs=0.01)


def test_notes_begin_and_end_without_a_click() -> None:
    """However short they are: no step from sample to sample is larger than the wave's own."""
    notes = [(n / 4, length, 72, 127) for n, length in enumerate((0.2, 0.02, 0.5, 0.001, 1))]
    samples = heard(written(notes))
    steady = heard(written([(0, 3, 72, 127)]))
    assert np.abs(samples[[0, -1]]).max() < 1e-4
    assert np.abs(np.diff(samples, axis=0)).max() < 1.5 * np.abs(np.diff(steady, axis=0)).max()


def test_notes_begin_softly_and_ring_on() -> None:
    samples = heard(written([(0, 1, 60, 90)]))
    at = {seconds: level(samples[round(seconds * RATE) :][: RATE // 100]) for seconds in (0, 0.1, 0.99, 1.1, 1.3)}
    assert at[0] < 0.1 * at[0.1]
    assert 0 < at[1.3] < 0.3 * at[1.1] < 0.3 * at[0.99]


def test_a_held_note_grows_softer_and_darker_but_does_not_die() -> None:
    samples = heard(written([(0, 8, 57, 90)])).sum(1)
    early, late = (samples[round(at * RATE) : round((at + 1) * RATE)] for at in (0.2, 6))
    assert 0.4 < level(late) / level(early) < 0.9
    (hertz, bright), (_, dark) = spectrum(early), spectrum(late)
    fifth = np.abs(hertz - 5 * 220) < 5
    assert dark[fifth].max() < bright[fifth].max() - 3


def test_faster_keys_are_louder() -> None:
    samples = heard(written([(0, 1, 60, 40), (2, 1, 60, 120)]))
    assert level(samples[2 * RATE : 3 * RATE]) > 3 * level(samples[:RATE])


def test_the_tracks_stand_side_by_side_and_the_two_sides_add_up() -> None:
    notes = [[(n, 1, 60, 90)] for n in range(0, 6, 2)]
    samples = heard(written(*notes))
    left, middle, right = (samples[n * RATE : (n + 1) * RATE] for n in range(0, 6, 2))
    assert level(left[:, 0]) > 1.2 * level(left[:, 1])
    assert level(right[:, 1]) > 1.2 * level(right[:, 0])
    assert level(middle.sum(1)) > 1.8 * max(level(middle[:, 0]), level(middle[:, 1])) * 0.9
    assert 0 < level(middle[:, 0] - middle[:, 1]) < 0.5 * level(middle.sum(1))  # wide, but not hollow


def test_no_sample_exceeds_the_peak_however_many_notes_there_are() -> None:
    loud = written(*[[(0, 3, 40 + n % 12 * 5, 127)] for n in range(200)])
    assert 0.1 * PEAK < np.abs(heard(loud)).max() <= PEAK
    assert np.abs(heard(written([(0, 3, 60, 127)] * 200))).max() == pytest.approx(PEAK, rel=0.5)


def test_the_same_score_gives_the_same_samples_in_blocks_of_a_second() -> None:
    score = written([(0, 3.5, 60, 90), (1, 1, 67, 70)])
    blocks = [*played(score)]
    assert [len(block) for block in blocks[:-1]] == [BLOCK] * (len(blocks) - 1)
    assert all(block.dtype == np.float32 for block in blocks)
    assert np.array_equal(np.concatenate(blocks), heard(score))


def test_a_score_is_written_as_a_file(tmp_path: Path) -> None:
    score = written([(0, 1, 60, 90)])
    audio = Audio(sound.play(score, tmp_path / "played.wav"))
    assert (audio.sample_rate, audio.channels) == (RATE, 2)
    assert np.abs(np.concatenate([*audio.blocks()]) - heard(score)).max() < 1e-5


def test_a_score_of_drums_alone_is_refused() -> None:
    with pytest.raises(DataError, match="no note that has a pitch"):
        heard(written([(0, 1, 60, 90)], drums=True))
