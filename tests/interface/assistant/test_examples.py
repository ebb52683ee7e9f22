from interface.assistant.examples import EXAMPLE_LIMIT, example_questions


def test_each_part_gives_a_question_it_answers(assistant, document):
    """A heading that asks is taken, when the answer to it cites its own part."""
    assert "Qu’est-ce qu’un réseau ?" in example_questions({document.id: document}, assistant)


def test_a_question_that_another_part_answers_is_left_out(assistant, document):
    """« Comment est née la marque ? » stands in the second part but is answered from the first: it is no good example."""
    assert "Comment est née la marque ?" not in example_questions({document.id: document}, assistant)


def test_what_is_repeated_is_no_example(assistant, document, other_document):
    """A heading that stands in several places asks nothing in particular, unless each document has its own."""
    questions = example_questions({document.id: document, other_document.id: other_document}, assistant)
    assert questions == ("Qu’est-ce qu’un réseau ?",)


def test_examples_are_few(assistant, document):
    """However many documents there are, the examples fit on a phone."""
    many = {f"{document.id}{i}": document for i in range(20)}
    assert len(example_questions(many, assistant)) <= EXAMPLE_LIMIT
