"""The remotes: bare repositories with history, which grow while they are measured."""

import concurrent.futures
import pathlib
import shutil
import subprocess
import zlib
from dataclasses import dataclass

COMMITS, FILES, FILE_BYTES = 20, 10, 2000


@dataclass
class Remotes:
    """Bare repositories below `top`, one for each pack."""

    top: pathlib.Path
    git: str
    packs: list
    environment: dict
    moves: int = 0

    def path(self, pack):
        return self.top / f"{pack}.git"

    def tip(self, pack):
        """The commit that `main` is at."""
        return (self.path(pack) / "refs/heads/main").read_text().strip()

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
        argv = [self.git, "-C", str(self.path(pack)), "-c", "fastimport.unpackLimit=1"]
        argv += ["fast-import", "--quiet"]
        subprocess.run(argv, input=stream.encode(), env=self.environment, check=True)


def make(top, git, count, jobs, content=None):
    """Makes `count` bare repositories below `top`, and an empty HOME for whatever runs."""
    (top / "home").mkdir()
    environment = {
        "HOME": str(top / "home"),
        "PATH": f"{pathlib.Path(git).parent}:/usr/bin:/bin",
        "GIT_CONFIG_NOSYSTEM": "1",
    }
    packs = [f"group-{number // 50:02}/pack-{number:04}" for number in range(count)]
    remotes = Remotes(top / "remotes", git, packs, environment)
    skeleton = top / "skeleton.git"
    argv = [git, "init", "--quiet", "--bare", "--template=", "--initial-branch=main", str(skeleton)]
    subprocess.run(argv, env=environment, check=True)

    def fill(pack):
        shutil.copytree(skeleton, remotes.path(pack))
        remotes.fast_import(pack, (content or history)(pack))

    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        list(pool.map(fill, packs))
    return remotes


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
