"""Who may import whom (design, section 5), in the source and in a fresh process."""

import ast
import json
import subprocess
import sys
from pathlib import Path

import pytest

import fedcheck

PACKAGE = Path(fedcheck.__file__).parent
MODULES = sorted(PACKAGE.rglob("*.py"))

CORE = {"session", "storage", "analysis", "domain"}
ROOMS = {
    "errors": set(),
    "domain": {"domain"},
    "analysis": {"analysis", "domain"},
    "storage": {"storage", "analysis", "domain"},
    "session": CORE,
    "keys": {"keys", "domain"},
    "demo": {"demo", *CORE},
    "reports": {"reports", *CORE},
    "spreadsheets": {"spreadsheets", "storage", "domain"},
    "importers": {"importers", "spreadsheets", *CORE},
    # An export fills a workbook that it reads first, by the columns that the import knows.
    # A table of requests in Markdown is one of the tables of reports.
    "exporters": {"exporters", "importers", "reports", "spreadsheets", *CORE},
    "doctor": {"doctor", *CORE},
    "cli": {
        "cli",
        "demo",
        "keys",
        "reports",
        "importers",
        "exporters",
        "doctor",
        *CORE,
    },
    "tui": {"tui", "demo", "keys", "reports", "importers", *CORE},
    "__main__": {"cli"},
    "__init__": set(),
}
"""What each room of the package may import of it."""

START_OF_THE_APP = {"fedcheck.tui.start"}
"""The one function that `cli` may import of `tui`."""

NO_IO = {
    "os", "io", "sys", "pathlib", "tempfile", "shutil", "time", "random", "secrets", "socket",
    "subprocess", "tomli", "tomllib", "tomli_w", "filelock", "platformdirs", "click", "textual",
    "rich", "jinja2", "logging", "urllib", "zoneinfo", "glob", "threading", "asyncio",
}  # fmt: skip
"""What neither `domain` nor `analysis` imports: files, clocks, chance, screens."""

NO_IO_CALLS = {"open", "print", "input", "exec", "eval"}
CLOCKS = {("datetime", "now"), ("datetime", "utcnow"), ("date", "today"), ("datetime", "today")}


def room_of(path: Path) -> str:
    """Return the room of a module: the first part of its path in the package."""
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imports(path: Path) -> set[str]:
    """Return the full names of what a module imports, anywhere in it."""
    found = set()
    package = ["fedcheck", *path.relative_to(PACKAGE).parent.parts]
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            module = ".".join([*base, *([node.module] if node.module else [])])
            found |= {f"{module}.{alias.name}" for alias in node.names}
    return found


def ours(name: str) -> str | None:
    """Return the room of an imported name of the package; none for other packages."""
    parts = name.split(".")
    return parts[1] if parts[0] == "fedcheck" and len(parts) > 1 else None


def named(path: Path) -> str:
    return path.relative_to(PACKAGE).as_posix()


@pytest.mark.parametrize("path", MODULES, ids=named)
def test_imports_point_one_way(path: Path) -> None:
    room = room_of(path)
    allowed = ROOMS[room] | {"__version__", "errors"}
    wrong = {
        name
        for name in imports(path)
        if (target := ours(name)) is not None and target not in allowed
        if not (room == "cli" and any(name.startswith(start) for start in START_OF_THE_APP))
    }
    assert not wrong


@pytest.mark.parametrize("path", [p for p in MODULES if room_of(p) != "tui"], ids=named)
def test_only_the_app_imports_textual_or_rich(path: Path) -> None:
    assert not {name for name in imports(path) if name.split(".")[0] in ("textual", "rich")}


@pytest.mark.parametrize("path", [p for p in MODULES if room_of(p) != "reports"], ids=named)
def test_only_reports_import_jinja2_and_a_markdown_parser(path: Path) -> None:
    assert not {n for n in imports(path) if n.split(".")[0] in ("jinja2", "markdown_it")}


PURE = [p for p in MODULES if room_of(p) in ("domain", "analysis")]


@pytest.mark.parametrize("path", PURE, ids=named)
def test_domain_and_analysis_do_no_io_and_know_no_clock(path: Path) -> None:
    assert not {name for name in imports(path) if name.split(".")[0] in NO_IO}
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Call):
            continue
        if isinstance(node.func, ast.Name):
            assert node.func.id not in NO_IO_CALLS, node.lineno
        if isinstance(node.func, ast.Attribute) and isinstance(node.func.value, ast.Name):
            assert (node.func.value.id, node.func.attr) not in CLOCKS, node.lineno


@pytest.mark.parametrize("path", MODULES, ids=named)
def test_no_module_is_a_box_for_everything(path: Path) -> None:
    assert not set(path.relative_to(PACKAGE).with_suffix("").parts) & {"utils", "helpers", "common"}


WORKBOOKS = {"zipfile", "xml", "openpyxl", "lxml"}
"""What reads workbooks; `spreadsheets` alone does."""

OTHERS = [p for p in MODULES if room_of(p) != "spreadsheets"]


@pytest.mark.parametrize("path", OTHERS, ids=named)
def test_only_spreadsheets_reads_workbooks(path: Path) -> None:
    assert not {name for name in imports(path) if name.split(".")[0] in WORKBOOKS}


def loaded_by(statement: str) -> set[str]:
    """Return the modules that a fresh process has loaded after a statement."""
    code = f"{statement}\nimport sys\nprint(' '.join(sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    return set(done.stdout.split())


HEAVY = {"textual", "rich", "jinja2", "click", "filelock", "holidays", "openpyxl", "asyncio"}


def test_a_session_loads_no_library_that_it_does_not_use() -> None:
    assert not loaded_by("import fedcheck.session") & HEAVY


@pytest.mark.parametrize(
    "module", ["domain.workspace", "analysis.gates", "analysis.agenda", "domain.query"]
)
def test_domain_and_analysis_load_no_toml_in_a_fresh_process(module: str) -> None:
    loaded = loaded_by(f"import fedcheck.{module}")
    assert not loaded & (HEAVY | {"tomli", "tomli_w", "platformdirs", "zoneinfo"})
    assert not {name for name in loaded if name.startswith("fedcheck.storage")}


@pytest.mark.parametrize(
    ("argv", "unwanted"),
    [
        (["status"], {"zipfile", "xml.parsers.expat", "fedcheck.spreadsheets"}),
        (["list"], {"zipfile", "xml.parsers.expat", "fedcheck.spreadsheets"}),
        (["export", "--help"], {"zipfile", "xml.parsers.expat", "fedcheck.spreadsheets"}),
        (["export", "srtm", "--help"], {"zipfile", "xml.parsers.expat", "fedcheck.spreadsheets"}),
        (["import", "--help"], {"zipfile", "xml.parsers.expat", "fedcheck.spreadsheets"}),
        (["import", "csv", "--help"], {"zipfile", "xml.parsers.expat", "fedcheck.spreadsheets"}),
        (["--version"], {"textual", "rich", "jinja2", "filelock", "tomli_w"}),
        (["status"], {"textual", "rich", "jinja2", "filelock"}),
        (["list"], {"textual", "rich", "jinja2", "filelock"}),
        (["set", "diagram", "--status", "doing"], {"textual", "rich", "jinja2"}),
        (["report", "-o", "-"], {"textual", "rich", "filelock", "markdown_it"}),
        (["report", "--format", "html", "-o", "-"], {"textual", "rich", "filelock"}),
    ],
)
def test_a_command_loads_no_library_that_it_does_not_use(
    workspace: Path, argv: list[str], unwanted: set[str]
) -> None:
    script = (
        "import sys, json\n"
        "from fedcheck.cli.main import run\n"
        f"status = run({argv!r})\n"
        "print(json.dumps(sorted(sys.modules)), file=sys.stderr)\n"
        "sys.exit(status)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, cwd=workspace
    )
    assert done.returncode == 0, done.stderr
    loaded = set(json.loads(done.stderr.splitlines()[-1]))
    assert not unwanted & loaded
