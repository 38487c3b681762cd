"""Drawing: right colours, smooth edges, exact masks."""

import av
import numpy as np
import pytest

from laterna.theatre.canvas import Canvas, View, disc, smooth, trace
from laterna.theatre.palette import ink, oklab, srgb, yuv


def grey(width=64, height=48, **options):
    canvas = Canvas(width, height, **options)
    canvas.y[:], canvas.u[:], canvas.v[:] = 128, 128, 128
    return canvas


@pytest.mark.parametrize("rgb", [(255, 255, 255), (0, 0, 0), (200, 40, 30), (20, 90, 210), (90, 160, 60)])
def test_an_ink_is_the_colour_that_a_player_shows(rgb):
    canvas = grey()
    square = np.array([-5 - 5j, 80 - 5j, 80 + 60j, -5 + 60j])
    canvas.paint([(square, ink(oklab(np.array(rgb) / 255)))])
    assert np.abs(canvas.rgb().astype(int) - rgb).max() <= 4


def test_inks_agree_with_ffmpegs_bt709():
    rgb = np.random.default_rng(1).integers(0, 256, (16, 16, 3), np.uint8)
    frame = av.VideoFrame.from_ndarray(rgb, format="rgb24").reformat(format="yuv444p", dst_colorspace="ITU709")
    planes = np.stack([np.frombuffer(memoryview(p), np.uint8).reshape(16, -1)[:, :16] for p in frame.planes], axis=-1)
    assert np.abs(yuv(oklab(rgb / 255)) - planes).max() < 1.6


def test_oklab_goes_there_and_back():
    rgb = np.random.default_rng(2).random((50, 3))
    np.testing.assert_allclose(srgb(oklab(rgb)), rgb, atol=1e-5)


def test_edges_are_smooth():
    canvas = grey()
    canvas.paint([(disc(30 + 24j, 15.0), (16, 128, 128))])
    assert canvas.y[24, 30] == 16
    assert canvas.y[2, 2] == 128
    assert ((canvas.y > 30) & (canvas.y < 115)).sum() > 20


def test_colour_lies_under_its_shape():
    canvas = grey()
    canvas.paint([(np.array([20 + 10j, 50 + 10j, 50 + 40j, 20 + 40j]), (128, 200, 60))])
    assert (canvas.u[7:18, 12:23] == 200).all()
    assert (canvas.v[7:18, 12:23] == 60).all()
    assert (canvas.u[:, :8] == 128).all()
    assert (canvas.u[:, 28:] == 128).all()


def test_the_mask_has_a_shape_where_it_covers_half_a_pixel():
    canvas = grey(masked=True)
    canvas.paint([(disc(30 + 24j, 15.0, 200), (16, 128, 128))], label=2)
    assert np.array_equal(canvas.mask == 2, canvas.y <= 72)  # half-way from the grey to the ink
    assert (canvas.mask == 2).sum() == pytest.approx(np.pi * 15.5**2, rel=0.05)
    assert set(np.unique(canvas.mask)) == {0, 2}


def test_what_hides_an_actor_clears_the_mask():
    canvas = grey(masked=True)
    canvas.paint([(disc(30 + 24j, 15.0), (16, 128, 128))], label=1)
    canvas.paint([(disc(30 + 24j, 18.0), (90, 128, 128))], label=0)
    assert not canvas.mask.any()


def test_shapes_out_of_sight_change_nothing():
    canvas, untouched = grey(masked=True), grey()
    canvas.paint([(disc(500 + 24j, 15.0), (16, 128, 128)), (disc(-90 - 80j, 15.0), (16, 128, 128))], label=1)
    assert np.array_equal(canvas.i420, untouched.i420)
    assert not canvas.mask.any()


def test_a_view_turns_the_stage_into_pixels():
    view = View(scale=100, centre=1 + 0.5j, middle=64 + 36j)
    assert view(np.array([1 + 0.5j, 2 + 0.5j])).tolist() == [64 + 36j, 164 + 36j]
    assert view.zoomed(0.5)(np.array([2 + 0.5j])).tolist() == [82 + 18j]


def test_a_smooth_curve_passes_through_its_points():
    points = trace("0,0 100,0 100,100 0,100")
    curve = smooth(points, 5)
    assert len(curve) == 20
    np.testing.assert_allclose(curve[::5], points, atol=1e-12)


def test_washing_and_exposing_keep_legal_levels():
    canvas = grey()
    canvas.expose(5.0)
    canvas.wash((235, 128, 128), 1.0)
    assert (canvas.y == 235).all()
