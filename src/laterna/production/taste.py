"""What a person likes in cuts, learnt from what was said of them (``laterna rate``, ``laterna prefer``)."""

import numpy as np

from laterna.editing.cutters import Reward
from laterna.editing.cutters.reward import NAMES
from laterna.errors import DataError
from laterna.learning.feedback import Feedback
from laterna.learning.reward import Reward as Taste

_TASK = "cut"
_LEAST = 10  # comparisons; fewer tell nothing


def tasteful(store: str | None = None) -> Reward:
    """What cuts are worth to a person: the craft's own reward, and half of it the taste.

    Args:
        store: of the feedback, see :class:`laterna.learning.feedback.Feedback`.

    Raises:
        DataError: too little was said of cuts that a cutter decided, or the feedback can't be read.
    """
    said = Feedback(store).pairs(_TASK, names=NAMES)
    if len(said.better) < _LEAST:
        raise DataError(
            f"A taste is learnt of {_LEAST} comparisons of cuts at least, decided by the optimal or the learned cutter,"
            f" and {len(said.better)} are known: rate or prefer more versions of cut, or leave out taste."
        )
    learnt = Taste(NAMES).fit(said.better, said.worse, said.counts)
    return Reward().with_taste(learnt.score, np.concatenate([said.better, said.worse]))
