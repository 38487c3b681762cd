"""A film given other sound: its pictures are copied packet by packet, never encoded again."""

import heapq
import io
import os
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
from av.stream import Disposition

from laterna.errors import DataError, MediaError
from laterna.media.encode import Codec
from laterna.media.files import quoted, written_whole
from laterna.media.languages import iso639_2, quicktime
from laterna.media.video import Video, opened

_FORMATS: Mapping[str, tuple[str, Codec]] = {  # libav's name, and the pictures that go with the sound it takes
    ".mp4": ("mp4", "h264"),
    ".m4v": ("mp4", "h264"),
    ".mov": ("mov", "h264"),
    ".mkv": ("matroska", "h264"),
    ".webm": ("webm", "vp9"),
}
_OWN_TAGS = ("major_brand", "minor_version", "compatible_brands", "encoder", "duration", "vendor_id", "handler_name")


def sound_codec(path: str | os.PathLike[str]) -> Codec:
    """How sound is to be coded (see :func:`laterna.media.encode.encode_sound`) for a film of that suffix.

    Raises:
        DataError: no film is written under it.
    """
    suffix = Path(path).suffix.lower()
    if suffix not in _FORMATS:
        raise DataError(f"{quoted(path)} names no film format that can be written: use {', '.join(_FORMATS)}.")
    return _FORMATS[suffix][1]


def resound(
    film: Video,
    path: str | os.PathLike[str],
    sound: str | os.PathLike[str],
    *,
    language: str = "und",
    title: str = "",
    comment: str = "",
    keep_sound: bool = False,
) -> None:
    """Write a film's pictures with other sound beside them; time 0 of both is the first picture.

    Tags, time code, reel and chapters stay; subtitles are left out.

    Args:
        film: its packets are copied.
        path: .mp4, .mov, .mkv or .webm.
        sound: a file whose sound's packets are copied, as :func:`laterna.media.encode.encode_sound` makes it.
        language: the sound's, a BCP 47 tag.
        title: of the sound track.
        comment: is put after the film's own.
        keep_sound: copy the film's sound tracks after the new one.

    Raises:
        DataError: the format can't hold the film's pictures, or its sound.
        MediaError: the film is broken, or states no times for its pictures.
    """
    with ExitStack() as stack:
        temporary = stack.enter_context(written_whole(path))
        source, other = (stack.enter_context(opened(Path(one))) for one in (film.path, sound))
        out = stack.enter_context(_new(path, temporary, reel=film.reel))
        _tag(out, source, comment, film.reel)
        picture = _pictures(out, path, film, source)
        new = _Copy(out, path, other.streams.audio[0], Path(sound), Fraction(0))
        letters = quicktime(language) if out.format.name == "mov" else iso639_2(language)
        new.stream.metadata.update({"language": letters, "title": title})
        new.stream.disposition = Disposition.default | Disposition.dub
        copies = [picture, new, *_sounds(out, path, film, source, keep_sound)]
        try:
            for copy, packet in heapq.merge(*(one.packets() for one in copies), key=_when):
                packet.stream = copy.stream
                out.mux(packet)
        except (av.error.FFmpegError, ValueError) as error:
            raise _cannot_hold(path, film) from error


def check_holds(film: Video, path: str | os.PathLike[str], *, keep_sound: bool = False) -> None:
    """See that :func:`resound` could write a film's pictures to ``path``, and its sound beside another if it is kept.

    Raises:
        DataError: the format can't hold them.
    """
    try:
        with opened(film.path) as source, _new(path, io.BytesIO()) as out:
            _pictures(out, path, film, source)
            _sounds(out, path, film, source, keep_sound)
            out.start_encoding()
    except (av.error.FFmpegError, ValueError) as error:
        raise _cannot_hold(path, film) from error


def _new(path: str | os.PathLike[str], target: Path | io.BytesIO, *, reel: str | None = None) -> Any:
    """What writes to ``target`` in the format of ``path``; MP4 has room for a reel among tags of any name alone."""
    name, _ = _FORMATS[Path(path).suffix.lower()]
    movflags = (
        {"movflags": "+faststart" + "+use_metadata_tags" * bool(reel)}
        if name in ("mp4", "mov") and isinstance(target, Path)
        else {}
    )
    file = str(target) if isinstance(target, Path) else target
    return av.open(file, "w", format=name, options={"fflags": "+bitexact", **movflags})


def _pictures(out: Any, path: str | os.PathLike[str], film: Video, source: Any) -> "_Copy":
    pictures = [one for one in source.streams.video if not one.disposition & Disposition.attached_pic]
    return _Copy(out, path, pictures[0], film.path, film.start_time)


def _sounds(out: Any, path: str | os.PathLike[str], film: Video, source: Any, keep: bool) -> list["_Copy"]:
    copies = [_Copy(out, path, one, film.path, film.start_time) for one in (source.streams.audio if keep else ())]
    for copy in copies:
        copy.stream.disposition = Disposition.original
    return copies


def _cannot_hold(path: str | os.PathLike[str], film: Video) -> DataError:
    return DataError(f"{quoted(path)} can't hold what {quoted(film.path)} has: {_instead(path)}.")


class _Copy:
    """A stream of a new film that takes the packets of another's, ``start`` seconds earlier."""

    def __init__(self, out: Any, path: str | os.PathLike[str], source: Any, file: Path, start: Fraction) -> None:
        self._file, self._index, self._start = file, source.index, start
        self._name = source.codec_context.name
        try:
            self.stream = out.add_stream_from_template(source, opaque=True)
        except ValueError as error:
            raise DataError(
                f"{quoted(path)} can't hold the {self._name} of {quoted(file)}: {_instead(path)}."
            ) from error
        self.stream.metadata.update(_tags(source.metadata))

    def packets(self) -> Iterator[tuple["_Copy", Any]]:
        """The packets in order of decoding, their times counted from ``start`` on."""
        with opened(self._file) as container:
            stream = container.streams[self._index]
            shift = round(self._start / stream.time_base)
            for packet in self._stamped(container.demux(stream), stream.codec_context):
                packet.pts -= shift
                packet.dts -= shift
                yield self, packet

    def _stamped(self, packets: Iterator[Any], codec: Any) -> Iterator[Any]:
        """Packets with all their times: Matroska states none for the decoding of the first few."""
        waiting: list[Any] = []
        try:
            for packet in packets:
                if not packet.size:
                    continue
                if packet.pts is None and not getattr(codec, "has_b_frames", False):
                    packet.pts = packet.dts
                if packet.pts is None:
                    raise MediaError(
                        f"{quoted(self._file)} states no times for its {self._name}: convert it to .mkv or .mp4 first."
                    )
                waiting.append(packet)
                if packet.dts is not None:
                    yield from _backwards(waiting, packet.dts)
                    waiting = []
        except av.error.FFmpegError as error:
            raise MediaError(f"{quoted(self._file)} is broken: copy it again from its source.") from error
        yield from _backwards(waiting, min((packet.pts for packet in waiting), default=0))


def _backwards(waiting: list[Any], dts: int) -> Iterator[Any]:
    """Packets whose last one is decoded at ``dts``, those before it each a packet's duration earlier."""
    step = max(1, waiting[0].duration or 1) if waiting else 1
    for left, packet in enumerate(waiting):
        packet.dts = dts - (len(waiting) - 1 - left) * step
        yield packet


def _instead(path: str | os.PathLike[str]) -> str:
    return "convert it first" if Path(path).suffix.lower() == ".mkv" else "name a .mkv file, which holds more"


def _when(entry: tuple[_Copy, Any]) -> Fraction:
    packet = entry[1]
    return Fraction(packet.dts * packet.time_base)


def _tag(out: Any, source: Any, comment: str, reel: str | None) -> None:
    tags = _tags(source.metadata) | ({"reel_name": reel} if reel else {})
    said = (tags.get("comment", "").strip(), comment)
    out.metadata.update(tags | {"comment": " ".join(text for text in said if text)})
    if source.chapters():
        out.set_chapters(source.chapters())


def _tags(metadata: Mapping[str, str]) -> dict[str, str]:
    """What was said of a film or a stream, but for what its format says of itself."""
    return {key.lower(): value for key, value in metadata.items() if key.lower() not in _OWN_TAGS and value}
