"""The form of evidence: add pieces, change what is known of one, replace its file."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import ClassVar, cast, get_args

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.suggester import SuggestFromList
from textual.timer import Timer
from textual.widgets import Input, Static

from fedcheck.domain.evidence import Evidence, normalize_link
from fedcheck.domain.glossary import EvidenceKind
from fedcheck.domain.reference import find_candidates, split_ref
from fedcheck.domain.text import clean, make_storable, one_line, pluralize
from fedcheck.errors import FedcheckError
from fedcheck.storage.evidence_files import OutsideError, guess_kind, measure_size
from fedcheck.storage.file_looks import Cancelled, Step
from fedcheck.tui.app_protocol import ProjectApp
from fedcheck.tui.dialogs.drafts import DraftScreen, OpenDraft
from fedcheck.tui.dialogs.goto import ask_item
from fedcheck.tui.dialogs.typed_days import read_day
from fedcheck.tui.evidence_hashing import AT_ONCE, Hashing, size_text
from fedcheck.tui.style_sheets import sheets
from fedcheck.tui.widgets.link_field import ItemSuggester, LinkField, as_typed, list_names

NAMES: dict[str, str] = {
    "link": "Link",
    "label": "Label",
    "kind": "Kind",
    "collected": "Collected",
    "expires": "Expires",
    "items": "Items",
}
PLACEHOLDERS: dict[str, str] = {
    "link": "evidence/scan.json, https://..., SEC-123; or drop files here",
    "label": "what it shows; optional",
    "kind": "guessed if empty: file, url or ticket",
    "collected": "2027-01-11",
    "expires": "last day on which it counts; optional",
    "items": "references, comma-separated; ctrl+g finds one",
}
KEYS = "⏎ next field, saves after the last; F2 saves; tab completes; esc cancels"
ONCE_MORE = "⏎ again"


@dataclass(frozen=True, slots=True)
class Filled:
    """What a person gave: new pieces where links were asked for, and the fields."""

    evidence_items: tuple[Evidence, ...]
    refs: tuple[str, ...]
    label: str
    collected: date | None
    expires: date | None


class EvidenceForm(DraftScreen[Filled | None]):
    """Asks for the fields of evidence, checks them, and reads its files."""

    CSS_PATH = sheets("dialogs", "forms")
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "cancel", "cancel"),
        Binding("f2,ctrl+s", "save", "save"),
        Binding("ctrl+g", "find_item", "find an item"),
    ]

    def __init__(
        self,
        title: str = "Add evidence",
        fields: Sequence[str] = ("link", "label", "collected", "expires", "kind", "items"),
        *,
        refs: Sequence[str] = (),
        links: Sequence[str] = (),
        known: Evidence | None = None,
        most: int = 0,
        typed: Mapping[str, str] | None = None,
        draft: OpenDraft | None = None,
    ) -> None:
        super().__init__(classes="prompt")
        self.typed_before = typed or {}
        self.draft = draft
        self._begun: Mapping[str, str] = {}
        self.title_text = title
        self.fields = fields
        self.refs = refs
        self.start = list(links)
        self.known = known
        self.most = most
        self.hashing: Hashing[list[Evidence]] | None = None
        self._asked: tuple[str, str] | None = None
        self._question = ""
        self._agreed: set[str] = set()
        self._timer: Timer | None = None

    @property
    def fedcheck(self) -> ProjectApp:
        """Return the app."""
        return cast(ProjectApp, self.app)

    def compose(self) -> ComposeResult:
        """Lay out the fields, a line each."""
        with Vertical(classes="dialog -wide -form"):
            yield Static(Content(one_line(self.title_text)), classes="dialog-title")
            for name in self.fields:
                with Horizontal(classes="form-line"):
                    yield Static(NAMES[name], classes="form-label")
                    yield self._field(name)
                if name == "link":
                    yield Static(id="meaning")
            yield Static(Content(KEYS), classes="dialog-hint", id="hint")

    def _field(self, name: str) -> Input:
        app, known = self.fedcheck, self.known
        day = app.session.today().isoformat()
        about = {"placeholder": PLACEHOLDERS[name], "id": name}
        if name == "link":
            links = self.typed_before.get(name, as_typed(self.start) if self.start else "")
            return LinkField(links, app.here, app.session.root, **about)
        values = {
            "label": known.label if known else "",
            "collected": (str(known.collected or "") if known and not self.links_asked else day),
            "expires": str(known.expires or "") if known else "",
            "items": ", ".join(self._short(ref) for ref in self.refs),
        }
        suggesters = {
            "kind": SuggestFromList(get_args(EvidenceKind)),
            "items": ItemSuggester([split_ref(ref)[1] for ref in app.board.rows]),
        }
        value = one_line(self.typed_before.get(name, values.get(name, "")))
        select = name in ("collected", "expires", "kind")
        return Input(value, suggester=suggesters.get(name), select_on_focus=select, **about)  # type: ignore[arg-type]

    def on_mount(self) -> None:
        """Note what the fields begin with."""
        self._begun = {**self.typed(), **dict.fromkeys(self.typed_before, "")}

    def typed(self) -> dict[str, str]:
        """Return what is in the fields."""
        return {name: self.query_one(f"#{name}", Input).value for name in self.fields}

    def in_store(self) -> Mapping[str, str]:
        """Return what the fields begin with."""
        return self._begun

    @property
    def links_asked(self) -> bool:
        """Return whether the form asks for links."""
        return "link" in self.fields

    def _short(self, ref: str) -> str:
        """Return the shortest name of an item that leaves no doubt."""
        tail = split_ref(ref)[1]
        return tail if find_candidates(tail, self.fedcheck.board.rows) == [ref] else ref

    def _text(self, name: str) -> str:
        return self.query_one(f"#{name}", Input).value.strip() if name in self.fields else ""

    @on(Input.Changed)
    def _show_meaning(self, event: Input.Changed) -> None:
        if event.input.id == "link":
            self.query_one("#meaning", Static).update(Content(self._meaning()))
        if self._asked is not None and self._asked != self._what():
            self._asked = None
            self._say(KEYS)

    @on(LinkField.Candidates)
    def _list_candidates(self, event: LinkField.Candidates) -> None:
        line = self.query_one("#meaning", Static)
        line.update(Content(list_names(event.names, line.content_size.width * 2 - 24)))

    def _meaning(self) -> str:
        """State what the links are while they are typed."""
        field = self.query_one(LinkField)
        found = field.links
        if len(found) > 1:
            missing = [one for one in found if guess_kind(one) == "file" and not field.is_file(one)]
            gone = f"; no such file: {missing[0]}" if missing else ""
            return one_line(pluralize(len(found), "piece") + gone, 80)
        if not found:
            return ""
        if guess_kind(found[0]) != "file":
            return "a URL" if guess_kind(found[0]) == "url" else "a ticket"
        if not field.is_file(found[0]):
            return ""
        return f"a file, {size_text(measure_size(field.root, found[0], field.here))}"

    @on(Input.Submitted)
    def _entered(self, event: Input.Submitted) -> None:
        named = "items" not in self.fields or bool(self._text("items"))
        enough = event.input.id == "collected" and self.links_asked and named
        if enough or event.input.id == self.fields[-1] or self._asked == self._what():
            self.action_save()
        else:
            self.focus_next()

    def _what(self) -> tuple[str, str]:
        return self._text("link"), self._text("items")

    def action_save(self) -> None:
        """Check the fields, read the files, and give the pieces."""
        if self.hashing is not None:
            return
        if self._asked is not None and self._asked == self._what():
            self._agreed = self._agreed | {self._question}
        else:
            self._agreed = set()
        try:
            refs = self._items()
            collected, expires = self._day("collected"), self._day("expires")
            links, kind = self._links(), self._text("kind")
            if kind and kind not in get_args(EvidenceKind):
                raise ValueError("the type must be file, url or ticket; leave it empty to guess")
        except (FedcheckError, ValueError) as error:
            self._say(_words(error), wrong=True)
            return
        label = make_storable(self._text("label")).strip()
        if not links:
            self._give(Filled((), refs, label, collected, expires))
            return
        twice = self._twice(refs, links)
        if twice and "twice" not in self._agreed:
            self._ask("twice", f"{twice}; {ONCE_MORE} attaches it a second time")
            return
        session, here, outside = self.fedcheck.session, self.fedcheck.here, self._agreed

        def work(step: Step) -> list[Evidence]:
            return [
                session.new_evidence(
                    link,
                    here=here,
                    kind=kind,
                    label=label,
                    collected=collected,
                    expires=expires,
                    outside="outside" in outside,
                    step=step,
                )
                for link in links
            ]

        def ended(outcome: list[Evidence] | Exception) -> None:
            self._read(outcome, Filled((), refs, label, collected, expires))

        total = sum(measure_size(session.root, link, here) for link in links)
        if total <= AT_ONCE:
            try:
                outcome: list[Evidence] | Exception = work(lambda _: None)
            except Exception as error:
                outcome = error
            ended(outcome)
            return
        self.hashing = Hashing(total)
        self._timer = self.set_interval(0.1, self._progress)
        self._progress()
        self.hashing.start(self, work, ended)

    def _progress(self) -> None:
        if self.hashing is not None:
            bar = self.hashing.words(self.fedcheck.signs.ascii_only)
            self._say(f"Reading  {bar}   esc cancels")

    def _read(self, outcome: list[Evidence] | Exception, given: Filled) -> None:
        self.hashing = None
        if self._timer is not None:
            self._timer.stop()
        if isinstance(outcome, OutsideError):
            self._ask("outside", f"{outcome}; {ONCE_MORE} links it where it is")
        elif isinstance(outcome, Cancelled):
            self._say("Canceled; nothing was added", wrong=True)
        elif isinstance(outcome, FedcheckError | ValueError | OSError):
            self._say(_words(outcome), wrong=True)
        elif isinstance(outcome, Exception):
            raise outcome
        else:
            self._give(
                Filled(tuple(outcome), given.refs, given.label, given.collected, given.expires)
            )

    def _give(self, filled: Filled) -> None:
        if self.is_current:
            self.keep_draft()
            self.dismiss(filled)

    def _items(self) -> tuple[str, ...]:
        if "items" not in self.fields:
            return tuple(self.refs)
        words = re.split(r"[,\s]+(?!\()", self._text("items"))  # AC-2 (1) is one name
        named = [word for word in words if word]
        if not named:
            raise ValueError("name an item; ctrl+g finds one")
        return tuple(dict.fromkeys(self.fedcheck.session.resolve(name) for name in named))

    def _day(self, name: str) -> date | None:
        text = self._text(name)
        return read_day(self.fedcheck, text, "future" if name == "expires" else "past")

    def _links(self) -> list[str]:
        if not self.links_asked:
            return []
        links = self.query_one(LinkField).links
        if not links:
            raise ValueError("name a file, a URL or a ticket")
        if self.most and len(links) > self.most:
            raise ValueError("name one file at a time")
        return links

    def _twice(self, refs: Sequence[str], links: Sequence[str]) -> str:
        """State which item has one of the links already."""
        session = self.fedcheck.session
        top = session.root.resolve()
        names = {normalize_link(link) for link in links}
        for base in (self.fedcheck.here, session.root):
            for path in ((base / link) for link in links if guess_kind(link) == "file"):
                real = path.resolve()
                inside = real.is_relative_to(top)
                names.add(normalize_link((real.relative_to(top) if inside else real).as_posix()))
        for ref in refs:
            row = self.fedcheck.board.rows.get(ref)
            for evidence_item in row.record.evidence if row else ():
                if normalize_link(evidence_item.link) in names and evidence_item.link != (
                    self.known.link if self.known else ""
                ):
                    day = (
                        f", collected {evidence_item.collected}" if evidence_item.collected else ""
                    )
                    return f"{self._short(ref)} already has {one_line(evidence_item.link, 60)}{day}"
        return ""

    def _ask(self, about: str, question: str) -> None:
        self._asked, self._question = self._what(), about
        self._say(question, wrong=True)

    def _say(self, text: str, wrong: bool = False) -> None:
        hint = self.query_one("#hint", Static)
        hint.set_class(wrong, "-wrong")
        hint.update(Content(clean(text)))

    def action_find_item(self) -> None:
        """Find an item by its name and add it to those that it stands for."""
        if "items" in self.fields:
            self.fedcheck.start(ask_item(self.fedcheck, self._add_item))

    def _add_item(self, ref: str) -> None:
        field = self.query_one("#items", Input)
        named = field.value.strip().rstrip(",")
        field.value = f"{named}, {self._short(ref)}" if named else self._short(ref)
        field.focus()

    def action_cancel(self) -> None:
        """Stop reading; else leave without evidence."""
        if self.hashing is not None:
            self.hashing.stop()
        else:
            self.leave()


def _words(error: Exception) -> str:
    hint = getattr(error, "hint", "")
    return one_line(f"{error}; {hint}" if hint else str(error), 300)
