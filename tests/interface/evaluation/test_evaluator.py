import time
from types import SimpleNamespace

import pytest

from answer.live import LOADING
from errors import TresseError
from eval.run import load
from interface.evaluation.evaluator import BROKEN, BUSY, Evaluator, Progress, remaining


def ended(evaluator):
    """Wait until the evaluation under way is over."""
    for _ in range(500):
        if evaluator.progress.state != "running":
            return evaluator.progress
        time.sleep(0.02)
    raise AssertionError(evaluator.progress)


def test_a_run_is_saved_as_the_command_line_saves_it(evaluator, runs, document):
    """What is started is measured on the questions of its half and can be loaded; lines at fault are left out and counted."""
    evaluator.start("essai", "test")
    progress = ended(evaluator)
    assert (progress.state, progress.left_out, progress.done) == ("saved", 1, progress.total)
    measured = load(runs / progress.said)
    assert [outcome.id for outcome in measured.outcomes] == ["a", "b"]
    assert [outcome.scores["first_citation"] for outcome in measured.outcomes] == [1, 0]
    assert measured.manifest["documents"] == {document.id: document.sha256}
    assert (measured.name, measured.manifest["split"]) == ("essai", "test")


def test_one_at_a_time(evaluator, measurable):
    """While one runs another is refused; after it is stopped nothing is kept, and the next one may begin."""
    measurable.gate.clear()
    evaluator.start("un", "test")
    with pytest.raises(TresseError, match=BUSY):
        evaluator.start("deux", "test")
    evaluator.stop()
    measurable.gate.set()
    assert ended(evaluator).state == "stopped"
    assert list(evaluator.runs.iterdir()) == []
    evaluator.start("trois", "all")
    assert (ended(evaluator).state, evaluator.progress.number) == ("saved", 2)


def test_while_the_index_loads_nothing_begins(runs, questions):
    """The sentence of the index is passed on, and an evaluation may begin later."""

    def loading():
        raise TresseError(LOADING)

    evaluator = Evaluator(SimpleNamespace(current=loading), runs=runs, questions=questions)
    with pytest.raises(TresseError, match="L’index se charge"):
        evaluator.start("essai", "test")
    assert evaluator.progress.state == "none"


@pytest.mark.parametrize("name", ["", "../ailleurs", "a b", "a" * 61])
def test_a_name_that_names_no_folder_is_refused(evaluator, name):
    """Such a name is refused in words, and nothing begins."""
    with pytest.raises(TresseError, match="Le nom d’une évaluation"):
        evaluator.start(name, "test")
    assert evaluator.progress == Progress()


def test_what_fails_is_said(evaluator, measurable, questions):
    """No question, an assistant that breaks, no file: each ends with a sentence, and another may begin."""
    evaluator.start("vide", "tune")
    assert "ne contient aucune question" in ended(evaluator).said
    measurable.ask = None
    evaluator.start("rompu", "test")
    assert (ended(evaluator).state, evaluator.progress.said) == ("failed", BROKEN)
    questions.unlink()
    evaluator.start("absent", "test")
    assert "ne peut pas être lu" in ended(evaluator).said


def test_a_folder_that_cannot_be_written_is_said(evaluator, tmp_path):
    """Where a run cannot be saved the sentence names the folder."""
    evaluator.runs = tmp_path / "questions.jsonl"
    evaluator.start("essai", "test")
    assert f"vérifiez {tmp_path}" in ended(evaluator).said


def test_time_left_is_told_once_it_can_be():
    """Thirty questions in ten seconds leave seventy for thirty times seven; three say nothing yet."""
    assert remaining(Progress(1, "running", done=3, total=240, seconds=1)) is None
    assert remaining(Progress(1, "running", done=30, total=240, seconds=10)) == 70
