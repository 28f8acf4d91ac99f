#!/usr/bin/env python3
"""Keeps what a fuzzer has found: corpus.py FOLDER FILE

Writes the inputs of a folder and those that the file has already, the shortest first and no more than fit, as a file of bellows.router.testing.Corpus.
A fuzzer saves only what reached something new, so the short ones stand for most of what the long ones reach; what the file has is not new to it.
"""
import pathlib
import re
import sys

MOST_BYTES = 40_000
PLAIN = set(range(33, 127)) - {ord("\\"), ord("#")}


def line(data):
    return "".join(chr(byte) if byte in PLAIN else f"\\x{byte:02x}" for byte in data)


def data(text):
    """What line() was given."""
    return re.sub(r"\\x([0-9a-f]{2})", lambda escape: chr(int(escape[1], 16)), text).encode("latin-1")


def known(file):
    texts = file.read_text().splitlines() if file.exists() else []
    return {data(text) for text in texts if text and not text.startswith("#")}


def main(folder, file):
    file = pathlib.Path(file)
    inputs = known(file) | {path.read_bytes() for path in pathlib.Path(folder).iterdir() if path.is_file()}
    lines = ["# Found by a fuzzer (scripts/fuzz), the shortest first."]
    left = MOST_BYTES
    for each in sorted(inputs, key=lambda one: (len(one), one)):
        text = line(each)
        left -= len(text)
        if left < 0:
            break
        if text:
            lines.append(text)
    file.write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
