"""Runs a command in a network that only has a loopback interface, where one port leads out through a socket in the file system.

usage: unshare --net own_network.py PORT SOCKET COMMAND...
"""

import asyncio
import subprocess
import sys


async def pump(reader, writer):
    while data := await reader.read(65536):
        writer.write(data)
        await writer.drain()
    writer.close()


async def main():
    port, socket, *command = sys.argv[1:]

    async def lead_out(reader, writer):
        answers, questions = await asyncio.open_unix_connection(socket)
        await asyncio.gather(pump(reader, questions), pump(answers, writer), return_exceptions=True)

    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    await asyncio.start_server(lead_out, "127.0.0.1", int(port))
    running = await asyncio.create_subprocess_exec(*command)
    await running.wait()


asyncio.run(main())
