"""What a Python file imports from beside it: code that its steps run as well, and that their keys have to hold."""

import ast
from collections.abc import Iterator
from pathlib import Path


def imported(file: Path) -> list[Path]:
    """The files that ``file`` imports, by way of others too, from its own folder or, in a package, from that package.

    Imports within functions count; those of installed packages don't, nor files that can't be read as Python.
    """
    root = _root(file)
    found: dict[Path, None] = {}
    waiting = [file]
    while waiting:
        one = waiting.pop()
        for name in _names(one, root):
            for path in _files(root, name):
                if path not in (file, *found) and path.is_file() and _belongs(path, file, root):
                    found[path] = None
                    waiting.append(path)
    return sorted(found)


def _root(file: Path) -> Path:
    """The folder that the names of imports start from."""
    root = file.parent
    while (root / "__init__.py").exists():
        root = root.parent
    return root


def _belongs(path: Path, file: Path, root: Path) -> bool:
    """In a package only the package's own files do: beside it lie all that are installed."""
    return file.parent == root or path.relative_to(root).parts[0] == file.relative_to(root).parts[0]


def _names(file: Path, root: Path) -> Iterator[tuple[str, ...]]:
    """The dotted names that a file imports, from ``root``; what is imported from a module may be one itself."""
    try:
        tree = ast.parse(file.read_bytes())
    except (SyntaxError, ValueError):
        return
    package = file.parent.relative_to(root).parts
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (tuple(alias.name.split(".")) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            start = package[: len(package) - node.level + 1] if node.level else ()
            module = (*start, *(node.module.split(".") if node.module else ()))
            yield from ((*module, alias.name) for alias in node.names)


def _files(root: Path, name: tuple[str, ...]) -> Iterator[Path]:
    """Where the modules on the way to a dotted name would lie."""
    for depth in range(1, len(name) + 1):
        place = root.joinpath(*name[:depth])
        yield from (place.with_name(f"{place.name}.py"), place / "__init__.py")
