"""What tests of music share."""

import pytest

from laterna.learning.card import Card


@pytest.fixture(scope="session")
def model(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A Transformer that has learnt nothing: what is asked for has to hold with any."""
    pytest.importorskip("torch")
    from laterna.learning.weights import save
    from laterna.music.models.transformer import MusicTransformer

    folder, figures = tmp_path_factory.mktemp("model"), {"nats": 1.0}
    said = {"licence": "CC0-1.0", "data": ("none",), "command": "none", "protocol": "none"}
    save(MusicTransformer.build("debug"), Card("music/transformer", figures=figures, baseline=figures, **said), folder)
    return str(folder)
