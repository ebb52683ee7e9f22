"""What concerns every visitor is for whoever keeps the server: evaluations, and what others added."""

import re

import gradio as gr
import pytest
from starlette.testclient import TestClient

from errors import TresseError
from interface import accounts as module
from interface.accounts import Accounts, add, hashed, read_accounts
from interface.evaluation.evaluator import Evaluator
from interface.evaluation.shelf import Shelf
from interface.evaluation_page import evaluation_page
from interface.opening import decide, proxy_address, warnings
from interface.server import web_application
from interface.web.visitor import NOT_OPERATOR

PASSWORD = "quatre mots font l’affaire"


@pytest.fixture(autouse=True)
def _quick(monkeypatch):
    """Hash passwords at little cost."""
    monkeypatch.setattr(module, "_COST", {"n": 2, "r": 1, "p": 1})


class Told(Evaluator):
    """Writes down what it is told to do."""

    orders: list[str]

    def start(self, name, split):
        """Write it down."""
        self.orders.append(f"start {name} {split}")

    def stop(self):
        """Write it down."""
        self.orders.append("stop")


@pytest.fixture
def evaluator(live, tmp_path):
    made = Told(live, runs=tmp_path)
    made.orders = []
    return made


def visitor(live, evaluator, tmp_path, **options):
    """Whoever comes to the page of evaluations."""
    with gr.Blocks(analytics_enabled=False) as site:
        evaluation_page(live, evaluator, Shelf(live, runs=tmp_path))
    return TestClient(web_application(site, names=(), **options), base_url="http://127.0.0.1:7860", follow_redirects=False)


def click(client, button, *data):
    """Click as a page does, and return all that comes of it."""
    config = client.get("/config").json()
    number = next(each["id"] for each in config["components"] if each["props"].get("elem_id") == button)
    event = next(each["id"] for each in config["dependencies"] if [number, "click"] in each["targets"])
    return client.post("/gradio_api/run/predict", json={"data": data, "fn_index": event, "session_hash": "a"}).text


def connect(client, name):
    """Open a session."""
    client.post("/connexion", data={"nom": name, "mot": PASSWORD}, headers={"origin": "http://127.0.0.1:7860"})


def test_on_this_machine_whoever_comes_operates(live, evaluator, tmp_path):
    """One person, one machine: nothing is asked."""
    client = visitor(live, evaluator, tmp_path)
    click(client, "eval-run", "essai", "test")
    click(client, "eval-stop")
    assert evaluator.orders == ["start essai test", "stop"]


def test_where_others_come_too_nobody_starts_or_stops_an_evaluation(live, evaluator, tmp_path):
    """A visitor who is no operator is told so, and nothing happens."""
    client = visitor(live, evaluator, tmp_path, visitors_operate=False)
    assert NOT_OPERATOR in click(client, "eval-run", "essai", "test")
    assert NOT_OPERATOR in click(client, "eval-stop")
    assert evaluator.orders == []


def test_with_accounts_operators_alone_do(live, evaluator, tmp_path):
    """The account says who operates, whatever the server would let others do."""
    accounts = Accounts({"jeanne": hashed(PASSWORD, b"s" * 16), "léa": hashed(PASSWORD, b"t" * 16)})
    accounts.secrets["léa"] = module.replace(accounts.secrets["léa"], operator=True)
    client = visitor(live, evaluator, tmp_path, accounts=accounts)
    connect(client, "jeanne")
    assert NOT_OPERATOR in click(client, "eval-run", "essai", "test")
    connect(client, "léa")
    click(client, "eval-run", "essai", "test")
    assert evaluator.orders == ["start essai test"]


def test_nothing_is_described_to_whoever_has_no_session(live, evaluator, tmp_path):
    """Where accounts are asked for, neither the pages nor the API say what there is."""
    client = visitor(live, evaluator, tmp_path, accounts=Accounts({"jeanne": hashed(PASSWORD, b"s" * 16)}))
    for path in ("/config", "/openapi.json", "/gradio_api/openapi.json", "/gradio_api/info", "/api/openapi.json"):
        assert client.get(path).status_code in (401, 404)


def test_a_half_that_is_none_is_refused(live, tmp_path):
    """What comes from a page is one of the choices, or nothing begins."""
    with pytest.raises(TresseError, match="Cette moitié n’existe pas"):
        Evaluator(live, runs=tmp_path).start("essai", "../..")


def test_an_operator_is_marked_in_the_file_and_stays_one(tmp_path):
    """`--operator` marks the line; another password changes nothing of it, and accounts without the mark are as they were."""
    path = tmp_path / "comptes"
    add(path, "jeanne", lambda: PASSWORD)
    add(path, "léa", lambda: PASSWORD, operator=True)
    add(path, "léa", lambda: "cinq mots font aussi l’affaire")
    assert re.fullmatch(r"jeanne:scrypt:\w+:\w+\nléa:scrypt:\w+:\w+:operator\n", path.read_text(encoding="utf-8"))
    accounts = read_accounts(path)
    assert [accounts.operates(name) for name in ("jeanne", "léa", "personne")] == [False, True, False]
    assert accounts.has_operators


def test_the_opening_says_who_operates(tmp_path):
    """On this machine whoever comes; for others nobody, or the operators of the accounts."""
    add(tmp_path / "sans", "jeanne", lambda: PASSWORD)
    add(tmp_path / "avec", "léa", lambda: PASSWORD, operator=True)
    openings = [
        decide(),
        decide(public=True),
        decide(auth_file=tmp_path / "sans"),
        decide(public=True, auth_file=tmp_path / "avec"),
    ]
    assert [(each.visitors_operate, each.operated) for each in openings] == [
        (True, True),
        (False, False),
        (False, False),
        (False, True),
    ]
    assert "compte d’opérateur" in "\n".join(warnings(openings[1]))
    assert "compte d’opérateur" not in "\n".join(warnings(openings[3]))


def test_a_proxy_is_an_address():
    """A name is refused: it could be made to lead elsewhere."""
    assert [proxy_address(text) for text in ("127.0.0.1", "::1")] == ["127.0.0.1", "::1"]
    for text in ("", "*", "tresse.mairie.fr", "127.0.0.1:80"):
        with pytest.raises(TresseError, match="n’est pas une adresse"):
            proxy_address(text)
