"""A piece is asked where it has been before where it is now: what followed there is offered again."""

import pytest

torch = pytest.importorskip("torch")

from hypothesis import given, settings  # noqa: E402
from hypothesis import strategies as st  # noqa: E402

from laterna.music.models.recall import LENGTHS, Recall, all_offers  # noqa: E402
from laterna.music.models.voices import TOKENS, Draw  # noqa: E402
from laterna.music.pieces import FIRST  # noqa: E402

ALONE, WITH_THE_HIGHEST, TOGETHER = range(3)


def frames(*voices: str) -> "torch.Tensor":
    """(1, T, V) pitches of letters."""
    return torch.tensor([[[ord(pitch) for pitch in frame] for frame in zip(*voices, strict=True)]])


def test_what_followed_the_same_is_offered_again() -> None:
    pitches = frames("ABCDABC")
    offers = all_offers(pitches + FIRST, pitches, torch.tensor([1]))
    lengths = offers.lengths[0, :, 0, ALONE].tolist()
    assert lengths[:5] == [0] * 5  # nothing has sounded twice
    assert [chr(token - FIRST) for token in offers.tokens[0, 5:, 0, ALONE]] == ["B", "C"]  # after A, and after A and B
    assert 0 < lengths[5] < lengths[6]


def test_the_longest_counts_and_of_such_the_last() -> None:
    pitches = frames("ABCXBDABXABEXAB")
    offers = all_offers(pitches + FIRST, pitches, torch.tensor([1]))
    recall = Recall((1, 15, 1), torch.tensor([1]))
    for frame in range(14):
        recall.hear(pitches[:, frame] + FIRST, pitches[:, frame])
    assert chr(recall.offers().tokens[0, 0, ALONE] - FIRST) == "B"  # XA was followed by B
    assert (offers.tokens[0, 14] == recall.offers().tokens[0]).all()
    longest = frames("XABCZABDYXAB_")
    assert chr(all_offers(longest + FIRST, longest, torch.tensor([1])).tokens[0, -1, 0, ALONE] - FIRST) == "C"
    last = frames("ABCZABDYAB_")
    assert chr(all_offers(last + FIRST, last, torch.tensor([1])).tokens[0, -1, 0, ALONE] - FIRST) == "D"


def test_offers_are_of_each_voice_alone_and_with_the_highest_and_with_all() -> None:
    pitches = frames("ABCQABC", "EFGPXFG")
    offers = all_offers(pitches + FIRST, pitches, torch.tensor([1]))
    tokens, lengths = offers.tokens[0, -1] - FIRST, offers.lengths[0, -1]
    assert [chr(token) for token in tokens[:, ALONE]] == ["C", "G"]
    assert [chr(token) for token in tokens[:, TOGETHER]] == ["C", "G"]
    assert lengths[0, ALONE] > lengths[1, ALONE] == lengths[0, TOGETHER] == lengths[1, TOGETHER] > 0
    under = frames("ABCQABC", "EFGPRSG")
    offers = all_offers(under + FIRST, under, torch.tensor([1]))
    assert chr(offers.tokens[0, -1, 1, WITH_THE_HIGHEST] - FIRST) == "G"  # though it sounds otherwise before
    assert offers.lengths[0, -1, :, WITH_THE_HIGHEST].tolist() == [offers.lengths[0, -1, 0, ALONE]] * 2
    assert offers.lengths[0, -1, :, TOGETHER].max() == offers.lengths[0, -1, 1, ALONE] == 0


def test_lengths_are_those_of_time_whatever_the_grid() -> None:
    quarters, sixteenths = frames("ABCAB_"), frames("AAAABBBBCCCCAAAABBBB____")
    slow, fast = (
        all_offers(p, p, torch.tensor([g])).lengths[0, :, 0, ALONE] for p, g in ((quarters, 1), (sixteenths, 4))
    )
    assert slow[[4, 5]].tolist() == fast[[16, 20]].tolist() == [1, 2]  # of one quarter note, and of two
    assert fast[15] == 0  # shorter
    long = torch.arange(40, 80).repeat(2)[None, :, None]
    assert all_offers(long, long, torch.tensor([1])).lengths.max() == LENGTHS - 1


def test_what_is_only_held_is_not_said_again_and_nothing_overlaps_with_its_return() -> None:
    """Else a chord would never end, and a figure would go round for ever."""
    held, loop = frames("AAAAAAAA"), frames("ABABABAB")
    assert all_offers(held, held, torch.tensor([1])).lengths.max() == 0
    lengths = all_offers(loop, loop, torch.tensor([1])).lengths[0, :, 0, ALONE]
    assert lengths.tolist() == [0, 0, 0, 1, 2, 0, 0, 0]  # once AB has come back, it is offered no more


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2)), min_size=1, max_size=14))
def test_offers_are_those_that_one_finds_by_looking_everywhere(rows: list[tuple[int, int]]) -> None:
    pitches = torch.tensor([rows])
    offers = all_offers(pitches, pitches, torch.tensor([1]))
    for now in range(len(rows)):
        for voice in range(2):
            heard = [row[voice] for row in rows]
            held = max(0, _shared(heard[:now], heard[:now][-1:] * now) - 1)  # frames since the note began
            runs = [(_shared(heard[:now], heard[:at]), at) for at in range(now)]
            run, place = max(((run, at) for run, at in runs if held < run), default=(0, 0))
            if any(held < run > now - at for run, at in runs):
                run = 0
            assert bool(offers.lengths[0, now, voice, ALONE]) == (run > 0)
            if run:
                assert offers.tokens[0, now, voice, ALONE] == heard[place]


def _shared(one: list[int], other: list[int]) -> int:
    """How many of their last numbers are the same."""
    return next((n for n, (a, b) in enumerate(zip(one[::-1], other[::-1], strict=False)) if a != b), len(other))


def test_one_trust_makes_any_offer_likelier_and_the_chain_knows_what_was_taken() -> None:
    draw = Draw(2, 8, 16, recalls=True)
    pitches = frames("ABCABC", "EFGEFG")
    tokens = pitches + FIRST
    offers = all_offers(tokens, pitches, torch.tensor([1]))
    x, last = torch.zeros(1, 6, 8), torch.zeros_like(pitches)
    with torch.inference_mode():
        before = draw(x, last, tokens, offers)
        for trust in draw.trust:
            trust.bias += 4
        risen = draw(x, last, tokens, offers) - before
        other = tokens.clone()
        other[..., 0] = FIRST + 1
        told = draw(x, last, other, offers)
    assert risen[0, :4].abs().max() == 0  # nothing is offered yet
    assert (risen[0, 5].argmax(1) == tokens[0, 5]).all()
    assert torch.isclose(risen[0, 5].sum(), torch.tensor(4.0 * 3 * 2), atol=1e-3)  # three offers, two voices
    assert not torch.allclose(told[0, 5, 1], (before + risen)[0, 5, 1])
    assert before.shape[-1] == TOKENS
