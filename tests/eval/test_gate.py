"""The quality gate: the real model on real questions must not do significantly worse than the committed figures."""

import json
import os

import numpy as np
import pytest

from answer.assistant import open_assistant
from eval.cases import read_cases
from eval.outcomes import observe
from eval.significance import verdict
from index.build import build_index
from settings import ROOT, read_settings

BASELINE = ROOT / "eval" / "baseline.json"
EVERY = 6  # one question in six of both halves: a hundred, enough to see ten points lost, in seconds
GATED = ("recall@5", "citation_recall", "citation_precision", "declined")


@pytest.mark.model
@pytest.mark.timeout(1200)
def test_answers_are_not_significantly_worse_than_the_committed_ones() -> None:
    """`TRESSE_BASELINE=write` commits to new figures; otherwise a loss that chance does not explain fails."""
    settings = read_settings()
    build_index(settings, progress=False)
    assistant = open_assistant(settings)
    texts = [document.text for document in assistant.index.documents.values()]
    cases, faults = read_cases(ROOT / "eval" / "questions.jsonl", texts)
    assert not faults
    scores = {
        outcome.id: {name: outcome.scores[name] for name in GATED if name in outcome.scores}
        for outcome in observe(assistant, cases[::EVERY])
    }
    if os.environ.get("TRESSE_BASELINE") == "write":
        BASELINE.write_text(json.dumps(scores, indent=1) + "\n", encoding="utf-8")
    baseline = json.loads(BASELINE.read_text(encoding="utf-8"))
    for name in GATED:
        shared = [id_ for id_ in baseline if name in baseline[id_] and name in scores.get(id_, {})]
        assert len(shared) >= 5
        before = np.array([baseline[id_][name] for id_ in shared])
        after = np.array([scores[id_][name] for id_ in shared])
        assert verdict(before, after) != "moins bien", (name, before.mean(), after.mean())
