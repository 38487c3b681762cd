"""XML from strangers: no entity is declared, nothing is fetched, nothing goes on without end."""

from html.entities import html5
from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers import expat

from laterna.errors import MediaError

_DEEPEST = 200  # elements within one another
_MOST_ELEMENTS = 200_000  # in a document; each takes 300 bytes


def parse(data: bytes, name: str, builder: TreeBuilder | None = None, *, most: int | None = None) -> Element:
    """The root element of a document; tags and attributes are given by their local names, in lower case.

    HTML's named entities, which XHTML may use, become their characters.

    Args:
        data: the document.
        name: what errors call it.
        builder: of the tree; one of yours may use elements as they end, and clear them.
        most: elements in it, 200,000 unless given.

    Raises:
        MediaError: it is not well-formed, declares entities, is nested too deep, or has too many elements.
    """
    builder, most = builder or TreeBuilder(), most or _MOST_ELEMENTS
    depth = count = 0

    def start(tag: str, attributes: dict[str, str]) -> None:
        nonlocal depth, count
        depth += 1
        count += 1
        if depth > _DEEPEST:
            raise MediaError(f"{name} is nested more than {_DEEPEST} elements deep: it is not opened.")
        if count > most:
            raise MediaError(f"{name} has more than {most} elements: divide it into smaller files.")
        plain = {key.lower(): value for key, value in attributes.items() if " " not in key}
        prefixed = {_local(key): value for key, value in attributes.items() if " " in key}
        builder.start(_local(tag), prefixed | plain)

    def end(tag: str) -> None:
        nonlocal depth
        depth -= 1
        builder.end(_local(tag))

    def declared(entity: str, *_: object) -> None:
        raise MediaError(f"{name} declares the entity {entity!r}, which may do harm: it is not opened.")

    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = builder.data
    parser.EntityDeclHandler = declared
    parser.SkippedEntityHandler = lambda entity, is_parameter: builder.data(html5.get(f"{entity};", ""))
    parser.UseForeignDTD(True)  # else a name that no declaration explains is an error
    try:
        parser.Parse(data, True)
        return builder.close()
    except (expat.ExpatError, LookupError, ValueError) as error:
        raise MediaError(f"{name} is not well-formed XML ({error}): mend it, or export it again.") from error


def _local(name: str) -> str:
    """A name without its namespace."""
    return name.rpartition(" ")[2].lower()
