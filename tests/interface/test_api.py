"""The HTTP interface on a small index of its own, behind the guard as it is served."""

import json
import re
import shutil
import socket
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest
import schemathesis
import uvicorn
from fastapi import FastAPI, HTTPException
from hypothesis import HealthCheck, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import positive_data_acceptance
from starlette.testclient import TestClient

from answer import shapes
from answer.assistant import Assistant
from answer.entry import QUESTION_LIMIT
from answer.live import LOADING, Live
from errors import TresseError
from index.analysis import terms
from index.build import build_index
from index.store import open_index
from interface.api import Turns, api
from interface.desk import Desk
from interface.security import API_BODY_LIMIT, Guard
from settings import Settings

ROOT = Path(__file__).parents[2]
GUIDE = ROOT / "docs" / "api.md"
BEES = (
    "# Les abeilles\n\nUne ruche compte 40 000 abeilles en été. La reine pond les œufs.\n\n"
    "## Le miel\n\nLe miel vient du nectar.\n"
)
BREAD = "# Le pain\n\nLe boulanger pétrit la farine. Le four chauffe à 250 degrés.\n"
JSON = {"content-type": "application/json"}


class HashedWords:
    """Each term has a direction drawn from its hash: equal texts, equal vectors; shared words, nearer."""

    dimension, fingerprint = 16, "fake:1"

    def encode_documents(self, texts):
        """Encode each of the texts."""
        return np.array([self.encode_query(text) for text in texts], dtype=np.float32).reshape(len(texts), self.dimension)

    def encode_query(self, text):
        """Add up the directions of the terms."""
        seeds = [int.from_bytes(sha256(term.encode()).digest()[:8]) for term in terms(text)]
        vector = 1e-3 + sum(np.random.default_rng(seed).standard_normal(self.dimension) for seed in seeds)
        return (vector / np.linalg.norm(vector) * np.ones(self.dimension)).astype(np.float32)


@pytest.fixture(scope="module")
def desk(tmp_path_factory, reader, weights):
    folder = tmp_path_factory.mktemp("api")
    (folder / "corpus").mkdir()
    (folder / "corpus" / "abeilles.md").write_text(BEES, encoding="utf-8")
    (folder / "corpus" / "pain.md").write_text(BREAD, encoding="utf-8")
    paths = Settings(corpus=folder / "corpus", index=folder / "index", embeddings=folder / "embeddings")
    build_index(paths, progress=False, encoder=HashedWords())
    index = open_index(paths, encoder=HashedWords())
    return Desk(index, Assistant(index, reader, weights=weights), None, ())


def opened(open_):
    live = Live(open_, lambda: "g000001")
    live.start()
    assert live.settled.wait(30)
    return live


def served(live, **options):
    web = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    web.mount("/api", api(live, **options))
    web.add_middleware(Guard, names=["testserver"])
    return web


@pytest.fixture(scope="module")
def client(desk):
    return TestClient(served(opened(lambda _: desk)), raise_server_exceptions=False)


def failing(fault):
    def fail(_):
        raise fault

    return TestClient(served(opened(fail)))


def told(response, status):
    """The sentence of a refusal, which has the status and nothing else in it."""
    assert (response.status_code, list(response.json())) == (status, ["error"])
    assert response.headers["content-type"] == "application/json"
    assert "Traceback" not in response.text
    return response.json()["error"]


def test_a_question_gets_what_the_command_line_gives(client, desk):
    """The object is that of the contracts, and each quotation stands where it says in the text that it names."""
    response = client.post("/api/ask", json={"question": "Combien d’abeilles compte une ruche ?", "top": 2})
    assert response.status_code == 200
    answer = shapes.Answer.model_validate(response.json()).model_dump()
    assert answer["question"] == "Combien d’abeilles compte une ruche ?"
    assert [passage["rank"] for passage in answer["passages"]] == [1, 2]
    for cited in answer["citations"]:
        document = desk.index.documents[cited["document"]]
        assert (document.text[cited["start"] : cited["end"]], document.sha256) == (cited["quote"], cited["sha256"])
    assert "40 000 abeilles" in json.dumps([answer["text"], answer["passages"]], ensure_ascii=False)


def test_a_question_is_understood_in_its_conversation(client):
    """What was said before completes the question, as on the command line."""
    history = [{"role": "user", "content": "Qui pétrit la farine ?"}, {"role": "assistant", "content": "Le boulanger."}]
    asked = {"question": "et à combien de degrés ?", "history": history}
    assert "farine" in client.post("/api/ask", json=asked).json()["query"]


def test_passages_are_found_without_an_answer(client):
    """`q`, `top` and any number of `within` say what is searched; the best passage comes first."""
    found = client.get("/api/passages", params={"q": " le  four ", "top": 1}).json()
    shapes.Passages.model_validate(found)
    assert found["query"] == "le four"
    assert [(each["document"], each["text"]) for each in found["passages"]] == [("pain", BREAD.split("\n\n")[1].strip())]
    within = client.get("/api/passages", params={"q": "le four", "within": ["abeilles"]}).json()["passages"]
    assert {"abeilles"} == {each["document"] for each in within}


def test_documents_are_listed_from_the_table_of_contents(client, desk, monkeypatch):
    """Every document and part is there with the scope to search it in, and none is opened for it."""
    monkeypatch.setattr(type(desk.index.documents), "__getitem__", None)
    listed = client.get("/api/documents").json()
    shapes.Documents.model_validate(listed)
    assert [(each["id"], each["files"], each["passages"]) for each in listed["documents"]] == [
        ("abeilles", ["abeilles.md"], 2),
        ("pain", ["pain.md"], 1),
    ]
    for document in listed["documents"]:
        assert document["passages"] == sum(part["passages"] for part in document["parts"])
        assert all(part["scope"] == f"{document['id']}#{part['id']}" for part in document["parts"])


def test_documents_come_in_pages(client):
    """`limit` and `offset` say which are given, `total` how many there are; without them a small corpus is given whole."""
    first, second = (client.get("/api/documents", params={"limit": 1, "offset": offset}).json() for offset in (0, 1))
    assert [page["documents"][0]["id"] for page in (first, second)] == ["abeilles", "pain"]
    assert first["total"] == second["total"] == 2
    assert client.get("/api/documents?offset=2").json() == {"documents": [], "total": 2}
    whole = client.get("/api/documents").json()
    assert whole == {"documents": first["documents"] + second["documents"], "total": 2}
    for wrong in ("limit=0", "limit=501", "limit=x", "offset=-1", "limite=3"):
        assert "«" in told(client.get(f"/api/documents?{wrong}"), 422)


def test_every_scope_that_is_listed_can_be_searched(client):
    """What `documents` gives as a scope is what `within` takes."""
    for document in client.get("/api/documents").json()["documents"]:
        for scope in (document["id"], *(part["scope"] for part in document["parts"])):
            assert client.get("/api/passages", params={"q": "miel", "within": scope}).status_code == 200


def test_health_says_what_serves(client, desk):
    """Ready, it names the generation, the model and what there is."""
    health = client.get("/api/health")
    shapes.Ready.model_validate(health.json())
    assert health.json() == {
        "status": "ready",
        "generation": "g000001",
        "model": "fake:1",
        "counts": dict(desk.index.generation.manifest.counts),
    }
    assert health.headers["cache-control"] == "no-store"


def test_until_the_index_is_there_everything_says_so(desk):
    """While it loads the status is 503, with when to come back; then the same server answers."""
    going = threading.Event()

    def slow(_):
        going.wait(30)
        return desk

    live = Live(slow, lambda: "g000001")
    live.start()
    client = TestClient(served(live))
    health = client.get("/api/health")
    assert (health.status_code, health.json()) == (503, {"status": "loading", "error": LOADING})
    for response in (
        client.post("/api/ask", json={"question": "Qui ?"}),
        client.get("/api/passages?q=miel"),
        client.get("/api/documents"),
    ):
        assert told(response, 503) == LOADING
        assert response.headers["retry-after"] == "2"
    going.set()
    assert live.settled.wait(30)
    assert client.get("/api/health").status_code == 200


def test_an_index_that_cannot_be_opened_is_said_with_its_cure():
    """Health gives the sentence that the log has, and so does a question."""
    client = failing(TresseError("L’index est abîmé. Relancez : python -m index build"))
    health = client.get("/api/health")
    shapes.Unready.model_validate(health.json())
    assert health.json() == {"status": "fault", "error": "L’index est abîmé. Relancez : python -m index build"}
    assert (
        told(client.post("/api/ask", json={"question": "Qui ?"}), 503) == "L’index est abîmé. Relancez : python -m index build"
    )


@pytest.mark.parametrize(
    ("body", "status", "sentence"),
    [
        (b"", 422, "Ce qui est envoyé manque."),
        (b"{", 400, "n’est pas du JSON"),
        (b'{"question": "\xff"}', 400, "n’est pas du JSON"),
        (b"[" * 60_000, 400, "n’est pas du JSON"),
        (b'{"question": ' + b'{"a": ' * 9_000 + b"1" + b"}" * 9_001, 400, "n’est pas du JSON"),
        (b'{"question": "Qui ?", "top": ' + b"9" * 5_000 + b"}", 400, "n’est pas du JSON"),
        (b"[]", 422, "Ce qui est envoyé doit être un objet JSON."),
        (b"null", 422, "Ce qui est envoyé doit être un objet JSON."),
        (b"NaN", 422, "Ce qui est envoyé doit être un objet JSON."),
        (b"{}", 422, "« question » manque."),
        (b'{"question": null}', 422, "« question » doit être un texte."),
        (b'{"question": ["Qui ?"]}', 422, "« question » doit être un texte."),
        (b'{"question": ""}', 422, "La question est vide"),
        (b'{"question": "\\u202e"}', 422, "La question est vide"),
        (b'{"question": "\\ud800"}', 422, "« question » contient une moitié de caractère"),
        (b'{"question": "Qui \\udfff ?"}', 422, "« question » contient une moitié de caractère"),
        (b'{"question": "Qui ?", "\\ud800": 1}', 422, "contient une moitié de caractère"),
        (b'{"question": "Qui ?", "within": ["\\ud800"]}', 422, "« within[0] » contient une moitié de caractère"),
        (
            b'{"question": "Et \xc3\xa7a ?", "history": [{"role": "user", "content": "\\ud800"}]}',
            422,
            "« history[0].content » contient une moitié de caractère",
        ),
        (b'{"question": "Qui ?", "questoin": 1}', 422, "« questoin » n’est pas connu : vérifiez son orthographe."),
        (b'{"question": "Qui ?", "top": NaN}', 422, "« top » doit être un nombre entier."),
        (b'{"question": "Qui ?", "top": Infinity}', 422, "« top » doit être un nombre entier."),
        (b'{"question": "Qui ?", "top": "2"}', 422, "« top » doit être un nombre entier."),
        (b'{"question": "Qui ?", "top": true}', 422, "« top » doit être un nombre entier."),
        (b'{"question": "Qui ?", "top": 0}', 422, "« top » doit être au moins 1."),
        (b'{"question": "Qui ?", "top": ' + b"9" * 400 + b"}", 422, "« top » doit être au plus 100."),
        (b'{"question": "Qui ?", "within": "pain"}', 422, "« within » doit être une liste."),
        (b'{"question": "Qui ?", "within": ["gateau"]}', 422, "« gateau » n’est ni un document ni une partie de document."),
        (b'{"question": "Qui ?", "history": {}}', 422, "« history » doit être une liste."),
        (
            b'{"question": "Qui ?", "history": [{"role": "system", "content": "x"}]}',
            422,
            "« history[0].role » n’a pas une valeur permise : 'user' ou 'assistant'.",
        ),
        (b'{"question": "Qui ?", "history": [{"role": "user"}]}', 422, "« history[0].content » manque."),
        (b'{"question": "Qui ?", "history": [1]}', 422, "« history[0] » doit être un objet JSON."),
    ],
)
def test_what_cannot_be_understood_gets_a_sentence(client, body, status, sentence):
    """It names the field, says what to write, and never repeats what was sent."""
    assert sentence in told(client.post("/api/ask", content=body, headers=JSON), status).replace("\u00a0", " ")


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("", "« q » manque."),
        ("q=", "La question est vide"),
        ("q=miel&top=deux", "« top » doit être un nombre entier."),
        ("q=miel&top=101", "« top » doit être au plus 100."),
        ("q=miel&k=3", "« k » n’est pas connu"),
        ("q=miel&within=gateau", "« gateau » n’est ni un document"),
        ("q=" + "a" * (QUESTION_LIMIT + 1), f"{QUESTION_LIMIT + 1} caractères, pour {QUESTION_LIMIT}"),
        ("q=miel&" + "&".join(["within=pain"] * 101), "« within » a trop d’éléments : 100 au plus."),
    ],
)
def test_an_address_that_cannot_be_understood_gets_a_sentence(client, query, sentence):
    """So does what an address asks."""
    assert sentence in told(client.get(f"/api/passages?{query}"), 422).replace("\u00a0", " ")


def test_a_question_may_be_as_long_as_on_the_page(client):
    """The limit is the one of the question box, said with the length of what was sent."""
    assert client.post("/api/ask", json={"question": "a" * QUESTION_LIMIT}).status_code == 200
    assert f"{QUESTION_LIMIT + 1} caractères" in told(
        client.post("/api/ask", json={"question": "a" * (QUESTION_LIMIT + 1)}), 422
    )


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""])
def test_only_json_is_read(client, kind):
    """What a form of another site can send unasked is refused, whatever is in it."""
    response = client.post("/api/ask", content=b'{"question": "Qui ?"}', headers={"content-type": kind})
    assert "Content-Type: application/json" in told(response, 415)


def test_json_may_say_its_encoding(client):
    """The type may have parameters and capitals."""
    content = json.dumps({"question": "Qui pond ?"}).encode()
    assert (
        client.post("/api/ask", content=content, headers={"content-type": "Application/JSON; charset=utf-8"}).status_code == 200
    )


@pytest.mark.parametrize("chunked", [False, True])
def test_a_body_is_cut_off_at_its_limit(client, chunked):
    """64 kB are read, and not one byte more, whether the length was announced or not."""
    empty = json.dumps({"question": "Qui pond ?", "history": [{"role": "user", "content": ""}]})
    for more, status in ((0, 200), (1, 413)):
        body = empty.replace('""', '"' + "a" * (API_BODY_LIMIT - len(empty) + more) + '"').encode()
        assert len(body) == API_BODY_LIMIT + more
        response = client.post("/api/ask", content=iter([body[:70], body[70:]]) if chunked else body, headers=JSON)
        assert response.status_code == status
    assert "trop grand" in told(response, 413)


def test_another_address_or_method_is_said_to_be_one(client):
    """Where nothing is, and where nothing is done so, the description of the interface is named."""
    assert "/api/openapi.json" in told(client.get("/api/rien"), 404)
    assert "/api/openapi.json" in told(client.get("/api/ask"), 405)
    assert "/api/openapi.json" in told(client.delete("/api/health"), 405)


@pytest.mark.parametrize("path", ["/api/ask", "/api/health"])
def test_other_sites_stay_out(client, path):
    """A page of another site can neither ask here nor be told that it may; a name that is not ours is refused as well."""
    foreign = {"origin": "https://pirate.example"}
    preflight = client.options(path, headers=foreign | {"access-control-request-method": "POST"})
    assert "autre site" in told(preflight, 403)
    response = client.post(path, json={"question": "Qui ?"}, headers=foreign)
    assert "autre site" in told(response, 403)
    assert not [name for name in (*preflight.headers, *response.headers) if name.startswith("access-control")]
    assert "n’est pas celle du serveur" in told(client.get(path, headers={"host": "pirate.example"}), 421)


def test_a_breakdown_is_a_sentence_too(desk):
    """What nobody foresaw is told without its cause, which the log has."""
    broken = Desk(desk.index, None, None, ())
    client = TestClient(served(opened(lambda _: broken)), raise_server_exceptions=False)
    assert "Une erreur inattendue" in told(client.post("/api/ask", json={"question": "Qui ?"}), 500)
    assert client.get("/api/health").status_code == 200


def test_too_many_questions_at_once_are_refused(desk):
    """Two are answered, one waits, the fourth is refused at once and told when to come back; then there is room again."""
    inside, going = threading.Semaphore(0), threading.Event()

    class Slow:
        def ask(self, *given, **options):
            inside.release()
            going.wait(30)
            return desk.assistant.ask(*given, **options)

    live = opened(lambda _: Desk(desk.index, Slow(), None, ()))
    asked = {"question": "Qui pond ?"}
    with TestClient(served(live, turns=Turns(2, 1))) as client, ThreadPoolExecutor(3) as pool:
        first = [pool.submit(client.post, "/api/ask", json=asked) for _ in range(3)]
        assert all(inside.acquire(timeout=30) for _ in range(2))
        refused = client.post("/api/ask", json=asked)
        while refused.status_code == 200:  # the third was not there yet
            refused = client.post("/api/ask", json=asked)
        assert "Trop de questions à la fois" in told(refused, 429)
        assert refused.headers["retry-after"] == "1"
        assert client.get("/api/health").status_code == 200
        going.set()
        assert [each.result(30).status_code for each in first] == [200, 200, 200]
        assert client.post("/api/ask", json=asked).status_code == 200


def test_whoever_waits_too_long_is_refused():
    """A turn that does not come ends in the same refusal, and leaves its place."""
    turns = Turns(1, 1)
    with turns.taken():
        for _ in range(3):
            with pytest.raises(HTTPException) as refused, turns.taken(patience=0.01):
                pass
            assert refused.value.status_code == 429
    with turns.taken(patience=0.01):
        pass


def test_the_description_says_all_that_is_served(client):
    """OpenAPI lists the four addresses with their replies and their refusals, below `/api`."""
    described = client.get("/api/openapi.json").json()
    assert described["servers"] == [{"url": "/api"}]
    replies = {
        path: {method: sorted(said["responses"]) for method, said in each.items()} for path, each in described["paths"].items()
    }
    assert replies == {
        "/ask": {"post": ["200", "400", "413", "415", "422", "429", "503"]},
        "/passages": {"get": ["200", "422", "429", "503"]},
        "/documents": {"get": ["200", "422", "503"]},
        "/health": {"get": ["200", "503"]},
    }


def test_the_description_says_where_an_account_is_needed(desk):
    """Where accounts are asked for tools are told to send one, and nowhere else."""
    live = opened(lambda _: desk)
    described = [TestClient(served(live, protected=each)).get("/api/openapi.json").json() for each in (False, True)]
    assert [each.get("security") for each in described] == [None, [{"compte": []}]]
    assert described[1]["components"]["securitySchemes"] == {"compte": {"type": "http", "scheme": "basic"}}
    assert described[1]["servers"] == [{"url": "/api"}]


def test_the_interface_imports_nothing_heavy():
    """It is ready to serve before what an index or a model needs is imported."""
    code = (
        "import sys; from answer.live import Live; from interface.api import api; api(Live(lambda _: None, str)).openapi();"
        "print({'torch', 'faiss', 'tantivy', 'scipy', 'sklearn', 'langchain_text_splitters'} & set(sys.modules) or '')"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout.strip()) == (0, ""), done.stderr


@pytest.fixture(scope="module")
def described(desk):
    schema = schemathesis.openapi.from_asgi("/api/openapi.json", served(opened(lambda _: desk)))
    return {operation.ok().label: operation.ok() for operation in schema.get_all_operations()}


# A blank question fits the description, and is refused: that one check cannot be made.
@pytest.mark.parametrize(
    ("label", "mode"),
    [
        ("POST /ask", GenerationMode.POSITIVE),
        ("POST /ask", GenerationMode.NEGATIVE),
        ("GET /passages", GenerationMode.POSITIVE),
        ("GET /passages", GenerationMode.NEGATIVE),
        ("GET /documents", GenerationMode.POSITIVE),
        ("GET /documents", GenerationMode.NEGATIVE),
        ("GET /health", GenerationMode.POSITIVE),
    ],
)
def test_whatever_is_sent_the_description_holds(described, label, mode):
    """What fits the description and what does not is answered as it says, never by a breakdown."""

    @given(described[label].as_strategy(generation_mode=mode))
    @settings(max_examples=50, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True, database=None)
    def hold(case):
        case.call_and_validate(excluded_checks=[positive_data_acceptance])

    hold()


@pytest.fixture(scope="module")
def address(desk):
    """The address of a server in earnest."""
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(served(opened(lambda _: desk)), log_level="critical"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    server.should_exit = True
    thread.join(timeout=30)


BLOCKS = re.findall(
    r"^```sh\n(curl .+?)\n```(?:\n\n```json\n(.+?)\n```)?$", GUIDE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL
)


def shape(value):
    """What JSON is made of, without what it says: the names of its fields, and of lists the first element."""
    if isinstance(value, dict):
        return {name: shape(each) for name, each in value.items()}
    return [shape(value[0])] if isinstance(value, list) and value and isinstance(value[0], dict) else type(value).__name__


@pytest.mark.skipif(not shutil.which("curl"), reason="curl is missing")
@pytest.mark.parametrize(("command", "reply"), BLOCKS)
def test_every_command_of_the_guide_gives_what_the_guide_shows(address, command, reply):
    """Each curl of docs/api.md runs as it is written, and what it shows has the same fields as what comes back."""
    here = command.replace("http://127.0.0.1:7860", address).replace("livret-ess-territoires-ruraux", "pain")
    done = subprocess.run(["bash", "-c", here], capture_output=True, text=True, encoding="utf-8", check=False)
    assert done.returncode == 0, done.stderr
    told, shown = json.loads(done.stdout), json.loads(reply or "null")
    if shown is None:
        assert told["status"] in ("answered", "related", "refused")
    elif "citations" in shown:
        shapes.Answer.model_validate(shown)
        assert list(shown) == list(told)
    elif "error" in shown:
        assert shown["error"].replace(" ", "\u00a0") == told["error"].replace(" ", "\u00a0")
    else:
        assert shape(shown) == shape(told)


def test_the_guide_shows_every_address():
    """No address is left without a command that can be tried."""
    assert {"ask", "passages", "documents", "health"} == {re.search(r"/api/(\w+)", command)[1] for command, _ in BLOCKS}
