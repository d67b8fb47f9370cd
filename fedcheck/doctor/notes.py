"""Private notes whose item is gone: they lie under `private/`, and only a person moves them."""

from collections.abc import Iterator

from fedcheck.doctor.defect import Defect
from fedcheck.doctor.places import Places
from fedcheck.model.text import one_line
from fedcheck.session import Session
from fedcheck.store import books
from fedcheck.store.paths import private_home


def orphan_notes(session: Session, places: Places) -> list[Defect]:
    """Return the private notes of items that no checklist has any more."""
    found = []
    for checklist, item in _lost(session):
        file = books.path_of(private_home(session.root), checklist)
        found.append(
            Defect(
                "orphan-record",
                "warning",
                f'"{one_line(item, 60)}" is no item of {one_line(checklist, 60)} any more; '
                "its private note is shown nowhere",
                "write the id of its item in the header of the table, by hand",
                file,
                places.line(file, "item", item),
                f"{checklist}:{item}",
            )
        )
    return found


def _lost(session: Session) -> Iterator[tuple[str, str]]:
    shaky = {one.checklist for one in session.project.broken}
    for name, records in (session.project.private_notes or {}).items():
        checklist = session.project.checklists.get(name)
        if name in shaky:
            continue
        for item in records:
            if checklist is None or item not in {*checklist.items, *checklist.renamed}:
                yield name, item
