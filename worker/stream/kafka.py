"""How every client connects: arguments for aiokafka, credentials for Faust."""

import ssl
from typing import TYPE_CHECKING, Any, Final

from worker.settings import Settings

if TYPE_CHECKING:
    from faust.types.auth import CredentialsT

METADATA_AGE_MS: Final = 5000
"""How old a group's picture of its topic may be. A topic that is made, or made again, while we join is seen
when the picture is drawn anew: by default after five minutes of an empty assignment that looks healthy."""


def client_args(settings: Settings) -> dict[str, Any]:
    """Return the connection arguments of any aiokafka client: addresses, TLS and SASL.

    Raises OSError (ssl.SSLError among them) when a certificate cannot be read.
    """
    args: dict[str, Any] = {
        "bootstrap_servers": settings.bootstrap,
        "client_id": "wiretrace",
        "security_protocol": settings.security_protocol,
    }
    if (context := ssl_context(settings)) is not None:
        args["ssl_context"] = context
    if settings.security_protocol.startswith("SASL"):
        args["sasl_mechanism"] = settings.sasl_mechanism
        args["sasl_plain_username"] = settings.username
        args["sasl_plain_password"] = settings.password
    return args


def faust_credentials(settings: Settings) -> "CredentialsT | None":
    """Return the same as Faust's ``broker_credentials``; None for an open broker."""
    import faust  # noqa: PLC0415 - the commands that only replay or follow start a second faster

    context = ssl_context(settings)
    if settings.security_protocol.startswith("SASL"):
        return faust.SASLCredentials(
            mechanism=settings.sasl_mechanism,
            username=settings.username,
            password=settings.password,
            ssl_context=context,
        )
    return None if context is None else faust.SSLCredentials(context)


def ssl_context(settings: Settings) -> ssl.SSLContext | None:
    """Build the TLS context, which checks the broker's certificate and name; None without TLS."""
    if not settings.security_protocol.endswith("SSL"):
        return None
    context = ssl.create_default_context(cafile=settings.ssl_ca)
    if settings.ssl_cert is not None:
        context.load_cert_chain(settings.ssl_cert, settings.ssl_key)
    return context
