"""A file of names and hashed passwords in, who may come in out. Its command line adds and removes names.

    python -m interface.accounts add FICHIER NOM [--operator]
    python -m interface.accounts remove FICHIER NOM

Each line of the file is `name:scrypt:salt:hash`, in hexadecimal, with `:operator` after it for whoever may do what concerns
every visitor. Knows nothing of HTTP.
"""

import argparse
import hashlib
import hmac
import os
import re
import sys
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from getpass import getpass
from pathlib import Path
from secrets import token_bytes
from tempfile import NamedTemporaryFile
from threading import Lock
from time import monotonic
from typing import NoReturn

from errors import TresseError

SHORTEST, LONGEST = 12, 200  # characters of a password: four words; and no book to hash
NAME = re.compile(r"[\w.@-]{1,64}")
FREE_TRIES = 5  # wrong passwords in a row for one name before the first wait
FIRST_WAIT, LONGEST_WAIT = 30.0, 900.0  # seconds: each wrong password after a wait doubles it

# scrypt as OWASP advises it: 32 MB and about 0.3 s a password; one at a time, so that guesses cannot fill the memory.
_COST = {"n": 2**15, "r": 8, "p": 3, "maxmem": 64 * 1024 * 1024}
_SALT, _DIGEST = 16, 32  # bytes
_BUCKETS = 4096  # of names that are tried: names fall into them by a secret, so that their memory is bounded
_LINE = re.compile(rf"({NAME.pattern}):scrypt:([\da-f]{{{2 * _SALT}}}):([\da-f]{{{2 * _DIGEST}}})(:operator)?")
_INTERRUPTED = 130


@dataclass(frozen=True, slots=True)
class Secret:
    """What is kept of a password, and whether its owner is an operator."""

    salt: bytes
    digest: bytes
    operator: bool = False


_NOBODY = Secret(bytes(_SALT), bytes(_DIGEST))  # compared with when a name is unknown, so that it takes as long


def hashed(password: str, salt: bytes) -> Secret:
    """Hash a password, the same however its accents were typed."""
    given = unicodedata.normalize("NFC", password).encode("utf-8", "replace")
    return Secret(salt, hashlib.scrypt(given, salt=salt, dklen=_DIGEST, **_COST))


@dataclass(slots=True)
class _Tries:
    wrong: int = 0
    until: float = 0.0


class Locked(Exception):  # noqa: N818
    """A name was tried too often; `seconds` until it may be again."""

    def __init__(self, seconds: float) -> None:
        super().__init__(seconds)
        self.seconds = seconds


@dataclass(slots=True)
class Accounts:
    """Checks names and passwords, and makes whoever guesses wait."""

    secrets: Mapping[str, Secret]
    clock: Callable[[], float] = monotonic
    _key: bytes = field(default_factory=lambda: token_bytes(32))
    _seen: dict[str, bytes] = field(default_factory=dict)  # of each name, the password that was right, by a passing key
    _tries: dict[int, _Tries] = field(default_factory=dict)
    _hashing: Lock = field(default_factory=Lock)

    def check(self, name: str, password: str) -> bool:
        """Tell whether this is the password of this name. Raises Locked, whatever the password, after wrong ones."""
        name = unicodedata.normalize("NFC", name)
        with self._hashing:
            tries = self._tries.setdefault(self._bucket(name), _Tries())
            if tries.until > self.clock():
                raise Locked(tries.until - self.clock())
            right = self._right(name, password)
            self._count(tries, right=right)
        if right:
            self._seen[name] = self._digest(f"{name}:{password}")
        return right

    @property
    def has_operators(self) -> bool:
        """Whether there is the account of an operator."""
        return any(known.operator for known in self.secrets.values())

    def operates(self, name: str) -> bool:
        """Tell whether this is the account of an operator."""
        known = self.secrets.get(unicodedata.normalize("NFC", name))
        return known is not None and known.operator

    def remembers(self, name: str, password: str) -> bool:
        """Tell at once whether this password was right before: a program sends it with each request.

        Not while the name is locked: guesses would be quick, and not counted.
        """
        name = unicodedata.normalize("NFC", name)
        if self._tries.get(self._bucket(name), _Tries()).until > self.clock():
            return False
        return hmac.compare_digest(self._seen.get(name, b""), self._digest(f"{name}:{password}"))

    def _right(self, name: str, password: str) -> bool:
        known = self.secrets.get(name, _NOBODY)
        given = hashed(password[: LONGEST + 1], known.salt)
        return hmac.compare_digest(given.digest, known.digest) and name in self.secrets and len(password) <= LONGEST

    def _count(self, tries: _Tries, *, right: bool) -> None:
        tries.wrong = 0 if right else tries.wrong + 1
        if tries.wrong >= FREE_TRIES:
            wait = FIRST_WAIT * 2.0 ** min(tries.wrong - FREE_TRIES, 10)
            tries.until = self.clock() + min(wait, LONGEST_WAIT)

    def _bucket(self, name: str) -> int:
        return int.from_bytes(self._digest(name)[:8]) % _BUCKETS

    def _digest(self, text: str) -> bytes:
        return hmac.digest(self._key, text.encode("utf-8", "replace"), "sha256")


def read_accounts(path: Path) -> Accounts:
    """Read an account file. Raises TresseError where it is missing, empty, damaged or open to others."""
    secrets = _read(path)
    if not secrets:
        raise TresseError(f"{path} ne contient aucun compte. Ajoutez-en un\u00a0: python -m interface.accounts add {path} NOM")
    return Accounts(secrets)


def _read(path: Path) -> dict[str, Secret]:
    try:
        if path.stat().st_mode & 0o077:
            raise TresseError(f"{path} peut être lu par d’autres utilisateurs de cette machine. Lancez\u00a0: chmod 600 {path}")
        lines = path.read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        raise TresseError(
            f"Le fichier de comptes {path} n’existe pas. Créez-le\u00a0: python -m interface.accounts add {path} NOM"
        ) from None
    except (OSError, UnicodeDecodeError):
        raise TresseError(f"Le fichier de comptes {path} ne peut pas être lu\u00a0: vérifiez que c’est le bon.") from None
    secrets = {}
    for number, line in enumerate(lines, 1):
        found = _LINE.fullmatch(line)
        if not found:
            raise TresseError(
                f"{path}, ligne {number}\u00a0: ce n’est pas un compte. Retirez la ligne, puis ajoutez le compte de nouveau."
            )
        secrets[found[1]] = Secret(bytes.fromhex(found[2]), bytes.fromhex(found[3]), operator=bool(found[4]))
    return secrets


def _write(path: Path, secrets: Mapping[str, Secret]) -> None:
    """Replace the file as a whole; its name never stands for half of it, nor for one that others may read."""
    lines = (
        f"{name}:scrypt:{each.salt.hex()}:{each.digest.hex()}{':operator' if each.operator else ''}\n"
        for name, each in sorted(secrets.items())
    )
    try:
        with NamedTemporaryFile("w", encoding="utf-8", dir=path.parent, prefix=f".{path.name}.", delete=False) as file:
            file.writelines(lines)  # it was made with the mode 600
            file.flush()
            os.fsync(file.fileno())
        Path(file.name).replace(path)
    except OSError as error:
        raise TresseError(f"{path} ne peut pas être écrit\u00a0: {error.strerror}. Choisissez un autre dossier.") from None


def add(path: Path, name: str, ask: Callable[[], str], *, operator: bool = False) -> None:
    """Add a name with the password that `ask` gives, or give it another. Raises TresseError where one of them will not do.

    Who is an operator stays one until removed.
    """
    name = unicodedata.normalize("NFC", name)
    if not NAME.fullmatch(name):
        raise TresseError(
            f"«\u00a0{name}\u00a0» n’est pas un nom de compte\u00a0: "
            "64 lettres et chiffres au plus, avec «\u00a0.\u00a0», «\u00a0-\u00a0», «\u00a0_\u00a0» ou «\u00a0@\u00a0»."
        )
    secrets = _read(path) if path.exists() else {}
    password = ask()
    if not SHORTEST <= len(password) <= LONGEST:
        raise TresseError(
            f"Le mot de passe doit compter de {SHORTEST} à {LONGEST} caractères\u00a0: quatre mots font l’affaire."
        )
    operator = operator or (name in secrets and secrets[name].operator)
    _write(path, secrets | {name: replace(hashed(password, token_bytes(_SALT)), operator=operator)})


def remove(path: Path, name: str) -> None:
    """Remove a name. Raises TresseError where it is not there."""
    secrets, name = _read(path), unicodedata.normalize("NFC", name)
    if name not in secrets:
        names = ", ".join(sorted(secrets)) or "aucun compte"
        raise TresseError(f"{path} n’a pas de compte «\u00a0{name}\u00a0»\u00a0; il a\u00a0: {names}.")
    del secrets[name]
    _write(path, secrets)


class _FrenchParser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.format_usage()}{self.prog}\u00a0: {message}\n")


def _parser() -> argparse.ArgumentParser:
    parser = _FrenchParser(
        prog="python -m interface.accounts", description="Tient le fichier de comptes de python app.py --auth-file."
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMANDE", title="commandes")
    for name, told in {"add": "ajoute un compte, ou change son mot de passe", "remove": "retire un compte"}.items():
        command = commands.add_parser(name, help=told)
        command.add_argument("file", type=Path, metavar="FICHIER", help="le fichier de comptes")
        command.add_argument("name", metavar="NOM", help="le nom du compte")
    commands.choices["add"].add_argument(
        "--operator", action="store_true", help="ce compte peut aussi lancer des évaluations et retirer des documents"
    )
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what the command line asks; return the exit status."""
    options = _parser().parse_args(arguments)
    try:
        if options.command == "add":
            add(options.file, options.name, _asked_password, operator=options.operator)
        else:
            remove(options.file, options.name)
    except TresseError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    except (KeyboardInterrupt, EOFError):
        sys.stderr.write("\nRien n’a été changé.\n")
        return _INTERRUPTED
    done = "peut se connecter" if options.command == "add" else "ne peut plus se connecter"
    sys.stdout.write(f"«\u00a0{options.name}\u00a0» {done} dès que Tresse est relancée.\n")
    return 0


def _asked_password() -> str:
    password = getpass("Mot de passe\u00a0: ")
    if password != getpass("Le même, encore une fois\u00a0: "):
        raise TresseError("Les deux mots de passe diffèrent\u00a0: recommencez.")
    return password


if __name__ == "__main__":
    sys.exit(main())
