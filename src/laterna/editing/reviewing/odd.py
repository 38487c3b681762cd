"""Pictures out of place: a stray frame or two between others (flash frames), and jumps within a shot (jump cuts)."""

from collections.abc import Iterator

import numpy as np

from laterna.editing.detection.sudden import prominence
from laterna.editing.reviewing.finding import Finding
from laterna.editing.reviewing.track import Track

_STRAYS = 3  # frames; what is shown longer is a shot
_JUTS, _JUMPS = 2.0, 2.5  # prominence of a change to be a stray frame's edge, and a jump
_FAINTEST = 1.0  # grey levels between small pictures
_OTHER = 0.45  # found again no better than this, it is another picture
_SAME, _ALIKE = 0.3, 0.5  # found again better than this, and on the mean with how small pictures correlate, a framing
_LIGHT_ALONE, _LIGHT = 0.35, 0.6  # of a change that is more than light: in a flash less, in a jump more
_BARE = 6.0  # grey levels of contrast; a picture with less was washed out by light
_COMES_BACK = 0.6  # of the change that is left later on, where it was but a flash
_LATER = 12  # frames
_LOW, _CENTRED = 0.85, 1.2  # share of a change in the lowest third, and columns of 16 off the middle: a caption's
_UNTOUCHED = 0.8  # found again so well, the middle of the picture is as it was
_ALONE = 4  # frames from a jump in which nothing else is sudden


def odd(track: Track) -> Iterator[Finding]:
    """Flash frames and jump cuts, in order."""
    sudden = np.flatnonzero((prominence(track.step) > _JUTS) & (track.step > _FAINTEST) & ~np.isnan(track.alike))
    marks = [int(frame) for frame in sudden]
    taken: set[int] = set()
    for place, one in enumerate(marks):
        for other in marks[place + 1 : place + 1 + _STRAYS]:
            if other - one <= _STRAYS and taken.isdisjoint((one, other)) and _stray(track, one, other):
                taken |= {*range(one, other + 1)}
                yield _flash_frame(track, one, other - 1)
    jut = prominence(track.step)
    for frame in marks:
        near = (other for other in marks if other != frame and abs(other - frame) <= _ALONE)
        if frame not in taken and not any(near) and jut[frame] > _JUMPS and _jump(track, frame):
            yield _jump_cut(track, frame)


def _stray(track: Track, first: int, after: int) -> bool:
    """Whether the pictures from ``first`` up to ``after`` are of another place than those on both sides."""
    if not (track.alike[first] < _OTHER and track.alike[after] < _OTHER and track.relit[first] > _LIGHT_ALONE):
        return False
    around, inside = (track.small[first - 1], track.small[after]), track.small[first:after]
    return min(float(picture.std()) for picture in inside) > _BARE and all(_apart(p, o) for p in inside for o in around)


def _apart(one: np.ndarray, other: np.ndarray) -> bool:
    """Whether more than light sets two small pictures apart."""
    return _correlation(one, other) < 0.9


def _correlation(one: np.ndarray, other: np.ndarray) -> float:
    a, b = (picture.astype(np.float32) - picture.mean() for picture in (one, other))
    return float(np.vdot(a, b)) / max(float(np.linalg.norm(a) * np.linalg.norm(b)), 1e-6)


def _jump(track: Track, frame: int) -> bool:
    """Whether the same framing goes on with something missing, and stays so."""
    if not (track.alike[frame] > _SAME and track.relit[frame] > _LIGHT and _likeness(track, frame) > _ALIKE):
        return False
    if track.alike[frame] > _UNTOUCHED and _is_lettering(track.small[frame - 1], track.small[frame]):
        return False
    before = track.small[frame - 1].astype(np.float32)
    later = track.small[frame : frame + _LATER] - before
    sizes = np.sqrt(np.mean(later * later, axis=(1, 2)))
    return float(sizes.min()) > _COMES_BACK * float(sizes[0])


def _is_lettering(before: np.ndarray, after: np.ndarray) -> bool:
    """Whether what changes between two small pictures lies where captions are burnt in: low, and in the middle."""
    energy = (after.astype(np.float32) - before) ** 2
    columns = energy.sum(axis=0)
    middle = float(np.average(np.arange(len(columns)), weights=columns + 1e-6)) - (len(columns) - 1) / 2
    return abs(middle) < _CENTRED and float(energy[len(energy) * 2 // 3 :].sum()) > _LOW * float(energy.sum())


def _likeness(track: Track, frame: int) -> float:
    """How like a picture is to the one before it, in its details wherever they moved and in its masses."""
    return (float(track.alike[frame]) + _correlation(track.small[frame - 1], track.small[frame])) / 2


def _flash_frame(track: Track, first: int, last: int) -> Finding:
    start, end = track.span(first, last)
    count = last - first + 1
    what = "One frame" if count == 1 else f"{count} frames"
    sentence = f"{what} of another picture between two shots or within one: left over from a trim."
    return Finding("flash frame", start, end, "error", float(count), float(_STRAYS), sentence)


def _jump_cut(track: Track, frame: int) -> Finding:
    start, end = track.span(frame, frame)
    likeness = round(_likeness(track, frame), 3)
    sentence = f"A cut within one framing ({likeness:.0%} alike): the picture jumps."
    return Finding("jump cut", start, end, "warning", likeness, _ALIKE, sentence)
