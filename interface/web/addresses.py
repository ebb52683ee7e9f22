"""The addresses that are served, of those that Gradio has: what a page does not ask for does not exist.

A list of what is open and not of what is closed, so that what a new version of Gradio brings stays closed.
"""

import re

RUN, JOIN = "/gradio_api/run/predict", "/gradio_api/queue/join"  # the two that carry an event
STREAM = "/gradio_api/queue/data"  # what comes of those that wait their turn
UPLOAD, PROGRESS = "/gradio_api/upload", "/gradio_api/upload_progress"  # open where documents may be added
SESSION = re.compile(r"[\w-]{1,64}", re.ASCII)  # the name that a page gives itself, drawn at random

_PAGES = re.compile(r"/|/(?:document|evaluation)/?|/evaluation/rapport|/connexion|/deconnexion")
_FILES = re.compile(r"/(?:interface|assets|static|api)/.*|/(?:config|theme\.css|favicon\.ico|robots\.txt)")
_EVENTS = re.compile(rf"{RUN}|{JOIN}|{STREAM}|/gradio_api/heartbeat/{SESSION.pattern}", re.ASCII)


def is_open(path: str, *, upload: bool) -> bool:
    """Tell whether an address is served; `upload`: whether documents may be added."""
    if path in (UPLOAD, PROGRESS):
        return upload
    return any(kind.fullmatch(path) for kind in (_PAGES, _FILES, _EVENTS))
