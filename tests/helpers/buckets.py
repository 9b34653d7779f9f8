"""A real S3 server on loopback, moto's, and what it holds.

Everything reaches it through a gate, at which its connections can be cut: while it is shut, nobody
answers.
"""

import os
import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from urllib.request import Request, urlopen

import boto3
from moto.server import ThreadedMotoServer
from s3fs import S3FileSystem

BUCKET = "arsip"
KEYS = {
    "AWS_ACCESS_KEY_ID": "invented",
    "AWS_SECRET_ACCESS_KEY": "invented",
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_MAX_ATTEMPTS": "1",  # a server that is gone is gone
}


class Bucket:
    """A bucket at `url`. `environment`: what a command needs to find it."""

    def __init__(self, url: str, gate: "Gate") -> None:
        self.url = url
        self.gate = gate
        self.environment = {**KEYS, "AWS_ENDPOINT_URL": url}
        self._client = boto3.client(
            "s3",
            endpoint_url=url,
            region_name=KEYS["AWS_DEFAULT_REGION"],
            aws_access_key_id=KEYS["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=KEYS["AWS_SECRET_ACCESS_KEY"],
        )
        self._client.create_bucket(Bucket=BUCKET)

    def put(self, objects: Mapping[str, bytes], *, public: bool = False) -> None:
        """Put objects into it, by their keys. `public`: web browsers may read them, too."""
        acl = "public-read" if public else "private"
        for key, data in objects.items():
            self._client.put_object(Bucket=BUCKET, Key=key, Body=data, ACL=acl)

    def admit(self, nobody: bool) -> None:
        """Let nobody in, whatever keys they have; or everybody again."""
        count = b"0" if nobody else b"inf"
        plain = {"Content-Type": "text/plain"}
        urlopen(Request(f"{self.url}/moto-api/reset-auth", count, plain)).close()


class Gate:
    """Passes connections on to a port of this machine. `bytes_left`: of answers, until it shuts
    and cuts every connection; None for as many as there are.
    """

    def __init__(self, port: int) -> None:
        self._target = ("127.0.0.1", port)
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()
        self.bytes_left: int | None = None
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = self._listening.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def shut(self) -> None:
        """Let no answer through, and cut every connection, until it is open again."""
        self.bytes_left = 0
        self._cut()

    def open(self) -> None:
        self.bytes_left = None

    def close(self) -> None:
        self._listening.close()
        self._cut()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listening.accept()
                if self.bytes_left == 0:
                    client.close()
                    continue
                server = socket.create_connection(self._target)
                with self._lock:
                    self._open |= {client, server}
                for pair in ((client, server, False), (server, client, True)):
                    threading.Thread(target=self._pass, args=pair, daemon=True).start()

    def _pass(self, giver: socket.socket, taker: socket.socket, is_answer: bool) -> None:
        with suppress(OSError):
            while data := giver.recv(2**14):
                if is_answer and self.bytes_left is not None:
                    data = data[: self.bytes_left]
                    self.bytes_left -= len(data)
                taker.sendall(data)
                if self.bytes_left == 0:
                    self._cut()
        for end in (giver, taker):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()

    def _cut(self) -> None:
        with self._lock:
            cut, self._open = self._open, set()
        for each in cut:
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)


@contextmanager
def bucket() -> Iterator[Bucket]:
    """An empty bucket. The environment says where it is, while it is there."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    gate = Gate(server.get_host_and_port()[1])
    before = dict(os.environ)
    try:
        found = Bucket(f"http://127.0.0.1:{gate.port}", gate)
        os.environ.update(found.environment)
        yield found
    finally:
        os.environ.clear()
        os.environ.update(before)
        S3FileSystem.clear_instance_cache()  # they keep the address of their server
        gate.close()
        server.stop()
