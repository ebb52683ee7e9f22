import pytest

from answer.smalltalk import small_talk, without_greeting


@pytest.mark.parametrize(
    ("message", "talk"),
    [
        ("Bonjour", "greeting"),
        ("salut !! ça va ?", "greeting"),
        ("Hello", "greeting"),
        ("merci beaucoup !", "thanks"),
        ("ok super", "thanks"),
        ("Au revoir", "farewell"),
        ("Qui es-tu ?", "identity"),
        ("bonjour, t’es un robot ?", "identity"),
        ("Que peux-tu faire ?", "ability"),
        ("what can I ask you?", "ability"),
        ("aide", "ability"),
        ("Super, merci à toute l’équipe, bonne semaine !", "thanks"),
        ("Allez, à demain", "farewell"),
        ("Bonsoir, quelqu’un est là ?", "greeting"),
        ("Comment as-tu été conçue ?", "identity"),
    ],
)
def test_small_talk_is_told_by_the_whole_message(message, talk):
    """A message that only greets, thanks or asks about Tresse is small talk."""
    assert talk == small_talk(message)


@pytest.mark.parametrize(
    "message",
    [
        "Bonjour, qu’est-ce qu’une CAE ?",
        "merci, et combien de salariés ?",
        "Qui es-tu allé voir à la Ruche ?",
        "aide au démarrage d’un GE",
        "bonjour, une équipe de bénévoles",
        "merci la Scic",
        "comment ça marche une Scic",
        "",
        "?",
    ],
)
def test_a_message_that_asks_is_not_small_talk(message):
    """A question remains one behind a greeting or thanks."""
    assert small_talk(message) is None


@pytest.mark.parametrize(
    ("message", "rest"),
    [
        ("Bonjour, qu’est-ce ?", "qu’est-ce ?"),
        ("merci ! et où ?", "et où ?"),
        ("Bonjour", "Bonjour"),
        ("Salutation", "Salutation"),
    ],
)
def test_a_greeting_is_taken_off_a_question(message, rest):
    """What is searched does not hold the greeting, unless there is nothing else."""
    assert rest == without_greeting(message)
