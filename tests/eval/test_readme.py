import json
from dataclasses import replace

import pytest

from errors import TresseError
from eval.readme import (
    BEGIN,
    BENCH,
    BENCH_BEGIN,
    BENCH_END,
    END,
    RESULTS,
    bench_section,
    publish,
    publish_bench,
    published,
    read_section,
    results,
    section,
)


@pytest.fixture
def readme(tmp_path):
    path = tmp_path / "README.md"
    path.write_text(f"# Before\n\n{BEGIN}\nold\n{END}\n\nAfter\n", encoding="utf-8")
    return path


def test_readme_is_that_of_the_committed_results():
    """The README's table is the one of eval/results.json; without that file, it says that nothing was measured."""
    committed = json.loads(RESULTS.read_text(encoding="utf-8")) if RESULTS.exists() else None
    assert read_section() == section(committed)


def test_the_bench_of_the_readme_is_the_committed_one():
    """The README's tables of the peers are those of eval/bench.json."""
    committed = json.loads(BENCH.read_text(encoding="utf-8")) if BENCH.exists() else None
    assert read_section(begin=BENCH_BEGIN, end=BENCH_END) == bench_section(committed)


def _row(system, ndcg, *, ms=10.0, seconds=1.0):
    measures = dict.fromkeys(("nDCG@10", "R@1", "R@5", "R@10"), ndcg)
    return {"system": system, "measures": measures, "interval": [0.1, 0.9], "ms_query": ms, "index_seconds": seconds}


def _record(*rows):
    measured = {"name": "petit", "documents": 3, "queries": 2, "rows": rows}
    return {"date": "2026-01-02T03:04:05+00:00", "commit": "abc1234", "sets": [measured]}


def test_a_bench_is_published_and_says_where_a_peer_wins(tmp_path, readme):
    """Ours comes first; a peer that is better on a column is named with it, one that only ties is not."""
    readme.write_text(f"a\n{BENCH_BEGIN}\nold\n{BENCH_END}\nz\n", encoding="utf-8")
    record = _record(_row("txtai", 0.5, ms=9.0), _row("haystack", 0.8), _row("tresse", 0.8, seconds=2.0))
    publish_bench(record, target=tmp_path / "bench.json", readme=readme)
    lines = read_section(readme, begin=BENCH_BEGIN, end=BENCH_END).splitlines()
    assert lines[0].startswith("2026-01-02, commit abc1234")
    assert lines[4] == "| Tresse | 80.0 | 10.0 – 90.0 | 80.0 | 80.0 | 80.0 | 10.0 | 2 |"
    assert lines[-1] == (
        "Better than Tresse: Haystack, BM25 and vectors on s to index; txtai hybrid on ms a query, s to index."
    )
    assert json.loads((tmp_path / "bench.json").read_text(encoding="utf-8")) == json.loads(json.dumps(record))


def test_a_bench_without_ours_claims_no_victory():
    """Nothing is said of who wins where Tresse was not measured; where nobody wins, that is said."""
    assert "etter than Tresse" not in bench_section(_record(_row("txtai", 0.5)))
    assert bench_section(_record(_row("tresse", 0.5))).endswith("Nothing here is better than Tresse on any column.")


def test_publish(measured, tmp_path, readme):
    """Publishing writes the figures and the table of them, and nothing outside the markers; doing so twice changes nothing."""
    target = tmp_path / "results.json"
    publish(measured, target=target, readme=readme)
    once = readme.read_text(encoding="utf-8")
    committed = json.loads(target.read_text(encoding="utf-8"))
    assert committed == results(measured)
    assert once == f"# Before\n\n{BEGIN}\n{section(committed)}\n{END}\n\nAfter\n"
    publish(measured, target=target, readme=readme)
    assert readme.read_text(encoding="utf-8") == once
    assert read_section(readme) == section(committed)


def test_section(measured):
    """The section says when, on what and how many, and shows each figure with its interval, overall and by kind."""
    lines = section(results(measured)).splitlines()
    assert "4 questions, the half that nothing was fitted on, 2026-01-02, commit abc1234" in lines[0]
    assert "| first quotation is evidence | 100.0 % | 100.0 – 100.0 | 2 |" in lines
    assert "| number | 100 % | 100 % |  |  | 1 |" in lines
    assert any(line.startswith("Of ") and "takes 0 for true" in line for line in lines)


def test_changed_figures_change_the_section(measured):
    """A figure that changes shows in the table, so that an old table cannot pass."""
    figure = replace(measured.figures["facts"], value=0.5)
    changed = replace(measured, figures={**measured.figures, "facts": figure})
    assert section(results(changed)) != section(results(measured))


@pytest.mark.parametrize("text", ["", BEGIN, f"{END} {BEGIN}", f"{BEGIN}{END}{BEGIN}{END}"])
def test_no_markers(measured, tmp_path, readme, text):
    """A README without its markers is left as it is, and no figures are written."""
    readme.write_text(text, encoding="utf-8")
    with pytest.raises(TresseError, match="n’a pas les repères"):
        publish(measured, target=tmp_path / "results.json", readme=readme)
    assert readme.read_text(encoding="utf-8") == text
    assert not (tmp_path / "results.json").exists()


def test_published_reads_back_what_publish_wrote(measured, tmp_path):
    """The committed figures are a run without outcomes: figures and kinds to six digits, trials, and how many were asked."""
    target = tmp_path / "results.json"
    assert published(target) is None
    target.write_text(json.dumps(results(measured)), encoding="utf-8")
    back = published(target)
    assert back.outcomes == ()
    assert back.figures["first_citation"] == measured.figures["first_citation"]
    assert back.by_kind.keys() == measured.by_kind.keys()
    assert back.trials == measured.trials
    assert (back.manifest["asked"], back.manifest["commit"]) == (len(measured.outcomes), "abc1234")
