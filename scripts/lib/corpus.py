#!/usr/bin/env python3
"""Keeps what a fuzzer has found: corpus.py FOLDER FILE

Writes the inputs of a folder, the shortest first and no more than fit, as a file of bellows.router.testing.Corpus. A fuzzer saves only what reached
something new, so the short ones stand for most of what the long ones reach.
"""
import pathlib
import sys

MOST_BYTES = 40_000
PLAIN = set(range(33, 127)) - {ord("\\"), ord("#")}


def line(data):
    return "".join(chr(byte) if byte in PLAIN else f"\\x{byte:02x}" for byte in data)


def main(folder, file):
    inputs = {path.read_bytes() for path in pathlib.Path(folder).iterdir() if path.is_file()}
    lines = ["# Found by a fuzzer (scripts/fuzz), the shortest first."]
    left = MOST_BYTES
    for data in sorted(inputs, key=lambda each: (len(each), each)):
        text = line(data)
        left -= len(text)
        if left < 0:
            break
        if text:
            lines.append(text)
    pathlib.Path(file).write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
