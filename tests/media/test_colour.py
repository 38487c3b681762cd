"""The colour tables that bring HDR and wide gamuts to BT.709: lights lie where the standards put them."""

from itertools import pairwise

import numpy as np
import pytest

from laterna.media.colour import HLG, PQ, clipped, cube, rolled_off


def greys(levels: list[float]) -> np.ndarray:
    return np.repeat(np.array(levels)[:, None], 3, axis=1)


@pytest.mark.parametrize("transfer", [PQ, HLG])
def test_greys_stay_grey_and_in_order_and_only_the_top_is_white(transfer: int) -> None:
    shown = rolled_off(greys(np.linspace(0, 1, 50).tolist()), transfer)
    assert np.allclose(shown, shown[:, :1], atol=2e-3)
    assert shown[0, 0] == pytest.approx(0, abs=1e-3)
    assert all(a < b + 1e-4 for a, b in pairwise(shown[:, 0]))
    assert shown[:-3].max() < 1 <= shown[-1, 0] + 0.01


def test_pq_diffuse_white_is_bright_but_not_clipped() -> None:
    code_203 = 0.5807  # SMPTE ST 2084 of 203 cd/m2, BT.2408-7 table 1
    assert 0.9 < rolled_off(greys([code_203]), PQ)[0, 0] < 0.96


def test_hlg_diffuse_white_is_bright_but_not_clipped() -> None:
    assert 0.9 < rolled_off(greys([0.75]), HLG)[0, 0] < 0.96  # BT.2408-7: 75 % HLG is diffuse white


def test_mid_tones_keep_their_light() -> None:
    code_26 = 0.38  # 26 cd/m2, 18 % grey under 203 cd/m2: SMPTE ST 2084
    assert rolled_off(greys([code_26]), PQ)[0, 0] == pytest.approx((26 / 203) ** (1 / 2.4), abs=0.02)


def test_the_cube_counts_red_fastest() -> None:
    lines = cube(PQ, "bt2020", size=3).splitlines()
    assert lines[0] == "LUT_3D_SIZE 3"
    assert len(lines) == 28
    red, green, blue = map(float, lines[3].split())  # red full, green and blue none
    assert red > 0.9
    assert max(green, blue) < 0.1


@pytest.mark.parametrize("gamut", ["bt2020", "smpte432"])
def test_a_wide_gamut_keeps_its_greys_and_makes_its_colours_purer_until_they_clip(gamut: str) -> None:
    levels = greys([0, 0.2, 0.5, 1])
    assert clipped(levels, gamut) == pytest.approx(levels, abs=2e-3)
    (dull, pure) = clipped(np.array([[0.6, 0.5, 0.5], [1.0, 0.0, 0.0]]), gamut)
    assert dull[0] > 0.6
    assert dull[1] < 0.5
    assert pure == pytest.approx([1, 0, 0])


def test_a_colour_of_p3_is_that_of_bt709_with_the_same_light() -> None:
    """The red of BT.709, in P3: (0.8225, 0.0332, 0.0171) of linear light."""
    red = np.array([[0.8225, 0.0332, 0.0171]]) ** (1 / 2.4)
    assert clipped(red, "smpte432") ** 2.4 == pytest.approx(np.array([[1, 0, 0]]), abs=2e-3)
