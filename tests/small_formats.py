"""A format of its own, as somebody adds one: a file of references, one a line."""

from pathlib import Path

from fedcheck.domain.change import Change
from fedcheck.exporters.registry import Export, Exporter, Query
from fedcheck.importers.option import Option, OptionKind, Values
from fedcheck.importers.plan import Note, Plan, Prepared
from fedcheck.importers.registry import Importer, Peek
from fedcheck.session import Session


def recognize(peek: Peek) -> bool:
    return peek.path.read_text().startswith("# refs")


def read(session: Session, path: Path, values: Values) -> Prepared:
    known = session.project.refs
    refs = path.read_text().split("\n")[1:]
    changes = tuple(
        Change(ref, "owner", old or None, values["owner"])
        for ref in refs
        if ref in known and (old := session.project.record(ref).owner) != values["owner"]
    )
    notes = tuple(Note(path.name, f"{ref} is not an item here") for ref in refs if ref not in known)
    return Prepared(Plan(f"Import of {path.name}", (f"{len(refs)} refs",), (), changes, notes))


def write(session: Session, values: Values) -> Export:
    rows = session.board().shared().rows.values()
    found = [row.ref for row in rows if values["query"] in row.ref][: values["most"]]
    return Export("\n".join(["# refs", *found]).encode(), left_out=["the rest"])


IMPORTER = Importer(
    "refs",
    "a file of references",
    "Bring in who has the items of a file.\n\nOne reference a line.",
    ("fedcheck import refs items.refs --owner dana",),
    (".refs",),
    "small_formats:recognize",
    "small_formats:read",
    (
        Option(
            "owner",
            "Who has them.",
            suggest=lambda project: project.process.roles,
            default="nobody",
            label="Owner",
            hint="a person",
        ),
    ),
)

EXPORTER = Exporter(
    "refs",
    "Write references, one a line.",
    ("fedcheck export refs -o items.refs",),
    "small_formats:write",
    (Option("most", "How many.", OptionKind.NUMBER, between=(1, 9)),),
    query=Query.ITEMS,
)
