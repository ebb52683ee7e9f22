"""The child process in which files are read: requests on its input, readings on its output, both lines of JSON.

Started by `ingest.isolation`. A parser that eats memory meets a limit here; one that hangs or crashes takes this process with
it and nothing else.
"""

import json
import logging
import os
import resource
import signal
import sys
import warnings
from typing import IO, Any

from errors import TresseError
from ingest.reader import read_bytes
from ingest.records import dump, passage_record

_GRACE = 2  # seconds after which a reading ends by itself: whoever should have ended it is gone
MEMORY = 2 << 30  # bytes of address space: a 200 MB file and what its parser makes of it


def main() -> None:
    """Answer requests until the input ends; after a lack of memory end, so that the next file finds all of it."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    replies = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # what a parser prints is no reply
    logging.disable()
    warnings.simplefilter("ignore")
    while line := sys.stdin.buffer.readline():
        request = json.loads(line)
        signal.alarm(int(request["patience"]) + _GRACE)
        reply = _reply(request, sys.stdin.buffer)
        signal.alarm(0)
        replies.write(json.dumps(reply).encode() + b"\n")
        replies.flush()
        if reply.get("exhausted"):
            return


def _reply(request: dict[str, Any], content: IO[bytes]) -> dict[str, Any]:
    try:
        reading = read_bytes(request["name"], request["suffix"], content.read(request["size"]), request["descriptor"])
        passages = [passage_record(passage) for passage in reading.passages]
        return {"document": dump(reading.document), "passages": passages, "remarks": reading.remarks}
    except TresseError as fault:
        return {"fault": str(fault)}
    except MemoryError:
        return {"exhausted": True}
    except Exception as error:  # of a parser that met what it did not expect: one file is lost, and its name is told
        return {"fault": f"il est abîmé, ou d’une forme inattendue ({type(error).__name__})\u00a0: enregistrez-le de nouveau."}


if __name__ == "__main__":
    main()
