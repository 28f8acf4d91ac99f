"""Moves an app from host to host while others call it at a steady rate, and tells as JSON what came back.

usage: move.py --admin FILE --router HOST:PORT --domain DOMAIN --rate N --moves N [--seconds S] APP HOST HOST...
A move begins as soon as the one before is over: the placement runs on its new host. Half of the calls are POSTs, which nobody on the way may repeat;
half come over connections that are kept. A failure is anything but a 200; a wrong answer is one that does not begin with the app's own name.
"""

import argparse
import collections
import itertools
import json
import random
import threading
import time

from api import Api
from caller import Connection, address, percentile

TIMEOUT_SECONDS = 30
MOVE_SECONDS = 60
CALLERS = 10


class Score:
    def __init__(self):
        self.lock = threading.Lock()
        self.sent = 0
        self.wrong = 0
        self.failures = collections.Counter()
        self.starts = set()
        self.took_ms = []
        self.over = False


class Caller:
    """Calls at its own share of the rate, at times that nobody's answers shift."""

    def __init__(self, given, score, number):
        self.router = given.router
        self.name = given.app
        self.host = f"{given.app}.{given.domain}"
        self.gap = CALLERS / given.rate
        self.next = time.monotonic() + self.gap * number / CALLERS
        self.score = score
        self.kept = None

    def run(self):
        kinds = itertools.cycle(itertools.product(("GET", "POST"), ("kept", "fresh")))
        while not self.score.over:
            self.next += self.gap * random.uniform(0.5, 1.5)
            time.sleep(max(0, self.next - time.monotonic()))
            self.call(*next(kinds))
        if self.kept:
            self.kept.close()

    def call(self, method, way):
        began = time.monotonic()
        try:
            status, body = self.send(method, way)
            failure = None if status == 200 else f"{method} {way}: {status} {body[:80]}"
        except (OSError, StopIteration, ValueError) as error:
            status, body, failure = 0, "", f"{method} {way}: {error!r}"
            if way == "kept" and self.kept:
                self.kept.close()
                self.kept = None
        words = body.split()
        with self.score.lock:
            self.score.sent += 1
            self.score.took_ms.append((time.monotonic() - began) * 1000)
            if failure:
                self.score.failures[failure] += 1
            elif len(words) != 2 or words[0] != self.name:
                self.score.wrong += 1
            else:
                self.score.starts.add(words[1])

    def send(self, method, way):
        body = b"something" if method == "POST" else b""
        if way == "kept":
            self.kept = self.kept or Connection(self.router, TIMEOUT_SECONDS)
            return self.kept.call(method, self.host, body)
        connection = Connection(self.router, TIMEOUT_SECONDS)
        try:
            return connection.call(method, self.host, body)
        finally:
            connection.close()


def placement_of(api, app):
    guid = api.call("GET", f"/v3/apps?names={app}")["resources"][0]["guid"]
    return api.call("GET", f"/bellows/v1/placements?app_guids={guid}")["resources"][0]["guid"]


def move(api, placement, host):
    """Milliseconds until the placement runs there."""
    began = time.monotonic()
    path = f"/bellows/v1/placements/{placement}"
    now = api.call("PATCH", path, {"host": host})
    while not (now["host"] == host and now["state"] == "RUNNING"):
        if time.monotonic() - began > MOVE_SECONDS:
            raise TimeoutError(f"not on {host} after {MOVE_SECONDS} s: {now['state']}")
        time.sleep(0.01)
        now = api.call("GET", path)
    return (time.monotonic() - began) * 1000


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("app")
    arguments.add_argument("hosts", nargs="+")
    arguments.add_argument("--admin", required=True)
    arguments.add_argument("--router", type=address, required=True)
    arguments.add_argument("--domain", required=True)
    arguments.add_argument("--rate", type=float, required=True)
    arguments.add_argument("--moves", type=int, required=True)
    arguments.add_argument("--seconds", type=float, default=86400)
    given = arguments.parse_args()
    api = Api(given.admin, TIMEOUT_SECONDS)
    placement = placement_of(api, given.app)
    score = Score()
    threads = [threading.Thread(target=Caller(given, score, i).run) for i in range(CALLERS)]
    began = time.monotonic()
    for thread in threads:
        thread.start()
    moves_ms = []
    try:
        for host in itertools.islice(itertools.cycle(given.hosts), given.moves):
            if time.monotonic() - began > given.seconds:
                break
            moves_ms.append(move(api, placement, host))
    finally:
        seconds = time.monotonic() - began
        time.sleep(1)  # what is still on its way counts, too
        score.over = True
        for thread in threads:
            thread.join()
    print(
        json.dumps(
            {
                "moves": len(moves_ms),
                "instances": len(score.starts),
                "requests": score.sent,
                "seconds": seconds,
                "failures": sum(score.failures.values()),
                "failed_with": dict(score.failures.most_common(5)),
                "wrong": score.wrong,
                "move_median_ms": percentile(moves_ms, 0.5),
                "move_p99_ms": percentile(moves_ms, 0.99),
                "request_median_ms": percentile(score.took_ms, 0.5),
                "request_p99_ms": percentile(score.took_ms, 0.99),
            }
        )
    )


if __name__ == "__main__":
    main()
