"""Where the compiled form of the reader lies, if somebody has made one with `manage.py compile_reader`.

It is the same code, made into a library by mypyc; it reads half as many posts again. The folder is named after what was compiled
and for which Python, so that after any change of the sources it is not found, and they are what runs. COMPILED_READER in the
environment names another place to look for it; empty: nowhere.
"""

import hashlib
import os
import sys
import sysconfig
from pathlib import Path

ROOT = Path(__file__).parents[1]
FOLDER = Path(os.environ.get("COMPILED_READER", ROOT / "compiled") or os.devnull)
LIBRARY = "compiled_reader"
# What a post is taken apart and judged by; not what reads files, nor what is done once.
MODULES = (
    *(f"districts.{name}" for name in ("believing", "locating", "moving", "naming", "numbering", "origins", "weighing", "words")),
    *(
        f"requests_app.reading.{name}"
        for name in (
            "clauses", "contacts", "features", "kind", "lexicon", "model", "needs", "patient", "read", "saturation", "urgency",
            "usable", "vocabulary",
        )
    ),
)  # fmt: skip


def source(module: str) -> Path:
    return ROOT / Path(*module.split(".")).with_suffix(".py")


def home() -> Path:
    """Where the compiled form of the sources as they are belongs; it may not be there."""
    digest = hashlib.sha256((sysconfig.get_config_var("EXT_SUFFIX") or sys.version).encode())
    for module in MODULES:
        digest.update(source(module).read_bytes() + b"\0")
    return FOLDER / digest.hexdigest()[:16]


def compiled_first(package: str, path: list[str]) -> list[str]:
    """Where `package` looks for its modules, which else are at `path`: in the compiled form of these sources, if there is one."""
    if not FOLDER.is_dir() or not (folder := home()).is_dir():
        return path
    if str(folder) not in sys.path:
        sys.path.append(str(folder))  # there the library lies that they share
    return [str(folder.joinpath(*package.split("."))), *path]
