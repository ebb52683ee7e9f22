"""French text in, search terms out: folded stems without stop words, the same for documents and for questions."""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

import Stemmer

_STEMMER = Stemmer.Stemmer("french", 0)  # no cache of its own: `stem` has one
_LETTERS = str.maketrans(
    {
        "œ": "oe",
        "Œ": "Oe",
        "æ": "ae",
        "Æ": "Ae",
        **dict.fromkeys("’‘\u02bc\u00b4`\u2032\u201b\uff07", "'"),
        "\u2010": "-",
        "\u2011": "-",
    }
)
_MARKS = re.compile("[⁰¹²³⁴-⁹]")  # calls to footnotes, which are no part of the word that they follow
_INVISIBLE = re.compile("[\u00ad\u200b-\u200d\u2060\ufeff]")  # soft hyphens and the like, pasted from elsewhere
_DOTTED_ACRONYM = re.compile(r"\b(?:[^\W\d_]\.){2,}(?:[^\W\d_]\b)?")  # E.S.S., S.C.I.C
_THOUSANDS = re.compile(r"(?<![\d,.])\d{1,3}(?: \d{3})+(?!\d)")  # 12 000, with the space that French typography asks for
_ELISION = re.compile(r"\b(?:jusqu|lorsqu|puisqu|quoiqu|qu|[cdjlmnst])'(?=\w)", re.IGNORECASE)
_NEVER_STEMMED = 3  # letters: Snowball would make « ca » of CAE
_LONGEST_ACRONYM = 5  # longer words in capitals are words in capitals
_TOKEN = re.compile(r"\d+(?:[.,]\d+)*|[^\W\d_]+\d*")
_PARTICIPLE = re.compile(r"(?<=e)es?$")  # salariée, salariées -> salarie, as salarié once folded
_EMPLOIS = re.compile(r"ois$")  # Snowball keeps this plural, so « emploi » would not meet « emplois »

# Folded words that say nothing of the subject. Those that turn a question round stay out (sans, pas, jamais, aucun, rien, sauf,
# ni), and « ete »: a season too, and as a participle so frequent that it weighs nothing.
_STOPS = """
a afin ai aie ainsi ait alla alors apres as au aujourd auquel aura auraient aurait auront aussi autre autres aux auxquelles
auxquels avaient avais avait avec avez aviez avions avoir avons ayant ayez bah beaucoup ben bien bonjour c ca car ce ceci
cela celle celles celui ces cest cet cette ceux chacun chacune chaque chez ci combien comme comment cote d dans de dedans
depuis des desquelles desquels devait devez devoir devons devra devrais devrait dis dit doit doivent donc dont du duquel
elle elles eme en encore enfin er es est et etaient etais etait etant etc etes etiez etre eu eue eues euh eurent eus eut eux
faudra faudrait faut fut hein hui il ils j jai je juste l la laquelle le lequel les lesquelles lesquels leur leurs lors
lorsque lui m ma mais me meme memes merci mes moi moins mon n ne nest nos notre nous on ont or ou par parce parmi pendant
peu peut peuvent peux plus plutot pour pourquoi pourra pourraient pourrais pourrait pouvait pouvez pouvoir pouvons pq puis
puisque qu quand quant que quel quelle quelles quelque quelques quels qui quoi quoique s sa salut se sera seraient serait
seront ses si soi soient sois soit sommes son sont sous stp suis sur svp t ta te tel telle telles tels tes toi ton toujours
tous tout toute toutes tres trop tu un une va vais vas vers voici voila vont vos votre vous y ya
"""
STOP_WORDS = frozenset(_STOPS.split())


@dataclass(frozen=True, slots=True)
class Token:
    """A word that counts: `form` is the word folded, `term` its stem, by which words meet; `acronym` for ESS, not for Scop."""

    form: str
    term: str
    acronym: bool = False


def terms(text: str) -> tuple[str, ...]:
    """Give the search terms of `text` in reading order, repeated as they are repeated there."""
    return tuple(token.term for token in tokens(text))


def tokens(text: str) -> tuple[Token, ...]:
    """Give the words of `text` that are not stop words, in reading order."""
    return tuple(token for token in map(_token, _TOKEN.findall(_settle(text))) if token)


@lru_cache(maxsize=65_536)
def _token(word: str) -> Token | None:
    """Return what a word, as it is written, is searched by; None for one that is not."""
    form = fold(word)
    return Token(form, stem(form), _is_acronym(word)) if _counts(form) else None


def fold(text: str) -> str:
    """Lower the case and drop accents: « Coopérative » and « cooperative » become one word."""
    if text.isascii():
        return text.lower()
    decomposed = unicodedata.normalize("NFKD", text.translate(_LETTERS)).translate(_LETTERS)  # « 𐞃 » is an æ first
    return "".join(char for char in decomposed if not unicodedata.combining(char)).lower()


def _settle(text: str) -> str:
    """Write one thing in one way: letters, apostrophes, acronyms, thousands and elisions. Lengths change."""
    text = unicodedata.normalize("NFKC", _MARKS.sub(" ", _INVISIBLE.sub("", text))).translate(_LETTERS)
    text = _DOTTED_ACRONYM.sub(lambda match: match.group().replace(".", "") + " ", text)
    text = _THOUSANDS.sub(lambda match: match.group().replace(" ", ""), text)
    return _ELISION.sub(" ", text)


def _counts(form: str) -> bool:
    """Tell whether a folded word is worth searching: digits always, a lone letter never."""
    return form[0].isdigit() or (len(form) > 1 and form not in STOP_WORDS)


def _is_acronym(word: str) -> bool:
    return len(word) <= _LONGEST_ACRONYM and word.isupper()


@lru_cache(maxsize=65_536)
def stem(form: str) -> str:
    """Stem a folded word. Stemming after folding is what lets « cooperatives d'activite » meet « coopératives d’activité »."""
    if form[0].isdigit():
        return form.replace(".", ",")
    if len(form) <= _NEVER_STEMMED:
        return form
    plain = _EMPLOIS.sub("oi", _PARTICIPLE.sub("", form))
    return fold(_STEMMER.stemWord(plain))
