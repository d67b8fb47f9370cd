"""Verifying evidence in the app: hashes in a thread, then the states taken over, then words."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from fedcheck.insight.register import Row
from fedcheck.model.evidence import Evidence
from fedcheck.model.text import plural
from fedcheck.store.proofs import Step, Verdict, size_of
from fedcheck.tui.hashing import Hashing

if TYPE_CHECKING:
    from fedcheck.tui.app import FedcheckApp

Verifying = Hashing[list[Verdict]]


def verify_rows(app: "FedcheckApp", rows: Sequence[Row]) -> Verifying | None:
    """Verify the files of rows, and go on working; returns how far it is, or nothing to do."""
    session = app.session
    wanted: list[tuple[str, Evidence]] = [
        (use.entry.ref, use.proof)
        for row in rows
        for use in row.uses
        if use.proof is not None and use.proof.kind == "file"
    ]
    links = {proof.link for _, proof in wanted}
    if not links:
        app.tell("No files here: only files have a hash to verify")
        return None
    run: Verifying = Hashing(sum(size_of(session.root, link) for link in links))

    def work(step: Step) -> list[Verdict]:
        return session.hash_evidence(wanted, step)

    def ended(outcome: list[Verdict] | Exception) -> None:
        if isinstance(outcome, Exception):
            app.verifying = None
            raise outcome
        words = outcome_text(outcome, run.stopped)
        app.writer.submit(session.refresh_files, lambda _: app.call_later(shown, words))

    def shown(words: str) -> None:
        app.verifying = None
        app.changed()
        app.tell(words, "" if run.stopped else "the outcome is remembered on this machine")

    app.verifying = run
    run.start(app, work, ended)
    return run


def outcome_text(verdicts: Sequence[Verdict], stopped: bool) -> str:
    """Say how many files were checked, and what is wrong."""
    states = {verdict.proof.link: verdict.state for verdict in verdicts}
    count = list(states.values()).count
    parts = [f"{count(name)} {name}" for name in ("changed", "missing", "unreadable")]
    head = f"{'Stopped: ' if stopped else ''}{plural(len(states), 'file')} checked"
    bad = [part for part in parts if not part.startswith("0 ")]
    return f"{head}, {', '.join(bad)}" if bad else f"{head}, all as they were"
