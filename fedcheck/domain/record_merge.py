"""One record of several: for items that became one in another release of their rules."""

from collections.abc import Iterable, Iterator, Sequence

from msgspec.structs import replace

from fedcheck.domain.evidence import Evidence
from fedcheck.domain.glossary import Status
from fedcheck.domain.record import EMPTY_RECORD, Record

ADVANCED = (Status.TODO, Status.BLOCKED, Status.DOING, Status.NA, Status.DONE)
"""The states, from the least advanced one on."""

_TEXTS = ("note", "reason", "observation", "sample", "differential", "summary", "response")


def merge_records(ids: Sequence[str], records: Sequence[Record]) -> Record:
    """Return one record of several: every text with its id, the least advanced status.

    Of what can stand only once (owner, dates, results) the first that is there counts.
    """
    if len(records) == 1:
        return records[0]
    status = min((one.status for one in records), key=ADVANCED.index)
    merged = records[0]
    for one in records[1:]:
        values = {
            name: getattr(one, name)
            for name in Record.__struct_fields__
            if getattr(merged, name) == getattr(EMPTY_RECORD, name)
        }
        merged = replace(merged, **values)
    texts = {name: _join_texts(name, ids, records) for name in _TEXTS}
    closed = status in (Status.DONE, Status.NA)
    done = max((one.done for one in records if one.done), default=None) if closed else None
    return replace(
        merged, status=status, done=done, evidence=tuple(_join_evidence(records)), **texts
    )


def _join_texts(name: str, ids: Sequence[str], records: Sequence[Record]) -> str:
    texts = [
        f"{one}: {text}"
        for one, record in zip(ids, records, strict=True)
        if (text := getattr(record, name).strip())
    ]
    return "\n\n".join(texts)


def _join_evidence(records: Iterable[Record]) -> Iterator[Evidence]:
    """Yield every link once; an id that is taken gets a number."""
    ids: set[str] = set()
    links: set[str] = set()
    for record in records:
        for one in record.evidence:
            if one.link in links:
                continue
            links.add(one.link)
            name, number = one.id, 2
            while name in ids:
                name, number = f"{one.id}-{number}", number + 1
            ids.add(name)
            yield replace(one, id=name)
