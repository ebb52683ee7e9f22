"""Greetings, thanks and questions about Tresse itself: told from a question, and answered."""

import re
from typing import Literal

from answer.names import fold

SmallTalk = Literal["greeting", "thanks", "farewell", "identity", "ability"]

_POLITE = (
    r"(?:bonjour|bonsoir|salut|coucou|hello|hi|hey|yo|there|everyone|slt|bjr|bsr|cc|bonne journee|enchantee?"
    r"|s'il (?:vous|te) plait|svp|stp|please|merci d'avance|tresse)"
)
_THANKS = r"(?:merci|mrc|thanks|thank you|je (?:te|vous) remercie)"
_FOR_WHAT = r"(?:pour .{1,40}|beaucoup|bien|infiniment|a (?:toi|vous)|bcp|d'avance)"
_WELL = r"(?:ok|okay|d'accord|parfait|super|genial|top|bravo|cool|tres bien|c'est (?:clair|parfait|super|note|top))"
_YOU_ARE = r"(?:es[- ]tu|etes[- ]vous|t'?es|tu es|vous etes)"
_BEING = r"(?:robot|ia|humaine?|bot|machine|intelligence artificielle|vraie? \w+|personne|quelqu'un)"
_YOU_CAN = r"(?:sais|peux|pouvez|savez)[- ](?:tu|vous)|(?:tu|vous) (?:sais|peux|pouvez|savez)"
_MADE = r"(?:creee?|faite?|fabriquee?|programmee?|concue?|developpee?|invente|entraine)"

# A message is small talk when one of these matches the whole of it, folded and without punctuation.
_PATTERNS: tuple[tuple[SmallTalk, str], ...] = (
    ("identity", rf"qui {_YOU_ARE}(?: exactement)?|{_YOU_ARE} qui|c'est (?:quoi|qui) tresse|qui est tresse"),
    ("identity", rf"qu'est[- ]ce que tresse|{_YOU_ARE} (?:une? )?{_BEING}(?: ou (?:une? )?{_BEING})?"),
    ("identity", r"comment (?:tu t'appelles?|t'appelles?[- ]tu|vous appelez[- ]vous)|(?:who|what) are you"),
    (
        "identity",
        rf"(?:par )?qui (?:t'a|vous a) {_MADE}|(?:par qui|comment) (?:as[- ]tu|tu as|avez[- ]vous) ete {_MADE}|who made you",
    ),
    ("ability", rf"(?:{_YOU_CAN}) m'aider (?:a|pour|sur|avec) quoi(?: au juste| exactement)?"),
    ("ability", rf"(?:que|quoi|qu'est[- ]ce que) (?:{_YOU_CAN}) faire(?: pour moi)?|(?:{_YOU_CAN}) faire quoi"),
    ("ability", r"(?:a quoi|de quoi) (?:tu sers|sers[- ]tu|servez[- ]vous|peux[- ]tu parler)|(?:tu|ca) sers?t? a quoi"),
    (
        "ability",
        r"(?:que puis[- ]je|qu'est[- ]ce que je peux|je peux|quoi) (?:te |vous )?demander(?: quoi)?"
        r"|aide(?:[- ]moi)?|help(?: me)?",
    ),
    ("ability", r"what (?:can|do) (?:you|i) (?:do|ask)(?: you)?|comment (?:ca marche|tu marches|tu fonctionnes)"),
    ("thanks", rf"(?:{_WELL} )*{_THANKS}(?: {_FOR_WHAT})*|(?:{_WELL} ?)+"),
    (
        "farewell",
        r"(?:au revoir|a bientot|a plus|bye(?: bye)?|goodbye|ciao|bonne (?:journee|soiree|nuit))(?: a .{1,20}| merci)?",
    ),
    (
        "greeting",
        rf"(?:{_POLITE} ?)*(?:(?:tu |vous )?(?:ca va|vas bien|allez bien)|comment (?:ca va|vas[- ]tu|allez[- ]vous|tu vas)"
        r"|how are you|tout le monde|a tous)(?: toi| vous| bien| today)*",
    ),
    ("greeting", rf"(?:{_POLITE} ?)+"),
)
# Words of courtesy: a message that holds no other, and one of those that give it its kind, is small talk however it is turned.
_GIVING: tuple[tuple[SmallTalk, frozenset[str]], ...] = (
    ("thanks", frozenset("merci mersi mrc thanks thank thx remercie".split())),
    ("farewell", frozenset("revoir bientot ciao bye goodbye adieu soiree nuit demain prochaine +".split())),
    ("greeting", frozenset("bonjour bonsoir salut coucou hello hi hey yo slt bjr bsr cc".split())),
)
_COURTESY = frozenset(
    """
    a accord ai aide aidee aider allez are as au aujourd aussi avez avoir bcp beaucoup been bien bocou bon bonjour bonne
    bonnes bravo c ca cela clair claire clairement compris content contente cool d de ecoute encore equipe est et etait
    etes fin finalement fini formidable genial good great had have helpful hier hui impeccable infiniment j je journee l
    la le les lot lots m madame mesdames messieurs mieux moi monde monsieur much my n nice nickel non note now of ok okay
    on oui parfait parfaite pas pour precieux precis prochaine qu quelqu rapide really reponse reponses s sa semaine si so
    super sympa t ta tard te temps tes the there this tlm to toi top toujours tous tout toute toutes tres trop tu un une
    utile va vais ve very vos votre vous vraiment week-end welcome y you your
    """.split()
).union(*(words for _, words in _GIVING))
_TALK = tuple((talk, re.compile(pattern)) for talk, pattern in _PATTERNS)
_HELLO = r"(?:bonjour|bonsoir|salut|coucou|hello|hi|hey|slt|bjr|bsr|cc)(?: (?:tresse|a tous|madame|monsieur))?"
_OPENING = re.compile(rf"(?:(?:{_HELLO}|merci(?: beaucoup| bien)?)\s*[,!.;:]*\s+)+", re.IGNORECASE)


def small_talk(message: str) -> SmallTalk | None:
    """Return what kind of small talk the whole message is, None when it asks or says anything else."""
    bare = " ".join(re.sub(r"[^\w' +-]", " ", fold(message)).split())
    opened = _OPENING.sub("", bare, count=1) or bare
    talk = next((talk for talk, pattern in _TALK if pattern.fullmatch(bare) or pattern.fullmatch(opened)), None) or _courtesy(
        bare
    )
    return None if talk == "thanks" and "?" in message else talk


def _courtesy(bare: str) -> SmallTalk | None:
    words = frozenset(re.sub(r"\ba plus\b|\ba \+", "a +", bare).replace("'", " ").split())
    return next((talk for talk, giving in _GIVING if words & giving), None) if words <= _COURTESY else None


def without_greeting(question: str) -> str:
    """Return the question without the greeting or the thanks that open it, unless there is nothing else."""
    opening = _OPENING.match(question)
    return (question[opening.end() :] if opening else question).strip() or question
