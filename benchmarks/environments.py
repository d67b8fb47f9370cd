"""Where the measured program is: the wheel of this checkout in a venv of its own, or `.venv`."""

import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True)
class Environment:
    """What is measured, and what it is run with.

    Attributes:
        python: the interpreter, whose `-c pass` is the unit of every ratio.
        fedcheck: the command as a person types it.
        variables: the environment variables of everything that is measured.
        home: the home folder of the person who is measured, with cache and configuration.
        is_wheel: whether the wheel is measured, or the checkout.
    """

    python: str
    fedcheck: tuple[str, ...]
    variables: Mapping[str, str]
    home: Path
    is_wheel: bool

    @property
    def cache(self) -> Path:
        """Return the folder of the user's cache, which may not be there."""
        return self.home / "CACHE" / "fedcheck"


def set_variables(home: Path) -> dict[str, str]:
    """Return environment variables under which byte code is kept and no setting is the user's."""
    ours = ("FEDCHECK_", "PYTHON", "XDG_", "TASK", "COLUMNS", "LINES", "VIRTUAL_ENV")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    places = {f"XDG_{name}_HOME": str(home / name) for name in ("CONFIG", "STATE", "CACHE", "DATA")}
    return {**kept, **places, "HOME": str(home), "FEDCHECK_USER": "bench", "TZ": "UTC"}


def use_checkout(folder: Path) -> Environment:
    """Return the environment that runs this program, with the code of the checkout."""
    home = folder / "home"
    home.mkdir()
    variables = {**set_variables(home), "PYTHONPATH": str(CHECKOUT)}
    command = (sys.executable, "-m", "fedcheck")
    return Environment(sys.executable, command, variables, home, False)


def install_wheel(folder: Path) -> Environment:
    """Build the wheel of the checkout, and install it with its dependencies into a venv."""
    home, venv = folder / "home", folder / "venv"
    home.mkdir()
    built = dict(os.environ)
    built.pop("PYTHONDONTWRITEBYTECODE", None)
    built.pop("PYTHONPATH", None)

    def run(*command: str) -> None:
        subprocess.run(command, env=built, check=True, stdout=subprocess.DEVNULL)

    pip = (sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check")
    run(*pip, "wheel", "--no-deps", "--wheel-dir", str(folder), str(CHECKOUT))
    (wheel,) = folder.glob("fedcheck-*.whl")
    run(sys.executable, "-m", "venv", "--without-pip", str(venv))
    python = venv / "bin" / "python"
    run(*pip, "--python", str(python), "install", str(wheel))
    # pip writes byte code by itself, but for what a person may have turned off.
    run(str(python), "-m", "compileall", "-q", str(venv / "lib"))
    command = (str(venv / "bin" / "fedcheck"),)
    return Environment(str(python), command, set_variables(home), home, True)
