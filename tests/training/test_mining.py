import random

from training.examples import Examples
from training.folders import open_encoder, open_tokenizer
from training.mining import Pool, twins


def test_twins_share_their_runs_of_words():
    """Two texts of ten common runs of five are twins; a formula of one run makes none; nobody is their own."""
    formula = "en application de la loi"
    words = "un deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze"
    texts = [words, f"{words} quinze", f"{formula} le pont ferme", f"{formula} le lavoir ouvre"]
    assert twins(texts) == [{1}, {0}, set(), set()]


def test_the_right_passage_is_never_drawn_as_a_wrong_one(start, examples: Examples):
    """Mined passages are others, each once, no more than asked for; the same draws give the same ones."""
    pool = Pool(open_encoder(start), open_tokenizer(start), examples.passages)
    found = pool.mine(examples.questions, 3, skip=1, deepest=40, draws=random.Random(5))
    assert found == pool.mine(examples.questions, 3, skip=1, deepest=40, draws=random.Random(5))
    for question, wrong in zip(examples.questions, found, strict=True):
        assert question.passage not in wrong
        assert len(set(wrong)) == len(wrong) == 3


def test_the_nearest_are_skipped(start, examples: Examples):
    """With two skipped of those that are not right, the other four of six are left, in the naive ranking."""
    pool = Pool(open_encoder(start), open_tokenizer(start), examples.passages)
    (wrong,) = pool.mine(examples.questions[:1], 9, skip=2, deepest=40, draws=random.Random(5))
    scores = pool.scores(examples.questions[:1])[0].tolist()
    others = sorted((place for place in range(len(scores)) if place != 0), key=lambda place: -scores[place])
    assert set(wrong) == set(others[2:])
