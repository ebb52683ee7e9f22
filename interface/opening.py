"""What the command line says of who is served in, the opening to serve them by out, with what must then be set."""

import re
import socket
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path

from errors import TresseError
from interface.accounts import Accounts, read_accounts

THIS_MACHINE, EVERY_MACHINE = "127.0.0.1", "0.0.0.0"
UPLOAD_LIMIT = 200 * 1024 * 1024  # bytes: of the largest file that the corpus takes
_NAME = re.compile(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*")


@dataclass(frozen=True, slots=True)
class Opening:
    """Where the pages are served, to whom, under which names, and how many bytes may be added, None where no file may.

    `proxy`: the address of the proxy before it, which alone is believed on who asks, over what and under which name.
    """

    host: str
    public: bool
    names: tuple[str, ...]
    accounts: Accounts | None
    upload_limit: int | None
    proxy: str | None = None

    @property
    def visitors_operate(self) -> bool:
        """Whether whoever comes may do what concerns every visitor: on this machine, asked by nobody else, it is its user."""
        return self.accounts is None and not self.public

    @property
    def operated(self) -> bool:
        """Whether there is anybody who may start an evaluation."""
        return self.visitors_operate or (self.accounts is not None and self.accounts.has_operators)


def decide(
    *,
    host: str | None = None,
    public: bool = False,
    names: tuple[str, ...] = (),
    auth_file: Path | None = None,
    upload: bool = False,
    proxy: str | None = None,
) -> Opening:
    """Decide who is served. Raises TresseError where it would be more than was said, or the accounts cannot be read."""
    host = host or (EVERY_MACHINE if public else THIS_MACHINE)
    if not public and not _is_this_machine(host):
        raise TresseError(
            f"--host {host} ouvre Tresse à d’autres machines. Si c’est voulu, ajoutez --public\u00a0: "
            "Tresse dira ce qu’il faut régler. Sinon, retirez --host."
        )
    accounts = read_accounts(auth_file) if auth_file else None
    return Opening(host, public, names, accounts, UPLOAD_LIMIT if upload else None, proxy)


def proxy_address(text: str) -> str:
    """Read the address of a proxy. Raises TresseError where it is none: a name could be made to lead elsewhere."""
    try:
        return str(ip_address(text))
    except ValueError:
        raise TresseError(
            f"«\u00a0{text}\u00a0» n’est pas une adresse\u00a0; donnez celle du serveur mandataire, comme 127.0.0.1."
        ) from None


def public_name(text: str) -> str:
    """Read a name under which the server is known. Raises TresseError where it is none: an address, a port."""
    name = text.lower().rstrip(".")
    if not _NAME.fullmatch(name):
        raise TresseError(f"«\u00a0{text}\u00a0» n’est pas un nom de serveur\u00a0; donnez-le seul, comme tresse.mairie.fr.")
    return name


def warnings(opening: Opening) -> tuple[str, ...]:
    """Return what must be known and set where other machines are served, one sentence after the other."""
    if not opening.public:
        return ()
    behind = _is_this_machine(opening.host)
    told = [
        "Ouverte à d’autres machines par un serveur mandataire de celle-ci." if behind else "Ouverte à d’autres machines.",
        f"- Noms acceptés\u00a0: {', '.join(('localhost', *opening.names))}, et toute adresse IP. "
        "--name en ajoute un\u00a0: --name tresse.mairie.fr.",
        "- Tresse ne chiffre rien\u00a0: le TLS revient à un serveur mandataire placé devant elle (Caddy, nginx).",
    ]
    if opening.proxy is None:
        told.append("- Derrière un serveur mandataire, ajoutez --proxy et son adresse\u00a0: sinon ce qu’il dit n’est pas cru.")
    if not opening.operated:
        told.append(
            "- Personne ne peut lancer d’évaluation ni retirer le document d’un autre depuis la page\u00a0: "
            "cela demande un compte d’opérateur (python -m interface.accounts add FICHIER NOM --operator)."
        )
    if opening.accounts:
        return (*told, "- Un compte est demandé. Sans TLS, les mots de passe passent en clair sur le réseau.")
    told.append(
        "- Aucun compte n’est demandé\u00a0: qui atteint cette adresse peut interroger Tresse et lire les documents. "
        "--auth-file en demande un."
    )
    if opening.upload_limit:
        told.append("- Avec --upload et sans compte, n’importe qui peut aussi ajouter des documents.")
    return tuple(told)


def _is_this_machine(host: str) -> bool:
    """Tell whether this machine alone reaches a host. Of a host that is unknown, whoever listens there will say so."""
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return True
    return all(ip_address(str(address[0]).partition("%")[0]).is_loopback for *_, address in found)
