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
    page.get_by_role("button", name="Vérifier").click()
    page.locator("#chat .checks").wait_for()
    page.evaluate("document.querySelectorAll('details').forEach((e) => { e.open = true; })")
    assert page.evaluate(overflow) == 0
    beyond = page.evaluate(
        "[...document.querySelectorAll('#chat p, #chat li, #chat code, #chat button, #panel p, .whole')].filter((e) =>"
        " e.checkVisibility() && e.getBoundingClientRect().right > innerWidth).map((e) => e.outerHTML.slice(0, 90))"
    )
    assert beyond == []
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


def test_the_keyboard_sends_and_breaks_lines(visit, address):
    """Enter sends, Shift+Enter breaks the line, and the box keeps the focus; the counter follows what is typed."""
    page = visit(address)
    page.locator("#said", has_text="Tresse est prête.").wait_for(state="attached")
    page.keyboard.type("Que fait")
    page.keyboard.press("Shift+Enter")
    page.keyboard.type("un réseau ?")
    assert page.input_value("#question textarea") == "Que fait\nun réseau ?"
    assert page.inner_text("#count") == "20 / 500 caractères"
    page.keyboard.press("Enter")
    page.locator("#chat .reponse.answered").wait_for()
    assert page.input_value("#question textarea") == ""
    assert page.evaluate("document.activeElement.matches('#question textarea')")
    assert page.inner_text("#count") == "0 / 500 caractères"


def test_a_stopped_question_lets_the_next_one_through(visit, ask, address, assistant):
    """« Arrêter » ends a running question with a message; the next question is answered, and nothing comes back late."""
    page = visit(address)
    page.fill("#question textarea", "Une longue question")
    page.press("#question textarea", "Enter")
    page.get_by_role("button", name="Arrêter").click()
    page.locator("#chat .reponse", has_text="Vous avez arrêté cette question").wait_for()
    assert page.evaluate("document.activeElement.matches('#question textarea')")
    assert not page.get_by_role("button", name="Arrêter").is_visible()
    assert "Il mutualise." in ask(page, "Que fait un réseau ?").inner_text()
    assistant.hold.set()
    page.wait_for_timeout(300)
    assistant.hold.clear()
    assert page.locator("#chat .reponse").count() == 2


def test_a_question_can_be_asked_again(visit, ask, address):
    """Under an error stands a button that asks the same question."""
    page = visit(address)
    ask(page, "absent").get_by_role("button", name="Reposer la question").click()
    page.locator("#chat .question").nth(1).wait_for()
    assert page.locator("#chat .question").nth(1).inner_text() == "absent"


def test_an_answer_lists_its_sources_and_is_announced(visit, ask, address):
    """Under the answer stands where each quote is, as a link; whoever hears the page is told, outside the conversation."""
    page = visit(address)
    reply = ask(page, "Combien d’adhérents ?")
    assert reply.locator(".etat").inner_text() == "Réponse trouvée"
    source = reply.locator(".refs a")
    assert (
        source.inner_text() == "Fiche 2 – Les marques · Où se renseigner ? · Jeanne Roy, directrice · Lignes\u00a012 à\u00a014"
    )
    source.click()
    assert page.locator("mark:focus").inner_text() == "340 adhérents"
    announced = page.get_by_role("status").filter(has_text="Réponse 1 prête, 1 source.")
    assert announced.count() == 1
    assert page.locator("#chat #said").count() == 0
    link = page.get_by_role("link", name="Lire dans le document")
    assert link.get_attribute("href").startswith("/document?p=livret@")
    assert "Pas de réponse dans les documents" in ask(page, "Une tarte ?").inner_text()


def test_an_answer_is_checked_then_and_there(visit, ask, address, document):
    """« Vérifier » says whether each quote is what the document says, with its offsets and the hash; the focus stays."""
    page = visit(address)
    ask(page, "Combien d’adhérents ?")
    page.get_by_role("button", name="Vérifier").press("Enter")
    checks = page.locator("#chat .checks")
    checks.wait_for()
    start = document.text.index("340 adhérents")
    assert "1 citation exacte sur 1" in checks.inner_text()
    assert f"Caractères {start} à {start + 13}, SHA-256 {document.sha256}" in checks.inner_text().replace("\n", " ")
    page.wait_for_function("document.activeElement.name === 'verify'")
    page.get_by_text("Comment cette réponse a-t-elle été trouvée").click()
    assert "Combien d’adhérents ?" in page.locator(".searched dd.query").inner_text()


def test_an_opinion_is_kept_once(visit, ask, address, feedback):
    """Two clicks make one row, the last one counts; a remark can be added, and the answer shows the opinion."""
    page = visit(address)
    ask(page, "Combien d’adhérents ?")
    before = len(feedback.all())
    page.get_by_text("Donner un avis").click()
    page.get_by_role("button", name="Utile", exact=True).click()
    page.locator("summary", has_text="Votre avis : utile").wait_for()
    page.get_by_role("button", name="Citation inexacte").click()
    page.locator("summary", has_text="Votre avis : citation inexacte").wait_for()
    page.fill("#comment textarea", "il manque <b>un mot</b>")
    page.press("#comment textarea", "Enter")
    page.locator("#comment").wait_for(state="hidden")
    opinions = feedback.all()[before:]
    assert [(each.verdict, each.comment) for each in opinions] == [("inexact", "il manque <b>un mot</b>")]


def test_an_answer_is_copied_with_its_references(visit, ask, address):
    """The copy holds the text, its markers and the list of sources, and nothing of the page."""
    page = visit(address, permissions=["clipboard-read", "clipboard-write"])
    ask(page, "Combien d’adhérents ?").get_by_role("button", name="Copier").click()
    page.get_by_role("button", name="Copiée").wait_for()
    place = "Fiche 2 – Les marques · Où se renseigner ? · Jeanne Roy, directrice · Lignes\u00a012 à\u00a014"
    expected = f"« 340 adhérents »\u00a0[1]\n\nSources\u00a0:\n[1] {place}\n"
    assert expected == page.evaluate("navigator.clipboard.readText()")


@pytest.mark.parametrize(
    ("button", "begins"), [("Exporter en Markdown", "# Conversation"), ("Exporter en HTML", "<!doctype html>")]
)
def test_a_conversation_is_exported(visit, ask, address, button, begins):
    """One click saves the conversation; the page opens without a server and runs nothing of what it quotes."""
    page = visit(address)
    ask(page, "hostile")
    with page.expect_download() as saved:
        page.get_by_role("button", name=button).click()
    text = saved.value.path().read_text(encoding="utf-8")
    assert text.startswith(begins)
    assert saved.value.suggested_filename == f"conversation-tresse.{'md' if 'Markdown' in button else 'html'}"
    if begins.startswith("<"):
        page.set_content(text)
        assert "onerror" in page.locator("mark").inner_text()
        assert page.locator("img").count() == 0


def test_a_conversation_survives_a_reload_until_erased(visit, ask, address, assistant):
    """After a reload the questions are asked again; « Effacer » leaves nothing; another visitor never sees them."""
    page = visit(address)
    ask(page, "Combien d’adhérents ?")
    page.wait_for_function("Object.keys(localStorage).includes('tresse:questions')")
    page.wait_for_timeout(500)
    page.reload()
    page.locator("#chat .question", has_text="Combien d’adhérents ?").wait_for()
    page.locator("#chat a.chip").wait_for()
    assert visit(address).locator("#chat .question").count() == 0
    page.get_by_role("button", name="Effacer").click()
    page.locator("#examples button").first.wait_for()
    page.wait_for_timeout(500)
    asked = len(assistant.asked)
    page.reload()
    page.locator("#examples button").first.wait_for()
    assert page.locator("#chat .question").count() == 0
    assert len(assistant.asked) == asked


def test_a_question_in_the_address_is_asked_once(visit, address):
    """`/?q=` asks its question on load; the address forgets it, so that a reload does not ask again."""
    page = visit(f"{address}?q=Que+fait+un+r%C3%A9seau+%3F")
    page.locator("#chat .reponse.answered").wait_for()
    assert page.locator("#chat .question").inner_text() == "Que fait un réseau ?"
    assert page.url == address


def test_the_page_has_one_title_and_a_way_past_it(visit, ask, address):
    """One h1; the first stop of the keyboard leads to the question; what is clicked is 24 pixels high at least."""
    page = visit(address)
    ask(page, "Combien d’adhérents ?")
    assert page.locator("h1").count() == 1
    assert page.evaluate("document.documentElement.scrollHeight <= innerHeight")  # on a desk the page itself does not scroll
    page.locator("a.skip").focus()
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.matches('#question textarea')")
    small = page.evaluate(
        "[...document.querySelectorAll('button, summary, a.chip, a.ref, .back a')].filter((e) => e.checkVisibility()"
        " && e.getBoundingClientRect().height < 24).map((e) => e.outerHTML.slice(0, 90))"
    )
    assert small == []


def test_a_citation_is_followed_by_touch(visit, ask, address):
    """On a phone a tap on the number shows the quote, and a tap below it leads back."""
    page = visit(address, width=390, height=700, has_touch=True)
    ask(page, "Combien d’adhérents ?")
    page.tap("#appel-1-1")
    assert page.locator("mark:focus").inner_text() == "340 adhérents"
    page.get_by_role("link", name="Revenir à la réponse").tap()
    assert page.locator("a:focus").get_attribute("id") == "appel-1-1"


FAINT = """() => {
    const parse = (color) => (color.match(/[\\d.]+/g) ?? []).map(Number);
    const light = (rgb) => {
        const [r, g, b] = rgb.map((v) => (v / 255 <= 0.03928 ? v / 255 / 12.92 : ((v / 255 + 0.055) / 1.055) ** 2.4));
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const behind = (element) => {
        for (let e = element; e; e = e.parentElement) {
            const [r, g, b, a = 1] = parse(getComputedStyle(e).backgroundColor);
            if (a === 1 && r !== undefined) return [r, g, b];
        }
        return [255, 255, 255];
    };
    const found = [];
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) {
        const element = texts.currentNode.parentElement;
        if (!texts.currentNode.nodeValue.trim() || !element.checkVisibility() || element.closest(".heard, .sr-only")) continue;
        const [a, b] = [light(parse(getComputedStyle(element).color).slice(0, 3)), light(behind(element))];
        const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
        if (ratio < 4.5) found.push(`${ratio.toFixed(2)} ${texts.currentNode.nodeValue.trim().slice(0, 40)}`);
    }
    return found;
}"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_stands_out(visit, ask, address, scheme):
    """In the light and in the dark the contrast of every text is 4.5 at least, what is unfolded included."""
    page = visit(address, color_scheme=scheme)
    page.locator("#examples button").first.wait_for()
    assert page.evaluate(FAINT) == []
    ask(page, "absent")
    ask(page, "Une tarte ?")
    ask(page, "Combien d’adhérents ?")
    page.get_by_role("button", name="Vérifier").click()
    page.locator("#chat .checks").wait_for()
    page.evaluate("document.querySelectorAll('details').forEach((e) => { e.open = true; })")
    page.fill("#question textarea", "a" * 501)
    assert page.evaluate(FAINT) == []
