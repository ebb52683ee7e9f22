import os
import re
import socket
import subprocess
import sys
from functools import partial
from pathlib import Path
from threading import Event
from time import monotonic, sleep

import httpx
import pytest
from fastapi.testclient import TestClient

import app
from answer.live import WITHDRAWN, Live
from app import address, listen, main
from errors import TresseError
from index.generation import current_name
from interface.accounts import add
from interface.api import api
from settings import Settings

ROOT = Path(__file__).parents[1]
# The server as it starts, with an index that takes its time: what is tested is there before it.
SLOW_START = "import sys, time, app; app._open_or_build = lambda *_: time.sleep(600); sys.exit(app.main(sys.argv[1:]))"


def test_a_taken_port_is_a_sentence_with_its_cure(capsys):
    """When another program has the port, the exit is 1 and the sentence names another port, at once."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert main(["--port", str(port)]) == 1
    said = capsys.readouterr().err
    assert f"Le port {port} est déjà pris" in said
    assert "--port" in said


def test_an_unknown_host_is_a_sentence():
    """A host that is no address, or not one of this machine, is refused in words."""
    with pytest.raises(TresseError, match="est inconnue ; essayez --host"):
        listen("hôte..invalide", 0)
    with pytest.raises(TresseError, match="n’est pas celle de cette machine"):
        listen("192.0.2.1", 0)


@pytest.mark.parametrize("port", ["-1", "65536", "abc", ""])
def test_a_port_that_is_none_is_refused(port, capsys):
    """What is no port number is refused in French, before anything is loaded."""
    with pytest.raises(SystemExit) as stopped:
        main([f"--port={port}"])
    assert stopped.value.code == 2
    assert "n’est pas un port" in capsys.readouterr().err


def test_the_address_is_one_to_open():
    """The address names the port that was taken; every interface is shown as this machine."""
    with listen("127.0.0.1", 0) as listener:
        port = listener.getsockname()[1]
        assert f"http://127.0.0.1:{port}/" == address("127.0.0.1", listener)
        assert f"http://127.0.0.1:{port}/" == address("0.0.0.0", listener)
        assert f"http://[::1]:{port}/" == address("::1", listener)


def test_help_and_refusals_load_nothing_heavy():
    """Neither Gradio nor the model is imported before the arguments are read."""
    code = "import sys, app; print(sorted({'gradio', 'torch', 'sentence_transformers', 'faiss'} & set(sys.modules)))"
    said = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert said == "[]\n"


def test_a_corpus_that_is_missing_is_a_sentence(tmp_path):
    """Started where there is nothing to read, it says so and exits 1, without a traceback."""
    environ = os.environ | {"TRESSE_CORPUS": str(tmp_path / "absent"), "TRESSE_INDEX": str(tmp_path / "index")}
    command = [sys.executable, "app.py", "--port", "0"]
    done = subprocess.run(command, cwd=ROOT, env=environ, capture_output=True, text=True, encoding="utf-8", check=False)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert str(tmp_path / "absent") in done.stderr


def test_other_machines_are_not_served_unawares(capsys):
    """`--host 0.0.0.0` alone is refused before anything is opened."""
    assert main(["--host", "0.0.0.0", "--port", "0"]) == 1
    assert "--public" in capsys.readouterr().err


def test_a_missing_account_file_stops_the_start(tmp_path, capsys):
    """The exit is 1, with the command that makes the file."""
    assert main(["--auth-file", str(tmp_path / "comptes"), "--port", "0"]) == 1
    assert f"python -m interface.accounts add {tmp_path / 'comptes'} NOM" in capsys.readouterr().err


def test_a_public_name_that_is_none_is_refused(capsys):
    """An address in place of a name is refused in French."""
    with pytest.raises(SystemExit) as stopped:
        main(["--name", "https://tresse.mairie.fr/"])
    assert stopped.value.code == 2
    assert "n’est pas un nom de serveur" in capsys.readouterr().err


def test_a_public_server_asks_for_accounts_under_its_name(tmp_path):
    """Started with --public, --name and --auth-file, it says what must be set, and lets in who has an account, and no other."""
    add(tmp_path / "comptes", "jeanne", lambda: "quatre mots font l’affaire")
    environ = os.environ | {"TRESSE_CORPUS": str(tmp_path / "absent"), "TRESSE_INDEX": str(tmp_path / "index")}
    options = ["--public", "--name", "tresse.test", "--auth-file", str(tmp_path / "comptes"), "--port", "0"]
    with subprocess.Popen(
        [sys.executable, "-c", SLOW_START, *options], cwd=ROOT, env=environ, stdout=subprocess.PIPE, encoding="utf-8"
    ) as server:
        try:
            said = [server.stdout.readline() for _ in range(5)]
            address = re.search(r"http://\S+", said[0])[0]
            assert "Ouverte à d’autres machines." in said[1]
            assert "tresse.test" in said[2]
            with httpx.Client(base_url=address, headers={"host": "tresse.test"}, timeout=60) as client:
                assert client.get("/", headers={"accept": "text/html"}).headers["location"] == "/connexion?suite=%2F"
                assert client.get("/api/health").status_code == 401
                health = client.get("/api/health", auth=("jeanne", "quatre mots font l’affaire"))
                assert (health.status_code, health.json()["status"]) == (503, "loading")
                assert "server" not in health.headers
                form = {"nom": "jeanne", "mot": "quatre mots font l’affaire"}
                origin = {"origin": "https://tresse.test"}
                assert client.post("/connexion", data=form, headers=origin).headers["location"] == "/"
                assert "gradio" in client.get("/", headers={"accept": "text/html"}).text
                assert client.get("/api/health", headers={"host": "pirate.test"}).status_code == 421
        finally:
            server.terminate()


CORPUS = {"abeilles.md": "# Les abeilles\n\nLa reine pond les œufs.\n", "pain.md": "# Le pain\n\nLe levain lève la pâte.\n"}
OVERWRITTEN = {
    "in place": lambda path: path.write_bytes(b"\xff" * path.stat().st_size),
    "cut short": lambda path: path.write_bytes(b""),
}


@pytest.mark.parametrize("damage", OVERWRITTEN)
def test_an_index_that_is_overwritten_while_it_serves_is_made_anew(tmp_path, monkeypatch, encoder, caplog, damage):
    """No question is answered from it: programs are told so, the log names the file, and answers come from a new generation."""
    for library in ("index.store", "index.build"):
        monkeypatch.setattr(f"{library}.open_encoder", lambda _: encoder)
    monkeypatch.setattr("interface.desk.example_questions", lambda *_: ())
    (tmp_path / "corpus").mkdir()
    for name, text in CORPUS.items():
        (tmp_path / "corpus" / name).write_text(text, encoding="utf-8")
    settings = Settings(corpus=tmp_path / "corpus", index=tmp_path / "index", embeddings=tmp_path / "embeddings")
    mending = Event()

    def open_(before):
        assert not live.settled.is_set() or mending.wait(30)
        return app._open_or_build(settings, before)

    live = Live(open_, partial(current_name, settings.index), app._damage)
    live.start()
    assert live.settled.wait(30)
    client = TestClient(api(live), raise_server_exceptions=False)
    found = client.get("/passages", params={"q": "levain"}).json()
    assert client.get("/health").json()["generation"] == "g000001"
    OVERWRITTEN[damage](settings.index / "g000001" / "vectors.faiss")
    for request in (client.post("/ask", json={"question": "Qui pond ?"}), client.get("/health")):
        assert (request.status_code, request.json()["error"]) == (503, WITHDRAWN)
    assert "vectors.faiss" in caplog.text
    mending.set()
    ends = monotonic() + 30
    while client.get("/health").status_code != 200 and monotonic() < ends:
        sleep(0.05)
    assert client.get("/health").json()["generation"] == "g000002"
    assert client.get("/passages", params={"q": "levain"}).json() == found
