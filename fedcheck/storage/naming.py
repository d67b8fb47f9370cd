"""Which item a person means by the tail of a reference."""

from fedcheck.analysis.board import orphans
from fedcheck.domain.reference import candidates, nearest, split
from fedcheck.domain.text import one_line
from fedcheck.domain.workspace import Project
from fedcheck.errors import ErrorKind, FedcheckError


def item_ref(project: Project, tail: str) -> str:
    """Return the full reference of an item. Raises FedcheckError (status 2) if in doubt."""
    found = candidates(tail, project.refs)
    if len(found) == 1:
        return found[0]
    if found:
        listed = "\n  ".join(found[:20])
        raise FedcheckError(
            f"{one_line(tail, 80)}: may be any of\n  {listed}", "write more of it", ErrorKind.USAGE
        )
    if project.item(tail):
        hint = "the workspace's profile leaves it out"
        raise FedcheckError(f"{one_line(tail, 80)}: does not apply here", hint, ErrorKind.USAGE)
    kept = candidates(tail, orphans(project))
    if kept:
        text = f"{one_line(kept[0], 80)}: this item is gone from its checklist"
        raise FedcheckError(
            text, "its record is kept; move it with: fedcheck doctor", ErrorKind.USAGE
        )
    ids = {split(ref)[1]: ref for ref in project.refs}
    near = nearest(tail.rpartition(":")[2], ids, 3)
    hint = "did you mean " + " or ".join(near) + "?" if near else "see: fedcheck list"
    raise FedcheckError(f"{one_line(tail, 80)}: no such item", hint, ErrorKind.USAGE)
