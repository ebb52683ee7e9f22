import json
import subprocess
import sys

import pytest

from settings import ROOT


def evaluate(*arguments, folder):
    """Run the command line with everything it builds in a folder of its own."""
    environ = {"TRESSE_INDEX": str(folder / "index"), "TRESSE_EMBEDDINGS": str(folder / "embeddings"), "OMP_NUM_THREADS": "1"}
    return subprocess.run(
        [sys.executable, "-m", "eval", *arguments], cwd=ROOT, env=environ, capture_output=True, text=True, check=False
    )


@pytest.fixture
def remove_run():
    """Remove the runs of this test from var/eval/ at the end."""
    yield
    for folder in (ROOT / "var" / "eval").glob("*-essai-de-la-ligne-de-commande"):
        for path in folder.iterdir():
            path.unlink()
        folder.rmdir()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("compare", "aucune-telle", "autre"), "Aucune évaluation «\u00a0aucune-telle\u00a0»"),
        (("report", "aucune-telle"), "Aucune évaluation «\u00a0aucune-telle\u00a0»"),
        (("publish", "aucune-telle"), "Aucune évaluation «\u00a0aucune-telle\u00a0»"),
        (("run", "--name", "../ailleurs"), "Le nom d’une évaluation"),
    ],
)
def test_faults_are_sentences(tmp_path, arguments, said):
    """What goes wrong is one French sentence on the error stream, and exit status 1."""
    done = evaluate(*arguments, folder=tmp_path)
    assert done.returncode == 1
    assert said in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.model
@pytest.mark.usefixtures("remove_run")
def test_tiny_corpus(tmp_path, corpus, cases):
    """Tiny questions on a tiny corpus: a bad line is named, the others are measured, compared with themselves and shown."""
    questions = tmp_path / "questions.jsonl"
    good = [{"id": c.id, "split": c.split, "question": c.question, "kind": c.kind, "evidence": c.evidence} for c in cases]
    lines = [json.dumps(case, ensure_ascii=False) for case in good]
    questions.write_text("\n".join([*lines, "{"]), encoding="utf-8")
    name = "essai-de-la-ligne-de-commande"
    done = evaluate("run", "--questions", questions, "--corpus", corpus, "--name", name, "--split", "test", folder=tmp_path)
    assert "questions.jsonl, ligne 5\u00a0: ce n’est pas du JSON" in done.stderr
    assert done.returncode == 1
    assert "première citation juste" in done.stdout
    compared = evaluate("compare", name, name, folder=tmp_path)
    assert (compared.returncode, "aucune différence vue" in compared.stdout) == (0, True)
    page = tmp_path / "page.html"
    shown = evaluate("report", name, "--corpus", corpus, "--output", page, folder=tmp_path)
    assert shown.returncode == 0, shown.stderr
    assert page.read_text(encoding="utf-8").startswith("<!doctype html>")
    assert "Les documents de cette évaluation ont changé" not in page.read_text(encoding="utf-8")
