"""A long search for a good cut: simulated annealing (Kirkpatrick et al. 1983): it learns nothing and takes minutes."""

import math
import time
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from laterna.editing.cutters.problem import CUT, DISSOLVE, WINDOWS, Cut, Event
from laterna.editing.cutters.reward import Scored

_HOT, _COLD = 0.01, 0.00005  # of worth
_RESTARTS = 3


def anneal(scored: Scored, start: Cut, seconds: float, seed: int) -> Cut:
    """The best cut found in so many seconds of CPU time, from ``start`` on, anew from the best a few times."""
    search, best = _Search(scored, np.random.default_rng(seed)), start
    for _ in range(_RESTARTS):
        found = search.run(best.events, seconds / _RESTARTS)
        worth = search.worth(found)
        if worth > best.worth:
            best = Cut(tuple(found), worth)
    return best


class _Search:
    def __init__(self, scored: Scored, rng: np.random.Generator) -> None:
        self._scored, self._problem, self._rng = scored, scored.problem, rng
        self._places = [{int(end): k for k, end in enumerate(ends)} for ends in self._problem.ends]
        self._shares = self._problem.marks / self._problem.seconds
        self._rank = self._problem.bin.rank

    def worth(self, events: Sequence[Event]) -> float:
        lacking = 1 - (self._shares[events[-1].end] if events else 0.0)
        return float(sum(self._values(events, 0, len(events))) + self._scored.missing * lacking)

    def run(self, start: Sequence[Event], seconds: float) -> list[Event]:
        now, best = list(start), list(start)
        value = top = self.worth(now)
        began = time.process_time()
        while (spent := (time.process_time() - began) / seconds) < 1:
            heat = _HOT * (_COLD / _HOT) ** spent
            for _ in range(50):
                new = self._neighbour(now)
                if new is None:
                    continue
                worth = self.worth(new)
                if worth >= value or self._rng.random() < math.exp((worth - value) / heat):
                    now, value = new, worth
                    if value > top:
                        best, top = now, value
        return best

    def _values(self, events: Sequence[Event], first: int, last: int) -> list[float]:
        found = []
        for index in range(max(0, first), min(len(events), last)):
            event = events[index]
            value = self._own(event)
            if index:
                value += float(self._scored.joins[events[index - 1].shot, event.shot, event.transition])
            found.append(float(self._shares[event.end] - self._shares[event.start]) * value)
        return found

    def _own(self, event: Event) -> float:
        k = self._places[event.start].get(event.end)
        return -math.inf if k is None else float(self._scored.own(event.start)[0][event.shot, k, event.window])

    def _neighbour(self, events: Sequence[Event]) -> list[Event] | None:
        """Another cut: one shot for another, two in each other's place, a cut elsewhere, one shot more or less."""
        rng, new = self._rng, list(events)
        move, i = int(rng.integers(5)), int(rng.integers(len(new)))
        if move == 0:
            shot = self._unused(new, but=i)
            if shot is None:
                return None
            new[i] = replace(new[i], shot=shot)
            return self._settled(new, i, i + 1)
        if move == 1 and len(new) > 1:
            j = int(rng.integers(len(new)))
            new[i], new[j] = replace(new[i], shot=new[j].shot), replace(new[j], shot=new[i].shot)
            settled = self._settled(new, min(i, j), min(i, j) + 1)
            return settled and self._settled(settled, max(i, j), max(i, j) + 1)
        if move == 2 and i:
            at = new[i].start + int(rng.choice([-3, -2, -1, 1, 2, 3]))
            new[i - 1], new[i] = replace(new[i - 1], end=at), replace(new[i], start=at)
            return self._settled(new, i - 1, i + 1)
        if move == 3 and new[i].end - new[i].start > 1:
            shot, at = self._unused(new), int(rng.integers(new[i].start + 1, new[i].end))
            if shot is None:
                return None
            new[i : i + 1] = [replace(new[i], end=at), Event(shot, at, new[i].end, 0, CUT)]
            return self._settled(new, i, i + 2)
        if move == 4 and i:
            kept = new[i] if rng.random() < 0.5 else new[i - 1]
            new[i - 1 : i + 1] = [replace(kept, start=new[i - 1].start, end=new[i].end)]
            return self._settled(new, i - 1, i)
        return None

    def _unused(self, events: Sequence[Event], but: int = -1) -> int | None:
        used = {int(self._rank[event.shot]) for index, event in enumerate(events) if index != but}
        shot = int(self._rng.integers(len(self._rank)))
        return None if int(self._rank[shot]) in used else shot

    def _settled(self, events: list[Event], first: int, last: int) -> list[Event] | None:
        """The events with the best windows and transitions of some and of the one behind; None if they can't be."""
        for index in range(first, min(last + 1, len(events))):
            event = events[index]
            if not 0 <= event.start < event.end <= self._problem.last or event.end not in self._places[event.start]:
                return None
            k = self._places[event.start][event.end]
            own, head, tail = (part[event.shot, k] for part in self._scored.own(event.start))
            before = events[index - 1] if index else None
            ways = [
                (float(own[w]) + (self._join(before, event, t) if before else 0.0) + 1e-6 * bool(tail[w]), w, t)
                for w in WINDOWS
                for t in (CUT, DISSOLVE)
                if t == CUT or (before is not None and head[w] and self._tail(before))
            ]
            value, window, transition = max(ways)
            if value == -math.inf:
                return None
            events[index] = replace(event, window=window, transition=transition)
        return events

    def _join(self, before: Event, event: Event, transition: int) -> float:
        return float(self._scored.joins[before.shot, event.shot, transition])

    def _tail(self, event: Event) -> bool:
        k = self._places[event.start][event.end]
        return bool(self._scored.own(event.start)[2][event.shot, k, event.window])
