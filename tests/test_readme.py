"""What the README promises exists."""

import re
import shlex
import subprocess
import sys

import pytest

from settings import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")
COMMANDS = re.findall(r"^\.venv/bin/python -m (.+)$", README, re.MULTILINE)


def words(command: str) -> list[str]:
    """The words of a command that a shell would pass on, without what it reads and writes."""
    return [word for word in shlex.split(re.sub(r"[<>] \S+", "", command)) if word]


def test_make_has_every_target_that_the_readme_names() -> None:
    """`make X` in the README is a rule of the Makefile."""
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"(?:`|^)make ([a-z]+)", README, re.MULTILINE))
    assert {"run", "test"} <= targets
    assert all(re.search(rf"^{target}:", makefile, re.MULTILINE) for target in targets)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_of_the_readme_is_understood(command: str) -> None:
    """Its module and its options are known: with --help behind, it explains itself and exits well."""
    run = subprocess.run(
        [sys.executable, "-m", *words(command), "--help"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert run.returncode == 0, run.stderr
    assert "usage" in run.stdout


def test_every_link_of_the_readme_leads_to_a_file() -> None:
    """A relative link names a file of the repository."""
    links = [link for link in re.findall(r"\]\(([^)]+)\)", README) if not link.startswith("http")]
    assert links
    assert [link for link in links if not (ROOT / link).exists()] == []
