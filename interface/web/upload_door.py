"""The address to which a page sends a file: Gradio's own, answered here, so that each visitor has a folder and a quota.

It answers with the name of the file and not with its place, which no page needs to know.
"""

import asyncio
from http import HTTPStatus
from pathlib import Path, PurePath

from gradio.route_utils import GradioMultiPartParser, GradioUploadFile, MultiPartException
from gradio.routes import file_upload_statuses
from gradio_client.utils import strip_invalid_filename_characters
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from errors import TresseError
from interface.security import VISITOR
from interface.web.addresses import PROGRESS, SESSION, UPLOAD
from interface.web.inbox import COOKIE, Inbox, Mailbox, Sender, sender
from interface.web.visitor import MAILBOX

LONGEST = 600  # seconds: 200 MB at three megabits a second
_ONE_FILE = "Ce qui est envoyé n’est pas un fichier seul\u00a0: envoyez-en un à la fois."
_TOO_LARGE = "Ce qui est envoyé est trop grand\u00a0: envoyez moins à la fois."
_TOO_SLOW = "L’envoi a duré trop longtemps\u00a0: recommencez avec une meilleure connexion, ou un fichier plus petit."
_NOT_FOLLOWED = "Cet envoi n’est pas suivi\u00a0: rechargez la page."


class UploadDoor:
    """ASGI middleware that takes the files of visitors in, and lets each event reach those of whoever sends it."""

    def __init__(self, app: ASGIApp, *, inbox: Inbox) -> None:
        self.app, self.inbox = app, inbox

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Take a file in, or let a request pass."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request = Request(scope, receive)
        by = sender(request.cookies.get(COOKIE, ""), scope.get(VISITOR, ""))
        if scope["path"] == UPLOAD:
            await (await self._taken(request, by))(scope, receive, send)
        elif scope["path"] == PROGRESS and not SESSION.fullmatch(request.query_params.get("upload_id", "")):
            await PlainTextResponse(_NOT_FOLLOWED, HTTPStatus.NOT_FOUND)(scope, receive, send)
        else:
            await self.app({**scope, MAILBOX: Mailbox(self.inbox, by)}, receive, send)

    async def _taken(self, request: Request, by: Sender) -> Response:
        if request.method != "POST" or not request.headers.get("content-type", "").startswith("multipart/form-data"):
            return PlainTextResponse(_ONE_FILE, HTTPStatus.BAD_REQUEST)
        length = request.headers.get("content-length", "")
        size = int(length) if length.isdecimal() else self.inbox.limit  # the guard has read it, and cuts what is longer
        try:
            folder = await run_in_threadpool(self.inbox.reserve, by, size)
        except TresseError as full:
            return PlainTextResponse(str(full), HTTPStatus.TOO_MANY_REQUESTS)
        try:
            async with asyncio.timeout(LONGEST):
                name = await self._kept(request, by, folder, size)
        except TimeoutError:
            return PlainTextResponse(_TOO_SLOW, HTTPStatus.REQUEST_TIMEOUT)
        except (MultiPartException, ClientDisconnect) as fault:
            large = "maximum allowed size" in str(fault)
            return PlainTextResponse(_TOO_LARGE if large else _ONE_FILE, 413 if large else 400)
        finally:
            self.inbox.release(by, size, folder)
        done = JSONResponse([name])
        secure = request.url.scheme == "https"
        done.set_cookie(COOKIE, by.token, httponly=True, samesite="strict", secure=secure)
        return done

    async def _kept(self, request: Request, by: Sender, folder: Path, size: int) -> str:
        """Read the one file of a request into a folder, and put it among those of its sender; return its name."""
        upload_id = request.query_params.get("upload_id")
        followed = upload_id if upload_id and SESSION.fullmatch(upload_id) else None
        if followed:
            file_upload_statuses.track(followed)
        parser = GradioMultiPartParser(
            request.headers,
            request.stream(),
            max_files=1,
            max_fields=0,
            upload_dir=folder,
            upload_id=followed,
            upload_progress=file_upload_statuses if followed else None,
            max_file_size=size,
        )
        file = (await parser.parse()).get("files")
        if not isinstance(file, GradioUploadFile):
            raise MultiPartException(_ONE_FILE)
        await file.close()
        name = file_name(file.filename or "")
        await run_in_threadpool(self.inbox.keep, by, Path(file.file.name), name)
        return name


def file_name(sent: str) -> str:
    """Return the last part of a name that a browser sends, in characters that any file system takes."""
    name = strip_invalid_filename_characters(PurePath(sent.replace("\\", "/")).name).strip()
    return "document" if name in ("", ".", "..") else name
