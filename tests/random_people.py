"""What people do with fedcheck, and what they expect of it."""

from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from plain_truth import (
    DEFAULTS,
    MODELLED,
    Key,
    Line,
    Values,
    as_text,
    read_lines,
    read_values,
    value_of,
)
from random_world import Clone, World

from fedcheck.cli.main import run
from fedcheck.domain.edits import MilestoneEdit
from fedcheck.domain.evidence_edit import EvidenceEdit, attach_evidence
from fedcheck.domain.finding_rules import FindingEdit
from fedcheck.domain.item_rules import ItemEdit
from fedcheck.domain.request_rules import RequestEdit
from fedcheck.errors import FedcheckError

TASKS = tuple(f"rev5.readiness.csp:{item}" for item in ("diagram", "crypto-table", "sponsor"))
TESTS = tuple(f"rev5.readiness.3pao:{item}" for item in ("mandate-1-fips", "no-shared-accounts"))
ITEMS = (*TASKS, *TESTS)
IMPORTED = "acme.x"


class People(World):
    """People who edit items, evidence, requests, findings and milestones, and take that back."""

    def edit_some(self, clone: Clone) -> None:
        for _ in range(self.chance.randint(1, 4)):
            who = self.chance.choice(list(clone.sessions))
            self.edit(clone, who)
            self._compare(clone)

    def edit(self, clone: Clone, who: str) -> None:
        session = clone.sessions[who]
        if self.chance.random() < 0.9:
            session.refresh()
        before = {home: read_lines(home) for home in clone.homes}
        doing = self.chance.choices(
            (self._edit_item, self._edit_evidence, self._edit_request, self._edit_finding,
             self._edit_private, self._move_milestone),
            (8, 3, 3, 2, 2, 1),
        )[0]  # fmt: skip
        doing(clone, who)
        self._note_made(clone, before)

    def _note_made(self, clone: Clone, before: Mapping[Path, list[Line]]) -> None:
        for home in clone.homes:
            known = {one.digest for one in before[home]}
            for one in read_lines(home):
                who = one.data["by"]
                if one.digest in known or who not in clone.made:
                    continue
                if not one.data.get("lost") and one.data["tx"] not in clone.made[who]:
                    clone.made[who].append(one.data["tx"])

    def _edit_item(self, clone: Clone, who: str) -> None:
        ref = self.chance.choice(ITEMS)
        if self.chance.random() < 0.3 and (clone.root / f"checklists/{IMPORTED}.toml").exists():
            ref = f"{IMPORTED}:one"
        wanted: dict[str, str] = {}
        if self.chance.random() < 0.5:
            wanted["owner"] = self.chance.choice(["dana", "erin", "finn", ""])
        if self.chance.random() < 0.4:
            wanted["note"] = self.chance.choice([self._word("note"), "same", ""])
        if ref in TESTS and self.chance.random() < 0.4:
            wanted["result"] = self.chance.choice(["satisfied", "other-than-satisfied"])
        elif self.chance.random() < 0.6:
            wanted["status"] = self.chance.choice(["todo", "doing", "blocked", "done", "na"])
            if wanted["status"] in ("blocked", "na"):
                wanted["reason"] = self.chance.choice(["because", "why not"])
        self._say(f"{who} sets {ref} {wanted}")
        if wanted.get("result") is None and self.chance.random() < 0.3:
            words = [w for name, value in wanted.items() for w in (f"--{name}", value)]
            argv = ("set", "-w", str(clone.root), ref, *words)
            if wanted and who == "alice":  # the name that the environment says
                self.require(run(argv) == 0, f"{argv} failed")
                clone.sessions[who].refresh()
                self._expect_item(clone, ref, wanted)
                return
        clone.sessions[who].apply([ref], ItemEdit(**wanted))
        self._expect_item(clone, ref, wanted)

    def _expect_item(self, clone: Clone, ref: str, wanted: Mapping[str, str]) -> None:
        values = clone.values
        old = values.get((ref, "status"), "todo")
        for name, value in wanted.items():
            self._set(values, (ref, name), value)
        if "result" in wanted:
            values[ref, "status"] = "done"
        now = values.get((ref, "status"), "todo")
        if now != old and "reason" not in wanted and now not in ("na", "blocked"):
            values.pop((ref, "reason"), None)
        if now not in ("done", "na") or (now == "na" and now != old):
            values.pop((ref, "result"), None)

    @staticmethod
    def _set(values: Values, key: Key, value: Any) -> None:
        if value in (DEFAULTS.get(key[1]), "", None):
            values.pop(key, None)
        else:
            values[key] = value

    def _edit_evidence(self, clone: Clone, who: str) -> None:
        session = clone.sessions[who]
        session.refresh()
        ref = self.chance.choice(ITEMS)
        there = session.project.record(ref).evidence
        what = self.chance.choice(["attach", "file", "detach", "renew"])
        self._say(f"{who}: evidence of {ref}: {what}")
        if what in ("attach", "file"):
            link = "evidence/scan.txt" if what == "file" else self._word("TICKET")
            kind = "file" if what == "file" else "ticket"
            new = session.new_evidence(link, here=clone.root, kind=kind)
            session.apply([ref], attach_evidence(new))
            clone.values[ref, f"evidence.{new.id}"] = link
        elif there and what == "detach":
            one = self.chance.choice(there)
            session.apply([ref], EvidenceEdit(detach=(one.id,)))
            del clone.values[ref, f"evidence.{one.id}"]
        elif files := [one for one in there if one.kind == "file"]:
            (clone.root / "evidence/scan.txt").write_text(self._word("scan"))
            one = session.renew_evidence(self.chance.choice(files))
            session.apply([ref], EvidenceEdit(attach=(one,), seen=(one,)))

    def _edit_request(self, clone: Clone, who: str) -> None:
        session = clone.sessions[who]
        session.refresh()
        states = {ref: v for (ref, name), v in clone.values.items() if name == "title"}
        refs = [ref for ref in states if ref.startswith("requests:")]
        if not refs or self.chance.random() < 0.4:
            ref, title = session.new_ref("requests"), self._word("request")
            self._say(f"{who} asks {ref}")
            session.apply([ref], RequestEdit(step="ask", title=title, by=who, to="csp"))
            clone.values[ref, "title"] = title
            return
        ref = self.chance.choice(refs)
        state = clone.values.get((ref, "state"), "open")
        if state == "open":
            answer = self._word("answer")
            self._say(f"{who} answers {ref}")
            session.apply([ref], RequestEdit(step="answer", answer=answer))
            clone.values |= {(ref, "answer"): answer, (ref, "state"): "answered"}
        elif state == "answered" and self.chance.random() < 0.5:
            self._say(f"{who} accepts {ref}")
            session.apply([ref], RequestEdit(step="accept"))
            clone.values[ref, "state"] = "accepted"
        else:
            self._say(f"{who} returns {ref}")
            session.apply([ref], RequestEdit(step="return", comment=self._word("comment")))
            clone.values.pop((ref, "state"), None)

    def _edit_finding(self, clone: Clone, who: str) -> None:
        session = clone.sessions[who]
        session.refresh()
        refs = [r for r, name in clone.values if name == "title" and r.startswith("findings:")]
        if not refs or self.chance.random() < 0.5:
            ref, title = session.new_ref("findings"), self._word("finding")
            self._say(f"{who} raises {ref}")
            session.apply([ref], FindingEdit(new=True, title=title, risk="low"))
            clone.values |= {(ref, "title"): title, (ref, "risk"): "low"}
            return
        ref = self.chance.choice(refs)
        risk = self.chance.choice(["low", "moderate", "high"])
        self._say(f"{who} rates {ref} {risk}")
        session.apply([ref], FindingEdit(risk=risk, owner=self.chance.choice(["dana", "erin"])))
        session.refresh()
        self._set(clone.values, (ref, "risk"), risk)
        clone.values[ref, "owner"] = session.project.thing(ref).owner

    def _edit_private(self, clone: Clone, who: str) -> None:
        ref, text = self.chance.choice(TASKS), self._word("SECRET")
        shared = self.chance.choice([None, "dana", "gil"])
        self._say(f"{who}: private note on {ref}, owner {shared}")
        clone.sessions[who].apply([ref], ItemEdit(private_note=text, owner=shared))
        clone.values[f"private/{ref}", "note"] = text
        if shared:
            clone.values[ref, "owner"] = shared

    def _move_milestone(self, clone: Clone, who: str) -> None:
        day = date(2027, 2, 1) + timedelta(days=self.chance.randint(0, 60))
        self._say(f"{who} moves kick-off to {day}")
        clone.sessions[who].apply(["milestones:kick-off"], MilestoneEdit(day))
        clone.values["milestones:kick-off", "day"] = day.isoformat()

    def undo_some(self, clone: Clone) -> None:
        who = self.chance.choice(list(clone.sessions))
        for _ in range(self.chance.randint(1, 3)):
            again = self.chance.random() < 0.3
            self._take_back(clone, who, again)
            self._compare(clone)

    def _stacks(self, clone: Clone, who: str) -> tuple[list[str], list[tuple[str, str]]]:
        """Return what this person can undo and redo here, worked out from the bare lines."""
        undoes: dict[str, str] = {}
        for home in clone.homes:
            for one in read_lines(home):
                if one.data["by"] == who and not one.data.get("lost"):
                    undoes[one.data["tx"]] = one.data.get("undoes", "")
        undo: list[str] = []
        redo: list[tuple[str, str]] = []
        for tx in clone.made[who]:
            if tx not in undoes:
                continue
            target = undoes[tx]
            if not target:
                undo.append(tx)
                redo = []
            elif redo and redo[-1][0] == target:
                undo.append(tx)
                redo.pop()
            elif target in undo:
                undo.remove(target)
                redo.append((tx, target))
        return undo, redo

    def _take_back(self, clone: Clone, who: str, again: bool) -> None:
        session = clone.sessions[who]
        session.refresh()
        undo, redo = self._stacks(clone, who)
        target = (redo[-1][0] if redo else "") if again else (undo[-1] if undo else "")
        self._say(f"{who} {'redoes' if again else 'undoes'}, expected {target!r}")
        before = {home: read_lines(home) for home in clone.homes}
        files = self._files(clone)
        try:
            done = session.redo() if again else session.undo()
        except FedcheckError as error:
            self._say(f"refused: {error}")
            self.require(self._files(clone) == files, f"refused, and yet it changed: {error}")
            self.require(not target or self._stands_in_the_way(clone, who, target), str(error))
            return
        self.require(done.undoes == target, f"took back {done.undoes!r}, not {target!r}")
        self._note_made(clone, before)
        for home, lines in before.items():
            place = "" if home == clone.root else "private/"
            for one in reversed([o for o in lines if o.data["tx"] == target]):
                if one.data["by"] == who and self._is_modelled(one.key):
                    value = value_of(one, "old")
                    value = value["link"] if isinstance(value, dict) else value
                    self._set(clone.values, (place + one.key[0], one.key[1]), value)
        for ref in {ref for ref, _ in clone.values}:
            if clone.values.get((ref, "status")) not in ("done", "na"):
                clone.values.pop((ref, "result"), None)

    @staticmethod
    def _is_modelled(key: Key) -> bool:
        ref, name = key
        if ref.partition(":")[0] in ("checklists", "imports"):
            return False
        return name in MODELLED or name.startswith("evidence.") or ref.startswith("milestones:")

    def _stands_in_the_way(self, clone: Clone, who: str, target: str) -> bool:
        """Tell whether somebody changed since what a transaction set, or its list."""
        every = read_values(clone.root, every=True)
        for home in clone.homes:
            place = "" if home == clone.root else "private/"
            for one in read_lines(home):
                if one.data["tx"] != target or one.data["by"] != who:
                    continue
                if one.key[0].startswith("checklists:"):
                    return True  # its file may be another one since
                now = every.get((place + one.key[0], one.key[1]))
                known = [as_text(one.data[name]) for name in ("old", "new")]
                if as_text(now) not in known and not (now is None and '"todo"' in known):
                    return True
        return False

    def import_list(self, clone: Clone) -> None:
        if "alice" not in clone.sessions:
            return
        before = {home: read_lines(home) for home in clone.homes}
        path = clone.root.parent / "list.csv"
        more = "".join(f"{self._word('more')},A task\n" for _ in range(self.chance.randint(0, 2)))
        path.write_text(f"Id,Title\none,{self._word('Task')}\n{more}")
        argv = ("import", "csv", str(path), "-w", str(clone.root), "--list", IMPORTED)
        where = ["--phase", "readiness", "--role", "csp", "--audience", "shared"]
        status = run([*argv, *where])
        self._say(f"alice imports a list: {status}")
        self.require(status in (0, 2), f"import ended with {status}")
        self._note_made(clone, before)
        self._refresh(clone)
