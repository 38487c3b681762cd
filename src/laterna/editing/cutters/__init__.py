"""Two cutters behind one interface: an optimal one and a learned one, on the same reward.

``problem`` says what is asked, ``reward`` what a cut is worth; ``optimal`` and ``learned`` answer, ``plain`` is there
to be compared with. ``environment`` is the Gymnasium environment in which the learned one practises.
"""

from typing import Literal, Protocol

from laterna.editing.cutters.learned import Learned
from laterna.editing.cutters.optimal import Optimal
from laterna.editing.cutters.problem import Cut, Problem
from laterna.editing.cutters.reward import Reward

CutterName = Literal["optimal", "learned"]


class Cutter(Protocol):
    """Decides which shot stands where, from where to where, and how it is come to."""

    @property
    def name(self) -> str:
        """As it is asked for."""

    def cut(self, problem: Problem, reward: Reward, *, seed: int = 0) -> Cut:
        """A cut of a problem, worth as much by the reward as can be; the same seed gives the same one."""


def cutter(name: CutterName) -> Cutter:
    """The cutter of that name.

    Raises:
        ModelError: the learned editor's weights are missing or broken.
    """
    return Optimal() if name == "optimal" else Learned()


__all__ = ["Cut", "Cutter", "CutterName", "Problem", "Reward", "cutter"]
