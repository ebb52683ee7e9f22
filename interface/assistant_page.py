"""The chat with its sources: what Gradio shows, and what a question changes in it."""

from collections.abc import Iterator, Mapping, Sequence
from html import escape
from typing import Any

import gradio as gr

from answer.assistant import Assistant
from answer.entry import QUESTION_LIMIT
from answer.suggestions import SHOWN, Suggester
from index.search import Index
from ingest.document import Document
from interface.examples import example_questions
from interface.exchange import Exchange, settle, suggested
from interface.messages import messages
from interface.sources import EMPTY, panel

HEADER = (
    '<header id="tresse"><h1>Tresse</h1><p>Posez votre question comme à un collègue : '
    "chaque réponse cite mot pour mot les documents, et montre où.</p></header>"
)
EVERYWHERE = "Chercher partout"
NOTHING_ASKED = "Écrivez d’abord votre question."


def assistant_page(assistant: Assistant, index: Index) -> gr.Blocks:
    """Build the page of a conversation with `assistant` on the documents of `index`."""
    documents = index.documents
    with gr.Blocks(title="Tresse", fill_width=True, analytics_enabled=False) as page:
        gr.Markdown(HEADER, elem_id="header")
        talk = gr.State(())
        with gr.Row(elem_id="page"):
            with gr.Column(scale=3, elem_id="conversation"):
                chat = _chat(welcome(documents))
                examples = _examples(example_questions(documents, assistant))
                nexts = _next_questions()
                question = _question_box()
                with gr.Row(elem_id="under"):
                    scopes = _scope_filter(documents)
                    restart = gr.Button("Nouvelle conversation", size="sm", elem_id="restart", scale=0, min_width=0)
            with gr.Column(scale=2, elem_id="sources"):
                sources = gr.Markdown(EMPTY, elem_id="panel")

        def ask(text: str, within: Sequence[str], said: tuple[Exchange, ...]) -> Iterator[dict[Any, Any]]:
            asked = Exchange(len(said) + 1, text.strip())
            yield {question: "", chat: messages((*said, asked)), **_offer(nexts, ())}
            told = (*said, settle(asked, said, assistant, within))
            yield {chat: messages(told), sources: panel(told, documents), talk: told}
            yield _offer(nexts, suggested(told, suggester))

        suggester = Suggester(assistant, index)
        shown = [question, chat, sources, talk, *nexts]
        quiet = {"show_progress": "hidden", "api_visibility": "private"}
        question.submit(ask, [question, scopes, talk], shown, validator=_check, **quiet)
        for offered in (*examples, *nexts):
            offered.click(ask, [offered, scopes, talk], shown, **quiet)
        restart.click(lambda: {question: "", chat: [], sources: EMPTY, talk: (), **_offer(nexts, ())}, None, shown, **quiet)
    return page


def welcome(documents: Mapping[str, Document]) -> str:
    """Return what the empty conversation says: what can be asked about, and what the answers are made of."""
    titles = "".join(f"<li>{escape(document.title)}</li>" for document in documents.values())
    return (
        f'<div class="welcome"><h2>Que voulez-vous savoir ?</h2><ul>{titles}</ul>'
        "<p>Les réponses sont des extraits exacts, jamais des phrases inventées. "
        "Quand les documents ne répondent pas, Tresse le dit.</p></div>"
    )


def _chat(placeholder: str) -> gr.Chatbot:
    return gr.Chatbot(
        elem_id="chat",
        label="Conversation",
        show_label=False,
        container=False,
        height="100%",
        placeholder=placeholder,
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


def _examples(questions: Sequence[str]) -> list[gr.Button]:
    with gr.Column(elem_id="examples", visible=bool(questions)):
        gr.Markdown('<h3 class="try">Par exemple</h3>')
        return [gr.Button(question, size="sm", elem_classes="example") for question in questions]


def _next_questions() -> list[gr.Button]:
    with gr.Row(elem_id="nexts"):
        return [gr.Button("", size="sm", elem_classes="example", visible=False) for _ in range(SHOWN)]


def _offer(buttons: Sequence[gr.Button], questions: Sequence[str]) -> dict[Any, Any]:
    """Show as many buttons as there are questions, and hide the others."""
    padded = [*questions, *[""] * (len(buttons) - len(questions))]
    return {button: gr.update(value=text, visible=bool(text)) for button, text in zip(buttons, padded, strict=True)}


def _scope_filter(documents: Mapping[str, Document]) -> gr.CheckboxGroup:
    """Show the parts to search in. Each choice's value is its scope, as `Assistant.ask` takes it."""
    several = len(documents) > 1
    choices = [
        (f"{document.title} – {part.title}" if several else part.title, f"{document.id}#{part.id}")
        for document in documents.values()
        for part in document.parts
    ]
    with gr.Accordion(EVERYWHERE, open=False, elem_id="filter") as fold:
        scopes = gr.CheckboxGroup(
            choices, label="Chercher seulement dans", info="Rien de coché : partout.", elem_id="scopes", container=False
        )
    scopes.change(
        lambda chosen: gr.update(label=scope_label(chosen)), scopes, fold, show_progress="hidden", api_visibility="private"
    )
    return scopes


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
