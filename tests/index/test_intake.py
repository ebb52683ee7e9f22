"""Tests of incremental intake: what did not change is neither read nor encoded, and no document is lost on the way."""

import os
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

import index.intake
from errors import TresseError
from index.build import BuildReport, Changes, build_index
from index.search import Index
from index.store import open_index
from ingest.corpus import Source
from ingest.isolation import Isolation
from settings import Settings

GOATS = "# Les chèvres\n\nLa bergère trait les chèvres à l’aube.\n"
STAYS = "Sa version précédente reste dans l’index."

Build = Callable[[], BuildReport]


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The documents that are read, in order."""
    names: list[str] = []
    original = Isolation.read

    def spy(own: Isolation, source: Source) -> object:
        names.append(source.id)
        return original(own, source)

    monkeypatch.setattr(Isolation, "read", spy)
    return names


@pytest.fixture
def build(expanded: Settings, encoder: object, read: list[str]) -> Build:
    """Build the corpus as it is now; what was read and encoded before is forgotten. It was built once already."""

    def again() -> BuildReport:
        read.clear()
        encoder.encoded.clear()
        return build_index(expanded, progress=False, encoder=encoder)

    again()
    return again


def write(settings: Settings, name: str, text: str) -> Path:
    path = settings.corpus / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def opened(settings: Settings, encoder: object) -> Index:
    return open_index(settings, encoder=encoder)


def found(settings: Settings, encoder: object, question: str) -> str:
    return opened(settings, encoder).search(question)[0].passage.document


def same(one: Index, other: Index, questions: Sequence[str] = ("Qui pond ?", "miel", "levain", "garrigue")) -> bool:
    return all(one.search(question) == other.search(question) for question in questions)


def test_only_changed_files_are_read_and_only_changed_passages_encoded(
    expanded: Settings, build: Build, read: list[str], encoder: object
) -> None:
    """One section changed out of two: one document is read, and one passage encoded."""
    bread = expanded.corpus / "pain.md"
    bread.write_text(bread.read_text(encoding="utf-8").replace("Le levain fait lever", "Le levain fait gonfler"), "utf-8")
    report = build()
    assert read == ["pain"]
    assert report.changes == Changes((), ("pain",), (), ("abeilles",))
    assert encoder.encoded == [
        "Le pain > Le levain\nLe levain fait gonfler la pâte. Une coopérative vend le pain aux abeilles voisines."
    ]


def test_an_incremental_index_is_that_of_a_whole_build(
    expanded: Settings, build: Build, encoder: object, tmp_path: Path
) -> None:
    """Whatever the way to a corpus, its index answers the same: added, changed, renamed, removed, described."""
    write(expanded, "chevres.md", GOATS)
    build()
    write(expanded, "pain.toml", 'title = "Le bon pain"\n')
    (expanded.corpus / "chevres.md").rename(expanded.corpus / "aaa.md")
    build()
    write(expanded, "abeilles.md", GOATS.replace("chèvres", "brebis"))
    (expanded.corpus / "aaa.md").unlink()
    (expanded.corpus / "abeilles.expansions.jsonl").unlink()
    build()
    whole = Settings(expanded.corpus, tmp_path / "whole", tmp_path / "vectors")
    build_index(whole, progress=False, encoder=encoder)
    assert same(opened(expanded, encoder), opened(whole, encoder))
    files = [sorted(path.name for path in settings.index.glob("g*/*")) for settings in (expanded, whole)]
    assert files[0] == files[1]


def test_a_removed_document_is_dropped(expanded: Settings, build: Build, read: list[str], encoder: object) -> None:
    """Nothing is read for it, and nothing of it is found."""
    (expanded.corpus / "pain.md").unlink()
    assert build().changes == Changes((), (), ("pain",), ("abeilles",))
    assert (read, encoder.encoded) == ([], [])
    assert set(opened(expanded, encoder).documents) == {"abeilles"}


def test_a_renamed_document_keeps_its_vectors(expanded: Settings, build: Build, read: list[str], encoder: object) -> None:
    """It is read under its new name; only the passage that its name stands above is encoded again."""
    (expanded.corpus / "pain.md").rename(expanded.corpus / "boulange.md")
    assert build().changes == Changes(("boulange",), (), ("pain",), ("abeilles",))
    assert read == ["boulange"]
    assert encoder.encoded == ["Boulange > Le pain\nLe boulanger pétrit la farine. Le four chauffe à 250 degrés."]
    assert found(expanded, encoder, "levain") == "boulange"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("pain.toml", 'title = "Le bon pain"\n'),
        ("pain.expansions.jsonl", '{"quote": "Le boulanger", "questions": ["Qui cuit ?"], "terms": ["fournil"]}\n'),
    ],
)
def test_what_stands_beside_a_document_is_a_part_of_it(
    expanded: Settings, build: Build, read: list[str], encoder: object, name: str, text: str
) -> None:
    """A descriptor or expansions that come, change or go have that document read again, and no other."""
    for change in (text, text.replace("bon", "vrai").replace("cuit", "enfourne"), None):
        if change is None:
            (expanded.corpus / name).unlink()
        else:
            write(expanded, name, change)
        assert build().changes == Changes((), ("pain",), (), ("abeilles",))
        assert read == ["pain"]
        # The passage under the title, and the question that leads to it where there is one.
        assert len(encoder.encoded) == ((2 if name.endswith(".jsonl") else 1) if change else 0)
    assert build().changes.kept == ("abeilles", "pain")


def test_a_file_that_was_touched_is_not_read(expanded: Settings, build: Build, read: list[str]) -> None:
    """Its time changed and its content did not."""
    os.utime(expanded.corpus / "pain.md", (1, 1))
    assert build().changes.kept == ("abeilles", "pain")
    assert read == []


def test_a_corpus_that_was_copied_is_hashed_and_no_more(
    expanded: Settings, build: Build, read: list[str], encoder: object
) -> None:
    """Restored or checked out anew, every file has another inode and other times: nothing is read nor encoded again."""
    moved = expanded.corpus.with_name("moved")
    expanded.corpus.rename(moved)
    shutil.copytree(moved, expanded.corpus, copy_function=shutil.copyfile)
    assert build().changes.kept == ("abeilles", "pain")
    assert (read, encoder.encoded) == ([], [])


def test_twins_are_one_document_whichever_goes_away(expanded: Settings, build: Build, read: list[str], encoder: object) -> None:
    """Two files with one content: one document that lists both; when the first goes, the other takes its place."""
    shutil.copy(expanded.corpus / "pain.md", expanded.corpus / "zut.md")
    report = build()
    assert report.changes == Changes((), (), (), ("abeilles", "pain"))
    assert [(aside.name, aside.reason) for aside in report.asides] == [("zut.md", "a le même contenu que pain.md.")]
    assert (read, report.sound) == ([], True)
    assert opened(expanded, encoder).contents["pain"].files == ("pain.md", "zut.md")
    (expanded.corpus / "pain.md").unlink()
    assert build().changes == Changes(("zut",), (), ("pain",), ("abeilles",))
    index = opened(expanded, encoder)
    assert index.contents["zut"].files == ("zut.md",)
    assert index.search("levain")[0].passage.document == "zut"
    (expanded.corpus / "zut.md").rename(expanded.corpus / "pain.md")
    assert build().changes.added == ("pain",)
    assert opened(expanded, encoder).contents["pain"].files == ("pain.md",)


def test_a_file_that_can_no_longer_be_read_keeps_its_earlier_version(expanded: Settings, build: Build, encoder: object) -> None:
    """It is named with its reason at each build until it is mended; what was indexed of it still answers."""
    sound = (expanded.corpus / "pain.md").read_bytes()
    (expanded.corpus / "pain.md").write_bytes(b"\0" * 100)
    for _ in range(2):
        report = build()
        (aside,) = report.asides
        assert (aside.name, aside.fault, report.sound) == ("pain.md", True, False)
        assert aside.reason.startswith("ce n’est pas un texte")
        assert aside.reason.endswith(STAYS)
        assert report.changes.kept == ("abeilles", "pain")
        assert found(expanded, encoder, "levain") == "pain"
    (expanded.corpus / "pain.md").write_bytes(sound.replace(b"250", b"260"))
    assert build().changes.changed == ("pain",)
    assert build().sound


def test_a_bad_file_never_stops_the_others(expanded: Settings, build: Build, encoder: object) -> None:
    """New ones that cannot be read are named, each with its reason; good ones beside them are indexed."""
    write(expanded, "vide.txt", "")
    write(expanded, "titres.md", "# Seul\n")
    (expanded.corpus / "image.md").write_bytes(bytes(range(256)))
    write(expanded, "chevres.md", GOATS)
    write(expanded, "chevres.toml", "title = ")
    write(expanded, "vaches.md", GOATS.replace("chèvres", "vaches"))
    report = build()
    assert report.changes == Changes(("vaches",), (), (), ("abeilles", "pain"))
    assert {aside.name: aside.reason.split("\u00a0")[0].split(" (")[0] for aside in report.asides if aside.fault} == {
        "vide.txt": "il est vide",
        "titres.md": "il n’a que des titres",
        "image.md": "ce n’est pas un texte",
        "chevres.md": "son descripteur est illisible",
    }
    assert not any(STAYS in aside.reason for aside in report.asides)
    assert not report.sound
    assert found(expanded, encoder, "vaches") == "vaches"


@pytest.mark.parametrize(
    "line",
    [
        '{"quote": "Le boulanger", "questions": ["\\ud800 ?"], "terms": ["t"]}',
        '{"quote": "Le boulanger", "questions": [' + "[" * 100_000,
        '{"quote": "Le boulanger", "questions": "x", "terms": []}',
        "[1]",
        '{"quote": "\\ud800", "questions": ["q"], "terms": ["t"]}',
    ],
)
def test_an_expansion_that_cannot_be_kept_costs_itself(expanded: Settings, build: Build, encoder: object, line: str) -> None:
    """Half a character, brackets without end, the wrong shape: the line is named and the others lead to their passages."""
    sound = '{"quote": "Le four", "questions": ["Quelle chaleur\u2028 ?"], "terms": ["fournaise"]}'
    write(expanded, "pain.expansions.jsonl", f"{line}\n{sound}\n")
    (aside,) = build().asides
    assert aside.name == "pain.md"
    assert "pain.expansions.jsonl, ligne 1" in aside.reason
    aside.reason.encode()
    assert any(unit.questions == ("Quelle chaleur ?",) for units in opened(expanded, encoder).units for unit in units)


def test_without_any_document_the_index_stays(expanded: Settings, build: Build, read: list[str]) -> None:
    """An emptied folder is refused in a sentence; what served goes on serving."""
    for path in expanded.corpus.iterdir():
        path.unlink()
    with pytest.raises(TresseError, match=r"ne contient aucun document \(\.txt, \.md.*ajoutez-en un"):
        build()
    assert read == []


def test_a_corpus_of_bad_files_says_what_is_wrong_with_the_first(settings: Settings, encoder: object) -> None:
    """At a first build nothing earlier can stay."""
    for name in ("abeilles.md", "pain.md"):
        write(settings, name, "")
    with pytest.raises(TresseError, match=r"Aucun document.*abeilles\.md\u00a0: il est vide"):
        build_index(settings, progress=False, encoder=encoder)
    assert not (settings.index / "current").exists()


def test_new_code_reads_every_file_and_encodes_what_became_of_them(
    build: Build, read: list[str], encoder: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What decides what a document becomes has changed: nothing is believed but the vectors of the same texts."""
    monkeypatch.setattr("index.intake.code_digest", lambda: "new")
    monkeypatch.setattr("index.build.code_digest", lambda: "new")
    assert build().changes.kept == ("abeilles", "pain")
    assert (read, encoder.encoded) == (["abeilles", "pain"], [])
    build()
    assert read == []


def test_what_new_code_could_not_read_is_read_as_soon_as_it_can_be(
    expanded: Settings, build: Build, read: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A document that stays from before a change of the code is not taken for one that the new code made."""
    sound = (expanded.corpus / "pain.md").read_bytes()
    (expanded.corpus / "pain.md").write_bytes(b"")
    for room in ("index.intake", "index.build"):
        monkeypatch.setattr(f"{room}.code_digest", lambda: "new")
    assert not build().sound
    (expanded.corpus / "pain.md").write_bytes(sound)
    build()
    assert read == ["pain"]
    build()
    assert read == []


def test_the_code_is_that_of_the_rooms_that_read_and_index(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Any file of them counts, and no other."""
    digest = index.intake.code_digest.__wrapped__
    monkeypatch.setattr("index.intake.ROOT", tmp_path)
    for room in ("ingest", "index", "answer"):
        (tmp_path / room).mkdir()
        (tmp_path / room / "a.py").write_text("a")
    before = digest()
    (tmp_path / "answer" / "a.py").write_text("b")
    assert digest() == before
    (tmp_path / "ingest" / "a.py").write_text("b")
    assert digest() != before


def test_a_file_that_changed_after_the_walk_is_read_again(
    expanded: Settings, build: Build, read: list[str], monkeypatch: pytest.MonkeyPatch, encoder: object
) -> None:
    """What was read is not taken for what was hashed, even when the file becomes again what it was."""
    path = expanded.corpus / "pain.md"
    first = path.read_bytes()
    second, third = first.replace(b"250", b"260"), first.replace(b"250", b"270")
    path.write_bytes(second)
    original = index.intake._read

    def late(source: Source) -> object:
        path.write_bytes(third)
        return original(source)

    with monkeypatch.context() as patch:
        patch.setattr("index.intake._read", late)
        build()
    path.write_bytes(second)
    build()
    assert read == ["pain"]
    assert "260 degrés" in opened(expanded, encoder).documents["pain"].text


def test_a_folder_that_is_closed_for_a_while_keeps_its_documents(
    expanded: Settings, build: Build, read: list[str], encoder: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody knows whether they changed: they stay, the fault is said, and they are taken as they are once it opens."""
    write(expanded, "clos/chevres.md", GOATS)
    build()
    original = os.scandir

    def refusing(path: str | int) -> object:
        if not isinstance(path, int) and Path(path).name == "clos":
            raise PermissionError(13, "Permission denied", path)
        return original(path)

    with monkeypatch.context() as patch:
        patch.setattr("os.scandir", refusing)
        report = build()
        assert report.changes == Changes((), (), (), ("abeilles", "clos/chevres", "pain"))
        assert not report.sound
        assert found(expanded, encoder, "La bergère trait les chèvres à l’aube.") == "clos/chevres"
    assert build().changes.kept == ("abeilles", "clos/chevres", "pain")
    assert read == []
    shutil.rmtree(expanded.corpus / "clos")
    assert build().changes.removed == ("clos/chevres",)


def test_everything_that_is_left_aside_is_in_the_report(expanded: Settings, build: Build) -> None:
    """With its reason; only what somebody should mend makes the build unsound."""
    write(expanded, ".note.md", "x")
    write(expanded, "photo.jpg", "x")
    write(expanded, "seul.toml", "x")
    (expanded.corpus / "lien.md").symlink_to("/etc/hostname")
    report = build()
    assert {aside.name for aside in report.asides} == {".note.md", "photo.jpg", "seul.toml", "lien.md"}
    assert report.sound
    write(expanded, "pain.txt", "x")
    report = build()
    assert [aside.name for aside in report.asides if aside.fault] == ["pain.txt"]
    assert not report.sound
