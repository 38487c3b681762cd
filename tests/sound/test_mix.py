"""The mix of a timeline: exact, without clicks, ducked, at its target."""

import dataclasses
import json
import math
import tracemalloc
from collections.abc import Callable
from fractions import Fraction
from functools import partial
from itertools import pairwise
from pathlib import Path

import numpy as np
import opentimelineio as otio
import pytest

from laterna.errors import DataError, MediaError
from laterna.media import timeline as timelines
from laterna.media.audio import Audio, write_audio
from laterna.media.encode import Codec
from laterna.media.files import sha256
from laterna.media.timecode import rational_time, time_range
from laterna.media.video import Video
from laterna.sound import Mix, coded, correction, loudness, mix

RATE = 48_000
FPS = Fraction(30_000, 1001)
Timeline = otio.schema.Timeline


def samples(path: Path) -> np.ndarray:
    return np.concatenate(list(Audio(path).blocks()))


def write(path: Path, sound: np.ndarray, rate: int = RATE) -> Path:
    write_audio(path, [np.atleast_2d(sound.astype(np.float32).T).T], sample_rate=rate)
    return path


def sine(seconds: float, hertz: float, peak: float) -> np.ndarray:
    return peak * np.sin(2 * np.pi * hertz * np.arange(round(seconds * RATE)) / RATE)


def syllables(seconds: float, peak: float = 0.3, seed: int = 1) -> np.ndarray:
    """Noise that comes and goes like speech."""
    time = np.arange(round(seconds * RATE)) / RATE
    noise = np.random.default_rng(seed).uniform(-1, 1, len(time))
    return peak * noise * np.clip(np.sin(2 * np.pi * 4 * time), 0.05, 1)


def noise(seconds: float, seed: int) -> np.ndarray:
    return np.random.default_rng(seed).uniform(-0.2, 0.2, round(seconds * RATE))


@pytest.fixture
def film(tmp_path: Path) -> Timeline:
    return timelines.new("film", FPS, (160, 90))


def clip(path: Path, start: float, frames: int, rate: Fraction = FPS) -> otio.schema.Clip:
    reference = timelines.clip_reference(Audio(path), path.parent, rate)
    shown = otio.opentime.TimeRange(rational_time(Fraction(start), rate), rational_time(frames / rate, rate))
    return otio.schema.Clip(path.name, reference, shown)


def gap(frames: int) -> otio.schema.Gap:
    return otio.schema.Gap(source_range=time_range(0, frames / FPS, FPS))


def dissolve(before: int, after: int) -> otio.schema.Transition:
    return otio.schema.Transition(
        transition_type="SMPTE_Dissolve",
        in_offset=rational_time(before / FPS, FPS),
        out_offset=rational_time(after / FPS, FPS),
    )


def put(film: Timeline, name: str, *items: otio.core.Composable) -> None:
    timelines.track(film, name).extend(list(items))


@pytest.fixture
def full(film: Timeline, tmp_path: Path) -> Timeline:
    """Eight seconds: location sound and music throughout, a narrator from 2 to 5 s."""
    put(film, "Location", clip(write(tmp_path / "street.wav", syllables(10, 0.05, seed=2)), 1, 240))
    put(film, "Narration", gap(60), clip(write(tmp_path / "voice.wav", syllables(4), 22_050 * 2), 0, 90))
    put(film, "Music", clip(write(tmp_path / "band.flac", sine(10, 220, 0.2)), 0, 240))
    return film


def test_it_lasts_exactly_as_long_as_the_timeline(full: Timeline, tmp_path: Path) -> None:
    made = mix(full, tmp_path / "mix.wav", folder=tmp_path)
    audio = Audio(made.path)
    assert (audio.sample_rate, audio.channels) == (RATE, 2)
    assert len(samples(made.path)) == round(240 / FPS * RATE) == 384_384


@pytest.mark.parametrize(("preset", "target"), [("online", -14), ("broadcast", -23)])
def test_it_meets_the_target_under_the_ceiling(full: Timeline, tmp_path: Path, preset: str, target: float) -> None:
    made = mix(full, tmp_path / "mix.wav", folder=tmp_path, loudness=preset)
    heard = loudness(Audio(made.path))
    assert heard.integrated == pytest.approx(target, abs=0.5)
    assert heard.true_peak <= -1
    assert made.loudness.integrated == pytest.approx(heard.integrated, abs=0.02)
    assert made.notes == ()


def test_the_stems_add_up_to_the_mix_before_limiting(full: Timeline, tmp_path: Path) -> None:
    made = mix(full, tmp_path / "mix.wav", folder=tmp_path, loudness="broadcast", stems=tmp_path / "stems")
    files = sorted((tmp_path / "stems").iterdir())
    assert [file.name for file in files] == ["location.wav", "music.wav", "narration.wav"]
    together = sum(samples(file) for file in files) * 10 ** (made.gain_db / 20)
    np.testing.assert_allclose(together, samples(made.path), atol=1e-5)


def test_music_and_location_sink_under_the_narrator_and_come_back(full: Timeline, tmp_path: Path) -> None:
    deep, flat = (
        mix(full, tmp_path / f"{db}.wav", folder=tmp_path, stems=tmp_path / f"{db}", duck_db=db) for db in (12, 0)
    )
    for name in ("music", "location"):
        ducked, plain = (samples(made.stems / f"{name}.wav") for made in (deep, flat) if made.stems)

        def sunk(start: float, end: float, ducked: np.ndarray = ducked, plain: np.ndarray = plain) -> float:
            part = slice(round(start * RATE), round(end * RATE))
            return 20 * math.log10(np.std(ducked[part]) / np.std(plain[part]))

        assert sunk(0.2, 1.7) == pytest.approx(0, abs=0.1)
        assert sunk(2.05, 4.95) == pytest.approx(-12, abs=0.1)
        assert sunk(6.6, 7.9) == pytest.approx(0, abs=0.1)
    voices = [sha256(made.stems / "narration.wav") for made in (deep, flat) if made.stems]
    assert voices[0] == voices[1]


def test_the_bed_lies_well_under_the_voice(full: Timeline, tmp_path: Path) -> None:
    mix(full, tmp_path / "mix.wav", folder=tmp_path, stems=tmp_path)
    voice, music, location = (samples(tmp_path / f"{name}.wav") for name in ("narration", "music", "location"))
    speaking = slice(round(2.1 * RATE), round(4.9 * RATE))
    assert 20 * math.log10(np.std(voice[speaking]) / np.std((music + location)[speaking])) > 8


def test_clips_play_what_they_name_at_the_sample_they_start(film: Timeline, tmp_path: Path) -> None:
    """A file of one impulse each second, cut at frames of 30000/1001: each lands where the frames say."""
    clicks = np.zeros(RATE * 20)
    clicks[RATE // 2 :: RATE] = 0.5
    path = write(tmp_path / "clicks.wav", clicks)
    put(film, "Location", clip(path, 3, 45), gap(17), clip(path, 10, 61))
    mix(film, tmp_path / "mix.wav", folder=tmp_path, stems=tmp_path)
    found = np.flatnonzero(np.abs(samples(tmp_path / "location.wav")[:, 0]) > 0.01)
    first = round(90 / FPS * RATE)  # 3 s, rounded to a frame of the film
    second = round(300 / FPS * RATE)
    placed = round(62 / FPS * RATE)
    expected = [3.5 * RATE - first, 4.5 * RATE - first, placed + 10.5 * RATE - second, placed + 11.5 * RATE - second]
    assert found.tolist() == pytest.approx(expected, abs=1)


@pytest.mark.parametrize("stated", [True, False])
@pytest.mark.parametrize("source_rate", [FPS, Fraction(24_000, 1001), Fraction(25)])
def test_source_time_codes_are_subtracted(
    film: Timeline, tmp_path: Path, make_film: Callable[..., Path], source_rate: Fraction, stated: bool
) -> None:
    sound = np.zeros((4 * RATE, 2), np.float32)
    sound[2 * RATE : 2 * RATE + 4800] = 0.3
    path = make_film(tmp_path / "take 1.mp4", seconds=4, rate=source_rate, sound=sound, timecode="01:00:00:00")
    reference = timelines.clip_reference(Video(path), tmp_path, FPS)
    shown = timelines.source_range(reference, 45, 45, FPS)
    if not stated:  # as other programs leave it
        reference.available_range = None
    put(film, "Location", otio.schema.Clip("take", reference, shown))
    mix(film, tmp_path / "mix.wav", folder=tmp_path, stems=tmp_path)
    loud = np.flatnonzero(np.abs(samples(tmp_path / "location.wav")[:, 0]) > 0.05)
    assert loud[0] == pytest.approx(2 * RATE - 45 / FPS * RATE, abs=300)


def test_sound_ends_with_the_pictures(film: Timeline, tmp_path: Path) -> None:
    path = write(tmp_path / "long.wav", noise(4, 1))
    put(film, "Picture", gap(60))
    put(film, "Music", clip(path, 0, 100))
    mix(film, tmp_path / "mix.wav", folder=tmp_path)
    assert Audio(tmp_path / "mix.wav").duration == Fraction(round(60 / FPS * RATE), RATE)


def test_a_picture_without_a_length_is_named(film: Timeline, tmp_path: Path) -> None:
    put(film, "Picture", otio.schema.Clip("endless"))
    with pytest.raises(DataError, match="source range"):
        mix(film, tmp_path / "mix.wav", folder=tmp_path)


def test_no_cut_clicks(film: Timeline, tmp_path: Path) -> None:
    """A loud sine cut at random phases, with gaps and crossfades between: no step is beyond its slope and its fades."""
    rng = np.random.default_rng(7)
    hertz, peak = 330, 0.9
    path = write(tmp_path / "sine.wav", sine(20, hertz, peak))
    for index in range(25):
        if index % 5 == 4:
            put(film, "Location", gap(int(rng.integers(1, 8))))
        elif index % 5 == 2:
            put(film, "Location", dissolve(3, 4))
        put(film, "Location", clip(path, float(rng.uniform(0.5, 18)), int(rng.integers(9, 25))))
    mix(film, tmp_path / "mix.wav", folder=tmp_path, stems=tmp_path)
    stem = samples(tmp_path / "location.wav")[:, 0]
    gain = np.abs(stem[480:20_000]).max() / peak
    slope = 2 * np.pi * hertz / RATE * peak * math.sqrt(2)  # a crossfade of equal power adds up to the root of two
    fade = peak * 2 / (0.01 * RATE)
    assert np.abs(np.diff(stem)).max() <= gain * (slope + fade)
    assert abs(stem[0]) + abs(stem[-1]) < 0.01
    assert np.abs(np.diff(samples(tmp_path / "mix.wav")[:, 0])).max() < 0.2


@pytest.mark.parametrize("beyond", [0, 2])
def test_a_sound_that_ends_with_or_before_its_picture_does_not_click(
    film: Timeline, tmp_path: Path, beyond: int
) -> None:
    path = write(tmp_path / "short.wav", sine(60 / FPS, 330, 0.9))
    put(film, "Location", clip(path, float(30 / FPS), 30 + beyond), clip(path, 0, 20))
    mix(film, tmp_path / "mix.wav", folder=tmp_path, stems=tmp_path)
    stem = samples(tmp_path / "location.wav")[:, 0]
    slope, fade = 2 * np.pi * 330 / RATE, 2 / (0.005 * RATE)
    assert np.abs(np.diff(stem)).max() <= (slope + fade) * np.abs(stem).max()


def test_a_cut_within_one_take_is_not_heard(film: Timeline, tmp_path: Path) -> None:
    path = write(tmp_path / "sine.wav", sine(6, 330, 0.5))
    whole = timelines.new("whole", FPS, (160, 90))
    put(film, "Location", clip(path, 1, 30), clip(path, float(60 / FPS), 30))
    put(whole, "Location", clip(path, 1, 60))
    cut, uncut = (samples(mix(line, tmp_path / f"{line.name}.wav", folder=tmp_path).path) for line in (film, whole))
    np.testing.assert_allclose(cut, uncut, atol=0.005)


def test_a_transition_keeps_the_power_of_two_different_sounds(film: Timeline, tmp_path: Path) -> None:
    one, other = (write(tmp_path / f"{seed}.wav", noise(6, seed)) for seed in (1, 2))
    put(film, "Location", clip(one, 1, 60), dissolve(15, 15), clip(other, 1, 60))
    mix(film, tmp_path / "mix.wav", folder=tmp_path, stems=tmp_path)
    stem = samples(tmp_path / "location.wav")[:, 0]
    power = [np.std(stem[a:b]) for a, b in pairwise(range(RATE // 2, 3 * RATE, RATE // 10))]
    assert max(power) / min(power) < 1.1


def test_music_that_is_cut_off_fades_out(full: Timeline, tmp_path: Path) -> None:
    mix(full, tmp_path / "mix.wav", folder=tmp_path, stems=tmp_path)
    music = samples(tmp_path / "music.wav")[:, 0]
    level = [np.abs(music[-RATE * tenths // 10 :][: RATE // 10]).max() for tenths in (15, 10, 5, 1)]
    assert level == sorted(level, reverse=True)
    assert level[-1] < 0.1 * level[0]


def test_tracks_of_other_names_are_location_sound_and_disabled_ones_are_not_heard(
    film: Timeline, tmp_path: Path
) -> None:
    path = write(tmp_path / "sine.wav", sine(4, 330, 0.5))
    film.tracks.append(otio.schema.Track("A4", [clip(path, 0, 60)], kind="Audio"))
    put(film, "Music", clip(path, 0, 90))
    timelines.track(film, "Music").enabled = False
    mix(film, tmp_path / "mix.wav", folder=tmp_path, stems=tmp_path / "stems")
    assert [file.name for file in (tmp_path / "stems").iterdir()] == ["location.wav"]
    assert len(samples(tmp_path / "mix.wav")) == round(90 / FPS * RATE)


def test_a_clip_without_a_medium_keeps_its_place(film: Timeline, tmp_path: Path) -> None:
    path = write(tmp_path / "sine.wav", sine(4, 330, 0.5))
    unspoken = otio.schema.Clip("unspoken", source_range=time_range(0, 30 / FPS, FPS))
    put(film, "Narration", unspoken, clip(path, 0, 30))
    mix(film, tmp_path / "mix.wav", folder=tmp_path)
    heard = np.flatnonzero(samples(tmp_path / "mix.wav")[:, 0])
    assert heard[0] == pytest.approx(30 / FPS * RATE, abs=10)


def test_the_same_timeline_gives_the_same_bytes(full: Timeline, tmp_path: Path) -> None:
    hashes = {sha256(mix(full, tmp_path / f"{n}.wav", folder=tmp_path).path) for n in range(2)}
    assert len(hashes) == 1


def test_a_film_without_sound_is_exact_silence_and_says_so(film: Timeline, tmp_path: Path) -> None:
    put(film, "Picture", gap(50))
    (tmp_path / "music.wav").touch()  # of an earlier mix
    made = mix(film, tmp_path / "mix.wav", folder=tmp_path, stems=tmp_path)
    assert not samples(made.path).any()
    assert len(samples(made.path)) == round(50 / FPS * RATE)
    assert made.notes == ("There is no sound: the mix is silence.",)
    assert not (tmp_path / "music.wav").exists()
    assert json.loads(json.dumps(made.to_json(), allow_nan=False))["loudness"]["integrated"] is None


def test_a_faint_hum_is_not_raised_to_a_roar(film: Timeline, tmp_path: Path) -> None:
    put(film, "Location", clip(write(tmp_path / "hum.wav", sine(4, 100, 0.0005)), 0, 90))
    made = mix(film, tmp_path / "mix.wav", folder=tmp_path)
    assert made.loudness.integrated < -25
    assert len(made.notes) == 1
    assert "too faint" in made.notes[0]


def test_a_lone_click_in_silence_stays_under_the_ceiling(film: Timeline, tmp_path: Path) -> None:
    sound = np.zeros(RATE * 4)
    sound[RATE] = 0.2
    put(film, "Location", clip(write(tmp_path / "click.wav", sound), 0, 90))
    made = mix(film, tmp_path / "mix.wav", folder=tmp_path)
    assert made.loudness.true_peak <= -1
    assert "LU under its target" in made.notes[0]


def test_peaks_are_limited_only_so_far(film: Timeline, tmp_path: Path) -> None:
    sound = noise(6, 1) * 0.02
    sound[:: RATE // 3] = 0.95
    put(film, "Location", clip(write(tmp_path / "hammer.wav", sound), 0, 150))
    made = mix(film, tmp_path / "mix.wav", folder=tmp_path)
    assert made.loudness.true_peak <= -1
    assert made.loudness.integrated < -15
    assert "peaks" in made.notes[0]


def test_the_film_is_corrected_once_when_its_codec_moved_the_level(full: Timeline, tmp_path: Path) -> None:
    made = mix(full, tmp_path / "mix.wav", folder=tmp_path, loudness="broadcast")
    assert correction(made, made.loudness) is None
    quieter = write(tmp_path / "film.wav", samples(made.path) * 10 ** (-1 / 20))
    mended = correction(made, loudness(Audio(quieter)))
    assert mended is not None
    again = mix(full, tmp_path / "mix.wav", folder=tmp_path, loudness="broadcast", gain_db=mended[0], ceiling=mended[1])
    assert again.loudness.integrated == pytest.approx(made.loudness.integrated + 1, abs=0.1)


def test_the_ceiling_is_lowered_when_the_codec_overshoots(full: Timeline, tmp_path: Path) -> None:
    made = mix(full, tmp_path / "mix.wav", folder=tmp_path)
    film = dataclasses.replace(made.loudness, true_peak=-0.6)
    assert correction(made, film) == (None, pytest.approx(-1.4))
    assert correction(made, film, ceiling=-0.5) is None


def test_a_stem_may_be_given_its_gain(full: Timeline, tmp_path: Path) -> None:
    for gain, name in ((0.0, "plain"), (-6.0, "lower")):
        mix(full, tmp_path / "mix.wav", folder=tmp_path, stems=tmp_path / name, gains={"Music": gain})
    plain, lower = (loudness(Audio(tmp_path / name / "music.wav")).integrated for name in ("plain", "lower"))
    assert lower == pytest.approx(plain - 6, abs=0.05)
    assert samples(tmp_path / "plain" / "narration.wav") == pytest.approx(
        samples(tmp_path / "lower" / "narration.wav"), abs=1e-6
    )


@pytest.mark.parametrize(("codec", "suffix"), [("h264", ".mp4"), ("vp9", ".webm")])
def test_a_mix_meets_its_target_as_it_is_coded(full: Timeline, tmp_path: Path, codec: Codec, suffix: str) -> None:
    made = coded(partial(mix, full, tmp_path / "mix.wav", folder=tmp_path, loudness="broadcast"), codec)
    assert made.path == tmp_path / f"coded{suffix}"
    assert made.loudness == loudness(Audio(made.path))
    assert made.loudness.integrated == pytest.approx(-23, abs=0.5)
    assert made.loudness.true_peak <= -1


def test_stems_can_be_set_louder(full: Timeline, tmp_path: Path) -> None:
    plain, loud = (
        mix(full, tmp_path / "mix.wav", folder=tmp_path, stems=tmp_path / f"{db}", music_db=db) for db in (0.0, 6.0)
    )
    levels = [loudness(Audio(made.stems / "music.wav")).integrated for made in (plain, loud) if made.stems]
    assert levels[1] - levels[0] == pytest.approx(6, abs=0.1)


def test_what_cannot_be_mixed_is_named(film: Timeline, tmp_path: Path, make_film: Callable[..., Path]) -> None:
    with pytest.raises(DataError, match="'film' is empty"):
        mix(film, tmp_path / "mix.wav", folder=tmp_path)
    path = write(tmp_path / "sine.wav", sine(4, 330, 0.5))
    slow = clip(path, 0, 30)
    slow.effects.append(otio.schema.LinearTimeWarp("slow", time_scalar=0.5))
    put(film, "Location", slow)
    with pytest.raises(DataError, match="no plain clip"):
        mix(film, tmp_path / "mix.wav", folder=tmp_path)
    with pytest.raises(DataError, match="mend these options"):
        mix(film, tmp_path / "mix.wav", folder=tmp_path, duck_db=-3)
    assert not (tmp_path / "mix.wav").exists()


def test_a_silent_film_on_a_sound_track_is_named(
    film: Timeline, tmp_path: Path, make_film: Callable[..., Path]
) -> None:
    path = make_film(tmp_path / "silent.mp4", sound=False, seconds=1)
    reference = timelines.clip_reference(Video(path), tmp_path, FPS)
    put(film, "Location", otio.schema.Clip("c", reference, time_range(0, 20 / FPS, FPS)))
    with pytest.raises(MediaError, match=r"silent\.mp4.* has no sound"):
        mix(film, tmp_path / "mix.wav", folder=tmp_path)


def test_memory_stays_flat(film: Timeline, tmp_path: Path) -> None:
    """A longer film takes no more than a few numbers a millisecond: 40 s of stereo would be 15 MB."""
    path = write(tmp_path / "noise.wav", noise(20, 1))

    def held(parts: int) -> int:
        line = timelines.new("long", Fraction(30), (160, 90))
        put(line, "Location", *(clip(path, 0, 600, Fraction(30)) for _ in range(parts)))
        tracemalloc.start()
        mix(line, tmp_path / "mix.wav", folder=tmp_path)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return peak

    assert held(3) - held(1) < 4e6


def test_the_result_is_a_mix(full: Timeline, tmp_path: Path) -> None:
    made = mix(full, tmp_path / "mix.flac", folder=tmp_path)
    assert isinstance(made, Mix)
    assert made.stems is None
    assert sorted(path.suffix for path in tmp_path.iterdir()) == [".flac", ".flac", ".wav", ".wav"]
