from eval.compare import compare
from eval.tables import comparison_table, run_table, shown


def test_shown():
    """A share is in per cent, a count as it is, what is undefined a dash."""
    assert (shown("mrr", 0.5), shown("words", 12.0), shown("auc", float("nan"))) == ("50.0", "12.0", "–")


def test_run_table(measured):
    """A run's table has its figures with intervals and counts, by kind, the points lost and the falsified quotations."""
    table = run_table(measured)
    first = next(line for line in table.splitlines() if line.startswith("première citation juste"))
    assert first.split()[3:] == ["100.0", "[100.0", ";", "100.0]", "2"]
    for row in ("unanswerable-far", "capitales", "nombre changé"):
        assert any(line.startswith(row) for line in table.splitlines())


def test_comparison_table(make_run, outcome):
    """A comparison's table says the verdict and names the questions that changed side."""
    runs = [make_run(*(outcome(str(n), first_citation=score) for n in range(12))) for score in (0.0, 1.0)]
    table = comparison_table(compare(*runs))
    assert "mieux" in table
    assert "Devenues justes : 12" in table
    assert "Question 3 ?" in table
    assert "Devenues fausses : 0" in table
