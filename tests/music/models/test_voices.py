"""The two ends of every model of scores: frames are heard, and drawn voice by voice."""

import pytest

torch = pytest.importorskip("torch")

from laterna.music.models.voices import TOKENS, Draw, Hear, _by_interval, _interval, before, sounding  # noqa: E402
from laterna.music.pieces import FIRST, HOLD, REST  # noqa: E402


def test_what_sounds_is_what_began_or_is_held() -> None:
    tokens, last = torch.tensor([[REST, HOLD, FIRST + 60, HOLD]]), torch.tensor([[50, 51, 52, 0]])
    assert sounding(tokens, last).tolist() == [[0, 51, 60, 0]]
    assert before(torch.tensor([[[1], [2], [3]]])).tolist() == [[[0], [1], [2]]]


def test_intervals_are_the_same_in_all_keys_and_end_at_two_octaves() -> None:
    one, other = torch.tensor([64, 70, 100, 0, 60]), torch.tensor([60, 66, 60, 60, 0])
    third, also, wide, rest, silent = _interval(one, other).tolist()
    assert third == also
    assert wide == _interval(torch.tensor(84), torch.tensor(60)).item()
    assert rest == silent != third


def test_a_likely_interval_makes_its_note_likely_from_wherever() -> None:
    likely = torch.zeros(2, 50)
    likely[:, _interval(torch.tensor(62), torch.tensor(60))] = 1  # a step up
    logits = _by_interval(likely, torch.tensor([60, 71]))
    assert [row.argmax().item() for row in logits] == [FIRST + 62, FIRST + 73]
    assert logits[:, [REST, HOLD]].abs().sum() == 0


@pytest.mark.parametrize("voices", [1, 4])
def test_frames_are_heard_by_what_moves_and_what_sounds_together(voices: int) -> None:
    hear = Hear(voices, 8)
    pitches = torch.full((1, 2, voices), 60)
    tokens = pitches + FIRST
    assert hear(tokens, pitches, before(pitches)).shape == (1, 2, 8)
    assert not torch.allclose(*hear(tokens, pitches, before(pitches))[0])  # the first comes out of silence


def test_given_tokens_stay_and_none_is_drawn_that_can_not_be() -> None:
    draw, random = Draw(4, 8, 16), torch.Generator().manual_seed(0)
    given = torch.full((500, 4), TOKENS)
    given[:, 0] = FIRST + 72
    last = torch.zeros(500, 4, dtype=torch.long)
    with torch.inference_mode():
        drawn = draw.draw(torch.randn(500, 8, generator=random), last, given, random, temperature=3.0, keep=1.0)
    assert (drawn[:, 0] == FIRST + 72).all()
    assert not ((drawn == HOLD) | (drawn == FIRST)).any()  # nothing sounds that could be held; note 0 is a rest
    assert len(drawn[:, 1].unique()) > 50


def test_each_voice_knows_those_above_it_and_none_below() -> None:
    draw = Draw(4, 8, 16)
    tokens = torch.full((1, 1, 4), FIRST + 60)
    other = tokens.clone()
    other[0, 0, 1] = FIRST + 64
    with torch.inference_mode():
        x, last = torch.randn(1, 1, 8), torch.full((1, 1, 4), 60)
        apart = (draw(x, last, tokens) - draw(x, last, other)).abs().sum(-1)[0, 0] > 0
    assert apart.tolist() == [False, False, True, True]
