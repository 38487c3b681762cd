"""Talks made tight: what is left of picture and sound, how the joins sound and look, and what can't be done."""

import re
from collections.abc import Callable
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import numpy as np
import opentimelineio as otio
import pytest

from laterna import sound
from laterna.editing import captions, pictures, render, tidy, transcript
from laterna.editing.captions import placed
from laterna.errors import DataError
from laterna.media.audio import Audio
from laterna.media.encode import Encoding
from laterna.media.pieces import Pieces
from laterna.media.timecode import to_seconds
from laterna.media.timeline import load, save, source_start, track
from laterna.media.transcript import Sentence, Transcript, Word
from laterna.media.video import Video

RATE = Fraction(25)
SPEECH = [(0.6, 1.6), (2.8, 3.2), (3.4, 4.0)]  # seconds; one pause is cut, another is too short to be
SAID = (("We", 0.6, 0.9), ("went,", 0.9, 1.2), ("um,", 1.25, 1.6), ("to", 2.8, 3.2), ("sea.", 3.4, 4.0))


def voiced(spans: list[tuple[float, float]], seconds: float, background: float = 0.0005) -> np.ndarray:
    """(samples, 2) at 48 kHz: a hum in ``spans``, faint noise everywhere."""
    times = np.arange(round(seconds * 48_000)) / 48_000
    hum = 0.3 * np.sin(2 * np.pi * 180 * times)
    on = np.zeros(len(times))
    for start, end in spans:
        on[(times >= start) & (times < end)] = 1
    noise = np.random.default_rng(0).normal(0, background, len(times))
    return np.repeat((hum * on + noise)[:, None], 2, 1).astype(np.float32)


def spoken(*words: tuple[str, float, float]) -> Transcript:
    made = tuple(Word(text, Fraction(str(start)), Fraction(str(end))) for text, start, end in words)
    return Transcript((Sentence(" ".join(word.text for word in made), made),))


@pytest.fixture(scope="module")
def talk(tmp_path_factory, make_film) -> Path:
    folder = tmp_path_factory.mktemp("talk")
    return make_film(folder / "talk.mp4", seconds=5, sound=voiced(SPEECH, 5))


@pytest.fixture
def beside(tmp_path, talk) -> Callable[..., Video]:
    """``beside("talk.srt", text)``: the talk in a folder of its own, with a file beside it."""

    def lay(name: str = "", text: str = "") -> Video:
        path = tmp_path / "talk.mp4"
        if not path.exists():
            path.hardlink_to(talk)
        if name:
            (tmp_path / name).write_text(text)
        return Video(path)

    return lay


def ranges(timeline: otio.schema.Timeline, folder: Path, name: str = "Picture") -> list[tuple[float, float]]:
    """Seconds of the talk that its clips on a track show."""
    clips = track(timeline, name).find_clips()
    starts = [(source_start(clip, folder), to_seconds(clip.duration())) for clip in clips]
    return [(float(start), float(start + length)) for start, length in starts]


def test_silence_is_cut_with_margins(talk):
    made = tidy(Video(talk), folder=talk.parent)
    kept = ranges(made, talk.parent)
    assert np.abs(np.array(kept) - [(0.5, 1.8), (2.7, 4.2)]).max() <= 1 / RATE + 1e-6
    assert ranges(made, talk.parent, "Narration") == kept
    assert [row["reason"] for row in made.metadata["laterna"]["removed"]] == ["silence"] * 3
    reasons = [clip.metadata["laterna"]["reason"] for clip in track(made, "Picture").find_clips()]
    assert all(re.fullmatch(r"after \d\.\d\d s of silence", reason) for reason in reasons)


def test_what_is_left_and_what_was_cut_make_the_whole(talk):
    made = tidy(Video(talk), folder=talk.parent)
    rows = [(row["start"], row["end"]) for row in made.metadata["laterna"]["removed"]]
    spans = sorted(ranges(made, talk.parent) + rows)
    assert spans[0][0] == 0
    assert spans[-1][1] == 5
    assert all(abs(a[1] - b[0]) < 1e-6 for a, b in pairwise(spans))


def test_fillers_and_deleted_words_are_cut_at_their_times(talk, tmp_path):
    left = tmp_path / "left.txt"
    left.write_text("We went, um, sea.\n")
    made = tidy(Video(talk), transcript=spoken(*SAID), edited=left, folder=talk.parent)
    kept = ranges(made, talk.parent)
    assert np.abs(np.array(kept) - [(0.5, 1.225), (3.3, 4.2)]).max() <= 1 / RATE + 1e-6
    reasons = [clip.metadata["laterna"]["reason"] for clip in track(made, "Picture").find_clips()]
    assert reasons[1] == "after 'um, to' was cut out"
    heard = placed(spoken(*SAID), made, talk.parent)
    assert [sentence.text for sentence in heard.sentences] == ["We went, sea."]


def test_all_of_a_talk_stays_where_nothing_is_silent_or_deleted(talk):
    made = tidy(Video(talk), threshold=-100, folder=talk.parent)
    assert ranges(made, talk.parent) == [(0, 5)]


def test_words_lie_beside_the_film(beside):
    video = beside(
        "talk.srt", "1\n00:00:00,600 --> 00:00:01,600\nUm, we\n\n2\n00:00:02,800 --> 00:00:04,000\nsailed.\n"
    )
    assert transcript(video) == "Um, we\nsailed.\n"
    without_um = ranges(tidy(video, folder=video.path.parent), video.path.parent)
    assert without_um[0][0] > 1
    beside("talk.transcript.txt", "Um, we\n")
    assert len(ranges(tidy(video, folder=video.path.parent), video.path.parent)) == 1


def test_no_join_clicks(talk, tmp_path):
    made = tidy(Video(talk), transcript=spoken(("hum", 0.9, 1.2)), edited=_written(tmp_path, "—"), folder=talk.parent)
    assert len(ranges(made, talk.parent)) == 3
    out = tmp_path / "mix.wav"
    sound.mix(made, out, folder=talk.parent, gain_db=0)
    heard = np.concatenate([*Audio(out).blocks()])[:, 0]
    steps = np.abs(np.diff(heard, n=2))  # a click is a corner, which a hum has none of
    first = ranges(made, talk.parent)[0]
    join = round((first[1] - first[0]) * 48_000)
    usual = steps[join - 9_600 : join - 2_400].max()
    assert steps[join - 2_400 : join + 2_400].max() < 3 * usual
    assert np.abs(heard[join - 240 : join + 240]).max() > 0.01


def _written(folder: Path, text: str) -> Path:
    path = folder / "left.txt"
    path.write_text(text)
    return path


def test_every_second_clip_is_punched_in(talk, tmp_path):
    plain, punched = (tidy(Video(talk), punch_in=by, folder=talk.parent) for by in (0, 0.25))
    for name, timeline in (("plain.mp4", plain), ("punched.mp4", punched)):
        render(timeline, tmp_path / name, folder=talk.parent)
    first, second = (_pictures(tmp_path / name) for name in ("plain.mp4", "punched.mp4"))
    start, end = ranges(plain, talk.parent)[0]
    cut = round((end - start) * 25)
    assert np.abs(first[:cut] - second[:cut]).mean() < 0.1
    middle, enlarged = first[cut + 10][9:81, 16:144], second[cut + 10]
    assert np.abs(enlarged[::89, ::159] - middle[::71, ::127]).max() < 24
    assert np.abs(first[cut + 10] - enlarged).mean() > 2


def _pictures(film: Path) -> np.ndarray:
    return np.stack([frame.rgb() for frame in Video(film).frames()]).astype(float)


def test_a_punch_in_goes_through_other_programs(talk, tmp_path):
    made = tidy(Video(talk), punch_in=0.08, folder=tmp_path)
    save(made, tmp_path / "talk.xml")
    back = load(tmp_path / "talk.xml")
    scales = [[effect.name for effect in clip.effects] for clip in track(back, "Picture").find_clips()]
    assert scales == [[], ["Punch-in"]]
    render(back, tmp_path / "back.mp4", folder=tmp_path)
    render(made, tmp_path / "made.mp4", folder=tmp_path)
    assert (tmp_path / "back.mp4").read_bytes() == (tmp_path / "made.mp4").read_bytes()


def test_a_deleted_word_encodes_only_what_it_touches(talk, tmp_path):
    pieces, encoding = Pieces(tmp_path / "pieces"), Encoding((160, 90), RATE)
    said = spoken(*SAID)
    before = tidy(Video(talk), transcript=said, folder=talk.parent)
    after = tidy(Video(talk), transcript=said, edited=_written(tmp_path, "We went to"), folder=talk.parent)
    first, second = (
        set(pictures(one, folder=talk.parent, encoding=encoding, pieces=pieces)) for one in (before, after)
    )
    assert len(first & second) == 1
    assert len(second - first) == 1


def test_several_talks_follow_one_another(talk, tmp_path, make_film):
    other = make_film(tmp_path / "other.mp4", seconds=3, sound=voiced([(1.0, 2.0)], 3))
    films = [Video(talk), Video(other)]
    said = [spoken(*SAID), spoken(("So", 1.0, 1.4), ("long.", 1.5, 2.0))]
    made = tidy(films, transcript=said, edited=_written(tmp_path, "We went, um, to sea. So"), folder=tmp_path)
    assert [clip.name for clip in track(made, "Picture").find_clips()] == ["talk", "talk", "other"]
    shown = captions({talk: said[0], other: said[1]}, made, folder=tmp_path)
    assert [caption.text for caption in shown] == ["We went, to sea.", "So"]


def test_a_film_without_sound_is_refused(tmp_path, make_film):
    film = Video(make_film(tmp_path / "mute.mp4", seconds=1, sound=False))
    with pytest.raises(DataError, match=r"mute.mp4' has no sound.*use another format"):
        tidy(film)


def test_a_silent_film_is_refused(tmp_path, make_film):
    film = Video(make_film(tmp_path / "hush.mp4", seconds=1, sound=np.zeros((48_000, 2), np.float32)))
    with pytest.raises(DataError, match=r"hush.mp4' is silent"):
        tidy(film)


@pytest.mark.parametrize(
    ("wishes", "message"),
    [
        ({"threshold": 3}, "a threshold is -100 to 0 dBFS"),
        ({"before": -1}, "are 0 s or more"),
        ({"punch_in": 2}, "can't be enlarged by 2"),
        ({"threshold": 0, "least_silence": 0.1}, "Nothing is left"),
    ],
)
def test_impossible_wishes_are_refused(talk, wishes, message):
    with pytest.raises(DataError, match=message):
        tidy(Video(talk), **wishes)


def test_an_edited_text_needs_the_words_times(talk, tmp_path):
    with pytest.raises(DataError, match=r"No words of .*talk.mp4' are known: lay talk.transcript.json"):
        tidy(Video(talk), edited=_written(tmp_path, "We went"))
    with pytest.raises(DataError, match=r"No words of"):
        transcript(Video(talk))


def test_a_transcript_of_a_longer_film_is_refused(talk):
    with pytest.raises(DataError, match=r"words at 50.00 s is not of .*talk.mp4', which lasts 5.00 s"):
        tidy(Video(talk), transcript=spoken(("late", 49, 50)))


def test_there_are_as_many_transcripts_as_talks(talk):
    film, said = Video(talk), spoken(("We", 0.6, 0.9))
    for films, given in (([film], [said, said]), ([film, film], [said]), ([film, film], said), ([film], [])):
        count = 1 if given is said else len(given)
        with pytest.raises(DataError, match=f"^{count} transcripts can't be those of {len(films)} films: give one for"):
            tidy(films, transcript=given)


@pytest.mark.parametrize("use", [tidy, transcript])
def test_no_talk_at_all_is_told(use):
    with pytest.raises(DataError, match="no talk in an empty list"):
        use([])
