"""Front ends, importers and the demo name edits; the domain alone makes records of them."""

import ast
import inspect
import typing
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import fedcheck
from fedcheck.domain.checklist import Checklist, Item, Section
from fedcheck.domain.edits import Edit
from fedcheck.domain.evidence import Evidence
from fedcheck.domain.finding import Finding
from fedcheck.domain.record import Record
from fedcheck.domain.request import Request
from fedcheck.session import Session
from fedcheck.storage.checklist_writer import Rewritten

PACKAGE = Path(fedcheck.__file__).parent
ROOMS = ("cli", "tui", "importers", "demo")
MODULES = sorted(path for room in ROOMS for path in (PACKAGE / room).rglob("*.py"))

RECORDS = {"Record", "Request", "Finding"}
EDITS = {kind.__name__ for kind in typing.get_args(Edit)} | {"TestEdit"}
OTHER_FIELDS = {
    name for cls in (Checklist, Section, Item, Evidence) for name in cls.__struct_fields__
}
RECORD_FIELDS = {
    name for cls in (Record, Request, Finding) for name in cls.__struct_fields__
} - OTHER_FIELDS
"""Fields that only records have: whoever replaces one makes a record."""

ASIDE = {"guard", "step"}
"""Parameters of the session that are functions, and make nothing that is saved."""


def calls(tree: ast.AST, name: str) -> Iterator[ast.Call]:
    """Yield the calls of a function, however it was imported."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            called = node.func
            if (isinstance(called, ast.Name) and called.id == name) or (
                isinstance(called, ast.Attribute) and called.attr == name
            ):
                yield node


def bound_to(tree: ast.AST, kinds: set[str]) -> set[str]:
    """Return the names that are annotated with, or assigned, one of these classes."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.arg | ast.AnnAssign) and node.annotation is not None:
            words = {one.id for one in ast.walk(node.annotation) if isinstance(one, ast.Name)}
            if words & kinds:
                found.add(node.arg if isinstance(node, ast.arg) else ast.unparse(node.target))
        elif (
            isinstance(node, ast.Assign)
            and isinstance(node.value, ast.Call)
            and ast.unparse(node.value.func).rpartition(".")[2] in kinds
        ):
            found |= {ast.unparse(target) for target in node.targets}
    return found


def records_made(source: str) -> list[str]:
    """Return the calls in a source that make a new record by themselves."""
    tree = ast.parse(source)
    edits, records = bound_to(tree, EDITS), bound_to(tree, {*RECORDS, "Thing"})
    found = []
    for call in calls(tree, "replace"):
        if not call.args or not call.keywords:
            continue  # text.replace
        if ast.unparse(call.func) == "dataclasses.replace":
            continue  # records are structs
        what = ast.unparse(call.args[0])
        named = {keyword.arg for keyword in call.keywords}
        if what in edits:
            continue
        if what in records or (named & RECORD_FIELDS and not what.startswith("edit.")):
            found.append(ast.unparse(call))
    for kind in RECORDS:
        found += [ast.unparse(c) for c in calls(tree, kind) if c.keywords or len(c.args) > 1]
    return found


def functions_passed(source: str) -> list[str]:
    """Return the calls of a session in a source that pass a function which is no guard or step."""
    tree = ast.parse(source)
    scopes = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    module = {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
    found = []
    for scope in [tree, *scopes]:
        nodes = list(ast.walk(scope))
        inner = {n.name for n in nodes if isinstance(n, ast.FunctionDef) and n is not scope}
        local = {n.id for n in nodes if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
        local |= {n.arg for n in nodes if isinstance(n, ast.arg)}
        functions = (inner | module) - local
        for node in nodes:
            if isinstance(node, ast.Call) and passes(node, functions):
                found.append(ast.unparse(node))
    return found


def passes(call: ast.Call, functions: set[str]) -> bool:
    """Tell whether a call of a session's method passes a lambda or one of these functions."""
    called = call.func
    if not isinstance(called, ast.Attribute):
        return False
    if ast.unparse(called.value).rpartition(".")[2] != "session":
        return False
    values = [*call.args, *(word.value for word in call.keywords if word.arg not in ASIDE)]
    return any(
        isinstance(value, ast.Lambda) or (isinstance(value, ast.Name) and value.id in functions)
        for value in values
    )


def named(path: Path) -> str:
    return path.relative_to(PACKAGE).as_posix()


def test_no_room_makes_a_record_by_itself() -> None:
    assert len(MODULES) > 100
    for path in MODULES:
        source = path.read_text(encoding="utf-8")
        assert records_made(source) == [], named(path)
        assert functions_passed(source) == [], named(path)


@pytest.mark.parametrize(
    "source",
    [
        "def f(old: Finding):\n    return replace(old, due=day)",
        "def f(old):\n    return msgspec.structs.replace(old, deviation_state='approved')",
        "new = Request(ref, title='x')\n",
        "new = replace(record, status='done', result=result)",
    ],
)
def test_what_makes_a_record_is_found(source: str) -> None:
    assert records_made(source)


@pytest.mark.parametrize(
    "source",
    [
        "session.apply(refs, lambda old: old, 'x')",
        "def change(old):\n    return old\nself.session.apply(refs, change)",
    ],
)
def test_what_passes_a_function_is_found(source: str) -> None:
    assert functions_passed(source)


def kinds_in(annotation: object) -> Iterator[object]:
    """Yield an annotation and all that it is made of."""
    yield annotation
    yield typing.get_origin(annotation)
    for part in typing.get_args(annotation):
        if not isinstance(part, list):
            yield from kinds_in(part)


LATE = {"Edit": Edit, "Rewritten": Rewritten}
"""What the session imports for types alone."""


def test_the_session_takes_no_function_that_writes() -> None:
    methods = [
        one
        for name, one in inspect.getmembers(Session, inspect.isfunction)
        if not name.startswith("_")
    ]
    assert "apply" in {one.__name__ for one in methods}
    for method in methods:
        for name, annotation in typing.get_type_hints(method, localns=LATE).items():
            functions = [kind for kind in kinds_in(annotation) if kind is Callable]
            assert name in ASIDE or not functions, (method.__name__, name)


def test_the_session_is_small() -> None:
    lines = inspect.getsource(inspect.getmodule(Session)).splitlines()  # type: ignore[arg-type]
    assert len(lines) < 400
