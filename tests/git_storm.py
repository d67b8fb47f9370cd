"""A team that shares one workspace through git in every way, and what has to arrive.

Three people work with fedcheck, each in a clone. A fourth one, dee, edits the TOML files by hand in
a clone without fedcheck. Everything is drawn from one seed.
"""

import random
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

import tomli
from conftest import FrozenClock, OpenWorkspace
from msgspec.structs import replace
from plain_truth import Line, list_maximal, read_lines, read_values
from test_git_sharing import git
from test_merge_driver import PEOPLE, call, commit, has_marks, list_tests, texts

from fedcheck.cli.main import run
from fedcheck.domain.edits import MilestoneEdit
from fedcheck.domain.evidence import Evidence
from fedcheck.domain.evidence_edit import EvidenceEdit, attach_evidence
from fedcheck.domain.finding_rules import FindingEdit
from fedcheck.domain.item_rules import ItemEdit, TestEdit
from fedcheck.domain.request_rules import RequestEdit
from fedcheck.errors import FedcheckError
from fedcheck.session import Session
from fedcheck.sharing.sync import sync_workspace
from fedcheck.storage.lost_values import list_lost_values

OWN = {"ann": "owner", "bob": "sample", "cy": "note", "dee": "differential"}
"""The field of items that only this person sets: its last value has to arrive."""

CONTESTED = {
    "status", "result", "due", "tester", "risk", "owner", "to", "day", "state", "retest", "review",
}  # fmt: skip
"""Fields that several people set: what stands is a value that no later line replaced."""


class Storm:
    """The clones, what was done in them, and what has to be there in the end.

    Attributes:
        ways: how each of the three shares: `driver` (git with our merge driver), `sync`, or `plain`
            (git without it; conflicts are settled by `doctor --fix`).
        counts: how often each kind of edit and of sharing happened.
    """

    def __init__(
        self,
        roots: list[Path],
        opener: OpenWorkspace,
        clock: FrozenClock,
        seed: int,
        ways: tuple[str, ...],
    ) -> None:
        self.chance = random.Random(seed)
        self.clock = clock
        self.ways = ways
        self.roots = roots[:3]
        self.hand = roots[3]
        self.sessions = [opener(root, who) for root, who in zip(self.roots, PEOPLE, strict=True)]
        for session in self.sessions:
            session.token = lambda size: self.chance.randbytes(size).hex()
        self.refs = list_tests(self.sessions[0])  # few, so that they meet
        self.own: dict[tuple[str, str], str] = {}
        self.words: set[str] = set()
        self.counts: Counter[str] = Counter()
        self.steps: list[str] = []
        self.number = 0

    # what people do

    def word(self) -> str:
        self.number += 1
        return f"word{self.number}x"

    def edit(self, at: int) -> None:
        """Let one of the three change something."""
        doings = [
            self.set_own, self.set_own_and_undo, self.observe, self.attach, self.raise_finding,
            self.ask, self.answer, self.set_result, self.change_finding, self.change_request,
            self.change_evidence, self.detach, self.move_milestone, self.close_finding, self.review,
            self.edit_head, self.set_many,
        ]  # fmt: skip
        session = self.sessions[at]
        self.clock.tick(seconds=self.chance.choice([1, 1, 60, 3600]))
        session.refresh()
        doing = self.chance.choice(doings)
        word = self.word()
        self.steps.append(f"{session.who} {doing.__name__} {word}")
        try:
            doing(session, self.chance.choice(self.refs), word)
        except FedcheckError as error:  # a rule: nothing to review, or it is closed already
            self.steps[-1] += f": {error}"
            return
        self.counts[doing.__name__] += 1

    def set_own(self, session: Session, ref: str, word: str) -> None:
        name = OWN[session.who]
        more = {"sample": ItemEdit(testing=TestEdit(sample=word)), "owner": ItemEdit(owner=word)}
        session.apply([ref], more.get(name, ItemEdit(note=word)))
        self.own[ref, name] = word

    def set_own_and_undo(self, session: Session, ref: str, word: str) -> None:
        kept = dict(self.own)
        self.set_own(session, ref, word)
        session.undo()
        self.own = kept

    def set_many(self, session: Session, ref: str, word: str) -> None:
        day = str(date(2027, 4, self.number % 28 + 1))
        session.apply(self.chance.sample(self.refs, 3), ItemEdit(due=day))

    def observe(self, session: Session, ref: str, word: str) -> None:
        old = session.project.record(ref).observation
        said = f"{old}\n{word}" if old else word
        session.apply([ref], ItemEdit(testing=TestEdit(observation=said)))
        self.words.add(word)

    def attach(self, session: Session, ref: str, word: str) -> None:
        session.apply([ref], attach_evidence(Evidence(f"e{word}", f"https://example.com/{word}")))
        self.words.add(word)

    def detach(self, session: Session, ref: str, word: str) -> None:
        for one in session.project.record(ref).evidence[:1]:
            session.apply([ref], EvidenceEdit(detach=(one.id,)))
            self.words -= {word for word in self.words if one.link.endswith(word)}

    def change_evidence(self, session: Session, ref: str, word: str) -> None:
        for one in session.project.record(ref).evidence[:1]:
            session.apply([ref], EvidenceEdit(attach=(replace(one, label=word),)))

    def raise_finding(self, session: Session, ref: str, word: str) -> None:
        new = FindingEdit(new=True, title=word, risk="low", link=(ref,))
        session.apply([session.new_ref("findings")], new)
        self.words.add(word)

    def change_finding(self, session: Session, ref: str, word: str) -> None:
        for one in sorted(session.project.findings, key=lambda one: one.id)[:2]:
            risk = self.chance.choice(["low", "moderate", "high"])
            plan = f"{one.plan}\n{word}".strip()
            edit = FindingEdit(risk=risk, owner=word, plan=plan)
            session.apply([f"findings:{one.id}"], edit)
            self.words.add(word)

    def close_finding(self, session: Session, ref: str, word: str) -> None:
        for one in sorted(session.project.findings, key=lambda one: one.id)[:1]:
            is_open = one.state == "open"
            edit = FindingEdit(retest="passed", close=True) if is_open else FindingEdit(reopen=True)
            session.apply([f"findings:{one.id}"], edit)

    def ask(self, session: Session, ref: str, word: str) -> None:
        new = RequestEdit(step="ask", title=word, by=session.who, link=(ref,))
        session.apply([session.new_ref("requests")], new)
        self.words.add(word)

    def change_request(self, session: Session, ref: str, word: str) -> None:
        for one in sorted(session.project.requests, key=lambda one: one.id)[:1]:
            text = f"{one.text}\n{word}".strip()
            session.apply([f"requests:{one.id}"], RequestEdit(to=word, text=text))
            self.words.add(word)

    def answer(self, session: Session, ref: str, word: str) -> None:
        fresh = [one for one in session.project.requests if one.state == "open" and not one.answer]
        for one in sorted(fresh, key=lambda one: one.id)[:1]:
            session.apply([f"requests:{one.id}"], RequestEdit(step="answer", answer=word))
            self.words.add(word)

    def set_result(self, session: Session, ref: str, word: str) -> None:
        result = self.chance.choice(["satisfied", "other-than-satisfied"])
        day = str(date(2027, 3, self.number % 28 + 1))
        session.apply([ref], ItemEdit(result=result, due=day))

    def review(self, session: Session, ref: str, word: str) -> None:
        verdict = self.chance.choice(["agreed", "agreed", "returned"])
        session.apply([ref], ItemEdit(testing=TestEdit(review=verdict)))

    def move_milestone(self, session: Session, ref: str, word: str) -> None:
        session.apply(["milestones:ato"], MilestoneEdit(date(2027, 5, self.number % 28 + 1)))

    def edit_head(self, session: Session, ref: str, word: str) -> None:
        self.add_person(session.root, word)

    def add_person(self, root: Path, word: str) -> None:
        path = root / "fedcheck.toml"
        path.write_text(path.read_text() + f'\n[people.{word}]\nname = "{word}"\n')
        self.words.add(word)

    # the fourth person

    def edit_by_hand(self) -> None:
        """Let dee pull, edit TOML in an editor, and push; where git stops, begin again."""
        for _ in range(3):
            git(self.hand, "fetch", "-q")
            git(self.hand, "reset", "-q", "--hard", "origin/main")
        for _ in range(self.chance.randrange(1, 4)):
            word, ref = self.word(), self.chance.choice(self.refs)
            doing = self.chance.choice(["item", "item", "request", "finding", "person"])
            self.steps.append(f"dee {doing} {word}")
            self.counts[f"by hand: {doing}"] += 1
            if doing == "item":
                self._write_item(ref, word)
            elif doing in ("request", "finding"):
                self._write_issue(doing, word)
            else:
                self.add_person(self.hand, word)
            if self.chance.random() < 0.5:
                commit(self.hand, "by hand")
        commit(self.hand, "by hand")

    def _write_issue(self, kind: str, word: str) -> None:
        path = self.hand / f"{kind}s.toml"
        head = path.read_text() if path.exists() else "format = 1\n"
        day = "asked" if kind == "request" else "found"
        block = f'\n[[{kind}]]\nid = "{word}"\ntitle = "{word}"\n{day} = 2027-01-11\n'
        path.write_text(head + block)
        self.words.add(word)

    def _write_item(self, ref: str, word: str) -> None:
        book, _, item = ref.partition(":")
        path = self.hand / f"progress/{book}.toml"
        path.parent.mkdir(exist_ok=True)
        text = path.read_text() if path.exists() else f'format = 1\nchecklist = "{book}"\n'
        header = f'[item."{item}"]\n'
        if header not in text:
            text = text.rstrip() + f"\n\n{header}"
        head, _, rest = text.partition(header)
        own, bracket, after = rest.partition("\n[item")
        own, more, others = own.partition("\n[[item")
        bracket, after = more + others + bracket, after
        kept = [line for line in own.split("\n") if not line.startswith("differential = ")]
        lines = "\n".join([f'differential = "{word}"', *kept])
        path.write_text(f"{head}{header}{lines}{bracket}{after}")
        self.own[ref, "differential"] = word

    def push_by_hand(self) -> None:
        """Push what dee did; git merges by line, and what does not merge is done over."""
        done = call(self.hand, "push", "-q")
        self.counts["by hand: push"] += 1
        if done.returncode == 0:
            return
        done = call(self.hand, "pull", "-q", "--no-edit", "--no-rebase")
        if done.returncode == 0 and self._can_read(self.hand):
            self.counts["by hand: merge"] += 1
            git(self.hand, "push", "-q")
            return
        self.counts["by hand: again"] += 1
        if call(self.hand, "rev-parse", "-q", "--verify", "MERGE_HEAD").returncode == 0:
            git(self.hand, "merge", "--abort")
        self._redo()

    def _redo(self) -> None:
        """Give up the merge, take theirs, and type the same values again."""
        gone = git(self.hand, "log", "--format=%H", "origin/main..HEAD").split()
        added = "".join(git(self.hand, "show", "--first-parent", one) for one in gone)
        git(self.hand, "reset", "-q", "--hard", "origin/main")
        for (ref, name), word in list(self.own.items()):
            if name == "differential" and word in added:
                self._write_item(ref, word)
        lost = {word for word in self.words if word in added and not self._has(self.hand, word)}
        for word in sorted(lost):
            self.add_person(self.hand, word)
        commit(self.hand, "by hand, again")
        git(self.hand, "push", "-q")

    def _has(self, root: Path, word: str) -> bool:
        return any(word.encode() in one for one in texts(root).values())

    def _can_read(self, root: Path) -> bool:
        try:
            for name, raw in texts(root).items():
                found = tomli.loads(raw.decode())
                for table in ("request", "finding"):
                    ids = [one["id"] for one in found.get(table, ())]
                    if len(ids) != len(set(ids)):
                        return False
                del name
        except (ValueError, KeyError):
            return False
        return True

    # sharing

    def share(self, at: int) -> None:
        """Let one of the three bring the work of all together."""
        way = self.ways[at]
        self.clock.tick(seconds=1)
        if way == "sync":
            how = "sync"
            self.steps.append(f"{PEOPLE[at]} sync")
            self.sync(at)
        else:
            how = self.chance.choice(["merge", "rebase", "squash"])
            self.steps.append(f"{PEOPLE[at]} {how}")
            self.join(at, how)
        self.counts[f"{way}: {how}"] += 1
        root = self.roots[at]
        assert not has_marks(root), self.tell("a conflict marker is left")
        assert b"set-twice" not in b"".join(texts(root).values()), self.tell("not settled")

    def sync(self, at: int) -> None:
        result = sync_workspace(self.sessions[at], ask_large=lambda count, size: False)
        assert not result.problem, self.tell(f"{result.problem}: {result.hint}")
        assert not result.offline, self.tell(result.offline)

    def join(self, at: int, how: str) -> None:
        root = self.roots[at]
        commit(root)
        git(root, "fetch", "-q")
        if how == "merge":
            done = call(root, "merge", "-q", "--no-edit", "origin/main")
        elif how == "rebase":
            done = call(root, "rebase", "-q", "origin/main")
        else:
            git(root, "branch", "-f", "topic")
            git(root, "reset", "-q", "--hard", "origin/main")
            done = call(root, "merge", "-q", "--squash", "topic")
        if done.returncode:
            assert self.ways[at] == "plain", self.tell(f"{how}: {done.stdout}{done.stderr}")
            self.settle(at, how)
        if how == "squash":
            commit(root, "squashed")
            git(root, "branch", "-q", "-D", "topic")
        assert not has_marks(root), self.tell("a conflict marker is left")
        self.finish(root)

    def settle(self, at: int, how: str) -> None:
        """Settle the conflicts of a clone without the driver, as `doctor` says."""
        root = self.roots[at]
        for _ in range(60):
            self.counts["plain: conflict"] += 1
            run(["doctor", "--fix", "-w", str(root)])
            assert not has_marks(root), self.tell("doctor --fix left a marker")
            git(root, "add", "-A")
            if how != "rebase":
                commit(root, "settled")
                return
            done = call(root, "rebase", "--continue")
            if done.returncode and "--skip" in done.stdout + done.stderr and not has_marks(root):
                done = call(root, "rebase", "--skip")
            if done.returncode == 0:
                return
        raise AssertionError(self.tell("the rebase has no end"))

    def finish(self, root: Path) -> None:
        self.counts["set on both sides"] += b"set-twice" in b"".join(texts(root).values())
        assert run(["status", "-w", str(root)]) == 0, self.tell("status")
        commit(root, "settled")
        git(root, "push", "-q")

    def run(self, rounds: int) -> None:
        """Work and share for so many rounds, then bring all together."""
        for _ in range(rounds):
            is_by_hand = self.chance.random() < 0.6
            if is_by_hand:
                self.edit_by_hand()
            for at in self.chance.sample(range(3), 3):
                for _ in range(self.chance.randrange(2, 8)):
                    self.edit(at)
                    if self.ways[at] != "sync" and self.chance.random() < 0.4:
                        commit(self.roots[at], "in between")
            for at in self.chance.sample(range(3), self.chance.randrange(1, 4)):
                self.share(at)
                if is_by_hand and self.chance.random() < 0.5:
                    self.push_by_hand()
                    is_by_hand = False
            if is_by_hand:
                self.push_by_hand()
        for at in (0, 1, 2, 0, 1, 2, 0, 1):
            self.share(at)

    # what has to hold

    def tell(self, text: str) -> str:
        return f"{text}\n  after: " + "\n         ".join(self.steps[-40:])

    def check(self) -> None:
        """Check that everything arrived in every clone, and that every history explains it."""
        found = [texts(root) for root in self.roots]
        for other in found[1:]:
            different = [
                name for name in {*found[0], *other} if found[0].get(name) != other.get(name)
            ]
            assert not different, self.tell(f"clones differ: {different}")
        whole = b"\n".join(found[0].values()).decode()
        gone = sorted(word for word in self.words if word not in whole)
        assert not gone, self.tell(f"did not arrive: {gone}")
        values = read_values(self.roots[0], every=True)
        for key, word in self.own.items():
            assert values.get(key) == word, self.tell(f"{key} is {values.get(key)!r}, not {word!r}")
        lines = read_lines(self.roots[0])
        self.check_values(values, list_maximal(lines))
        self.check_agreement(values, lines)
        for session in self.sessions:
            session.refresh()
            session.reconcile()
            lost = [(one.ref, one.line.change) for one in list_lost_values(session.root, {})]
            assert not lost, self.tell(f"listed as lost: {lost}")
            assert not session.list_outside(), self.tell("not explained")
        for root in self.roots:
            assert run(["history", "--verify", "-w", str(root)]) == 0, self.tell("verify")
            assert run(["status", "-w", str(root)]) == 0
        marked = call(self.roots[0], "log", "--all", "--format=%h %s", "-G", "^(<<<<<<< |>>>>>>> )")
        assert not marked.stdout, self.tell(f"committed with a marker: {marked.stdout}")

    def check_values(self, values: dict[tuple[str, str], Any], last: dict[Any, Any]) -> None:
        """Check that no earlier value stands where a later one was set."""
        for key, ends in last.items():
            if key[1] in CONTESTED and key in values:
                told = [str(line.data["new"]) for line in ends]
                assert str(values[key]) in told, self.tell(f"{key} is {values[key]!r}, not {told}")

    def check_agreement(self, values: dict[tuple[str, str], Any], lines: list[Line]) -> None:
        """Check that nobody is recorded as agreeing to an observation that came without them."""
        seen = {one.digest: one for one in lines} | {one.short: one for one in lines}
        for (ref, name), value in values.items():
            if name != "review" or value != "agreed":
                continue
            agreed = [one for one in lines if one.key == (ref, "review")]
            agreed = [one for one in agreed if one.data["new"] == "agreed"]
            said = [one for one in lines if one.key == (ref, "observation")]
            now = values.get((ref, "observation"))
            known = [o for one in agreed for o in known_before(one, seen) if o in said]
            fits = not now or now in [o.data["new"] for o in known]
            assert fits, self.tell(f"{ref}: agreed to {now!r} without having seen it")


def known_before(line: Line, seen: dict[str, Line]) -> list[Line]:
    """Return the lines that the writer of a line knew of, and those of its own action."""
    found: dict[str, Line] = {}
    waiting = [line]
    while waiting:
        one = waiting.pop()
        names = (one.data["prev"], *one.data.get("saw", ()), *one.data.get("merged", ()))
        for name in names:
            before = seen.get(name)
            if before is not None and before.digest not in found:
                found[before.digest] = before
                waiting.append(before)
    return list(found.values())
