"""What can be done to evidence: add, change, renew, replace, remove; each is one undo."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from fedcheck.domain.evidence import Evidence
from fedcheck.domain.evidence_edit import (
    EvidenceEdit,
    Pieces,
    attach_evidence,
    change_each,
    detach_each,
    set_values,
)
from fedcheck.domain.text import one_line
from fedcheck.errors import FedcheckError
from fedcheck.storage.evidence_files import Step, Stopped, size_of
from fedcheck.tui.dialogs.evidence_form import EvidenceForm, Filled
from fedcheck.tui.evidence_hashing import AT_ONCE, Hashing

if TYPE_CHECKING:
    from fedcheck.tui.app import FedcheckApp


def add_pieces(app: "FedcheckApp", refs: Sequence[str], links: Sequence[str] = ()) -> None:
    """Ask for evidence and attach it to items."""
    session = app.session

    def given(filled: Filled | None) -> None:
        if filled is not None:
            app.change(lambda: session.apply(filled.refs, attach_evidence(*filled.proofs)))

    app.push_screen(EvidenceForm(refs=refs, links=links), given)


def edit_piece(
    app: "FedcheckApp", proof: Evidence, pieces: Pieces, with_items: bool = True
) -> None:
    """Change label, dates and items of a piece."""
    session = app.session
    refs = tuple(dict.fromkeys(ref for ref, _ in pieces))
    fields = ("label", "collected", "expires", "items")

    def given(filled: Filled | None) -> None:
        if filled is None:
            return
        values = {
            "label": filled.label, "collected": filled.collected, "expires": filled.expires,
        }  # fmt: skip
        kept = tuple(piece for piece in pieces if piece[0] in filled.refs)
        removed = tuple(piece for piece in pieces if piece[0] not in filled.refs)
        also = EvidenceEdit(attach=(set_values(proof, values),))
        added = [(ref, also) for ref in filled.refs if ref not in refs]
        edits = [*change_each(kept, values), *detach_each(removed), *added]
        words = f"Evidence changed: {one_line(filled.label or proof.name, 60)}"
        app.change(lambda: session.apply_each(edits, words))

    title = f"What is known of {one_line(proof.link, 60)}"
    shown = fields if with_items else fields[:3]
    app.push_screen(EvidenceForm(title, shown, refs=refs, known=proof), given)


def replace_piece(app: "FedcheckApp", proof: Evidence, pieces: Pieces) -> None:
    """Put another file, URL or ticket in the place of a piece."""
    session = app.session
    refs = tuple(dict.fromkeys(ref for ref, _ in pieces))

    def given(filled: Filled | None) -> None:
        if filled is None:
            return
        (new,) = filled.proofs
        values = {
            name: getattr(new, name)
            for name in ("link", "kind", "sha256", "label", "collected", "expires")
        }
        edits = change_each(pieces, values, (new,))
        words = f"Evidence replaced: {one_line(new.name, 60)}"
        app.change(lambda: session.apply_each(edits, words))

    form = EvidenceForm(
        f"Replace {one_line(proof.name, 60)}",
        ("link", "label", "collected", "expires", "kind"),
        refs=refs,
        known=proof,
        most=1,
    )
    app.push_screen(form, given)


def renew_piece(app: "FedcheckApp", proof: Evidence, pieces: Pieces) -> None:
    """Note that a piece was collected again today: the day and hash of now."""
    session = app.session

    def ended(outcome: Evidence | Exception) -> None:
        if isinstance(outcome, Stopped):
            return
        if isinstance(outcome, FedcheckError | OSError):
            app.tell(f"Not renewed: {outcome}", getattr(outcome, "hint", ""), "error")
            return
        if isinstance(outcome, Exception):
            raise outcome
        fresh = outcome
        values = {name: getattr(fresh, name) for name in ("collected", "expires", "sha256")}
        edits = change_each(pieces, values, (fresh,))
        words = f"Evidence renewed: {one_line(proof.name, 60)}"
        app.change(lambda: session.apply_each(edits, words))

    def work(step: Step) -> Evidence:
        return session.renew_evidence(proof, step=step)

    size = size_of(session.root, proof.link) if proof.kind == "file" else 0
    if size > AT_ONCE:
        app.tell(f"Reading {one_line(proof.name, 60)}", "it is renewed when that is done")
        Hashing[Evidence](size).start(app, work, ended)
        return
    try:
        outcome: Evidence | Exception = work(lambda _: None)
    except FedcheckError as error:
        outcome = error
    ended(outcome)


def remove_pieces(app: "FedcheckApp", pieces: Pieces) -> None:
    """Detach pieces; the files stay where they are."""
    session = app.session
    app.change(lambda: session.apply_each(detach_each(pieces)))
