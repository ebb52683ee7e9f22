from collections.abc import Mapping

import pytest

from interface.assistant.exchange import Exchange
from interface.assistant.messages import MESSAGE_OF_STATUS, messages

CITED: Mapping = {}


@pytest.fixture(autouse=True)
def cited(document, monkeypatch):
    monkeypatch.setitem(CITED, document.id, document)


def reply(answer, number=1, **more):
    return messages((Exchange(number, "Une question ?", answer=answer, cited=CITED, **more),))[1]["content"]


def test_each_exchange_is_a_question_and_a_reply(answering):
    """The chat shows, for each exchange, what was asked and then what was answered."""
    shown = messages((Exchange(1, "Un ?", answer=answering("Oui.")), Exchange(2, "Deux ?", answer=answering("Non."))))
    assert [message["role"] for message in shown] == ["user", "assistant", "user", "assistant"]
    assert shown[2]["content"] == '<div class="question">Deux ?</div>'
    assert "<p>Non.</p>" in shown[3]["content"]


def test_a_marker_becomes_a_link_to_its_source(answering, cite):
    """[n] links to source n of its own exchange, under the spoken name « Source n », on the line of the quote's end."""
    answer = answering("« Il mutualise. » [1]", cite("Il mutualise."))
    expected = (
        '<p>« Il mutualise. »\u00a0<a class="chip" id="appel-3-1" href="#source-3-1" title="Voir la source 1">'
        '<span class="heard">Source </span>1</a></p>'
    )
    assert expected in reply(answer, number=3)


def test_a_marker_without_citation_stays_text(answering, cite):
    """A number in brackets that is no citation, such as one in a document, is not made a link."""
    assert "[7]" in reply(answering("Voir [7] et [1].", cite("Il mutualise.")))


def test_text_of_users_and_documents_is_escaped(answering, cite, hostile):
    """Tags and Markdown of a question or a quote show as themselves."""
    exchange = Exchange(1, hostile, answer=answering(hostile, cite("Fin.")), cited=CITED)
    for message in messages((exchange,)):
        assert "<img" not in message["content"]
        assert "<script" not in message["content"]
        assert "&lt;img src=&quot;https://ailleurs.invalid/a.png&quot;" in message["content"]
        assert "[lien](https://ailleurs.invalid)" in message["content"]


def test_a_message_is_one_block_of_html(answering):
    """No blank line stands in a message: what follows one would be read as Markdown."""
    spaced = "Un.\n\n  \nDeux.\r\n\r\nTrois.\u2028\u2028Quatre."
    for message in messages((Exchange(1, spaced, answer=answering(spaced)),)):
        assert "\n" not in message["content"]
        assert "\r" not in message["content"]


def test_lists_quotations_and_strong_words_keep_their_form(answering):
    """The Markdown that answers use is shown as lists, quotations and strong words."""
    html = reply(answering("Voici :\n- **un**\n- deux\n\n> cité\n\nFin."))
    assert (
        "<p>Voici :</p><ul><li><strong>un</strong></li><li>deux</li></ul><blockquote><p>cité</p></blockquote><p>Fin.</p>"
        in html
    )


def test_the_status_is_told_in_words(answering):
    """Answered, related and refused are each said in words, not by colour alone."""
    for status in ("answered", "related", "refused"):
        assert f'<p class="etat">{MESSAGE_OF_STATUS[status]}</p>' in reply(answering("Texte.", status=status))
    assert "etat" not in reply(answering("Bonjour.", status="smalltalk"))


def test_a_fault_and_a_wait_are_replies():
    """A fault is told as a message of the conversation, and so is the time before the answer."""
    pending, fault = Exchange(1, "Un ?"), Exchange(1, "Un ?", fault="Le modèle est <absent>.")
    assert "Je cherche dans les documents…" in messages((pending,))[1]["content"]
    assert '<p class="etat">Erreur</p><p>Le modèle est &lt;absent&gt;.</p>' in messages((fault,))[1]["content"]


def test_what_was_searched_is_shown_on_request(answering, hostile):
    """An answer folds away the question that was searched, escaped; small talk searched nothing."""
    answer = answering("Oui.", question=hostile)
    assert '<dt>Question cherchée</dt><dd class="query">&lt;img' in reply(answer)
    assert "searched" not in reply(answering("Bonjour !", status="smalltalk"))
