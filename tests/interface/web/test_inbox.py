"""Where files wait: to each visitor a folder, within a quota, for an hour."""

import time

import pytest

from errors import TresseError
from interface.web.inbox import ALL_FULL, FULL, LONGEST_WAIT, MOST_FILES, NOTHING, Inbox, sender, tidy


@pytest.fixture
def inbox(tmp_path):
    return Inbox(tmp_path, 1000)


def send(inbox, by, content=b"texte", name="a.txt"):
    """Send a file, as the door of uploads does."""
    folder = inbox.reserve(by, len(content))
    (folder / "tmp").write_bytes(content)
    inbox.keep(by, folder / "tmp", name)
    inbox.release(by, len(content), folder)


def files(inbox):
    return sorted(path.name for path in inbox.root.rglob("*") if path.is_file())


def test_a_visitor_gets_their_own_newest_file_and_no_other(inbox):
    """Whoever did not send it cannot have it; what was sent before it goes; it is handed over once."""
    one, two = sender("", ""), sender("", "")
    send(inbox, one, name="ancien.txt")
    send(inbox, one, name="neuf.txt")
    with pytest.raises(TresseError, match=NOTHING):
        inbox.take(two)
    taken = inbox.take(one)
    assert (taken.name, taken.read_bytes(), files(inbox)) == ("neuf.txt", b"texte", ["neuf.txt"])
    with pytest.raises(TresseError, match=NOTHING):
        inbox.take(one)


def test_a_folder_says_neither_cookie_nor_account(inbox):
    """The cookie is drawn at random and stands in no name of a folder; only this user enters them."""
    by = sender("", "jeanne")
    assert len(by.token) == 43
    assert by.token != sender("", "jeanne").token
    assert sender(by.token, "jeanne") == by
    assert sender("choisi", "").token != "choisi"
    assert not {by.token, "jeanne"} & set(by.folder.split("/"))
    assert inbox.root.stat().st_mode & 0o077 == 0


def test_a_quota_holds_for_each_visitor_and_for_all(inbox):
    """What waits and what is on its way count; an account has one quota for all its browsers."""
    one = sender("", "")
    folder = inbox.reserve(one, 900)
    with pytest.raises(TresseError, match=FULL):
        inbox.reserve(one, 101)
    inbox.release(one, 900, folder)
    send(inbox, one, b"a" * 900)
    with pytest.raises(TresseError, match=FULL):
        inbox.reserve(one, 101)
    for _ in range(4):
        send(inbox, sender("", ""), b"a" * 1000)
    with pytest.raises(TresseError, match=ALL_FULL):
        inbox.reserve(sender("", ""), 101)
    send(inbox, sender("", "jeanne"), b"a" * 50)
    with pytest.raises(TresseError, match=FULL):
        inbox.reserve(sender("", "jeanne"), 951)


def test_the_number_of_files_is_limited_too(inbox):
    """Empty files cost a folder each."""
    one = sender("", "")
    for _ in range(MOST_FILES):
        send(inbox, one, b"")
    with pytest.raises(TresseError, match=FULL):
        inbox.reserve(one, 0)


def test_what_was_not_added_goes_with_its_visitor_or_after_an_hour(inbox):
    """Leaving removes it, and so does time; what came since stays."""
    one, two = sender("", ""), sender("", "")
    send(inbox, one)
    send(inbox, two, name="b.txt")
    inbox.forget(one)
    assert files(inbox) == ["b.txt"]
    tidy(inbox.root, time.time() + LONGEST_WAIT - 60)
    assert files(inbox) == ["b.txt"]
    tidy(inbox.root, time.time() + LONGEST_WAIT + 60)
    assert files(inbox) == []
    send(inbox, two)
    assert inbox.take(two).name == "a.txt"


def test_what_was_cut_leaves_nothing(inbox):
    """A file that did not come whole is neither kept nor counted."""
    one = sender("", "")
    folder = inbox.reserve(one, 1000)
    (folder / "tmp").write_bytes(b"a" * 500)
    inbox.release(one, 1000, folder)
    assert files(inbox) == []
    send(inbox, one, b"a" * 1000)
