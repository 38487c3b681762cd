"""A model's card: what it is, what it learnt from, by which command, how well it does, and under which licence."""

import json
import math
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

from pydantic import TypeAdapter

from laterna.errors import ModelError
from laterna.media.files import quoted

CARD = "card.md"
_NON_COMMERCIAL = re.compile(r"(?<![a-z])nc(?![a-z])|non-?commercial|research", re.IGNORECASE)


@dataclass(frozen=True)
class Card:
    """What card.md says. As on model hubs, a front matter is for machines, the text under it for people.

    Attributes:
        model: its name, "department/model".
        licence: of the weights, an SPDX identifier.
        data: what it learnt from, with licences, one line each.
        command: the one command that trains it again.
        protocol: how the figures were measured, in one sentence.
        figures: on held-out data, by metric.
        baseline: the trivial baseline's figures, by the same metrics.
        seed, steps, seconds: of that training.
        credits: what has to be credited where the model is used.
        notes: what it is weak at.
        nothing: where it started from other weights, the figures of one that learnt as long from nothing.
    """

    model: str
    licence: str
    data: tuple[str, ...]
    command: str
    protocol: str
    figures: Mapping[str, float]
    baseline: Mapping[str, float]
    seed: int = 0
    steps: int = 0
    seconds: float = 0.0
    credits: tuple[str, ...] = ()
    notes: str = ""
    nothing: Mapping[str, float] = field(default_factory=dict)

    @property
    def non_commercial(self) -> bool:
        """Whether the licence forbids commercial use."""
        return bool(_NON_COMMERCIAL.search(self.licence))

    def check(self) -> None:
        """Raise a ModelError if the card lacks what every card must say."""
        for name in ("licence", "data", "command", "protocol", "figures", "baseline"):
            if not getattr(self, name):
                raise ModelError(f"The card of {self.model} lacks its {name}: write it, then save the model again.")
        for name, value in self.figures.items():
            if not math.isfinite(value):
                raise ModelError(f"The card of {self.model} gives {value} as its {name}: train or evaluate it again.")

    def text(self) -> str:
        """The card as Markdown."""
        front = json.dumps(asdict(self), indent=1, sort_keys=True, ensure_ascii=False)
        columns = {"model": self.figures, "trivial baseline": self.baseline}
        columns |= {"from nothing": self.nothing} if self.nothing else {}
        table = [
            f"| {name} | {' | '.join(_shown(column.get(name)) for column in columns.values())} |"
            for name in self.figures
        ]
        blocks = [
            f"---\n{front}\n---\n# {self.model}",
            self.notes,
            f"Figures: {self.protocol}.",
            "\n".join([f"| metric | {' | '.join(columns)} |", "|---" * (1 + len(columns)) + "|", *table]),
            "\n".join(["Learnt from:", "", *(f"- {line}" for line in self.data)]),
            f"Trained with `{self.command}` (seed {self.seed}, {self.steps} steps, {self.seconds:.0f} s).",
            "\n".join([f"Licence of the weights: {self.licence}.", *(f"Credit: {line}" for line in self.credits)]),
        ]
        return "\n\n".join(filter(None, blocks)) + "\n"

    @classmethod
    def open(cls, path: Path) -> "Card":
        """Read card.md.

        Raises:
            ModelError: there is none, or its front matter is garbled or incomplete.
        """
        try:
            front = path.read_text(encoding="utf-8").split("---\n")[1]
            card = TypeAdapter(cls).validate_json(front)
        except FileNotFoundError as error:
            raise ModelError(
                f"{quoted(path.parent)} has no {CARD}, so nobody can tell what its weights may be used for:"
                " copy the model again, with its card."
            ) from error
        except (IndexError, ValueError) as error:
            raise ModelError(f"{quoted(path)} is garbled: copy the model again from its source.") from error
        card.check()
        return card


def _shown(value: float | None) -> str:
    return "" if value is None else f"{value:.4g}"
