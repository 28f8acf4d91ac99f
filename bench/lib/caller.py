"""What the callers of several benchmarks share: one connection, an address, a place among measured times."""

import socket


class Connection:
    """HTTP/1.1 over one connection, which is kept."""

    def __init__(self, address, timeout_seconds):
        self.socket = socket.create_connection(address, timeout_seconds)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def call(self, method, host, body=b""):
        """Status and body. A GET has no body; any other method tells how long its own is, also of none."""
        length = "" if method == "GET" else f"Content-Length: {len(body)}\r\n"
        self.socket.sendall(f"{method} / HTTP/1.1\r\nHost: {host}\r\n{length}\r\n".encode() + body)
        answer = b""
        while b"\r\n\r\n" not in answer:
            answer += self.some()
        head, _, body = answer.partition(b"\r\n\r\n")
        length = next(
            int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")
        )
        while len(body) < length:
            body += self.some()
        return int(head.split()[1]), body.decode("latin-1")

    def some(self):
        data = self.socket.recv(65536)
        if not data:
            raise ConnectionError("closed within an answer")
        return data

    def close(self):
        self.socket.close()


def address(text):
    """HOST:PORT as sockets want it."""
    host, _, port = text.rpartition(":")
    return host, int(port)


def percentile(values, share):
    """The value that this share of them is below; 0 of none."""
    ordered = sorted(values) or [0]
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]
