"""Measures an app's first answer in turn: woken through the platform, started bare on this host, and what else is asked for.

usage: wake.py --platform HOST:PORT --rounds N [--warm-up N] [--use SECONDS] [--settle SECONDS] --names APP [DECOY] --process PATTERN --bare-port PORT [--runc BUNDLE] [--cold] -- COMMAND...
Prints a JSON object with a list of milliseconds for each way. Those of the first --warm-up wakes are a list of their own; after them the app, awake, is called for --use seconds as fast as it
answers, so that the router is one that has routed. A round puts the app to sleep, waits until the host is quiet, and calls it once by each way. With --cold a DECOY takes the only warm slot right
before the app is called.
"""

import argparse
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time

from caller import Connection

DEADLINE_SECONDS = 60
SETTLE_SECONDS = 1.2  # a warm slot is made again after 0.3 s of quiet, in some 0.1 s
CALLERS = 4
CALLS_PER_CONNECTION = 50
AGAIN_SECONDS = 0.0002


def get(address, host):
    """Whether a 200 came; False when nobody listens."""
    try:
        with socket.create_connection(address, DEADLINE_SECONDS) as connection:
            connection.sendall(f"GET / HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode())
            return connection.recv(4096).split(b" ")[1:2] == [b"200"]
    except ConnectionRefusedError:
        return False


def until_answer(began, address, host="localhost"):
    while not get(address, host):
        if time.monotonic() - began > DEADLINE_SECONDS:
            sys.exit("no answer")
        time.sleep(AGAIN_SECONDS)
    return (time.monotonic() - began) * 1000


def woken(given, name):
    began = time.monotonic()
    if not get(given.platform, f"{name}.bellows.localhost"):
        sys.exit(f"{name} did not answer")
    return (time.monotonic() - began) * 1000


def bare(given):
    environment = {"PATH": os.defpath, "HOME": "/", "PORT": str(given.bare_port)}  # nothing of this shell's may slow it down
    nothing = [(os.POSIX_SPAWN_OPEN, fd, os.devnull, os.O_RDWR, 0) for fd in (0, 1, 2)]
    began = time.monotonic()
    pid = os.posix_spawnp(given.command[0], given.command, environment, file_actions=nothing)
    try:
        return until_answer(began, ("127.0.0.1", given.bare_port))
    finally:
        os.kill(pid, signal.SIGTERM)
        os.waitpid(pid, 0)


def by_runc(given, number):
    name = f"bench-wake-{number}"
    began = time.monotonic()
    started = ["runc", "run", "--detach", "--bundle", given.runc, name]
    subprocess.run(started, check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        return until_answer(began, ("127.0.0.1", given.bare_port))
    finally:
        subprocess.run(["runc", "delete", "--force", name], check=True)


def use(given, name):
    """As an app is used that is awake, over connections that are kept for a while."""
    end = time.monotonic() + given.use

    def call():
        while time.monotonic() < end:
            connection = Connection(given.platform, DEADLINE_SECONDS)
            for _ in range(CALLS_PER_CONNECTION):
                connection.call("GET", f"{name}.bellows.localhost")
            connection.close()

    callers = [threading.Thread(target=call) for _ in range(CALLERS)]
    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join()


def put_to_sleep(given):
    asking = [subprocess.Popen(["./bellows", "sleep", name, "--now"], stdout=subprocess.DEVNULL) for name in given.names]
    if any(client.wait() != 0 for client in asking):
        sys.exit(f"cannot put {given.names} to sleep")
    began = time.monotonic()
    while subprocess.run(["pgrep", "-xf", given.process], stdout=subprocess.DEVNULL).returncode == 0:
        if time.monotonic() - began > DEADLINE_SECONDS:
            sys.exit(f"{given.names} did not fall asleep")
        time.sleep(0.05)
    time.sleep(given.settle)


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--platform", required=True)
    arguments.add_argument("--rounds", type=int, required=True)
    arguments.add_argument("--warm-up", type=int, default=1)
    arguments.add_argument("--use", type=float, default=0)
    arguments.add_argument("--settle", type=float, default=SETTLE_SECONDS)
    arguments.add_argument("--names", nargs="+", required=True)
    arguments.add_argument("--process", required=True)
    arguments.add_argument("--bare-port", type=int, required=True)
    arguments.add_argument("--runc")
    arguments.add_argument("--cold", action="store_true")
    arguments.add_argument("command", nargs="+")
    given = arguments.parse_args()
    host, _, port = given.platform.partition(":")
    given.platform = (host, int(port))
    samples = {"woken": [], "bare": [], "runc": []}
    for number in range(given.warm_up + given.rounds):
        if number == given.warm_up and given.use > 0:
            use(given, given.names[0])
        put_to_sleep(given)
        if given.cold:
            woken(given, given.names[1])
            time.sleep(0.1)
        samples["woken"].append(woken(given, given.names[0]))
        time.sleep(given.settle)
        samples["bare"].append(bare(given))
        if given.runc:
            time.sleep(0.1)
            samples["runc"].append(by_runc(given, number))
    # The first rounds fill caches and compile: they are told apart.
    result = {way: values[given.warm_up :] for way, values in samples.items()}
    print(json.dumps(result | {"first": samples["woken"][: given.warm_up]}))


if __name__ == "__main__":
    main()
