"""The settings of a run, read from the environment in one place."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from errors import TresseError

ROOT = Path(__file__).resolve().parent
ENCODER, READER = ROOT / "models" / "encoder", ROOT / "models" / "reader"
DRAFTS = ROOT / "var" / "drafts"


@dataclass(frozen=True, slots=True)
class Settings:
    """Where things are, and which models encode and read.

    `model` is the folder of a sentence-transformers model, or the name of one on a hub; `reader` the folder of an extractive
    reader.
    """

    corpus: Path = ROOT / "corpus"
    index: Path = ROOT / "var" / "index"
    embeddings: Path = ROOT / "var" / "embeddings"
    model: str = str(ENCODER)
    reader: Path = READER
    feedback: Path = ROOT / "var" / "feedback.sqlite"


def read_settings(environ: Mapping[str, str] = os.environ) -> Settings:
    """Read `TRESSE_CORPUS`, `TRESSE_INDEX`, `TRESSE_EMBEDDINGS`, `TRESSE_MODEL`, `TRESSE_READER` and `TRESSE_FEEDBACK`.

    What is missing keeps its default.
    """
    default = Settings()
    return Settings(
        corpus=Path(environ.get("TRESSE_CORPUS") or default.corpus),
        index=Path(environ.get("TRESSE_INDEX") or default.index),
        embeddings=Path(environ.get("TRESSE_EMBEDDINGS") or default.embeddings),
        model=environ.get("TRESSE_MODEL") or default.model,
        reader=Path(environ.get("TRESSE_READER") or default.reader),
        feedback=Path(environ.get("TRESSE_FEEDBACK") or default.feedback),
    )


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A language model behind an address that speaks OpenAI’s protocol. Only the drafting of expansions asks one."""

    url: str
    model: str
    key: str = field(default="", repr=False)


def read_endpoint(environ: Mapping[str, str] = os.environ) -> Endpoint:
    """Read `TRESSE_LLM_URL`, `TRESSE_LLM_MODEL` and `TRESSE_LLM_KEY`, which a server on this machine does without.

    Raises TresseError where the address or the model is missing, or one of the three cannot be what it should.
    """
    url, model, key = (environ.get(f"TRESSE_LLM_{name}", "").strip() for name in ("URL", "MODEL", "KEY"))
    if not url or not model:
        raise TresseError(
            "Aucun modèle de langue n’est indiqué\u00a0: donnez l’adresse du serveur dans TRESSE_LLM_URL "
            "(par exemple http://127.0.0.1:11434/v1 pour Ollama) et le nom du modèle dans TRESSE_LLM_MODEL."
        )
    if not _is_address(url):
        raise TresseError(
            f"TRESSE_LLM_URL, «\u00a0{url}\u00a0», n’est pas une adresse\u00a0: écrivez-la comme http://127.0.0.1:11434/v1."
        )
    if not (key.isascii() and key.isprintable()):
        raise TresseError("TRESSE_LLM_KEY a des caractères qu’aucune clé n’a\u00a0: copiez-la de nouveau, sans guillemets.")
    return Endpoint(url, model, key)


def _is_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0 and url.isprintable()
    except ValueError:
        return False
