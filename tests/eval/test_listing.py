from dataclasses import replace

from eval.listing import Listed, list_runs, local
from eval.run import save


def test_newest_first(measured, tmp_path):
    """Each run has its folder, name, date in the time of this machine, half, commit and size; the newest comes first."""
    save(measured, tmp_path)
    save(replace(measured, name="autre", manifest={**measured.manifest, "date": "2026-05-01T00:00:00+00:00"}), tmp_path)
    late, early = list_runs(tmp_path)
    assert early == Listed(
        "2026-01-02-030405-essai", "essai", local("2026-01-02T03:04:05+00:00"), "test", "abc1234", len(measured.outcomes)
    )
    assert late.folder == "2026-05-01-000000-autre"
    assert late.date.tzinfo is not None


def test_what_is_no_run_stays_out(measured, tmp_path):
    """A folder half written, of something else or damaged is not listed; a folder that does not exist lists nothing."""
    for name, damage in {"a": "outcomes.jsonl", "b": "metrics.json", "c": "manifest.json"}.items():
        folder = save(replace(measured, name=name), tmp_path)
        (folder / damage).unlink()
    (save(replace(measured, name="d"), tmp_path) / "manifest.json").write_text("[]", encoding="utf-8")
    (tmp_path / "un fichier").touch()
    assert list_runs(tmp_path) == ()
    assert list_runs(tmp_path / "absent") == ()
