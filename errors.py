"""The one family of errors that a user may see."""


class TresseError(Exception):
    """A fault whose message is a French sentence that says what is wrong and what to do."""
