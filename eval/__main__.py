"""`python -m eval run | compare | report | publish | bench | fit | ablate | from-feedback`: how good answers are, and why."""

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from tqdm import tqdm

from answer.assistant import open_assistant
from answer.weights import read_weights
from errors import TresseError
from eval import bench
from eval.ablation import ablate
from eval.ablation import write as write_ablation
from eval.cases import Case, read_cases
from eval.compare import compare
from eval.feedback import cases as cases_of
from eval.fit import Material, fit
from eval.listing import QUESTIONS
from eval.readme import publish
from eval.report import report
from eval.run import check_name, describe, find_run, load, run, save
from eval.tables import comparison_table, run_table
from index.build import build_index
from ingest.isolation import read_corpus
from interface.assistant.feedback import Feedback
from settings import ROOT, Settings, read_settings

FITTED = (QUESTIONS, ROOT / "eval" / "fitting.jsonl")  # the second serves to fit only: `run` is to end within a minute


def main() -> int:
    """Do what was asked for; return the exit status."""
    arguments = _parser().parse_args()
    try:
        return int(arguments.command(arguments))
    except TresseError as fault:
        print(fault, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("Interrompu\u00a0: rien n’a été enregistré.", file=sys.stderr)
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m eval", description="Mesure la qualité des réponses.")
    commands = parser.add_subparsers(required=True)
    one = commands.add_parser("run", help="pose les questions et mesure les réponses")
    one.add_argument("--split", choices=("tune", "test", "all"), default="all", help="une moitié des questions")
    one.add_argument("--questions", type=Path, default=QUESTIONS, help="un fichier de questions (JSONL)")
    one.add_argument("--corpus", type=Path, help="le dossier des documents, s’il n’est pas celui du réglage")
    one.add_argument("--name", default="run", help="le nom de l’évaluation")
    one.set_defaults(command=_run)
    two = commands.add_parser("compare", help="compare deux évaluations")
    two.add_argument("before", help="un dossier de var/eval/ ou le nom d’une évaluation")
    two.add_argument("after")
    two.set_defaults(command=_compare)
    three = commands.add_parser("report", help="écrit une page qui montre une ou plusieurs évaluations")
    three.add_argument("runs", nargs="+", metavar="RUN", help="des dossiers de var/eval/ ou des noms d’évaluations")
    three.add_argument("--corpus", type=Path, help="le dossier des documents, s’il n’est pas celui du réglage")
    three.add_argument("--output", type=Path, help="le fichier à écrire, au lieu de report.html dans le dossier de la dernière")
    three.set_defaults(command=_report)
    four = commands.add_parser("publish", help="écrit les mesures d’une évaluation dans eval/results.json et dans README.md")
    four.add_argument("run", help="un dossier de var/eval/ ou le nom d’une évaluation")
    four.set_defaults(command=_publish)
    five = commands.add_parser("bench", help="compare à d’autres recherches hybrides, sur des ensembles publics")
    bench.add_arguments(five)
    five.set_defaults(command=bench.main)
    six = commands.add_parser("fit", help="ajuste les poids sur la moitié « tune » des questions et les écrit")
    six.add_argument("--questions", type=Path, nargs="+", default=FITTED, help="des fichiers de questions (JSONL)")
    six.add_argument(
        "--also",
        action="append",
        nargs=2,
        type=Path,
        default=[],
        metavar=("CORPUS", "QUESTIONS"),
        help="d’autres documents et leurs questions (peut être répété)",
    )
    six.set_defaults(command=_fit)
    seven = commands.add_parser("ablate", help="mesure ce que chaque partie de la recherche apporte, dans docs/ablation.md")
    seven.set_defaults(command=_ablate)
    eight = commands.add_parser("from-feedback", help="écrit les avis des visiteurs comme des questions d’évaluation")
    eight.add_argument("--feedback", type=Path, help="un fichier d’avis, s’il n’est pas celui du réglage")
    eight.set_defaults(command=_from_feedback)
    return parser


def _run(arguments: argparse.Namespace) -> int:
    name = check_name(arguments.name)
    settings = _settings(arguments.corpus)
    assistant = open_assistant(settings)
    texts = [document.text for document in assistant.index.documents.values()]
    cases, faults = read_cases(arguments.questions, texts)
    for fault in faults:
        print(fault, file=sys.stderr)
    chosen = [case for case in cases if arguments.split in ("all", case.split)]
    if not chosen:
        raise TresseError(f"{arguments.questions} ne contient aucune question utilisable pour «\u00a0{arguments.split}\u00a0».")
    manifest = describe(assistant, arguments.questions, settings.corpus, arguments.split)
    measured = run(assistant, chosen, name=name, manifest=manifest, progress=_progress)
    print(run_table(measured))
    print(f"\nEnregistré dans {save(measured)}")
    return 1 if faults else 0


def _settings(corpus: Path | None) -> Settings:
    """The settings, with the index of another corpus beside that of the usual one, built when missing or changed."""
    settings = read_settings()
    if corpus is None:
        return settings
    settings = replace(settings, corpus=corpus, index=settings.index.parent / f"index-{corpus.resolve().name}")
    build_index(settings, progress=True)
    return settings


def _compare(arguments: argparse.Namespace) -> int:
    before, after = (load(find_run(name)) for name in (arguments.before, arguments.after))
    print(comparison_table(compare(before, after)))
    return 0


def _report(arguments: argparse.Namespace) -> int:
    folders = [find_run(name) for name in arguments.runs]
    page = report([load(folder) for folder in folders], read_corpus(arguments.corpus or read_settings().corpus))
    target = arguments.output or folders[-1] / "report.html"
    try:
        target.write_text(page, encoding="utf-8")
    except OSError as fault:
        raise TresseError(f"{target} ne peut pas être écrit ({fault.strerror})\u00a0: choisissez un autre fichier.") from fault
    print(f"Écrit dans {target}")
    return 0


def _fit(arguments: argparse.Namespace) -> int:
    settings = read_settings()
    build_index(settings, progress=True)
    asked = [(settings, path) for path in arguments.questions]
    asked += [(_settings(corpus), path) for corpus, path in arguments.also]
    material: list[Material] = []
    faults: list[str] = []
    for each, path in asked:
        cases, wrong = read_cases(path, [document.text for document in read_corpus(each.corpus)])
        material.append(Material(each, [case for case in cases if case.split == "tune"]))
        faults += wrong
    for fault in faults:
        print(fault, file=sys.stderr)
    print(fit(material, read_weights()))
    return 1 if faults else 0


def _ablate(_: argparse.Namespace) -> int:
    settings = read_settings()
    texts = [document.text for document in read_corpus(settings.corpus)]
    cases = read_cases(QUESTIONS, texts)[0]
    asked = [case for case in cases if case.split == "test" and case.evidence and not case.history]
    lines = list(tqdm(ablate(settings, asked), unit=" lignes", file=sys.stderr, leave=False))
    write_ablation(lines, len(asked), date=f"{datetime.now(UTC):%Y-%m-%d}")
    print("Écrit dans docs/ablation.md")
    return 0


def _from_feedback(arguments: argparse.Namespace) -> int:
    opinions = Feedback(arguments.feedback or read_settings().feedback).all()
    found = list(cases_of(opinions))
    for case in found:
        print(json.dumps(case, ensure_ascii=False))
    unread = sum([] in case["evidence"] for case in found)
    print(f"{len(opinions)} avis, {len(found)} questions, dont {unread} à revoir.", file=sys.stderr)
    return 0


def _publish(arguments: argparse.Namespace) -> int:
    publish(load(find_run(arguments.run)))
    print("Écrit dans eval/results.json et README.md")
    return 0


def _progress(cases: Sequence[Case], label: str) -> Iterator[Case]:
    yield from tqdm(cases, desc=label, unit=" q", file=sys.stderr, leave=False)


if __name__ == "__main__":
    sys.exit(main())
