"""Tests of the search, against a naive one that scores everything."""

from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, example, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from errors import TresseError
from index.assembly import Assembly, assemble, embedded_texts
from index.build import build_index
from index.fusion import EXPANSIONS, read_weights
from index.generation import current_generation
from index.intake import take_in
from index.search import PLAIN_SCALE, Index
from index.store import open_content, open_index
from ingest.corpus import find_corpus
from settings import Settings

QUERIES = ("Qui pond les œufs ?", "miel des abeilles", "Quelle plante violette ?", "coopérative de pain", "kezako", "garrigue")
WITHIN = ((), ("abeilles",), ("pain#document",), ("abeilles#document", "pain"))


def assembled(settings: Settings) -> Assembly:
    """Read the corpus anew, as a build does."""
    return assemble(take_in(find_corpus(settings.corpus), settings.corpus, None, progress=False).prepared)


def naive_vectors(index: Index, settings: Settings, query: str) -> dict[str, dict[int, float]]:
    """Compute the three cosines of each passage one by one, from the texts that were embedded."""
    content = open_content(current_generation(settings.index))
    texts = embedded_texts(assembled(settings))
    asked = index.encode(query)
    cosines = [max(0.0, float(index.encoder.encode_query(text) @ asked)) for text in texts]
    rows = iter(cosines)
    signals: dict[str, dict[int, float]] = {"vectors.text": {n: next(rows) for n in range(len(content.passages))}}
    spans = [(unit.passage, next(rows)) for unit in content.units if unit.span >= 0]
    questions = [(unit.passage, next(rows)) for unit in content.units for _ in unit.questions]
    for name, found in (("vectors.span", spans), ("vectors.questions", questions)):
        best = dict.fromkeys(range(len(content.passages)), 0.0)
        for passage, cosine in found:
            best[passage] = max(best[passage], cosine)
        signals[name] = best
    return signals


@pytest.mark.parametrize("query", QUERIES)
def test_vector_signals_are_the_best_cosines(index: Index, expanded: Settings, query: str) -> None:
    """A passage's cosine is its own, that of its best span and that of its best question, 0 where it has none."""
    expected = naive_vectors(index, expanded, query)
    for hit in index.search(query, top=99):
        number = list(index.passages).index(hit.passage)
        for name, values in expected.items():
            if hit.expanded or name not in EXPANSIONS:
                assert hit.signals[name] == pytest.approx(values[number], abs=1e-5)


@pytest.mark.parametrize("query", QUERIES)
def test_a_score_is_the_weighted_mean_of_the_signals(index: Index, query: str) -> None:
    """The score of a passage and of a span follow from their signals and the weights, with expansions or without."""
    for hit in index.search(query, top=99):
        weights = read_weights(expanded=hit.expanded)
        for part in (hit, *hit.spans):
            total = sum(weights[name] for name in part.signals)
            mean = sum(weights[name] * value for name, value in part.signals.items()) / total
            assert part.score == pytest.approx(mean if hit.expanded else PLAIN_SCALE * mean, abs=1e-6)


def test_a_document_without_expansions_is_not_held_to_have_bad_ones(index: Index, settings: Settings, encoder: object) -> None:
    """Beside one that has some, it scores a fixed share of what it would alone; its signals are those that it can have."""
    (beside,) = {hit.score for hit in index.search("Le four chauffe à 250 degrés.", top=1)}
    assert {hit.passage.document: hit.expanded for hit in index.search("pain", top=99)} == {"abeilles": True, "pain": False}
    (settings.corpus / "abeilles.expansions.jsonl").unlink()
    build_index(settings, progress=False, encoder=encoder)
    (alone,) = open_index(settings, encoder=encoder).search("Le four chauffe à 250 degrés.", top=1)
    assert alone.passage.document == "pain"
    assert beside == pytest.approx(PLAIN_SCALE * alone.score, abs=0.05)


@pytest.mark.parametrize("query", QUERIES)
def test_a_span_signal_of_a_passage_is_that_of_its_best_span(index: Index, query: str) -> None:
    """Except for what hangs on the passage alone, such as the expansions of a title."""
    for hit in index.search(query, top=99):
        assert [span.span for span in hit.spans] == list(hit.passage.spans)
        for name in hit.spans[0].signals:
            assert hit.signals[name] >= max(span.signals[name] for span in hit.spans)
        assert hit.signals["words.span"] == max(span.signals["words.span"] for span in hit.spans)


@pytest.mark.parametrize("within", WITHIN)
@pytest.mark.parametrize("query", QUERIES)
def test_choosing_candidates_first_changes_nothing(
    index: Index, query: str, within: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a large corpus passages are chosen before they are scored: the result is that of scoring them all."""
    whole = index.search(query, top=2, within=within)
    monkeypatch.setattr("index.search._SCORED_WHOLE", 0)
    chosen = index.search(query, top=2, within=within)
    assert [hit.passage for hit in chosen] == [hit.passage for hit in whole]
    for one, other in zip(chosen, whole, strict=True):
        assert one.signals == pytest.approx(other.signals, abs=1e-6)
        assert [span.signals for span in one.spans] == [pytest.approx(span.signals, abs=1e-6) for span in other.spans]


def test_an_expansion_leads_to_its_span(index: Index) -> None:
    """A question in other words finds the span it was written for, by its words and by its vector."""
    best = index.search("Quelle plante violette ?", top=1)[0]
    span = max(best.spans, key=lambda hit: hit.score)
    assert index.documents[best.passage.document].text[span.span.start : span.span.end] == "la lavande de Provence ;"
    assert span.signals["vectors.questions"] == pytest.approx(1.0, abs=1e-5)
    assert [hit.signals["words.questions"] > 0 for hit in best.spans] == [hit is span for hit in best.spans]


def test_an_expansion_of_a_title_leads_to_the_passage_below(index: Index) -> None:
    """What is anchored at a title counts for the passage that it announces, for none of its spans."""
    best = index.search("douceur des tartines", top=1)[0]
    assert best.passage.text.startswith("Le miel vient du nectar.")
    assert best.signals["words.questions"] > 0
    assert {span.signals["words.questions"] for span in best.spans} == {0.0}


def test_within_keeps_scopes_only(index: Index) -> None:
    """A search within a document or a part gives nothing from elsewhere, with the signals of a search everywhere."""
    everywhere = {hit.passage: hit for hit in index.search("abeilles", top=99)}
    found = index.search("abeilles", top=99, within=["pain#document"])
    assert {hit.passage.document for hit in found} == {"pain"}
    for hit in found:
        assert hit.signals == pytest.approx(everywhere[hit.passage].signals, abs=1e-6)


def test_an_unknown_scope_is_said(index: Index) -> None:
    """A scope that does not exist is a mistake to report with the known ones, not an empty result."""
    with pytest.raises(TresseError, match=r"livre.*abeilles, abeilles#document, pain, pain#document"):
        index.search("miel", within=["livre"])


def test_an_unknown_scope_names_a_few_of_many(index: Index, monkeypatch) -> None:
    """Of thousands of documents a refusal names the first ten, and counts the others."""
    scopes = {f"fiche-{number:04}": (0, 1) for number in range(5000)}
    monkeypatch.setattr(index, "_scopes", scopes)
    with pytest.raises(TresseError, match=r"Choisissez parmi\u00a0: fiche-0000, .*fiche-0009, et 4990 autres\.$") as refused:
        index.search("miel", within=["livre"])
    assert len(str(refused.value)) < 300


@pytest.mark.parametrize("query", ["", "   ", "\n\t\u00a0"])
def test_a_blank_question_finds_nothing(index: Index, query: str) -> None:
    """There is nothing to rank by."""
    assert index.search(query) == ()


@pytest.mark.parametrize(
    "query", ["\ud800 miel", "miel\x00\x1b[31m", "\u202emiel", "<script>miel</script>", "🐝" * 50, "?!", "miel " * 20_000]
)
def test_no_text_breaks_a_search(index: Index, query: str) -> None:
    """Broken characters, controls, right-to-left marks, code, emoji and pasted books give a ranking."""
    assert len(index.search(query, top=3)) == 3


@hypothesis_settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50)
@given(query=st.text(), top=st.integers(1, 6))
@example(query="abeilles", top=4)
def test_a_ranking_goes_down_and_stays_within_0_and_1(index: Index, query: str, top: int) -> None:
    """Scores and signals are shares; better comes first; equals come by document, then by place."""
    hits = index.search(query, top=top)
    assert hits == index.search(query, top=99)[:top]
    keys = [(-hit.score, hit.passage.document, hit.passage.start) for hit in hits]
    assert keys == sorted(keys)
    for hit in hits:
        assert all(0 <= value <= 1 for value in (hit.score, *hit.signals.values()))


def test_equals_come_by_document_then_by_place(settings: Settings, make_encoder: Callable[[str], object]) -> None:
    """The same text in several documents is ranked by the name of the document."""
    for name, spaces in (("c", ""), ("a", " "), ("b", "  ")):  # files that differ, the same text
        (settings.corpus / f"{name}.md").write_text(f"# Titre{spaces}\n\nLe vélo roule.\n", encoding="utf-8")
    encoder = make_encoder("fake:1")
    build_index(settings, progress=False, encoder=encoder)
    hits = open_index(settings, encoder=encoder).search("vélo", top=3)
    assert [(hit.passage.document, hit.passage.text) for hit in hits] == [(name, "Le vélo roule.") for name in "abc"]
    assert len({hit.score for hit in hits}) == 1


def test_without_expansions_their_signals_are_left_out(settings: Settings, encoder: object) -> None:
    """A corpus without expansions has the signals that it can have, and scores that reach as high."""
    build_index(settings, progress=False, encoder=encoder)
    best = open_index(settings, encoder=encoder).search("La reine pond les œufs.", top=1)[0]
    assert set(best.signals) == {"words.text", "words.headings", "words.section", "words.span", "vectors.text", "vectors.span"}
    assert best.score > 0.5


def test_a_mistyped_word_is_found(index: Index) -> None:
    """A typo finds the passage of the word, a little below the word well typed."""
    right, wrong = (
        max(index.search(word, top=99), key=lambda hit: hit.signals["words.text"]) for word in ("boulanger", "bolanger")
    )
    assert wrong.signals["words.text"] == pytest.approx(0.8 * right.signals["words.text"])
    assert wrong.passage == right.passage


def test_a_vector_given_is_not_computed_again(index: Index, monkeypatch: pytest.MonkeyPatch) -> None:
    """Encoding can be timed apart: the search then leaves the encoder alone and finds the same."""
    expected, vector = index.search("miel"), index.encode("miel")
    monkeypatch.setattr(type(index.encoder), "encode_query", None)
    assert index.search("miel", vector=vector) == expected


def test_rare_terms_tell_more(index: Index) -> None:
    """A term of one passage weighs more than one of several, less than one of none."""
    assert index.idf("abeil") < index.idf("boulang") < index.idf("kezako")


def test_what_was_said_before_draws_what_it_is_about(settings: Settings, encoder) -> None:
    """The same question finds first what the talk was about; nothing said, or no pull, changes nothing."""
    build_index(settings, progress=False, encoder=encoder)
    index = open_index(settings, encoder=encoder)
    plain = index.search("Qui pond ?", top=3)
    drawn = index.search("Qui pond ?", top=3, near="Le boulanger pétrit la farine, le four chauffe", pull=0.9)
    assert plain[0].passage.document == "abeilles"
    assert drawn[0].passage.document == "pain"
    assert index.search("Qui pond ?", top=3, near="", pull=0.9) == plain
    assert index.search("Qui pond ?", top=3, near="Le four", pull=0.0) == plain


def test_a_section_speaks_for_its_passages(index: Index) -> None:
    """Passages under one title have one score of their section, best where it holds the words; elsewhere it is 0."""
    hits = index.search("nectar", top=len(index.passages))
    by_section: dict[tuple[str, ...], set[float]] = {}
    for hit in hits:
        by_section.setdefault(hit.passage.place.headings[:2], set()).add(hit.signals["words.section"])
    assert all(len(scores) == 1 for scores in by_section.values())
    assert {headings[-1] for headings, (score,) in by_section.items() if score > 0} == {"Les abeilles"}
