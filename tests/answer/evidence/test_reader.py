"""The reader, on a tiny model of random weights whose every score can be worked out again from its logits."""

import json
import math
import shutil
from collections.abc import Sequence
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file
from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from tokenizers.normalizers import NFKC
from tokenizers.pre_tokenizers import Whitespace
from tokenizers.processors import TemplateProcessing
from transformers import BertConfig, BertForQuestionAnswering

from answer.evidence.int8_bert import Int8Bert
from answer.evidence.reader import ModelReader, PassageReading, open_reader
from errors import TresseError
from ingest.document import Span, Speaker
from ingest.passages import Passage
from settings import READER

PLACES = 320
WORDS = "la ruche le verger anne leroy directrice réunit 42 adhérents vend des pommes . ? > combien oui non".split()
ANNE = Speaker("Anne Leroy", "directrice")
QUESTION = "Combien réunit la ruche ?"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A reader as it is saved: words are cut at spaces and signs, the two texts stand between marks."""
    folder = tmp_path_factory.mktemp("reader")
    vocabulary = {word: number for number, word in enumerate(["<s>", "</s>", "<unk>", *WORDS])}
    tokenizer = Tokenizer(WordLevel(vocabulary, unk_token="<unk>"))
    tokenizer.normalizer, tokenizer.pre_tokenizer = NFKC(), Whitespace()
    tokenizer.post_processor = TemplateProcessing(
        single="<s> $A </s>", pair="<s> $A </s> $B:1 </s>:1", special_tokens=[("<s>", 0), ("</s>", 1)]
    )
    config = BertConfig(
        vocab_size=len(vocabulary), hidden_size=32, num_hidden_layers=2, num_attention_heads=4, intermediate_size=48,
        max_position_embeddings=PLACES, initializer_range=0.4,
    )  # fmt: skip
    torch.manual_seed(2)
    BertForQuestionAnswering(config).save_pretrained(folder)
    tokenizer.save(str(folder / "tokenizer.json"))
    return folder


@pytest.fixture(scope="module")
def model_reader(folder: Path) -> ModelReader:
    return open_reader(folder)


@pytest.fixture(scope="module")
def passages(make_passage) -> list[Passage]:
    return [
        make_passage("La ruche réunit 42 adhérents.", "Le verger vend des pommes.", headings=("Le verger", "La ruche")),
        make_passage("Oui.", headings=("La ruche", "Combien ?"), speaker=ANNE),
        make_passage("Le verger vend des pommes.", "Non.", "Oui."),
        make_passage("La ruche.", headings=("Anne Leroy",), speaker=ANNE),
    ]


def naive(folder: Path, question: str, above: str, passage: Passage) -> PassageReading:
    """Work a reading out from the logits, one number after the other."""
    model = Int8Bert(load_file(folder / "model.safetensors"), heads=4, layers=2, epsilon=1e-12)
    pair = Tokenizer.from_file(str(folder / "tokenizer.json")).encode(question, above + passage.text)
    logits = model.logits([(pair.ids, pair.type_ids)])[0].tolist()
    marks = [place for place, token in enumerate(pair.tokens) if token == "</s>"]
    inside = range(marks[0] + 1, marks[1])
    score, weights = 0.0, [0.0] * len(passage.spans)
    for side in (0, 1):
        total = sum(math.exp(logits[place][side]) for place in inside)
        score += (math.log(total) - logits[0][side]) / 2
        for place in inside:
            at = passage.start + pair.offsets[place][0] - len(above)
            for number, span in enumerate(passage.spans):
                if span.start <= at < span.end:
                    weights[number] += math.exp(logits[place][side]) / total / 2
    return PassageReading(score, tuple(weights))


def test_scores_and_weights_are_those_of_the_formula(folder: Path, model_reader: ModelReader, passages) -> None:
    """The log-sum-exp of the places less that of « nowhere », and the softmax of the places of each span, halved."""
    above = ["Le verger > La ruche\n", "La ruche > Combien ? > Anne Leroy\n", "", "Anne Leroy\n"]
    found = model_reader.read(QUESTION, passages)
    for named, passage, reading in zip(above, passages, found, strict=True):
        expected = naive(folder, QUESTION, named, passage)
        assert reading.score == pytest.approx(expected.score, abs=1e-4)
        assert reading.spans == pytest.approx(expected.spans, abs=1e-5)
        assert 0 < sum(reading.spans) <= 1 + 1e-6
    assert len({round(reading.score, 2) for reading in found}) == len(found)


def test_what_stands_above_a_passage_is_in_none_of_its_spans(model_reader: ModelReader, make_passage) -> None:
    """Without titles the spans share the whole answer; titles take their part of it."""
    alone, under = (
        model_reader.read(QUESTION, [make_passage("La ruche.", "Non.", headings=headings)])[0]
        for headings in ((), ("Le verger vend des pommes",))
    )
    assert sum(alone.spans) == pytest.approx(1, abs=1e-6)
    assert sum(under.spans) < 0.99


def test_a_passage_is_read_by_itself(model_reader: ModelReader, passages: Sequence[Passage]) -> None:
    """To the bit the same alone, beside others and in another order."""
    together = model_reader.read(QUESTION, passages)
    assert together == tuple(model_reader.read(QUESTION, [passage])[0] for passage in passages)
    assert together == model_reader.read(QUESTION, passages[::-1])[::-1]


def test_no_passage_gives_no_reading(model_reader: ModelReader) -> None:
    """Nothing in, nothing out."""
    assert model_reader.read(QUESTION, []) == ()


def test_a_passage_longer_than_the_places_is_cut(folder: Path, model_reader: ModelReader, make_passage) -> None:
    """Its beginning is read as if the rest were not there, and what is beyond weighs nothing."""
    first = "La ruche réunit 42 adhérents."  # 6 tokens
    kept = PLACES - 3 - 5 - 6  # what the marks, the question and the first sentence leave
    long = make_passage(first, "oui " * kept + "non " * 99 + ".", "Le verger vend des pommes.")
    whole = make_passage(first, ("oui " * kept).strip())
    (reading,), expected = model_reader.read(QUESTION, [long]), naive(folder, QUESTION, "", whole)
    assert reading.score == pytest.approx(expected.score, abs=1e-4)
    assert reading.spans == pytest.approx((*expected.spans, 0.0), abs=1e-5)


def test_titles_that_fill_all_places_leave_the_passage_unread(model_reader: ModelReader, make_passage) -> None:
    """No span of it has any weight, and the score is a number."""
    (reading,) = model_reader.read(QUESTION, [make_passage("Oui.", headings=("la ruche " * PLACES,))])
    assert reading.spans == (0.0,)
    assert math.isfinite(reading.score)


@pytest.mark.parametrize("passage", ["", " "])
def test_a_passage_without_a_word_has_a_score_under_all_others(model_reader: ModelReader, make_passage, passage: str) -> None:
    """It is a number, which can be added to another and shown."""
    (reading,) = model_reader.read(QUESTION, [make_passage(passage)])
    assert reading == PassageReading(-20.0, (0.0,))


@pytest.mark.parametrize("question", ["combien " * 62 + "oui", "a" * 500, "? " * 250, "\ufdfa" * 500, "\U0001f600" * 500])
def test_a_question_of_500_characters_leaves_room_for_the_passage(
    model_reader: ModelReader, make_passage, question: str
) -> None:
    """It is read to its 300th character, those that one sign stands for counted; the passage is read whole."""
    passage = make_passage("La ruche réunit 42 adhérents.")
    (reading,) = model_reader.read(question, [passage])
    assert sum(reading.spans) == pytest.approx(1, abs=1e-6)
    assert model_reader.read(question + " combien ?", [passage]) == (reading,)


def absent(folder: Path) -> None:
    shutil.rmtree(folder)


def cut_weights(folder: Path) -> None:
    path = folder / "model.safetensors"
    path.write_bytes(path.read_bytes()[:-100])


def pointer(folder: Path) -> None:
    (folder / "model.safetensors").write_text("version https://git-lfs.github.com/spec/v1\n")


def no_tokenizer(folder: Path) -> None:
    (folder / "tokenizer.json").unlink()


def broken_tokenizer(folder: Path) -> None:
    (folder / "tokenizer.json").write_text("{}")


def no_config(folder: Path) -> None:
    (folder / "config.json").unlink()


def another_config(folder: Path) -> None:
    (folder / "config.json").write_text(json.dumps({"model_type": "t5"}))


def more_layers(folder: Path) -> None:
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps(config | {"num_hidden_layers": 3}))


@pytest.mark.parametrize(
    "harm", [absent, cut_weights, pointer, no_tokenizer, broken_tokenizer, no_config, another_config, more_layers]
)
def test_a_folder_that_holds_no_reader_is_a_sentence(folder: Path, tmp_path: Path, harm) -> None:
    """It names the folder and says how to get the reader back."""
    copy = tmp_path / "lecteur"
    shutil.copytree(folder, copy)
    harm(copy)
    with pytest.raises(TresseError) as fault:
        open_reader(copy)
    assert str(fault.value).startswith(f"Le lecteur «\u00a0{copy}\u00a0» n’a pas pu être chargé.")
    assert "TRESSE_READER" in str(fault.value)
    assert "git checkout -- models" in str(fault.value)


@pytest.fixture(scope="module")
def real() -> ModelReader:
    return open_reader(READER)


def best_span(passage: Passage, reading: PassageReading) -> str:
    span: Span = max(zip(reading.spans, passage.spans, strict=True), key=lambda each: each[0])[1]
    return passage.text[span.start - passage.start : span.end - passage.start]


@pytest.mark.model
def test_the_real_reader_points_at_the_sentence_and_declines_a_near_miss(
    real: ModelReader, booklet_passages: Sequence[Passage]
) -> None:
    """The passage that counts the members answers who asks for their number, and not who asks for the fee."""
    passage = next(each for each in booklet_passages if "340 adhérents" in each.text)
    (counted,), (fee,) = (
        real.read(question, [passage])
        for question in ("Combien d’adhérents compte Biovallée ?", "Quel est le montant de la cotisation à Biovallée ?")
    )
    assert counted.score > 0 > fee.score
    assert "340 adhérents" in best_span(passage, counted)


@pytest.mark.model
def test_the_real_reader_reads_a_passage_by_itself(real: ModelReader, booklet_passages: Sequence[Passage]) -> None:
    """To the bit the same alone, beside others and in another order."""
    question, read = "Qu’est-ce qu’une marque de pays ?", booklet_passages[:12]
    together = real.read(question, read)
    assert together == tuple(real.read(question, [passage])[0] for passage in read)
    assert together == real.read(question, read[::-1])[::-1]
