"""The index that serves in, three tools for assistants that speak MCP out: ask, search, read_passage.

Served over standard input and output, which carry the protocol and nothing else. The JSON is that of the command line and of
HTTP. A fault is a French sentence in the result, for the assistant that called to read.
"""

import json
import logging
import os
import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import anyio
from mcp.server.lowlevel import Server
from mcp.server.stdio import stdio_server
from mcp_types import CallToolRequestParams, CallToolResult, ListToolsResult, TextContent, Tool, ToolAnnotations
from pydantic import ValidationError

from answer import replies, shapes
from answer.assistant import Assistant
from answer.evidence.reader import open_reader
from answer.live import Live
from answer.misread import sentence
from errors import TresseError
from index.generation import current_name
from index.store import open_index
from settings import Settings

log = logging.getLogger(__name__)

_AT_ONCE = 4  # calls: more do not go faster
_INTERRUPTED = 130  # as a shell reports Ctrl-C
_INSTRUCTIONS = (
    "Tresse répond en français par des citations exactes de ses documents. Appelez «\u00a0ask\u00a0» pour une réponse, "
    "«\u00a0search\u00a0» pour des passages, «\u00a0read_passage\u00a0» pour relire l’endroit d’une citation ou d’un passage. "
    "Citez mot pour mot, avec le document et les lignes ou la page. Quand «\u00a0status\u00a0» est «\u00a0refused\u00a0», "
    "les documents ne répondent pas\u00a0: dites-le."
)
_UNEXPECTED = "Une erreur inattendue a empêché de répondre\u00a0: la sortie d’erreur du serveur en donne la cause."


@dataclass(frozen=True, slots=True)
class _Offered:
    """A tool: what it is told to be for, what it takes and gives, and what it does."""

    title: str
    description: str
    takes: type[shapes.Sent]
    gives: type[shapes.Received]
    run: Callable[[Assistant, Any], dict[str, Any]]


OFFERED = {
    "ask": _Offered(
        "Poser une question",
        "Répond à une question en français par des phrases des documents, chacune citée exactement avec son endroit\u00a0; "
        "dit quand les documents ne répondent pas.",
        shapes.Ask,
        shapes.Answer,
        replies.ask,
    ),
    "search": _Offered(
        "Chercher des passages",
        "Rend les passages des documents les plus proches d’une question, du meilleur au moins bon, sans y répondre.",
        shapes.Search,
        shapes.Passages,
        lambda assistant, asked: replies.search(assistant.index, asked),
    ),
    "read_passage": _Offered(
        "Lire un passage",
        "Rend le texte exact d’un document entre deux rangs de caractères, avec son endroit\u00a0: ses titres, "
        f"qui parle, ses lignes ou sa page. {replies.LONGEST_READ} caractères au plus à la fois.",
        shapes.Read,
        shapes.PassageText,
        lambda assistant, asked: replies.read_passage(assistant.index, asked),
    ),
}


def serve(settings: Settings) -> None:
    """Serve the tools until standard input ends. The index opens meanwhile; a call that comes before waits for it."""
    live = Live(
        partial(_open, settings), partial(current_name, settings.index), lambda served: served.index.generation.damage()
    )
    if sys.stdin.isatty():
        sys.stderr.write("Tresse attend un client MCP sur l’entrée standard. Ctrl+C l’arrête.\n")
    # The thread that reads standard input cannot be interrupted, and a process waits for its threads. There is nothing to save.
    signal.signal(signal.SIGINT, lambda *_: os._exit(_INTERRUPTED))
    anyio.run(_serve, live)


def _open(settings: Settings, before: Assistant | None) -> Assistant:
    index = open_index(settings, encoder=before.index.encoder if before else None)
    return Assistant(index, before.reader if before else open_reader(settings.reader))


async def _serve(live: Live[Assistant]) -> None:
    async with stdio_server() as (reading, writing):
        live.start()  # only now: what an index or a model prints goes to standard error
        server = make_server(live)
        await server.run(reading, writing, server.create_initialization_options())


def make_server(live: Live[Assistant]) -> Server[Any]:
    """Return the server of the tools, to be run on any transport."""
    limiter = anyio.CapacityLimiter(_AT_ONCE)

    async def list_tools(*_: object) -> ListToolsResult:
        return ListToolsResult(tools=[_described(name, offered) for name, offered in OFFERED.items()])

    async def call_tool(_: object, asked: CallToolRequestParams) -> CallToolResult:
        return await anyio.to_thread.run_sync(call, live, asked.name, asked.arguments or {}, limiter=limiter)

    return Server("tresse", title="Tresse", instructions=_INSTRUCTIONS, on_list_tools=list_tools, on_call_tool=call_tool)


def _described(name: str, offered: _Offered) -> Tool:
    return Tool(
        name=name,
        title=offered.title,
        description=offered.description,
        input_schema=offered.takes.model_json_schema(),
        output_schema=offered.gives.model_json_schema(),
        annotations=ToolAnnotations(read_only_hint=True, idempotent_hint=True, open_world_hint=False),
    )


def call(live: Live[Assistant], name: str, arguments: dict[str, Any]) -> CallToolResult:
    """Call one tool. Never raises: what went wrong is the result."""
    try:
        offered = OFFERED.get(name)
        if offered is None:
            raise TresseError(f"Cet outil n’existe pas\u00a0: choisissez parmi {', '.join(OFFERED)}.")
        asked = offered.takes.model_validate(arguments)
        live.settled.wait()
        told = offered.run(live.current(), asked)
    except ValidationError as fault:
        return _failed(sentence(fault.errors()))
    except TresseError as fault:
        return _failed(str(fault))
    except Exception:
        log.exception("tool %s", name)
        return _failed(_UNEXPECTED)
    return CallToolResult(content=[_text(json.dumps(told, ensure_ascii=False))], structured_content=told)


def _failed(told: str) -> CallToolResult:
    return CallToolResult(content=[_text(told)], is_error=True)


def _text(text: str) -> TextContent:
    return TextContent(type="text", text=text)
