"""A file that a visitor hands in, a document of the index out, or the reason why not; and the way to take it out again.

What is added stands in a folder of its own inside the corpus. Knows nothing of Gradio.
"""

import logging
import re
import shutil
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from hashlib import file_digest
from itertools import islice
from pathlib import Path, PurePath
from threading import Lock
from typing import TYPE_CHECKING

from errors import TresseError
from index.analysis import fold
from index.build import build_index
from ingest.canonical import clean
from ingest.corpus import LARGEST, Source
from ingest.document import Document
from ingest.isolation import isolation
from ingest.reader import READERS, Reading
from interface.assistant.examples import EXAMPLE_LIMIT
from settings import Settings

if TYPE_CHECKING:
    from answer.assistant import Assistant
    from answer.live import Live
    from interface.desk import Desk

log = logging.getLogger(__name__)

FOLDER = "ajouts"  # of the corpus
_ASIDE = ".attente"  # inside it: a corpus does not enter hidden folders
MOST_FILES = 100  # added in all: each makes the next build a little longer
MOST_BYTES = 1_000_000_000  # added in all
_LONGEST_NAME = 80  # characters, of up to four bytes: a file system takes 255 bytes
_UNSAFE = re.compile(r"[^\w .’()-]+")
_LONGEST_HEADING = 120  # characters: as many as a link shows on two lines
_TRIED = 40  # headings of a document made into questions: each costs an answer
BUSY = "Un autre document est en train d’être ajouté ou retiré\u00a0: recommencez dans un instant."
UNEXPECTED = "Une erreur inattendue s’est produite, et rien n’a changé\u00a0: le journal du serveur en donne la cause."

READING, INDEXING, QUESTIONING = "Lecture du fichier", "Indexation", "Recherche de questions à poser"


@dataclass(frozen=True, slots=True)
class Added:
    """A document that was added: what was found in it, and questions that it answers."""

    document: Document
    passages: int
    remarks: tuple[str, ...]
    questions: tuple[str, ...]


@dataclass(slots=True)
class Job:
    """An addition or a removal under way in a thread: the steps begun so far, and what will come of it."""

    steps: list[str] = field(default_factory=list)
    outcome: "Future[Added | str]" = field(default_factory=Future)
    begun: bool = True


class Uploads:
    """What visitors add to a corpus and take out of it, one at a time."""

    def __init__(self, settings: Settings, live: "Live[Desk]") -> None:
        self._settings, self._live = settings, live
        self._folder = settings.corpus / FOLDER
        self._busy = Lock()
        self._owners: dict[str, str] = {}  # of the documents added since the server began: who may take them out again
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="uploads")

    @property
    def formats(self) -> dict[str, int]:
        """The formats that can be read, with the bytes that a file of each may have."""
        return {suffix: LARGEST[suffix] for suffix in LARGEST if suffix in READERS}

    def added(self, document: str) -> bool:
        """Tell whether a document was added here, and may be taken out again."""
        return document.startswith(f"{FOLDER}/")

    def added_by(self, document: str, owner: str) -> bool:
        """Tell whether a document was added under this name, since the server began; under none, "", nothing was."""
        return bool(owner) and self._owners.get(document) == owner

    def add(self, file: Path, name: str, owner: str = "") -> Job:
        """Begin to add a file that its sender calls `name`; the file goes away, whatever becomes of it."""

        def work(say: Callable[[str], None]) -> Added:
            try:
                return self._add(file, name, owner, say)
            finally:
                _discard(file)

        job = self._begin(work)
        if not job.begun:
            _discard(file)
        return job

    def remove(self, document: str) -> Job:
        """Begin to take a document out; its title comes of it."""
        return self._begin(lambda say: self._remove(document, say))

    def _begin(self, work: Callable[[Callable[[str], None]], "Added | str"]) -> Job:
        job = Job()
        if not self._busy.acquire(blocking=False):
            job.begun = False
            job.outcome.set_exception(TresseError(BUSY))
            return job

        def run() -> "Added | str":
            try:
                return work(job.steps.append)
            except TresseError:
                raise
            except Exception as error:
                log.exception("an addition or a removal failed")
                raise TresseError(UNEXPECTED) from error
            finally:
                self._busy.release()

        job.outcome = self._thread.submit(run)
        return job

    def _add(self, file: Path, name: str, owner: str, say: Callable[[str], None]) -> Added:
        say(READING)
        desk = self._live.current()
        self._check_room(file, name)
        target = self._folder / safe_name(name)
        self._check_new(desk, file, target)
        reading = _read(file, target)
        say(INDEXING)
        name = f"{FOLDER}/{target.stem}"
        with _placed(file, target, self._folder / _ASIDE):
            report = build_index(self._settings, progress=False, encoder=desk.index.encoder)
        if name not in report.changes.added:
            self._give_up(desk, target)
            raise TresseError(
                next((aside.reason for aside in report.asides if aside.name == f"{FOLDER}/{target.name}"), UNEXPECTED)
            )
        desk = self._live.refresh()
        self._owners[name] = owner
        document = desk.index.documents[name]
        say(QUESTIONING)
        questions = tuple(islice(_answered(document, desk.assistant), EXAMPLE_LIMIT))
        return Added(document, len(reading.passages), reading.remarks, questions)

    def _remove(self, document: str, say: Callable[[str], None]) -> str:
        desk = self._live.current()
        listed = desk.index.contents.get(document)
        if listed is None or not self.added(document):
            raise TresseError("Ce document n’est pas de ceux qui ont été ajoutés ici\u00a0: il ne peut pas être retiré.")
        say(INDEXING)
        own = [self._settings.corpus / name for name in listed.files if self.added(name)]
        with _withdrawn(own, self._folder / _ASIDE):
            build_index(self._settings, progress=False, encoder=desk.index.encoder)
        self._live.refresh()
        self._owners.pop(document, None)
        return listed.title

    def _give_up(self, desk: "Desk", target: Path) -> None:
        """Take a file out again that was read once and not twice: the index knows of it, so it is built again."""
        target.unlink(missing_ok=True)
        build_index(self._settings, progress=False, encoder=desk.index.encoder)

    def _check_room(self, file: Path, name: str) -> None:
        suffix, size = PurePath(name).suffix.lower(), file.stat().st_size
        if suffix not in self.formats:
            raise TresseError(f"Ce format n’est pas lu\u00a0: Tresse lit {', '.join(self.formats)}.")
        if size > self.formats[suffix]:
            most = spoken_size(self.formats[suffix])
            raise TresseError(f"Ce fichier est trop grand\u00a0: {spoken_size(size)}, pour {most} au plus dans ce format.")
        present = [path.stat().st_size for path in self._folder.glob("*") if path.is_file()]
        if len(present) >= MOST_FILES or sum(present) + size > MOST_BYTES:
            raise TresseError(
                f"Il n’y a plus de place\u00a0: {MOST_FILES}\u00a0documents et {spoken_size(MOST_BYTES)} au plus peuvent être "
                "ajoutés. Retirez-en un d’abord."
            )

    def _check_new(self, desk: "Desk", file: Path, target: Path) -> None:
        with file.open("rb") as opened:
            digest = file_digest(opened, "sha256").hexdigest()
        manifest = desk.index.generation.manifest
        twin = next((name for name, stamp in manifest.corpus.items() if stamp.sha256 == digest), None)
        if twin:
            raise TresseError(f"Ce document est déjà là, au mot près\u00a0: {twin}.")
        namesake = next((name for name in manifest.documents if fold(PurePath(name).name) == fold(target.stem)), None)
        if namesake:
            raise TresseError(
                f"Un document du même nom est déjà là\u00a0: {namesake}. Renommez le fichier, ou retirez l’autre d’abord."
            )


def safe_name(name: str) -> str:
    """Return the name under which a file is kept: readable, of this folder, neither hidden nor a notice."""
    path = PurePath(clean(PurePath(name.replace("\\", "/")).name))
    stem = _UNSAFE.sub("-", path.stem).strip(" .-")[:_LONGEST_NAME].strip(" .-")
    return f"{'document' if stem.upper() in ('', 'README', 'SOURCES') else stem}{path.suffix.lower()}"


def spoken_size(size: int) -> str:
    """Write a number of bytes as a person reads it."""
    number, unit = (size / 1e9, "Go") if size >= 1e9 else (size / 1e6, "Mo")
    return f"{number:.1f}".replace(".", ",").removesuffix(",0") + f"\u00a0{unit}"


def _read(file: Path, target: Path) -> Reading:
    """Read a file before it joins the corpus. Raises TresseError where it is no document."""
    try:
        return isolation().read(Source(f"{FOLDER}/{target.stem}", file, (target.name,)))
    except TresseError as fault:
        raise TresseError(f"Ce fichier ne peut pas être ajouté\u00a0: {fault}") from fault


def _discard(file: Path) -> None:
    """Remove a file that was sent, and the folder that Gradio made for it alone."""
    file.unlink(missing_ok=True)
    with suppress(OSError):
        file.parent.rmdir()


@contextmanager
def _placed(file: Path, target: Path, aside: Path) -> Iterator[None]:
    """Put a copy of a file in the corpus, whole or not at all; it goes away again where what follows fails."""
    aside.mkdir(parents=True, exist_ok=True)
    waiting = aside / target.name
    try:
        shutil.copyfile(file, waiting)
        waiting.replace(target)
        yield
    except BaseException:
        waiting.unlink(missing_ok=True)
        target.unlink(missing_ok=True)
        raise


@contextmanager
def _withdrawn(files: Sequence[Path], aside: Path) -> Iterator[None]:
    """Take files out of the corpus, and put them back where what follows fails."""
    aside.mkdir(parents=True, exist_ok=True)
    moved = [(file, aside / file.name) for file in files]
    try:
        for file, waiting in moved:
            file.replace(waiting)
        yield
    except BaseException:
        for file, waiting in moved:
            if waiting.exists():
                waiting.replace(file)
        raise
    for _, waiting in moved:
        waiting.unlink(missing_ok=True)


def _answered(document: Document, assistant: "Assistant") -> Iterator[str]:
    """Give the questions made of a document that are answered from it."""
    for question in islice(_questions(document), _TRIED):
        answer = assistant.ask(question)
        if answer.status == "answered" and any(citation.document == document.id for citation in answer.citations):
            yield question


def _questions(document: Document) -> Iterator[str]:
    """Give what a document itself asks, then what may be asked about each of its headings."""
    asked: dict[str, None] = {}
    told: dict[str, None] = {}
    for block in document.blocks:
        words = " ".join(document.text[block.start : block.end].split()).strip(" —")
        if block.kind in ("heading", "question") and len(words) <= _LONGEST_HEADING:
            (asked if words.endswith("?") else told).setdefault(words, None)
    yield from asked
    yield from (f"Que dit ce document sur «\u00a0{words}\u00a0»\u00a0?" for words in told if words != document.title)
