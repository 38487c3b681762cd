"""A source's pictures made like all others: upright, square, BT.709, of the size and pixel format asked for.

FFmpeg's filters do it, in one graph for each kind of picture that a file holds. See ``video.py`` for the policy.
"""

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import av
from av.filter import Graph

from laterna.media import colour

if TYPE_CHECKING:
    from laterna.media.video import Video

Fit = Literal["crop", "pad", "stretch"]
PixelFormat = Literal["yuv420p", "rgb24"]

WHOLE = Fraction(1)  # the zoom of a picture that is shown whole

# ITU-T H.273 matrix coefficients and colour primaries, by FFmpeg's names
_MATRICES = {1: "bt709", 4: "fcc", 5: "bt470bg", 6: "smpte170m", 7: "smpte240m", 9: "bt2020", 10: "bt2020"}
_WIDE_GAMUTS = {9: "bt2020", 12: "smpte432"}
_FULL_RANGE = 2


@dataclass
class Conformer:
    """Filter graphs for one file's pictures, made when first needed and kept by what they do."""

    video: "Video"

    def __post_init__(self) -> None:
        self._graphs: dict[Any, tuple[Any, Any, Any]] = {}

    def __call__(
        self,
        picture: av.VideoFrame,
        size: tuple[int, int] | None,
        pixels: PixelFormat,
        fit: Fit,
        zoom: Fraction = WHOLE,
    ) -> av.VideoFrame:
        size = size or self.video.size
        if zoom == WHOLE and self._is_conformed(picture, size, pixels):
            return picture
        key = (picture.width, picture.height, picture.format.name, picture.interlaced_frame, size, pixels, fit, zoom)
        if key not in self._graphs:
            self._graphs[key] = self._graph(picture, size, pixels, fit, zoom)
        _, source, sink = self._graphs[key]
        source.push(picture)
        return sink.pull()

    def _is_conformed(self, picture: av.VideoFrame, size: tuple[int, int], pixels: PixelFormat) -> bool:
        video = self.video
        return (
            (picture.width, picture.height) == size == video.size
            and picture.format.name == pixels == "yuv420p"
            and not picture.interlaced_frame
            and video.rotation == video.blanking == 0
            and video.matrix == "bt709"
            and not is_full_range(picture)
            and video.wide_gamut is None
        )

    def _graph(
        self, picture: av.VideoFrame, size: tuple[int, int], pixels: PixelFormat, fit: Fit, zoom: Fraction
    ) -> tuple[Any, Any, Any]:
        graph = Graph()
        source = graph.add_buffer(
            width=picture.width, height=picture.height, format=picture.format, time_base=self.video.time_base
        )
        node = source
        with tempfile.TemporaryDirectory() as folder:  # for a table that the filter reads when it is made
            for name, options in self._filters(picture.interlaced_frame, size, pixels, fit, zoom, Path(folder)):
                following = graph.add(name, **options)
                node.link_to(following)
                node = following
            sink = graph.add("buffersink")
            node.link_to(sink)
            graph.configure()
        return graph, source, sink

    def _filters(
        self,
        interlaced: bool,
        size: tuple[int, int],
        pixels: PixelFormat,
        fit: Fit,
        zoom: Fraction,
        folder: Path,
    ) -> Iterator[tuple[str, dict[str, str]]]:
        video = self.video
        if interlaced:  # both fields at once would comb what moves
            yield "field", {"type": "top"}
        if video.blanking:
            yield "crop", {"w": f"iw-{2 * video.blanking}"}
        if video.rotation == 90:
            yield "transpose", {"dir": "cclock"}
        elif video.rotation == 270:
            yield "transpose", {"dir": "clock"}
        elif video.rotation == 180:
            yield "hflip", {}
            yield "vflip", {}
        if zoom != WHOLE:
            yield "crop", {"w": f"iw/({zoom})", "h": f"ih/({zoom})"}
        (width, height), (shown_width, shown_height) = size, video.size
        inner = size
        if fit != "stretch" and abs(width * shown_height - height * shown_width) > max(width, height):
            wide = width * shown_height < height * shown_width  # the source is wider than what is wanted
            if fit == "crop":
                share = Fraction(width * shown_height, height * shown_width)
                yield "crop", {"w": f"iw*{share}"} if wide else {"h": f"ih/({share})"}
            elif wide:
                inner = (width, _even(Fraction(width * shown_height, shown_width)))
            else:
                inner = (_even(Fraction(height * shown_width, shown_height)), height)
        scale = {"w": str(inner[0]), "h": str(inner[1]), "flags": "bicubic"}
        if video.wide_gamut:
            yield "scale", scale | {"in_color_matrix": video.matrix, "out_range": "full"}
            yield "format", {"pix_fmts": "gbrp10le"}
            table = folder / "colour.cube"
            table.write_text(colour.cube(video.transfer, video.wide_gamut))
            yield "lut3d", {"file": str(table)}
            yield "setparams", {"color_trc": "bt709", "color_primaries": "bt709"}
            scale = {}
        else:
            scale |= {"in_color_matrix": video.matrix}
        yield "scale", scale | {"out_color_matrix": "bt709", "out_range": "full" if pixels == "rgb24" else "limited"}
        yield "format", {"pix_fmts": pixels}
        if inner != size:
            yield "pad", {"w": str(width), "h": str(height), "x": "(ow-iw)/2", "y": "(oh-ih)/2"}
        yield "setsar", {"sar": "1"}


def matrix(picture: av.VideoFrame) -> str:
    """The matrix of a picture's colours: its tag's, else BT.601's below 720 lines and BT.709's from there on."""
    by_size = "bt709" if picture.height >= 720 or picture.width >= 1280 else "smpte170m"
    return _MATRICES.get(int(picture.colorspace), "bt2020" if is_hdr(picture) else by_size)


def wide_gamut(picture: av.VideoFrame) -> str | None:
    """The primaries of a picture that can be more colourful than BT.709, "bt2020" or "smpte432" (P3); None of others.

    HDR is always in those of BT.2020.
    """
    return "bt2020" if is_hdr(picture) else _WIDE_GAMUTS.get(int(picture.color_primaries))


def is_full_range(picture: av.VideoFrame) -> bool:
    """Whether a picture's samples use all of 0..255 (of 8 bits), not 16..235."""
    return int(picture.color_range) == _FULL_RANGE


def is_hdr(picture: av.VideoFrame) -> bool:
    """Whether a picture's transfer is PQ or HLG."""
    return int(picture.color_trc) in (colour.PQ, colour.HLG)


def _even(value: Fraction) -> int:
    return max(2, round(value / 2) * 2)
