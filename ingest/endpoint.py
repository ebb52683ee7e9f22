"""A prompt in, the text of a reply out, from any server that speaks OpenAI’s chat completions. Knows nothing of documents."""

from typing import TYPE_CHECKING

from errors import TresseError
from ingest.canonical import clean
from settings import Endpoint

if TYPE_CHECKING:
    from openai import OpenAIError

TRIES = 4  # of one request: the client waits half a second, then one, then two, or what the server asks for, up to two minutes
_NO_KEY = "sans-cle"  # the client takes OPENAI_API_KEY for an empty one, which is not for this server
_MESSAGE_LENGTH = 200  # characters of what a server says of its own fault
_REFUSALS = {401: "la clé", 403: "la clé", 404: "l’adresse ou le modèle"}  # what every other request would meet too


class UnansweredError(TresseError):
    """A fault of one request, that the next may not meet."""


class Chat:
    """A client of one model, that several threads may ask at once."""

    def __init__(self, endpoint: Endpoint, *, timeout: float) -> None:
        """Open it. A try fails after `timeout` seconds without a byte."""
        from openai import OpenAI  # half a second that only a draft needs

        self._endpoint, self._timeout = endpoint, timeout
        self._client = OpenAI(base_url=endpoint.url, api_key=endpoint.key or _NO_KEY, timeout=timeout, max_retries=TRIES - 1)
        self._client.organization = self._client.project = None  # the client read them from the environment

    def ask(self, instructions: str, matter: str) -> str:
        """Return the text of the reply, "" where there is none.

        Timeouts, broken connections, 408, 409, 429 and 5xx are tried again by the client. Raises UnansweredError where the last
        try fails, another TresseError where the server refuses what all requests have in common.
        """
        from openai import OpenAIError

        try:
            completion = self._client.chat.completions.create(
                model=self._endpoint.model,
                messages=[{"role": "system", "content": instructions}, {"role": "user", "content": matter}],
            )
            content = completion.choices[0].message.content
        except OpenAIError as fault:
            raise self._explained(fault) from fault
        except (AttributeError, IndexError, TypeError, ValueError):  # the client lets a body of another shape through
            return ""
        return content if isinstance(content, str) else ""

    def _explained(self, fault: "OpenAIError") -> TresseError:
        from openai import APIStatusError, APITimeoutError

        if isinstance(fault, APITimeoutError):
            return UnansweredError(f"pas de réponse en {self._timeout:g} s\u00a0: allongez --timeout ou baissez --parallel.")
        if not isinstance(fault, APIStatusError):
            return UnansweredError(
                f"{self._endpoint.url} ne répond pas\u00a0: vérifiez TRESSE_LLM_URL et que le serveur tourne."
            )
        said = f"HTTP {fault.status_code}, «\u00a0{clean(fault.message)[:_MESSAGE_LENGTH]}\u00a0»"
        if fault.status_code in _REFUSALS:
            refused = _REFUSALS[fault.status_code]
            return TresseError(f"Le serveur refuse {refused} ({said})\u00a0: vérifiez TRESSE_LLM_URL, _MODEL et _KEY.")
        if fault.status_code == 429:
            return UnansweredError(f"trop de demandes ({said})\u00a0: baissez --parallel, ou attendez.")
        return UnansweredError(f"le serveur est en défaut ({said})\u00a0: voyez ce qu’il en dit lui-même.")
