"""The encoder: texts become unit vectors, by a sentence-transformers model."""

import logging
import os
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from hashlib import file_digest, sha256
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

from errors import TresseError

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

Vectors = NDArray[np.float32]  # (texts, dimension), each row of length 1
Vector = NDArray[np.float32]  # (dimension,), of length 1

_E5_PROMPTS = {"query": "query: ", "document": "passage: "}  # as the e5 model cards ask; their files do not say it
_OFFLINE = ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE", "HF_HUB_DISABLE_TELEMETRY")

_log = logging.getLogger(__name__)


class Encoder(Protocol):
    """What turns texts into vectors whose inner product is their cosine."""

    @property
    def dimension(self) -> int:
        """Number of coordinates of a vector."""

    @property
    def fingerprint(self) -> str:
        """Name of the model and SHA-256 of its files: vectors of two fingerprints are never compared."""

    def encode_documents(self, texts: Sequence[str]) -> Vectors:
        """Encode what is searched."""

    def encode_query(self, text: str) -> Vector:
        """Encode what a reader asks."""


class ModelEncoder:
    """A sentence-transformers model, with its own prompts for questions and for passages."""

    def __init__(self, model: "SentenceTransformer", name: str, digest: str) -> None:
        """`name`: the folder or the name on a hub that it was loaded by."""
        self._model, self.name = model, name
        self.fingerprint = f"{Path(name).name}:{digest}"
        self.prompts: Mapping[str, str] = model.prompts
        self.dimension = int(model.get_embedding_dimension() or 0)

    def encode_documents(self, texts: Sequence[str]) -> Vectors:
        """Encode what is searched."""
        vectors = self._model.encode_document(list(texts), normalize_embeddings=True, show_progress_bar=False)
        return np.asarray(vectors, dtype=np.float32).reshape(len(texts), self.dimension)

    def encode_query(self, text: str) -> Vector:
        """Encode what a reader asks.

        The library's own path: calling its modules one by one saved 0.5 ms of 11.
        """
        with _one_thread():
            vector = self._model.encode_query(text, normalize_embeddings=True, show_progress_bar=False)
        return np.asarray(vector, dtype=np.float32)


@contextmanager
def _one_thread() -> Iterator[None]:
    """Use one thread: for one question two gain nothing, and on two busy cores they wait for each other (500 ms, not 30)."""
    import torch  # already imported by the library; here so that this module stays light

    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)


def open_encoder(name: str) -> ModelEncoder:
    """Load the model of the folder `name`, or the one that a hub knows by this name. Raises TresseError where it cannot be."""
    with ThreadPoolExecutor(1) as pool:  # hashing 70 MB releases the lock: it costs nothing while the libraries import
        hashed = pool.submit(_digest, Path(name))
        model = _load(name)
        digest = hashed.result() if Path(name).is_dir() else _digest(_snapshot(name))
    return ModelEncoder(model, name, digest)


def _digest(folder: Path) -> str:
    """Hash every file of a model but its card: what decides the vectors is among them."""
    total = sha256()
    for path in sorted(path for path in folder.rglob("*") if path.is_file() and not path.name.endswith(".md")):
        with path.open("rb") as file:
            total.update(f"{path.relative_to(folder).as_posix()} {file_digest(file, 'sha256').hexdigest()}\n".encode())
    return total.hexdigest()


def _snapshot(name: str) -> Path:
    """Return the folder where the hub's library keeps a model that was just loaded."""
    # Already imported by the libraries; here so that this module stays light.
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import LocalEntryNotFoundError

    cache = os.environ.get("SENTENCE_TRANSFORMERS_HOME")  # where sentence-transformers looks first
    try:
        return Path(snapshot_download(name, cache_dir=cache, local_files_only=True))
    except LocalEntryNotFoundError:  # a short name, of which sentence-transformers knows the owner: itself
        return Path(snapshot_download(f"sentence-transformers/{name}", cache_dir=cache, local_files_only=True))


def _load(name: str) -> "SentenceTransformer":
    """Load a model on the processor; nothing leaves the machine when `name` is a folder."""
    local = Path(name).is_dir()
    if local:
        os.environ.update(dict.fromkeys(_OFFLINE, "1"))  # read by the libraries when they are imported
    # Imported here because it takes seconds, which commands that do not encode need not wait for.
    from sentence_transformers import SentenceTransformer
    from transformers.utils import logging as transformers_logging

    transformers_logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    try:
        model = SentenceTransformer(name, device="cpu", local_files_only=local, trust_remote_code=False)
    except Exception as error:  # the libraries raise whatever their parsers, the network and the disk raise
        raise TresseError(
            f"Le modèle «\u00a0{name}\u00a0» n’a pas pu être chargé. "
            "Vérifiez TRESSE_MODEL\u00a0: un dossier de modèle sentence-transformers ou un nom accessible en ligne. "
            "Sans TRESSE_MODEL, c’est models/encoder qui sert\u00a0: s’il manque ou a été modifié, récupérez-le\u00a0: "
            "git checkout -- models"
        ) from error
    if "e5" in Path(name).name.lower() and not any(model.prompts.values()):
        model.prompts = dict(_E5_PROMPTS)
    return model
