"""Random operations on a workspace, and what a person would expect of each of them.

The model is a plain dict: reference and field to value.
"""

import tomli
from plain_truth import (
    read_values,
)
from random_mishaps import Mishaps
from random_world import Clone
from test_git_sharing import git


class Operations(Mishaps):
    """All operations: those of people, mishaps, and git."""

    def run(self, groups: int) -> None:
        """Do so many groups of operations; check after each step."""
        kinds = (
            (12, self.edit_some),
            (4, self.undo_some),
            (3, self.edit_by_hand),
            (2, self.put_back_by_hand),
            (1, self.delete_file),
            (1, self.reorder_by_hand),
            (1, self.break_and_mend),
            (1, self.tear_history),
            (1, self.forget_local_state),
            (1, self.cut_history),
            (2, self.import_list),
            (2, self.turn_clock),
            (3, self.branch_and_join),
            (2, self.stash_and_pop),
            (1, self.reset_and_return),
            (2, self.pull),
        )
        weights, doings = zip(*kinds, strict=True)
        for _ in range(groups):
            self.clock.tick(seconds=self.chance.choice([0, 1, 60, 86400]))
            (doing,) = self.chance.choices(doings, weights)
            clone = self.chance.choice([self.main, self.main, self.other])
            self.counts[doing.__name__] = self.counts.get(doing.__name__, 0) + 1
            self._do(doing.__name__, lambda doing=doing, clone=clone: doing(clone))
            self.check(clone)

    def _commit(self, clone: Clone) -> str:
        git(clone.root, "add", "-A")
        if git(clone.root, "status", "--porcelain"):
            git(clone.root, "commit", "-qm", self._word("commit"))
        staged = git(clone.root, "ls-files").split()
        self.require(not [n for n in staged if n.startswith(("private/", ".fedcheck/"))], "staged")
        return git(clone.root, "rev-parse", "HEAD").strip()

    def branch_and_join(self, clone: Clone) -> None:
        """Work on two branches, then join them in one of git's ways."""
        self._commit(clone)
        side = self._word("side")
        self._git(clone, "checkout", "-q", "-b", side)
        self.edit_some(clone)
        if self.chance.random() < 0.5:
            self._commit(clone)
            self.edit_some(clone)
        tip = self._commit(clone)
        self._git(clone, "checkout", "-q", "main")
        self._took(clone)
        self.check(clone)
        if self.chance.random() < 0.8:
            self.edit_some(clone)
        self._commit(clone)
        if tip == git(clone.root, "rev-parse", "main").strip():
            return
        favor = self.chance.choice(["ours", "theirs"])
        how = self.chance.choice(["merge", "merge", "rebase", "cherry-pick", "squash"])
        self._say(f"git {how} -X {favor}")
        if how == "merge":
            self._join(clone, "merge", "-q", "--no-edit", "-X", favor, side)
        elif how == "squash":
            self._join(clone, "merge", "-q", "--squash", "-X", favor, side)
        elif how == "cherry-pick":
            self._join(clone, "cherry-pick", "-X", favor, f"main..{side}")
        else:
            self._git(clone, "checkout", "-q", side)
            self._join(clone, "rebase", "-q", "-X", favor, "main")
            self._git(clone, "checkout", "-q", "main")
            self._join(clone, "merge", "-q", "--ff-only", side)
        self._took(clone)

    def _git(self, clone: Clone, *argv: str) -> None:
        self._say("git " + " ".join(argv))
        git(clone.root, *argv)

    def _join(self, clone: Clone, *argv: str) -> None:
        """Run what may stop for conflicts; settle them as a person does who has no time."""
        self._say("git " + " ".join(argv))
        try:
            git(clone.root, *argv)
        except AssertionError:
            self._settle(clone)
        for _ in range(20):
            folder = clone.root / ".git"
            going = next(
                (
                    word
                    for name, word in (
                        ("rebase-merge", "rebase"),
                        ("CHERRY_PICK_HEAD", "cherry-pick"),
                        ("MERGE_HEAD", "merge"),
                    )
                    if (folder / name).exists()
                ),
                "",
            )
            if not going:
                break
            try:
                git(clone.root, "-c", "core.editor=true", going, "--continue")
            except AssertionError as error:
                if "--skip" in str(error) or "allow-empty" in str(error):
                    git(clone.root, going, "--skip")
                else:
                    self._settle(clone)
        self._mend(clone)

    def _settle(self, clone: Clone) -> None:
        """Take one side of each file that is in conflict, whole; a side may have removed it."""
        side = self.chance.choice(["--ours", "--theirs"])
        for name in dict.fromkeys(
            git(clone.root, "diff", "--name-only", "--diff-filter=U").split()
        ):
            try:
                git(clone.root, "checkout", side, "--", name)
                git(clone.root, "add", "--", name)
            except AssertionError:
                git(clone.root, "rm", "-q", "--", name)

    def _mend(self, clone: Clone) -> None:
        """Take the last whole version of a file that merged lines made unreadable."""
        for path in [*clone.root.glob("*.toml"), *clone.root.glob("*/*.toml")]:
            try:
                tomli.loads(path.read_text())
            except ValueError:
                name = str(path.relative_to(clone.root))
                for commit in git(clone.root, "log", "--format=%H", "-m", "--", name).split():
                    try:
                        text = git(clone.root, "show", f"{commit}:{name}")
                        tomli.loads(text)
                    except (AssertionError, ValueError):
                        continue
                    path.write_text(text)
                    self._say(f"{name} is mended")
                    break

    def _took(self, clone: Clone) -> None:
        """Take over what git made of the files: TOML is the truth."""
        clone.values = read_values(clone.root)
        self._refresh(clone)

    def stash_and_pop(self, clone: Clone) -> None:
        self._commit(clone)
        self.edit_some(clone)
        if not git(clone.root, "status", "--porcelain"):
            return
        self._git(clone, "stash", "-q", "--include-untracked")
        self._took(clone)
        self.check(clone)
        self.edit_some(clone)
        self._commit(clone)
        self._join(clone, "stash", "pop", "-q")
        git(clone.root, "add", "-A")
        git(clone.root, "reset", "-q")
        if git(clone.root, "stash", "list"):
            git(clone.root, "stash", "drop", "-q")
        self._took(clone)

    def reset_and_return(self, clone: Clone) -> None:
        self.edit_some(clone)
        self._reconcile(clone)
        there = self._commit(clone)
        here = read_values(clone.root, every=True)
        back = git(clone.root, "rev-list", "--first-parent", "-n", "4", "HEAD").split()[-1]
        self._git(clone, "reset", "-q", "--hard", back)
        self._took(clone)
        self.check(clone)
        self._git(clone, "reset", "-q", "--hard", there)
        self._took(clone)
        private = {key for key in here if key[0].startswith("private/")}
        now = read_values(clone.root, every=True)
        self.require(
            {k: now.get(k) for k in here} == here or private, "forward again, and not as it was"
        )

    def pull(self, clone: Clone) -> None:
        source = self.other if clone is self.main else self.main
        self._commit(source)
        self._commit(clone)
        favor = self.chance.choice(["ours", "theirs"])
        argv = ("pull", "-q", "--no-rebase", "--no-edit", "-X", favor, str(source.root), "main")
        self._join(clone, *argv)
        self._took(clone)
