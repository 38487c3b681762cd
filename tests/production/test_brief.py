"""The brief: what it may say, and the sentence that each mistake gets."""

import contextlib
import re
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from laterna.errors import BriefError
from laterna.media.encode import Encoding, VideoWriter
from laterna.production import brief as briefs
from laterna.production.brief import Brief, new, seconds

GOOD = {"footage": '["*.mp4"]', "length": '"20s"'}


def written(folder, **fields):
    path = folder / "brief.toml"
    tables = fields.pop("tables", "")
    path.write_text("".join(f"{name} = {value}\n" for name, value in (GOOD | fields).items()) + tables)
    return path


def test_a_brief_needs_only_footage_and_a_length(tmp_path):
    brief = Brief.open(written(tmp_path))
    assert brief.length == 20
    assert (brief.size, brief.rate) == ((1280, 720), 25)
    assert brief.narration_text() is None
    assert brief.on_bad_footage == "stop"


def test_every_field_is_read(tmp_path):
    brief = Brief.open(
        written(
            tmp_path,
            title='"Night market"',
            narration='"Once."',
            music='"song.flac"',
            cuts='"beats"',
            length="90",
            size='"640x360"',
            rate='"29.97"',
            mood='"tense"',
            language='"zh-Hans"',
            loudness='"broadcast"',
            burn_captions="false",
            codec='"webm"',
            on_bad_footage='"skip"',
            seed="7",
            tables='[[pin]]\nfootage = "a.mp4"\nsentence = 2\nrange = [0, "1.5s"]\n'
            '[[forbid]]\nfootage = "b.mp4"\n[steps.cut]\nlongest = 6\n',
        )
    )
    assert (brief.length, brief.rate, brief.size) == (90, Fraction(30000, 1001), (640, 360))
    assert brief.pin[0].range == (0, Fraction(3, 2))
    assert brief.pin[0].sentence == 2
    assert brief.forbid[0].range is None
    assert brief.steps == {"cut": {"longest": 6}}
    assert brief.music_file() == tmp_path / "song.flac"
    assert brief.cuts == "beats"


def test_a_film_may_do_without_music_or_have_a_file_of_that_name(tmp_path):
    assert Brief.open(written(tmp_path, music='"none"')).music_file() is None
    assert Brief.open(written(tmp_path, music='"./none"')).music_file() == tmp_path / "none"


@pytest.mark.parametrize(
    ("field", "value", "hint"),
    [
        ("title", "12", "write the film's title"),
        ("footage", '"*.mp4"', "write patterns of film files"),
        ("footage", "[]", "write patterns of film files"),
        ("footage", "[1]", "write patterns of film files"),
        ("length", "1e30", 'write seconds, "20s" or "1m30s"'),
        ("length", '"soon"', 'write seconds, "20s" or "1m30s"'),
        ("length", "0", 'write seconds, "20s" or "1m30s"'),
        ("length", "-3", 'write seconds, "20s" or "1m30s"'),
        ("length", "nan", 'write seconds, "20s" or "1m30s"'),
        ("length", "true", 'write seconds, "20s" or "1m30s"'),
        ("size", '"1281x720"', "write an even width and height"),
        ("size", '"large"', "write an even width and height"),
        ("size", '"99998x720"', "write an even width and height"),
        ("size", "720", "write an even width and height"),
        ("rate", '"fast"', "write frames a second"),
        ("rate", "0", "write frames a second"),
        ("rate", '"25/0"', "write frames a second"),
        ("narration", "[]", "write the words"),
        ("narration_file", "1", "write the path"),
        ("cast", "3", r"write a \[cast\] table"),
        ("music", "1", "write the path"),
        ("cuts", '"often"', 'write "beats"'),
        ("mood", '"angry"', 'write "calm"'),
        ("language", '"English please"', "write a language tag"),
        ("loudness", '"loud"', 'write "online"'),
        ("burn_captions", '"yes"', "write true"),
        ("codec", '"mpeg2"', 'write "h264"'),
        ("on_bad_footage", '"ignore"', 'write "stop" or "skip"'),
        ("credits", '"x"', "write lines for the credits"),
        ("seed", "-1", "write a whole number"),
        ("pin", "1", r"write \[\[pin\]\] tables"),
        ("forbid", '"x"', r"write \[\[forbid\]\] tables"),
        ("steps", "3", r"write \[steps.NAME\] tables"),
        ("version", '"one"', "write 1"),
    ],
)
def test_a_wrong_field_is_named_with_what_to_write(tmp_path, field, value, hint):
    with pytest.raises(BriefError, match=f"brief.toml', {field} = .* can't be used: {hint}"):
        Brief.open(written(tmp_path, **{field: value}))


@pytest.mark.parametrize(
    ("tables", "says"),
    [
        ("[[pin]]\nsentence = 1\n", r"has no footage of \[\[pin\]\] 1"),
        ('[[pin]]\nfootage = "a"\nsentence = 0\n', r"sentence of \[\[pin\]\] 1 = 0 can't be used"),
        ('[[forbid]]\nfootage = "a"\nrange = [3, 1]\n', r"range of \[\[forbid\]\] 1 = \[3, 1\] can't be used"),
        (
            '[[forbid]]\nfootage = "a"\nragne = [3, 1]\n',
            r"unknown key 'ragne of \[\[forbid\]\] 1': did you mean 'range'",
        ),
        ("[steps]\ncut = 3\n", "steps.cut = 3 can't be used"),
    ],
)
def test_a_wrong_table_is_named(tmp_path, tables, says):
    with pytest.raises(BriefError, match=says):
        Brief.open(written(tmp_path, tables=tables))


def test_an_unknown_key_is_refused_with_the_nearest_known_one(tmp_path):
    path = tmp_path / "brief.toml"
    path.write_text('footage = ["*.mp4"]\nlenght = "20s"\n')
    with pytest.raises(BriefError, match="unknown key 'lenght': did you mean 'length'"):
        Brief.open(path)


def test_a_missing_field_is_named(tmp_path):
    path = tmp_path / "brief.toml"
    path.write_text('footage = ["*.mp4"]\n')
    with pytest.raises(BriefError, match="has no length: write seconds"):
        Brief.open(path)


def test_bad_toml_is_named_with_its_line(tmp_path):
    path = tmp_path / "brief.toml"
    path.write_text('footage = ["*.mp4"]\nlength 20\n')
    with pytest.raises(BriefError, match=r"is not TOML, .*line 2"):
        Brief.open(path)


def test_a_brief_that_is_no_text_is_named(tmp_path):
    path = tmp_path / "brief.toml"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(BriefError, match="save it as UTF-8"):
        Brief.open(path)
    with pytest.raises(BriefError, match="does not exist"):
        Brief.open(tmp_path / "none.toml")
    with pytest.raises(BriefError, match="is a folder"):
        Brief.open(tmp_path)


def test_a_newer_brief_asks_for_a_newer_laterna(tmp_path):
    with pytest.raises(BriefError, match="is of version 9, which a newer Laterna reads"):
        Brief.open(written(tmp_path, version="9"))


def test_an_older_brief_is_upgraded(tmp_path, monkeypatch):
    monkeypatch.setattr(briefs, "VERSION", 2)
    monkeypatch.setitem(briefs._UPGRADES, 1, lambda data: data | {"length": data["length"] * 2})
    assert Brief.open(written(tmp_path, version="1", length="10")).length == 20


@given(st.integers(0, 99), st.integers(0, 59), st.decimals(0, 59, places=3))
def test_lengths_are_exact(hours, minutes, rest):
    expected = hours * 3600 + minutes * 60 + Fraction(rest)
    assert seconds(f"{hours}h{minutes}m{rest}s") == expected
    assert seconds(f"{hours}h {minutes}m {rest}") == expected


@given(st.text())
def test_any_text_is_a_length_or_refused(text):
    with contextlib.suppress(ValueError):
        assert seconds(text) >= 0


def test_narration_comes_from_one_place(tmp_path):
    (tmp_path / "words.txt").write_text("  Es war einmal.\n")
    assert Brief.open(written(tmp_path, narration_file='"words.txt"')).narration_text() == "Es war einmal."
    with pytest.raises(BriefError, match="both narration and narration_file"):
        Brief.open(written(tmp_path, narration_file='"words.txt"', narration='"x"'))
    with pytest.raises(BriefError, match=r"'.*missing.txt' does not exist"):
        Brief.open(written(tmp_path, narration_file='"missing.txt"')).narration_text()


def test_of_a_screenplay_the_dialogue_is_spoken(tmp_path):
    (tmp_path / "script.fountain").write_text(
        "INT. SHOP - DAY\n\nA lamp burns.\n\n"
        "ANNA (V.O.)\n(softly)\nIt was *late*.\n\nBOB\n...\n\nNARRATOR\nIt rained.\n"
    )
    brief = Brief.open(
        written(tmp_path, narration_file='"script.fountain"', tables='[cast]\nANNA = { voice = "flite", pitch = 2 }\n')
    )
    assert brief.narration_lines() == (("ANNA", "It was late."), ("NARRATOR", "It rained."))
    assert brief.narration_text() == "It was late.\n\nIt rained."
    assert brief.cast == {"ANNA": {"voice": "flite", "pitch": 2}}


def test_names_in_plain_text_are_read_out(tmp_path):
    (tmp_path / "words.txt").write_text("ANNA: It was late.\n")
    brief = Brief.open(written(tmp_path, narration_file='"words.txt"'))
    assert brief.narration_lines() == (("", "ANNA: It was late."),)


def test_a_screenplay_that_has_nothing_to_say_is_named(tmp_path):
    (tmp_path / "script.fountain").write_text("INT. SHOP - DAY\n\nA lamp burns.\n")
    brief = Brief.open(written(tmp_path, narration_file='"script.fountain"'))
    with pytest.raises(BriefError, match=r"script.fountain' has no dialogue to speak"):
        brief.narration_text()
    (tmp_path / "script.fountain").write_bytes(b"ANNA\n\xff\n")
    with pytest.raises(BriefError, match="save it as UTF-8"):
        brief.narration_text()


def test_footage_patterns_find_each_file_once(tmp_path):
    names = ["b.mp4", "a.mp4", "film 我们\n.mp4", "[1].mp4"]
    for name in names:
        (tmp_path / name).write_text("x")
    brief = Brief.open(written(tmp_path, footage='["a.mp4", "*.mp4", "[1].mp4"]'))
    assert [file.name for file in brief.footage_files()] == ["a.mp4", "[1].mp4", "b.mp4", "film 我们\n.mp4"]


def test_the_productions_own_files_are_no_footage(tmp_path):
    (tmp_path / "out").mkdir()
    for name in ("a.mp4", "out/film.mp4"):
        (tmp_path / name).write_text("x")
    brief = Brief.open(written(tmp_path, footage='["**/*.mp4"]'))
    assert [file.name for file in brief.footage_files(outside=tmp_path / "out")] == ["a.mp4"]


def test_what_other_productions_made_is_no_footage_unless_it_is_named(tmp_path):
    for name in ("a.mp4", "old/film.mp4", "old/versions/film/0123.mp4", "old/versions/chosen.json"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("x")
    found = Brief.open(written(tmp_path, footage='["**/*.mp4"]')).footage_files()
    assert [file.name for file in found] == ["a.mp4"]
    named = Brief.open(written(tmp_path, footage='["old/film.mp4"]')).footage_files()
    assert [file.name for file in named] == ["film.mp4"]


def test_a_pattern_that_finds_nothing_is_named(tmp_path):
    with pytest.raises(BriefError, match=r"the footage pattern '\*.mp4', which finds no file"):
        Brief.open(written(tmp_path)).footage_files()


class TestNew:
    """``laterna new FOLDER``"""

    @pytest.fixture
    def folder(self, tmp_path):
        folder = tmp_path / "夜 market"
        folder.mkdir()
        with VideoWriter(folder / "take 1.mp4", Encoding((64, 36), Fraction(30000, 1001))) as writer:
            for _ in range(10):
                writer.write(np.full((36, 64, 3), 90, np.uint8))
        (folder / "broken.mov").write_text("no film")
        (folder / "take 1.mask.mkv").write_bytes(
            (folder / "take 1.mp4").read_bytes()
        )  # the theatre's truth, no footage
        return folder

    def test_it_writes_a_brief_that_can_be_read(self, folder):
        (folder / "narration.txt").write_text("Once.")
        (folder / "theme.flac").write_text("x")
        path = new(folder)
        brief = Brief.open(path)
        assert path == folder / "brief.toml"
        assert (brief.title, brief.size, brief.rate) == ("夜 market", (64, 36), Fraction(30000, 1001))
        assert brief.footage_files() == [folder / "take 1.mp4"]
        assert brief.narration_text() == "Once."
        assert brief.music == "theme.flac"

    @pytest.mark.parametrize("suffix", [".ts", ".m2ts", ".MPEG", ".ogv", ".wmv"])
    def test_film_files_of_every_kind_are_found(self, folder, suffix):
        (folder / "take 1.mp4").rename(folder / f"take 1{suffix}")
        assert [path.name for path in Brief.open(new(folder)).footage_files()] == [f"take 1{suffix}"]

    def test_every_field_is_explained_in_it(self, folder):
        text = new(folder).read_text()
        assert all(name in text for name in Brief.model_fields if name != "version")

    def test_each_field_may_be_taken_as_it_stands(self, folder):
        path = new(folder)
        text = path.read_text()
        offered = re.findall(r"^# \w+ = .*$", text.partition("# [[pin]]")[0], re.MULTILINE)
        assert len(offered) >= 10
        for line in offered:
            path.write_text(text.replace(line, line.removeprefix("# ")))
            Brief.open(path)

    def test_what_a_production_made_is_no_footage(self, folder):
        (folder / "film" / "versions").mkdir(parents=True)
        (folder / "film" / "versions" / "chosen.json").write_text("{}")
        (folder / "film" / "film.mp4").write_bytes((folder / "take 1.mp4").read_bytes())
        assert Brief.open(new(folder)).footage == ["*.mp4"]

    def test_it_never_writes_over_a_brief(self, folder):
        new(folder)
        with pytest.raises(BriefError, match="is there already"):
            new(folder)

    def test_a_folder_without_film_is_named(self, tmp_path):
        with pytest.raises(BriefError, match="holds no film file"):
            new(tmp_path)
        with pytest.raises(BriefError, match="is no folder"):
            new(tmp_path / "nowhere")
