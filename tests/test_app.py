import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from app import address, listen, main
from errors import TresseError

ROOT = Path(__file__).parents[1]


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
