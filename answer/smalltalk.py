"""Greetings, thanks and questions about Tresse itself: told from a question, and answered."""

import re
from typing import Literal

from answer.question import fold

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

# A message is small talk when one of these matches the whole of it, folded and without punctuation.
_PATTERNS: tuple[tuple[SmallTalk, str], ...] = (
    ("identity", rf"qui {_YOU_ARE}(?: exactement)?|{_YOU_ARE} qui|c'est (?:quoi|qui) tresse|qui est tresse"),
    ("identity", rf"qu'est[- ]ce que tresse|{_YOU_ARE} (?:une? )?{_BEING}(?: ou (?:une? )?{_BEING})?"),
    ("identity", r"comment (?:tu t'appelles?|t'appelles?[- ]tu|vous appelez[- ]vous)|(?:who|what) are you"),
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
_TALK = tuple((talk, re.compile(pattern)) for talk, pattern in _PATTERNS)
_HELLO = r"(?:bonjour|bonsoir|salut|coucou|hello|hi|hey|slt|bjr|bsr|cc)(?: (?:tresse|a tous|madame|monsieur))?"
_OPENING = re.compile(rf"(?:(?:{_HELLO}|merci(?: beaucoup| bien)?)\s*[,!.;:]*\s+)+", re.IGNORECASE)


def small_talk(message: str) -> SmallTalk | None:
    """Return what kind of small talk the whole message is, None when it asks or says anything else."""
    bare = " ".join(re.sub(r"[^\w' -]", " ", fold(message)).split())
    opened = _OPENING.sub("", bare, count=1) or bare
    talk = next((talk for talk, pattern in _TALK if pattern.fullmatch(bare) or pattern.fullmatch(opened)), None)
    return None if talk == "thanks" and "?" in message else talk


def without_greeting(question: str) -> str:
    """Return the question without the greeting or the thanks that open it, unless there is nothing else."""
    opening = _OPENING.match(question)
    return (question[opening.end() :] if opening else question).strip() or question
