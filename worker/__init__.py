"""wiretrace: follow one wire story through every outlet."""

from typing import Final

VERSION: Final = "0.1.0"
