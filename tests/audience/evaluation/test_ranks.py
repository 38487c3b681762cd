"""What users went on to watch has a place among all that was offered; ties keep theirs."""

import numpy as np
import pytest

from laterna.audience.evaluation.ranks import Ranks
from laterna.errors import DataError


def ranks(scores: list[list[float]], targets: list[list[int]], met: list[tuple[int, int]] = ()) -> Ranks:
    candidates = np.ones(np.shape(scores), bool)
    for row, column in met:
        candidates[row, column] = False
    return Ranks.of(np.array(scores, np.float32), candidates, [np.array(columns) for columns in targets])


def test_a_target_comes_after_all_that_scores_higher() -> None:
    found = ranks([[0.9, 0.5, 0.1], [0.1, 0.2, 0.3]], [[1], [2]])
    assert found.above.tolist() == [1, 0]
    assert found.tied.tolist() == [1, 1]
    assert found.candidates.tolist() == [3, 3]


def test_what_the_user_has_met_is_not_in_the_way() -> None:
    assert ranks([[0.9, 0.5, 0.1]], [[1]], met=[(0, 0)]).above.tolist() == [0]


def test_equal_scores_are_told_as_tied_and_so_is_all_that_cannot_be_scored() -> None:
    found = ranks([[1, 1, 1, 0], [1, -np.inf, -np.inf, -np.inf]], [[0], [3]])
    assert found.above.tolist() == [0, 1]
    assert found.tied.tolist() == [3, 3]


def test_batches_of_users_join() -> None:
    one, other = ranks([[3, 2, 1]], [[0, 2]]), ranks([[1, 2, 3]], [[0]])
    both = Ranks.joined([one, other])
    assert both.user.tolist() == [0, 0, 1]
    assert both.above.tolist() == [0, 2, 2]
    assert both.targets.tolist() == [2, 1]


@pytest.mark.parametrize("score", [np.nan, np.inf])
def test_a_score_that_cannot_be_compared_is_refused_with_its_place(score: float) -> None:
    with pytest.raises(DataError, match="user 0 and item 1"):
        ranks([[0, score]], [[0]])


def test_a_target_that_the_user_has_met_is_refused() -> None:
    with pytest.raises(DataError, match="has not seen"):
        ranks([[0, 1]], [[0]], met=[(0, 0)])
