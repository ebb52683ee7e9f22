"""`python -m eval.load`: visitors who ask at once, over HTTP, of the page and of the API, beside a bare Gradio that echoes.

Each visitor asks, waits for the answer and asks again, as a browser does: the question goes into Gradio's queue, the answer
comes by its stream. Both servers are processes of their own, measured one after the other with the same visitors on the same
machine. Time on the processor tells them apart even where the machine is busy with something else.
"""

import argparse
import json
import os
import re
import signal
import statistics
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from http.client import HTTPConnection, HTTPException, HTTPResponse
from pathlib import Path
from secrets import token_hex
from time import perf_counter, sleep
from typing import Any, Protocol
from urllib.parse import urlsplit

from eval.endurance import held_connections, memory_of_conversations, queue_refusals
from eval.hostile import hostile_hits
from eval.speed import ASKED
from settings import ROOT

VISITORS = (1, 16, 64)
SECONDS = 10.0  # of each measure
CONVERSATION = 5  # questions, after which a visitor begins another: an answer is sent with those before it
COMPARED, GOAL = 16, 1.5  # visitors at which a median is compared with that of the echo, and how many times it may take
SLOWEST = 60.0  # seconds without a byte, after which an answer is an error
READY = "L’index est chargé"


class Visitor(Protocol):
    """Asks one question after the other on a connection of its own."""

    def ask(self, question: str) -> None:
        """Ask, and return once the whole answer is there. Raises UnansweredError, or what a broken connection raises."""


class UnansweredError(Exception):
    """What came is no answer."""


class ApiVisitor:
    """Asks as a program does: a refusal for want of a turn is followed as it says, and its wait counts."""

    def __init__(self, address: str) -> None:
        self._connection = _connection(address)

    def ask(self, question: str) -> None:
        """Post a question until it is taken."""
        while True:
            response = _post(self._connection, "/api/ask", {"question": question})
            told = json.loads(response.read())
            if response.status != 429:
                break
            sleep(float(response.headers["Retry-After"]))
        if response.status != 200 or "text" not in told:
            raise UnansweredError(f"{response.status} {told}")


class PageVisitor:
    """Asks as the page does in a browser: into the queue, then along its stream until it closes."""

    def __init__(self, address: str) -> None:
        self._connection = _connection(address)
        self._event, self._inputs, self._place = question_event(_get(self._connection, "/config"))
        self._session, self._asked = "", 0
        self.told = ""

    def ask(self, question: str) -> None:
        """Join the queue and read what comes."""
        status = self.join(question)
        if status != 200:
            raise UnansweredError(f"{status} {self.told}")
        self._connection.request("GET", f"/gradio_api/queue/data?session_hash={self._session}")
        stream = self._connection.getresponse()
        succeeded = answered(stream)
        stream.read()  # nothing is left: it gives the connection back
        if not succeeded:
            raise UnansweredError(question)

    def join(self, question: str) -> int:
        """Join the queue and read nothing; return the status, and keep in `told` what was said."""
        if self._asked % CONVERSATION == 0:
            self._session = token_hex(6)
        self._asked += 1
        inputs = [*self._inputs[: self._place], question, *self._inputs[self._place + 1 :]]
        joined = _post(
            self._connection,
            "/gradio_api/queue/join",
            {"data": inputs, "fn_index": self._event, "session_hash": self._session, "event_data": None, "trigger_id": None},
        )
        self.told = joined.read().decode("utf-8", "replace")
        return joined.status


def question_event(config: dict[str, Any]) -> tuple[int, list[Any], int]:
    """Return the number of the event of the question box, what it is sent at first, and the place of the question in it."""
    values = {each["id"]: each["props"].get("value") for each in config["components"]}
    box = next(each["id"] for each in config["components"] if each["props"].get("elem_id") == "question")
    event = next(each for each in config["dependencies"] if [box, "submit"] in each["targets"])
    return event["id"], [values[each] for each in event["inputs"]], event["inputs"].index(box)


def answered(stream: HTTPResponse) -> bool:
    """Read a stream of events to its end; tell whether the event succeeded, and showed no fault in place of an answer."""
    succeeded = fault = False
    for line in stream:
        if not line.startswith(b"data:"):
            continue
        message = json.loads(line[5:])
        fault = fault or b"reponse fault" in line
        if message["msg"] == "process_completed":
            succeeded = message["success"]
    return succeeded and not fault


def _connection(address: str) -> HTTPConnection:
    return HTTPConnection(urlsplit(address).netloc, timeout=SLOWEST)


def _get(connection: HTTPConnection, path: str) -> dict[str, Any]:
    connection.request("GET", path)
    told: dict[str, Any] = json.loads(connection.getresponse().read())
    return told


def _post(connection: HTTPConnection, path: str, told: dict[str, Any]) -> HTTPResponse:
    connection.request("POST", path, json.dumps(told), {"content-type": "application/json"})
    return connection.getresponse()


@dataclass(frozen=True, slots=True)
class Load:
    """What some visitors met in some seconds: milliseconds of each answer, and what went wrong."""

    visitors: int
    seconds: float
    waits: tuple[float, ...]
    errors: tuple[str, ...]

    @property
    def rate(self) -> float:
        """Answers a second."""
        return len(self.waits) / self.seconds

    @property
    def median(self) -> float:
        """Milliseconds; infinite where nothing was answered."""
        return statistics.median(self.waits) if self.waits else float("inf")

    @property
    def slow(self) -> float:
        """The 95th percentile, in milliseconds; infinite where nothing was answered."""
        return sorted(self.waits)[int(0.95 * (len(self.waits) - 1))] if self.waits else float("inf")


def load(arrive: Callable[[], Visitor], visitors: int, seconds: float, questions: Sequence[str] = ASKED) -> Load:
    """Let visitors ask for some seconds, each a question first that is not counted. Whoever meets an error arrives anew."""
    waits: list[float] = []
    errors: list[str] = []
    start = threading.Barrier(visitors + 1)
    over = threading.Event()

    def visit(number: int) -> None:
        visitor, counted, asked = None, False, number
        while not over.is_set():
            began = perf_counter()
            try:
                visitor = visitor or arrive()
                visitor.ask(questions[asked % len(questions)])
                if counted:
                    waits.append(1000 * (perf_counter() - began))
            except (OSError, HTTPException, UnansweredError, ValueError) as fault:
                errors.append(f"{type(fault).__name__} {fault}")
                visitor = None
            if not counted:
                start.wait()
                counted = True
            asked += 1

    threads = [threading.Thread(target=visit, args=(number,), daemon=True) for number in range(visitors)]
    for thread in threads:
        thread.start()
    start.wait()
    began = perf_counter()
    over.wait(seconds)
    over.set()
    for thread in threads:
        thread.join()
    return Load(visitors, perf_counter() - began, tuple(waits), tuple(errors))


@contextmanager
def started(command: Sequence[str], ready: str) -> Iterator[tuple[str, int]]:
    """Start a server on a free port; give its address and its process once it prints a line that begins with `ready`."""
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, encoding="utf-8", env=_utf8()) as server:
        said = ""
        for line in server.stdout or ():
            said += line
            if line.startswith(ready):
                break
        found = re.search(r"http://\S+", said)
        assert found, said
        try:
            yield found[0], server.pid
        finally:
            server.send_signal(signal.SIGTERM)


def _utf8() -> dict[str, str]:
    return os.environ | {"PYTHONIOENCODING": "utf-8", "PYTHONUNBUFFERED": "1"}


def resident(process: int) -> float:
    """Megabytes of a process in memory, those of mapped files included."""
    status = Path(f"/proc/{process}/status").read_text(encoding="utf-8")
    return int(status.partition("VmRSS:")[2].split()[0]) / 1024


def processor(process: int) -> float:
    """Milliseconds that a process has spent on the processor since it began, all its threads together."""
    fields = Path(f"/proc/{process}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return 1000 * (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def serve_echo() -> None:
    """Serve a page that repeats the question, mounted as ours is, with nothing around it."""
    import gradio as gr
    import uvicorn
    from fastapi import FastAPI

    from app import address, listen

    def echo(text: str, said: tuple[str, ...]) -> tuple[str, list[dict[str, str]], tuple[str, ...]]:
        said = (*said, text)
        messages = [{"role": role, "content": each} for each in said for role in ("user", "assistant")]
        return "", messages, said

    with gr.Blocks(analytics_enabled=False) as page:
        chat, talk, box = gr.Chatbot(), gr.State(()), gr.Textbox(elem_id="question")
        box.submit(echo, [box, talk], [box, chat, talk])
    web = gr.mount_gradio_app(FastAPI(), page, path="/", ssr_mode=False)
    with listen("127.0.0.1", 0) as listener:
        print(address("127.0.0.1", listener), flush=True)
        uvicorn.Server(uvicorn.Config(web, log_level="warning")).run(sockets=[listener])


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure the echo, the page and the API with every number of visitors, and print a line of each."""
    parser = argparse.ArgumentParser(prog="python -m eval.load", description="Mesure Tresse sous la charge de visiteurs.")
    parser.add_argument("--visitors", nargs="+", type=int, default=VISITORS, metavar="N", help="visiteurs à la fois")
    parser.add_argument("--seconds", type=float, default=SECONDS, metavar="S", help="secondes de chaque mesure")
    parser.add_argument("--echo", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.echo:
        serve_echo()
        return 0
    numbers, seconds = options.visitors, options.seconds
    with started([sys.executable, "-m", "eval.load", "--echo"], "http") as (address, process):
        echo = _measured("Écho de Gradio", partial(PageVisitor, address), process, numbers, seconds)
    with started([sys.executable, "app.py", "--port", "0"], READY) as (address, process):
        page = _measured("Page de Tresse", partial(PageVisitor, address), process, numbers, seconds)
        api = _measured("API de Tresse", partial(ApiVisitor, address), process, numbers, seconds)
        print(*verdicts(echo, page, api), sep="\n", flush=True)
        for line in endurance(address, process):
            print(line, flush=True)
    return 0


def endurance(address: str, process: int) -> Iterator[str]:
    """Give a line a kind of what a server must bear."""
    arrive = partial(PageVisitor, address)
    hits, requests = hostile_hits(address)
    yield f"Demandes hostiles : {hits} ont abouti sur {requests} (but : 0)."
    yield held_connections(address)
    yield memory_of_conversations(arrive, ASKED[0], partial(resident, process))
    yield queue_refusals(arrive, ASKED[0])


def _measured(name: str, arrive: Callable[[], Visitor], process: int, numbers: Sequence[int], seconds: float) -> list[Load]:
    visitor = arrive()
    for question in ASKED:  # the first answers of a server load what it needs, and try what they suggest
        visitor.ask(question)
    before = resident(process)
    loads = []
    print(name, flush=True)
    for visitors in numbers:
        spent = processor(process)
        loads.append(load(arrive, visitors, seconds))
        each = (processor(process) - spent) / max(len(loads[-1].waits), 1)
        print(f"  {told(loads[-1])} Processeur : {each:.0f} ms par réponse.", flush=True)
    print(f"  Mémoire du serveur : {before:.0f} Mo avant, {resident(process):.0f} Mo après.", flush=True)
    return loads


def told(measured: Load) -> str:
    """Say in a line what visitors met, with the first error where there is one."""
    first = f" ({measured.errors[0][:120]})" if measured.errors else ""
    return (
        f"{measured.visitors:2} visiteur{'s' if measured.visitors > 1 else ''} : {measured.rate:.1f} réponses par seconde, "
        f"{measured.median:.0f} ms (médiane de {len(measured.waits)}), {measured.slow:.0f} ms au 95e centile, "
        f"{len(measured.errors)} erreur{'s' if len(measured.errors) > 1 else ''}{first}."
    )


def verdicts(echo: Sequence[Load], page: Sequence[Load], api: Sequence[Load]) -> list[str]:
    """Say which goals hold."""
    errors = sum(len(each.errors) for each in (*page, *api))
    lines = [f"Erreurs : {errors} (but : 0, {_held(errors == 0)})."]
    alone = {each.visitors: each.median for each in echo}
    for name, loads in (("la page", page), ("l’API", api)):
        for each in loads:
            ratio = each.median / alone[each.visitors]
            goal = f" (but : {GOAL:.1f} au plus, {_held(ratio <= GOAL)})" if each.visitors == COMPARED else ""
            lines.append(f"Temps de {name} rapporté à l’écho, {each.visitors} à la fois : {ratio:.2f}{goal}.")
    return lines


def _held(goal: bool) -> str:
    return "tenu" if goal else "manqué"


if __name__ == "__main__":
    sys.exit(main())
