"""Time until a program answers its first request with a 200, in milliseconds.

usage: until_answer.py PORT COMMAND...           starts the command, calls 127.0.0.1:PORT until it answers, ends the command
       until_answer.py PORT --host NAME          calls what is there, once, by this name
"""

import os
import signal
import socket
import subprocess
import sys
import time

LIMIT_SECONDS = 90


def get(port, host):
    """Whether a 200 came; False also when nobody listens."""
    try:
        with socket.create_connection(("127.0.0.1", port), LIMIT_SECONDS) as connection:
            connection.sendall(f"GET / HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode())
            return connection.recv(4096).startswith(b"HTTP/1.1 200 ")
    except OSError:
        return False


def main():
    port, words = int(sys.argv[1]), sys.argv[2:]
    began = time.monotonic()
    if words[0] == "--host":
        if not get(port, words[1]):
            sys.exit("no answer")
        print((time.monotonic() - began) * 1000)
        return
    process = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
    try:
        while not get(port, "localhost"):
            if process.poll() is not None or time.monotonic() - began > LIMIT_SECONDS:
                sys.exit("the command did not answer")
            time.sleep(0.001)
        print((time.monotonic() - began) * 1000)
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait()


if __name__ == "__main__":
    main()
