"""A client of the Stream API: a bare TLS socket and JSON in lines."""

import json
import socket

from betfair import TIMEOUT_SECONDS


class Stream:
    """One connection; to be used in `with`."""

    def __init__(self, betfair, timeout_seconds=TIMEOUT_SECONDS):
        host, port = betfair.variable("ENDPOINT_STREAM").rsplit(":", 1)
        plain = socket.create_connection((host, int(port)), timeout_seconds)
        self._socket = betfair.tls.wrap_socket(plain, server_hostname=host)
        self._lines = self._socket.makefile("rb")
        self._key = betfair.variable("APP_KEY")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._lines.close()
        self._socket.close()

    def send(self, message):
        self._socket.sendall(json.dumps(message).encode() + b"\r\n")

    def authenticate(self, token):
        """Returns the status."""
        self.send({"op": "authentication", "id": 1, "appKey": self._key, "session": token})
        return self.read("status")

    def read(self, op):
        """The next message of that kind."""
        while True:
            message = self.message()
            if message["op"] == op:
                return message

    def message(self):
        """The next message. Fails if none comes in time."""
        line = self._lines.readline()
        if not line.endswith(b"\r\n"):
            raise AssertionError(f"expected a message in a line with CRLF, but got {line!r}")
        return json.loads(line)

    def is_at_its_end(self):
        """Whether the server closed the connection and had nothing more to say."""
        return self._lines.read() == b""
