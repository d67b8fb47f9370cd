"""Check that the history is whole, and that nothing that a person set was lost."""

from pathlib import Path
from typing import TYPE_CHECKING

from fedcheck.cli.options import print_error, print_json, print_line, style_text
from fedcheck.domain.dates import format_stamp
from fedcheck.domain.text import one_line, pluralize
from fedcheck.errors import ErrorKind, FedcheckError
from fedcheck.storage.raw_files import read_bytes

if TYPE_CHECKING:
    from fedcheck.session import Session
    from fedcheck.storage.history_check import Acceptance, Damage
    from fedcheck.storage.losses import Loss

MIN_DIGITS = 6
"""So many digits of a hash name a line at least."""


def verify(session: "Session", against: Path | None, *, as_json: bool) -> int:
    """Print what is damaged or was lost; return the exit status: 1 where there is anything."""
    from fedcheck.doctor.losses import describe_loss, find_losses
    from fedcheck.storage import history as histories
    from fedcheck.storage import history_check

    checks = [history_check.check(home) for home in session.store.homes]
    damage = [one for found in checks for one in found.damage]
    accepted = [one for found in checks for one in found.accepted]
    if against:
        damage += _find_missing_lines(session.root, against)
    losses = find_losses(session)
    lost = [one for one in losses if not one.branch]
    count = len(histories.list_history_files(session.root))
    is_bad = bool(damage or lost)
    if as_json:
        print_json(_document(session, count, damage, accepted, losses))
        return 1 if is_bad else 0
    for found in damage:
        place = f"{found.path}:{found.line}" if found.line else str(found.path)
        print_error(f"{place}: {found.message}")
        if found.missing:
            print_error(f"  the missing line is {found.missing}: look for it in git, or accept it")
    for accepted_line in accepted:
        print_error(_describe_acceptance(accepted_line))
    for one in losses:
        print_error(f"{describe_loss(session, one)} ({one.name})")
    if lost:
        print_error(
            "set them again with: fedcheck doctor --fix; accept one with: fedcheck history confirm "
            f"{lost[0].name}"
        )
    if not is_bad:
        text = f"The history is whole: {pluralize(count, 'file')} checked."
        if accepted:
            files, lines = pluralize(count, "file"), pluralize(len(accepted), "line")
            text = f"No damage except what was accepted: {lines} missing; {files} checked."
        print_line(text if accepted else style_text(text, fg="green"))
        if against is None:
            print_line("Lines cut off at the end show only against a report: --against REPORT.")
    return 1 if is_bad else 0


def find_open(session: "Session", digits: str) -> "tuple[list[Loss], list[tuple[Path, str]]]":
    """Return the losses, or else the missing lines, that the beginning of a hash names.

    Raises FedcheckError (usage) where it names none, or several.
    """
    from fedcheck.doctor.losses import find_losses

    wanted = digits.lower()
    lost = [
        loss
        for loss in find_losses(session)
        if any(_fits(value.name, wanted) for value in loss.values)
    ]
    missing = [
        (home, one.missing)
        for home in session.store.homes
        for one in _list_damage(session, home)
        if _fits(one.missing, wanted)
    ]
    names = {*(one.name for one in lost), *(name for _, name in missing)}
    shown = one_line(digits, 64)
    if len(wanted) < MIN_DIGITS or len(names) > 1:
        hint = f"write at least {MIN_DIGITS} digits of it"
        raise FedcheckError(f"{shown}: too short for a hash", hint, ErrorKind.USAGE)
    if not names:
        hint = "see what is lost with: fedcheck history --verify"
        raise FedcheckError(f"{shown}: nothing lost has this hash", hint, ErrorKind.USAGE)
    return lost, missing


def _describe_acceptance(found: "Acceptance") -> str:
    """State what is missing, and by whose word that is all right: anyone can write such a line."""
    word = found.by
    return (
        f"{found.path}:{found.line}: line {found.missing}, which this one names, is missing or was "
        f"changed; accepted by {one_line(word.by, 60)} on {word.at:%Y-%m-%d}"
    )


def _fits(name: str, digits: str) -> bool:
    """Return whether digits are the beginning of a short hash, or a whole hash that begins so."""
    return bool(name) and (name.startswith(digits) or digits.startswith(name))


def _list_damage(session: "Session", home: Path | None = None) -> "list[Damage]":
    from fedcheck.storage import history_check

    homes = [home] if home else session.store.homes
    return [damage for one in homes for damage in history_check.verify(one)]


def _document(
    session: "Session",
    count: int,
    damage: "list[Damage]",
    accepted: "list[Acceptance]",
    losses: "list[Loss]",
) -> dict[str, object]:
    from fedcheck.cli.json_documents import loss_row

    values = [one for loss in losses if not loss.branch for one in loss.values]
    return {
        "schema": "fedcheck/history-check@1",
        "whole": not damage and not accepted,
        "files": count,
        "damage": [
            {
                "file": str(one.path),
                "line": one.line,
                "message": one.message,
                "missing": one.missing,
            }
            for one in damage
        ],
        "accepted": [
            {
                "file": str(one.path),
                "line": one.line,
                "missing": one.missing,
                "by": one.by.by,
                "at": format_stamp(one.by.at),
            }
            for one in accepted
        ],
        "lost": [
            {
                "ref": one.ref,
                "field": one.line.change.field,
                "value": one.line.change.new,
                "now": one.outside.change.new,
                "by": one.line.by,
                "at": format_stamp(one.line.at),
                "hash": one.name,
            }
            for one in values
            if one.outside.hash
        ],
        "unnoted": [
            {
                "ref": one.ref,
                "field": one.line.change.field,
                "value": one.line.change.new,
                "now": one.outside.change.new,
                "hash": one.name,
            }
            for one in values
            if not one.outside.hash
        ],
        "losses": [loss_row(session, one) for one in losses],
    }


def _find_missing_lines(root: Path, report: Path) -> "list[Damage]":
    """Return the history files that no longer hold the lines that a report saw last.

    Raises FedcheckError where the report names no line: then it states nothing of the history.
    """
    from fedcheck.reports import fingerprint
    from fedcheck.storage import history as histories
    from fedcheck.storage.history_check import Damage

    seen = fingerprint.find(read_bytes(report).decode("utf-8", "replace"))
    if seen is None:
        raise FedcheckError(f"{report}: has no fingerprint of a history", "name a report")
    wanted = {name: digests for name, digests in seen.hashes.items() if digests}
    if not wanted:
        raise FedcheckError(
            f"{report}: names no history line, so there is nothing to compare",
            "name a report that was made after something was recorded",
            ErrorKind.REFUSED,
        )
    lost = []
    for name, digests in wanted.items():
        plain = Path(name.replace("\0", "")).name  # a report may come from a stranger
        path = root / histories.FOLDER / plain
        if not path.exists():  # a report without names has the end of a file's name only
            ends = (p for p in histories.list_history_files(root) if p.name.endswith(f"-{plain}"))
            path = next(ends, path)
        if not set(digests) <= histories.list_line_hashes(path):
            lost.append(
                Damage(
                    path, 0, "no longer contains what the report was made from: it was rewritten"
                )
            )
    return lost
