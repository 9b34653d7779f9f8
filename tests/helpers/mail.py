"""A mail server of few words, on loopback."""

import email
import email.policy
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from socketserver import StreamRequestHandler, ThreadingTCPServer


class MailServer(ThreadingTCPServer):
    """Takes every mail. `got`: those it took."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.got: list[EmailMessage] = []

    @property
    def url(self) -> str:
        """The channel that leads here."""
        port = self.server_address[1]
        return f"mailto://127.0.0.1:{port}?from=kliping@a.example&to=desk@a.example"


class _Handler(StreamRequestHandler):
    server: MailServer

    def handle(self) -> None:
        self._say(b"220 desk")
        while line := self.rfile.readline():
            if line.upper().startswith(b"DATA"):
                self._say(b"354 go on")
                sent = b"".join(iter(self.rfile.readline, b".\r\n"))
                message = email.message_from_bytes(sent, policy=email.policy.default)
                self.server.got.append(message)
            if line.upper().startswith(b"QUIT"):
                return self._say(b"221 bye")
            self._say(b"250 ok")
        return None

    def _say(self, line: bytes) -> None:
        self.wfile.write(line + b"\r\n")


@contextmanager
def mail_server() -> Iterator[MailServer]:
    """A mail server that listens for the time of the block."""
    with MailServer() as server:
        threading.Thread(
            target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True
        ).start()
        yield server
        server.shutdown()


def parts_of(message: EmailMessage) -> dict[str, str]:
    """The parts of a mail by type; that of a file by its name."""
    return {
        part.get_filename() or part.get_content_type(): part.get_content()
        for part in message.walk()
        if not part.is_multipart()
    }
