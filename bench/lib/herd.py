"""Opens one connection for each name (--times of them) at once, sends a GET over each, and tells what came back as JSON.

usage: herd.py HOST PORT --domain DOMAIN [--times N] NAME...
A failure is anything but a 200 whose body begins with the app's own name.
"""

import argparse
import collections
import json
import re
import resource
import select
import socket
import time

from caller import percentile

DEADLINE_SECONDS = 90
LENGTH = re.compile(rb"(?i)content-length: *([0-9]+)")


class Caller:
    def __init__(self, name, domain):
        self.name = name
        self.request = f"GET / HTTP/1.1\r\nHost: {name}.{domain}\r\nConnection: close\r\n\r\n".encode()
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        self.socket.setblocking(False)
        self.answer = b""
        self.opened = None
        self.ended = None
        self.failure = None

    def try_to_send(self, began):
        try:
            self.socket.send(self.request)
            self.opened = time.monotonic() - began
        except BlockingIOError:
            pass  # not connected yet
        except OSError as error:
            self.failure = str(error)

    def has_all(self):
        """Reads; whether that was the end of the answer."""
        try:
            data = self.socket.recv(65536)
        except OSError as error:
            self.failure = str(error)
            return True
        self.answer += data
        head, found, body = self.answer.partition(b"\r\n\r\n")
        length = LENGTH.search(head)
        return not data or bool(found and length and len(body) >= int(length.group(1)))

    def judge(self):
        """The number of the start that answered; None for a failure."""
        if self.failure:
            return None
        head, _, body = self.answer.partition(b"\r\n\r\n")
        words = body.split()
        if head.startswith(b"HTTP/1.1 200 ") and len(words) == 2 and words[0] == self.name.encode():
            return words[1].decode()
        self.failure = self.answer[:200].decode("latin-1") or "closed without an answer"
        return None


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("host")
    arguments.add_argument("port", type=int)
    arguments.add_argument("names", nargs="+")
    arguments.add_argument("--domain", required=True)
    arguments.add_argument("--times", type=int, default=1)
    given = arguments.parse_args()
    callers = [Caller(name, given.domain) for name in given.names for _ in range(given.times)]
    by_descriptor = {caller.socket.fileno(): caller for caller in callers}
    poll = select.epoll()
    began = time.monotonic()
    for descriptor, caller in by_descriptor.items():
        caller.socket.connect_ex((given.host, given.port))
        caller.try_to_send(began)
        poll.register(descriptor, select.EPOLLIN | (0 if caller.opened else select.EPOLLOUT))
    left = len(callers)
    while left and time.monotonic() - began < DEADLINE_SECONDS:
        for descriptor, events in poll.poll(1):
            caller = by_descriptor[descriptor]
            if events & select.EPOLLOUT and caller.opened is None:
                caller.try_to_send(began)
                poll.modify(descriptor, select.EPOLLIN)
            if events & ~select.EPOLLOUT and caller.has_all():
                caller.ended = time.monotonic() - began
                poll.unregister(descriptor)
                left -= 1
    for caller in callers:
        if caller.ended is None:
            caller.failure = f"no answer within {DEADLINE_SECONDS} s"
    starts = collections.defaultdict(set)
    for caller in callers:
        start = caller.judge()
        if start:
            starts[caller.name].add(start)
    times = [caller.ended * 1000 for caller in callers if not caller.failure]
    failures = [caller.failure for caller in callers if caller.failure]
    print(
        json.dumps(
            {
                "connections": len(callers),
                "opened_ms": max((caller.opened or DEADLINE_SECONDS) * 1000 for caller in callers),
                "failures": len(failures),
                "failed_with": dict(collections.Counter(failures).most_common(3)),
                "most_starts": max((len(numbers) for numbers in starts.values()), default=0),
                "median_ms": percentile(times, 0.5),
                "p95_ms": percentile(times, 0.95),
                "p99_ms": percentile(times, 0.99),
                "max_ms": percentile(times, 1),
            }
        )
    )


if __name__ == "__main__":
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    main()
