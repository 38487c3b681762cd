"""The colour table that brings HDR to BT.709: black, white and mid-tones lie where the standards put them."""

from itertools import pairwise

import numpy as np
import pytest

from laterna.media.hdr import HLG, PQ, cube, rolled_off


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
    lines = cube(PQ, size=3).splitlines()
    assert lines[0] == "LUT_3D_SIZE 3"
    assert len(lines) == 28
    red, green, blue = map(float, lines[3].split())  # red full, green and blue none
    assert red > 0.9
    assert max(green, blue) < 0.1
