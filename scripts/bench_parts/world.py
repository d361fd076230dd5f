"""What is measured on: bare repositories with history, and a workspace for each contestant."""

import concurrent.futures
import json
import pathlib
import shutil
import subprocess
import zlib
from dataclasses import dataclass

COMMITS, FILES, FILE_BYTES = 20, 10, 2000

# The workspaces: one that grex works in, one for the bare git commands.
GREX, XARGS = "grex", "xargs"


@dataclass
class World:
    """The remotes, and one workspace for each contestant."""

    top: pathlib.Path
    git: str
    packs: list
    environment: dict
    moves: int = 0
    emptied: int = 0

    def remote(self, pack):
        return self.top / "remotes" / f"{pack}.git"

    def workspace(self, name):
        return self.top / name

    def empty(self, name):
        """Makes a workspace anew, with only what a fresh checkout of it has.

        What was there is moved aside: ext4 takes several times as long to make files where many
        were deleted within the last minutes, and would not be measured fairly."""
        self.emptied += 1
        if self.workspace(name).exists():
            (self.top / "old").mkdir(exist_ok=True)
            self.workspace(name).rename(self.top / "old" / str(self.emptied))
        self.workspace(name).mkdir()
        if name == GREX:
            shutil.copy(self.top / "grex.jsonl", self.workspace(name))

    def directories(self, name):
        """A file with the directory of each pack, a line each."""
        return self._list(f"{name}.directories", [self.workspace(name) / pack for pack in self.packs])

    def clones(self, name):
        """A file with the URL and the directory of each pack, a line each."""
        pairs = [f"{self.remote(pack).as_uri()} {self.workspace(name) / pack}" for pack in self.packs]
        return self._list(f"{name}.clones", pairs)

    def _list(self, name, lines):
        path = self.top / name
        path.write_text("".join(f"{line}\n" for line in lines))
        return path

    def move_a_tenth(self):
        """Pushes one commit to every tenth remote, each time to others. Returns which."""
        moved = self.packs[self.moves % 10 :: 10]
        self.moves += 1
        for pack in moved:
            change = {"README.md": text(pack, f"move {self.moves}")}
            self.fast_import(pack, commit_stream(pack, COMMITS + self.moves, change))
        return moved

    def fast_import(self, pack, stream):
        # Kept as a pack, as a server has it, instead of being spread into loose objects.
        argv = [self.git, "-C", str(self.remote(pack)), "-c", "fastimport.unpackLimit=1"]
        argv += ["fast-import", "--quiet"]
        subprocess.run(argv, input=stream.encode(), env=self.environment, check=True)

    def check(self, name, packs):
        """Makes sure that what was timed was also done."""
        for pack in packs:
            local = self.workspace(name) / pack / ".git/refs/heads/main"
            remote = self.remote(pack) / "refs/heads/main"
            if not local.exists() or local.read_text() != remote.read_text():
                raise SystemExit(f"bench: {name} left {pack} behind")

    def refresh_indexes(self):
        """Files that are as young as the index are read again by each `status`, until one writes
        the index. grex's never writes; so that both find the same, that is done before."""
        for name in (GREX, XARGS):
            for directory in self.directories(name).read_text().splitlines():
                argv = [self.git, "-C", directory, "update-index", "-q", "--really-refresh"]
                subprocess.run(argv, env=self.environment, check=True)


def make(top, git, count, jobs):
    """Makes `count` bare repositories below `top`, and the manifest that declares them."""
    (top / "home").mkdir()
    environment = {
        "HOME": str(top / "home"),
        "PATH": f"{pathlib.Path(git).parent}:/usr/bin:/bin",
        "GIT_CONFIG_NOSYSTEM": "1",
    }
    packs = [f"group-{number // 50:02}/pack-{number:04}" for number in range(count)]
    world = World(top, git, packs, environment)
    skeleton = top / "skeleton.git"
    argv = [git, "init", "--quiet", "--bare", "--template=", "--initial-branch=main", str(skeleton)]
    subprocess.run(argv, env=environment, check=True)

    def fill(pack):
        shutil.copytree(skeleton, world.remote(pack))
        world.fast_import(pack, history(pack))

    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        list(pool.map(fill, packs))
    (top / "grex.jsonl").write_text("".join(event(world, pack) for pack in packs))
    for name in (GREX, XARGS):
        world.empty(name)
    return world


def event(world, pack):
    """The line of the manifest that declares a pack."""
    fields = {"op": "add", "ts": "2024-01-01T00:00:00Z", "id": pack, "schema_version": "1"}
    fields.update(url=world.remote(pack).as_uri(), path=pack, type="meta")
    return json.dumps(fields, separators=(",", ":")) + "\n"


def history(pack):
    """All commits of a new repository, for `git fast-import`."""
    paths = ["README.md"] + [f"src/part-{number}.txt" for number in range(1, FILES)]
    commits = [commit_stream(pack, 1, {path: text(pack, path) for path in paths})]
    for number in range(2, COMMITS + 1):
        path = paths[number % FILES]
        commits.append(commit_stream(pack, number, {path: text(pack, f"{path} {number}")}))
    return "".join(commits)


def commit_stream(pack, number, files):
    """One commit on `main`; the first has no parent."""
    who = f"A U Thor <author@example.org> {1_700_000_000 + 60 * number} +0000"
    parts = [f"commit refs/heads/main\ncommitter {who}\ndata <<EOM\nChange {number} of {pack}\nEOM\n"]
    # Git takes the commits of one stream for a line; what is there already has to be named.
    if number > COMMITS:
        parts.append("from refs/heads/main^0\n")
    for path, content in files.items():
        parts.append(f"M 100644 inline {path}\ndata {len(content.encode())}\n{content}\n")
    return "".join(parts)


def text(pack, salt):
    """Text that is another one for each pack and salt, and no two lines of which are alike."""
    lines, size, number = [], 0, 0
    while size < FILE_BYTES:
        number += 1
        lines.append(f"{number} {zlib.crc32(f'{pack} {salt} {number}'.encode()):08x} {pack} {salt}\n")
        size += len(lines[-1])
    return "".join(lines)
