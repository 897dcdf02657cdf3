"""How to get what an extra brings."""


def install(extra: str) -> str:
    """Spell the command that installs an extra, of the package and of a checkout."""
    return f"pip install 'wiretrace[{extra}]', in a checkout '.[{extra}]'"
