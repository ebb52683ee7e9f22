"""Which addresses are served."""

import pytest

from interface.web.addresses import is_open


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/document",
        "/evaluation/",
        "/evaluation/rapport",
        "/connexion",
        "/config",
        "/theme.css",
        "/assets/index.js",
        "/interface/tresse.js",
        "/api/ask",
        "/gradio_api/run/predict",
        "/gradio_api/queue/join",
        "/gradio_api/queue/data",
        "/gradio_api/heartbeat/94es6xwpupw",
    ],
)
def test_what_the_pages_ask_for_is_open(path):
    """Every address that a browser was seen to ask for."""
    assert is_open(path, upload=False)


@pytest.mark.parametrize(
    "path",
    [
        "",
        "//",
        "/openapi.json",
        "/docs",
        "/login",
        "/logout",
        "/runs",
        "/pwa_icon/9999",
        "/manifest.json",
        "/svelte/x",
        "/custom_component/1/client/component/x",
        "/monitoring/summary",
        "/gradio_api/run/pick",
        "/gradio_api/run/predict/",
        "/gradio_api/api/predict",
        "/gradio_api/call/pick",
        "/gradio_api/call/v2/pick",
        "/gradio_api/cancel",
        "/gradio_api/reset",
        "/gradio_api/process_recording",
        "/gradio_api/component_server",
        "/gradio_api/info",
        "/gradio_api/app_id",
        "/gradio_api/token",
        "/gradio_api/file=/etc/passwd",
        "/gradio_api/file/etc/passwd",
        "/gradio_api/stream/a/b/1/playlist.m3u8",
        "/gradio_api/heartbeat/",
        "/gradio_api/heartbeat/a/b",
        "/gradio_api/heartbeat/" + "a" * 65,
        "/gradio_api/upload",
        "/run/predict",
        "/queue/join",
        "/upload",
        "/xapi/ask",
    ],
)
def test_what_gradio_has_besides_is_not_there(path):
    """Whatever else Gradio answers, and what a later version of it will."""
    assert not is_open(path, upload=False)


def test_files_are_sent_where_documents_may_be_added():
    """Two addresses more, and no alias of them."""
    assert is_open("/gradio_api/upload", upload=True)
    assert is_open("/gradio_api/upload_progress", upload=True)
    assert not any(is_open(path, upload=True) for path in ("/upload", "/gradio_api/upload/", "/gradio_api/uploads"))
