"""Where an evaluation is in, what the page says of it out, as HTML. Imports nothing that takes time."""

from html import escape

from interface.evaluation.evaluator import Progress, remaining
from interface.evaluation.naming import HALVES

NO_RUN = (
    "Aucune évaluation n’a encore été faite sur cette machine. Une évaluation dure une minute environ, "
    "et montre ensuite chaque échec à côté de ce qui était attendu."
)
# What is done of the questions where the name of a round does not say it.
STAGES = {"questions": "telles quelles", "question de suite": "questions de suite dites en entier"}


def block(html: str) -> str:
    """Return HTML in one piece for gr.Markdown, which would read as Markdown what follows a blank line."""
    one_line = html.replace("\r", "&#13;").replace("\n", "&#10;")
    return f'<div class="eval">{one_line}</div>'


def notice(said: str) -> str:
    """Return a sentence that stands alone."""
    return block(f'<p class="notice">{escape(said)}</p>')


def progress_told(progress: Progress) -> tuple[str, str]:
    """Return what is said once, when an evaluation begins and ends, and the bar that shows how far it is."""
    said = _said(progress)
    return (notice(said) if said else ""), (_bar(progress) if progress.state == "running" else "")


def _said(progress: Progress) -> str:
    name = f"L’évaluation «\u00a0{progress.name}\u00a0»"
    if progress.state == "running":
        return f"{name} ({HALVES.get(progress.split, progress.split)}) est en cours."
    if progress.state == "saved":
        return f"{name} est finie\u00a0: elle est dans la liste.{_left_out(progress.left_out)}"
    if progress.state == "stopped":
        return f"{name} a été arrêtée\u00a0: rien n’a été enregistré."
    return progress.said if progress.state == "failed" else ""


def _left_out(count: int) -> str:
    if not count:
        return ""
    which = f"{count}\u00a0questions ont été laissées" if count > 1 else "1\u00a0question a été laissée"
    return f" {which} de côté\u00a0: les documents servis ne disent pas ce qu’elles attendent."


def _bar(progress: Progress) -> str:
    share = 100 * progress.done // progress.total if progress.total else 0
    pieces = [STAGES.get(progress.stage, progress.stage)]
    if progress.total:
        pieces.insert(0, f"{progress.done} sur {progress.total}\u00a0questions ({share}\u00a0%)")
    left = remaining(progress)
    if left:
        pieces.append(f"encore {_about(left)}")
    told = escape(" · ".join(pieces))
    return block(f'<progress max="100" value="{share}">{share}\u00a0%</progress><p class="note">{told}</p>')


def _about(seconds: float) -> str:
    if seconds > 90:
        return f"{round(seconds / 60)}\u00a0minutes environ"
    return f"{max(5, 5 * round(seconds / 5))}\u00a0secondes environ"
