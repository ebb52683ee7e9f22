import socket

import pytest

from errors import TresseError
from interface.accounts import add
from interface.opening import UPLOAD_LIMIT, decide, public_name, warnings


@pytest.fixture
def file(tmp_path):
    add(tmp_path / "comptes", "jeanne", lambda: "quatre mots font l’affaire")
    return tmp_path / "comptes"


def test_this_machine_alone_is_served_unless_said_otherwise():
    """Without an option nobody else reaches the pages, nothing is warned of, and no file may be added."""
    opening = decide()
    assert (opening.host, opening.public, opening.names, opening.accounts, opening.upload_limit) == (
        "127.0.0.1",
        False,
        (),
        None,
        None,
    )
    assert warnings(opening) == ()
    assert decide(public=True).host == "0.0.0.0"
    assert decide(upload=True).upload_limit == UPLOAD_LIMIT == 209_715_200


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.9.10", "localhost", "::1"])
def test_an_address_of_this_machine_alone_needs_no_word(host):
    """Every address that no other machine reaches is served as it is."""
    assert host == decide(host=host).host


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.7", "fe80::1%1", "10.0.0.1"])
def test_other_machines_are_served_only_where_that_was_said(host):
    """An address that others reach is refused without --public, with the sentence that says how to go on."""
    with pytest.raises(TresseError, match=r"ouvre Tresse à d’autres machines.*--public"):
        decide(host=host)
    assert host == decide(host=host, public=True).host


def test_a_name_that_leads_elsewhere_is_an_address_that_others_reach(monkeypatch):
    """What a name stands for decides, not how it is written."""
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("192.168.1.7", 0))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)
    with pytest.raises(TresseError, match="--public"):
        decide(host="localhost")


@pytest.mark.parametrize(
    ("text", "name"), [("tresse.mairie.fr", "tresse.mairie.fr"), ("Tresse.Mairie.FR.", "tresse.mairie.fr"), ("a-1", "a-1")]
)
def test_a_name_of_the_server_is_read(text, name):
    """As browsers send it: in small letters, without a final dot."""
    assert name == public_name(text)


@pytest.mark.parametrize("text", ["", "https://tresse.fr", "tresse.fr:443", "tresse .fr", "-a", "a..b", "*.fr", "été.fr"])
def test_what_is_no_name_is_refused(text):
    """An address, a port or a pattern is not taken for a name."""
    with pytest.raises(TresseError, match="n’est pas un nom de serveur"):
        public_name(text)


def test_a_public_server_says_what_must_be_set(file):
    """That anyone may ask, that nothing is encrypted, which names it has; with accounts, what they are worth without TLS."""
    open_to_all = "\n".join(warnings(decide(public=True, names=("tresse.mairie.fr",))))
    assert (
        "Aucun compte n’est demandé\u00a0: qui atteint cette adresse peut interroger Tresse et lire les documents."
        in open_to_all
    )
    assert "--auth-file" in open_to_all
    assert "le TLS revient à un serveur mandataire" in open_to_all
    assert "Noms acceptés\u00a0: localhost, tresse.mairie.fr, et toute adresse IP." in open_to_all
    assert "ajouter des documents" not in open_to_all
    assert "n’importe qui peut aussi ajouter des documents" in "\n".join(warnings(decide(public=True, upload=True)))
    closed = "\n".join(warnings(decide(public=True, auth_file=file, upload=True)))
    assert "Un compte est demandé. Sans TLS, les mots de passe passent en clair" in closed
    assert "n’importe qui" not in closed
    assert "Aucun compte" not in closed


def test_behind_a_proxy_of_this_machine_it_says_so():
    """`--public --host 127.0.0.1` is how a proxy beside it serves others."""
    assert "par un serveur mandataire de celle-ci" in warnings(decide(public=True, host="127.0.0.1"))[0]


def test_an_account_file_that_cannot_serve_stops_the_start(tmp_path):
    """Nobody is let in because a file was mistyped."""
    with pytest.raises(TresseError, match="n’existe pas"):
        decide(auth_file=tmp_path / "absent")
