"""One immutable folder a generation of the index, each file with its checksum, published by one rename.

    var/index/current      the name of the generation that serves and the SHA-256 of its manifest
    var/index/g000002/     manifest.json and the files that it lists
    var/index/building/    the next one, while it is made

Whoever reads a generation holds a lock on its manifest, which the system lets go when its process ends, however it ends: a
generation that no longer serves goes away at the first build that finds it unlocked. Knows nothing of what the files hold.
"""

import fcntl
import json
import os
import re
import shutil
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from hashlib import file_digest, sha256
from pathlib import Path
from typing import IO

from errors import TresseError
from ingest.corpus import Stamp
from ingest.file_state import FileState, file_state

FORMAT = 8  # of what a generation holds: raise it when a file changes its shape
CURE = "Relancez\u00a0: python -m index build"

_MANIFEST, _CURRENT, _LOCK, _ASIDE = "manifest.json", "current", "build.lock", "building"
_NAME = re.compile(r"g(\d{6,})")
_POINTER = re.compile(r"(g\d{6,}) ([0-9a-f]{64})\n")
_TRANSIENT = ".tantivy-"  # its lock files, made again at each opening
_HASHED_AT_ONCE = 2  # files: hashing lets the other threads run


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a generation was made of and what it must still be.

    `corpus` gives the stamp of each file of the corpus, `documents` for each document a hash of the files that it was made
    from, `code` that of the code that made it, `files` the size and the SHA-256 of each file of the generation.
    """

    model: str
    dimension: int
    code: str
    corpus: Mapping[str, Stamp]
    documents: Mapping[str, str]
    counts: Mapping[str, int]
    versions: Mapping[str, str]
    files: Mapping[str, tuple[int, str]]


@dataclass(frozen=True, slots=True)
class Generation:
    """A generation that was published, its manifest verified and its other files not yet. It stays as long as this value.

    `states`: those of its files when it was found, or when they were last seen to be whole.
    """

    folder: Path
    manifest: Manifest
    held: IO[bytes] = field(repr=False, compare=False)
    states: dict[str, FileState | None] = field(repr=False, compare=False)

    def damage(self) -> str:
        """Return what is wrong with a file that changed since it was verified, in French, "" where none did: for each question.

        Its state is looked at, which takes microseconds, and only where that is another its content: a copy or new rights
        change no answer.
        """
        for name, before in self.states.items():
            state = file_state(self.folder / name)
            if state == before:
                continue
            fault = _fault(self.folder / name, name, *self.manifest.files[name])
            if fault:
                return fault
            self.states[name] = state
        return ""

    def faults(self) -> Iterator[tuple[str, str | None]]:
        """Give each file of the generation in turn, with a French sentence where it is not what was published."""
        with ThreadPoolExecutor(_HASHED_AT_ONCE) as pool:
            files = self.manifest.files
            found = [pool.submit(_fault, self.folder / name, name, *expected) for name, expected in files.items()]
            yield from zip(files, (each.result() for each in found), strict=True)

    def read_text(self, name: str) -> str:
        """Read one of the files."""
        return (self.folder / name).read_text(encoding="utf-8")


def has_generation(folder: Path) -> bool:
    """Tell whether an index was ever published here, whatever its state."""
    return (folder / _CURRENT).exists()


def current_name(folder: Path) -> str:
    """Name the generation that serves, "" where there is none: quickly, to see whether another was published."""
    try:
        return (folder / _CURRENT).read_text(encoding="ascii", errors="replace")
    except OSError:
        return ""


def current_generation(folder: Path) -> Generation:
    """Find the generation that serves, and hold it. Raises TresseError where there is none, or none that can be read."""
    pointer = _pointer(folder)
    while True:
        name, digest = pointer
        try:
            held = _hold(folder / name / _MANIFEST)
            content = held.read()
        except OSError as error:
            newer = _pointer(folder)
            if newer == pointer:
                raise _missing(f"{name}/{_MANIFEST}") from error
            pointer = newer  # another build published, and this generation went away before it was held
            continue
        if sha256(content).hexdigest() != digest:
            raise _altered(f"{name}/{_MANIFEST}")
        manifest = _read_manifest(content)
        states = {each: file_state(folder / name / each) for each in manifest.files}  # before anybody verifies them
        return Generation(folder / name, manifest, held, states)


def _pointer(folder: Path) -> tuple[str, str]:
    try:
        pointer = (folder / _CURRENT).read_bytes().decode("ascii", "replace")
    except FileNotFoundError as error:
        raise TresseError(f"L’index n’existe pas encore dans {folder}. Construisez-le\u00a0: python -m index build") from error
    except OSError as error:
        raise TresseError(f"L’index ne peut pas être lu\u00a0: {folder / _CURRENT} ({error.strerror}). {CURE}") from error
    found = _POINTER.fullmatch(pointer)
    if not found:
        raise _altered(_CURRENT)
    return found[1], found[2]


def _hold(manifest: Path) -> IO[bytes]:
    """Open a manifest under a lock that others may share. Raises OSError where it is not there, or just went away."""
    held = manifest.open("rb")
    fcntl.flock(held, fcntl.LOCK_SH)
    if os.fstat(held.fileno()).st_nlink == 0:
        raise FileNotFoundError(manifest)
    return held


def _read_manifest(content: bytes) -> Manifest:
    record = json.loads(content)
    if record.pop("format") != FORMAT:
        raise TresseError(f"L’index a été construit par une autre version de Tresse. {CURE}")
    record["files"] = {name: (size, digest) for name, (size, digest) in record["files"].items()}
    record["corpus"] = {name: Stamp(FileState(*stamp["state"]), stamp["sha256"]) for name, stamp in record["corpus"].items()}
    return Manifest(**record)


def _fault(path: Path, name: str, size: int, digest: str) -> str | None:
    try:
        if path.stat().st_size != size:
            return str(_altered(name))
        with path.open("rb") as file:
            return None if file_digest(file, "sha256").hexdigest() == digest else str(_altered(name))
    except OSError:
        return str(_missing(name))


def _altered(name: str) -> TresseError:
    return TresseError(f"L’index est abîmé\u00a0: le fichier «\u00a0{name}\u00a0» a été tronqué ou modifié. {CURE}")


def _missing(name: str) -> TresseError:
    return TresseError(f"L’index est incomplet\u00a0: le fichier «\u00a0{name}\u00a0» manque ou ne peut pas être lu. {CURE}")


@contextmanager
def building(folder: Path) -> Iterator[Path]:
    """Give an empty folder in which to build the next generation, and to nobody else meanwhile.

    What an interrupted build left goes away. Raises TresseError when another build runs.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / _LOCK).open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise TresseError(
                "Une autre construction de l’index est en cours. Attendez qu’elle se termine, puis relancez."
            ) from error
        aside = folder / _ASIDE
        shutil.rmtree(aside, ignore_errors=True)
        aside.mkdir()
        try:
            yield aside
        finally:
            shutil.rmtree(aside, ignore_errors=True)


def list_files(aside: Path) -> dict[str, tuple[int, str]]:
    """Give the size and the SHA-256 of every file built, once it is safely on the disk."""
    files = {}
    for path in sorted(path for path in aside.rglob("*") if path.is_file() and not path.name.startswith(_TRANSIENT)):
        with path.open("rb") as file:
            os.fsync(file.fileno())
            files[path.relative_to(aside).as_posix()] = (path.stat().st_size, file_digest(file, "sha256").hexdigest())
    return files


def publish(aside: Path, manifest: Manifest) -> None:
    """Make what was built beside serve from now on, by one rename; remove the generations that nobody reads any more."""
    folder = aside.parent
    content = json.dumps({"format": FORMAT, **asdict(manifest)}, ensure_ascii=False, indent=1, sort_keys=True).encode()
    _write(aside / _MANIFEST, content)
    for inside in (aside, *(path for path in aside.rglob("*") if path.is_dir())):
        _sync_folder(inside)
    numbers = [int(match[1]) for path in folder.iterdir() if (match := _NAME.fullmatch(path.name))]
    name = f"g{max(numbers, default=0) + 1:06d}"
    aside.rename(folder / name)
    _sync_folder(folder)
    _write(folder / f"{_CURRENT}.new", f"{name} {sha256(content).hexdigest()}\n".encode())
    (folder / f"{_CURRENT}.new").replace(folder / _CURRENT)
    _sync_folder(folder)
    for path in folder.iterdir():
        if _NAME.fullmatch(path.name) and path.name != name:
            _remove_unread(path)


def _remove_unread(generation: Path) -> None:
    """Remove a generation that does not serve, unless somebody still holds it."""
    try:
        with (generation / _MANIFEST).open("rb") as manifest:
            fcntl.flock(manifest, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(generation, ignore_errors=True)
    except BlockingIOError:
        return
    except OSError:  # without a manifest it was never published, or half of it is gone already
        shutil.rmtree(generation, ignore_errors=True)


def _write(path: Path, content: bytes) -> None:
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
