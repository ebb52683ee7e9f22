import json
from dataclasses import replace

import pytest

from errors import TresseError
from eval.readme import BEGIN, END, RESULTS, publish, read_section, results, section


@pytest.fixture
def readme(tmp_path):
    path = tmp_path / "README.md"
    path.write_text(f"# Before\n\n{BEGIN}\nold\n{END}\n\nAfter\n", encoding="utf-8")
    return path


def test_readme_is_that_of_the_committed_results():
    """The README's table is the one of eval/results.json; without that file, it says that nothing was measured."""
    committed = json.loads(RESULTS.read_text(encoding="utf-8")) if RESULTS.exists() else None
    assert read_section() == section(committed)


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
