"""What the file system says of a file without reading it: enough to see that it was changed, whoever hides it."""

from pathlib import Path
from stat import S_ISREG
from typing import NamedTuple


class FileState(NamedTuple):
    """Size in bytes, times in nanoseconds and inode of a file.

    Whoever writes may set `modified` back; `changed` is set by the system at every write, and at a change of rights or of name.
    """

    size: int
    modified: int
    changed: int
    inode: int


def file_state(path: Path) -> FileState | None:
    """Return the state of a file, None where there is none: its name may be too long to exist.

    A pipe is none: whoever opens it waits for somebody to write.
    """
    try:
        found = path.stat()
    except OSError:
        return None
    if not S_ISREG(found.st_mode):
        return None
    return FileState(found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_ino)
