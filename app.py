"""Tresse in the browser: settings -> index -> assistant -> interface -> launch."""

import argparse
import atexit
import errno
import faulthandler
import logging
import os
import shutil
import socket
import sys
from functools import partial
from pathlib import Path
from tempfile import mkdtemp
from threading import Thread
from typing import TYPE_CHECKING, NoReturn

from answer.live import Live
from errors import TresseError
from index.generation import current_name
from interface.opening import Opening, decide, proxy_address, public_name, warnings
from settings import Settings, read_settings

if TYPE_CHECKING:
    import gradio as gr
    import uvicorn

    from interface.assistant.feedback import Feedback
    from interface.desk import Desk
    from interface.document.upload import Uploads
    from interface.evaluation.evaluator import Evaluator
    from interface.web.stopping import Stop

# Before anything imports them: Gradio asks two servers for news, the model libraries look for newer weights.
OFFLINE = {"GRADIO_ANALYTICS_ENABLED": "False", "HF_HUB_OFFLINE": "1", "HF_HUB_DISABLE_TELEMETRY": "1", "DO_NOT_TRACK": "1"}


def main(arguments: list[str]) -> int:
    """Serve the page until interrupted; return the exit status."""
    asked = _arguments(arguments)
    os.environ.update(OFFLINE | {"GRADIO_TEMP_DIR": _own_folder()})
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(name)s %(levelname)s %(message)s")
    try:
        opening = decide(
            host=asked.host,
            public=asked.public,
            names=tuple(asked.name),
            auth_file=asked.auth_file,
            upload=asked.upload,
            proxy=asked.proxy,
        )
        with listen(opening.host, asked.port) as listener:
            serve(read_settings(), listener, opening)
    except TresseError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nTresse est arrêtée.")
    return 0


def _own_folder() -> str:
    """Make a folder that this user alone enters, gone with the process: by default Gradio shares one with the whole machine."""
    folder = mkdtemp(prefix="tresse-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


class _FrenchParser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        self.exit(2, f"Option refusée : {message}\n{self.prog} --help dit ce qui est possible.\n")


def _arguments(arguments: list[str]) -> argparse.Namespace:
    parser = _FrenchParser(prog="python app.py", description="Ouvre Tresse dans le navigateur.", add_help=False)
    parser.add_argument(
        "--host", metavar="ADRESSE", help="où servir la page (127.0.0.1, cette machine seule\u00a0; 0.0.0.0 avec --public)"
    )
    parser.add_argument("--port", default=7860, type=_port, help="port où servir la page (7860)")
    parser.add_argument(
        "--public", action="store_true", help="servir aussi d’autres machines\u00a0; dit au démarrage ce qu’il faut régler"
    )
    parser.add_argument(
        "--name", action="append", default=[], type=_name, metavar="NOM", help="nom public du serveur, comme tresse.mairie.fr"
    )
    parser.add_argument(
        "--auth-file",
        type=Path,
        metavar="FICHIER",
        help="demander un compte de ce fichier, que tient python -m interface.accounts",
    )
    parser.add_argument("--upload", action="store_true", help="permettre d’ajouter des documents depuis la page")
    parser.add_argument(
        "--proxy",
        type=_proxy,
        metavar="ADRESSE",
        help="adresse du serveur mandataire placé devant Tresse, seul cru sur qui demande, comment et sous quel nom",
    )
    parser.add_argument("-h", "--help", action="help", help="affiche ces lignes et s’arrête")
    return parser.parse_args(arguments)


def _port(text: str) -> int:
    if not text.isdecimal() or not 0 <= int(text) <= 65535:
        raise argparse.ArgumentTypeError(
            f"« {text} » n’est pas un port ; donnez un nombre de 1 à 65535, ou 0 pour un port libre."
        )
    return int(text)


def _name(text: str) -> str:
    try:
        return public_name(text)
    except TresseError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def _proxy(text: str) -> str:
    try:
        return proxy_address(text)
    except TresseError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def listen(host: str, port: int) -> socket.socket:
    """Take the port first, so that a refusal comes at once and a visitor who is early waits. Raises TresseError."""
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listener = socket.create_server(address[:2], family=family)
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # asyncio forgets sockets of ours: 40 ms an exchange
        return listener
    except (socket.gaierror, UnicodeError):
        raise TresseError(f"L’adresse « {host} » est inconnue ; essayez --host 127.0.0.1.") from None
    except OSError as error:
        raise TresseError(_refused(error, host, port)) from None


def _refused(error: OSError, host: str, port: int) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"Le port {port} est déjà pris ; choisissez-en un autre, par exemple : python app.py --port {port % 65535 + 1}"
    if error.errno == errno.EACCES:
        return f"Le port {port} est réservé à l’administrateur ; choisissez-en un au-dessus de 1023 : python app.py --port 7860"
    if error.errno == errno.EADDRNOTAVAIL:
        return f"L’adresse « {host} » n’est pas celle de cette machine ; essayez --host 127.0.0.1."
    return f"Impossible de servir sur {host}, port {port} : {error.strerror}. Essayez un autre --host ou un autre --port."


def serve(settings: Settings, listener: socket.socket, opening: Opening) -> None:
    """Serve the pages on `listener` until interrupted, and open the index meanwhile. Raises TresseError where it cannot be."""
    from interface.api import api  # not before the arguments are read: these imports take seconds
    from interface.assistant.feedback import Feedback
    from interface.document.upload import Uploads
    from interface.evaluation.evaluator import Evaluator
    from interface.evaluation.report_route import report_route
    from interface.evaluation.shelf import Shelf
    from interface.server import web_application
    from interface.web.connections import limits_of_this_process
    from interface.web.repeated import count_repetitions
    from interface.web.stopping import Stop, server_of

    count_repetitions()
    stop = Stop()
    faulthandler.enable()  # a mapped file that is cut short ends the process: it says so
    live = Live(partial(_open_or_build, settings), partial(current_name, settings.index), _damage)
    uploads = Uploads(settings, live) if opening.upload_limit else None
    web = web_application(
        pages(
            live,
            feedback=Feedback(settings.feedback),
            uploads=uploads,
            evaluator=Evaluator(live) if opening.operated else None,
            stop=stop,
        ),
        names=[opening.host, *opening.names],
        api=api(live, protected=opening.accounts is not None),
        accounts=opening.accounts,
        upload_limit=opening.upload_limit,
        proxied=opening.proxy is not None,
        visitors_operate=opening.visitors_operate,
        stop=stop,
    )
    web.router.routes.insert(0, report_route(Shelf(live)))
    server = server_of(web, limits_of_this_process(), stop, proxy=opening.proxy or "")
    print(
        f"Tresse est servie sur {address(opening.host, listener)} : ouvrez cette adresse dans un navigateur. Ctrl+C l’arrête.",
        *warnings(opening),
        sep="\n",
        flush=True,
    )
    live.start()
    Thread(target=_announce, args=(live, server), daemon=True).start()
    server.run(sockets=[listener])
    if live.settled.is_set() and not live.ready:
        live.current()


def pages(
    live: "Live[Desk]",
    *,
    feedback: "Feedback | None" = None,
    uploads: "Uploads | None" = None,
    evaluator: "Evaluator | None" = None,
    stop: "Stop | None" = None,
) -> "gr.Blocks":
    """Compose the pages, each from its own file; what is not given is not offered."""
    import gradio as gr

    from interface.assistant_page import assistant_page
    from interface.document_page import document_page
    from interface.evaluation_page import evaluation_page

    with gr.Blocks(title="Tresse", fill_width=True, analytics_enabled=False, delete_cache=(3600, 86400)) as site:
        gr.Navbar(main_page_name="Assistant")
        assistant_page(live, feedback, stop)
    with site.route("Document", "/document"):
        gr.Navbar(main_page_name="Assistant")
        document_page(live, uploads)
    with site.route("Évaluation", "/evaluation"):
        gr.Navbar(main_page_name="Assistant")
        evaluation_page(live, evaluator)
    return site


def _announce(live: "Live[Desk]", server: "uvicorn.Server") -> None:
    """Say when questions are answered; stop where they cannot be."""
    live.settled.wait()
    if live.ready:
        print("L’index est chargé : Tresse répond.", flush=True)
    else:
        server.should_exit = True


def _open_or_build(settings: Settings, before: "Desk | None") -> "Desk":
    """Open the index; build it at the first start, and again when it no longer serves: it takes seconds."""
    from index.build import build_index
    from index.store import has_index
    from interface.desk import open_desk

    try:
        return open_desk(settings, before)
    except TresseError as error:
        if before:
            raise
        first = not has_index(settings)
        print("Premier démarrage : l’index se construit." if first else f"{error}\nL’index se reconstruit.", flush=True)
    report = build_index(settings, progress=True)
    for aside in report.asides:
        if aside.fault:
            print(f"{aside.name} : {aside.reason}", file=sys.stderr)
    return open_desk(settings, None)


def _damage(desk: "Desk") -> str:
    return desk.index.generation.damage()


def address(host: str, listener: socket.socket) -> str:
    """Return the address to open; where every interface is served, the one that this machine can open."""
    shown = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)
    port = listener.getsockname()[1]
    return f"http://[{shown}]:{port}/" if ":" in shown else f"http://{shown}:{port}/"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
