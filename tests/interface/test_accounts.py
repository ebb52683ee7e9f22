"""The account file, and the entrance that asks for an account."""

import hashlib
import os
import pty
import re
import socket
import subprocess
import sys
import threading
import time
from base64 import b64encode
from pathlib import Path

import gradio as gr
import pytest
import uvicorn
from playwright.sync_api import expect
from starlette.applications import Starlette
from starlette.responses import HTMLResponse, PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from errors import TresseError
from interface import accounts as module
from interface.accounts import FREE_TRIES, LONGEST, Accounts, Locked, add, hashed, main, read_accounts, remove
from interface.entrance import COOKIE, MOST_SESSIONS, SESSION_LENGTH, Entrance, Sessions
from interface.security import Guard, french_page
from interface.server import web_application

ROOT = Path(__file__).parents[2]
PASSWORD = "quatre mots font l’affaire"
ORIGIN = {"origin": "http://127.0.0.1:7860"}
BROWSER = {"accept": "text/html,application/xhtml+xml"}


@pytest.fixture(autouse=True)
def _quick(monkeypatch):
    """Hash passwords at little cost."""
    monkeypatch.setattr(module, "_COST", {"n": 2, "r": 1, "p": 1})


class Clock:
    """A time that passes when it is told to."""

    now = 1000.0

    def __call__(self):
        """Say what time it is."""
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def accounts(clock):
    return Accounts({"jeanne": hashed(PASSWORD, b"s" * 16), "léa": hashed("un autre mot de passe", b"t" * 16)}, clock)


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "comptes"
    add(path, "jeanne", lambda: PASSWORD)
    return path


# ---- the file


def test_a_password_is_kept_as_scrypt_of_it(monkeypatch, tmp_path):
    """The file has the mode 600 and holds a salt and scrypt of the password with N = 2^15, r = 8, p = 3; never the password."""
    monkeypatch.undo()
    path = tmp_path / "comptes"
    add(path, "jeanne", lambda: PASSWORD)
    name, kind, salt, digest = path.read_text().strip().split(":")
    assert (name, kind, len(salt)) == ("jeanne", "scrypt", 32)
    expected = hashlib.scrypt(PASSWORD.encode(), salt=bytes.fromhex(salt), n=32768, r=8, p=3, maxmem=2**26, dklen=32)
    assert expected.hex() == digest
    assert path.stat().st_mode & 0o777 == 0o600
    assert list(tmp_path.iterdir()) == [path]


def test_names_are_added_changed_and_removed(file):
    """Adding a name again changes its password; what is removed no longer opens, the others still do."""
    add(file, "léa", lambda: "un premier mot de passe")
    add(file, "léa", lambda: "un second mot de passe")
    accounts = read_accounts(file)
    assert accounts.check("léa", "un second mot de passe")
    assert not accounts.check("léa", "un premier mot de passe")
    remove(file, "léa")
    accounts = read_accounts(file)
    assert not accounts.check("léa", "un second mot de passe")
    assert accounts.check("jeanne", PASSWORD)


def test_accents_may_be_typed_either_way(tmp_path):
    """A name and a password are the same whether é is one character or two."""
    path = tmp_path / "comptes"
    add(path, "le\u0301a", lambda: "me\u0301moire longue")
    assert read_accounts(path).check("l\u00e9a", "m\u00e9moire longue")


@pytest.mark.parametrize("name", ["", "a:b", "a b", "é" * 65, "a\n", "<b>"])
def test_a_name_that_would_break_the_file_is_refused(tmp_path, name):
    """Only letters, digits and four signs make a name; the password is not even asked for."""
    with pytest.raises(TresseError, match="n’est pas un nom de compte"):
        add(tmp_path / "comptes", name, pytest.fail)
    assert not (tmp_path / "comptes").exists()


@pytest.mark.parametrize("password", ["", "a" * 11, "a" * (LONGEST + 1)])
def test_a_password_too_short_or_too_long_is_refused(tmp_path, password):
    """The sentence says how long it must be, and nothing is written."""
    with pytest.raises(TresseError, match="de 12 à 200 caractères"):
        add(tmp_path / "comptes", "jeanne", lambda: password)
    assert not (tmp_path / "comptes").exists()


@pytest.mark.parametrize("damage", ["jeanne", "jeanne:scrypt:00:00", "jeanne:md5:" + "0" * 32 + ":" + "0" * 64, "\n", "\x00"])
def test_a_damaged_line_is_named(file, damage):
    """What is no account is never passed over: somebody would be locked out, or let in, without knowing why."""
    file.write_text(file.read_text() + damage + "\n")
    with pytest.raises(TresseError, match="ligne 2"):
        read_accounts(file)
    before = file.read_text()
    with pytest.raises(TresseError, match="ligne 2"):
        add(file, "léa", lambda: "un mot de passe")
    assert before == file.read_text()


def test_a_file_that_cannot_serve_is_a_sentence_with_its_cure(tmp_path, file):
    """Missing, empty, a folder, not text, readable by others: each is said, with what to do."""
    with pytest.raises(TresseError, match=r"n’existe pas\. Créez-le\u00a0: python -m interface.accounts add"):
        read_accounts(tmp_path / "absent")
    remove(file, "jeanne")
    with pytest.raises(TresseError, match="ne contient aucun compte"):
        read_accounts(file)
    file.write_bytes(b"\xff\xfe")
    with pytest.raises(TresseError, match="ne peut pas être lu"):
        read_accounts(file)
    (tmp_path / "dossier").mkdir(mode=0o700)
    with pytest.raises(TresseError, match="ne peut pas être lu"):
        read_accounts(tmp_path / "dossier")
    file.chmod(0o640)
    with pytest.raises(TresseError, match="chmod 600"):
        read_accounts(file)


def test_a_folder_that_cannot_be_written_is_a_sentence(tmp_path):
    """Nothing is written beside, and the cure is another folder."""
    with pytest.raises(TresseError, match="ne peut pas être écrit"):
        add(tmp_path / "absent" / "comptes", "jeanne", lambda: PASSWORD)


def test_a_name_that_is_not_there_cannot_be_removed(file):
    """The sentence names those that are."""
    with pytest.raises(TresseError, match="il a\u00a0: jeanne"):
        remove(file, "paul")


def test_the_command_asks_twice_and_shows_nothing(tmp_path):
    """On a terminal the password is asked for twice, without an echo, and the account is there."""
    path = tmp_path / "comptes"
    main_side, terminal = pty.openpty()
    command = [sys.executable, "-m", "interface.accounts", "add", str(path), "jeanne"]
    with subprocess.Popen(
        command, cwd=ROOT, stdin=terminal, stdout=terminal, stderr=terminal, start_new_session=True, close_fds=True
    ) as process:
        os.close(terminal)
        shown = b""
        for prompt in ("Mot de passe", "encore une fois"):
            while prompt.encode() not in shown:
                shown += os.read(main_side, 1000)
            time.sleep(0.1)  # getpass silences the terminal around its prompt
            os.write(main_side, f"{PASSWORD}\n".encode())
        try:
            while more := os.read(main_side, 1000):
                shown += more
        except OSError:
            pass  # the terminal is closed
        assert process.wait(30) == 0
    os.close(main_side)
    assert PASSWORD.encode() not in shown
    assert "peut se connecter dès que Tresse est relancée" in shown.decode()
    assert re.fullmatch(r"jeanne:scrypt:[\da-f]{32}:[\da-f]{64}\n", path.read_text())


def test_two_passwords_that_differ_change_nothing(monkeypatch, tmp_path, capsys):
    """The command says so, and ends with 1."""
    typed = iter(["un mot de passe", "un autre mot de passe"])
    monkeypatch.setattr(module, "getpass", lambda _: next(typed))
    assert main(["add", str(tmp_path / "comptes"), "jeanne"]) == 1
    assert "diffèrent" in capsys.readouterr().err
    assert not (tmp_path / "comptes").exists()


# ---- who is let in


def test_only_the_password_of_a_name_is_right(accounts):
    """Neither the password of another, nor a longer one, nor any password of an unknown name."""
    assert accounts.check("jeanne", PASSWORD)
    assert not accounts.check("jeanne", "un autre mot de passe")
    assert not accounts.check("jeanne", PASSWORD + " ")
    assert not accounts.check("paul", PASSWORD)
    assert not accounts.check("", "")
    assert not accounts.check("paul", "\ud800")


def test_what_stands_for_unknown_names_is_no_account(accounts, monkeypatch):
    """An unknown name is hashed as any other, and is refused even were the hash to agree."""
    monkeypatch.setattr(module, "hashed", lambda *given: hashed_for.append(given) or module._NOBODY)
    hashed_for = []
    assert not accounts.check("paul", "x")
    assert hashed_for == [("x", bytes(16))]


def test_whoever_guesses_waits_twice_as_long_each_time(accounts, clock):
    """After five wrong passwords a name is locked for 30 s, then 60 s, then longer, 15 minutes at most; the right one too."""
    for _ in range(FREE_TRIES):
        assert not accounts.check("jeanne", "faux mot de passe")
    waits = []
    for _ in range(7):
        with pytest.raises(Locked) as locked:
            accounts.check("jeanne", PASSWORD)
        waits.append(locked.value.seconds)
        clock.now += locked.value.seconds
        assert not accounts.check("jeanne", "faux mot de passe")
    assert waits == [30, 60, 120, 240, 480, 900, 900]
    assert accounts.check("léa", "un autre mot de passe")
    clock.now += 900
    assert accounts.check("jeanne", PASSWORD)
    assert not accounts.check("jeanne", "faux mot de passe")


def test_a_password_that_was_right_is_not_hashed_again(accounts, clock, monkeypatch):
    """It is remembered by a passing key; while its name is locked it is refused as any other, or guesses would cost nothing."""
    assert not accounts.remembers("jeanne", PASSWORD)
    assert accounts.check("jeanne", PASSWORD)
    with monkeypatch.context() as patched:
        patched.setattr(module, "hashed", pytest.fail)
        assert accounts.remembers("jeanne", PASSWORD)
        assert not accounts.remembers("jeanne", "faux mot de passe")
        assert not accounts.remembers("paul", PASSWORD)
    for _ in range(FREE_TRIES):
        accounts.check("jeanne", "faux mot de passe")
    assert not accounts.remembers("jeanne", PASSWORD)
    clock.now += 30
    assert accounts.remembers("jeanne", PASSWORD)


def test_guesses_take_no_more_memory(accounts, clock, monkeypatch):
    """However many names are tried, no more is kept than was decided."""
    monkeypatch.setattr(module, "_BUCKETS", 8)
    for number in range(30):
        accounts.check(f"nom{number}", "x")
        clock.now += 10_000
    assert len(accounts._tries) <= 8
    assert len(accounts._seen) == 0


def test_a_session_ends_after_a_working_day_and_when_it_is_ended(clock):
    """What a cookie holds opens one session, for a time; the oldest ends where there are too many."""
    sessions = Sessions(clock)
    token = sessions.begin("jeanne")
    assert (sessions.name(token), sessions.name("autre"), sessions.name("")) == ("jeanne", "", "")
    clock.now += SESSION_LENGTH - 1
    assert sessions.name(token) == "jeanne"
    clock.now += 1
    assert sessions.name(token) == ""
    first = sessions.begin("jeanne")
    others = [sessions.begin("léa") for _ in range(MOST_SESSIONS)]
    assert (sessions.name(first), sessions.name(others[0]), sessions.name(others[-1])) == ("", "léa", "léa")
    sessions.end(others[0])
    assert sessions.name(others[0]) == ""


# ---- the entrance


@pytest.fixture
def client(accounts):
    routes = [
        Route("/", lambda _: HTMLResponse("<html><head></head><body>accueil</body></html>")),
        Route("/{path:path}", lambda _: PlainTextResponse("ouvert"), methods=["GET", "POST"]),
    ]
    web = Guard(Entrance(Starlette(routes=routes), accounts=accounts), names=[])
    return TestClient(web, base_url="http://127.0.0.1:7860", follow_redirects=False)


def connect(client, name="jeanne", password=PASSWORD, suite="/", **headers):
    return client.post("/connexion", data={"nom": name, "mot": password, "suite": suite}, headers=ORIGIN | headers)


def basic(name, password):
    return {"authorization": "Basic " + b64encode(f"{name}:{password}".encode()).decode()}


def test_a_visitor_is_led_to_the_form_and_back(client):
    """A page leads to the form, the form back to the page that was asked for, and from then on pages are served."""
    asked = client.get("/document?p=livret@1-2", headers=BROWSER)
    assert (asked.status_code, asked.headers["location"]) == (303, "/connexion?suite=%2Fdocument%3Fp%3Dlivret%401-2")
    form = client.get(asked.headers["location"])
    assert (form.status_code, form.headers["cache-control"]) == (200, "no-store")
    assert 'name="suite" value="/document?p=livret@1-2"' in form.text
    assert connect(client, suite="/document?p=livret@1-2").headers["location"] == "/document?p=livret@1-2"
    assert client.get("/document?p=livret@1-2", headers=BROWSER).text == "ouvert"


def test_the_form_needs_no_script_and_loads_nothing(client):
    """The page is French, has no script, and its policy lets its form lead nowhere else."""
    form = client.get("/connexion")
    assert '<html lang="fr"' in form.text
    assert "<script" not in form.text
    assert "/interface/" not in form.text
    assert "form-action 'self'" in form.headers["content-security-policy"]
    assert '<label for="mot">' in form.text


def test_the_cookie_is_out_of_reach(client):
    """Scripts cannot read it, other sites cannot have it sent; over TLS it goes nowhere else."""
    cookie = connect(client).headers["set-cookie"]
    assert re.fullmatch(COOKIE + r"=[\w-]{43}; HttpOnly; Max-Age=43200; Path=/; SameSite=strict", cookie)
    secure = TestClient(client.app, base_url="https://127.0.0.1", follow_redirects=False)
    said = secure.post("/connexion", data={"nom": "jeanne", "mot": PASSWORD}, headers={"origin": "https://127.0.0.1"})
    assert said.headers["set-cookie"].endswith("; Secure")


@pytest.mark.parametrize(("name", "password"), [("jeanne", "faux mot de passe"), ("paul", PASSWORD), ("", "")])
def test_a_wrong_name_and_a_wrong_password_read_alike(client, name, password):
    """Nothing says which of the two was wrong, and no session is opened."""
    refused = connect(client, name, password, suite="/document")
    assert refused.status_code == 403
    assert "Ce nom et ce mot de passe ne vont pas ensemble." in refused.text
    assert 'value="/document"' in refused.text
    assert password not in refused.text or not password
    assert "set-cookie" not in refused.headers
    assert client.get("/", headers=BROWSER).status_code == 303


@pytest.mark.parametrize(
    "suite",
    ["https://pirate.example/", "//pirate.example", "/\\pirate.example", "javascript:alert(1)", "/a\r\nx: y", "/connexion", ""],
)
def test_the_form_leads_to_our_own_pages_only(client, suite):
    """An address of another site, or that would break the answer, becomes the first page."""
    assert connect(client, suite=suite).headers["location"] == "/"


def test_what_is_led_to_is_escaped(client):
    """The address in the form cannot end it."""
    form = client.get("/connexion", params={"suite": '/"><b>'})
    assert "<b>" not in form.text


def test_a_form_of_another_site_opens_and_ends_no_session(client):
    """What does not say that it comes from our page is refused, as what says that it does not."""
    data = {"nom": "jeanne", "mot": PASSWORD}
    for headers in ({}, {"origin": "null"}, {"origin": "https://pirate.example"}):
        assert client.post("/connexion", data=data, headers=headers).status_code == 403
    connect(client)
    for headers in ({}, {"origin": "null"}):
        assert client.post("/deconnexion", headers=headers).status_code == 403
    assert client.get("/", headers=BROWSER).status_code == 200


def test_a_page_says_who_is_there_and_how_to_leave(client):
    """A page of a session has the way out below it, with the name as text; a page without accounts has none."""
    client.app.app.accounts.secrets["<b>"] = hashed(PASSWORD, b"s" * 16)
    connect(client, "<b>")
    assert '&lt;b&gt;\u00a0: <a href="/deconnexion"' in client.get("/", headers=BROWSER).text
    assert "deconnexion" not in french_page("<html><body></body></html>", "n")


def test_leaving_ends_the_session(client):
    """The page asks first; then the cookie opens nothing, whoever kept it, and what the browser kept is cleared."""
    connect(client)
    token = client.cookies[COOKIE]
    assert "jeanne" in client.get("/deconnexion").text
    assert client.get("/", headers=BROWSER).status_code == 200
    left = client.post("/deconnexion", headers=ORIGIN)
    assert (left.status_code, left.headers["location"]) == (303, "/connexion")
    assert left.headers["clear-site-data"] == '"cache", "storage"'
    assert "Max-Age=0" in left.headers["set-cookie"]
    assert client.get("/", headers=BROWSER | {"cookie": f"{COOKIE}={token}"}).status_code == 303
    assert client.get("/deconnexion").headers["location"] == "/connexion"


def test_another_login_ends_the_session_before(client):
    """A browser has one session at a time."""
    connect(client)
    token = client.cookies[COOKIE]
    connect(client, "léa", "un autre mot de passe")
    assert "léa" in client.get("/deconnexion").text
    assert client.get("/", headers=BROWSER | {"cookie": f"{COOKIE}={token}"}).status_code == 303


def test_guesses_at_the_form_are_made_to_wait(client):
    """After five the form says how long, and so does the header; the right password has to wait as well."""
    for _ in range(FREE_TRIES):
        assert connect(client, password="faux mot de passe").status_code == 403
    refused = connect(client)
    assert (refused.status_code, refused.headers["retry-after"]) == (429, "30")
    assert "Trop d’essais\u00a0: attendez 30 secondes" in refused.text


@pytest.mark.parametrize("path", ["/gradio_api/queue/join", "/config", "/interface/tresse.js", "/theme.css"])
def test_what_a_page_fetches_is_closed_too(client, path):
    """Without a session nothing is served, and a script gets a sentence in place of a form."""
    for response in (client.get(path), client.post(path, headers=ORIGIN)):
        assert (response.status_code, response.text) == (
            401,
            "Votre session est terminée\u00a0: rechargez la page pour vous connecter de nouveau.",
        )
    connect(client)
    assert client.get(path).text == "ouvert"


def test_a_program_sends_its_account_with_each_request(client):
    """HTTP Basic opens the API and no page; without it, or with a wrong one, the refusal says what is expected."""
    refused = client.get("/api/health")
    assert refused.status_code == 401
    assert refused.headers["www-authenticate"] == 'Basic realm="Tresse", charset="UTF-8"'
    assert "HTTP Basic" in refused.json()["error"]
    assert client.get("/api/health", headers=basic("jeanne", PASSWORD)).text == "ouvert"
    assert client.get("/api/health", headers=basic("léa", "un autre mot de passe")).text == "ouvert"
    wrong = client.get("/api/health", headers=basic("jeanne", "faux mot de passe"))
    assert (wrong.status_code, wrong.json()) == (401, {"error": "Ce nom et ce mot de passe ne vont pas ensemble."})
    assert client.get("/", headers=BROWSER | basic("jeanne", PASSWORD)).status_code == 303
    assert client.get("/config", headers=basic("jeanne", PASSWORD)).status_code == 401


@pytest.mark.parametrize(
    "header",
    ["", "Basic", "Basic !!!", "Basic " + b64encode(b"jeanne").decode(), "Basic /////w==", "Bearer x", "Basic " + "A" * 40_000],
)
def test_a_header_that_is_no_account_is_refused(client, header):
    """Whatever stands in it."""
    assert client.get("/api/health", headers={"authorization": header}).status_code == 401


def test_a_session_opens_the_api_as_well(client):
    """A page may ask the API in the name of its visitor."""
    connect(client)
    assert client.get("/api/health").text == "ouvert"


def test_guesses_at_the_api_are_made_to_wait(client):
    """As at the form, in JSON."""
    for _ in range(FREE_TRIES):
        assert client.get("/api/health", headers=basic("jeanne", "faux")).status_code == 401
    refused = client.get("/api/health", headers=basic("jeanne", PASSWORD))
    assert (refused.status_code, refused.headers["retry-after"]) == (429, "30")
    assert "attendez 30 secondes" in refused.json()["error"]


def test_many_passwords_at_once_do_not_hold_the_server(accounts, monkeypatch):
    """Beyond those that wait to be hashed, a password is refused without being looked at."""
    monkeypatch.setattr("interface.entrance.MOST_CHECKS", 0)
    client = TestClient(Entrance(Starlette(), accounts=accounts))
    refused = client.get("/api/health", headers=basic("jeanne", PASSWORD))
    assert (refused.status_code, refused.headers["retry-after"]) == (429, "1")


def test_a_form_that_is_none_is_refused(client):
    """What is no form, or far too long, is a wrong password."""
    for content in (b"", b"\xff\xfe&=&;", b"nom=jeanne&mot=" + b"a" * 500_000, b"&" * 100_000):
        headers = ORIGIN | {"content-type": "application/x-www-form-urlencoded"}
        assert client.post("/connexion", content=content, headers=headers).status_code == 403
        client.app.app.accounts._tries.clear()


@pytest.fixture
def guarded_page(accounts):
    """The address of a page of Gradio behind the entrance, in earnest."""
    with gr.Blocks(analytics_enabled=False) as page:
        asked = gr.Textbox(label="Question", elem_id="asked")
        told = gr.Textbox(label="Réponse", elem_id="told")
        asked.submit(str.upper, asked, told)
    listener = socket.create_server(("127.0.0.1", 0))
    web = web_application(page, names=[], accounts=accounts)
    server = uvicorn.Server(uvicorn.Config(web, log_level="critical", timeout_graceful_shutdown=0))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    yield f"http://127.0.0.1:{listener.getsockname()[1]}/"
    server.should_exit = True
    thread.join(timeout=30)


@pytest.mark.browser
@pytest.mark.parametrize("script", [True, False])
def test_a_person_comes_and_goes(browser, guarded_page, script):
    """In a browser, with scripts or without: a wrong password is told, the right one opens the page, leaving closes it."""
    context = browser.new_context(java_script_enabled=script)
    page = context.new_page()
    faults = []
    page.on("console", lambda said: faults.append(said.text) if said.type == "error" and "403" not in said.text else None)
    page.goto(f"{guarded_page}?q=1")
    assert page.url.endswith("/connexion?suite=%2F%3Fq%3D1")
    for password in ("faux mot de passe", PASSWORD):
        page.fill("#nom", "jeanne")
        page.fill("#mot", password)
        page.click("button")
        if password != PASSWORD:
            assert "ne vont pas ensemble" in page.locator("[role=alert]").inner_text()
    assert page.url == f"{guarded_page}?q=1"
    if script:
        page.fill("#asked textarea", "bonjour")
        page.press("#asked textarea", "Enter")
        expect(page.locator("#told textarea")).to_have_value("BONJOUR")
        assert page.evaluate("document.cookie") == ""
    page.get_by_role("link", name="se déconnecter").click()
    page.get_by_role("button", name="Se déconnecter").click()
    assert page.url == f"{guarded_page}connexion"
    page.goto(guarded_page)
    assert "/connexion" in page.url
    assert faults == []
    context.close()
