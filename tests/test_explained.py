"""That the history explains the files is remembered for exactly the bytes that were judged."""

import os
from pathlib import Path

import pytest
from conftest import OpenWorkspace

from fedcheck.doctor.losses import find_losses
from fedcheck.domain.item_rules import ItemEdit
from fedcheck.session import Session
from fedcheck.storage import explained, history, local_state

DIAGRAM = "rev5.readiness.csp:diagram"
CSP_FILE = "progress/rev5.readiness.csp.toml"


@pytest.fixture
def root(session: Session, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a workspace whose file was edited by hand, without a loss."""
    monkeypatch.setattr(explained, "WORTH_NOTING", 1)
    session.apply([DIAGRAM], ItemEdit(owner="dana", note="a note"))
    path = session.root / CSP_FILE
    path.write_text(path.read_text() + 'due = "2027-01-20"\n')
    return session.root


def judge_not(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let whoever judges the files again fail."""

    def fail(*_: object) -> None:
        raise AssertionError("judged again")

    monkeypatch.setattr(explained, "list_all_outside_changes", fail)


def test_nothing_is_judged_twice(
    root: Path, open_workspace: OpenWorkspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert find_losses(open_workspace(root)) == []
    judge_not(monkeypatch)
    assert find_losses(open_workspace(root)) == []


def test_a_loss_is_seen_whatever_size_and_time_say(
    root: Path, open_workspace: OpenWorkspace
) -> None:
    assert find_losses(open_workspace(root)) == []
    path = root / CSP_FILE
    before, text = path.stat(), path.read_text()
    path.write_text(text.replace('owner = "dana"\n', "# wwww dana ww\n"))
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert path.stat().st_size == before.st_size
    (lost,) = find_losses(open_workspace(root))
    assert [one.line.change.new for one in lost.values] == ["dana"]
    assert find_losses(open_workspace(root)) == [lost], "a loss is no answer to remember"
    path.write_text(text)
    assert find_losses(open_workspace(root)) == []


def test_files_that_change_while_they_are_judged_are_not_remembered(
    root: Path, open_workspace: OpenWorkspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    judge, path = explained.list_all_outside_changes, root / CSP_FILE
    lossy = path.read_text().replace('owner = "dana"\n', "")
    good = path.read_text()
    path.write_text(lossy)
    session = open_workspace(root)

    def judge_beside_git(*args: object) -> object:
        path.write_text(good)
        return judge(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(explained, "list_all_outside_changes", judge_beside_git)
    assert find_losses(session) == []
    monkeypatch.undo()
    monkeypatch.setattr(explained, "WORTH_NOTING", 1)
    path.write_text(lossy)
    assert len(find_losses(open_workspace(root))) == 1


@pytest.mark.parametrize("how", ["not sealed", "damaged"])
def test_what_others_left_counts_for_nothing(
    root: Path, open_workspace: OpenWorkspace, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    assert find_losses(open_workspace(root)) == []
    path = root / ".fedcheck" / "explained.json"
    if how == "not sealed":
        path.write_text(f'{{"mark": "{local_state.load_explained(root)}"}}')
    else:
        path.write_bytes(path.read_bytes()[:-9])
    judge_not(monkeypatch)
    with pytest.raises(AssertionError, match="judged again"):
        find_losses(open_workspace(root))


def test_where_nobody_saved_nothing_is_left(root: Path, open_workspace: OpenWorkspace) -> None:
    (root / ".fedcheck").rename(root.parent / "elsewhere")
    find_losses(open_workspace(root))
    assert not (root / ".fedcheck").exists()


@pytest.mark.parametrize("before", range(9))
def test_a_loss_is_found_in_whatever_piece_of_a_history(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, before: int
) -> None:
    monkeypatch.setattr(history, "_PIECE", 4)
    path = tmp_path / history.FOLDER / "a.jsonl"
    path.parent.mkdir()
    path.write_bytes(b"x" * before + b'"lost": "a' + b"y" * (9 - before))
    assert history.names_losses(tmp_path)
    path.write_bytes(b"x" * before + b'"los"t: "a' + b"y" * (9 - before))
    assert not history.names_losses(tmp_path)
