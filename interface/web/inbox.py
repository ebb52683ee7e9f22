"""Where a file waits between its sending and its addition: a folder for each visitor, which no other can name.

A visitor is told by a cookie that scripts cannot read; the folder is called by its hash. No page is told where a file is, and
no event takes a path: whoever asks for an addition gets the newest file of their own folder.
"""

import re
import shutil
from collections import Counter
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from secrets import token_hex, token_urlsafe
from tempfile import mkdtemp
from threading import Event, Lock, Thread
from time import time
from weakref import finalize

from errors import TresseError

COOKIE = "tresse_visitor"
_TOKEN = re.compile(r"[\w-]{43}", re.ASCII)
VISITORS = 5  # that may each have as much as one may send: of all files that wait, as many times the largest
MOST_FILES = 10  # of one visitor: each is added, or refused, before the next is sent
LONGEST_WAIT = 3600  # seconds: an addition follows its sending at once, so that what is older was forgotten
_LOOK = 300  # seconds between two looks at what was forgotten

FULL = "Vos fichiers envoyés attendent encore\u00a0: fermez les autres pages de Tresse, ou revenez dans une heure."
ALL_FULL = "Trop de fichiers attendent déjà d’être ajoutés\u00a0: recommencez dans quelques minutes."
NOTHING = "Le fichier n’est pas arrivé jusqu’ici\u00a0: envoyez-le de nouveau."


@dataclass(frozen=True, slots=True)
class Sender:
    """Whoever sends files: `token` tells a browser, `owner` whose quota it takes, an account where there are some."""

    token: str
    owner: str

    @property
    def folder(self) -> str:
        """The name of their folder below the inbox, which says neither."""
        return f"{_hash(self.owner)}/{_hash(self.token)}"


def sender(token: str, account: str) -> Sender:
    """Return whoever sends this cookie from this account, "" where there is none; one who is new where there is no cookie."""
    known = token if _TOKEN.fullmatch(token) else token_urlsafe(32)
    return Sender(known, f"compte {account}" if account else f"navigateur {known}")


class Inbox:
    """The files that wait, within `limit` bytes for a visitor and VISITORS times that for all. They go with the server."""

    def __init__(self, parent: Path, limit: int) -> None:
        parent.mkdir(parents=True, exist_ok=True)
        self.root, self.limit = Path(mkdtemp(prefix="tresse-", dir=parent)).resolve(), limit  # of the mode 700
        self._coming: Counter[str] = Counter()  # bytes on their way, by owner
        self._lock, self._over = Lock(), Event()
        finalize(self, _close, self._over, self.root)
        Thread(target=_tidy, args=(self.root, self._over), daemon=True).start()

    def reserve(self, sent_by: Sender, size: int) -> Path:
        """Keep room for a file of `size` bytes at most, and give a folder for it while it comes. Raises TresseError if full."""
        owner = _hash(sent_by.owner)
        with self._lock:
            mine, waiting = _files(self._waiting / owner), _files(self._waiting)
            if len(mine) >= MOST_FILES or _size(mine) + self._coming[owner] + size > self.limit:
                raise TresseError(FULL)
            if len(waiting) >= VISITORS * MOST_FILES or _size(waiting) + self._coming.total() + size > VISITORS * self.limit:
                raise TresseError(ALL_FULL)
            self._coming[owner] += size
        return self._folder("arrivees")

    def keep(self, sent_by: Sender, file: Path, name: str) -> None:
        """Put a file that has come among those of its sender."""
        folder = self._folder(f"attente/{sent_by.folder}")
        with self._lock:
            file.replace(folder / name)

    def release(self, sent_by: Sender, size: int, folder: Path) -> None:
        """Give back what was reserved, whatever became of the file."""
        shutil.rmtree(folder, ignore_errors=True)
        with self._lock:
            self._coming[_hash(sent_by.owner)] -= size
            self._coming += Counter()  # those who have nothing on its way are forgotten

    def take(self, sent_by: Sender) -> Path:
        """Hand over the newest file of a visitor, alone in a folder out of reach of anything else; the visitor’s others go.

        Raises TresseError where there is none.
        """
        taken = self._folder("pris")
        with self._lock:
            files = sorted(_files(self._waiting / sent_by.folder), key=lambda path: path.stat().st_mtime_ns)
            if not files:
                taken.rmdir()
                raise TresseError(NOTHING)
            *others, newest = files
            newest.replace(taken / newest.name)
            for other in others:
                other.unlink(missing_ok=True)
        return taken / newest.name

    def forget(self, sent_by: Sender) -> None:
        """Remove what a visitor who leaves has sent and not added."""
        with self._lock:
            shutil.rmtree(self._waiting / sent_by.folder, ignore_errors=True)

    @property
    def _waiting(self) -> Path:
        return self.root / "attente"

    def _folder(self, name: str) -> Path:
        folder = self.root / name / token_hex(8)
        folder.mkdir(parents=True, mode=0o700)
        return folder


@dataclass(frozen=True, slots=True)
class Mailbox:
    """The inbox as one visitor reaches it."""

    inbox: Inbox
    sender: Sender

    def take(self) -> Path:
        """Hand over the newest file of this visitor. Raises TresseError where there is none."""
        return self.inbox.take(self.sender)

    def forget(self) -> None:
        """Remove what this visitor has sent and not added."""
        self.inbox.forget(self.sender)


def tidy(root: Path, now: float) -> None:
    """Remove the files below `root` that were forgotten, and folders that are empty."""
    for path in sorted(root.rglob("*"), reverse=True):  # what is in a folder before it
        try:
            if path.lstat().st_mtime < now - LONGEST_WAIT:
                path.rmdir() if path.is_dir() and not path.is_symlink() else path.unlink()
        except OSError:  # it has gone meanwhile, or holds something
            continue


def _tidy(root: Path, over: Event) -> None:
    while not over.wait(_LOOK):
        tidy(root, time())


def _close(over: Event, root: Path) -> None:
    over.set()
    shutil.rmtree(root, ignore_errors=True)


def _files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file() and not path.is_symlink()]


def _size(files: list[Path]) -> int:
    return sum(path.stat().st_size for path in files)


def _hash(text: str) -> str:
    return sha256(text.encode()).hexdigest()
