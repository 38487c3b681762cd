"""What the editor is shown before it practises: the optimal cutter's decisions, event by event.

Imitation first and reinforcement then is how the field trains agents whose rewards come late (Silver et al. 2016,
"Mastering the game of Go"): from nothing, forty thousand events of practice moved the editor hardly at all.
"""

from collections.abc import Iterator

import numpy as np
import torch
from torch import nn

from laterna.editing.cutters.board import Board, Options
from laterna.editing.cutters.optimal import beam, best, computable
from laterna.editing.cutters.problem import Event
from laterna.editing.cutters.reward import Scored
from laterna.editing.cutters.sight import choices, seen
from laterna.editing.models.editor import Editor
from laterna.learning.recipe import Samples

_BEAM = 16
_PASSES, _BATCH = 30, 64
_RATE, _DECAY = 3e-3, 1e-2


def taught(editor: Editor, samples: Samples, films: int, *, seed: int) -> None:
    """Teach an editor in place to choose as the optimal cutter does, in so many films.

    Args:
        editor: as it is; nothing is done where no film can be cut.
        samples: draw ``Scored`` problems.
        films: the first of them.
        seed: of the order in which their events are shown.
    """
    rng = np.random.default_rng(seed)
    shown = [pair for index in range(min(films, len(samples))) for pair in lessons(samples.sample(index, rng))]
    if not shown:
        return
    views, right = (torch.from_numpy(np.stack(part)) for part in zip(*shown, strict=True))
    optimizer = torch.optim.AdamW(editor.parameters(), _RATE, weight_decay=_DECAY)
    for turn in range(_PASSES):
        optimizer.param_groups[0]["lr"] = _RATE * (1 - turn / _PASSES)
        for rows in np.array_split(rng.permutation(len(views)), -(-len(views) // _BATCH)):
            loss = nn.functional.cross_entropy(editor(views[rows]), right[rows])
            optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(editor.parameters(), 1.0)
            optimizer.step()


def lessons(scored: Scored) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """What is seen at each event of the optimal cut, (``CHOICES``, ``SEEN``), and the number of the right option.

    Where the optimum is out of reach, a beam's cut stands for it.
    """
    cut = best(scored) if computable(scored.problem) else beam(scored, _BEAM)
    board = Board.of(scored)
    for event in cut.events:
        options = choices(board)
        same = _same(options, event)
        if len(same):
            yield seen(board, options), np.array(same[0])
        every = board.options()
        board = board.play(every, int(next(i for i in _same(every, event) if every.window[i] == event.window)))


def _same(options: Options, event: Event) -> np.ndarray:
    """Options that show the shot as long, after the same transition; they may differ in the range."""
    same = (options.shot == event.shot) & (options.end == event.end) & (options.transition == event.transition)
    return np.flatnonzero(same)
