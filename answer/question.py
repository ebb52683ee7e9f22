"""What a question asks for: a number, a date, a list... Knows nothing of the documents."""

import re
from functools import lru_cache
from typing import Literal

from index import analysis

Kind = Literal["number", "date", "person", "place", "list", "example", "definition", "yesno", "how", "why", "compare", "other"]

# Read from the top, the first kind that matches wins. Patterns meet the folded question (see `fold`) at word boundaries.
_ASKED: tuple[tuple[Kind, tuple[str, ...]], ...] = (
    (
        "compare",
        (
            r"differences?",
            r"diff entre",
            r"compar(e|er|ez|aison|e[rz]?|ee?s?)",
            r"versus|vs",
            r"par rapport (a|au|aux)",
            r"plutot .+ ou",
            r"distingue(r|nt)?",
        ),
    ),
    (
        "date",
        (
            r"quand|qd|kan[dt]?|when|since",
            r"quelle (annee|date|epoque)",
            r"depuis combien de temps|depuis quand",
            r"date d[eu']?",
            r"what (year|date)",
        ),
    ),
    (
        "number",
        (
            r"combien|cb|cmb|cbm|kombien|conbien|how (many|much|big|long)",
            r"nombre d[e']?",
            r"quel(le)?s? (est |sont |etait )?(la |le |les |son |sa |leur )?"
            r"(part|proportion|pourcentage|taux|nombre|montant|budget|prix|cout|tarif|duree|delai|superficie|effectif|chiffre)s?",
        ),
    ),
    (
        "place",
        (
            r"^(et |mais )?(ou|d'ou|where)",
            r"(c'est|se (trouve|situe)|est|sont|vient) ou|ca se trouve ou|where",
            r"ou (est|sont|se|puis|peut|trouver|aller|est-ce|s'adresser)",
            r"(dans )?quel(le)?s? (est |sont )?(la |le |les )?"
            r"(villes?|communes?|regions?|departements?|villages?|lieux?|endroits?|territoires?)",
        ),
    ),
    (
        "person",
        (
            r"^(et |mais |c'est )*(qui|ki|who)",
            r"comment (s'appelle(nt)?|se nomme(nt)?) (le|la|les) ?(direct|presid|respons|coordin|secret|gerant|maire|chef)\w*",
            r"(par|avec|a|chez|de|pour) qui|c'est qui|qui (est|a|dirige)",
            r"quel est le nom d[eu']? ?(la |le |l')?(directeur|directrice|president|presidente|responsable|coordinatrice)",
        ),
    ),
    (
        "why",
        (
            r"pourquoi|prkoi|pk|pq|pkoi|pourkoi|why",
            r"pour quelles? raisons?",
            r"a quoi (ca |cela )?(sert|servent|bon)",
            r"quel(le)? est (l'interet|la raison|le but|l'objectif)",
        ),
    ),
    (
        "definition",
        (
            r"qu'?est[- ]?ce que c'?est|k?esk(e|eu)? ?c|kesako|c'? ?(est )?(koi|quoi)|quoi c'est",
            r"(qu'?est[- ]?ce|cest quoi|c'est quoi) qu'?une?",
            r"^qu'est-ce qu(e |')(le |la |les |l'|une? )?[\w-]+( [\w-]+)? ?\??$",
            r"definition|definir|definis(sez)?",
            r"que? (veut|veulent|signifie(nt)?)|veut dire|what does .+ mean",
            r"what('s| is)( an?| the)?|what are \w+$",
            r"en quoi consist(e|ent)",
        ),
    ),
    ("example", (r"exemples?|examples?|par exemple",)),
    (
        "list",
        (
            r"quel(le)?s",
            r"liste[rz]?|cite[rz]?|enumere[rz]?|which|list",
            r"(donne|donnez|montre)[- ]moi (les|des|toutes|tous)",
            r"(les|des|toutes|tous) (avantages|missions|conditions|leviers|etapes|criteres|types|formes|services)",
            r"avantages?|benefits|advantages",
        ),
    ),
    ("how", (r"comment|coment|comen|cmt|koman|how", r"de quelle (facon|maniere)|par quels? moyens?")),
    (
        "yesno",
        (
            r"^(est[- ]ce|esk|peut on|puis je|peux tu|faut il|y a t il|doit on|ai je|can|is|are|do|does)",
            r"[a-z]+-(t-)?(ils?|elles?|on|je)",
            r"^(je|on|une?|la|le|les) ([\w-]+ )?(peu[tx]|peuvent|doi[st]|doivent)",
        ),
    ),
)


def _whole_words(patterns: tuple[str, ...]) -> re.Pattern[str]:
    anywhere = "|".join(f"(?:{pattern})" for pattern in patterns)
    return re.compile(rf"(?<!\w)(?:{anywhere})(?!\w)")


_KINDS = tuple((kind, _whole_words(patterns)) for kind, patterns in _ASKED)
# Folded words that ask or are only polite, beyond the French stop words: short messages and English. They name nothing.
FILLERS = frozenset(
    """
    entre et ete koi kwa kesako cmb cbm comb kombien conbien coment comen cmt koman kand kan qd pk pkoi prkoi pourkoi ki
    esk kelle kel kels definition definir signifie veut liste lister cite citer donne donner donnez trouve trouver
    connaitre savoir expliquer explique info infos renseignement renseignements question reponse a an and are any about
    be been can could did do does for from get give has have how i in is it its kind many may me more much must my of on
    one or our own please should some tell than that the their them there these they this to us was we were what when
    where which who whom whose why will with would you your exemple exemples example examples difference differences
    comparer compare annee annees
    """.split()
)


@lru_cache(maxsize=16_384)  # the same sentences come up from one question to the next
def fold(text: str) -> str:
    """Return the text in lower case without accents, with straight apostrophes and single spaces."""
    return " ".join(analysis.fold(text).split())


def kind_of(question: str) -> Kind:
    """Return what is asked for, « other » when nothing in the question says so."""
    folded = fold(question)
    return next((kind for kind, pattern in _KINDS if pattern.search(folded)), "other")
