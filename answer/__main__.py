"""The command line of the answers: python -m answer "question" [--json]; --batch, lines of JSON in and out; mcp."""

import argparse
import json
import os
import sys
from collections.abc import Sequence
from typing import NoReturn

from answer.assistant import Assistant, open_assistant
from answer.batch import answer_lines
from answer.render import as_json, as_markdown
from errors import TresseError
from settings import read_settings

_BROKEN_PIPE, _INTERRUPTED = 0, 130
_MCP = "mcp"  # no question that anyone asks


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.format_usage()}{self.prog}\u00a0: {message}\n")


def main(arguments: Sequence[str] | None = None) -> int:
    """Answer what the command line asks and return the exit status."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
    options = _parser().parse_args(arguments)
    try:
        return _run(options)
    except TresseError as error:
        print(error, file=sys.stderr)
        return 1
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # or Python complains once more when it ends
        return _BROKEN_PIPE
    except KeyboardInterrupt:
        return _INTERRUPTED


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="python -m answer",
        description="Répond à une question par des citations des documents.",
        epilog="python -m answer mcp\u00a0: offrir la recherche aux assistants qui parlent MCP, par l’entrée et la sortie "
        "standard.",
    )
    parser.add_argument("question", nargs="?", help="la question, entre guillemets, ou «\u00a0mcp\u00a0»")
    parser.add_argument("--json", action="store_true", help="écrire un objet JSON au lieu d’un texte")
    parser.add_argument(
        "--batch", action="store_true", help="lire des questions sur l’entrée standard, un objet JSON par ligne"
    )
    parser.add_argument("--top", type=_positive, default=10, metavar="N", help="nombre de passages rendus (10)")
    parser.add_argument(
        "--within",
        action="append",
        default=[],
        metavar="PORTÉE",
        help="chercher dans «\u00a0document\u00a0» ou «\u00a0document#partie\u00a0»",
    )
    return parser


def _positive(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 0 < int(text) <= 1000:
        raise argparse.ArgumentTypeError(f"«\u00a0{text}\u00a0» n’est pas un nombre de 1 à 1000")
    return int(text)


def _run(options: argparse.Namespace) -> int:
    if options.question == _MCP and not (options.batch or options.json):
        from answer.tools import serve  # its imports take a second, and answers need none of them

        serve(read_settings())
        return 0
    if options.batch == (options.question is not None):
        raise TresseError("Donnez une question entre guillemets, ou --batch et des questions sur l’entrée standard.")
    assistant = open_assistant(read_settings())
    return _batch(assistant, options) if options.batch else _once(assistant, options)


def _once(assistant: Assistant, options: argparse.Namespace) -> int:
    answer = assistant.ask(options.question, within=options.within, top=options.top)
    print(json.dumps(as_json(answer), ensure_ascii=False) if options.json else as_markdown(answer), flush=True)
    return 0


def _batch(assistant: Assistant, options: argparse.Namespace) -> int:
    faults = 0
    for answered in answer_lines(assistant, sys.stdin.buffer, within=options.within, top=options.top):
        faults += "error" in answered
        print(json.dumps(answered, ensure_ascii=False), flush=True)
    return 1 if faults else 0


if __name__ == "__main__":
    raise SystemExit(main())
