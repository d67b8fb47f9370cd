"""What can be done to evidence: add, change, renew, replace, remove; each is one undo."""

from collections.abc import Sequence

from fedcheck.analysis.evidence_register import EvidenceRow
from fedcheck.domain.evidence import Evidence
from fedcheck.domain.evidence_edit import (
    EvidenceEdit,
    Pieces,
    attach_evidence,
    change_each,
    detach_each,
    set_values,
)
from fedcheck.domain.text import one_line, pluralize
from fedcheck.errors import FedcheckError
from fedcheck.storage.evidence_files import guess_kind, measure_size
from fedcheck.storage.evidence_states import Verdict, verify
from fedcheck.storage.file_looks import Cancelled, Step
from fedcheck.tui.app_protocol import ProjectApp
from fedcheck.tui.dialogs.drafts import OpenDraft, Texts, ask_with_draft
from fedcheck.tui.dialogs.evidence_form import EvidenceForm, Filled
from fedcheck.tui.evidence_hashing import AT_ONCE, Hashing, Verifying
from fedcheck.tui.widgets.link_field import LinkField, links_in


def add_pieces(app: ProjectApp, refs: Sequence[str], links: Sequence[str] = ()) -> None:
    """Ask for evidence and attach it to items."""
    app.start(_add(app, refs, links))


async def _add(app: ProjectApp, refs: Sequence[str], links: Sequence[str]) -> None:
    session = app.session
    asked = await ask_evidence(app, refs, links)
    if asked is not None:
        filled, draft = asked
        edit = attach_evidence(*filled.evidence_items)
        app.change(draft.saving(lambda: session.apply(filled.refs, edit)))


async def ask_evidence(
    app: ProjectApp, refs: Sequence[str], links: Sequence[str]
) -> tuple[Filled, OpenDraft] | None:
    """Ask for evidence of items; return it with its draft, to be dropped once it is saved."""
    draft = OpenDraft(app, "evidence", refs)

    def make(left: Texts) -> EvidenceForm:
        return EvidenceForm(refs=refs, links=links, typed=left, draft=draft)

    filled = await (app.ask(make({})) if links else ask_with_draft(app, draft, {}, make))
    return (filled, draft) if filled is not None else None


def edit_piece(
    app: ProjectApp, evidence_item: Evidence, pieces: Pieces, with_items: bool = True
) -> None:
    """Change label, dates and items of a piece."""
    app.start(_edit(app, evidence_item, pieces, with_items))


async def _edit(app: ProjectApp, evidence_item: Evidence, pieces: Pieces, with_items: bool) -> None:
    session = app.session
    refs = tuple(dict.fromkeys(ref for ref, _ in pieces))
    fields = ("label", "collected", "expires", "items")
    title = f"Details of {one_line(evidence_item.link, 60)}"
    shown = fields if with_items else fields[:3]
    filled = await app.ask(EvidenceForm(title, shown, refs=refs, known=evidence_item))
    if filled is None:
        return
    values = {"label": filled.label, "collected": filled.collected, "expires": filled.expires}
    kept = tuple(piece for piece in pieces if piece[0] in filled.refs)
    removed = tuple(piece for piece in pieces if piece[0] not in filled.refs)
    also = EvidenceEdit(attach=(set_values(evidence_item, values),))
    added = [(ref, also) for ref in filled.refs if ref not in refs]
    edits = [*change_each(kept, values), *detach_each(removed), *added]
    words = f"Evidence changed: {one_line(filled.label or evidence_item.name, 60)}"
    app.change(lambda: session.apply_each(edits, words))


def replace_piece(app: ProjectApp, evidence_item: Evidence, pieces: Pieces) -> None:
    """Put another file, URL or ticket in the place of a piece."""
    app.start(_replace(app, evidence_item, pieces))


async def _replace(app: ProjectApp, evidence_item: Evidence, pieces: Pieces) -> None:
    session = app.session
    form = EvidenceForm(
        f"Replace {one_line(evidence_item.name, 60)}",
        ("link", "label", "collected", "expires", "kind"),
        refs=tuple(dict.fromkeys(ref for ref, _ in pieces)),
        known=evidence_item,
        most=1,
    )
    filled = await app.ask(form)
    if filled is None:
        return
    (new,) = filled.evidence_items
    values = {
        name: getattr(new, name)
        for name in ("link", "kind", "sha256", "label", "collected", "expires")
    }
    edits = change_each(pieces, values, (new,))
    words = f"Evidence replaced: {one_line(new.name, 60)}"
    app.change(lambda: session.apply_each(edits, words))


def renew_piece(app: ProjectApp, evidence_item: Evidence, pieces: Pieces) -> None:
    """Note that a piece was collected again today: the day and hash of now."""
    session = app.session

    def ended(outcome: Evidence | Exception) -> None:
        if isinstance(outcome, Cancelled):
            return
        if isinstance(outcome, FedcheckError | OSError):
            app.tell(f"Not renewed: {outcome}", getattr(outcome, "hint", ""), "error")
            return
        if isinstance(outcome, Exception):
            raise outcome
        fresh = outcome
        values = {name: getattr(fresh, name) for name in ("collected", "expires", "sha256")}
        edits = change_each(pieces, values, (fresh,))
        words = f"Evidence renewed: {one_line(evidence_item.name, 60)}"
        app.change(lambda: session.apply_each(edits, words))

    def work(step: Step) -> Evidence:
        return session.renew_evidence(evidence_item, step=step)

    size = measure_size(session.root, evidence_item.link) if evidence_item.kind == "file" else 0
    if size > AT_ONCE:
        app.tell(
            f"Reading {one_line(evidence_item.name, 60)}", "evidence is renewed once that finishes"
        )
        Hashing[Evidence](size).start(app, work, ended)
        return
    try:
        outcome: Evidence | Exception = work(lambda _: None)
    except FedcheckError as error:
        outcome = error
    ended(outcome)


def remove_pieces(app: ProjectApp, pieces: Pieces) -> None:
    """Detach pieces; the files stay where they are."""
    session = app.session
    app.change(lambda: session.apply_each(detach_each(pieces)))


def verify_rows(app: ProjectApp, rows: Sequence[EvidenceRow]) -> Verifying | None:
    """Verify the files of rows, and go on working; returns how far it is, or nothing to do."""
    session = app.session
    wanted: list[tuple[str, Evidence]] = [
        (use.row.ref, use.evidence_item)
        for row in rows
        for use in row.uses
        if use.evidence_item is not None and use.evidence_item.kind == "file"
    ]
    links = {evidence_item.link for _, evidence_item in wanted}
    if not links:
        app.tell("No files here; only files can be verified")
        return None
    run: Verifying = Hashing(sum(measure_size(session.root, link) for link in links))

    def work(step: Step) -> list[Verdict]:
        return verify(session.root, wanted, step)

    def ended(outcome: list[Verdict] | Exception) -> None:
        if isinstance(outcome, FedcheckError):
            app.verifying = None
            app.tell(f"Not verified: {outcome}", outcome.hint, "error")
            return
        if isinstance(outcome, Exception):
            app.verifying = None
            raise outcome
        words = outcome_text(outcome, run.stopped)
        app.writer.submit(session.refresh_files, lambda _: app.call_later(shown, words))

    def shown(words: str) -> None:
        app.verifying = None
        app.changed()
        app.tell(words, "" if run.stopped else "results are kept on this machine")

    app.verifying = run
    run.start(app, work, ended)
    return run


def outcome_text(verdicts: Sequence[Verdict], stopped: bool) -> str:
    """State how many files were checked, and what is wrong."""
    states = {verdict.evidence_item.link: verdict.state for verdict in verdicts}
    count = list(states.values()).count
    parts = [f"{count(name)} {name}" for name in ("changed", "missing", "unreadable")]
    head = f"{'Stopped: ' if stopped else ''}{pluralize(len(states), 'file')} checked"
    bad = [part for part in parts if not part.startswith("0 ")]
    return f"{head}, {', '.join(bad)}" if bad else f"{head}, all unchanged"


def dropped_links(app: ProjectApp, text: str) -> list[str]:
    """Return the links of a text that was pasted outside of any field; none that are no links.

    A person is shown where nothing in it can be evidence: no file, no URL, no ticket.
    """
    field = LinkField("", app.here, app.session.root)
    found = links_in(text, field.is_file)
    if any(field.is_file(link) or guess_kind(link) != "file" for link in found):
        return found
    named = one_line(found[0], 60) if found else "nothing"
    app.tell(f"What you pasted is not a file, URL or ticket: {named}", "", "warning")
    return []
