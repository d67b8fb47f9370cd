"""Only the modules that follow no link write: nothing else in the package opens a file for it."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "fedcheck"

WRITERS = {
    "storage/atomic_files.py",
    "storage/cache_folder.py",
    "storage/confined.py",
    "storage/file_access.py",
    "storage/ownership.py",
    "storage/typed_files.py",
}
"""The modules that write; each path that they are given is walked from a trusted folder."""

EXCEPTIONS = {
    ("cli/main.py", "open"): "the null device, in the place of a closed standard stream",
    ("sharing/package_zip.py", "ZipFile"): "a hand-over package in memory",
    ("spreadsheets/xlsx_package.py", "ZipFile"): "a workbook in memory",
    ("storage/file_looks.py", "open"): "evidence, for reading, without waiting for a pipe",
    ("storage/local_state.py", "FileLock"): "the lock on Windows, which has no flock",
    ("tui/screens/item_keys.py", "write_text"): "a method of the app, which opens a dialog",
}

OS_CALLS = {
    "open", "link", "symlink", "rename", "renames", "replace", "remove", "removedirs", "unlink",
    "rmdir", "mkdir", "makedirs", "mkfifo", "mknod", "chmod", "lchmod", "fchmod", "chown", "lchown",
    "fchown", "truncate", "ftruncate", "utime", "setxattr", "removexattr", "chflags",
}  # fmt: skip
METHODS = {
    "write_text", "write_bytes", "touch", "mkdir", "unlink", "rmdir", "chmod", "lchmod",
    "hardlink_to", "symlink_to", "link_to", "extractall",
}  # fmt: skip
HARMLESS_SHUTIL = {"which", "get_terminal_size", "disk_usage"}
MAKERS = {
    "mkdtemp", "mkstemp", "mktemp", "TemporaryDirectory", "NamedTemporaryFile", "TemporaryFile",
    "SpooledTemporaryFile", "FileHandler", "RotatingFileHandler", "FileLock", "SoftFileLock",
}  # fmt: skip
OPENERS = {"open", "ZipFile", "TarFile", "GzipFile", "BZ2File", "LZMAFile", "fdopen"}
"""What takes a mode; `os.fdopen` takes what is already open, and `os.open` is refused by itself."""

MODE = re.compile(r"[rwaxbtU+]{1,4}(:\w+)?|[rwax]:\w*")


def writing_calls(source: str) -> Iterator[tuple[int, str]]:
    """Yield the line and the name of each call in a module that makes, changes or removes files."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ImportFrom) and node.module in ("os", "shutil", "tempfile", "io"):
            refused = OS_CALLS | MAKERS | {"copy", "copyfile", "copytree", "move", "rmtree"}
            yield from ((node.lineno, one.name) for one in node.names if one.name in refused)
        if not isinstance(node, ast.Call):
            continue
        function = node.func
        if isinstance(function, ast.Attribute):
            name, owner = function.attr, ast.unparse(function.value)
        elif isinstance(function, ast.Name):
            name, owner = function.id, ""
        else:
            continue
        if writes(node, name, owner):
            yield node.lineno, name


def writes(node: ast.Call, name: str, owner: str) -> bool:
    if owner == "os":
        return name in OS_CALLS
    if owner == "shutil":
        return name not in HARMLESS_SHUTIL
    if name in MAKERS or (owner and name in METHODS):
        return True
    if owner and name in ("replace", "rename"):  # str.replace takes two, datetime.replace names
        return len(node.args) == 1 and not node.keywords
    return name in OPENERS and opens_for_writing(node, owner)


def opens_for_writing(node: ast.Call, owner: str) -> bool:
    modes = [one.value for one in node.keywords if one.arg == "mode"]
    modes += node.args if owner else node.args[1:2]
    for one in modes:
        if not isinstance(one, ast.Constant):
            if one in [word.value for word in node.keywords] or not owner:
                return True  # a mode that is worked out
        elif (
            isinstance(one.value, str)
            and MODE.fullmatch(one.value)
            and set("wax+") & set(one.value)
        ):
            return True
    return False


def test_no_other_module_opens_a_file_for_writing() -> None:
    found = []
    for path in sorted(PACKAGE.rglob("*.py")):
        place = path.relative_to(PACKAGE).as_posix()
        for line, name in writing_calls(path.read_text(encoding="utf-8")):
            if place not in WRITERS and (place, name) not in EXCEPTIONS:
                found.append(f"{place}:{line}: {name}")
    assert not found, "write through storage.atomic_files or storage.typed_files instead"


def test_every_exception_is_one_still() -> None:
    for place, name in EXCEPTIONS:
        source = (PACKAGE / place).read_text(encoding="utf-8")
        assert name in {found for _, found in writing_calls(source)}, place
    for place in WRITERS:
        assert list(writing_calls((PACKAGE / place).read_text(encoding="utf-8"))), place


@pytest.mark.parametrize(
    "source",
    [
        'open("x", "w")',
        'open("x", mode="a")',
        'open("x", mode)',
        'Path("x").open("wb")',
        'path.open("r+")',
        'path.open(mode="x")',
        'io.open("x", "w")',
        'os.open("x", os.O_RDONLY)',
        'os.replace("a", "b")',
        'os.link("a", "b")',
        "os.mkdir(name, dir_fd=3)",
        "from os import rename",
        "from shutil import copyfile",
        "from tempfile import mkdtemp",
        'Path("x").write_text("")',
        'path.write_bytes(b"")',
        "path.touch()",
        "path.mkdir(parents=True)",
        "path.unlink(missing_ok=True)",
        "path.replace(other)",
        "path.rename(other)",
        "path.chmod(0o600)",
        "path.symlink_to(other)",
        "path.hardlink_to(other)",
        "shutil.copytree(a, b)",
        "shutil.rmtree(a)",
        "tempfile.mkdtemp()",
        "tempfile.TemporaryDirectory()",
        'zipfile.ZipFile("x.zip", "w")',
        'tarfile.open("x.tar", "w:gz")',
        "archive.extractall(folder)",
    ],
)
def test_the_test_sees_a_call_that_writes(source: str) -> None:
    assert list(writing_calls(source))


@pytest.mark.parametrize(
    "source",
    [
        'open("x")',
        'open("x", "rb")',
        'path.open("rb")',
        "archive.open(name)",
        'text.replace("a", "b")',
        "day.replace(year=2027)",
        "replace(record, owner=who)",
        'os.fdopen(handle, "rb")',
        'shutil.which("git")',
        "tempfile.gettempdir()",
    ],
)
def test_the_test_lets_pass_what_only_reads(source: str) -> None:
    assert not list(writing_calls(source))
