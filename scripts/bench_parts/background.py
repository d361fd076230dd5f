"""The programs that serve the remotes while something is measured."""

import contextlib
import pathlib
import subprocess
import sys
import urllib.request

HERE = pathlib.Path(__file__).resolve().parent


@contextlib.contextmanager
def program(name, *arguments):
    """Runs one of the programs beside this file; gives the port that it listens at."""
    argv = [sys.executable, str(HERE / name), *map(str, arguments)]
    with subprocess.Popen(argv, stdout=subprocess.PIPE, text=True) as child:
        try:
            port = child.stdout.readline().strip()
            if not port:
                raise SystemExit(f"bench: {name} did not start")
            yield int(port)
        finally:
            child.kill()


@contextlib.contextmanager
def http(remotes):
    """Serves the remotes over HTTP: gives the port, and what to call after some have moved."""
    with program("serve_git.py", remotes.git, remotes.top) as port:

        def refresh(packs):
            paths = "".join(f"/{pack}.git\n" for pack in packs).encode()
            urllib.request.urlopen(f"http://127.0.0.1:{port}/refresh", paths).close()

        yield port, refresh


def far_away(port, milliseconds):
    """The same server, with so much time for a round trip."""
    return program("delay.py", port, milliseconds)
