"""Items that requests and findings name and that are not there."""

from collections.abc import Sequence
from pathlib import Path

from fedcheck.doctor.defect import Defect
from fedcheck.doctor.places import Places
from fedcheck.model.finding import Finding
from fedcheck.model.project import Project
from fedcheck.model.reference import candidates, nearest, split
from fedcheck.model.request import Request
from fedcheck.model.text import one_line
from fedcheck.session import Session


def unknown_references(session: Session, places: Places) -> list[Defect]:
    """Return the items that no checklist has and that a request or a finding names."""
    project = session.project
    return [
        *_unknown(project, places, "request", project.requests),
        *_unknown(project, places, "finding", project.findings),
    ]


def _unknown(
    project: Project, places: Places, what: str, entries: Sequence[Request | Finding]
) -> list[Defect]:
    file = Path(project.root) / f"{what}s.toml"
    shaky = {one.checklist for one in project.broken}
    return [
        Defect(
            "unknown-reference",
            "warning",
            f'{what} {one_line(entry.id, 20)} names "{one_line(ref, 100)}", which is no item',
            _remedy(project, ref),
            file,
            places.line(file, what, index, "items"),
            entry.id,
        )
        for index, entry in enumerate(entries)
        for ref in entry.items
        if project.item(ref) is None and split(ref)[0] not in shaky
    ]


def _remedy(project: Project, ref: str) -> str:
    checklist, item = split(ref)
    known = project.checklists.get(checklist)
    if known is not None and item in known.renamed:
        return f"it was renamed: write {checklist}:{known.renamed[item]}"
    full = candidates(ref, project.refs)
    if len(full) == 1:
        return f"write the full reference: {full[0]}"
    by_item = {split(one)[1]: one for one in project.refs}
    by_item |= {name: f"{checklist}:{name}" for name in (known.items if known else ())}
    near = [by_item[name] for name in nearest(item, by_item, 2)]
    return f"did you mean {' or '.join(near)}?" if near else "name an item, or take it out"
