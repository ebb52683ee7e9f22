"""The chat with its sources: what Gradio shows, and what a question changes in it."""

from collections.abc import Iterator, Sequence
from html import escape
from typing import TYPE_CHECKING, Any

import gradio as gr

from answer.entry import QUESTION_LIMIT
from answer.live import LOADING, Live
from errors import TresseError
from interface.exchange import Exchange, settle, suggested
from interface.messages import messages
from interface.sources import EMPTY, panel

if TYPE_CHECKING:
    from index.contents import Contents
    from interface.desk import Desk

SHOWN, EXAMPLE_LIMIT = 3, 5  # questions proposed after an answer, and before the first one
TITLES_SHOWN = 8  # of documents: as many as stand above the question box of a phone
LOADING_LOOK = 1  # second between two looks at whether the index is there
HEADER = (
    '<header id="tresse"><h1>Tresse</h1><p>Posez votre question comme à un collègue : '
    "chaque réponse cite mot pour mot les documents, et montre où.</p></header>"
)
EVERYWHERE = "Chercher partout"
NOTHING_ASKED = "Écrivez d’abord votre question."


def assistant_page(live: Live["Desk"]) -> None:
    """Lay out the conversation in the page that is open, and say what a question changes in it."""
    gr.Markdown(HEADER, elem_id="header")
    talk = gr.State(())
    with gr.Row(elem_id="page"):
        with gr.Column(scale=3, elem_id="conversation"):
            chat = _chat()
            with gr.Column(elem_id="examples", visible=False) as offered:
                gr.Markdown('<h3 class="try">Par exemple</h3>')
                examples = _questions(EXAMPLE_LIMIT)
            with gr.Row(elem_id="nexts"):
                nexts = _questions(SHOWN)
            question = _question_box()
            with gr.Row(elem_id="under"):
                scopes = _scope_filter()
                restart = gr.Button("Nouvelle conversation", size="sm", elem_id="restart", scale=0, min_width=0)
        with gr.Column(scale=2, elem_id="sources"):
            sources = gr.Markdown(EMPTY, elem_id="panel")
    loading = gr.Timer(LOADING_LOOK)

    def furnish() -> dict[Any, Any]:
        """Fill in what rests on the documents, once they are there."""
        try:
            desk = live.current()
        except TresseError as fault:
            return {chat: gr.update(placeholder=_notice(str(fault)))}
        return {
            chat: gr.update(placeholder=welcome(desk.index.contents)),
            scopes: gr.update(choices=scope_choices(desk.index.contents)),
            offered: gr.update(visible=bool(desk.examples)),
            loading: gr.update(active=False),
            **_offer(examples, desk.examples),
        }

    def ask(text: str, within: Sequence[str], said: tuple[Exchange, ...]) -> Iterator[dict[Any, Any]]:
        asked = Exchange(len(said) + 1, text.strip())
        yield {question: "", chat: messages((*said, asked)), **_offer(nexts, ())}
        told = (*said, settle(asked, said, live, within))
        yield {chat: messages(told), sources: panel(told), talk: told}
        yield _offer(nexts, suggested(told, live))

    shown = [question, chat, sources, talk, *nexts]
    quiet = {"show_progress": "hidden", "api_visibility": "private"}
    furnished = [chat, scopes, offered, loading, *examples]
    gr.on([loading.tick, gr.context.Context.root_block.load], furnish, None, furnished, **quiet)
    question.submit(ask, [question, scopes, talk], shown, validator=_check, **quiet)
    for offer in (*examples, *nexts):
        offer.click(ask, [offer, scopes, talk], shown, **quiet)
    restart.click(lambda: {question: "", chat: [], sources: EMPTY, talk: (), **_offer(nexts, ())}, None, shown, **quiet)


def welcome(contents: "Contents") -> str:
    """Return what the empty conversation says: what can be asked about, and what the answers are made of."""
    titles = [escape(document.title) for document in contents.values()]
    listed = "".join(f"<li>{title}</li>" for title in titles[:TITLES_SHOWN])
    if len(titles) > TITLES_SHOWN:
        listed += f"<li>et {len(titles) - TITLES_SHOWN} autres</li>"
    return (
        f'<div class="welcome"><h2>Que voulez-vous savoir ?</h2><ul>{listed}</ul>'
        "<p>Les réponses sont des extraits exacts, jamais des phrases inventées. "
        "Quand les documents ne répondent pas, Tresse le dit.</p></div>"
    )


def _notice(words: str) -> str:
    return f'<div class="welcome"><p>{escape(words)}</p></div>'


def _chat() -> gr.Chatbot:
    return gr.Chatbot(
        elem_id="chat",
        label="Conversation",
        show_label=False,
        container=False,
        height="100%",
        placeholder=_notice(LOADING),
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


def _questions(count: int) -> list[gr.Button]:
    return [gr.Button("", size="sm", elem_classes="example", visible=False) for _ in range(count)]


def _offer(buttons: Sequence[gr.Button], questions: Sequence[str]) -> dict[Any, Any]:
    """Show as many buttons as there are questions, and hide the others."""
    padded = [*questions, *[""] * (len(buttons) - len(questions))]
    return {button: gr.update(value=text, visible=bool(text)) for button, text in zip(buttons, padded, strict=True)}


def _scope_filter() -> gr.CheckboxGroup:
    """Show the parts to search in. Each choice's value is its scope, as `Assistant.ask` takes it."""
    with gr.Accordion(EVERYWHERE, open=False, elem_id="filter") as fold:
        scopes = gr.CheckboxGroup(
            [], label="Chercher seulement dans", info="Rien de coché : partout.", elem_id="scopes", container=False
        )
    scopes.change(
        lambda chosen: gr.update(label=scope_label(chosen)), scopes, fold, show_progress="hidden", api_visibility="private"
    )
    return scopes


def scope_choices(contents: "Contents") -> list[tuple[str, str]]:
    """Return what can be searched alone: the parts of one document, or the documents of several."""
    if len(contents) > 1:
        return [(document.title, document.id) for document in contents.values()]
    return [(part.title, f"{document.id}#{part.id}") for document in contents.values() for part in document.parts]


def scope_label(chosen: Sequence[str]) -> str:
    """Say in the closed filter where the next question is searched."""
    if not chosen:
        return EVERYWHERE
    return "Chercher dans 1 partie" if len(chosen) == 1 else f"Chercher dans {len(chosen)} parties"


def _check(text: str, within: Sequence[str], said: tuple[Exchange, ...]) -> list[dict[str, Any]]:  # noqa: ARG001
    """Refuse a question under its box, where it stays to be corrected."""
    fault = question_fault(text)
    return [gr.validate(not fault, fault), gr.validate(True, ""), gr.validate(True, "")]


def question_fault(text: str) -> str:
    """Return why `text` cannot be asked, or nothing."""
    if not text.strip():
        return NOTHING_ASKED
    if len(text) > QUESTION_LIMIT:
        return (
            f"Votre question compte {len(text)} caractères ; la limite est de {QUESTION_LIMIT}. "
            "Raccourcissez-la, elle est restée dans la case."
        )
    return ""
