"""The Transformer hears what was, is told what it is told, and nothing else."""

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from laterna.music.keys import Key  # noqa: E402
from laterna.music.models.transformer import _REACH, A_MINOR, C_MAJOR, UNKNOWN, Frames, MusicTransformer, _Block  # noqa: E402
from laterna.music.models.voices import TOKENS, before, sounding  # noqa: E402
from laterna.music.pieces import FIRST, HOLD, REST  # noqa: E402

FRAMES = 24


@pytest.fixture(scope="module")
def network() -> MusicTransformer:
    return MusicTransformer.build("debug").eval()


def frames(count: int = FRAMES, seed: int = 0, **changed: "torch.Tensor") -> Frames:
    """Two pieces of notes that begin in each frame."""
    pitches = torch.randint(50, 80, (2, count, 4), generator=torch.Generator().manual_seed(seed))
    numbers = {"grids": (4, 1), "keys": (1, 2), "left": (count, -1), "first": (0, 8)}
    made = {
        "tokens": pitches + FIRST,
        "pitches": pitches,
        "given": torch.full_like(pitches, UNKNOWN),
        "counts": torch.tensor([count, count - 4]),
        **{name: torch.tensor(pair) for name, pair in numbers.items()},
    }
    return Frames(**made | changed)


def other(batch: Frames, where: tuple[slice | int, ...]) -> Frames:
    """The same with another note there."""
    tokens, pitches = batch.tokens.clone(), batch.pitches.clone()
    tokens[where], pitches[where] = FIRST + 40, 40
    return batch._replace(tokens=tokens, pitches=pitches)


def differs(network: MusicTransformer, one: Frames, two: Frames) -> "torch.Tensor":
    """(T, V): whether the logits of the first piece differ."""
    with torch.no_grad():
        return ((network(one) - network(two))[0].abs() > 1e-6).any(-1)


def test_a_frame_hears_all_before_it_and_nothing_after(network: MusicTransformer) -> None:
    changed = differs(network, frames(), other(frames(), (slice(None), 10)))
    assert not changed[:10].any()
    assert changed[11:].all()


def test_a_voice_hears_those_above_it_in_its_frame(network: MusicTransformer) -> None:
    changed = differs(network, frames(), other(frames(), (slice(None), 10, 1)))
    assert changed[10].tolist() == [False, False, True, True]


def test_it_hears_how_long_a_note_has_sounded(network: MusicTransformer) -> None:
    """In 16th notes, whatever the grid, up to 32 of them."""
    pitches = torch.full((2, 48, 4), 60)
    tokens, begun = torch.full_like(pitches, HOLD), torch.full((2, 48), False)
    begun[:, 0] = begun[:, 4] = True
    tokens[begun] = FIRST + 60
    ages: list[torch.Tensor] = []
    hook = network.members[0].age.register_forward_hook(lambda _, given, __: ages.append(given[0][0, :, 0]))
    for grid in (4, 1):
        batch = frames(48, tokens=tokens, pitches=pitches, grids=torch.tensor([grid, grid]))
        with torch.no_grad():
            network(batch)
    hook.remove()
    assert ages[0].tolist() == [1, 2, 3, 4, *range(1, 33), *[33] * 12]
    assert ages[1].tolist() == [1, 5, 9, 13, *range(1, 33, 4), *[33] * 36]


def test_what_is_told_in_advance_is_heard_before_it_sounds(network: MusicTransformer) -> None:
    told = frames().given.clone()
    told[:, 12, 0] = FIRST + 60
    changed = differs(network, frames(), frames(given=told))
    assert changed[4:12].all()


@pytest.mark.parametrize(("name", "value"), [("grids", (2, 2)), ("keys", (0, 0)), ("left", (7, 7)), ("first", (3, 3))])
def test_grid_key_place_and_end_are_heard(network: MusicTransformer, name: str, value: tuple[int, int]) -> None:
    assert differs(network, frames(), frames(**{name: torch.tensor(value)})).any()


def test_what_was_told_and_what_lies_beyond_the_end_has_no_say_in_the_loss(network: MusicTransformer) -> None:
    loss = network.loss(frames(), "model", 0)["loss"]
    beyond = frames()
    beyond.tokens[1, FRAMES - 4 :] = 0
    assert torch.equal(network.loss(beyond, "model", 0)["loss"], loss)
    told = frames().given.clone()
    told[:, :, 0] = frames().tokens[:, :, 0]
    nats = network.nats(frames(given=told))
    assert not nats[:, :, 0].any()
    assert (nats[:, :, 1:] > 0).all()


def test_while_it_learns_some_frames_are_hidden() -> None:
    deaf = MusicTransformer(**MusicTransformer.sizes["debug"] | {"hide": 1.0})
    assert differs(deaf.eval(), frames(), other(frames(), (slice(None), 10))).any()
    assert not differs(deaf.train(), frames(), other(frames(), (slice(None), 10, 3)))[12:].any()


def test_a_block_goes_on_from_its_cache_as_if_it_saw_all_at_once() -> None:
    block, x = _Block(32, 2, 0.0, 0.0).eval(), torch.randn(2, 9, 32, generator=torch.Generator().manual_seed(1))
    with torch.no_grad():
        whole, cache, parts = block(x)[0], None, []
        for frame in x.split(1, 1):
            made, cache = block(frame, cache)
            parts.append(made)
    assert torch.allclose(torch.cat(parts, 1), whole, atol=1e-5)


def test_a_block_looks_back_as_far_as_it_learnt_to_with_a_cache_or_without() -> None:
    block, x = _Block(8, 2, 0.0, 0.0).eval(), torch.randn(1, 300, 8, generator=torch.Generator().manual_seed(1))
    with torch.no_grad():
        other = x.clone()
        other[:, 20] = other[:, 21]
        changed = ((block(x)[0] - block(other)[0])[0].abs() > 1e-6).any(1)
        whole, (first, cache) = block(x)[0], block(x[:, :280])
        parts = [first]
        for frame in x[:, 280:].split(1, 1):
            made, cache = block(frame, cache)
            parts.append(made)
    assert changed[20 : 20 + _REACH].all()
    assert not changed[20 + _REACH :].any()
    assert torch.allclose(torch.cat(parts, 1), whole, atol=1e-5)


def test_no_note_that_it_writes_lasts_longer_than_those_it_learnt_from() -> None:
    network = MusicTransformer.build("debug").eval()
    with torch.no_grad():
        for layer in (layer for member in network.members for layer in member.draw.out):
            layer.bias[HOLD] += 100
    written = network.sample(frames(80), seed=0)  # on a grid of 16th notes, and one of quarters
    assert [sorted({int(at) for at in (piece[:, 0] >= FIRST).nonzero()}) for piece in written] == [
        [0, 33, 66],
        list(range(0, 80, 9)),
    ]


def test_samples_keep_what_was_given_and_are_the_same_for_the_same_seed(network: MusicTransformer) -> None:
    given = frames().given.clone()
    given[:, :, 0] = FIRST + 70
    given[:, 5:, 3] = HOLD
    one, again, another = (network.sample(frames(given=given), seed=seed) for seed in (1, 1, 2))
    assert torch.equal(one, again)
    assert not torch.equal(one, another)
    known = given != UNKNOWN
    assert torch.equal(one[known], given[known])
    assert (one < TOKENS).all()


def test_members_learn_each_by_itself_and_the_mean_of_what_they_expect_counts(network: MusicTransformer) -> None:
    with torch.no_grad():
        one, other = (logits.softmax(3) for logits in network._each(frames()))
        assert torch.allclose(network(frames()).softmax(3), (one + other) / 2, atol=1e-6)
        alone = [-p.log().gather(3, frames().tokens[..., None]).sum((2, 3)) for p in (one, other)]
        known = torch.arange(FRAMES) < frames().counts[:, None]
        each = [float(nats[known].mean()) for nats in alone]
        assert float(network.loss(frames(), "model", 0)["loss"]) == pytest.approx(sum(each) / 2, rel=1e-5)
        together = float(network.nats(frames())[known].sum() / known.sum())
    assert abs(each[0] - each[1]) > 1e-3  # they are not the same one twice
    assert together < sum(each) / 2


def test_what_it_writes_is_what_it_would_expect(network: MusicTransformer) -> None:
    """Frame after frame, with what it keeps of those before: the same as if it saw all at once."""
    asked = frames(48)
    tokens = network.sample(asked, keep=1e-9, seed=0)
    pitches, sounds = [], torch.zeros_like(tokens[:, 0])
    for frame in tokens.unbind(1):
        sounds = sounding(frame, sounds)
        pitches.append(sounds)
    written = asked._replace(tokens=tokens, pitches=torch.stack(pitches, 1))
    with torch.no_grad():
        logits = network(written)
    logits[..., FIRST] = -torch.inf
    logits[..., HOLD].masked_fill_(before(written.pitches) == 0, -torch.inf)
    assert (logits.argmax(3) == tokens).all()


def test_where_it_trusts_what_it_is_offered_it_says_that_again() -> None:
    network = MusicTransformer.build("debug").eval()
    with torch.no_grad():
        for trust in (trust for member in network.members for trust in member.draw.trust):
            trust.bias += 60
    theme = frames(8, seed=3).tokens
    given = torch.cat([theme, theme[:, :4], torch.full((2, 20, 4), UNKNOWN)], 1)
    written = network.sample(frames(32)._replace(given=given), seed=0)
    assert torch.equal(written[:, 12:16], theme[:, 4:])


def test_what_fills_a_gap_is_moved_as_the_key_is_and_what_was_given_stays(network: MusicTransformer) -> None:
    """Whatever the key, the network reads and writes the same notes in C; a note near MIDI's end is kept as well."""
    given = np.full((FRAMES, 4), -1)
    given[:, 0] = FIRST + 60
    given[3:, 0] = HOLD
    up = np.where(given > FIRST, given + 3, given)
    in_c = network.fill(given, 2, grid=4, key=Key(0, "major"), seed=1)
    in_eb = network.fill(up, 2, grid=4, key=Key(3, "major"), seed=1)
    assert all((one.moved(3).pitches == other.pitches).all() for one, other in zip(in_c, in_eb, strict=True))
    assert all((one.held == other.held).all() for one, other in zip(in_c, in_eb, strict=True))
    given[:, 0] = [FIRST + 126, *[HOLD] * (FRAMES - 4), REST, REST, FIRST + 60]  # 3 up, and back, is an octave lower
    kept = network.fill(given, 1, grid=4, key=Key(9, "major"))[0].pitches[:, 0]
    assert kept.tolist() == [126] * (FRAMES - 3) + [0, 0, 60]


def test_what_fills_a_gap_is_told_the_mode_and_the_end(network: MusicTransformer) -> None:
    class Asked(MusicTransformer):
        def sample(self, batch: Frames, **drawn: float) -> "torch.Tensor":
            self.asked = batch.keys.tolist(), batch.left.tolist(), batch.grids.tolist()
            return torch.zeros_like(batch.tokens)

    for key, told in ((Key(2, "major"), C_MAJOR), (Key(2, "minor"), A_MINOR)):
        asked = Asked(**MusicTransformer.sizes["debug"])
        asked.fill(np.full((FRAMES, 4), -1), 2, grid=2, key=key)
        assert asked.asked == ([told] * 2, [FRAMES] * 2, [2, 2])


def test_samples_follow_the_chances_that_forward_gives(network: MusicTransformer) -> None:
    """The coldest draw is the likeliest token of the whole network at once, frame by frame."""
    blank = frames(given=torch.full((2, FRAMES, 4), UNKNOWN))
    blank.given[:, 3:9, 1] = HOLD  # a network that learnt nothing holds no note
    drawn = network.sample(blank, temperature=0.01, keep=1e-6)
    pitches = torch.zeros(2, FRAMES, 4, dtype=torch.long)
    for frame in range(FRAMES):
        pitches[:, frame] = sounding(drawn[:, frame], pitches[:, frame - 1] if frame else torch.zeros(2, 4).long())
    with torch.no_grad():
        logits = network(blank._replace(tokens=drawn, pitches=pitches))
    logits[..., FIRST] = -torch.inf
    silent = torch.cat([torch.ones(2, 1, 4, dtype=torch.bool), pitches[:, :-1] == 0], 1)
    logits[..., HOLD][silent] = -torch.inf
    unknown = blank.given == UNKNOWN
    assert torch.equal(logits.argmax(-1)[unknown], drawn[unknown])


def test_what_sounds_goes_on_until_another_note_or_a_rest() -> None:
    assert sounding(torch.tensor([HOLD, REST, FIRST + 64]), torch.tensor([60, 60, 60])).tolist() == [60, 0, 64]
