"""Tools from PyPI, all in one virtual environment."""

import sys

from .peer import Peer, run


class PythonTool(Peer):
    package = program = ""

    @property
    def path(self):
        return self.home / "venv/bin" / self.program

    def installed(self):
        return self.path.exists()

    def install(self):
        venv = self.home / "venv"
        if not venv.exists():
            run([sys.executable, "-m", "venv", venv])
        run([venv / "bin/pip", "install", "--quiet", self.package])

    def version_argv(self):
        return [self.home / "venv/bin/pip", "show", self.package]

    def environment(self, world):
        # Whatever starts this benchmark may have variables of its own for Python.
        return {"PYTHONDONTWRITEBYTECODE": "1"}


class Vcs2l(PythonTool):
    name = package = "vcs2l"
    program = "vcs"

    def prepare(self, world, directory):
        entries = [f"  {pack}:\n    type: git\n    url: {world.url(pack)}\n" for pack in world.packs]
        (directory / "all.repos").write_text("repositories:\n" + "".join(entries))

    def clone(self, jobs):
        # No `version` in the file: one `git clone` for each, and no `ls-remote`.
        return [self.path, "import", "-w", jobs, "--input", "all.repos", "."]

    def sync(self, jobs):
        return [self.path, "pull", "-s", "-w", jobs, "."]

    def status(self, jobs):
        # Without `-s`, which costs two more commands for each.
        return [self.path, "status", "-w", jobs, "."]


class West(PythonTool):
    name = package = program = "west"
    parallelism = "1: it has no option for more"

    def prepare(self, world, directory):
        (directory / ".west").mkdir()
        (directory / ".west/config").write_text("[manifest]\npath = manifest\nfile = west.yml\n")
        entries = [
            f"    - name: {pack.replace('/', '-')}\n      path: {pack}\n"
            f"      url: {world.url(pack)}\n      revision: main\n"
            for pack in world.packs
        ]
        (directory / "manifest").mkdir()
        text = "manifest:\n  projects:\n" + "".join(entries)
        (directory / "manifest/west.yml").write_text(text)

    def clone(self, jobs):
        return [self.path, "-q", "update", "--narrow"]

    def sync(self, jobs):
        return self.clone(jobs)

    def status(self, jobs):
        return [self.path, "status"]

    def execute(self, jobs, command):
        return [self.path, "-q", "forall", "-c", command]


class Gita(PythonTool):
    name = package = program = "gita"
    parallelism = "all at once; `shell` 1"

    def environment(self, world):
        place = world.workspace(self.name) / ".config"
        return {**super().environment(world), "GITA_PROJECT_HOME": place}

    def prepare(self, world, directory):
        (directory / ".config/gita").mkdir(parents=True)
        names = {pack: pack.replace("/", "-") for pack in world.packs}
        place = world.workspace(self.name)
        rows = [f"{world.url(pack)},{name},{place / pack},,,\n" for pack, name in names.items()]
        (directory / "all.csv").write_text("".join(rows))

    def clone(self, jobs):
        return [self.path, "clone", "--preserve-path", "--from-file", "all.csv"]

    def sync(self, jobs):
        return [self.path, "pull"]

    def status(self, jobs):
        return [self.path, "st"]

    def execute(self, jobs, command):
        return [self.path, "shell", command]
