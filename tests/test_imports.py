"""Who may import whom (design, section 5), in the source and in a fresh process."""

import ast
import subprocess
import sys
from collections.abc import Callable, Collection, Iterator, Mapping
from functools import cache
from pathlib import Path

import pytest

import fedcheck
from fedcheck.tui.screens import registry

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
    "linting": {"linting", "storage", "analysis", "domain"},
    "sharing": {"sharing", *CORE},
    "cli": {
        "cli",
        "late_modules",
        "demo",
        "keys",
        "reports",
        "importers",
        "exporters",
        "doctor",
        "linting",
        "sharing",
        *CORE,
    },
    "tui": {
        "tui",
        "demo",
        "doctor",
        "keys",
        "late_modules",
        "reports",
        "importers",
        "sharing",
        *CORE,
    },
    "__main__": {"cli", "late_modules"},
    "late_modules": set(),
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


@cache
def tree_of(path: Path) -> ast.Module:
    """Return the parsed source of a module; each is read once for all tests."""
    return ast.parse(path.read_text(encoding="utf-8"))


def statements(tree: ast.Module) -> Iterator[ast.AST]:
    """Yield the statements of a module, inner ones too, and none of what they are made of."""
    waiting: list[ast.AST] = [tree]
    while waiting:
        node = waiting.pop()
        yield node
        for part in ("body", "orelse", "finalbody", "handlers", "cases"):
            inner = getattr(node, part, None)
            waiting += inner if isinstance(inner, list) else []


@cache
def imports(path: Path) -> set[str]:
    """Return the full names of what a module imports, anywhere in it."""
    found = set()
    package = ["fedcheck", *path.relative_to(PACKAGE).parent.parts]
    for node in statements(tree_of(path)):
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


def importers(of: Collection[str], apart_from: str) -> list[tuple[str, str]]:
    """Return the modules outside of a room that import some library, and what they import."""
    others = (path for path in MODULES if room_of(path) != apart_from)
    return [(named(p), name) for p in others for name in imports(p) if name.split(".")[0] in of]


# One test for all modules, not one for each: hundreds of tests took longer to tell than to run.


def test_imports_point_one_way() -> None:
    wrong = []
    for path in MODULES:
        room = room_of(path)
        allowed = ROOMS[room] | {"__version__", "errors"}
        wrong += [
            (named(path), name)
            for name in imports(path)
            if (target := ours(name)) is not None and target not in allowed
            if not (room == "cli" and any(name.startswith(start) for start in START_OF_THE_APP))
        ]
    assert not wrong
    assert len(MODULES) > 300


def test_only_the_app_imports_textual_or_rich() -> None:
    assert not importers(of=("textual", "rich"), apart_from="tui")
    assert importers(of=("textual",), apart_from="cli"), "it would be found"


def test_only_reports_import_jinja2_and_a_markdown_parser() -> None:
    assert not importers(of=("jinja2", "markdown_it"), apart_from="reports")
    assert importers(of=("jinja2",), apart_from="cli"), "it would be found"


def modules_imported(path: Path) -> set[str]:
    """Return the modules of the package that a module imports, at any time or for types alone.

    A table of places such as `status:status`, from which a module is imported by its name when it
    is wanted, counts as an import of each.
    """
    known = {module_name(one) for one in MODULES}
    names = imports(path) | {name.rpartition(".")[0] for name in imports(path)}
    table = TABLES.get(named(path))
    if table is not None:
        names |= set(table())
    return names & known - {module_name(path)}


@cache
def module_name(path: Path) -> str:
    parts = ["fedcheck", *path.relative_to(PACKAGE).with_suffix("").parts]
    return ".".join(parts).removesuffix(".__init__")


def commands() -> Iterator[str]:
    from fedcheck.cli.main import COMMANDS

    for place in COMMANDS.values():
        yield f"fedcheck.cli.commands.{place.partition(':')[0]}"


def screens() -> Iterator[str]:
    for place in registry.SCREENS.values():
        yield f"fedcheck.tui.screens.{place.partition(':')[0]}"


TABLES: dict[str, Callable[[], Iterator[str]]] = {
    "cli/main.py": commands,
    "tui/screens/registry.py": screens,
}


def circles(graph: Mapping[str, set[str]]) -> list[list[str]]:
    """Return the groups of modules that import one another in a ring (Tarjan's algorithm)."""
    number: dict[str, int] = {}
    lowest: dict[str, int] = {}
    path: list[str] = []
    found = []

    def visit(name: str) -> None:
        number[name] = lowest[name] = len(number)
        path.append(name)
        for other in sorted(graph[name]):
            if other not in number:
                visit(other)
                lowest[name] = min(lowest[name], lowest[other])
            elif other in path:
                lowest[name] = min(lowest[name], number[other])
        if lowest[name] == number[name]:
            ring = path[path.index(name) :]
            del path[path.index(name) :]
            if len(ring) > 1:
                found.append(sorted(ring))

    for name in graph:
        if name not in number:
            visit(name)
    return found


def test_nothing_imports_in_a_circle() -> None:
    graph = {module_name(path): modules_imported(path) for path in MODULES}
    assert circles(graph) == []


def test_a_circle_would_be_found() -> None:
    graph = {"a": {"b"}, "b": {"c"}, "c": {"b", "d"}, "d": set(), "e": {"a", "e"}}
    assert circles(graph) == [["b", "c"]]
    app = PACKAGE / "tui" / "app.py"
    assert "fedcheck.tui.screens.registry" in modules_imported(app)
    assert "fedcheck.tui.start" in modules_imported(PACKAGE / "cli" / "launch.py"), "a lazy one"
    named_ones = modules_imported(PACKAGE / "tui" / "screens" / "registry.py")
    assert "fedcheck.tui.screens.home" in named_ones


def test_every_screen_of_the_registry_is_there() -> None:
    for name in registry.SCREENS:
        assert registry.screen_class(name).__name__.endswith("Screen"), name


PURE = [p for p in MODULES if room_of(p) in ("domain", "analysis")]


def test_domain_and_analysis_do_no_io_and_know_no_clock() -> None:
    assert PURE
    for path in PURE:
        assert not {name for name in imports(path) if name.split(".")[0] in NO_IO}, path
        for node in ast.walk(tree_of(path)):
            if not isinstance(node, ast.Call):
                continue
            place = f"{named(path)}:{node.lineno}"
            if isinstance(node.func, ast.Name):
                assert node.func.id not in NO_IO_CALLS, place
            if isinstance(node.func, ast.Attribute) and isinstance(node.func.value, ast.Name):
                assert (node.func.value.id, node.func.attr) not in CLOCKS, place


def test_no_module_is_a_box_for_everything() -> None:
    boxes = {"utils", "helpers", "common"}
    parts = {p: set(p.relative_to(PACKAGE).with_suffix("").parts) for p in MODULES}
    assert not [named(path) for path, names in parts.items() if names & boxes]


WORKBOOKS = {"zipfile", "xml", "openpyxl", "lxml"}
"""What reads workbooks; `spreadsheets` alone does."""

PACKAGES = [("sharing/package_zip.py", "zipfile")]
"""What else reads zip files: hand-over packages, which are not workbooks."""


def test_only_spreadsheets_reads_workbooks() -> None:
    assert importers(of=WORKBOOKS, apart_from="spreadsheets") == PACKAGES
    assert importers(of=WORKBOOKS, apart_from="cli"), "it would be found"


def loaded_by(statement: str) -> set[str]:
    """Return the modules that a fresh process has loaded after a statement."""
    code = f"{statement}\nimport sys\nprint(' '.join(sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    return set(done.stdout.split())


HEAVY = {"textual", "rich", "jinja2", "click", "filelock", "holidays", "openpyxl", "asyncio"}


def test_home_loads_no_dialog_and_nothing_that_texts_are_typed_in() -> None:
    loaded = loaded_by("import fedcheck.tui.start, fedcheck.tui.screens.home")
    assert "fedcheck.tui.widgets.doors" in loaded
    late = ("fedcheck.tui.dialogs.", "fedcheck.sharing.proposals", "textual.document")
    assert not [name for name in loaded if name.startswith(late)]


def test_a_session_loads_no_library_that_it_does_not_use() -> None:
    assert not loaded_by("import fedcheck.session") & HEAVY


@pytest.mark.parametrize(
    "module", ["domain.workspace", "analysis.gates", "analysis.agenda", "domain.query"]
)
def test_domain_and_analysis_load_no_toml_in_a_fresh_process(module: str) -> None:
    loaded = loaded_by(f"import fedcheck.{module}")
    assert not loaded & (HEAVY | {"tomli", "tomli_w", "platformdirs", "zoneinfo"})
    assert not {name for name in loaded if name.startswith("fedcheck.storage")}


DEAR = {
    "textual", "rich", "jinja2", "filelock", "difflib", "tempfile", "shutil", "platformdirs",
    "secrets", "random", "click.shell_completion",
}  # fmt: skip
"""What no usual command needs."""

NEVER = {
    "inspect", "ast", "dis", "tokenize", "platform", "gettext", "locale", "ipaddress",
    "typing_extensions", "textwrap", "difflib", "threading", "urllib.parse", "ntpath",
    "msgspec.inspect", "msgspec.toml", "msgspec.yaml", "msgspec._json_schema",
}  # fmt: skip
"""What libraries import and no usual command uses; see `late_modules`."""

ONLY_SOME = {
    "zoneinfo", "calendar", "fedcheck.domain.typed_dates", "fedcheck.domain.query",
    "fedcheck.cli.json_documents",
}  # fmt: skip
"""What commands load where an option, a query or a time zone asks for it."""

NEW_FILES = {
    "json", "tomli", "fedcheck.storage.quick_toml", "fedcheck.storage.decoder",
    "fedcheck.storage.checklist_reader",
}  # fmt: skip
"""What reads files that are not in the cache."""

WRITERS = {
    "tomli_w", "fcntl", "fedcheck.analysis.consequences", "fedcheck.domain.edits",
    "fedcheck.domain.change_text", "fedcheck.storage.transaction", "fedcheck.storage.saved_file",
    "fedcheck.storage.transaction_parts", "fedcheck.storage.outside_notes",
    "fedcheck.storage.checklist_writer", "fedcheck.storage.evidence_files",
}  # fmt: skip
"""What only a command that writes needs."""

HISTORIES = {
    "fedcheck.storage.history_search", "fedcheck.storage.history_index",
    "fedcheck.storage.own_transactions", "fedcheck.storage.settling", "fedcheck.doctor.losses",
    "fedcheck.storage.lost_values", "fedcheck.storage.unexplained",
}  # fmt: skip
"""What only a command that looks into the history needs, or into what it does not explain."""

FIELDS = {"fedcheck.domain.field", "fedcheck.domain.field_values", "fedcheck.domain.item_rules"}
"""What tells the fields of a record: what only looks at it has no need of that."""

FOR_SHOW = {
    "fedcheck.cli.commands.item", "fedcheck.cli.commands.explain", "fedcheck.domain.terms",
    "fedcheck.storage.official_texts",
}  # fmt: skip
"""What `show` needs, which other commands on an item do not."""


@pytest.mark.parametrize(
    ("argv", "unwanted"),
    [
        (["status"], {"zipfile", "xml.parsers.expat", "fedcheck.spreadsheets"}),
        (["list"], {"zipfile", "xml.parsers.expat", "fedcheck.spreadsheets"}),
        (["export", "--help"], {"zipfile", "xml.parsers.expat", "fedcheck.spreadsheets"}),
        (["export", "srtm", "--help"], {"zipfile", "xml.parsers.expat", "fedcheck.spreadsheets"}),
        (["import", "--help"], {"zipfile", "xml.parsers.expat", "fedcheck.spreadsheets"}),
        (["import", "csv", "--help"], {"zipfile", "xml.parsers.expat", "fedcheck.spreadsheets"}),
        (
            ["--version"],
            NEVER | DEAR | WRITERS | {"msgspec", "zoneinfo", "pathlib", "json", "dataclasses"},
        ),
        (["status"], NEVER | DEAR | WRITERS | ONLY_SOME),
        (["status", "--json"], DEAR | WRITERS),
        (["list"], NEVER | DEAR | WRITERS | ONLY_SOME),
        (["next"], NEVER | DEAR | WRITERS | ONLY_SOME),
        (["set", "diagram", "--status", "doing"], DEAR),
        (["report", "-o", "-"], {"textual", "rich", "filelock", "markdown_it"}),
        (["report", "--format", "html", "-o", "-"], {"textual", "rich", "filelock"}),
    ],
)
def test_a_command_loads_no_library_that_it_does_not_use(
    workspace: Path, argv: list[str], unwanted: set[str]
) -> None:
    assert not unwanted & loaded_by_command(argv, workspace)


JUDGES = {"fedcheck.analysis.gates", "fedcheck.analysis.deadlines", "fedcheck.analysis.progress"}
"""What judges the whole: a list of items is without it."""

LOOKS = NEVER | DEAR | WRITERS | ONLY_SOME | NEW_FILES | HISTORIES | FIELDS | FOR_SHOW
"""What a command that only looks does not load, once its files are in the cache."""


def test_a_command_on_files_in_the_cache_loads_what_it_uses_alone(
    workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FEDCHECK_CACHE", "off")
    assert loaded_by_command(["list"], workspace) >= NEW_FILES - {"json"}, "it would be found"
    monkeypatch.setenv("FEDCHECK_CACHE", "all")  # it has a marking
    loaded_by_command(["status"], workspace)
    for argv, more in ((["status"], set()), (["list"], JUDGES), (["next"], set())):
        assert (LOOKS | more) & loaded_by_command(argv, workspace) == set(), argv
    assert not LOOKS & loaded_by_command(["gate", "kick-off"], workspace, status=1)
    one = {*NEVER, *DEAR, *ONLY_SOME, *NEW_FILES}
    loaded_by_command(["set", "diagram", "--note", "a"], workspace)  # the first notes all files
    assert not (one | FOR_SHOW) & loaded_by_command(["set", "diagram", "--note", "n"], workspace)
    loaded = loaded_by_command(["show", "diagram"], workspace)
    assert not (WRITERS | ONLY_SOME | NEW_FILES) - {"fedcheck.domain.change_text"} & loaded


def test_the_version_loads_nothing_of_a_workspace(workspace: Path) -> None:
    loaded = loaded_by_command(["--version"], workspace)
    ours_loaded = {name for name in loaded if name.split(".")[0] == "fedcheck"}
    assert ours_loaded == {
        "fedcheck",
        "fedcheck.cli",
        "fedcheck.cli.invocation",
        "fedcheck.cli.lazy_group",
        "fedcheck.cli.main",
        "fedcheck.errors",
        "fedcheck.late_modules",
    }


def test_a_module_that_was_put_off_answers_as_itself() -> None:
    script = (
        "from fedcheck.late_modules import LateModule, load_all, put_off\n"
        "put_off()\n"
        "import sys, inspect, gettext, textwrap, ipaddress, pathlib, platform, threading, msgspec\n"
        "assert threading.active_count() == 1 and isinstance(threading, LateModule)\n"
        "import urllib.parse\n"
        "assert isinstance(urllib.parse, LateModule)\n"
        "from urllib.parse import quote_from_bytes\n"
        "assert pathlib.Path('/a b').as_uri() == 'file:///a%20b'\n"
        "assert isinstance(msgspec.inspect, LateModule)\n"
        "text = 'First line.\\n\\n    Second.\\n'\n"
        "assert isinstance(inspect, LateModule)\n"
        "assert inspect.cleandoc(' one ') == 'one '\n"
        "assert isinstance(sys.modules['inspect'], LateModule)\n"
        "assert inspect.cleandoc(text) == 'First line.\\n\\nSecond.'\n"
        "assert sys.modules['inspect'] is not inspect\n"
        "assert inspect.signature is sys.modules['inspect'].signature\n"
        "assert gettext.ngettext('a', 'b', 2) == 'b' and gettext.gettext('a') == 'a'\n"
        "assert isinstance(sys.modules['gettext'], LateModule)\n"
        "from textwrap import dedent\n"
        "assert dedent('  a') == 'a' and ipaddress.ip_address('::1').is_loopback\n"
        "name = platform.system()\n"
        "import datetime, pickle\n"
        "assert isinstance(datetime, LateModule) == (sys.version_info < (3, 12))\n"
        "day = datetime.date(2027, 1, 11)\n"
        "assert pickle.loads(pickle.dumps(day)) == day\n"
        "assert datetime.datetime.strptime('2027-01-11', '%Y-%m-%d').date() == day\n"
        "load_all()\n"
        "assert type(day) is sys.modules['datetime'].date is datetime.date\n"
        "assert platform.system() == name == sys.modules['platform'].system()\n"
        "import urllib.parse, threading, msgspec\n"
        "from urllib.parse import quote, quote_from_bytes\n"
        "assert urllib.parse.quote('a b') == quote('a b') == quote_from_bytes(b'a b') == 'a%20b'\n"
        "assert pathlib.Path('/a b').as_uri() == 'file:///a%20b'\n"
        "assert threading.current_thread() is threading.main_thread()\n"
        "assert msgspec.json.schema(int) == {'type': 'integer'}\n"
        "assert msgspec.inspect.type_info(int) == msgspec.inspect.IntType()\n"
        "assert not [one for one in sys.modules.values() if isinstance(one, LateModule)]\n"
    )
    subprocess.run([sys.executable, "-c", script], check=True, timeout=60)


def loaded_by_command(argv: list[str], where: Path, status: int = 0) -> set[str]:
    """Return the modules that a fresh process has loaded after a command, which ended so."""
    script = (
        "import sys\n"
        "from fedcheck.late_modules import LateModule, put_off\n"
        "put_off()\n"
        "from fedcheck.cli.main import run\n"
        f"status = run({argv!r})\n"
        "loaded = [n for n, one in sys.modules.items() if not isinstance(one, LateModule)]\n"
        "print(*loaded, file=sys.stderr)\n"
        "sys.exit(status)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, cwd=where, timeout=60
    )
    assert done.returncode == status, done.stderr
    return set(done.stderr.splitlines()[-1].split())


def test_home_needs_no_fields_lists_or_trees_of_textual() -> None:
    script = (
        "import sys\n"
        "import fedcheck.tui.start, fedcheck.tui.screens.home\n"
        "from fedcheck.late_modules import LateModule\n"
        "assert isinstance(sys.modules['textual.command'], LateModule)\n"
        "widgets = {'_input', '_option_list', '_select', '_text_area', '_tree', '_markdown'}\n"
        "assert not {f'textual.widgets.{name}' for name in widgets} & {*sys.modules}\n"
        "from fedcheck.tui.late_palette import load_provider\n"
        "provider = load_provider()\n"
        "from textual.command import Provider\n"
        "assert issubclass(provider, Provider) and Provider.__module__ == 'textual.command'\n"
    )
    subprocess.run([sys.executable, "-c", script], check=True, timeout=60)
