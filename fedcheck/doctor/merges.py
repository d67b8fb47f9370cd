"""Fields that were set on both sides of a merge, and that no history settles."""

from fedcheck.doctor.defect import Defect
from fedcheck.domain.alternatives import list_unsettled_fields
from fedcheck.domain.set_twice import list_alternatives
from fedcheck.domain.text import one_line
from fedcheck.session import Session
from fedcheck.storage import record_files


def find_unsettled(session: Session) -> list[Defect]:
    """Return the records that hold the values of two sides, for a person to decide."""
    found = []
    for home, books in zip(
        session.store.homes, (session.store.books, session.store.private), strict=True
    ):
        for book in books.values():
            for item, record in book.records.items():
                if all(one.is_joined for one in list_alternatives(record.extra)):
                    continue
                fields = ", ".join(sorted(list_unsettled_fields(record))) or "unknown keys"
                found.append(
                    Defect(
                        "set-twice",
                        "warning",
                        f"{one_line(item, 60)}: {one_line(fields, 100)}: set on both sides of a"
                        " merge; the other value is kept in set-twice",
                        "doctor --fix resolves it if the histories show which value is later; "
                        "otherwise set the field again, or delete the table set-twice",
                        record_files.path_of(home, book.name),
                        0,
                        f"{book.name}:{item}",
                    )
                )
    return found
