"""Tests of the command line of the index."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from index.__main__ import main
from index.build import build_index
from index.generation import current_generation
from settings import ROOT, Settings


@pytest.fixture
def environment(expanded: Settings, monkeypatch: pytest.MonkeyPatch, encoder: object) -> Settings:
    """The small corpus and the computable encoder, as the command line finds them."""
    monkeypatch.setenv("TRESSE_CORPUS", str(expanded.corpus))
    monkeypatch.setenv("TRESSE_INDEX", str(expanded.index))
    monkeypatch.setenv("TRESSE_EMBEDDINGS", str(expanded.embeddings))
    monkeypatch.setattr("index.build.open_encoder", lambda _: encoder)
    monkeypatch.setattr("index.store.open_encoder", lambda _: encoder)
    return expanded


Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(environment: Settings, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a command; give its status, what it printed and what it said on standard error."""

    def command(*arguments: str) -> tuple[int, str, str]:
        capsys.readouterr()
        assert os.environ["TRESSE_INDEX"] == str(environment.index)  # never the index of whoever runs the tests
        return main(arguments), *capsys.readouterr()

    return command


def test_build_says_what_changed(run: Run) -> None:
    """Documents by what became of them, counts, what was encoded and what was not."""
    status, out, _ = run("build")
    assert status == 0
    assert "2 documents ajoutés\u00a0: abeilles, pain" in out
    assert "2 documents, 4 passages, 10 phrases, 3 questions, 4 vecteurs." in out
    assert "4 vecteurs calculés, 0 repris du cache" in out
    _, out, _ = run("build")
    assert "2 documents inchangés\u00a0: abeilles, pain" in out
    assert "0 vecteur calculé, 4 repris du cache" in out


def test_shipped_vectors_spare_a_first_build_the_encoding(
    run: Run, environment: Settings, encoder: object, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """`ship` writes the vectors of the corpus: with an empty cache, a build then computes none."""
    for module in ("index.embeddings", "index.__main__"):
        monkeypatch.setattr(f"{module}.SHIPPED", tmp_path / "shipped.npz")
    status, out, _ = run("ship")
    assert (status, out) == (0, f"4 vecteurs dans {tmp_path / 'shipped.npz'}.\n")
    shutil.rmtree(environment.embeddings)
    encoder.encoded.clear()
    assert "0 vecteur calculé, 4 repris" in run("build")[1]
    assert encoder.encoded == []


def test_search_prints_rank_score_place_and_passage(run: Run) -> None:
    """Each passage comes with what a reader needs to judge it."""
    run("build")
    status, out, err = run("search", "Qui pond dans la ruche ?", "--top", "2")
    assert (status, err) == (0, "")
    first, second = (line for line in out.splitlines() if line[:1].isdigit())
    assert first.startswith("1. 0,")
    assert first.endswith("abeilles#document  Abeilles > Les abeilles")
    assert second.startswith("2. 0,")
    assert "Une ruche compte 40 000 abeilles en été. La reine pond les œufs." in out


def test_search_keeps_to_a_scope(run: Run) -> None:
    """--within can be repeated, and an unknown scope is a sentence."""
    run("build")
    assert "abeilles#" not in run("search", "abeilles", "--within", "pain")[1]
    assert "abeilles#" in run("search", "abeilles", "--within", "pain", "--within", "abeilles#document")[1]
    status, out, err = run("search", "abeilles", "--within", "livre")
    assert (status, out) == (1, "")
    assert "n’est ni un document ni une partie" in err


def test_a_blank_question_is_said(run: Run) -> None:
    """An empty question is no success."""
    run("build")
    assert run("search", "  ") == (1, "", "La question est vide\u00a0: posez-en une.\n")


@pytest.mark.parametrize("command", [("search", "miel"), ("verify",)])
def test_a_missing_index_is_a_sentence(run: Run, command: tuple[str, ...]) -> None:
    """The status is 1 and the cure is said, without a traceback."""
    status, _, err = run(*command)
    assert status == 1
    assert "python -m index build" in err
    assert "Traceback" not in err


def test_verify_says_what_is_fine(run: Run) -> None:
    """One line a check."""
    run("build")
    status, out, err = run("verify")
    assert (status, err) == (0, "")
    assert [line.split("\u00a0:")[0] for line in out.splitlines()] == [
        "Fichiers de l’index",
        "Passages",
        "Phrases et éléments de liste",
        "Corpus",
        "Enrichissements",
    ]


def test_verify_hashes_the_corpus_where_it_is_asked_to(run: Run, environment: Settings) -> None:
    """A file rewritten under its old size and time is named by both, and --deep says that it read every file."""
    run("build")
    assert "Corpus\u00a0: 3 fichiers inchangés depuis la construction, relus en entier." in run("verify", "--deep")[1]
    path = environment.corpus / "pain.md"
    before = path.stat()
    path.write_bytes(path.read_bytes().replace(b"farine", b"pierre"))
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    for arguments in ((), ("--deep",)):
        status, _, err = run("verify", *arguments)
        assert status == 1
        assert "corpus a changé" in err
        assert "pain.md" in err


def test_verify_names_every_damaged_file(run: Run, environment: Settings) -> None:
    """All of them, not only the first."""
    run("build")
    folder = current_generation(environment.index).folder
    (folder / "vectors.faiss").unlink()
    (folder / "passages.jsonl").write_text("")
    status, _, err = run("verify")
    assert status == 1
    assert "vectors.faiss" in err
    assert "passages.jsonl" in err


def test_verify_names_every_stale_anchor(run: Run, environment: Settings) -> None:
    """A document edited after its expansions: the entries that no longer stand are named by file and line."""
    run("build")
    bees = environment.corpus / "abeilles.md"
    bees.write_text(bees.read_text(encoding="utf-8").replace("La reine", "Une reine").replace("lavande", "menthe"), "utf-8")
    status, _, err = run("verify")
    assert status == 1
    assert "abeilles.expansions.jsonl, ligne 1" in err
    assert "abeilles.expansions.jsonl, ligne 2" in err
    assert "ligne 3" not in err
    assert "corpus a changé" in err


@pytest.mark.parametrize(
    "arguments", [(), ("foo",), ("search",), ("search", "miel", "--top", "0"), ("search", "miel", "--top", "x")]
)
def test_a_command_that_is_not_understood_is_said_in_french(
    arguments: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    """The status is 2 and the help is named."""
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    assert caught.value.code == 2
    assert "python -m index --help" in capsys.readouterr().err


def test_an_interruption_is_clean(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C gives the status of shells and a sentence."""

    def interrupt(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("index.__main__.build_index", interrupt)
    status, _, err = run("build")
    assert status == 130
    assert "intact" in err


def test_a_reader_that_leaves_is_no_error(environment: Settings, encoder: object) -> None:
    """`python -m index verify | head` with a closed pipe says nothing and does not fail."""
    build_index(environment, progress=False, encoder=encoder)
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(
        [sys.executable, "-m", "index", "verify"], cwd=ROOT, stdout=writing, stderr=subprocess.PIPE, env=os.environ, check=False
    )
    os.close(writing)
    assert (done.returncode, done.stderr) == (0, b"")
