"""Why each shot is in the film, and why the others are not, in plain words."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence, Set
from fractions import Fraction
from pathlib import Path
from typing import Any

from laterna.editing.cutting.assembly import Placed
from laterna.editing.cutting.choose import Chooser
from laterna.editing.cutting.material import DUPLICATE, Piece, Range, Source, distance, without
from laterna.editing.cutting.narration import Voice
from laterna.editing.cutting.rules import RELAXED
from laterna.media.timeline import url

_SHARP, _SOFT = 0.75, 0.5
_CALM, _LIVELY = 0.03, 0.12  # picture widths a second


class Account:
    """Looks back on a choice of shots."""

    def __init__(self, shots: Sequence[Placed], chooser: Chooser) -> None:
        self._shots = shots
        self._chooser = chooser
        self._sources = chooser.material.sources

    def reasons(
        self, spoken: Sequence[Voice], starts: Mapping[int, int], bounds: set[int], beats: Set[int] = frozenset()
    ) -> list[dict[str, Any]]:
        """For each shot its "reason", and what a program may want to know of it.

        ``starts`` are the film frames where sentences are heard, ``bounds`` those where their slots meet, ``beats``
        those of the music.
        """
        heard = [(voice.number, starts[voice.number], starts[voice.number] + voice.length) for voice in spoken]
        rows = []
        for index, shot in enumerate(self._shots):
            source = self._sources[shot.piece.source]
            covered = [number for number, start, end in heard if _covers(shot, start, end)]
            relaxed = list(self._relaxed(index, bounds))
            words = [self._look(shot.piece, source), *self._place(index), *_sentences(covered)]
            words += [told] if (told := self._told(shot.piece, covered)) else []
            words += [RELAXED[name] for name in relaxed]
            words += ["cut on a beat"] if index and shot.start in beats else []
            if len(self._shots) > 1 and not any(self._clashes(i) for i in (index, index + 1)):
                words.append("not a near-duplicate of its neighbours")
            row: dict[str, Any] = {
                "reason": "; ".join(words),
                "shot": shot.piece.shot + 1,
                "sha256": source.footage.sha256,
            }
            rows.append(row | ({"sentences": covered} if covered else {}) | ({"relaxed": relaxed} if relaxed else {}))
        return rows

    def refused(self, folder: Path, rate: Fraction) -> list[dict[str, Any]]:
        """A row for each shot of which nothing is used: the "footage" as clips name it, its range, and the "reason"."""
        used = {(shot.piece.source, shot.piece.shot) for shot in self._shots}
        return [
            {
                "footage": url(source.footage.path, folder),
                "shot": index + 1,
                "start": float(start / rate),
                "end": float(end / rate),
                "reason": self._refusal(source, index, (start, end)),
            }
            for source in self._sources
            for index, (start, end) in enumerate(source.shots)
            if (source.index, index) not in used
        ]

    def _told(self, piece: Piece, covered: Sequence[int]) -> str:
        return self._chooser.story.reason(piece, covered) if self._chooser.story else ""

    def _look(self, piece: Piece, source: Source) -> str:
        sharp = source.mean("sharp", piece.start, piece.end)
        motion = source.mean("motion", piece.start, piece.end)
        focus = "sharp" if sharp >= _SHARP else "soft" if sharp < _SOFT else "fairly sharp"
        pace = "calm" if motion < _CALM else "lively" if motion > _LIVELY else "moving"
        fault = f", though {piece.fault}" if piece.fault else ""
        return f"{focus} ({sharp:.2f}), {pace}{fault}"

    def _place(self, index: int) -> Iterator[str]:
        pin = self._shots[index].pick.pin
        if pin is not None:
            yield "pinned by the brief"
        if index == 0:
            yield "opens the film"
        elif index == len(self._shots) - 1:
            yield "closes the film"

    def _relaxed(self, index: int, bounds: set[int]) -> Iterator[str]:
        shot, rules = self._shots[index], self._chooser.rules
        if rules.forward and index and not self._shots[index - 1].piece.before(shot.piece):
            yield "order"
        if clash := self._clashes(index):
            yield clash
        if shot.piece.fault:
            yield "fault"
        if shot.pick.length > rules.longest:
            yield "long"
        if shot.pick.length < rules.shortest:
            yield "short"
        if index and any(shot.start < bound < shot.start + rules.shortest for bound in bounds):
            yield "slide"

    def _clashes(self, index: int) -> str:
        """What is wrong with the cut that leads to a shot."""
        if not 0 < index < len(self._shots):
            return ""
        return self._chooser.clash(self._shots[index - 1].piece, self._shots[index].piece)

    def _refusal(self, source: Source, index: int, span: Range) -> str:
        shortest = self._chooser.rules.shortest
        if span[1] > span[0] and not without([span], source.withheld):
            return "withheld, so that no ending is given away"
        if not without([span], source.bans):
            return "forbidden by the brief" if span[1] > span[0] else "nothing but a transition"
        if span[1] - span[0] < shortest:
            return "too short"
        pieces = [piece for piece in source.pieces if piece.shot == index]
        faults = Counter({piece.fault: 0 for piece in pieces})
        for piece in pieces:
            faults[piece.fault] += piece.length
        if not any(not piece.fault and piece.length >= shortest for piece in pieces):
            worst = max((fault for fault in faults if fault), key=faults.__getitem__, default="")
            return f"{worst} in its best part" if worst else "too short where the brief allows it"
        twin = self._twin(source, span)
        return f"a near-duplicate of {twin}, which is used" if twin else "others suit better"

    def _twin(self, source: Source, span: Range) -> str | None:
        """The file of a used shot that looks the same."""
        ours = source.prints(*span)
        for shot in self._shots:
            other = self._sources[shot.piece.source]
            if distance(ours, other.prints(shot.piece.start, shot.piece.end)) <= DUPLICATE:
                return other.footage.path.name.encode(errors="replace").decode()
        return None


def _covers(shot: Placed, start: int, end: int) -> bool:
    """Whether a good part of the shot, or of what is said from ``start`` to ``end``, falls together with the other."""
    return min(end, shot.end) - max(start, shot.start) >= min(end - start, shot.pick.length) / 3


def _sentences(numbers: Sequence[int]) -> list[str]:
    if not numbers:
        return []
    listed = " and ".join(map(str, numbers))
    return [f"covers sentence {listed}" if len(numbers) == 1 else f"covers sentences {listed}"]
