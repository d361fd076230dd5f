"""Workspaces of very many packs and of very long manifests, made cheaply."""

import json
import os
import subprocess

from . import remotes, world
from .world import GREX

EVENTS, EVENT_PACKS = 1_000_000, 10_000


def packs(top, git, count):
    """A world of `count` packs, all of which are clones of one remote.

    The clones share the remote's objects, and the bytes of whatever git replaces instead of
    writing into it, which in a checkout that does not move is everything."""
    top.mkdir()
    made = remotes.make(top, git, 1, 1, small_history)
    original, path = top / "original", made.path(made.packs[0])
    argv = [git, "clone", "-q", "--shared", "--template=", str(path), str(original)]
    subprocess.run(argv, env=made.environment, check=True)
    argv = [git, "-C", str(original), "remote", "set-url", "origin", path.as_uri()]
    subprocess.run(argv, env=made.environment, check=True)

    made.packs = [pack(number) for number in range(count)]
    there = SharedWorld(top / "work", made, path.as_uri())
    manifest = "".join(world.event(place, there.base) for place in made.packs)
    (there.fresh_checkout(GREX) / "grex.jsonl").write_text(manifest)
    there.empty(GREX)
    for place in made.packs:
        link_tree(original, there.workspace(GREX) / place)
    return there


class SharedWorld(world.World):
    """One in which all packs have one remote."""

    def check(self, name, packs):
        tip = next(iter(self.remotes.top.glob("*/*.git"))) / "refs/heads/main"
        for place in packs:
            if world.head(self.directory(name, place)) != tip.read_text().strip():
                raise world.Failed(f"{name} left {place} behind")


def small_history(pack):
    return remotes.commit_stream(pack, 1, {"README.md": remotes.text(pack, "")})


def link_tree(source, target):
    """The same directories with the same files in them."""
    target.mkdir(parents=True)
    for entry in os.scandir(source):
        if entry.is_dir(follow_symlinks=False):
            link_tree(entry.path, target / entry.name)
        else:
            os.link(entry.path, target / entry.name)


def long_manifest(path):
    """A manifest of a million events: packs are added, changed, taken out and added again."""
    with path.open("w") as file:
        for turn in range(EVENTS // EVENT_PACKS):
            for number in range(EVENT_PACKS):
                file.write(event(turn, pack(number)))


def pack(number):
    return f"group-{number // 100:03}/pack-{number:05}"


def event(turn, name):
    if turn % 3 == 0:
        return world.event(name, f"https://git.example.org/{name}.git")
    fields = {"op": "rm", "ts": "2024-01-01T00:00:00Z", "id": name, "schema_version": "1"}
    if turn % 3 == 1:
        fields.update(op="update", ref=f"release-{turn}")
    return json.dumps(fields, separators=(",", ":")) + "\n"
