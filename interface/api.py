"""What is served in, the same answers for programs out: JSON over HTTP, described by OpenAPI. Knows nothing of pages.

    POST /api/ask           a question, answered
    GET  /api/passages      the passages that a question finds
    GET  /api/documents     what stands in the index
    GET  /api/health        whether questions are answered
    GET  /api/openapi.json  all this, described

Every refusal is {"error": a French sentence}, with the status that says whose fault it is.
"""

import logging
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Depends, FastAPI, HTTPException, Query, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ConfigDict
from starlette.exceptions import HTTPException as StarletteHTTPException
from starlette.responses import JSONResponse

from answer import replies, shapes
from answer.live import Live
from answer.misread import sentence
from errors import TresseError
from interface.web.turns import PATIENCE, BusyError
from interface.web.turns import Turns as AllTurns

if TYPE_CHECKING:
    from interface.desk import Desk

log = logging.getLogger(__name__)

AT_ONCE = 4  # questions: more do not go faster, for the model runs on all the cores that there are
WAITING = 16  # questions: with those under way half of the threads of the server, so that pages and health get the others
_SOON, _LATER = {"Retry-After": "1"}, {"Retry-After": "2"}

_SENTENCES = {
    400: 'Ce qui est envoyé n’est pas du JSON en UTF-8\u00a0: envoyez un objet, par exemple {"question": "…"}.',
    404: "Cette adresse n’existe pas\u00a0: /api/openapi.json décrit celles de l’API.",
    405: "Cette adresse ne s’emploie pas avec cette méthode\u00a0: /api/openapi.json dit laquelle.",
    415: "Le type annoncé n’est pas du JSON\u00a0: envoyez l’en-tête Content-Type: application/json.",
    429: "Trop de questions à la fois\u00a0: renvoyez la vôtre dans une seconde.",
}
_UNEXPECTED = "Une erreur inattendue a empêché de répondre\u00a0: le journal du serveur en donne la cause."
_DESCRIPTION = (
    "Des réponses faites de citations exactes des documents. Une erreur est toujours un objet "
    '`{"error": "une phrase qui dit quoi faire"}`.'
)


class Turns(AllTurns):
    """The turns of the questions of programs, refused as HTTP refuses."""

    @contextmanager
    def taken(self, patience: float = PATIENCE) -> Iterator[None]:
        """Wait for a turn, and hold it. Raises HTTPException 429 where too many wait, or where it does not come."""
        with ExitStack() as held:
            try:
                held.enter_context(super().taken(patience))
            except BusyError:
                raise HTTPException(429, headers=_SOON) from None
            yield


class Searched(BaseModel):
    """What an address says of a search. A field that is not known is refused, as in what is sent."""

    model_config = ConfigDict(extra="forbid")

    q: shapes.Question
    top: shapes.Top = 10
    within: shapes.Within = []


class Paged(BaseModel):
    """What an address says of a list."""

    model_config = ConfigDict(extra="forbid")

    limit: shapes.Limit = shapes.MOST_DOCUMENTS
    offset: shapes.Skipped = 0


def api(live: "Live[Desk]", *, protected: bool = False, turns: Turns | None = None) -> FastAPI:
    """Return the application to mount at `/api`; `protected`: say in its description that an account is asked for."""
    web = FastAPI(
        title="Tresse", version="1", description=_DESCRIPTION, openapi_url="/openapi.json", docs_url=None, redoc_url=None
    )
    web.add_exception_handler(RequestValidationError, _misread)
    web.add_exception_handler(StarletteHTTPException, _refused)
    web.add_exception_handler(TresseError, _unanswerable)
    web.add_exception_handler(Exception, _broken)
    web.include_router(_questions(live, turns or Turns(AT_ONCE, WAITING)))
    web.include_router(_state(live))
    if protected:
        described = web.openapi()  # made once, and kept
        described["components"]["securitySchemes"] = {"compte": {"type": "http", "scheme": "basic"}}
        described["security"] = [{"compte": []}]
    return web


def _questions(live: "Live[Desk]", turns: Turns) -> APIRouter:
    routes = APIRouter(responses=_faults(422, 429, 503))

    @routes.post(
        "/ask",
        summary="Poser une question",
        response_model=shapes.Answer,
        dependencies=[Depends(_json)],
        responses=_faults(400, 413, 415),
    )
    def ask(asked: shapes.Ask) -> JSONResponse:
        """Répond par des citations exactes, ou dit que les documents ne répondent pas."""
        desk = _desk(live)
        with turns.taken():
            return _reply(replies.ask(desk.assistant, asked))

    @routes.get("/passages", summary="Chercher des passages", response_model=shapes.Passages)
    def passages(asked: Annotated[Searched, Query()]) -> JSONResponse:
        """Rend les passages les plus proches d’une question, sans y répondre."""
        desk = _desk(live)
        with turns.taken():
            return _reply(replies.search(desk.index, shapes.Search(query=asked.q, top=asked.top, within=asked.within)))

    return routes


def _state(live: "Live[Desk]") -> APIRouter:
    routes = APIRouter()

    @routes.get("/documents", summary="Voir les documents", response_model=shapes.Documents, responses=_faults(422, 503))
    def documents(asked: Annotated[Paged, Query()]) -> JSONResponse:
        """Donne les documents de l’index et leurs parties, avec ce qu’il faut écrire dans `within`."""
        return _reply(replies.list_documents(_desk(live).index.contents, asked.limit, asked.offset))

    @routes.get(
        "/health", summary="Savoir si Tresse répond", response_model=shapes.Ready, responses={503: {"model": shapes.Unready}}
    )
    def health() -> JSONResponse:
        """Dit si Tresse répond, et sur quelle génération de l’index."""
        try:
            index = live.current().index
        except TresseError as fault:
            state = "fault" if live.settled.is_set() else "loading"
            return _reply({"status": state, "error": str(fault)}, 503, _LATER)
        made = index.generation.manifest
        counts = dict(made.counts)
        return _reply({"status": "ready", "generation": index.generation.folder.name, "model": made.model, "counts": counts})

    return routes


def _faults(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Describe refusals to OpenAPI."""
    said = {413: "Ce qui est envoyé est trop grand.", 422: "La demande ne se comprend pas.", 503: "L’index n’est pas ouvert."}
    return {status: {"model": shapes.Fault, "description": said.get(status) or _SENTENCES[status]} for status in statuses}


def _desk(live: "Live[Desk]") -> "Desk":
    try:
        return live.current()
    except TresseError as fault:
        raise HTTPException(503, str(fault), _LATER) from None


def _json(request: Request) -> None:
    """Refuse what is not said to be JSON: a form of another site may be sent without asking, JSON may not."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json":
        raise HTTPException(415)


def _reply(told: dict[str, Any], status: int = 200, headers: dict[str, str] | None = None) -> JSONResponse:
    return JSONResponse(told, status, {"Cache-Control": "no-store"} | (headers or {}))


def _misread(_: Request, fault: Exception) -> JSONResponse:
    assert isinstance(fault, RequestValidationError)
    errors = fault.errors()
    if errors[0]["type"] == "json_invalid":
        return _reply({"error": _SENTENCES[400]}, 400)
    return _reply({"error": sentence(errors)}, 422)


def _refused(_: Request, fault: Exception) -> JSONResponse:
    assert isinstance(fault, StarletteHTTPException)
    told = _SENTENCES.get(fault.status_code) or fault.detail
    return _reply({"error": told}, fault.status_code, dict(fault.headers or {}))


def _unanswerable(_: Request, fault: Exception) -> JSONResponse:
    return _reply({"error": str(fault)}, 422)


def _broken(_: Request, fault: Exception) -> JSONResponse:
    log.error("request not answered", exc_info=fault)
    return _reply({"error": _UNEXPECTED}, 500)
