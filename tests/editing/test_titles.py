"""Type is set within the safe area, legible on any picture, in Latin and Chinese, and never as boxes."""

from fractions import Fraction

import numpy as np
import pytest
from PIL import Image, features

from laterna.editing import title
from laterna.editing.titles import drawn, fade_frames
from laterna.editing.typography import SANS, SERIF, Line, clean
from laterna.errors import DataError
from laterna.media.fonts import FONTS

SIZES = [(1280, 720), (640, 360), (720, 1280)]
TEXTS = {
    "title": [
        "The Quiet Hour\nA film from a table top",
        "皮影戏的夜晚",
        "A Very Long Title That Will Not Fit on One Line",
    ],
    "lower_third": ["Ada Lovelace\nMathematician, London", "洛芙莱斯"],
    "end": ["The End\nShot and cut by Laterna", "剧终"],
    "caption": [
        "The wind came down from the hills,\nand nobody in the valley slept.",
        "风从山上吹下来，\n山谷里没有人睡着。",
    ],
}
CASES = [(style, text, size) for style, texts in TEXTS.items() for text in texts for size in SIZES]


def ink(style: str, text: str, size: tuple[int, int]) -> np.ndarray:
    """Where the type itself is: rows, columns of a mask."""
    frame = np.asarray(title(text, style=style, size=size))
    return (frame[..., :3].min(axis=2) > 200) & (frame[..., 3] > 200)


@pytest.mark.parametrize(("style", "text", "size"), CASES)
def test_type_stays_in_the_title_safe_area(style, text, size):
    rows, columns = np.nonzero(ink(style, text, size))
    assert len(rows) > 50
    for places, side in ((rows, size[1]), (columns, size[0])):
        assert places.min() >= 0.05 * side - 1
        assert places.max() <= 0.95 * side + 1


@pytest.mark.parametrize("size", SIZES)
def test_captions_lie_in_the_lower_part_and_in_the_middle(size):
    rows, columns = np.nonzero(ink("caption", TEXTS["caption"][0], size))
    assert rows.min() > 0.6 * size[1]
    assert abs((columns.min() + columns.max()) / 2 - size[0] / 2) < 0.01 * size[0] + 1


@pytest.mark.parametrize(("style", "text", "size"), CASES)
def test_white_type_is_legible_even_on_white(style, text, size):
    frame = Image.new("RGBA", size, "white")
    frame.alpha_composite(title(text, style=style, size=size))
    gray = np.asarray(frame.convert("L"))
    mask = Image.fromarray(ink(style, text, size))
    around = np.asarray(mask.resize((size[0] // 4, size[1] // 4)).resize(size)) & ~np.asarray(mask)
    assert np.percentile(gray[around], 20) < 150
    assert np.median(gray[np.asarray(mask)]) > 240


@pytest.mark.parametrize("style", TEXTS)
def test_a_smaller_frame_has_the_same_picture(style):
    large = title(TEXTS[style][0], style=style, size=(1280, 720)).resize((320, 180), Image.Resampling.BOX)
    small = title(TEXTS[style][0], style=style, size=(320, 180))
    difference = np.abs(np.asarray(large, int)[..., 3] - np.asarray(small, int)[..., 3])
    assert difference.mean() < 4


def test_an_overlay_is_no_larger_than_what_it_shows_and_lies_on_the_chroma_grid():
    overlay = drawn("Hello.", "caption", (1280, 720))
    assert overlay.image.width < 300
    assert overlay.image.height < 150
    assert all(number % 2 == 0 for number in (overlay.left, overlay.top, *overlay.image.size))


def test_characters_that_no_font_has_are_named():
    with pytest.raises(DataError, match=r"lack ש \(U\+05E9\), 🐉 \(U\+1F409\)"):
        clean("Dragon 🐉 ש")


@pytest.mark.parametrize("size", [(0, 0), (1, 1), (15, 320), (320, 99_999), (-320, 180)])
def test_a_size_in_which_nothing_can_be_set_is_refused(size):
    with pytest.raises(DataError, match="both sides must be 16 to 16384 pixels"):
        title("Hello", size=size)


def test_an_unknown_style_is_refused():
    with pytest.raises(DataError, match="use one of title, lower_third, end, caption"):
        drawn("Hello", "headline", (320, 180))


def test_text_is_composed_and_freed_of_what_cannot_be_seen():
    assert clean("Cafe\u0301 \u200b\ufeff de\tla  Paix \n\n Paris") == "Café de la Paix\nParis"


def test_nothing_is_drawn_for_no_text():
    assert drawn(" \n ", "title", (320, 180)) is None


def test_rare_hanzi_take_the_whole_line_to_the_font_that_has_them():
    names = {name for name, *_ in Line("魑魅之夜", SERIF)._letters()}
    assert names == {"NotoSansSC-Medium.ttf"}
    assert {name for name, *_ in Line("皮影戏", SERIF)._letters()} == {"NotoSerifSC-SemiBold.ttf"}


def test_letters_are_kerned_and_scale_exactly():
    assert Line("AV", SANS, 100).width < Line("A", SANS, 100).width + Line("V", SANS, 100).width
    assert Line("The wind", SANS, 36).width == pytest.approx(2 * Line("The wind", SANS, 18).width)


def test_titles_fade_and_captions_do_not():
    assert fade_frames("title", Fraction(25), 100) == 20
    assert fade_frames("title", Fraction(25), 12) == 3
    assert fade_frames("caption", Fraction(25), 100) == 0


def test_the_fonts_ship_with_their_licence_and_raqm_shapes_them():
    assert "SIL OPEN FONT LICENSE Version 1.1" in (FONTS / "OFL.txt").read_text()
    assert sum(font.stat().st_size for font in FONTS.glob("*.ttf")) < 5_000_000
    assert features.check("raqm")
