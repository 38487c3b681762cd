"""Screenplays: every element of Fountain's syntax is known, and not a character of a file is lost."""

from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from laterna.errors import MediaError
from laterna.media.screenplay import (
    Action,
    Blank,
    Boneyard,
    Centered,
    Dialogue,
    Element,
    Lyrics,
    Note,
    PageBreak,
    Parenthetical,
    SceneHeading,
    Screenplay,
    Section,
    Speech,
    Synopsis,
    TitlePage,
    Transition,
)

SCRIPT = """\
Title:
    _**BRICK & STEEL**_
    _**FULL RETIRED**_
Credit: Written by
Author: Ada Fisher
Draft date: 1/20/2012

# Act one

= They retire.

EXT. BRICK'S PATIO - DAY #1A#

A gorgeous day.  [[Too sunny?]] The sun is shining.
    But BRICK isn't.

STEEL
(beer raised)
To retirement.
  
At last!

BRICK (O.S.) (on the radio) ^
To retirement.
~La la!

@McCLANE
Well.

/* CUT: INT. TRAILER - DAY

Nothing happens. */

.SNIPER SCOPE POV

!BRICK
shoots.

~A song without a singer

> THE END <

SMASH CUT TO:

> Fade to black.

===

[[A note on
its own]]
"""  # fmt: skip  # noqa: W293


def parsed(text: str) -> list[Element]:
    """The elements without blank lines."""
    return [element for element in Screenplay.parse(text).elements if not isinstance(element, Blank)]


def only(text: str) -> Element:
    (element,) = parsed(text)
    return element


def test_every_element_of_the_syntax_is_known() -> None:
    elements = parsed(SCRIPT)
    assert [type(element) for element in elements] == [
        TitlePage, Section, Synopsis, SceneHeading, Action, Dialogue, Dialogue, Dialogue, Boneyard, SceneHeading,
        Action, Lyrics, Centered, Transition, Transition, PageBreak, Note,
    ]  # fmt: skip
    expected = [
        ("Act one", "They retire.", "EXT. BRICK'S PATIO - DAY"),
        "A gorgeous day.   The sun is shining.\n    But BRICK isn't.",
        "CUT: INT. TRAILER - DAY\n\nNothing happens.",
        ("SNIPER SCOPE POV", "BRICK\nshoots.", "A song without a singer", "THE END", "SMASH CUT TO:", "Fade to black."),
        "A note on\nits own",
    ]
    texts = [element.text for element in elements if not isinstance(element, TitlePage | Dialogue | PageBreak)]
    assert texts == [*expected[0], expected[1], expected[2], *expected[3], expected[4]]
    assert elements[1] == Section("# Act one\n", "Act one", level=1)
    assert elements[3] == SceneHeading("EXT. BRICK'S PATIO - DAY #1A#\n", "EXT. BRICK'S PATIO - DAY", "1A")


def test_dialogue_holds_who_speaks_and_how() -> None:
    steel, brick, mcclane = Screenplay.parse(SCRIPT).dialogues()
    assert (steel.character, steel.extensions, steel.dual) == ("STEEL", (), False)
    assert steel.parts == (Parenthetical("beer raised"), Speech("To retirement.\n\nAt last!"))
    assert steel.text == "To retirement.\n\nAt last!"
    assert (brick.character, brick.extensions, brick.dual) == ("BRICK", ("O.S.", "on the radio"), True)
    assert brick.parts == (Speech("To retirement."), Speech("La la!", sung=True))
    assert mcclane.character == "McCLANE"


def test_the_title_page_is_read() -> None:
    play = Screenplay.parse(SCRIPT)
    assert (play.title, play.author) == ("BRICK & STEEL FULL RETIRED", "Ada Fisher")
    assert play.title_page.get("DRAFT date") == "1/20/2012"
    assert play.title_page.get("contact") == ""
    untitled = Screenplay.parse("FADE IN:\n\nNight.\n")
    assert (untitled.title, untitled.title_page.fields) == ("", ())
    assert isinstance(untitled.elements[0], Action)


def test_characters_and_their_lines() -> None:
    play = Screenplay.parse("ANNA\nOne.\n\nBOB (V.O.)\nTwo.\n\n@Anna\nThree.\n")
    assert play.characters == ("ANNA", "BOB")
    assert [line.text for line in play.lines("anna")] == ["One.", "Three."]
    assert play.lines("Carl") == ()


def test_scenes_run_from_heading_to_heading() -> None:
    play = Screenplay.parse("Before.\n\nINT. A - DAY\n\nIn A.\n\nANNA\nHi.\n\nEXT. B - NIGHT\n")
    assert [scene.heading and scene.heading.text for scene in play.scenes] == [None, "INT. A - DAY", "EXT. B - NIGHT"]
    assert [[type(one).__name__ for one in scene.elements] for scene in play.scenes] == [
        ["Action"],
        ["Action", "Dialogue"],
        [],
    ]
    assert Screenplay.parse("").scenes == ()


def test_notes_are_found_wherever_they_stand() -> None:
    play = Screenplay.parse("A [[one]] b.\n\nANNA\nHi [[two\nlines]] you.\n\n/* [[cut]] */\n\n[[three /* and */]]\n")
    assert play.notes == ("one", "two\nlines", "three /* and */")
    assert play.lines("ANNA")[0].text == "Hi  you."


@pytest.mark.parametrize(
    "heading",
    [
        "INT. HOUSE",
        "ext house",
        "Est. LONDON",
        "INT./EXT. CAR",
        "INT/EXT CAR",
        "I/E. CAR",
        "  INT. HOUSE",
        ".FLASHBACK",
    ],
)
def test_what_is_a_scene_heading(heading: str) -> None:
    assert isinstance(only(heading), SceneHeading)
    assert isinstance(parsed(f"Before.\n{heading}\n")[0], Action)  # no blank line before it
    assert isinstance(parsed(f"{heading}\nAfter.\n")[0], SceneHeading)


@pytest.mark.parametrize(
    ("heading", "setting"),
    [
        ("INT. HOUSE - DAY", "HOUSE - DAY"),
        ("ext house", "house"),
        ("INT./EXT. CAR - NIGHT", "CAR - NIGHT"),
        ("INT. / EXT. CAR", "CAR"),
        ("EXT/INT CAR", "CAR"),
        ("I/E. **CAR**", "CAR"),
        ("I/E CAR #3#", "CAR"),
        (".INTERLUDE", "INTERLUDE"),
        ("INT.", ""),
    ],
)
def test_where_a_scene_plays(heading: str, setting: str) -> None:
    found = only(heading)
    assert isinstance(found, SceneHeading)
    assert found.setting == setting


@pytest.mark.parametrize("text", ["INTERIOR HOUSE", "...and then", ".", "..", "INTEGER", ". x"])
def test_what_is_no_scene_heading(text: str) -> None:
    assert isinstance(only(text), Action)


@pytest.mark.parametrize(
    ("text", "character"),
    [
        ("ANNA\nHi.", "ANNA"),
        ("R2D2\nHi.", "R2D2"),
        ("\t\tANNA\n\t\tHi.", "ANNA"),
        ("ANNA (on the radio)\nHi.", "ANNA"),
        ("@Łucja\nHi.", "Łucja"),
        ("@小明\n你好。", "小明"),
        ("ÉMILE\nHi.", "ÉMILE"),
        ("ANNA [[who?]]\nHi.", "ANNA"),
        ("ANNA\n/* slower */\nHi.", "ANNA"),
        ("ANNA\n  \nHi.", "ANNA"),
    ],
)
def test_who_is_a_character(text: str, character: str) -> None:
    element = only(text)
    assert isinstance(element, Dialogue)
    assert (element.character, element.text) == (character, text.split("\n")[-1].strip())


@pytest.mark.parametrize(
    "text",
    [
        "ANNA",
        "ANNA\n\nHi.",
        "Anna\nHi.",
        "23\nHi.",
        "小明\n你好。",
        "!ANNA\nHi.",
        "x\nANNA\nHi.",
        "ANNA (V.O. x\nHi.",
        "@\nHi.",
    ],
)
def test_who_is_no_character(text: str) -> None:
    assert not any(isinstance(element, Dialogue) for element in parsed(text))


@pytest.mark.parametrize("text", ["CUT TO:", "  SMASH CUT TO:", "> Burn to pink."])
def test_what_is_a_transition(text: str) -> None:
    assert isinstance(only(text), Transition)


@pytest.mark.parametrize("text", ["Cut to:", "CUT TO", "FADE IN:", "He points TO:"])
def test_what_is_no_transition(text: str) -> None:
    assert isinstance(only(text), Action)


def test_what_is_not_closed_is_no_comment() -> None:
    assert only("A /* b [[ c") == Action("A /* b [[ c", "A /* b [[ c")
    assert [element.text for element in parsed("A [[ b\n\nc ]] d")] == ["A [[ b", "c ]] d"]  # over an empty line
    assert only("A [[ b\n  \nc ]] d") == Action("A [[ b\n  \nc ]] d", "A  d")
    assert only("*/ A ]]").text == "*/ A ]]"


def test_comments_are_seen_through() -> None:
    assert only("A [[ b /* c */ d ]] e").text == "A  e"
    assert only("He walks /* and\n\nINT. X\n\nruns */ on.").text == "He walks  on."
    assert isinstance(parsed("# Act\n[[note]]\nANNA\nHi.\n")[-1], Dialogue)


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_ends_do_not_matter_and_are_kept(end: str) -> None:
    text = SCRIPT.replace("\n", end)
    play = Screenplay.parse(text)
    assert play.text == text
    assert play.to_json() == Screenplay.parse(SCRIPT).to_json()
    assert play.notes == Screenplay.parse(SCRIPT).notes


def test_elements_are_told_to_machines() -> None:
    assert Screenplay.parse("ANNA (V.O.)\n(low)\nHi.\n").to_json() == [
        {
            "type": "Dialogue",
            "character": "ANNA",
            "extensions": ["V.O."],
            "parts": [{"type": "Parenthetical", "text": "low"}, {"type": "Speech", "text": "Hi.", "sung": False}],
            "dual": False,
        }
    ]


MARKS = st.text(alphabet=".>@!~#=*_[]/()^:- \t\r\n\ufeffAab", max_size=80)
PIECES = st.lists(
    st.sampled_from(
        ["INT. A", "ANNA", "(x)", "Hi.", "/*", "*/", "[[", "]]", "\n", "\n\n", "\r\n", "\r", "  ", "~la", "> x <",
         "CUT TO:", "===", "= s", "# a", "!a", "@b", ".c", "Title: x", "   y", "^", "#1#", "\ufeff"]
    )
)  # fmt: skip


@given(st.one_of(st.text(), MARKS, PIECES.map("".join)))
@example(SCRIPT)
@example("\ufeffTitle: A\r\n\r\n\rINT. X\r\n")
@example("/*/")
@example("[[/*]]*/")
@example("A\r/*\r\n*/\n")
def test_any_text_comes_back_whole(text: str) -> None:
    play = Screenplay.parse(text)
    assert play.text == text
    assert all(element.source for element in play.elements)
    assert Screenplay.parse(play.text) == play
    assert sum(len(play.lines(name)) for name in play.characters) == len(list(play.dialogues()))


@given(st.one_of(st.text(), MARKS))
def test_any_file_comes_back_byte_for_byte(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    folder = tmp_path_factory.mktemp("script")
    (folder / "a.fountain").write_bytes(text.encode() or b"\n")
    Screenplay.open(folder / "a.fountain").save(folder / "b.fountain")
    assert (folder / "b.fountain").read_bytes() == (folder / "a.fountain").read_bytes()


@pytest.mark.parametrize(
    "text",
    ["/*" * 50_000, "[[" * 50_000 + "]]" * 50_000, "A" + " " * 100_000 + "x", "[[/**/" * 20_000 + "]]", "(" * 100_000,
     "/*\n*/" * 20_000, "\n" * 100_000, "A\n/**/\n" * 10_000, "A (b" * 20_000 + "\nx"],
    ids=range(9),
)  # fmt: skip
@pytest.mark.timeout(60)
def test_hostile_text_takes_no_longer_than_other(text: str) -> None:
    assert Screenplay.parse(text).text == text


@pytest.mark.parametrize("data", [b"", b"\xff\xfeT\x00", b"caf\xe9"])
def test_a_file_that_is_no_text_is_said(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "a.fountain"
    path.write_bytes(data)
    with pytest.raises(MediaError) as caught:
        Screenplay.open(path)
    assert repr(str(path)) in str(caught.value)
    assert "\n" not in str(caught.value)
