"""What pydantic finds wrong in, one French sentence out: which field, what is the matter, what to write instead."""

from collections.abc import Mapping, Sequence
from typing import Any

_SENTENCES = {
    "missing": "manque.",
    "extra_forbidden": "n’est pas connu\u00a0: vérifiez son orthographe.",
    "string_type": "doit être un texte.",
    "string_unicode": "contient une moitié de caractère\u00a0: envoyez de l’UTF-8 entier.",
    "string_too_long": "est trop long\u00a0: {max_length} caractères au plus.",
    "int_type": "doit être un nombre entier.",
    "int_parsing": "doit être un nombre entier.",
    "int_parsing_size": "est un nombre trop grand.",
    "int_from_float": "doit être un nombre entier.",
    "finite_number": "doit être un nombre entier.",
    "greater_than_equal": "doit être au moins {ge}.",
    "less_than_equal": "doit être au plus {le}.",
    "less_than": "est un nombre trop grand.",
    "list_type": "doit être une liste.",
    "too_long": "a trop d’éléments\u00a0: {max_length} au plus.",
    "literal_error": "n’a pas une valeur permise\u00a0: {expected}.",
}
_OBJECTS = {"model_type", "model_attributes_type", "dict_type", "dataclass_type"}
_OTHERWISE = "n’a pas la forme attendue."
_WHERE = {"body", "query", "path", "header"}  # FastAPI’s words for the places of a request, which are no fields


def sentence(errors: Sequence[Mapping[str, Any]]) -> str:
    """Say the first of the errors that pydantic lists. What was sent is not repeated: it may be long, or broken."""
    first = errors[0]
    field = _named(first["loc"])
    if first["type"] in _OBJECTS:
        return f"{field or 'Ce qui est envoyé'} doit être un objet JSON."
    told = _SENTENCES.get(first["type"], _OTHERWISE).format(**_bounds(first))
    return f"{field or 'Ce qui est envoyé'} {told}"


def _named(location: Sequence[str | int]) -> str:
    fields = location[1:] if location and location[0] in _WHERE else location
    path = "".join(f"[{field}]" if isinstance(field, int) else f".{field}" for field in fields).removeprefix(".")
    shown = "".join(char if char.isprintable() else "?" for char in path[:100])
    return f"«\u00a0{shown}\u00a0»" if shown else ""


def _bounds(error: Mapping[str, Any]) -> Mapping[str, Any]:
    bounds = dict(error.get("ctx", {}))
    return bounds | {"expected": str(bounds.get("expected", "")).replace(" or ", " ou ")}
