"""Tests of the search, against a naive one that scores every passage."""

import math
import random
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from errors import TresseError
from index.analysis import terms
from index.assembly import assemble, embedded_texts
from index.build import build_index
from index.fusion import read_weights
from index.intake import take_in
from index.search import Index
from index.store import open_index
from ingest.corpus import find_corpus
from settings import Settings

QUERIES = (
    "Qui pond les œufs ?",
    "miel des abeilles",
    "Quelle plante violette ?",
    "coopérative de pain",
    "kezako",
    "garrigue",
    "le levin du bolanger",
)
WITHIN = ((), ("abeilles",), ("pain#document",), ("abeilles#document", "pain"))
SAID = "Le boulanger pétrit la farine, le four chauffe"

Readings = Sequence[Sequence[tuple[str, float]]]


def naive_words(fields: Sequence[Sequence[str]], readings: Readings) -> list[float]:
    """Score each list of terms by BM25, k1 = 1.2 and b = 0.75, as a share of the best that the question could reach."""
    average = sum(map(len, fields)) / len(fields)

    def idf(term: str) -> float:
        seen = sum(term in field for field in fields)
        return math.log(1 + (len(fields) - seen + 0.5) / (seen + 0.5))

    def share(term: str, field: Sequence[str]) -> float:
        count = list(field).count(term)
        return 2.2 * idf(term) * count / (count + 1.2 * (0.25 + 0.75 * len(field) / average))

    best = sum(2.2 * max(idf(term) for term, _ in reading) for reading in readings)
    return [sum(max(trust * share(term, field) for term, trust in reading) for reading in readings) / best for field in fields]


def naive_signals(index: Index, settings: Settings, query: str) -> dict[str, list[float]]:
    """Compute the three signals of each passage from its text, what names it, and the expansions that lead to it."""
    texts, headings = [], []
    for passage, units in zip(index.passages, index.units, strict=True):
        expansions = [text for unit in units for text in (*unit.questions, *unit.terms)]
        texts.append([term for text in (passage.text, *expansions) for term in terms(text)])
        title = index.contents[passage.document].title
        names = dict.fromkeys((title, *passage.place.headings, str(passage.place.speaker or "")))
        headings.append([term for name in names for term in terms(name)])
    readings = index.read(query)
    return {
        "words.text": naive_words(texts, readings),
        "words.headings": naive_words(headings, readings),
        "vectors": naive_cosines(index, settings, query),
    }


def naive_cosines(index: Index, settings: Settings, query: str) -> list[float]:
    """Compare a question with each passage, turned halfway to the mean of its questions; a negative cosine counts as 0."""
    taken = take_in(find_corpus(settings.corpus), settings.corpus, None, progress=False)
    asked, cosines = index.encode(query), []
    for text, *questions in embedded_texts(assemble(taken.prepared)):
        vector = index.encoder.encode_query(text).astype(float)
        if questions:
            mean = sum(index.encoder.encode_query(question).astype(float) for question in questions) / len(questions)
            vector = vector + mean / math.sqrt(mean @ mean)
        cosines.append(max(0.0, float(vector @ asked) / math.sqrt(vector @ vector)))
    return cosines


@pytest.mark.parametrize("said", ["", SAID])
@pytest.mark.parametrize("within", WITHIN)
@pytest.mark.parametrize("query", QUERIES)
def test_a_search_is_that_of_a_naive_one(
    index: Index, expanded: Settings, query: str, within: tuple[str, ...], said: str
) -> None:
    """Every passage of the scopes, scored by the weighted mean of its signals, which are those of a search everywhere.

    What was said before adds its share of the words of both fields, the most to the passage that holds them best.
    """
    weights, signals = read_weights(), naive_signals(index, expanded, query)
    allowed = [n for n, each in enumerate(index.passages) if not within or {each.document, each.scope} & set(within)]
    scores = {n: sum(weights[name] * signals[name][n] for name in weights) / sum(weights.values()) for n in allowed}
    if said:
        drawn = naive_signals(index, expanded, said)
        words = {n: drawn["words.text"][n] + drawn["words.headings"][n] for n in allowed}
        scores = {n: score + 0.3 * words[n] / (max(words.values()) or 1.0) for n, score in scores.items()}
    hits = index.search(query, top=99, within=within, near=said, pull=0.3)
    expected = sorted(allowed, key=lambda n: (-round(scores[n], 5), n))
    assert [hit.passage for hit in hits] == [index.passages[n] for n in expected]
    for hit, n in zip(hits, expected, strict=True):
        assert hit.score == pytest.approx(scores[n], abs=1e-5)
        assert hit.signals == pytest.approx({name: values[n] for name, values in signals.items()}, abs=1e-5)


def test_a_hit_says_whether_its_document_has_expansions(index: Index) -> None:
    """Whether or not they lead to the passage that was found."""
    assert {hit.passage.document: hit.expanded for hit in index.search("pain", top=99)} == {"abeilles": True, "pain": False}


@pytest.mark.parametrize("within", WITHIN)
@pytest.mark.parametrize("query", QUERIES)
def test_choosing_candidates_first_changes_nothing(
    index: Index, query: str, within: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a large corpus passages are chosen before they are scored: the result is that of scoring them all."""
    whole = index.search(query, top=2, within=within, near=SAID, pull=0.1)
    monkeypatch.setattr("index.search._SCORED_WHOLE", 0)
    chosen = index.search(query, top=2, within=within, near=SAID, pull=0.1)
    assert [hit.passage for hit in chosen] == [hit.passage for hit in whole]
    for one, other in zip(chosen, whole, strict=True):
        assert one.score == pytest.approx(other.score, abs=1e-6)
        assert one.signals == pytest.approx(other.signals, abs=1e-6)


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory, make_encoder: Callable[[str], object]) -> Index:
    """An index of 300 passages of one to four words out of thirty, in three documents."""
    folder, draw = tmp_path_factory.mktemp("large"), random.Random(1)
    (folder / "corpus").mkdir()
    words = [
        f"{start}{end}" for start in ("mar", "bal", "cou", "ten", "fri", "gol") for end in ("do", "vuk", "zam", "pif", "rol")
    ]
    for name in "abc":
        sections = (f"## {draw.choice(words)}\n\n{' '.join(draw.sample(words, draw.randint(1, 4)))}.\n" for _ in range(100))
        (folder / "corpus" / f"{name}.md").write_text("\n".join(sections), encoding="utf-8")
    settings = Settings(folder / "corpus", folder / "index", folder / "embeddings")
    encoder = make_encoder("fake:wide")
    encoder.dimension = 128  # 16 bits a code tell 300 passages apart too seldom
    assert build_index(settings, progress=False, encoder=encoder).counts["passages"] == 300
    return open_index(settings, encoder=encoder)


@pytest.mark.parametrize("within", [(), ("b",), ("a", "c")])
@pytest.mark.parametrize("query", ["mardo balvuk", "couzam", "tenpif frirol goldo", "mardo", "kezako"])
def test_few_candidates_hold_the_best(
    large: Index, query: str, within: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Thirty candidates by signal out of 300 passages hold the first five, with the scores that they have among all."""
    whole = large.search(query, top=5, within=within)
    monkeypatch.setattr("index.search._SCORED_WHOLE", 0)
    monkeypatch.setattr("index.search._CANDIDATES", 30)
    chosen = large.search(query, top=300, within=within)
    assert 5 < len(chosen) <= 90
    assert [(hit.passage, hit.score) for hit in chosen[:5]] == [(hit.passage, hit.score) for hit in whole]


def test_words_that_only_expansions_hold_find_their_passage(
    index: Index, expanded: Settings, encoder: object, tmp_path: Path
) -> None:
    """Everyday words of a sentence, of an item and of a title lead to the passage, and to no other, by its words."""
    for word, opening in (("couvain", "Une ruche"), ("garrigue", "Le miel vient"), ("tartine", "Le miel vient")):
        assert not any(word in passage.text for passage in index.passages)
        led = [hit for hit in index.search(word, top=99) if hit.signals["words.text"] > 0]
        assert [hit.passage.text.startswith(opening) for hit in led] == [True]
    (expanded.corpus / "abeilles.expansions.jsonl").unlink()
    without = Settings(expanded.corpus, tmp_path / "without", expanded.embeddings)
    build_index(without, progress=False, encoder=encoder)
    hits = open_index(without, encoder=encoder).search("couvain garrigue tartine", top=99)
    assert {hit.signals["words.text"] for hit in hits} == {0.0}


def test_a_question_in_other_words_comes_nearer(index: Index, expanded: Settings, encoder: object, tmp_path: Path) -> None:
    """The vector of a passage is drawn to the questions that lead to it: asked one, it is nearer than without them."""
    asked = "Quelle plante violette ?"
    (expanded.corpus / "abeilles.expansions.jsonl").unlink()
    without = Settings(expanded.corpus, tmp_path / "without", expanded.embeddings)
    build_index(without, progress=False, encoder=encoder)
    plain = {hit.passage: hit.signals["vectors"] for hit in open_index(without, encoder=encoder).search(asked, top=99)}
    best = index.search(asked, top=1)[0]
    assert "la lavande de Provence" in best.passage.text
    assert best.signals["vectors"] > plain[best.passage] + 0.1


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


NESTED = """# Un

Alpha.

## Dedans

Bêta.

### Plus bas

Gamma.

# Deux

Delta.

# Un

Epsilon.
"""


def test_a_section_is_the_passages_around_under_one_title(settings: Settings, encoder: object) -> None:
    """Down to the first title inside a part, whatever stands below it; two sections of one title apart are two."""
    (settings.corpus / "carnet.md").write_text(NESTED, encoding="utf-8")
    build_index(settings, progress=False, encoder=encoder)
    index = open_index(settings, encoder=encoder)
    first, passages = index.contents["carnet"].first, index.passages
    assert first > 0
    assert [passages[number].text for number in range(first, first + 5)] == ["Alpha.", "Bêta.", "Gamma.", "Delta.", "Epsilon."]
    sections = [range(first, first + 3)] * 3 + [range(first + 3, first + 4), range(first + 4, first + 5)]
    for passage, section in zip(passages[first : first + 5], sections, strict=True):
        assert index.section("carnet", passage.start) == section
        assert index.section("carnet", passage.end - 1) == section
    assert index.section("carnet", 0) == sections[0]
    assert index.section("carnet", 10**6) == sections[-1]


def test_sections_of_a_document_are_those_of_a_walk(large: Index) -> None:
    """The section of each passage, walked from it to both sides until another begins, stays within its document."""

    def walked(number: int) -> range:
        def same(other: int) -> bool:
            one, two = large.passages[number], large.passages[other]
            return (one.document, one.place.part, one.place.headings[:2]) == (
                two.document,
                two.place.part,
                two.place.headings[:2],
            )

        before = next((n for n in range(number, -1, -1) if not same(n)), -1)
        after = next((n for n in range(number, len(large.passages)) if not same(n)), len(large.passages))
        return range(before + 1, after)

    for number, passage in enumerate(large.passages):
        assert large.section(passage.document, passage.start) == walked(number)


@pytest.mark.parametrize(
    ("word", "recognised"),
    [
        ("abeilles", True),
        ("abeile", True),  # a slip
        ("Zorglub", False),
        ("250", True),
        ("251", False),  # a number is never a slip
        ("garrigue", True),  # in an expansion only
        ("rucher", True),  # in a title only
        ("le", True),  # says nothing, so nothing of it is unknown
        ("le miel des abeilles", True),
        ("le miel de Zorglub", False),
        ("apc", False),  # an acronym is never a slip
        ("APM", True),
        ("what is the miel", True),  # English grammar says nothing either
    ],
)
def test_a_word_is_recognised_where_some_passage_holds_it(
    expanded: Settings, encoder: object, word: str, recognised: bool
) -> None:
    """In its text, in what names it or in an expansion that leads to it, mistyped or not; of several words each must be."""
    (expanded.corpus / "notes.md").write_text("# Le rucher\n\nIls sont à l’APM.\n", encoding="utf-8")
    build_index(expanded, progress=False, encoder=encoder)
    assert open_index(expanded, encoder=encoder).recognises(word) is recognised
