"""What every other tool has to say about itself."""

import re
import subprocess

from ..operation import Contestant


class Peer:
    """One tool, installed below `home`. Its commands are run in its workspace."""

    name = ""
    # How many jobs it may have at once, where it does not take a number.
    parallelism = "the same"

    def __init__(self, home):
        self.home = home

    def install(self):
        """Installs the tool; raises `subprocess.CalledProcessError` or `OSError`."""

    def installed(self):
        """Whether it is there already."""
        return True

    def version_argv(self):
        raise NotImplementedError

    def version(self):
        done = subprocess.run(self.version_argv(), capture_output=True, text=True, check=False)
        found = re.search(r"\d+(\.\d+)+", done.stdout + done.stderr)
        return found.group(0) if found else "unknown"

    def prepare(self, world, directory):
        """Writes what declares the packs into `directory`, a fresh checkout of a workspace."""

    def environment(self, world):
        """Variables that it needs beside those that all have."""
        return {}

    # Each returns a command line, or None where the tool has no such operation.

    def clone(self, jobs):
        return None

    def sync(self, jobs):
        return None

    def status(self, jobs):
        return None

    def execute(self, jobs, command):
        return None

    def contestant(self, world, argv, traced=None):
        """The tool at work in its workspace."""
        variables = [f"{name}={value}" for name, value in self.environment(world).items()]
        start = ["/usr/bin/env", "-C", str(world.workspace(self.name)), *variables]
        traced = traced and [*start, *map(str, traced)]
        return Contestant(self.name, self.name, [*start, *map(str, argv)], traced_argv=traced)


def run(argv, **how):
    """Runs a step of an installation, politely, and silently unless it fails."""
    subprocess.run(["nice", "-n", "10", *map(str, argv)], check=True, capture_output=True, **how)
