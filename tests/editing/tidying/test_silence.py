"""What of a talk is speech: the rule, against a plain reading of it, and the threshold that is found by itself."""

import math
from fractions import Fraction
from itertools import groupby

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from laterna.editing.tidying.silence import Rule, kept_frames, levels, runs, threshold_of
from laterna.errors import DataError
from laterna.media.audio import Audio, write_audio

RATE = Fraction(30_000, 1001)


def by_the_rule(loud: list[bool], rule: Rule, gone: list[bool]) -> list[bool]:
    """The rule as it is told, frame by frame and in plain Python."""

    def without_short(frames: list[bool], value: bool, least: int) -> list[bool]:
        grouped = [(key, len(list(group))) for key, group in groupby(frames)]
        return [key if key is not value or n >= least else not key for key, n in grouped for _ in range(n)]

    speech = [one and not go for one, go in zip(loud, gone, strict=True)]
    speech = without_short(speech, True, rule.least_speech)
    speech = without_short(speech, False, rule.least_silence)
    near = [any(speech[max(0, at - rule.after) : at + rule.before + 1]) and not gone[at] for at in range(len(speech))]
    return near


masks = st.lists(st.tuples(st.booleans(), st.integers(1, 9), st.booleans()), min_size=1, max_size=12).map(
    lambda groups: [(loud, gone) for loud, count, gone in groups for _ in range(count)]
)


@given(masks, st.integers(0, 4), st.integers(0, 4), st.integers(0, 8), st.integers(0, 5))
def test_what_is_kept_is_what_the_rule_says(frames, before, after, least_silence, least_speech):
    rule = Rule(-30.0, before, after, least_silence, least_speech)
    level = np.array([-10.0 if loud else -50.0 for loud, _ in frames])
    gone = [one and index % 3 == 0 for index, (_, one) in enumerate(frames)]
    kept = kept_frames(level, rule, np.array(gone))
    assert kept.tolist() == by_the_rule([loud for loud, _ in frames], rule, gone)


def test_a_level_is_that_of_the_frames_own_samples(tmp_path):
    seconds = 4
    peaks = np.random.default_rng(1).uniform(0.01, 0.9, int(seconds * RATE) + 1)
    edges = [math.ceil(index * 48_000 / RATE) for index in range(len(peaks))]
    samples = np.zeros((seconds * 48_000, 2), np.float32)
    for first, end, peak in zip(edges, [*edges[1:], len(samples)], peaks, strict=True):
        samples[first:end] = peak
    path = tmp_path / "steps.wav"
    write_audio(path, [samples], sample_rate=48_000)
    found = levels(Audio(path), RATE, len(peaks) - 1)
    assert np.abs(found - 20 * np.log10(peaks[:-1])).max() < 0.1


def test_sound_that_ends_early_is_silence(tmp_path):
    path = tmp_path / "short.wav"
    write_audio(path, [np.full((48_000, 1), 0.5, np.float32)], sample_rate=48_000)
    found = levels(Audio(path), Fraction(25), 50)
    assert (found[:25] > -7).all()
    assert (found[25:] == -80).all()


def test_opposed_channels_do_not_cancel(tmp_path):
    path = tmp_path / "opposed.wav"
    write_audio(path, [np.array([[0.5, -0.5]], np.float32).repeat(48_000, 0)], sample_rate=48_000)
    assert levels(Audio(path), Fraction(25), 25).min() > -7


def test_silence_is_refused(tmp_path):
    path = tmp_path / "silent.wav"
    write_audio(path, [np.full((48_000, 2), 1e-4, np.float32)], sample_rate=48_000)
    with pytest.raises(DataError, match="is silent"):
        levels(Audio(path), Fraction(25), 25)


@pytest.mark.parametrize(("voice", "background"), [(-20, -75), (-20, -50), (-35, -60), (-12, -34), (-50, -70)])
def test_the_threshold_parts_speech_from_any_background(voice, background):
    noise = np.random.default_rng(2)
    speech, pauses = noise.normal(voice, 3, 700), noise.normal(background, 1, 300)
    found = threshold_of(np.concatenate([speech, pauses]))
    assert (speech >= found).mean() > 0.95
    assert (pauses < found).mean() > 0.99


def test_a_talk_without_pauses_is_kept():
    speech = np.random.default_rng(3).normal(-20, 4, 1000)
    kept = kept_frames(speech, Rule(None, 2, 5, 12, 2), np.zeros(1000, bool))
    assert kept.mean() > 0.99


@given(st.lists(st.booleans(), max_size=60))
def test_runs_are_the_ranges_of_a_mask(mask):
    mask = np.array(mask, bool)
    again = np.zeros(len(mask), bool)
    for start, end in runs(mask):
        assert start < end
        again[start:end] = True
    assert (again == mask).all()
