"""Where it is measured: a workspace for each contestant, and what must be in it afterwards."""

import json
import pathlib
import shutil
import subprocess
from dataclasses import dataclass

from .process import Failed
from .remotes import Remotes

# The workspaces: one that grex works in, one for the bare git commands.
GREX, XARGS = "grex", "xargs"


@dataclass
class World:
    """Workspaces below `top`, whose packs come from remotes that are served at the URL `base`."""

    top: pathlib.Path
    remotes: Remotes
    base: str
    # Called with the packs whose remotes have moved, before anything is timed.
    refresh: object = None
    emptied: int = 0

    @property
    def packs(self):
        return self.remotes.packs

    @property
    def environment(self):
        return self.remotes.environment

    def url(self, pack):
        return f"{self.base}/{pack}.git"

    def workspace(self, name):
        return self.top / name

    def directory(self, name, pack):
        return self.workspace(name) / pack

    def fresh_checkout(self, name):
        """What a contestant's workspace holds while nothing is cloned: to be filled once."""
        path = self.top / "fresh" / name
        path.mkdir(parents=True, exist_ok=True)
        return path

    def empty(self, name):
        """Makes a workspace anew, with only what a fresh checkout of it has.

        What was there is moved aside: ext4 takes several times as long to make files where many
        were deleted within the last minutes, and would not be measured fairly."""
        self.emptied += 1
        if self.workspace(name).exists():
            (self.top / "old").mkdir(exist_ok=True)
            self.workspace(name).rename(self.top / "old" / str(self.emptied))
        shutil.copytree(self.fresh_checkout(name), self.workspace(name), symlinks=True)

    def directories(self, name):
        """A file with the directory of each pack, a line each."""
        return self.list(f"{name}.directories", [self.directory(name, pack) for pack in self.packs])

    def clones(self, name):
        """A file with the URL and the directory of each pack, a line each."""
        pairs = [f"{self.url(pack)} {self.workspace(name) / pack}" for pack in self.packs]
        return self.list(f"{name}.clones", pairs)

    def list(self, name, lines):
        """A file with these lines, for xargs."""
        path = self.top / name
        path.write_text("".join(f"{line}\n" for line in lines))
        return path

    def move_a_tenth(self):
        """Moves a tenth of the remotes. Returns which."""
        moved = self.remotes.move_a_tenth()
        if self.refresh:
            self.refresh(moved)
        return moved

    def check(self, name, packs):
        """Makes sure that what was timed was also done: HEAD is at the remote's commit, and the
        file that each new commit changes is there."""
        for pack in packs:
            directory = self.directory(name, pack)
            if head(directory) != self.remotes.tip(pack) or not (directory / "README.md").exists():
                raise Failed(f"{name} left {pack} behind")

    def refresh_indexes(self, names):
        """Files that are as young as the index are read again by each `status`, until one writes
        the index. grex's never writes; so that all find the same, that is done before."""
        for name in names:
            for directory in self.directories(name).read_text().splitlines():
                argv = [self.remotes.git, "-C", directory, "update-index", "-q", "--really-refresh"]
                subprocess.run(argv, env=self.environment, check=True)


def head(directory):
    """The commit that is checked out; None if there is no repository."""
    repository = directory / ".git"
    if repository.is_file():
        repository = directory / repository.read_text().partition("gitdir: ")[2].strip()
    try:
        said = (repository / "HEAD").read_text().strip()
        if not said.startswith("ref: "):
            return said
        ref = said[len("ref: ") :]
        if (repository / ref).exists():
            return (repository / ref).read_text().strip()
        packed = (repository / "packed-refs").read_text().splitlines()
        return next((line.split()[0] for line in packed if line.endswith(f" {ref}")), None)
    except FileNotFoundError:
        return None


def make(top, remotes, base, refresh=None):
    """Makes the workspaces of grex and of the bare git commands."""
    top.mkdir()
    world = World(top, remotes, base, refresh)
    manifest = "".join(event(pack, world.url(pack)) for pack in world.packs)
    (world.fresh_checkout(GREX) / "grex.jsonl").write_text(manifest)
    for name in (GREX, XARGS):
        world.empty(name)
    return world


def event(pack, url):
    """The line of the manifest that declares a pack."""
    fields = {"op": "add", "ts": "2024-01-01T00:00:00Z", "id": pack, "schema_version": "1"}
    fields.update(url=url, path=pack, type="meta")
    return json.dumps(fields, separators=(",", ":")) + "\n"
