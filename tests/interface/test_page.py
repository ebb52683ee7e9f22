"""What a visitor of the page sees and does, in Chromium, with a fake assistant."""

import pytest

pytestmark = pytest.mark.browser


def test_a_hostile_text_shows_as_text(visit, ask, address, hostile):
    """A question and a passage full of tags and Markdown are read as written; nothing runs, nothing is fetched."""
    page = visit(address)
    title = page.title()
    reply = ask(page, hostile)
    assert hostile == page.locator("#chat .question").inner_text()
    assert hostile in reply.inner_text()
    assert hostile == page.locator("#panel mark").inner_text()
    assert page.locator("#chat img, #panel img, #chat .reponse strong, #panel strong").count() == 0
    assert title == page.title()
    assert [url for url in page.sent if not url.startswith(address)] == []


def test_the_policy_stops_what_escaping_would_miss(visit, address):
    """Were an image of another server put in the page after all, the browser would not fetch it."""
    page = visit(address)
    blocked = page.evaluate(
        """() => new Promise((done) => {
            document.addEventListener("securitypolicyviolation", (event) => done(event.blockedURI));
            document.body.append(Object.assign(new Image(), { src: "https://ailleurs.invalid/a.png" }));
        })"""
    )
    assert blocked == "https://ailleurs.invalid/a.png"


def test_a_citation_leads_to_its_quote_and_back_by_keyboard(visit, ask, address):
    """Enter on the number puts the focus on the highlighted quote; the link below it leads back to the number."""
    page = visit(address)
    ask(page, "Combien d’adhérents ?")
    page.focus("#appel-1-1")
    page.keyboard.press("Enter")
    assert page.locator("mark:focus").inner_text() == "340 adhérents"
    page.keyboard.press("Tab")
    assert page.locator("a:focus").inner_text() == "Revenir à la réponse"
    page.keyboard.press("Enter")
    assert page.locator("a:focus").get_attribute("id") == "appel-1-1"
    assert page.get_by_role("link", name="Source 1", exact=True).is_visible()


def test_sources_of_earlier_answers_unfold(visit, ask, address):
    """The number of an earlier answer opens its folded source."""
    page = visit(address)
    ask(page, "Combien d’adhérents ?")
    ask(page, "Une tarte ?")
    assert not page.locator("#source-1-1").is_visible()
    page.click("#appel-1-1")
    assert page.locator("mark:focus").inner_text() == "340 adhérents"


def test_after_an_error_the_next_question_works(visit, ask, address):
    """A breakdown is told as a message; the conversation stays, and so does the box."""
    page = visit(address)
    assert "Une erreur inattendue" in ask(page, "panne").inner_text()
    assert "Le modèle est absent ; installez-le." in ask(page, "absent").inner_text()
    assert "Il mutualise." in ask(page, "Que fait un réseau ?").inner_text()
    assert page.locator("#chat .question").count() == 3
    assert page.evaluate("document.activeElement.matches('#question textarea')")


def test_a_question_that_cannot_be_asked_stays_in_its_box(visit, address):
    """A blank or too long question is refused under the box, in French, and is not lost."""
    page = visit(address)
    page.press("#question textarea", "Enter")
    page.locator(".validation-error", has_text="Écrivez d’abord votre question.").wait_for()
    page.fill("#question textarea", "é" * 100_000)
    page.press("#question textarea", "Enter")
    page.locator(".validation-error", has_text="Votre question compte 100000 caractères").wait_for()
    assert len(page.input_value("#question textarea")) == 100_000
    assert page.locator("#chat .question").count() == 0


def test_the_filter_restricts_the_search(visit, ask, address, assistant):
    """A part that is ticked is the scope of the next question."""
    page = visit(address)
    page.click("#filter > button")
    page.get_by_label("Fiche 2 – Les marques").check()
    page.get_by_text("Chercher dans 1 partie").wait_for()
    ask(page, "Que fait un réseau ?")
    assert assistant.asked[-1][2] == ("livret#fiche-2",)


def test_an_example_asks_its_question(visit, address):
    """An example is asked by a click, and the examples make room for the conversation, until it begins anew."""
    page = visit(address)
    example = page.locator("#examples button").first
    question = example.inner_text()
    example.click()
    page.locator("#chat .reponse.answered").wait_for()
    assert question == page.locator("#chat .question").inner_text()
    assert not example.is_visible()
    page.click("#restart")
    example.wait_for()
    assert page.locator("#panel article").count() == 0


def test_a_restart_forgets_the_conversation(visit, ask, address, assistant):
    """After « Nouvelle conversation » a question is understood without what was said before."""
    page = visit(address)
    ask(page, "Combien d’adhérents ?")
    page.click("#restart")
    page.locator("#examples button").first.wait_for()
    ask(page, "Que fait un réseau ?")
    assert assistant.asked[-1][1] == ()


@pytest.mark.parametrize("width", [320, 390])
def test_a_phone_scrolls_one_way_only(visit, ask, address, width):
    """At phone width nothing stands beyond the right edge, before and after an answer."""
    page = visit(address, width=width, height=640)
    overflow = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert page.evaluate(overflow) == 0
    ask(page, "hostile " + "a" * 120)
    assert page.evaluate(overflow) == 0
    box = page.locator("#question .submit-button").bounding_box()
    assert box["x"] + box["width"] <= width


def test_the_page_is_french_in_an_english_browser(visit, ask, address):
    """Language, names and labels are French whatever the browser's language."""
    page = visit(address)
    ask(page, "Que fait un réseau ?")
    assert page.get_attribute("html", "lang") == "fr"
    spoken = page.evaluate(
        "[...document.querySelectorAll('[aria-label], [title]')].map((e) => e.ariaLabel || e.title).join(' ').toLowerCase()"
    )
    for word in ("message", "scroll", "copy", "chatbot", "clear", "close", "submit", "loading"):
        assert word not in spoken
    assert page.faults == []
