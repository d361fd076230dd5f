"""Tools from crates.io, each built for release."""

import json
import os

from .peer import Peer, run


class RustTool(Peer):
    package = program = version_wanted = ""

    @property
    def root(self):
        # Two of them install programs of other tools' names.
        return self.home / self.package

    @property
    def path(self):
        return self.root / "bin" / self.program

    def installed(self):
        return self.path.exists()

    def install(self):
        wanted = f"{self.package}@{self.version_wanted}" if self.version_wanted else self.package
        environment = {**os.environ, "CARGO_TARGET_DIR": str(self.home / "build")}
        argv = ["cargo", "install", "--quiet", "--locked", "--root", self.root, wanted]
        run(argv, env=environment)

    def version_argv(self):
        return [self.path, "--version"]


class GitWorkspace(RustTool):
    """It clones what a forge lists over HTTPS, and nothing else: it is given its clones."""

    name = package = program = "git-workspace"

    def prepare(self, world, directory):
        entries = [
            f'[[repo]]\npath = "{pack}"\nurl = "{world.url(pack)}"\nbranch = "main"\n'
            for pack in world.packs
        ]
        (directory / "workspace-lock.toml").write_text("\n".join(entries))

    def sync(self, jobs):
        return [self.path, "-w", ".", "switch-and-pull", "-t", jobs]

    def execute(self, jobs, command):
        return [self.path, "-w", ".", "run", "-t", jobs, command]


class Metarepo(RustTool):
    name = package = "metarepo"
    program = "meta"
    parallelism = "its own choice; clones 1"

    def prepare(self, world, directory):
        projects = {pack: {"url": world.url(pack), "bare": False} for pack in world.packs}
        (directory / ".meta").write_text(json.dumps({"projects": projects}))

    def clone(self, jobs):
        return [self.path, "git", "update"]

    def sync(self, jobs):
        return [self.path, "git", "pull", "--skip-main"]

    def status(self, jobs):
        return [self.path, "git", "status"]

    def execute(self, jobs, command):
        return [self.path, "exec", "--all", "--parallel", "--no-progress", command]


class OlderGrex(RustTool):
    """An earlier program of the same name."""

    name, package, program, version_wanted = "grex-cli 1.4", "grex-cli", "grex", "1.4.0"

    def prepare(self, world, directory):
        (directory / ".grex").mkdir()
        children = [f"  - url: {world.url(pack)}\n    path: {pack}\n" for pack in world.packs]
        head = "schema_version: '1'\nname: all\ntype: meta\nchildren:\n"
        (directory / ".grex/pack.yaml").write_text(head + "".join(children))

    def clone(self, jobs):
        return [self.path, "sync", "--quiet", "--parallel", jobs, "--pack", "."]

    def sync(self, jobs):
        # It moves a checkout only to a ref that is named, and `main` would be the local one.
        return [*self.clone(jobs), "--ref", "origin/main"]

    def status(self, jobs):
        return [self.path, "status"]
