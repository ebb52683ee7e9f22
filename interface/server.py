"""The pages, their files and the API behind the guard, as one ASGI application."""

import warnings
from collections.abc import Collection
from pathlib import Path

import gradio as gr
from fastapi import FastAPI
from gradio.utils import get_upload_folder
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp

from interface.accounts import Accounts
from interface.entrance import Entrance
from interface.security import STATIC, Guard
from interface.theme import theme
from interface.web.event_gate import EventGate, event_rules
from interface.web.inbox import Inbox
from interface.web.stopping import Farewell, Stop
from interface.web.upload_door import UploadDoor
from interface.web.waiting import limit_queue, tidied

# Gradio keeps 10 000 conversations by default, about half a gigabyte.
CONVERSATION_LIMIT = 500


def web_application(
    page: gr.Blocks,
    *,
    names: Collection[str],
    api: ASGIApp | None = None,
    accounts: Accounts | None = None,
    upload_limit: int | None = None,
    proxied: bool = False,
    visitors_operate: bool = True,
    stop: Stop | None = None,
) -> FastAPI:
    """Return `page` ready to serve under the host names in `names` and any address of the machine, `api` below `/api`.

    `accounts`: who may come in, everybody where it is None; `upload_limit`: bytes of files to add from a page, None for none;
    `proxied`, `visitors_operate`: as the guard takes them.
    `stop`: what the server is asked before it ends.

    Mounted rather than launched: `launch()` calls itself through a proxy where one is set, and opens more routes.
    """
    page.state_session_capacity = CONVERSATION_LIMIT
    limit_queue(page)
    stop = stop or Stop()
    stop.queue = page._queue
    web = FastAPI(docs_url=None, redoc_url=None, openapi_url=None, lifespan=tidied(page))
    web.mount("/interface", StaticFiles(directory=STATIC))
    if api is not None:
        web.mount("/api", api)
    web.add_middleware(
        EventGate,
        rules=event_rules(page),
        asked=lambda session: session in page._queue.pending_messages_per_session,
    )
    if upload_limit is not None:
        web.add_middleware(UploadDoor, inbox=Inbox(Path(get_upload_folder()), upload_limit))
    if accounts is not None:
        web.add_middleware(Entrance, accounts=accounts)
    web.add_middleware(Farewell, stop=stop)
    web.add_middleware(  # the last one stands before the others
        Guard,
        names=names,
        upload_limit=upload_limit,
        proxied=proxied,
        visitors_operate=visitors_operate,
    )
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "SSR mode is not supported")  # it says so even where it is off
        gr.mount_gradio_app(
            web,
            page,
            path="/",
            footer_links=[],
            run_history=False,
            show_error=False,
            enable_monitoring=False,
            ssr_mode=False,
            pwa=False,
            mcp_server=False,
            favicon_path=str(STATIC / "tresse.svg"),
            theme=theme(),
        )
    page.has_launched = True  # else Gradio’s own check of the files that an event names is passed over, as mounted pages are
    return web
