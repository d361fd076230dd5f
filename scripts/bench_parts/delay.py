"""A program: a TCP proxy behind which a server on this machine seems to be far away.

    python3 delay.py PORT MILLISECONDS

prints the port that it listens at. Whatever is sent arrives half of that time later, in both
directions, however much it is: a delay, not a limit. The first bytes of a connection come a whole
round trip later than that, which is what it takes to open one.
"""

import asyncio
import sys

CHUNK = 1 << 16


async def carry(reader, writer, begin, delay):
    """Carries one direction, each piece `delay` seconds after it came, from `begin` on."""
    loop, queue = asyncio.get_running_loop(), asyncio.Queue()

    async def take():
        data = b"-"
        while data:
            try:
                data = await reader.read(CHUNK)
            except ConnectionError:
                data = b""
            queue.put_nowait((max(loop.time(), begin) + delay, data))

    taking = asyncio.create_task(take())
    while True:
        due, data = await queue.get()
        await asyncio.sleep(max(0.0, due - loop.time()))
        if not data:
            break
        writer.write(data)
    await taking


async def connect(port, round_trip, reader, writer):
    """Joins a client to the server until both have said all."""
    begin = asyncio.get_running_loop().time() + round_trip
    try:
        up_reader, up_writer = await asyncio.open_connection("127.0.0.1", port)
        back = asyncio.create_task(carry(up_reader, writer, begin, round_trip / 2))
        await carry(reader, up_writer, begin, round_trip / 2)
        up_writer.close()
        await back
    except ConnectionError:
        pass
    writer.close()


async def main(port, milliseconds):
    async def serve(reader, writer):
        await connect(int(port), float(milliseconds) / 1000, reader, writer)

    server = await asyncio.start_server(serve, "127.0.0.1", 0, backlog=1024)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
