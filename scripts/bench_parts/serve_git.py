"""A program: serves bare repositories over smart HTTP, through `git http-backend`.

On the machine that is measured, a server takes from the clients what another machine would give,
and the more of it, the less do they differ. So an answer that must come out the same is kept: the
capabilities, the refs while they are what they were, and whole clones. Packs of new commits are
made for each client.

    python3 serve_git.py GIT DIRECTORY

prints its port. `POST /refresh` with a repository's path in each line asks the backend anew for
what is kept of them, so that no client pays for being the first.
"""

import asyncio
import sys


class Server:
    """Answers requests for the repositories below `directory`."""

    def __init__(self, git, directory):
        self.git, self.directory, self.kept = git, directory, {}

    async def serve(self, reader, writer):
        """Serves one connection, request after request."""
        try:
            while True:
                method, target, headers = await read_head(reader)
                body = await read_body(reader, headers)
                if target == "/refresh":
                    answer = await self.refresh(body.decode().split())
                else:
                    answer = await self.answer(method, target, headers, body)
                writer.write(answer)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    async def answer(self, method, target, headers, body):
        """What the backend says, or what it said before."""
        path, _, query = target.partition("?")
        asked = {
            "REQUEST_METHOD": method,
            "PATH_INFO": path,
            "QUERY_STRING": query,
            "CONTENT_TYPE": headers.get("content-type", ""),
            "HTTP_CONTENT_ENCODING": headers.get("content-encoding", ""),
            "GIT_PROTOCOL": headers.get("git-protocol", ""),
        }
        # The capabilities of one repository are those of all.
        about = "" if method == "GET" and "version=2" in asked["GIT_PROTOCOL"] else path
        key = (about, *(value for name, value in asked.items() if name != "PATH_INFO"), body)
        if key in self.kept:
            return self.kept[key][0]
        answer = await self.ask(asked, body)
        # A client with history of its own names it (`have`): others must not profit from it.
        if b"have " not in body and not asked["HTTP_CONTENT_ENCODING"]:
            self.kept[key] = answer, asked
        return answer

    async def refresh(self, paths):
        stale = [key for key in self.kept if key[0].rpartition("/git-upload-pack")[0] in paths]
        for key in stale:
            # A clone of what was wanted then will not be wanted again.
            answer, asked = self.kept.pop(key)
            if b"command=ls-refs" in key[-1]:
                self.kept[key] = await self.ask(asked, key[-1]), asked
        return b"HTTP/1.1 204 Refreshed\r\n\r\n"

    async def ask(self, asked, body):
        """Runs the backend."""
        environment = {
            "PATH": "/usr/bin:/bin",
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_HTTP_EXPORT_ALL": "1",
            "GIT_PROJECT_ROOT": self.directory,
            "REMOTE_ADDR": "127.0.0.1",
            "CONTENT_LENGTH": str(len(body)),
            **{name: value for name, value in asked.items() if value},
        }
        pipe = asyncio.subprocess.PIPE
        program = self.git, "-c", "safe.directory=*", "http-backend"
        child = await asyncio.create_subprocess_exec(*program, stdin=pipe, stdout=pipe, env=environment)
        said, _ = await child.communicate(body)
        return from_cgi(said)


def from_cgi(said):
    """A CGI program's output as an HTTP response."""
    head, _, body = said.partition(b"\r\n\r\n")
    lines = [line for line in head.split(b"\r\n") if line]
    status = next((line[8:] for line in lines if line.lower().startswith(b"status: ")), b"200 OK")
    lines = [line for line in lines if not line.lower().startswith((b"status: ", b"content-length: "))]
    lines.append(b"Content-Length: %d" % len(body))
    return b"HTTP/1.1 " + b"\r\n".join([status, *lines]) + b"\r\n\r\n" + body


async def read_head(reader):
    """The method, the target and the headers of a request, these with lower-case names."""
    lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    method, target, _ = lines[0].split(" ")
    pairs = (line.split(": ", 1) for line in lines[1:] if line)
    return method, target, {name.lower(): value for name, value in pairs}


async def read_body(reader, headers):
    if headers.get("transfer-encoding") != "chunked":
        return await reader.readexactly(int(headers.get("content-length", 0)))
    parts = []
    while True:
        size = int((await reader.readuntil(b"\r\n")).strip(), 16)
        parts.append((await reader.readexactly(size + 2))[:-2])
        if size == 0:
            return b"".join(parts)


async def main(git, directory):
    server = await asyncio.start_server(Server(git, directory).serve, "127.0.0.1", 0, backlog=1024)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
