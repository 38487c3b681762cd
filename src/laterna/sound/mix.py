"""The mix: narration over music and location sound, at a broadcaster's loudness.

Three passes, each block by block: the stems are read and heard (their loudness sets the balance, the narration's power
the ducking), then written, then added up, brought to the target and limited. What the first pass read waits for the
second in nameless files: decoding the sources again would cost more.
"""

import contextlib
import math
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from types import MappingProxyType
from typing import IO, Any, Literal

import numpy as np
import opentimelineio as otio

from laterna.errors import DataError
from laterna.media.audio import Audio, AudioWriter
from laterna.media.files import disk_full_named, made_folder
from laterna.media.loudness import Loudness, Meter
from laterna.sound.duck import FRAME as DUCK_FRAME
from laterna.sound.duck import ducking, frame_power
from laterna.sound.envelope import sample_gain
from laterna.sound.limiter import FRAME as LIMIT_FRAME
from laterna.sound.limiter import PeakMeter, limiting
from laterna.sound.tracks import BLOCK, RATE, Piece, length, pieces, stream

Preset = Literal["online", "broadcast"]

TARGETS: Mapping[Preset, float] = {"online": -14.0, "broadcast": -23.0}  # LUFS; the second is EBU R128
TOLERANCE = 0.5  # LU that a film may be off its target

_BALANCE = {"Narration": -23.0, "Music": -27.0, "Location": -29.0}  # LUFS of each stem, before ducking
_MOST_LIFT = {"Narration": 30.0, "Music": 30.0, "Location": 15.0}  # dB; more raises a recording's noise
_LOUDEST_STEM = -1.0  # dBFS
_MOST_LIMITING = 12.0  # dB; more than this is heard as distortion
_MOST_GAIN = 20.0  # dB that the sum of the stems is raised by at most; more raises noise
_CLOSE_ENOUGH = 0.1  # LU
_MOST_TRIES = 3


@dataclass(frozen=True, slots=True)
class Mix:
    """A mix as it was written.

    Attributes:
        path: the mix, 48 kHz stereo.
        stems: the folder of stems, or None when they were not asked for.
        loudness: the mix as measured.
        target: LUFS that were aimed at.
        gain_db: what the sum of the stems was raised by; limited, this is the mix.
        ceiling: dBTP above which it was limited.
        notes: what a listener should know, in words: silence, a target out of reach.
    """

    path: Path
    stems: Path | None
    loudness: Loudness
    target: float
    gain_db: float
    ceiling: float
    notes: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        return {
            "path": str(self.path),
            "stems": None if self.stems is None else str(self.stems),
            "loudness": self.loudness.to_json(),
            "target": self.target,
            "gain_db": self.gain_db,
            "ceiling": self.ceiling,
            "notes": list(self.notes),
        }


def mix(
    timeline: otio.schema.Timeline,
    out: Path,
    *,
    folder: Path,
    loudness: Preset = "online",
    stems: Path | None = None,
    duck_db: float = 10.0,
    narration_db: float = 0.0,
    music_db: float = 0.0,
    location_db: float = 0.0,
    gain_db: float | None = None,
    ceiling: float = -1.0,
    gains: Mapping[str, float] = MappingProxyType({}),
) -> Mix:
    """Mix a timeline's sound tracks to a loudness target, with its music and location sound ducked under narration.

    The mix lasts exactly as long as the pictures: longer sound is cut off. The stems are written as they are balanced,
    faded and ducked: their sum, raised by the result's ``gain_db`` and limited, is the mix. A stem without clips is not
    written.

    Args:
        timeline: with tracks named Location, Narration and Music; any may be missing, others count as Location.
        out: the mix, a .wav or .flac file.
        folder: the timeline's own folder, from which its media are found.
        loudness: online (-14 LUFS) or broadcast (-23 LUFS, EBU R128).
        stems: a folder for location.wav, narration.wav and music.wav.
        duck_db: by how many dB music and location sound sink while the narration speaks.
        narration_db: dB that the narration is set louder than usual.
        music_db: dB that the music is set louder than usual.
        location_db: dB that the location sound is set louder than usual.
        gain_db: raise the stems by so many dB, in place of what reaches the target.
        ceiling: the highest true peak, in dBTP.
        gains: dB for stems by the names of their tracks, in place of what would balance them.

    Raises:
        DataError: a track holds what can't be played, or a file is missing.
        MediaError: a file can't be read, or the mix can't be written.
    """
    if duck_db < 0 or ceiling > 0:
        raise DataError("A mix is ducked by 0 dB or more, and its ceiling is 0 dBTP or less: mend these options.")
    total = length(timeline)
    if not total:
        raise DataError(f"The timeline {timeline.name!r} is empty: put clips on its tracks before it is mixed.")
    offsets = {"Location": location_db, "Narration": narration_db, "Music": music_db}
    placed = _placed(timeline, folder, total)
    with contextlib.ExitStack() as stack:
        shelf = stems or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="laterna-mix-")))
        made_folder(shelf)
        stack.enter_context(disk_full_named(shelf))
        read = {name: stack.enter_context(tempfile.TemporaryFile(dir=shelf)) for name in placed}
        found, duck = _balance(placed, read, total, duck_db)
        balance = {name: gains.get(name, gain) + offsets[name] for name, gain in found.items()}
        files = _stem_files(shelf, placed)
        sum_loudness, peaks = _write_stems(read, files, total, balance, duck)
        level = _Level(TARGETS[loudness], ceiling, sum_loudness, peaks, gain_db)
        return _write_mix(out, stems, list(files.values()), total, level)


def correction(made: Mix, film: Loudness, *, ceiling: float = -1.0) -> tuple[float | None, float] | None:
    """How to mix again so that the film, encoded, meets its target: ``gain_db`` and ``ceiling``; None if it does.

    Lossy codecs move the loudness a little, and the true peak by up to a few dB. The gain is None where only the
    ceiling has to change: the mix finds its own.

    Args:
        made: the mix that the film was encoded with.
        film: the loudness of the encoded film.
        ceiling: the highest true peak that the film may have, in dBTP.
    """
    if film.silent or made.loudness.silent:
        return None
    drift = film.integrated - made.loudness.integrated
    missed = abs(film.integrated - made.target) > TOLERANCE and abs(drift) > _CLOSE_ENOUGH
    overshoot = max(0.0, film.true_peak - ceiling)
    if not missed and overshoot == 0:
        return None
    return (made.gain_db - drift if missed else None), made.ceiling - overshoot


def _placed(timeline: otio.schema.Timeline, folder: Path, total: int) -> dict[str, list[Piece]]:
    """What sounds in each stem; sound tracks of other names count as location sound."""
    placed: dict[str, list[Piece]] = {name: [] for name in _BALANCE}
    for track in timeline.tracks:
        if track.kind == otio.schema.TrackKind.Audio:
            placed[track.name if track.name in placed else "Location"] += pieces(track, folder, total)
    return {name: found for name, found in placed.items() if found}


@dataclass(frozen=True, slots=True)
class _Level:
    """What the sum of the stems measures, and where it should go."""

    target: float
    ceiling: float
    sum: Loudness
    peaks: np.ndarray
    asked_db: float | None

    @property
    def free(self) -> bool:
        """Whether the gain may be chosen, and there is anything to raise."""
        return self.asked_db is None and not self.sum.silent

    @property
    def most_db(self) -> float:
        """The gain at which noise is raised, or peaks are limited, as much as they may be."""
        highest = 20 * math.log10(max(float(self.peaks.max(initial=0)), 1e-9))
        return min(_MOST_GAIN, self.ceiling + _MOST_LIMITING - highest)

    def first_gain(self) -> float:
        if self.asked_db is not None:
            return self.asked_db
        return min(self.target - self.sum.integrated, self.most_db) if self.free else 0.0

    def note(self, measured: Loudness) -> tuple[str, ...]:
        if not self.peaks.any():
            return ("There is no sound: the mix is silence.",)
        if measured.silent:
            return ("The sound is too faint or too short to be measured: its level was left as it is.",)
        missed = measured.integrated - self.target
        if self.asked_db is None and abs(missed) > TOLERANCE:
            reason = "the sound is too faint to raise" if self.most_db == _MOST_GAIN else "its peaks stand too high"
            return (f"The mix is {abs(missed):.1f} LU {'under' if missed < 0 else 'over'} its target: {reason}.",)
        return ()


def _balance(
    placed: Mapping[str, list[Piece]],
    read: Mapping[str, IO[bytes]],
    total: int,
    duck_db: float,
) -> tuple[dict[str, float], np.ndarray | None]:
    """The gains in dB that balance the stems, and the ducking curve where there is narration.

    The stems as they are go to ``read``.
    """
    with ThreadPoolExecutor(max(1, len(placed))) as pool:  # one after another they would take the longest of the mix
        stems = dict(zip(placed, pool.map(lambda name: _read(placed[name], read[name], total), placed), strict=True))
    gains = {name: _stem_gain(name, stem.heard, stem.peak) for name, stem in stems.items()}
    spoken = stems.get("Narration")
    if spoken is None or spoken.heard.silent:
        return gains, None
    return gains, ducking(spoken.powers, spoken.heard.integrated, duck_db)


@dataclass(frozen=True, slots=True)
class _Stem:
    """A stem as it is: its loudness, the power of each of the ducker's frames, and its highest sample."""

    heard: Loudness
    powers: np.ndarray
    peak: float


def _read(found: Sequence[Piece], into: IO[bytes], total: int) -> _Stem:
    meter, powers, peak = Meter(RATE, peaks=False), [np.zeros(0)], 0.0
    for block in stream(found, total):
        into.write(block.tobytes())
        meter.push(block)
        peak = max(peak, float(np.abs(block).max(initial=0)))
        powers.append(frame_power(block))
    return _Stem(meter.finish(), np.concatenate(powers), peak)


def _stem_gain(name: str, heard: Loudness, peak: float) -> float:
    if heard.silent or peak == 0:
        return 0.0
    headroom = _LOUDEST_STEM - 20 * math.log10(peak)
    return min(_BALANCE[name] - heard.integrated, _MOST_LIFT[name], headroom)


def _stem_files(shelf: Path, placed: Mapping[str, list[Piece]]) -> dict[str, Path]:
    """A file for each stem that sounds; one left from an earlier mix that no longer does is removed."""
    files = {name: shelf / f"{name.lower()}.wav" for name in _BALANCE}
    for name in files.keys() - placed.keys():
        files[name].unlink(missing_ok=True)
    return {name: files[name] for name in placed}


def _again(read: IO[bytes]) -> Iterator[np.ndarray]:
    """The blocks that the first pass wrote."""
    read.seek(0)
    while data := read.read(8 * BLOCK):
        yield np.frombuffer(data, np.float32).reshape(-1, 2)


def _write_stems(
    read: Mapping[str, IO[bytes]],
    files: Mapping[str, Path],
    total: int,
    gains: Mapping[str, float],
    duck: np.ndarray | None,
) -> tuple[Loudness, np.ndarray]:
    """Write the stems; the loudness of their sum, and its peaks."""
    meter, peaks = Meter(RATE, peaks=False), PeakMeter()
    with contextlib.ExitStack() as stack:
        writers = {name: stack.enter_context(AudioWriter(file, sample_rate=RATE)) for name, file in files.items()}
        streams = {name: _again(file) for name, file in read.items()}
        for first in range(0, total, BLOCK):
            together = np.zeros((min(BLOCK, total - first), 2), np.float32)
            for name, blocks in streams.items():
                block = next(blocks) * np.float32(10 ** (gains[name] / 20))
                if duck is not None and name != "Narration":
                    block *= sample_gain(duck, DUCK_FRAME, first, first + len(block))
                writers[name].write(block)
                together += block
            meter.push(together)
            peaks.push(together)
    return meter.finish(), peaks.finish()


def _write_mix(out: Path, stems: Path | None, files: list[Path], total: int, level: _Level) -> Mix:
    """Raise, limit and write; once more where limiting has cost more loudness than it may."""
    gain = level.first_gain()
    for last in (count == _MOST_TRIES for count in range(1, _MOST_TRIES + 1)):
        measured = _render(out, files, total, limiting(level.peaks, gain, level.ceiling))
        missing = level.target - measured.integrated
        better = min(gain + missing, level.most_db)
        if last or not level.free or abs(missing) <= _CLOSE_ENOUGH or abs(better - gain) <= _CLOSE_ENOUGH:
            break
        gain = better
    return Mix(Path(out), stems, measured, level.target, gain, level.ceiling, level.note(measured))


def _render(out: Path, files: list[Path], total: int, curve: np.ndarray) -> Loudness:
    meter = Meter(RATE)
    with AudioWriter(out, sample_rate=RATE) as writer:
        for first, block in _added(files, total):
            block *= sample_gain(curve, LIMIT_FRAME, first, first + len(block))
            writer.write(block)
            meter.push(block)
    return meter.finish()


def _added(files: list[Path], total: int) -> Iterator[tuple[int, np.ndarray]]:
    """The sum of the stems, block by block, each with its first sample."""
    readers = [Audio(file).blocks(0, Fraction(total, RATE), size=BLOCK) for file in files]
    for first in range(0, total, BLOCK):
        block = np.zeros((min(BLOCK, total - first), 2), np.float32)
        for reader in readers:
            block += next(reader)
        yield first, block
