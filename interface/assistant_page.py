"""The chat with its sources: how the page is laid out, and which handler answers what."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import gradio as gr

from answer.entry import QUESTION_LIMIT
from answer.live import Live
from interface.assistant.feedback import Feedback
from interface.assistant.handlers import EVERYWHERE, Handlers, Parts, check, scope_label
from interface.assistant.kept import SECRET, STORAGE
from interface.assistant.sources import EMPTY
from interface.assistant.told import welcome
from interface.web.stopping import Stop
from interface.web.waiting import AT_ONCE, put_off

if TYPE_CHECKING:
    from interface.desk import Desk

LOADING_LOOK = 1  # second between two looks at whether the index is there
HEADER = (
    '<header id="tresse"><a class="skip" href="#question">Aller à la question</a>'
    "<h1>Tresse</h1><p>Posez votre question comme à un collègue\u00a0: "
    "chaque réponse cite mot pour mot les documents, et montre où.</p></header>"
)

QUIET: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
# Only questions go through Gradio's queue. The page listens to the queue while something of its own is in it, and misses for
# good what it puts there at the very moment when the stream is being closed: a tick just before a question did that.
AT_HAND: dict[str, Any] = QUIET | {"queue": False}


def assistant_page(live: Live["Desk"], feedback: Feedback | None = None, closing: Stop | None = None) -> None:
    """Lay out the conversation in the page that is open, and say what a visitor changes in it, until `closing`."""
    gr.Markdown(HEADER, elem_id="header")
    with gr.Row(elem_id="page"):
        with gr.Column(scale=3, elem_id="conversation"):
            chat = _chat()
            comment = _comment_box()
            stop = gr.Button("Arrêter", size="sm", elem_id="stop", scale=0, min_width=0)
            gr.Markdown(f'<p id="count">0 / {QUESTION_LIMIT} caractères</p>', elem_id="counter")
            question = _question_box()
            with gr.Row(elem_id="under"):
                scopes = _scope_filter()
                restart, markdown, page, erase = _conversation_buttons()
        with gr.Column(scale=2, elem_id="sources"):
            panel = gr.Markdown(EMPTY, elem_id="panel")
    status, outbox = gr.Markdown("", elem_id="told"), gr.Markdown("", elem_id="outbox")
    order = gr.Textbox(elem_id="errand", label="Ordre de la page", visible="hidden", interactive=True)
    loading, talk, judged = gr.Timer(LOADING_LOOK), gr.State(()), gr.State(0)
    kept = gr.BrowserState([], storage_key=STORAGE, secret=SECRET)
    parts = Parts(chat, panel, question, scopes, comment, status, outbox, loading, talk, judged, kept)
    does, shown = Handlers(parts, live, feedback), parts.all

    # Gradio takes down what stands under an output, such as why a question was refused: each handler names its own only.
    furnished = [chat, panel, talk, scopes, comment, status, loading]
    gr.on([loading.tick, gr.context.Context.root_block.load], does.furnish, [kept, talk], furnished, **AT_HAND)
    question.submit(
        does.ask,
        [question, scopes, talk, kept],
        shown,
        validator=_validator(gr.context.Context.root_block, closing or Stop()),
        preprocess=False,
        concurrency_limit=AT_ONCE,
        **QUIET,
    )
    stop.click(does.stop, **AT_HAND)
    restart.click(does.restart, None, shown, **AT_HAND)
    erase.click(does.erase, None, shown, **AT_HAND)
    order.change(does.follow, [order, talk, kept], [chat, talk, judged, status, comment], preprocess=False, **AT_HAND)
    comment.submit(does.remark, [comment, judged, talk], [status, comment], preprocess=False, **AT_HAND)
    markdown.click(does.export_markdown, [talk, kept], [outbox, status], **AT_HAND)
    page.click(does.export_page, [talk, kept], [outbox, status], **AT_HAND)


def _validator(site: gr.Blocks, stop: Stop) -> Callable[..., list[dict[str, Any]]]:
    """Return what refuses a question under its box: for what it is, or because it would wait too long."""

    def validate(text: Any, *others: Any) -> list[dict[str, Any]]:
        return check(text, *others, refusal=put_off(site, stop))

    return validate


def _chat() -> gr.Chatbot:
    return gr.Chatbot(
        elem_id="chat",
        label="Conversation",
        show_label=False,
        container=False,
        height="100%",
        placeholder=welcome({}),
        autoscroll=False,
        buttons=[],
        latex_delimiters=[],
        allow_tags=False,
        feedback_options=(),
        group_consecutive_messages=False,
    )


def _question_box() -> gr.Textbox:
    return gr.Textbox(
        elem_id="question",
        label="Votre question",
        placeholder="Écrivez ici…",
        lines=1,
        max_lines=6,
        autofocus=True,
        submit_btn="Demander",
    )


def _comment_box() -> gr.Textbox:
    return gr.Textbox(elem_id="comment", label="Un mot de plus", lines=1, max_lines=4, submit_btn="Envoyer", visible=False)


def _conversation_buttons() -> list[gr.Button]:
    """Show what can be done with the whole conversation; hidden by the style sheet until there is one."""
    names = {
        "restart": "Nouvelle conversation",
        "export-markdown": "Exporter en Markdown",
        "export-page": "Exporter en HTML",
        "erase": "Effacer",
    }
    return [gr.Button(name, size="sm", elem_id=key, elem_classes="whole", scale=0, min_width=0) for key, name in names.items()]


def _scope_filter() -> gr.CheckboxGroup:
    """Show the parts to search in. Each choice's value is its scope, as `Assistant.ask` takes it."""
    with gr.Accordion(EVERYWHERE, open=False, elem_id="filter") as fold:
        scopes = gr.CheckboxGroup(
            [], label="Chercher seulement dans", info="Rien de coché : partout.", elem_id="scopes", container=False
        )
    scopes.change(lambda chosen: gr.update(label=scope_label(chosen)), scopes, fold, preprocess=False, **AT_HAND)
    return scopes
