"""The command line of the index: build it, verify it, search it."""

import argparse
import logging
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from errors import TresseError
from index.build import BuildReport, build_index, ship_vectors
from index.embeddings import SHIPPED
from index.search import Hit
from index.store import open_index
from index.verify import verify
from index.watch import watch
from settings import ROOT, Settings, read_settings

QUESTIONS = ROOT / "eval" / "questions.jsonl"  # the evaluation of the corpus that comes with Tresse
_INTERRUPTED = 130  # as a shell reports Ctrl-C
_COUNTED = {"documents": "document", "passages": "passage", "spans": "phrase", "questions": "question", "vectors": "vecteur"}
_CHANGES = {"added": "ajouté", "changed": "modifié", "removed": "retiré", "kept": "inchangé"}


class _Parser(argparse.ArgumentParser):
    """A parser that says in French that a command is not understood."""

    def error(self, message: str) -> NoReturn:
        """Leave with the status 2 and the way to the help."""
        detail = message.rpartition(": ")[2] if "«" in message else ""
        self.exit(2, f"{f'Commande incomprise. {detail}'.rstrip()}\nVoyez\u00a0: python -m index --help\n")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and give the exit status: 0, 1 with a sentence where something is wrong, 130 when interrupted."""
    options = _parser().parse_args(arguments)
    logging.basicConfig(level=logging.WARNING, format="%(message)s")
    try:
        status = _run(options, read_settings())
        sys.stdout.flush()
        return status
    except TresseError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nInterrompu\u00a0: l’index qui servait est intact.", file=sys.stderr)
        return _INTERRUPTED
    except BrokenPipeError:  # whoever read us, such as `head`, has had enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="python -m index", description="Construit, vérifie et interroge l’index du corpus.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMANDE", title="commandes")
    build = commands.add_parser("build", help="construire l’index à partir du corpus")
    build.add_argument(
        "--watch", action="store_true", help="puis le reconstruire à chaque changement du corpus, jusqu’à Ctrl+C"
    )
    check = commands.add_parser("verify", help="vérifier l’index, les enrichissements et les réponses gardées")
    check.add_argument(
        "saved", nargs="*", type=Path, metavar="FICHIER", help="réponses gardées (--json, --batch) ou questions d’évaluation"
    )
    check.add_argument(
        "--deep", action="store_true", help="relire en entier chaque fichier du corpus, quoi qu’en dise le disque"
    )
    commands.add_parser(
        "ship", help="écrire les vecteurs du corpus livré avec Tresse, pour qu’un premier démarrage n’encode rien"
    )
    search = commands.add_parser("search", help="chercher les passages qui répondent à une question")
    search.add_argument("question", help="la question, entre guillemets")
    search.add_argument("--top", type=_positive, default=5, metavar="N", help="nombre de passages (5 par défaut)")
    search.add_argument(
        "--within",
        action="append",
        default=[],
        metavar="PORTÉE",
        help="ne chercher que dans ce document («\u00a0livret\u00a0») "
        "ou cette partie («\u00a0livret#fiche-2\u00a0»)\u00a0; peut être répété",
    )
    return parser


def _positive(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"«\u00a0{text}\u00a0» n’est pas un nombre entier supérieur à 0")
    return int(text)


def _run(options: argparse.Namespace, settings: Settings) -> int:
    if options.command == "build":
        return _watch(settings) if options.watch else _build(settings)
    if options.command == "verify":
        return _verify(settings, options.saved, deep=options.deep)
    if options.command == "ship":
        print(f"{_many(ship_vectors(settings), 'vecteur')} dans {SHIPPED}.")
        return 0
    hits = open_index(settings).search(options.question, top=options.top, within=options.within)
    for rank, hit in enumerate(hits, 1):
        _print_hit(rank, hit)
    if not hits:
        print("La question est vide\u00a0: posez-en une.", file=sys.stderr)
    return 0 if hits else 1


def _build(settings: Settings) -> int:
    report = build_index(settings, progress=True)
    _print_report(report, settings)
    return 0 if report.sound else 1


def _watch(settings: Settings) -> int:
    """Build, then build again after each change of the corpus; a build that fails is said, and the next change tried."""
    for report in watch(settings):
        if isinstance(report, TresseError):
            print(report, file=sys.stderr, flush=True)
        else:
            _print_report(report, settings)
    return 0


def _print_report(report: BuildReport, settings: Settings) -> None:
    for aside in (*report.remarks, *report.asides):
        print(f"{aside.name}\u00a0: {aside.reason}", file=sys.stderr if aside.fault else sys.stdout)
    for name, what in _CHANGES.items():
        documents = getattr(report.changes, name)
        if documents:
            print(f"{_many(len(documents), 'document')} {_agree(what, len(documents))}\u00a0: {', '.join(documents)}")
    print(", ".join(_many(report.counts[name], noun) for name, noun in _COUNTED.items()) + ".")
    print(f"{_many(report.embedded, 'vecteur')} {_agree('calculé', report.embedded)}, ", end="")
    print(f"{report.reused} {_agree('repris', 1)} du cache, en {report.seconds:.1f}".replace(".", ",") + " s.")
    print(f"L’index sert depuis {settings.index}.", flush=True)


def _verify(settings: Settings, saved: Sequence[Path], *, deep: bool) -> int:
    status = 0
    if settings.corpus == Settings().corpus:
        saved = (QUESTIONS, *saved)
    if settings.feedback.exists():
        saved = (*saved, settings.feedback)
    for check in verify(settings, saved, deep=deep):
        for fault in check.faults:
            print(fault, file=sys.stderr)
            status = 1
        if not check.faults:
            print(check.done)
    return status


def _print_hit(rank: int, hit: Hit) -> None:
    score = f"{hit.score:.3f}".replace(".", ",")
    print(f"{rank}. {score}  {hit.passage.scope}  {' > '.join(hit.passage.place.headings)}")
    print(f"{hit.passage.text}\n")


def _many(count: int, noun: str) -> str:
    return f"{count} {_agree(noun, count)}"


def _agree(word: str, count: int) -> str:
    return word if count < 2 or word.endswith("s") else f"{word}s"


if __name__ == "__main__":
    sys.exit(main())
