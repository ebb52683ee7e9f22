"""Tests of the walk through a corpus: every file is a document, goes with one, or is said not to be and why."""

import os
import socket
import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pytest

import ingest.corpus
from errors import TresseError
from ingest.corpus import LARGEST, Aside, Corpus, Source, find_corpus, shown, unchanged


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A corpus of one document."""
    made = tmp_path / "corpus"
    made.mkdir()
    (made / "a.md").write_text("# A\n\nUn texte.\n", encoding="utf-8")
    return made


def ids(corpus: Corpus) -> list[str]:
    return [source.id for source in corpus.sources]


def reasons(corpus: Corpus) -> dict[str, str]:
    return {aside.name: aside.reason for aside in corpus.asides}


def test_folders_are_walked_in_the_order_of_names(folder: Path) -> None:
    """A document is called by its path without its suffix, whatever the depth."""
    for name in ("b/c/d.txt", "b/a.txt", "z.md", "b/c/é.md"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(name, encoding="utf-8")
    corpus = find_corpus(folder)
    assert ids(corpus) == ["a", "z", "b/a", "b/c/d", "b/c/é"]
    assert set(corpus.stamps) == {"a.md", "z.md", "b/a.txt", "b/c/d.txt", "b/c/é.md"}
    assert corpus.asides == ()


@pytest.mark.parametrize(
    ("name", "id_"),
    [
        ("deux mots.md", "deux mots"),
        ("été.md", "été"),
        ("e\u0301te\u0301.md", "été"),
        ("ligne\nsuite.md", "ligne suite"),
        ("cloche\a.md", "cloche"),
        (b"latin \xe9.md", "latin \ufffd"),
        ("x" * 252 + ".md", "x" * 252),
        ("é" * 126 + ".md", "é" * 126),
        ("l'eau.md", "l’eau"),
        ("a.b.md", "a.b"),
        ("MAJUSCULES.MD", "MAJUSCULES"),
    ],
)
def test_any_name_that_a_file_can_have_is_read_and_can_be_shown(tmp_path: Path, name: str | bytes, id_: str) -> None:
    """Spaces, accents in two forms, line ends, control characters, bytes that are no letters, 255 bytes."""
    path = tmp_path / os.fsdecode(name)
    path.write_text("Un texte.", encoding="utf-8")
    (source,) = find_corpus(tmp_path).sources
    assert source.id == id_
    assert source.id.isprintable()
    source.id.encode()
    assert source.content() == b"Un texte."
    assert (source.described(), source.expanded()) == (None, None)


def test_names_that_are_shown_alike_are_one_document_and_a_fault(folder: Path) -> None:
    """The same letters in two forms, or two formats of one name: the first is read and the others are said."""
    for name in ("e\u0301te\u0301.md", "été.md", "a.txt"):
        (folder / name).write_text(name, encoding="utf-8")
    corpus = find_corpus(folder)
    assert ids(corpus) == ["a", "été"]
    assert corpus.asides == (
        Aside("a.txt", "a le même nom que a.md\u00a0: renommez-le.", fault=True),
        Aside("été.md", "a le même nom que été.md\u00a0: renommez-le.", fault=True),
    )


def test_what_is_no_document_is_said_and_why(folder: Path, tmp_path: Path) -> None:
    """Hidden files and folders, links that leave, unknown formats, notices, companions of nothing; none is a fault."""
    (tmp_path / "dehors.md").write_text("dehors")
    (folder / ".cache").mkdir()
    (folder / ".cache" / "x.md").write_text("x")
    for name in (".caché.md", "~$a.docx", "photo.jpg", "sans-suffixe", "README.md", "seul.toml", "seul.expansions.jsonl"):
        (folder / name).write_text("x")
    (folder / "lien.md").symlink_to(tmp_path / "dehors.md")
    (folder / "ailleurs").symlink_to(tmp_path)
    corpus = find_corpus(folder)
    assert ids(corpus) == ["a"]
    formats = ", ".join(LARGEST)
    assert reasons(corpus) == {
        ".cache": "est un dossier caché.",
        "ailleurs": "est un lien.",
        ".caché.md": "est un fichier caché.",
        "~$a.docx": "est un fichier caché.",
        "photo.jpg": f"n’a pas un format connu ({formats}).",
        "sans-suffixe": f"n’a pas un format connu ({formats}).",
        "README.md": "présente le dossier.",
        "lien.md": "est un lien qui sort du dossier.",
        "seul.toml": "n’accompagne aucun document.",
        "seul.expansions.jsonl": "n’accompagne aucun document.",
    }
    assert not any(aside.fault for aside in corpus.asides)


def test_a_link_inside_the_folder_is_a_name_of_its_file(folder: Path) -> None:
    """It has the same content: one document with two names."""
    (folder / "autre.md").symlink_to("a.md")
    corpus = find_corpus(folder)
    assert [source.files for source in corpus.sources] == [("a.md", "autre.md")]


def test_links_that_turn_in_circles_end(folder: Path) -> None:
    """A link to itself, two to each other, a folder to the one that holds it: each is said, none is followed."""
    (folder / "soi.md").symlink_to("soi.md")
    (folder / "un.md").symlink_to("deux.md")
    (folder / "deux.md").symlink_to("un.md")
    (folder / "cercle").symlink_to(folder)
    (folder / "perdu.md").symlink_to("absent.md")
    corpus = find_corpus(folder)
    assert ids(corpus) == ["a"]
    assert set(reasons(corpus)) == {"soi.md", "un.md", "deux.md", "cercle", "perdu.md"}


@pytest.mark.timeout(10)
def test_what_is_no_file_is_never_opened(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A pipe would make its reader wait, a device never end: as documents or beside one, they are said and left alone."""
    monkeypatch.chdir(folder)  # the name of a socket is short
    os.mkfifo("tube.md")
    os.mkfifo("a.toml")
    (folder / "zero.md").symlink_to("/dev/zero")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind("prise.md")
        corpus = find_corpus(folder)
    assert reasons(corpus) == {
        "tube.md": "n’est pas un fichier.",
        "a.toml": "n’est pas un fichier.",
        "prise.md": "n’est pas un fichier.",
        "zero.md": "est un lien qui sort du dossier.",
    }
    (source,) = corpus.sources
    assert source.described() is None
    tube = Source("tube", folder / "tube.md", ("tube.md",))
    with pytest.raises(TresseError, match="ne peut pas être lu"):
        tube.content()


def test_a_link_that_leaves_is_not_read_beside_a_document_either(folder: Path, tmp_path: Path) -> None:
    """A descriptor or expansions outside the folder are said to be skipped, and are."""
    (tmp_path / "dehors").write_text('title = "Dehors"')
    (folder / "a.toml").symlink_to(tmp_path / "dehors")
    (folder / "a.expansions.jsonl").symlink_to(tmp_path / "dehors")
    corpus = find_corpus(folder)
    (source,) = corpus.sources
    assert (source.described(), source.expanded()) == (None, None)
    assert set(corpus.stamps) == {"a.md"}
    assert reasons(corpus) == dict.fromkeys(("a.toml", "a.expansions.jsonl"), "est un lien qui sort du dossier.")


def test_companions_belong_to_their_document(folder: Path) -> None:
    """A descriptor and expansions are read with the document of their name, and stamped with it."""
    (folder / "a.toml").write_text('title = "Autre"', encoding="utf-8-sig")
    (folder / "a.expansions.jsonl").write_text("\n", encoding="utf-8")
    corpus = find_corpus(folder)
    (source,) = corpus.sources
    assert (source.described(), source.expanded()) == ('title = "Autre"', "\n")
    assert set(corpus.stamps) == {"a.md", "a.toml", "a.expansions.jsonl"}
    (folder / "a.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(TresseError, match=r"son descripteur \(a\.toml\).*UTF-8"):
        source.described()


def test_a_folder_that_cannot_be_opened_is_a_fault_and_the_others_are_read(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is named among those of which nobody knows what they hold."""
    for name in ("clos", "ouvert"):
        (folder / name).mkdir()
        (folder / name / "b.md").write_text(name)
    original = os.scandir

    def refusing(path: str) -> object:
        if Path(path).name == "clos":
            raise PermissionError(13, "Permission denied", path)
        return original(path)

    monkeypatch.setattr("os.scandir", refusing)
    corpus = find_corpus(folder)
    assert ids(corpus) == ["a", "ouvert/b"]
    assert corpus.closed == ("clos",)
    (aside,) = corpus.asides
    assert (aside.name, aside.fault) == ("clos", True)
    assert "Permission denied" in aside.reason


def test_a_folder_that_may_be_listed_only_costs_its_files(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a file whose state nobody may ask, it is the reading that says so."""
    (folder / "b.md").write_text("b")
    original = Path.stat

    def refusing(path: Path, **named: bool) -> os.stat_result:
        if path.name == "b.md":
            raise PermissionError(13, "Permission denied")
        return original(path, **named)

    monkeypatch.setattr(Path, "stat", refusing)
    corpus = find_corpus(folder)
    assert ids(corpus) == ["a", "b"]
    with pytest.raises(TresseError, match="vérifiez qu’il existe, et ses droits"):
        corpus.sources[1].content()


def test_two_files_of_one_content_are_one_document(folder: Path) -> None:
    """Its names are listed in their order, and the second is said to be one."""
    for name in ("b.md", "c/d.md"):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_bytes((folder / "a.md").read_bytes())
    corpus = find_corpus(folder)
    assert [source.files for source in corpus.sources] == [("a.md", "b.md", "c/d.md")]
    assert reasons(corpus) == {"b.md": "a le même contenu que a.md.", "c/d.md": "a le même contenu que a.md."}
    assert set(corpus.stamps) == {"a.md", "b.md", "c/d.md"}


def test_an_empty_folder_holds_nothing(tmp_path: Path) -> None:
    """It is no fault of the walk; a missing one is."""
    assert find_corpus(tmp_path) == Corpus((), (), {})
    with pytest.raises(TresseError, match=r"n’existe pas.*créez-le"):
        find_corpus(tmp_path / "absent")
    (tmp_path / "fichier").write_text("x")
    with pytest.raises(TresseError, match="n’existe pas"):
        find_corpus(tmp_path / "fichier")


def test_a_known_file_is_not_hashed_again(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Size and time are believed; where one of them changed the content decides."""
    known = find_corpus(folder).stamps
    hashed: list[str] = []
    original: Callable[..., object] = ingest.corpus.file_digest

    def spy(file: object, method: str) -> object:
        hashed.append(Path(file.name).name)
        return original(file, method)

    monkeypatch.setattr("ingest.corpus.file_digest", spy)
    assert find_corpus(folder, known).stamps == known
    assert hashed == []
    os.utime(folder / "a.md", (1, 1))
    assert find_corpus(folder, known).stamps["a.md"].sha256 == known["a.md"].sha256
    assert hashed == ["a.md"]


def test_a_file_rewritten_with_its_size_and_its_time_is_hashed_again(folder: Path) -> None:
    """Whoever sets the time back hides nothing: the system keeps another, and another inode where the file was replaced."""
    path = folder / "a.md"
    before = path.stat()
    stamp = find_corpus(folder).stamps["a.md"]
    time.sleep(0.02)  # a tick of the clock of the file system
    path.write_text("# A\n\nUn faux. \n", encoding="utf-8")
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert (path.stat().st_size, path.stat().st_mtime_ns) == (before.st_size, before.st_mtime_ns)
    assert not unchanged(path, stamp)
    assert find_corpus(folder, {"a.md": stamp}).stamps["a.md"].sha256 != stamp.sha256


def test_a_stamp_tells_whether_a_file_is_still_what_it_was(folder: Path) -> None:
    """Changed, gone or come since: told apart without reading."""
    path = folder / "a.md"
    stamp = find_corpus(folder).stamps["a.md"]
    assert unchanged(path, stamp)
    assert unchanged(folder / "absent.md", None)
    assert not unchanged(path, None)
    path.write_text("autre")
    assert not unchanged(path, stamp)
    path.unlink()
    assert not unchanged(path, stamp)


@pytest.mark.timeout(10)
def test_a_file_too_large_is_refused_before_it_is_read(folder: Path) -> None:
    """A text of 1 GB costs neither time nor memory, and the limit is said."""
    with (folder / "grand.txt").open("wb") as file:
        file.truncate(10**9)
    started = time.monotonic()
    tracemalloc.start()
    source = find_corpus(folder).sources[1]
    with pytest.raises(TresseError, match="il dépasse 20\u00a0Mo, la limite de ce format"):
        source.content()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert source.id == "grand"
    assert peak < 10**7
    assert time.monotonic() - started < 2


@pytest.mark.parametrize("change", ["grows", "shrinks", "is replaced"])
def test_a_file_that_changes_while_it_is_read_is_refused(folder: Path, monkeypatch: pytest.MonkeyPatch, change: str) -> None:
    """Half of one version and half of another is no document."""
    path = folder / "a.md"
    (source,) = find_corpus(folder).sources
    original = Path.open

    def changing(self: Path, *arguments: object, **named: object) -> object:
        file = original(self, *arguments, **named)
        if self == path and arguments == ("rb",):
            content = path.read_text(encoding="utf-8")
            with original(path, "w") as written:
                written.write({"grows": content * 2, "shrinks": content[:4], "is replaced": content.swapcase()}[change])
            os.utime(path, (2, 2))
        return file

    monkeypatch.setattr(Path, "open", changing)
    with pytest.raises(TresseError, match="il change pendant qu’il est lu"):
        source.content()


def test_a_name_without_letters_is_shown_all_the_same() -> None:
    """Nothing is asked for by an empty name."""
    assert shown("\u200b") == "\ufffd"
    assert shown(os.fsdecode(b"\xff\xfe")) == "\ufffd\ufffd"
