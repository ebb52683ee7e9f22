"""`python -m ingest text DOCUMENT`: the canonical text, so that anyone can check a citation."""

import argparse
import os
import sys
from pathlib import Path

from errors import TresseError
from ingest.document import Document
from ingest.reader import read_corpus, read_document
from settings import read_settings


def main() -> int:
    """Print what was asked for; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m ingest", description="Lit les documents.")
    commands = parser.add_subparsers(dest="command", required=True)
    text = commands.add_parser("text", help="affiche le texte canonique d’un document, celui des citations")
    text.add_argument("document", help="le nom d’un document du corpus, ou le chemin d’un fichier")
    arguments = parser.parse_args()
    try:
        sys.stdout.write(_document(arguments.document).text)
        sys.stdout.flush()
    except TresseError as fault:
        print(fault, file=sys.stderr)
        return 1
    except BrokenPipeError:
        # The reader of the pipe left: what is still in the buffer goes nowhere.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0


def _document(name: str) -> Document:
    path = Path(name)
    if path.is_file():
        return read_document(path)
    folder = read_settings().corpus
    documents = {document.id: document for document in read_corpus(folder)}
    if path.stem not in documents:
        raise TresseError(f"Le document « {name} » n’est pas dans {folder}, qui contient : {', '.join(documents)}.")
    return documents[path.stem]


if __name__ == "__main__":
    sys.exit(main())
