"""The tools for assistants that speak MCP: in memory with a computable index, then over standard input and output."""

import json
import os
import pty
import runpy
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from pathlib import Path

import anyio
import jsonschema
import pytest
from mcp import Client, StdioServerParameters, stdio_client

from answer import shapes
from answer.live import Live
from answer.render import as_json
from answer.replies import LONGEST_READ
from answer.tools import call, make_server
from errors import TresseError
from index.build import build_index
from settings import Settings

ROOT = Path(__file__).parents[2]
BEES = """# Les abeilles

Une ruche compte 40 000 abeilles en été. La reine pond les œufs.

## Le miel

Le miel vient du nectar. Les abeilles butinent les fleurs :

- la lavande de Provence ;
- l’acacia des collines.
"""
FAKE = ROOT / "tests" / "conftest.py"  # its encoder and its reader need no model
# `python -m answer mcp` with them, the first of which prints where nothing may be printed.
SERVER = f"""
import runpy, sys, answer.evidence.reader, index.store
fakes = runpy.run_path({str(FAKE)!r})
encoder = fakes["FakeEncoder"]()
def open_encoder(_):
    print("bruit", flush=True)
    return encoder
index.store.open_encoder = open_encoder
answer.evidence.reader.open_reader = lambda _: fakes["FakeReader"]()
from answer.__main__ import main
sys.exit(main(["mcp"]))
"""


def run(function):
    """Run a coroutine function in a thread: the main one may have the loop of Playwright, after tests of the page."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(anyio.run, function).result(60)


def opened(open_):
    live = Live(open_, lambda: "g000001")
    live.start()
    assert live.settled.wait(10)
    return live


@pytest.fixture
def live(assistant):
    return opened(lambda _: assistant)


def asked(live, name, **arguments):
    """Call a tool through the protocol, in memory."""

    async def ask():
        async with Client(make_server(live)) as client:
            return await client.call_tool(name, arguments)

    return run(ask)


def refused(result):
    """The sentence of a fault, which is all that the result has."""
    assert (result.is_error, result.structured_content, len(result.content)) == (True, None, 1)
    return result.content[0].text.replace("\u00a0", " ")


def test_three_tools_are_offered_in_french(live):
    """Each has a title, a description, what it takes and what it gives, and says that it changes nothing."""

    async def list_tools():
        async with Client(make_server(live)) as client:
            return (await client.list_tools()).tools

    tools = {tool.name: tool for tool in run(list_tools)}
    assert list(tools) == ["ask", "search", "read_passage"]
    assert [sorted(tool.input_schema["properties"]) for tool in tools.values()] == [
        ["history", "question", "top", "within"],
        ["query", "top", "within"],
        ["document", "end", "start"],
    ]
    assert tools["ask"].description.startswith("Répond à une question en français")
    assert all(tool.annotations.read_only_hint and tool.title and tool.output_schema for tool in tools.values())


def test_a_question_gets_what_the_command_line_gives(live, assistant):
    """The structured result is the object of the contracts, and the text is that object."""
    result = asked(live, "ask", question="Combien d’adhérents compte la Ruche ?", top=2)
    expected = as_json(assistant.ask("Combien d’adhérents compte la Ruche ?", top=2))
    told = result.structured_content
    assert told | {"timings_ms": 0} == expected | {"timings_ms": 0}
    assert told["citations"][0]["quote"].endswith("Elle réunit 42 adhérents en Ardèche.")
    assert json.loads(result.content[0].text) == told
    jsonschema.validate(told, shapes.Answer.model_json_schema())


def test_a_question_is_understood_in_its_conversation(live):
    """`history` is read as everywhere."""
    result = asked(
        live, "ask", question="Et combien de salariés ?", history=[{"role": "user", "content": "Qui dirige la Ruche ?"}]
    )
    assert result.structured_content["query"] == "combien de salariés Ruche ?"


def test_passages_are_found_within_what_is_named(live):
    """The best first, no more than asked for."""
    told = asked(live, "search", query="budget  du Verger", top=2, within=["ruche#fiche-2"]).structured_content
    jsonschema.validate(told, shapes.Passages.model_json_schema())
    assert told["query"] == "budget du Verger"
    assert [(each["rank"], each["text"][:10]) for each in told["passages"]] == [(1, "Le Verger ")]


def test_a_passage_is_read_to_the_letter_with_its_place(live, document):
    """What is given is the text between the two offsets, its document by hash, its headings, who speaks and its lines."""
    start = document.text.index("Elle est née")
    told = asked(live, "read_passage", document="ruche", start=start, end=start + 20).structured_content
    assert told == {
        "document": "ruche",
        "title": "Livret ruche",
        "sha256": document.sha256,
        "start": start,
        "end": start + 20,
        "lines": [4, 4],
        "page": None,
        "headings": ["Titre de fiche-1", "Anne Leroy", "Comment est née la Ruche ?"],
        "speaker": "Anne Leroy, directrice de la Ruche",
        "text": "Elle est née en 1998",
    }
    jsonschema.validate(told, shapes.PassageText.model_json_schema())


def test_every_citation_and_passage_can_be_read_again(live):
    """The offsets of an answer, given back, give the words of the answer."""
    told = asked(live, "ask", question="Combien d’adhérents compte la Ruche ?").structured_content
    for place, text in [(each, "quote") for each in told["citations"]] + [(each, "text") for each in told["passages"]]:
        again = asked(live, "read_passage", **{name: place[name] for name in ("document", "start", "end")})
        assert again.structured_content["text"] == place[text]


@pytest.mark.parametrize(
    ("name", "arguments", "sentence"),
    [
        ("ask", {}, "« question » manque."),
        ("ask", {"question": 3}, "« question » doit être un texte."),
        ("ask", {"question": ""}, "La question est vide"),
        ("ask", {"question": "a" * 501}, "501 caractères, pour 500"),
        ("ask", {"question": "x", "topp": 1}, "« topp » n’est pas connu : vérifiez son orthographe."),
        ("ask", {"question": "budget", "within": ["nulle-part"]}, "« nulle-part » n’existe pas."),
        (
            "ask",
            {"question": "x", "history": [{"role": "system", "content": "x"}]},
            "« history[0].role » n’a pas une valeur permise",
        ),
        ("search", {"query": " "}, "La question est vide"),
        ("search", {"query": "x", "top": 0}, "« top » doit être au moins 1."),
        ("search", {"query": "x", "top": 101}, "« top » doit être au plus 100."),
        ("read_passage", {"document": "livre", "start": 0, "end": 1}, "Le document « livre » n’existe pas."),
        ("read_passage", {"document": "ruche", "start": 5, "end": 5}, "Rien ne va de 5 à 5"),
        ("read_passage", {"document": "ruche", "start": -1, "end": 5}, "« start » doit être au moins 0."),
        ("read_passage", {"document": "ruche", "start": 0, "end": 10**30}, "« end » est un nombre trop grand."),
        ("read_passage", {"document": "ruche", "start": 0.5, "end": 5}, "« start » doit être un nombre entier."),
        ("effacer", {}, "Cet outil n’existe pas : choisissez parmi ask, search, read_passage."),
    ],
)
def test_a_fault_is_a_sentence_that_says_what_to_do(live, name, arguments, sentence):
    """It is the result, for the assistant that called to read, and not a breakdown of the protocol."""
    assert sentence in refused(asked(live, name, **arguments))


def test_the_end_of_a_document_is_named(live, document):
    """Beyond it nothing is read, and the sentence says how far one may go."""
    end = len(document.text)
    assert (
        asked(live, "read_passage", document="ruche", start=end - 3, end=end).structured_content["text"] == document.text[-3:]
    )
    assert f"de 0 à {end}" in refused(asked(live, "read_passage", document="ruche", start=end - 3, end=end + 1))


def test_a_whole_book_is_not_read_at_once(make_document, make_index, make_assistant):
    """What is read has a limit, which is said."""
    long = make_document("long", [("a", "paragraph", (), None, "mot " * 6_000 + "fin.")])
    live = opened(lambda _: make_assistant(make_index(long)))
    assert not asked(live, "read_passage", document="long", start=0, end=LONGEST_READ).is_error
    assert f"{LONGEST_READ} caractères au plus" in refused(
        asked(live, "read_passage", document="long", start=0, end=LONGEST_READ + 1)
    )


def test_a_call_waits_for_the_index(assistant):
    """A call that comes while the index opens is answered once it is there."""
    live = Live(lambda _: time.sleep(0.2) or assistant, lambda: "g000001")
    live.start()
    assert not call(live, "search", {"query": "budget"}).is_error


def test_an_index_that_is_missing_is_said_with_its_cure():
    """The sentence of the index is the result of every call."""

    def fail(_):
        raise TresseError("L’index n’existe pas encore. Construisez-le : python -m index build")

    assert "python -m index build" in refused(asked(opened(fail), "ask", question="Qui ?"))


def test_a_breakdown_is_told_without_its_cause(caplog):
    """The log has it."""
    assert "Une erreur inattendue" in refused(asked(opened(lambda _: object()), "ask", question="Qui ?"))
    assert "AttributeError" in caplog.text


@pytest.fixture(scope="module")
def environ(tmp_path_factory):
    """The environment of a server on a tiny corpus."""
    folder = tmp_path_factory.mktemp("mcp")
    (folder / "corpus").mkdir()
    fake = runpy.run_path(str(FAKE))
    (folder / "corpus" / "abeilles.md").write_text(BEES, encoding="utf-8")
    places = {name: folder / name.lower() for name in ("CORPUS", "INDEX", "EMBEDDINGS")}
    settings = Settings(corpus=places["CORPUS"], index=places["INDEX"], embeddings=places["EMBEDDINGS"])
    build_index(settings, progress=False, encoder=fake["FakeEncoder"]())
    return os.environ | {f"TRESSE_{name}": str(place) for name, place in places.items()}


def test_a_client_talks_to_the_command(environ):
    """`python -m answer mcp` is met by the official client: it lists its tools, answers, refuses, and goes on."""
    server = StdioServerParameters(command=sys.executable, args=["-c", SERVER], env=environ, cwd=ROOT)

    @asynccontextmanager
    async def connected():
        with Path(os.devnull).open("w") as silent:
            async with Client(stdio_client(server, errlog=silent)) as client:
                yield client

    async def talk():
        async with connected() as client:
            assert len((await client.list_tools()).tools) == 3
            found = await client.call_tool("search", {"query": "Qui pond les œufs ?", "top": 1})
            (passage,) = found.structured_content["passages"]
            assert "La reine pond les œufs." in passage["text"]
            place = {name: passage[name] for name in ("document", "start", "end")}
            again = await client.call_tool("read_passage", place)
            assert again.structured_content["text"] == passage["text"]
            assert (await client.call_tool("ask", {"question": ""})).is_error
            answer = await client.call_tool("ask", {"question": "Qui pond les œufs ?"})
            shapes.Answer.model_validate(answer.structured_content)

    run(talk)


def test_standard_output_carries_the_protocol_only(environ):
    """Whatever is sent and whatever is printed, each line that comes out is a message; the end of the input ends the server."""
    hello = {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "test", "version": "1"}}
    sent = [
        json.dumps({"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": hello}),
        json.dumps({"jsonrpc": "2.0", "method": "notifications/initialized"}),
        "{",
        '{"jsonrpc": "2.0", "id": 2, "method": "tools/call", "params": {"name": "ask", "arguments": {"question": "\\ud800"}}}',
        json.dumps(
            {"jsonrpc": "2.0", "id": 3, "method": "tools/call", "params": {"name": "search", "arguments": {"query": "miel"}}}
        ),
    ]
    command = [sys.executable, "-c", SERVER]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen(command, cwd=ROOT, env=environ, text=True, encoding="utf-8", **pipes) as server:
        server.stdin.write("\n".join(sent) + "\n")
        server.stdin.flush()
        messages = []
        while not any(message.get("id") == 3 for message in messages):
            messages.append(json.loads(server.stdout.readline()))
        rest, said = server.communicate(timeout=30)
    assert (server.returncode, rest) == (0, "")
    assert all(message["jsonrpc"] == "2.0" for message in messages)
    assert "bruit" in said
    (found,) = (message["result"] for message in messages if message.get("id") == 3)
    assert found["structuredContent"]["passages"][0]["document"] == "abeilles"


def test_ctrl_c_ends_it_quietly(environ):
    """On a terminal it says what it waits for; Ctrl-C ends it with the status that shells expect and no traceback."""
    ours, terminal = pty.openpty()
    command = [sys.executable, "-c", SERVER]
    with subprocess.Popen(
        command, cwd=ROOT, env=environ, stdin=terminal, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    ) as server:
        os.close(terminal)
        said = server.stderr.readline().decode()
        assert "Tresse attend un client MCP" in said
        time.sleep(0.5)
        server.send_signal(signal.SIGINT)
        try:
            assert server.wait(10) == 130
        finally:
            server.kill()
        assert "Traceback" not in server.stderr.read().decode()
    os.close(ours)
