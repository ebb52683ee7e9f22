import json
from dataclasses import replace

import pytest

from answer.conversation import Turn
from errors import TresseError
from eval.run import ASKED, FOLLOWUP, NAME_LIMIT, check_name, describe, find_run, load, rounds, run, save


def test_run_measures_everything(measured):
    """A run has its figures, those by kind, the points lost and the falsified quotations."""
    assert measured.figures["first_citation"].value == 1
    assert set(measured.by_kind) == {"number", "factual", "unanswerable-far", "smalltalk"}
    assert {"sans accents", "capitales", "faute de frappe"} <= set(measured.lost)
    assert sum(trial.accepted for trial in measured.trials) == 0


def test_rounds_are_what_is_asked(assistant, cases, documents):
    """What a run will ask is known before, label by label, as its progress shows it."""
    asked = []
    run(assistant, cases, name="x", manifest={}, progress=lambda each, label: iter(asked.append((label, list(each))) or each))
    assert asked == [(label, list(each)) for label, each in rounds(cases, documents).items()]
    assert asked[0] == (ASKED, list(cases))


@pytest.mark.parametrize("name", ["", "a/b", "..", "a b", "a" * (NAME_LIMIT + 1)])
def test_a_name_that_names_no_folder(name):
    """Such a name is an error with what a name is made of."""
    with pytest.raises(TresseError, match="Le nom d’une évaluation"):
        check_name(name)
    assert check_name("été-2026.a") == "été-2026.a"


def test_followups_against_their_whole(assistant, cases, quiet):
    """A follow-up's points lost are against the question asked whole."""
    history = (Turn("user", cases[0].question),)
    lost = replace(cases[0], question="Et le budget du Verger ?", whole=cases[0].question, history=history)
    assert run(assistant, [lost], name="x", manifest={}, progress=quiet).lost[FOLLOWUP]["citation_recall"].value == 1


def test_saved_and_loaded_is_equal(measured, tmp_path):
    """A run read back is the run that was saved, line separators and figures that are undefined included."""
    first = measured.outcomes[0]
    odd = replace(first, case=replace(first.case, note="un\u2028deux\x85", history=(Turn("user", "?"),)))
    odd_run = replace(measured, outcomes=(odd, *measured.outcomes[1:]))
    assert load(save(odd_run, tmp_path)) == odd_run


def test_saved_folder(measured, tmp_path):
    """A run's folder is named by date and name and holds plain JSON."""
    folder = save(measured, tmp_path)
    assert folder.name == "2026-01-02-030405-essai"
    assert json.loads((folder / "manifest.json").read_text(encoding="utf-8")) == measured.manifest
    assert len((folder / "outcomes.jsonl").read_text(encoding="utf-8").splitlines()) == 4


def test_describe(assistant, tmp_path, documents):
    """The manifest says what was measured."""
    manifest = describe(assistant, tmp_path / "q.jsonl", tmp_path / "corpus", "tune")
    assert (manifest["questions"], manifest["corpus"], manifest["split"]) == ("q.jsonl", "corpus", "tune")
    assert manifest["documents"] == {name: document.sha256 for name, document in documents.items()}
    assert manifest["model"] == "mots-partagés"


@pytest.mark.parametrize("damage", ["absent", "outcomes.jsonl", "metrics.json", "manifest.json"])
def test_no_run(measured, tmp_path, damage):
    """A folder that holds no whole run is an error with its name."""
    folder = save(measured, tmp_path)
    if damage == "absent":
        folder = tmp_path / "absent"
    else:
        (folder / damage).write_text('{"name": ', encoding="utf-8")
    with pytest.raises(TresseError, match="n’est pas le dossier d’une évaluation"):
        load(folder)


def test_find_run(measured, tmp_path, monkeypatch):
    """A run is found by path, by full name, by its own name; of several the latest, and no other whose name ends the same."""
    early = save(measured, tmp_path)
    late = save(replace(measured, manifest={**measured.manifest, "date": "2026-05-01T00:00:00"}), tmp_path)
    other = save(replace(measured, name="autre-essai", manifest={**measured.manifest, "date": "2026-06-01T00:00:00"}), tmp_path)
    assert find_run("essai", tmp_path) == late
    assert find_run(early.name, tmp_path) == early
    assert find_run(str(early), tmp_path) == early
    assert find_run("autre-essai", tmp_path) == other
    (tmp_path / "elsewhere" / "essai").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "elsewhere")
    assert find_run("essai", tmp_path) == late


@pytest.mark.parametrize("name", ["absent", "*", "", "[a"])
def test_no_such_run(tmp_path, name):
    """A run that does not exist is an error with the command that makes it."""
    with pytest.raises(TresseError, match="python -m eval run --name"):
        find_run(name, tmp_path)
