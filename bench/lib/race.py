"""Calls apps that fall asleep after a very short time, with random gaps around that time, and tells as JSON what came back.

usage: race.py --router HOST:PORT --domain DOMAIN --limit-ms MS --requests N [--seconds S] [--seed N] NAME[=HOST:PORT]...
With HOST:PORT of the app's own placement, half of the requests go there: nobody on that way could hide a failure by trying again.
A failure is anything but a 200; a wrong answer is one that does not begin with the app's own name.
"""

import argparse
import collections
import json
import random
import threading
import time

from caller import Connection, address, percentile

TIMEOUT_SECONDS = 65


class Score:
    def __init__(self, requests):
        self.lock = threading.Lock()
        self.left = requests
        self.sent = 0
        self.wrong = 0
        self.wakes = 0
        self.failures = collections.Counter()
        self.woken_ms = []

    def take(self, wanted):
        with self.lock:
            taken = min(wanted, self.left)
            self.left -= taken
            return taken


class Client:
    """The only one who calls its app, so that its gaps are the app's."""

    def __init__(self, name, given, score, seed):
        self.name = name
        self.host = f"{name}.{given.domain}"
        self.direct = given.placements.get(name)
        self.router = given.router
        self.limit = given.limit_ms / 1000
        self.until = time.monotonic() + given.seconds
        self.score = score
        self.random = random.Random(seed)
        self.kept = None
        self.start = None
        self.step = ""

    def gap(self):
        if self.random.random() < 0.7:
            # The watch looks each few milliseconds, and stopping takes some more.
            return self.limit * self.random.uniform(0.9, 1.6)
        return self.limit * self.random.uniform(0, 3)

    def run(self):
        while time.monotonic() < self.until:
            burst = self.score.take(self.random.randint(1, 6))
            if burst == 0:
                break
            time.sleep(self.gap())
            for _ in range(burst):
                self.call()
                time.sleep(self.random.choice((0, 0, 0.002)))
        if self.kept:
            self.kept.close()

    def call(self):
        way = self.random.choice(("direct", "kept", "fresh") if self.direct else ("kept", "fresh"))
        began = time.monotonic()
        try:
            status, body = self.get(way)
            failure = None if status == 200 else f"{way}: {status} {body[:80]}"
        except (OSError, StopIteration, ValueError) as error:
            status, body, failure = 0, "", f"{way}: {error!r} {self.step} {self.name} at {time.time() - (time.monotonic() - began):.3f}"
            if way == "kept":
                self.kept = None
        took = (time.monotonic() - began) * 1000
        words = body.split()
        with self.score.lock:
            self.score.sent += 1
            if failure:
                self.score.failures[failure] += 1
            elif len(words) != 2 or words[0] != self.name:
                self.score.wrong += 1
            elif words[1] != self.start:
                if self.start:
                    self.score.wakes += 1
                    self.score.woken_ms.append(took)
                self.start = words[1]

    def get(self, way):
        self.step = "on connecting"
        if way == "kept":
            if self.kept is None:
                self.kept = Connection(self.router, TIMEOUT_SECONDS)
            self.step = "on waiting for the answer"
            return self.kept.call("GET", self.host)
        connection = Connection(self.direct if way == "direct" else self.router, TIMEOUT_SECONDS)
        self.step = "on waiting for the answer"
        try:
            return connection.call("GET", self.host)
        finally:
            connection.close()


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("names", nargs="+")
    arguments.add_argument("--router", type=address, required=True)
    arguments.add_argument("--domain", required=True)
    arguments.add_argument("--limit-ms", type=float, required=True)
    arguments.add_argument("--requests", type=int, required=True)
    arguments.add_argument("--seconds", type=float, default=86400)
    arguments.add_argument("--seed", type=int, default=time.time_ns() % 1_000_000)
    given = arguments.parse_args()
    pairs = [name.partition("=") for name in given.names]
    given.placements = {name: address(place) for name, _, place in pairs if place}
    score = Score(given.requests)
    clients = [Client(name, given, score, given.seed + i) for i, (name, _, _) in enumerate(pairs)]
    threads = [threading.Thread(target=client.run) for client in clients]
    began = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    print(
        json.dumps(
            {
                "seed": given.seed,
                "requests": score.sent,
                "seconds": round(time.monotonic() - began, 1),
                "failures": sum(score.failures.values()),
                "failed_with": dict(score.failures.most_common(5)),
                "wrong": score.wrong,
                "wakes": score.wakes,
                "woken_median_ms": percentile(score.woken_ms, 0.5),
                "woken_p99_ms": percentile(score.woken_ms, 0.99),
            }
        )
    )


if __name__ == "__main__":
    main()
