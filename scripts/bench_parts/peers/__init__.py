"""Other tools for many repositories, each as its documentation says that it is fastest."""

from . import mr, plain_git, python_tools, rust_tools

ALL = [
    plain_git.Submodules,
    python_tools.Vcs2l,
    python_tools.West,
    python_tools.Gita,
    mr.Mr,
    rust_tools.GitWorkspace,
    rust_tools.Metarepo,
    rust_tools.OlderGrex,
]
