"""Submodules: what git itself has for the purpose."""

import subprocess

from .peer import Peer

# Since a CVE, git asks for this before it takes a submodule from the file system.
ALLOW = ["-c", "protocol.file.allow=always"]


class Submodules(Peer):
    name = "git submodule"
    parallelism = "the same; only clones and fetches"

    def version_argv(self):
        return ["git", "--version"]

    def prepare(self, world, directory):
        def git(*argv, **how):
            argv = [world.remotes.git, "-C", str(directory), *argv]
            subprocess.run(argv, env=world.environment, check=True, text=True, **how)

        git("init", "-q", "-b", "main")
        sections = [
            f'[submodule "{pack}"]\n\tpath = {pack}\n\turl = {world.url(pack)}\n\tbranch = main\n'
            for pack in world.packs
        ]
        (directory / ".gitmodules").write_text("".join(sections))
        links = [f"160000 {world.remotes.tip(pack)}\t{pack}\n" for pack in world.packs]
        git("update-index", "--index-info", input="".join(links))
        git("add", ".gitmodules")
        who = ["-c", "user.name=A U Thor", "-c", "user.email=author@example.org"]
        git(*who, "commit", "-q", "-m", "Declare all packs")
        # A repository that has no remote itself fetches nothing for its submodules.
        remote = world.top / "submodules.git"
        git("clone", "-q", "--bare", ".", str(remote))
        git("remote", "add", "origin", remote.as_uri())
        git("fetch", "-q")
        git("branch", "-q", "--set-upstream-to=origin/main")

    def clone(self, jobs):
        return ["git", *ALLOW, "submodule", "--quiet", "update", "--init", "--jobs", jobs]

    def sync(self, jobs):
        # `submodule update --remote` alone fetches one after another.
        fetch = f"git {' '.join(ALLOW)} fetch -q --recurse-submodules=yes --jobs {jobs}"
        return ["sh", "-c", f"{fetch} && git submodule --quiet update --remote --no-fetch"]

    def status(self, jobs):
        return ["git", "status", "--short"]

    def execute(self, jobs, command):
        return ["git", "submodule", "--quiet", "foreach", command]
