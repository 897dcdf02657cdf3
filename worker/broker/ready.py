"""Ask a broker for its metadata over a bare socket: the honest answer to 'is it up?'.

The request is Kafka's Metadata, version 4, as the protocol guide lays it out: header (key,
version, correlation, client), then an empty list of topics and 'do not create'.
"""

import socket
import struct
from typing import Final

METADATA: Final = 3
VERSION: Final = 4
CORRELATION: Final = 7
CLIENT: Final = b"wiretrace-ready"
LARGEST: Final = 1 << 20  # an answer beyond this is no broker's


def is_ready(host: str, port: int, *, timeout: float = 2.0) -> bool:
    """Tell whether a broker at this address names at least one live broker within ``timeout`` seconds."""
    header = struct.pack(">hhih", METADATA, VERSION, CORRELATION, len(CLIENT)) + CLIENT
    request = header + struct.pack(">ib", 0, 0)
    try:
        with socket.create_connection((host, port), timeout=timeout) as connection:
            connection.sendall(struct.pack(">i", len(request)) + request)
            (size,) = struct.unpack(">i", _read(connection, 4))
            if not 12 <= size <= LARGEST:
                return False
            correlation, _throttle, brokers = struct.unpack(">iii", _read(connection, size)[:12])
    except OSError:
        return False
    return bool(correlation == CORRELATION and brokers > 0)


def _read(connection: socket.socket, size: int) -> bytes:
    received = b""
    while len(received) < size:
        more = connection.recv(size - len(received))
        if not more:
            raise ConnectionError("the peer closed the connection")
        received += more
    return received
