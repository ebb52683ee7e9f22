"""`make bench`: how long from the start of the process to an answer, each answer, the index, each beside what it rests on."""

import resource
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from time import perf_counter

from answer.assistant import Assistant, open_assistant
from index.build import build_index
from settings import ROOT, Settings, read_settings

ROUNDS = 5  # medians of an odd number, alternating, so that a busy neighbour weighs on both sides
ANSWERS = 200
ASKED = (
    "Quelle part du capital d’une Scic les collectivités peuvent-elles détenir ?",
    "Combien d’adhérents compte Biovallée ?",
    "Qui est la seule salariée de la Cades ?",
    "Je veux créer mon activité sans perdre mes allocations chômage, est-ce possible ?",
    "À quoi sert un groupement d’employeurs ?",
)
_FLOOR = """
import sys
from sentence_transformers import SentenceTransformer
SentenceTransformer(sys.argv[1], device="cpu").encode("Combien d’adhérents compte Biovallée ?")
"""


def main() -> int:
    """Print every figure of one run."""
    settings = read_settings()
    build_index(settings, progress=False)
    _print_start(settings)
    _print_answers(open_assistant(settings))
    _print_build(settings)
    return 0


def _print_start(settings: Settings) -> None:
    ours = [sys.executable, "-m", "answer", ASKED[1]]
    floor = [sys.executable, "-c", _FLOOR, settings.model]
    pairs = [(_seconds(ours), _seconds(floor)) for _ in range(ROUNDS)]
    first, loaded = (statistics.median(times) for times in zip(*pairs, strict=True))
    print(f"Première réponse depuis le démarrage : {first:.2f} s (médiane de {ROUNDS}).")
    print(f"Charger le modèle et encoder une phrase, seuls : {loaded:.2f} s.")
    print(f"Écart : {first - loaded:+.2f} s (but : +1 s au plus).")
    print(f"Mémoire au plus haut d’un de ces processus : {_peak(resource.RUSAGE_CHILDREN):.0f} Mo.")


def _print_answers(assistant: Assistant) -> None:
    for question in ASKED:
        assistant.ask(question)
    encoding, reading, answers = [], [], []
    for number in range(ANSWERS):
        question = ASKED[number % len(ASKED)]
        passages = [each.hit.passage for each in assistant.search(question, (), top=1).sides[0].read]
        encoding.append(spent(partial(assistant.index.encode, question)))
        reading.append(spent(partial(assistant.reader.read, question, passages)))
        answers.append(spent(partial(assistant.ask, question)))
    answer, read, encode = (statistics.median(times) for times in (answers, reading, encoding))
    slowest = statistics.quantiles(answers, n=20)[-1]
    print(f"Une réponse : {answer:.1f} ms (médiane de {ANSWERS}, but : 150 ms), {slowest:.1f} ms au 95e centile.")
    print(f"Dont encoder la question : {encode:.1f} ms, lire les passages : {read:.1f} ms.")
    print(f"La lecture prend {read / encode:.1f} fois l’encodage de la question (but : 6 fois au plus).")


def _print_build(settings: Settings) -> None:
    with tempfile.TemporaryDirectory() as folder:
        aside = replace(settings, index=Path(folder) / "index", embeddings=Path(folder) / "embeddings")
        fresh = spent(lambda: build_index(aside, progress=False)) / 1000
        again = spent(lambda: build_index(aside, progress=False)) / 1000
    print(f"Construire l’index : {fresh:.1f} s, le reconstruire sans changement : {again:.1f} s.")
    print(f"Mémoire au plus haut de ce processus : {_peak(resource.RUSAGE_SELF):.0f} Mo.")


def _seconds(command: Sequence[str]) -> float:
    start = perf_counter()
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    return perf_counter() - start


def spent(work: Callable[[], object]) -> float:
    """Milliseconds that `work` takes."""
    start = perf_counter()
    work()
    return 1000 * (perf_counter() - start)


def _peak(whose: int) -> float:
    """Peak resident memory in megabytes; Linux counts it in kilobytes."""
    return resource.getrusage(whose).ru_maxrss / 1024


if __name__ == "__main__":
    sys.exit(main())
