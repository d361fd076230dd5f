"""myrepos, from Debian's package: a Perl script."""

import shutil

from .peer import Peer, run


class Mr(Peer):
    name = "mr"

    @property
    def program(self):
        return self.home / "myrepos/usr/bin/mr"

    def installed(self):
        return self.program.exists()

    def install(self):
        place = self.home / "download"
        place.mkdir(exist_ok=True)
        run([shutil.which("apt-get") or "apt-get", "download", "myrepos"], cwd=place)
        run(["dpkg-deb", "-x", *place.glob("myrepos_*.deb"), self.home / "myrepos"])

    def version_argv(self):
        changes = self.home / "myrepos/usr/share/doc/myrepos/changelog.gz"
        return ["sh", "-c", f"zcat '{changes}' | head -n 1"]

    def prepare(self, world, directory):
        sections = [
            f"[{pack}]\ncheckout = git clone -q '{world.url(pack)}' '{pack.rpartition('/')[2]}'\n"
            for pack in world.packs
        ]
        (directory / ".mrconfig").write_text("\n".join(sections))

    def _mr(self, jobs, *argv):
        # Without `-t` it wants to be told that it may trust the file.
        return [self.program, "-t", "-m", "-j", jobs, *argv]

    def clone(self, jobs):
        return self._mr(jobs, "checkout")

    def sync(self, jobs):
        return self._mr(jobs, "update", "-q")

    def status(self, jobs):
        return self._mr(jobs, "status")

    def execute(self, jobs, command):
        return self._mr(jobs, "run", command)
