"""How an answer was found, as HTML: what was searched, what was found and by what, how sure and how fast. All escaped here."""

from collections.abc import Mapping, Sequence
from html import escape
from typing import TYPE_CHECKING

from interface.assistant.proof import Check

if TYPE_CHECKING:
    from answer.assistant import Answer
    from index.search import Hit

SHOWN = 5  # passages: the answer seldom comes from further down
EXTRACT = 140  # characters of a passage: enough to recognise it
HALVES = {"words": "mots", "vectors": "sens", "reader": "lecture"}  # by the first word of a signal's name
SPENT = {"search": "recherche", "answer": "rédaction", "total": "en tout"}


def explanation(answer: "Answer", *, several: bool) -> str:
    """Return, folded, how an answer was found."""
    took = answer.timings_ms
    spent = ", ".join(f"{name} {_number(took[key], 0)}\u00a0ms" for key, name in SPENT.items() if key in took)
    return (
        '<details class="searched"><summary>Comment cette réponse a-t-elle été trouvée\u00a0?</summary>'
        f'<dl><dt>Question cherchée</dt><dd class="query">{escape(" ".join(answer.query.split()))}</dd>'
        f"<dt>Confiance</dt><dd>{_number(100 * answer.confidence, 0)}\u00a0% que les citations répondent à la question</dd>"
        f"<dt>Durée</dt><dd>{spent}</dd>"
        f"<dt>Passages trouvés</dt><dd>{_passages(answer.hits[:SHOWN], several=several)}</dd></dl></details>"
    )


def _passages(hits: "Sequence[Hit]", *, several: bool) -> str:
    if not hits:
        return "aucun"
    halves = [_halves(hit.signals) for hit in hits]
    items = "".join(
        f'<li><span class="found">{escape(_name(hit, several=several))}</span>'
        f'<span class="scores">score {_number(hit.score, 2)} · {_ranked(number, halves)}</span>'
        f'<span class="extract">{escape(_extract(hit.passage.text))}</span></li>'
        for number, hit in enumerate(hits)
    )
    legend = (
        "Le score réunit les mots de la question, son sens et la lecture du passage, qui cherche s’il répond\u00a0; "
        "à côté de chacun, son rang parmi ces passages."
    )
    return f'<ol class="hits">{items}</ol><p class="legend">{legend}</p>'


def _halves(signals: Mapping[str, float]) -> dict[str, float]:
    """Return the best signal of each way to find a passage."""
    return {half: max((v for name, v in signals.items() if name.partition(".")[0] == half), default=0.0) for half in HALVES}


def _ranked(number: int, halves: Sequence[Mapping[str, float]]) -> str:
    """Say how near a passage is by each way to search, and which place it has by it among those shown."""
    said = []
    for half, name in HALVES.items():
        value = halves[number][half]
        rank = 1 + sum(other[half] > value for other in halves)
        said.append(f"{name} {_number(value, 2)} ({rank}{'er' if rank == 1 else 'e'})" if value > 0 else f"{name}\u00a0: non")
    return " · ".join(said)


def _name(hit: "Hit", *, several: bool) -> str:
    place = hit.passage.place
    return " · ".join([*([hit.passage.document] if several else []), *place.headings[:1], *place.headings[1:][-1:]])


def _extract(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= EXTRACT else text[:EXTRACT].rsplit(maxsplit=1)[0] + " […]"


def _number(value: float, decimals: int) -> str:
    return f"{value:.{decimals}f}".replace(".", ",")


def checked(checks: Sequence[Check]) -> str:
    """Return what a check of the quotes found, in words, with the offsets and the hash that were compared."""
    if not checks:
        return ""
    items = "".join(
        f'<li class="{"stands" if check.stands else "falls"}"><strong>Source {check.number}</strong>\u00a0: '
        f"{escape(check.words)} "
        f'<span class="pointer">Caractères {check.start} à {check.end}, SHA-256 <code>{escape(check.sha256)}</code></span></li>'
        for check in checks
    )
    good = sum(check.stands for check in checks)
    s = "s" if good > 1 else ""
    told = f"{good} citation{s} exacte{s} sur {len(checks)}, vérifiée{s} à l’instant"
    return f'<div class="checks"><p>{told}</p><ul>{items}</ul></div>'
