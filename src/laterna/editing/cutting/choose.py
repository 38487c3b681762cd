"""Which range of which shot stands where: a greedy choice, slot by slot, first on the plan, then on the real times.

The choice is made on the planned slots, which hardly change when words do; then only the slots whose boundary speech
has moved are stretched, or filled anew. Where footage is scarce the rules give way in the order of ``Rules.ladder``;
that no range is used twice never does.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain, pairwise

import numpy as np

from laterna.editing.cutting.formats import Style
from laterna.editing.cutting.material import DUPLICATE, SIMILAR, Material, Piece, distance
from laterna.editing.cutting.rules import Pick, Reserved, Rules
from laterna.editing.cutting.slots import Slot
from laterna.editing.cutting.story import Story
from laterna.errors import BriefError

_PLAIN = Style()
_SAME_SOURCE = 0.25
_TOO_SHORT = 0.6


@dataclass(frozen=True, slots=True)
class _Job:
    """A slot to be filled, what stands at its sides, and frames that the next slot can lend it (-1: none follows)."""

    slot: int
    length: int
    pins: Sequence[Reserved]
    left: Piece | None
    right: Piece | None
    spare: int

    @property
    def last(self) -> bool:
        return self.spare < 0


class Chooser:
    """Chooses from ``material`` by ``rules`` and ``style``; the seed tips the scales between shots of like worth.

    ``story``, where it is set, prefers for each slot the shots that its sentences were matched to.
    """

    def __init__(self, material: Material, rules: Rules, seed: int, style: Style = _PLAIN) -> None:
        self.material = material
        self.rules = rules
        self.story: Story | None = None
        self._style = style
        self._seed = seed
        self._slots = 1

    def choose(self, slots: Sequence[Slot], pins: Sequence[Sequence[Reserved]]) -> list[list[Pick]] | None:
        """Fill every slot, with ``pins[i]`` in slot i; None where the material does not suffice."""
        self._slots = len(slots)
        planned = [replace(slot, span=slot.planned) for slot in slots]
        nothing: list[list[Pick]] = [[] for _ in slots]
        film = self._fill_all(planned, pins, nothing)
        if film is None or all(slot.planned == slot.span for slot in slots):
            return film
        moved = self._fill_all(slots, pins, film)
        if moved is None:  # footage is so scarce that the plan is in the way
            self.material.clear()
            for pin in chain.from_iterable(pins):
                self.material.take(pin.region)
            moved = self._fill_all([replace(slot, planned=slot.span) for slot in slots], pins, nothing)
        return moved

    def clash(self, a: Piece, b: Piece) -> str:
        """What is wrong with cutting from ``a`` to ``b``: "jump", "duplicate" or nothing."""
        ours, theirs = (self.material.sources[p.source].prints(p.start, p.end) for p in (a, b))
        if (a.source, a.shot) == (b.source, b.shot) and (
            a.end == b.start or distance(ours[-1:], theirs[:1]) <= SIMILAR
        ):
            return "jump"
        return "duplicate" if distance(ours, theirs) <= DUPLICATE else ""

    def trade(self, picks: list[Pick], index: int, frames: int) -> bool:
        """Let the cut before ``picks[index]`` come so many frames later, or earlier; the film's length stays.

        False where footage, lengths or neighbours forbid it, or a pin that asked for its very range.
        """
        pair = picks[index - 1 : index + 1]
        lengths = [pair[0].length + frames, pair[1].length - frames]
        if any(pick.pin is not None and pick.pin.whole for pick in pair):
            return False
        if not all(self.rules.shortest <= length <= self.rules.longest for length in lengths):
            return False
        left, right = self._resized(pair[0], lengths[0], head=False), self._resized(pair[1], lengths[1], head=True)
        if left is None or right is None:
            return False
        changed = [*picks[: index - 1], left, right, *picks[index + 1 :]]
        around = [pick.piece for pick in changed[max(0, index - 2) : index + 2]]
        if not all(self._allowed(a, b, self.rules) for a, b in pairwise(around)):
            return False
        for old, new in zip(pair, (left, right), strict=True):
            self._exchange(old, new)
        picks[:] = changed
        return True

    def _fill_all(
        self, slots: Sequence[Slot], pins: Sequence[Sequence[Reserved]], before: Sequence[list[Pick]]
    ) -> list[list[Pick]] | None:
        """Fill slots in order, keeping what ``before`` holds: as it is where its slot has not moved, else stretched."""
        film: list[list[Pick]] = []
        reached = was_reached = 0
        for index, slot in enumerate(slots):
            old = before[index]
            was_start, was_reached = was_reached, was_reached + sum(pick.length for pick in old)
            job = _Job(
                index,
                slot.span[1] - reached,
                pins[index],
                next((picks[-1].piece for picks in reversed(film) if picks), None),
                next((picks[0].piece for picks in before[index + 1 :] if picks), None) or _first(pins[index + 1 :]),
                self._spare(slots[index + 1 :], pins[index + 1 :]),
            )
            picks = self._stretched(old, was_start - reached, slot.span[1] - slot.planned[1], job) if old else None
            if picks is None:
                self._release(old)
                picks = self._fill(job, film)
            if picks is None:
                return None
            film.append(picks)
            reached = sum(pick.length for pick in chain.from_iterable(film))
        return film

    def _spare(self, slots: Sequence[Slot], pins: Sequence[Sequence[Reserved]]) -> int:
        """Frames that the next slot can lend to the one before it; -1 where none follows."""
        if all(slot.span[0] == slot.span[1] for slot in slots):
            return -1
        needed = max(self.rules.shortest, sum(pin.least(self.rules.shortest) for pin in pins[0]))
        return max(0, slots[0].span[1] - slots[0].span[0] - needed)

    def _fill(self, job: _Job, film: list[list[Pick]]) -> list[Pick] | None:
        """Shots for a slot after what ``film`` has. They may end beside the slot's end, but not in the last slot."""
        due = self._pinned(job)
        rest = job.length - sum(pick.length for pick in due)
        beat = rest / max(1, round(rest / self.rules.beat))
        rhythm = np.random.default_rng([self._seed, 1, job.slot])
        picks: list[Pick] = []
        while rest > 0 or due:
            filled = sum(pick.length for pick in picks)
            if due and due[0].pin and (rest <= 0 or filled >= due[0].pin.at * job.length):
                picks.append(due.pop(0))
                continue
            pace = beat * self._style.pace_at(self._progress(job, filled))
            want = max(self.rules.shortest, round(pace * rhythm.uniform(*self._style.spread)))
            for name, rules in self.rules.ladder():
                if name == "slide" and rest < self.rules.shortest:
                    if not job.last:
                        self._bridge(job, picks, due, rest, rules)
                        return picks + due
                    added = self._grow_earlier(job, film, rest, rules) or self._make_room(job, picks, due, rest, rules)
                else:
                    added = self._add(job, picks, due, rest, want, rules) or self._grow(job, picks, due, rest, rules)
                if added:
                    rest -= added
                    break
            else:
                return None
        return picks

    def _bridge(self, job: _Job, picks: list[Pick], due: list[Pick], rest: int, rules: Rules) -> None:
        """Bring the cut that lies ``rest`` frames before its slot's end to the nearer side of it, if that can be."""
        over = rules.shortest - rest
        if over < rest and over <= job.spare:
            self._add(job, picks, due, rules.shortest, rules.shortest, rules)

    def _grow_earlier(self, job: _Job, film: list[list[Pick]], rest: int, rules: Rules) -> int:
        """Lengthen a shot of an earlier slot, which moves all cuts after it; the frames that this fills."""
        for index in reversed(range(len(film))):
            left = next((picks[-1].piece for picks in reversed(film[:index]) if picks), None)
            right = next((picks[0].piece for picks in film[index + 1 :] if picks), None)
            added = self._grow(replace(job, left=left, right=right), film[index], [], rest, rules)
            if added:
                return added
        return 0

    def _make_room(self, job: _Job, picks: list[Pick], due: list[Pick], rest: int, rules: Rules) -> int:
        """Shorten a shot so that another, the shortest, fits; the frames that this fills beyond what was."""
        lack = rules.shortest - rest
        for row, index in [(of, i) for of in (due, picks) for i in reversed(range(len(of)))]:
            pick = row[index]
            if (pick.pin is not None and pick.pin.whole) or pick.length - lack < rules.shortest:
                continue
            row[index] = replace(pick, piece=replace(pick.piece, end=pick.piece.end - lack))
            self._exchange(pick, row[index])
            if self._add(job, picks, due, rules.shortest, rules.shortest, rules):
                return rest
            self._exchange(row[index], pick)
            row[index] = pick
        return 0

    def _pinned(self, job: _Job) -> list[Pick]:
        """The slot's pins, as long as the slot lets them be."""
        picks: list[Pick] = []
        rest = job.length
        least = [pin.least(self.rules.shortest) for pin in job.pins]
        for index, pin in enumerate(job.pins):
            room = rest - sum(least[index + 1 :])
            if room < least[index]:
                raise BriefError(
                    f"{pin.name} does not fit: the pins of its part of the film need more than it lasts:"
                    " pin fewer, or make the film longer."
                )
            region = pin.region
            length = min(region.length, room)
            source = self.material.sources[region.source]
            start = region.start if pin.whole else source.best_start(region, length, 0)
            picks.append(Pick(region.part(start, start + length), pin))
            rest -= length
        return picks

    def _add(self, job: _Job, picks: list[Pick], due: list[Pick], rest: int, want: int, rules: Rules) -> int:
        """Take the best piece that goes there; the frames that it fills, 0 when none does."""
        left = picks[-1].piece if picks else job.left
        filled = job.length - rest
        edge = left is None or (job.last and rest <= want)
        ahead = due[0].piece if due else job.right
        for piece in self._ranked(job, left, filled, want, edge, rules):
            length = rules.fitting(piece.length, want, rest)
            if length is None or (rules.forward and ahead is not None and not piece.before(ahead)):
                continue
            right = due[0].piece if due else job.right if length == rest else None
            window = self._window(piece, length, left, right, rules)
            if window is not None:
                self.material.take(window)
                picks.append(Pick(window))
                return length
        return 0

    def _ranked(
        self, job: _Job, left: Piece | None, filled: int, want: int, edge: bool, rules: Rules
    ) -> Iterator[Piece]:
        """Free pieces, the best for this place first."""
        offer = self.material.offer()
        score = offer.worth - self._style.order * np.abs(offer.rank - self._progress(job, filled))
        if self.story is not None:
            score += self.story.worth(job.slot, offer.pieces)
        score -= _TOO_SHORT * (1 - np.minimum(1, offer.length / want))
        if edge:
            score -= self._style.restless * offer.motion
        if left is not None:
            score -= _SAME_SOURCE * np.array([piece.source == left.source for piece in offer.pieces])
        for index in np.argsort(-score, kind="stable"):
            piece = offer.pieces[index]
            goes_on = not rules.forward or left is None or left.before(piece)
            if goes_on and piece.length >= rules.shortest and (rules.faults or not piece.fault):
                yield piece

    def _progress(self, job: _Job, filled: int) -> float:
        """How far into the film a place is, 0..1, with so many frames of its slot filled."""
        return (job.slot + filled / max(1, job.length)) / self._slots

    def _window(self, piece: Piece, length: int, left: Piece | None, right: Piece | None, rules: Rules) -> Piece | None:
        """The best ``length`` frames of a piece that may stand between ``left`` and ``right``."""
        best = self.material.sources[piece.source].best_start(piece, length, rules.handle)
        for start in dict.fromkeys((best, piece.start, piece.end - length)):
            window = piece.part(start, start + length)
            if self._allowed(left, window, rules) and self._allowed(window, right, rules):
                return window
        return None

    def _allowed(self, a: Piece | None, b: Piece | None, rules: Rules) -> bool:
        if a is None or b is None:
            return True
        clash = self.clash(a, b)
        return not clash or (rules.duplicates and (clash == "duplicate" or rules.jumps))

    def _grow(self, job: _Job, picks: list[Pick], due: list[Pick], rest: int, rules: Rules) -> int:
        """Lengthen a shot of the slot into free frames beside it; the frames that this fills, 0 when none can."""
        around = [job.left, *(pick.piece for pick in picks), due[0].piece if due else job.right]
        for index in reversed(range(len(picks))):
            pick = picks[index]
            amount = min(rest, rules.longest - pick.length, sum(self.material.room(pick.piece, faults=rules.faults)))
            if 0 < rest - amount < rules.shortest:
                amount = rest - rules.shortest
            grown = self._longer(pick, amount, rules) if amount > 0 else None
            if (
                grown is not None
                and self._allowed(around[index], grown.piece, rules)
                and self._allowed(grown.piece, around[index + 2], rules)
            ):
                self._exchange(pick, grown)
                picks[index] = grown
                return amount
        return 0

    def _longer(self, pick: Pick, amount: int, rules: Rules, *, head: bool = False) -> Pick | None:
        """``pick`` longer by ``amount`` frames, at its end (or head) where there is room, else at the other side."""
        if pick.pin is not None and pick.pin.whole:
            return None
        before, after = self.material.room(pick.piece, faults=rules.faults)
        if before + after < amount:
            return None
        added = min(before, amount) if head else amount - min(after, amount)
        piece = replace(pick.piece, start=pick.piece.start - added, end=pick.piece.end + amount - added)
        return replace(pick, piece=replace(piece, fault=piece.fault or ("faulty in part" if rules.faults else "")))

    def _stretched(self, picks: list[Pick], head: int, tail: int, job: _Job) -> list[Pick] | None:
        """``picks`` with ``head`` frames more at their start and ``tail`` more at their end, few cuts moved.

        None where lengths, footage or a clash forbid it.
        """
        if not head and not tail:
            return picks
        lengths = [pick.length for pick in picks]
        forward = list(range(len(picks)))
        self._share(lengths, head, forward)
        self._share(lengths, tail, forward[::-1])
        if sum(lengths) != job.length:
            return None
        changed = [
            self._resized(pick, n, head=i == 0 and head != 0)
            for i, (pick, n) in enumerate(zip(picks, lengths, strict=True))
        ]
        new = [pick for pick in changed if pick is not None]
        around = [job.left, *(pick.piece for pick in new), job.right]
        fine = len(new) == len(picks) and all(self._allowed(a, b, self.rules) for a, b in pairwise(around))
        if not fine:
            return None
        for old, pick in zip(picks, new, strict=True):
            self._exchange(old, pick)
        return new

    def _share(self, lengths: list[int], amount: int, order: Sequence[int]) -> None:
        """Add ``amount`` (or take it away) to the first in ``order``, and what its bounds refuse to the next ones."""
        for index in order:
            length = lengths[index]
            low, high = min(length, self.rules.shortest), max(length, self.rules.longest)
            lengths[index] = min(high, max(low, length + amount))
            amount -= lengths[index] - length

    def _resized(self, pick: Pick, length: int, *, head: bool) -> Pick | None:
        """``pick`` at another length, changed at its head or at its tail."""
        piece, less = pick.piece, pick.length - length
        if less < 0:
            return self._longer(pick, -less, self.rules, head=head)
        return replace(
            pick, piece=replace(piece, start=piece.start + less) if head else replace(piece, end=piece.end - less)
        )

    def _exchange(self, old: Pick, new: Pick) -> None:
        self._release([old])
        self.material.take(new.piece)

    def _release(self, picks: Iterable[Pick]) -> None:
        """Give back what picks hold, except what is set apart for their pins."""
        for pick in picks:
            self.material.give_back(pick.piece)
            if pick.pin is not None:
                self.material.give_back(pick.pin.region)
                self.material.take(pick.pin.region)


def _first(pins: Sequence[Sequence[Reserved]]) -> Piece | None:
    """What stands first in the next slot, where a pin says so already."""
    return pins[0][0].region if pins and pins[0] and not pins[0][0].at else None
