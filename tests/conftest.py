"""Small synthetic media that any test may make, and the shared real data.

Made pictures move and differ from frame to frame, and made sound is a tone, so that a lost, repeated or shifted
piece shows. Every maker returns the path it wrote.
"""

import io
import signal
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction
from pathlib import Path

import hypothesis
import numpy as np
import pytest
from PIL import Image

from laterna.media.audio import write_audio
from laterna.media.encode import Encoding, VideoWriter
from laterna.media.timecode import Timecode

hypothesis.settings.register_profile("untimed", deadline=None)  # machines are busy: no test hangs on how fast one is
hypothesis.settings.load_profile("untimed")

Colour = tuple[int, int, int]

_DATA = Path(__file__).parents[2] / "shared" / "data"
_BLOCK = 4_800


def moving_picture(index: int, size: tuple[int, int], colour: Colour) -> np.ndarray:
    """An RGB picture (height, width, 3): a soft gradient of ``colour`` crossed by a bright bar that moves."""
    width, height = size
    shade = 0.4 + 0.6 * np.add.outer(np.linspace(0, 0.5, height), np.linspace(0, 0.5, width))
    picture = (shade[..., None] * np.array(colour)).astype(np.uint8)
    left = index * 3 % width
    picture[:, left : left + max(2, width // 16)] = 240
    return picture


def tone(seconds: Fraction | float, sample_rate: int, channels: int, hertz: float, peak: float) -> Iterator[np.ndarray]:
    """Blocks of a sine, (samples, channels) float32."""
    count = round(seconds * sample_rate)
    for first in range(0, count, _BLOCK):
        times = np.arange(first, min(first + _BLOCK, count)) / sample_rate
        wave = (peak * np.sin(2 * np.pi * hertz * times)).astype(np.float32)
        yield np.repeat(wave[:, None], channels, axis=1)


@pytest.fixture(scope="session", autouse=True)
def ctrl_c_is_heard() -> Iterator[None]:
    """Let what the tests start hear Ctrl-C, even where a script's shell has the tests ignore it in the background.

    A process that ignores a signal hands that on to those it starts, and Python's then leave it ignored.
    """
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.fixture(scope="session")
def make_film() -> Callable[..., Path]:
    """``make_film(path, seconds=2, ...)``: a film of moving pictures; ``shots`` are the colours of equally long shots.

    ``sound`` is True for a tone, False for none, or (samples, 2) float32 at 48 kHz. A ``.webm`` is VP9 and Opus.
    """

    def make(
        path: Path,
        *,
        seconds: Fraction | float = 2,
        size: tuple[int, int] = (160, 90),
        rate: Fraction | int = 25,
        shots: Sequence[Colour] = ((200, 120, 60),),
        sound: bool | np.ndarray = True,
        timecode: str | None = None,
        reel: str | None = None,
        gop: int = 12,
    ) -> Path:
        rate = Fraction(rate)
        encoding = Encoding(size, rate, "vp9" if path.suffix == ".webm" else "h264", "ultrafast", gop=gop)
        start = None if timecode is None else Timecode.parse(timecode, rate)
        frames = round(seconds * rate)
        silent = sound is False
        with VideoWriter(path, encoding, sample_rate=None if silent else 48_000, timecode=start, reel=reel) as film:
            for index in range(frames):
                film.write(moving_picture(index, size, shots[index * len(shots) // frames]))
            if not silent:
                blocks = [sound] if isinstance(sound, np.ndarray) else tone(seconds, 48_000, 2, 440, 0.3)
                for block in blocks:
                    film.write_audio(block)
        return path

    return make


@pytest.fixture(scope="session")
def make_sound() -> Callable[..., Path]:
    """``make_sound(path, seconds=2, ...)``: a tone as ``.wav``, ``.flac`` or ``.ogg``."""

    def make(
        path: Path,
        *,
        seconds: Fraction | float = 2,
        sample_rate: int = 48_000,
        channels: int = 2,
        hertz: float = 440,
        peak: float = 0.3,
    ) -> Path:
        write_audio(path, tone(seconds, sample_rate, channels, hertz, peak), sample_rate=sample_rate)
        return path

    return make


_XHTML = '<html xmlns="http://www.w3.org/1999/xhtml" xmlns:epub="http://www.idpf.org/2007/ops"><body>{}</body></html>'
_CONTAINER = """<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>
<rootfile full-path="OEBPS/book.opf" media-type="application/oebps-package+xml"/></rootfiles></container>"""
_PACKAGE = """<package xmlns="http://www.idpf.org/2007/opf" version="3.0">
<metadata xmlns:dc="http://purl.org/dc/elements/1.1/">{metadata}</metadata>
<manifest><item id="nav" href="nav.xhtml" media-type="application/xhtml+xml" properties="nav"/>
<item id="cover" href="cover.png" media-type="image/png" properties="cover-image"/>{items}</manifest>
<spine>{spine}</spine></package>"""
_METADATA = "<dc:title>The Lamps</dc:title><dc:creator>Ada Fisher</dc:creator><dc:language>en-GB</dc:language>"


@pytest.fixture(scope="session")
def make_epub() -> Callable[..., Path]:
    """``make_epub(path, {"one.xhtml": "<h1>One</h1><p>...</p>"}, contents={"one.xhtml": "1. One"})``: an EPUB 3.

    ``documents`` are the spine's bodies by name; ``files`` are further members, or replace those that were made;
    None leaves one out.
    """

    def make(
        path: Path,
        documents: Mapping[str, str],
        *,
        contents: Mapping[str, str] | None = None,
        metadata: str = _METADATA,
        files: Mapping[str, str | bytes | None] | None = None,
    ) -> Path:
        cover = io.BytesIO()
        Image.new("RGB", (60, 90), (60, 90, 140)).save(cover, "PNG")
        items = "".join(f'<item id="{name}" href="{name}" media-type="application/xhtml+xml"/>' for name in documents)
        spine = "".join(f'<itemref idref="{name}"/>' for name in documents)
        linked = "".join(f'<li><a href="{link}">{title}</a></li>' for link, title in (contents or {}).items())
        members: dict[str, str | bytes | None] = {
            "mimetype": "application/epub+zip",
            "META-INF/container.xml": _CONTAINER,
            "OEBPS/book.opf": _PACKAGE.format(metadata=metadata, items=items, spine=spine),
            "OEBPS/nav.xhtml": _XHTML.format(f'<nav epub:type="toc"><ol>{linked}</ol></nav>'),
            "OEBPS/cover.png": cover.getvalue(),
            **{f"OEBPS/{name}": _XHTML.format(body) for name, body in documents.items()},
            **(files or {}),
        }
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, member in members.items():
                if member is not None:
                    archive.writestr(name, member)
        return path

    return make


@pytest.fixture(scope="session")
def data() -> Path:
    """The folder of shared real data; a test that needs it is skipped where it is absent."""
    if not _DATA.is_dir():
        pytest.skip("the shared real data do not lie beside this checkout")
    return _DATA
