"""The cutters on one reward: the RL editor beside chance, greed, the optimum and a long search; tastes learnt."""

import argparse
from collections.abc import Callable, Sequence

import numpy as np
from annealing import anneal
from common import Row, main

from laterna.editing.cutters.learned import NAME as EDITOR
from laterna.editing.cutters.learned import Forward, rollout, rollouts
from laterna.editing.cutters.made import bin_of, problem_of
from laterna.editing.cutters.optimal import beam, best
from laterna.editing.cutters.plain import greedy, random
from laterna.editing.cutters.problem import Cut, Order
from laterna.editing.cutters.reward import NAMES, Reward, Scored, features
from laterna.learning.folder import tensors
from laterna.learning.reward import Reward as Taste
from laterna.learning.store import find

TRIES = 64
_SURE = 3.0  # how far apart two cuts are usually by a hidden taste, in log-odds
SEED = 500_000_000  # of bins that the editor never practised on
Cutters = dict[str, Callable[[Scored], Cut]]


def options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--model", default=EDITOR, help="the editor's name or folder")
    parser.add_argument("--films", type=int, default=12, help="problems whose optimum is computed, of each order")
    parser.add_argument("--large", type=int, default=4, help="problems whose optimum is out of reach")
    parser.add_argument("--search", type=float, default=120, help="seconds of CPU time that annealing takes for each")
    parser.add_argument("--editors", type=int, default=20, help="simulated editors with a hidden taste")


def rows(chosen: argparse.Namespace) -> list[Row]:
    forward = Forward(tensors(find(chosen.model), "np"))
    return [
        *_small(forward, chosen.films),
        *_large(forward, chosen.large, chosen.search),
        *_tastes(forward, chosen.editors),
    ]


def contenders(forward: Forward) -> Cutters:
    return {
        "chance": lambda scored: random(scored, np.random.default_rng(0)),
        "greedy": greedy,
        "the editor's first choices": lambda scored: rollout(forward, scored),
        f"the editor, best of {TRIES}": lambda scored: rollouts(forward, scored, TRIES, np.random.default_rng(0)),
        "beam search, width 24": lambda scored: beam(scored, 24),
    }


def problems(count: int, order: Order, shots: int, seconds: float, first: int) -> list[Scored]:
    bins = (bin_of(SEED + first + number, shots) for number in range(count))
    return [
        Scored(problem_of(bin, first + number, seconds=seconds, order=order), Reward())
        for number, bin in enumerate(bins)
    ]


def _small(forward: Forward, count: int) -> list[Row]:
    """Where the optimum can be computed."""
    found: list[Row] = []
    kinds: Sequence[tuple[Order, int, float]] = (("free", 10, 16), ("kept", 30, 30))
    for order, shots, seconds in kinds:
        films = problems(count, order, shots, seconds, 100 * shots)
        top = np.array([best(scored).worth for scored in films])
        worths = {name: np.array([cut(film).worth for film in films]) for name, cut in contenders(forward).items()}
        low, high = worths["chance"].mean(), top.mean()
        protocol = (
            f"{count} films of {seconds:g} s from {shots} theatre takes of unseen seeds, order {order}: mean worth as a"
            f" share of the optimum's, {high:.3f}, by dynamic programming; in brackets the share of the way from chance"
            f" to it; the worst film"
        )
        for name, values in worths.items():
            share, ours = values.mean() / high, name == f"the editor, best of {TRIES}"
            way = (values.mean() - low) / (high - low)
            told = f"{share:.1%} ({way:.1%}; worst {(values / top).min():.1%})"
            met = bool(share >= 0.95) if ours else None
            found.append(Row(f"order {order}, {name}", ">= 95%" if ours else "", told, met, protocol))
    return found


def _large(forward: Forward, count: int, seconds: float) -> list[Row]:
    """Where it can't."""
    films = problems(count, "free", 120, 90, 90_000)
    cuts = {name: [cut(film) for film in films] for name, cut in contenders(forward).items()}
    cuts["annealing"] = [anneal(film, greed, seconds, 0) for film, greed in zip(films, cuts["greedy"], strict=True)]
    worths = {name: np.array([cut.worth for cut in made]) for name, made in cuts.items()}
    low, high = worths["greedy"], np.max(list(worths.values()), 0)
    protocol = (
        f"{count} films of 90 s from 120 theatre takes of unseen seeds, free order: how much of the gap between greedy"
        f" ({low.mean():.3f}) and the best that anyone found ({high.mean():.3f}) is closed, mean worth; annealing takes"
        f" {seconds:g} s of CPU a film"
    )
    found = []
    for name, values in worths.items():
        share, ours = (values.mean() - low.mean()) / (high.mean() - low.mean()), name == f"the editor, best of {TRIES}"
        met = bool(share >= 0.5) if ours else None
        told = f"{share:.1%} (worth {values.mean():.3f})"
        found.append(Row(f"gap to the best found, {name}", ">= 50%" if ours else "", told, met, protocol))
    return found


def _tastes(forward: Forward, count: int) -> list[Row]:
    """Simulated editors, whose taste is hidden: how well it is learnt from 60 comparisons, and served then."""
    told = [_taste(forward, seed) for seed in range(count)]
    accuracy, craft, served, wrong = (np.array(column) for column in zip(*told, strict=True))
    protocol = (
        f"{count} simulated editors: a hidden weight for each feature and a best value of some, answers by Bradley and"
        f" Terry's odds ({wrong.mean():.0%} of them against the taste); 60 comparisons of 200 cuts of two films, half"
        " of them chosen as the most telling, half at random; 500 held-out pairs of cuts of a third film"
    )
    return [
        Row(
            "hidden taste, held-out pairs told right",
            ">= 80%",
            f"{accuracy.mean():.1%} (worst editor {accuracy.min():.1%})",
            bool(accuracy.mean() >= 0.8),
            protocol,
        ),
        Row(
            "the editor's cut with the learnt taste, place among 100 drawn cuts by the hidden one",
            "",
            f"{served.mean():.1%} are worse; without it {craft.mean():.1%}",
            None,
            protocol,
        ),
    ]


def _taste(forward: Forward, seed: int) -> tuple[float, float, float, float]:
    rng = np.random.default_rng([seed, 60])
    films = problems(3, "free", 24, 25, 1000 + 10 * seed)
    pools = [_shown(forward, film, rng) for film in films]
    asked, held = np.concatenate(pools[:2]), pools[2]
    hidden = _hidden(asked, rng)
    learnt = Taste(NAMES)
    better, worse, wrong = list[np.ndarray](), list[np.ndarray](), 0
    for turn in range(60):
        few = asked[rng.permutation(len(asked))[:40]]
        i, j = learnt.ask(few) if turn % 2 else (0, 1)
        first = rng.random() < 1 / (1 + np.exp(-(hidden(few[[i]]) - hidden(few[[j]]))[0]))
        wrong += first != (hidden(few[[i]]) > hidden(few[[j]]))[0]
        better.append(few[i if first else j])
        worse.append(few[j if first else i])
        if turn % 6 == 5 or turn < 2:
            learnt.fit(np.array(better), np.array(worse))
    a, b = rng.integers(0, len(held), (2, 500))
    a, b = a[a != b], b[a != b]
    right = float(np.mean((learnt.score(held[a]) > learnt.score(held[b])) == (hidden(held[a]) > hidden(held[b]))))
    places = []
    for reward in (Reward(), Reward().with_taste(learnt.score, asked, share=0.8)):
        film = Scored(films[2].problem, reward)
        cut = rollouts(forward, film, 8, np.random.default_rng(0))
        mine = hidden(features(film.problem, cut.events)[None])[0]
        places.append(float(np.mean(hidden(held) < mine)))
    return right, places[0], places[1], wrong / 60


def _shown(forward: Forward, film: Scored, rng: np.random.Generator) -> np.ndarray:
    """(100, F) the features of cuts that someone may be shown: half by chance, half by the editor under some whim."""
    cuts = [random(film, rng) for _ in range(50)]
    for _ in range(5):
        weights = {name: weight * float(rng.lognormal(0, 1)) for name, weight in Reward().weights.items()}
        whim = Scored(film.problem, Reward(weights))
        cuts += [rollout(forward, whim, rng) for _ in range(10)]
    return np.array([features(film.problem, cuts[i].events) for i in rng.permutation(len(cuts))])


def _hidden(cuts: np.ndarray, rng: np.random.Generator) -> Callable[[np.ndarray], np.ndarray]:
    """A taste over features in their own spread: linear, and of three of them not too much and not too little."""
    centre, spread = cuts.mean(0), cuts.std(0)
    linear = np.where(spread > 1e-6, rng.normal(size=len(NAMES)), 0)
    bent = np.zeros(len(NAMES))
    bent[rng.permutation(len(NAMES) - 1)[:3]] = -0.3

    def score(rows: np.ndarray) -> np.ndarray:
        z = ((rows - centre) / np.maximum(spread, 1e-6)).clip(-3, 3)
        return z @ linear + z**2 @ bent

    sure = _SURE / float(score(cuts).std())
    return lambda rows: sure * score(rows)


if __name__ == "__main__":
    main()
