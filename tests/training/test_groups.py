import random

import torch

from training.examples import Examples, Passage
from training.folders import open_encoder, open_tokenizer
from training.groups import near_groups, question_groups, rows_of, span_of
from training.mining import Pool
from training.tokens import BOS, EOS, PAD


def test_a_span_holds_the_answer_and_no_more(start):
    """The pieces of the span stand for the answer’s words, those of the heading left aside."""
    tokenizer = open_tokenizer(start)
    passage = Passage("d", "Le four du village", "On y cuit le pain de seigle. Le four du village chauffe le samedi.")
    first, last = span_of(tokenizer, passage, "Le four du village")
    offsets = tokenizer.encode(passage.shown, add_special_tokens=False).offsets
    assert passage.shown[offsets[first][0] : offsets[last][1]].strip() == "Le four du village"
    assert offsets[first][0] >= len("Le four du village")
    assert span_of(tokenizer, passage, "le dimanche") is None


def test_a_span_that_is_cut_off_is_none(start):
    """An answer beyond what the reader sees is not one to point at."""
    passage = Passage("d", "", "le pain " * 200 + "de seigle")
    assert span_of(open_tokenizer(start), passage, "de seigle") is None


def test_rows_are_written_as_the_saved_tokenizer_writes_them():
    """<s> question </s></s> passage </s>; types 0 then 1; an answer may be at place 0 and from the passage on."""
    rows = rows_of([([7, 8], [9]), ([7], [9, 9, 9])], torch.device("cpu"))
    assert rows.ids.tolist() == [[BOS, 7, 8, EOS, EOS, 9, EOS, PAD], [BOS, 7, EOS, EOS, 9, 9, 9, EOS]]
    assert rows.types.tolist() == [[0, 0, 0, 0, 0, 1, 1, 0], [0, 0, 0, 0, 1, 1, 1, 1]]
    assert rows.begins == (5, 4)
    assert rows.open.long().tolist() == [[1, 0, 0, 0, 0, 1, 1, 0], [1, 0, 0, 0, 1, 1, 1, 1]]
    assert rows.real.long().sum(1).tolist() == [7, 8]


def test_a_near_miss_is_read_with_the_passage_that_nearly_answers(start, examples: Examples):
    """A question has its right passage apart; a near-miss has none, and its own stands first among the wrong ones."""
    tokenizer = open_tokenizer(start)
    pool = Pool(open_encoder(start), tokenizer, examples.passages)
    for group, question in zip(question_groups(examples, pool, tokenizer, random.Random(1)), examples.questions, strict=True):
        assert group.right == question.passage
        assert group.right not in group.wrong
        assert group.span is not None
    for group, question in zip(near_groups(examples, pool, tokenizer, random.Random(1)), examples.near, strict=True):
        assert (group.right, group.span, group.wrong[0]) == (None, None, question.passage)
        assert question.passage not in group.wrong[1:]
