"""The address at which the report of a run is downloaded.

An address of ours: the one by which Gradio serves files stays closed. The report is sent as bytes to keep, never as a page of
this server: it has a policy of its own and would be read under ours.
"""

import re
from collections.abc import Sequence

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from errors import TresseError
from interface.evaluation.naming import REPORT_PATH, RUN_PARAMETER
from interface.evaluation.shelf import Shelf
from interface.web.turns import BusyError, Turns

WAITING = 3  # reports: each takes a second of a processor
MOST = 4  # runs side by side: as many as the report has colours for


def report_route(shelf: Shelf) -> Route:
    """Return the route; it goes before those of Gradio, which take every address."""
    turns = Turns(1, WAITING)

    def drawn(folders: Sequence[str]) -> str:
        with turns.taken():
            return shelf.report(folders)

    async def download(request: Request) -> Response:
        folders = request.query_params.getlist(RUN_PARAMETER)[:MOST]
        try:
            page = await run_in_threadpool(drawn, folders)
        except BusyError as busy:
            return PlainTextResponse(str(busy), 429, {"retry-after": "2"})
        except TresseError as fault:
            return PlainTextResponse(str(fault), 404)
        headers = {"content-disposition": f'attachment; filename="{file_name(folders)}"'}
        return Response(page.encode(), media_type="application/octet-stream", headers=headers)

    return Route(REPORT_PATH, download)


def file_name(folders: Sequence[str]) -> str:
    """Return what the file is called, in characters that any system takes."""
    return f"evaluation-{re.sub(r'[^A-Za-z0-9.-]+', '_', '-'.join(folders))}.html"
