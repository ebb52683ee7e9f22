"""The command line of the documents: their canonical text, so that anyone can check a citation, and drafts of expansions."""

import argparse
import math
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from errors import TresseError
from ingest.corpus import EXPANSIONS, LARGEST, Source, find_corpus, shown
from ingest.document import Document
from ingest.isolation import read_source
from settings import DRAFTS, read_endpoint, read_settings

if TYPE_CHECKING:
    from ingest.drafting import Outcome

_INTERRUPTED = 130  # as a shell reports Ctrl-C
_MOST_AT_ONCE = 64  # requests: no server of one model serves more


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.format_usage()}{self.prog}\u00a0: {message}\n")


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what was asked for; return the exit status."""
    options = _parser().parse_args(arguments)
    try:
        status = _expand(options) if options.command == "expand" else _text(options)
        sys.stdout.flush()
        return status
    except TresseError as fault:
        print(fault, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nInterrompu\u00a0: ce qui est fait est gardé. Relancez la même commande pour continuer.", file=sys.stderr)
        return _INTERRUPTED
    except BrokenPipeError:
        # The reader of the pipe left: what is still in the buffer goes nowhere.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="python -m ingest", description="Lit les documents.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMANDE", title="commandes")
    text = commands.add_parser("text", help="affiche le texte canonique d’un document, celui des citations")
    expand = commands.add_parser(
        "expand",
        help="fait écrire par un modèle de langue un brouillon d’enrichissements",
        epilog="Le serveur est celui de TRESSE_LLM_URL, le modèle TRESSE_LLM_MODEL, la clé TRESSE_LLM_KEY s’il en faut une.",
    )
    for command in (text, expand):
        command.add_argument("document", help="le nom d’un document du corpus, ou le chemin d’un fichier")
    expand.add_argument("--output", type=Path, metavar="FICHIER", help="le brouillon (var/drafts/NOM.expansions.jsonl)")
    expand.add_argument("--parallel", type=_count, default=4, metavar="N", help="demandes à la fois (4)")
    expand.add_argument("--timeout", type=_seconds, default=60, metavar="S", help="secondes d’attente d’une réponse (60)")
    return parser


def _count(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= _MOST_AT_ONCE):
        raise argparse.ArgumentTypeError(f"«\u00a0{text}\u00a0» n’est pas un nombre de 1 à {_MOST_AT_ONCE}")
    return int(text)


def _seconds(text: str) -> float:
    try:
        seconds = float(text.replace(",", "."))
    except ValueError:
        seconds = 0
    if not (seconds > 0 and math.isfinite(seconds)):
        raise argparse.ArgumentTypeError(f"«\u00a0{text}\u00a0» n’est pas un nombre de secondes")
    return seconds


def _text(options: argparse.Namespace) -> int:
    document, _ = _located(options.document)
    sys.stdout.write(document.text)
    return 0


def _expand(options: argparse.Namespace) -> int:
    from ingest.drafting import draft  # the splitter and the client are slow to import, and `text` needs neither
    from ingest.endpoint import Chat

    document, source = _located(options.document)
    chat = Chat(read_endpoint(), timeout=options.timeout)
    output = options.output or DRAFTS / f"{document.id}{EXPANSIONS}"
    outcome = draft(document, chat.ask, output, parallel=options.parallel)
    _print_outcome(outcome, output)
    if outcome.failures:
        _print_failures(outcome)
        return 1
    if outcome.entries:
        _print_next(source.expansions)
    return 0


def _print_outcome(outcome: "Outcome", output: Path) -> None:
    print(f"{output}\u00a0: {outcome.entries} entrées pour {outcome.sentences} phrases.")
    for reason, count in sorted(outcome.dropped.items()):
        print(f"Écarté\u00a0: {count} × {reason}.")


def _print_failures(outcome: "Outcome") -> None:
    for passage, reason in outcome.failures:
        first, last = passage.place.lines
        where = f"Ligne {first}" if first == last else f"Lignes {first} à {last}"
        print(f"{where}\u00a0: {reason}", file=sys.stderr)
    if outcome.unasked:
        print(f"Trop d’échecs de suite\u00a0: {outcome.unasked} passages n’ont pas été demandés.", file=sys.stderr)
    print("Relancez la même commande\u00a0: seuls les passages qui manquent seront demandés.", file=sys.stderr)


def _print_next(expansions: Path) -> None:
    into = "ajoutez ses lignes à" if expansions.exists() else "copiez-le dans"
    print(f"Relisez ce brouillon, {into} {expansions}, puis lancez\u00a0:")
    print("python -m index build\npython -m index verify")


def _located(name: str) -> tuple[Document, Source]:
    """Read a document of the corpus, or any file; tell where it stands too."""
    path = Path(name)
    if path.is_file() and path.suffix.lower() not in LARGEST:
        raise TresseError(f"{name} n’est pas un document\u00a0: indiquez un fichier {', '.join(LARGEST)}.")
    source = Source(shown(path.stem), path, (shown(path.name),)) if path.is_file() else _in_corpus(name, read_settings().corpus)
    return read_source(source), source


def _in_corpus(name: str, folder: Path) -> Source:
    sources = {source.id: source for source in find_corpus(folder).sources}
    found = sources.get(name) or sources.get(shown(Path(name).with_suffix("")))
    if found is None:
        raise TresseError(
            f"Le document «\u00a0{name}\u00a0» n’est pas dans {folder}, qui contient\u00a0: {', '.join(sources)}."
        )
    return found


if __name__ == "__main__":
    sys.exit(main())
