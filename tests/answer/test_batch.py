import io
import json

import pytest

from answer import __main__ as command
from answer.batch import answer_lines


def lines(assistant, *given):
    return list(answer_lines(assistant, given))


def test_answers_come_in_the_order_of_the_questions(assistant):
    """Each line is answered in its place, with its id, whatever happens to its neighbours."""
    given = [
        b'{"id": "a", "question": "budget du Verger"}',
        b"{broken",
        b'{"id": "b", "question": ""}',
        b"",
        b'{"id": "c", "question": "Et combien de salari\xc3\xa9s ?",'
        b' "history": [{"role": "user", "content": "Qui dirige la Ruche ?"}]}',
    ]
    found = lines(assistant, *given)
    assert [each.get("id") for each in found] == ["a", None, "b", "c"]
    assert ["error" in each for each in found] == [False, True, True, False]
    assert found[3]["query"] == "combien de salariés Ruche ?"


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        (b'{"id": "x", "question": "a\xff"}', "UTF-8"),
        (b"not json", "pas du JSON"),
        (b"[1]", "un objet est attendu"),
        (b'"question"', "un objet est attendu"),
        (b"null", "un objet est attendu"),
        (b"[" * 100_000, "pas du JSON"),
        (b'{"id": 3, "question": "budget"}', "id"),
        (b'{"id": "x"}', "question"),
        (b'{"question": 3}', "question"),
        (b'{"question": "budget", "history": "hier"}', "history"),
        (b'{"question": "budget", "history": [{"role": "system", "content": "x"}]}', "history"),
        (b'{"question": "budget", "history": [{"role": "user", "content": null}]}', "history"),
        (b'{"question": "' + b"a" * 100_000 + b'"}', "trop longue"),
        (b'{"question": "\\ud800"}', "vide"),
    ],
)
def test_a_line_that_cannot_be_read_gets_a_sentence_in_its_place(assistant, line, fault):
    """The sentence is French, names the line, and the next line is still answered."""
    wrong, right = lines(assistant, line, b'{"question": "budget du Verger"}')
    assert wrong["error"].startswith("Ligne 1\u00a0: ")
    assert fault in wrong["error"]
    assert right["status"] == "answered"


def run(monkeypatch, capsysbinary, assistant, arguments, given=b""):
    monkeypatch.setattr(command, "open_assistant", lambda _settings: assistant)
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(given)))
    status = command.main(arguments)
    out, err = capsysbinary.readouterr()
    return status, out.decode(), err.decode()


def test_a_batch_with_a_fault_ends_with_status_1(monkeypatch, capsysbinary, assistant):
    """Every line has its answer, and the exit status tells that one failed."""
    status, out, _ = run(monkeypatch, capsysbinary, assistant, ["--batch"], b'{"question": "budget du Verger"}\n{\n')
    assert (status, [json.loads(line).get("status") for line in out.splitlines()]) == (1, ["answered", None])
    status, out, _ = run(monkeypatch, capsysbinary, assistant, ["--batch"], b'\xef\xbb\xbf{"question": "budget du Verger"}')
    assert (status, len(out.splitlines())) == (0, 1)


def test_one_question_is_answered_as_text_or_as_json(monkeypatch, capsysbinary, assistant):
    """Markdown for a person, one object for a program."""
    status, out, _ = run(monkeypatch, capsysbinary, assistant, ["budget du Verger"])
    assert status == 0
    assert "Sources" in out
    status, out, _ = run(monkeypatch, capsysbinary, assistant, ["budget du Verger", "--json", "--top", "2"])
    assert (status, len(json.loads(out)["passages"])) == (0, 2)


@pytest.mark.parametrize("arguments", [[], ["a", "--batch"], [""], ["budget", "--within", "nulle-part"]])
def test_a_fault_is_a_french_sentence_and_a_status(monkeypatch, capsysbinary, assistant, arguments):
    """No traceback: a sentence on standard error, nothing on standard output."""
    status, out, err = run(monkeypatch, capsysbinary, assistant, arguments)
    assert (status, out) == (1, "")
    assert err.rstrip().endswith(".")
    assert "Traceback" not in err


@pytest.mark.parametrize(("raised", "status"), [(KeyboardInterrupt, 130)])
def test_an_interruption_is_quiet(monkeypatch, capsysbinary, assistant, raised, status):
    """Ctrl-C ends with the status that shells expect and no traceback."""

    def interrupted(*_arguments, **_options):
        raise raised

    monkeypatch.setattr(assistant, "ask", interrupted)
    assert (status, "", "") == run(monkeypatch, capsysbinary, assistant, ["budget"])
