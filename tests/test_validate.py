"""What needs more than one file to be right: references, anchors, deliverables, circles."""

from pathlib import Path

import pytest
from conftest import MakeWorkspace

from fedcheck.storage.checklist_files import Catalog, load_catalog
from fedcheck.storage.paths import find_shipped_checklists
from fedcheck.storage.validation import check_across


def text(name: str, items: str, phase: str = "readiness", process: str = '"jab"') -> str:
    return (
        f'format = 1\nid = "{name}"\nprocess = {process}\nphase = "{phase}"\nrole = "csp"\n'
        f'title = "T"\n[[section]]\nid = "s"\ntitle = "S"\n{items}'
    )


def item(name: str, more: str = "") -> str:
    return f'[[section.item]]\nid = "{name}"\ntitle = "T"\n{more}'


def validated(root: Path) -> tuple[Catalog, list[str]]:
    catalog = load_catalog(find_shipped_checklists(), (), root)
    own = [one for one in catalog.lists if one.layer == "workspace"]
    check_across(catalog, own)
    return catalog, [
        f"{p.file.name}:{p.line}: {p.message}; {p.hint}" for one in own for p in one.problems()
    ]


def test_the_small_lists_are_valid(make_workspace: MakeWorkspace) -> None:
    assert validated(make_workspace())[1] == []


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ('needs = ["x.csp:bb"]\n', '13: unknown item x.csp:bb; did you mean "b"?'),
        ('needs = ["bb"]\n', '13: unknown item x.csp:bb; did you mean "b"?'),
        ('needs = ["xx.csp:b"]\n', '13: unknown item xx.csp:b; did you mean "x.csp"?'),
        ('due = "kickoff - 3d"\n', '13: unknown milestone "kickoff"; did you mean "kick-off"?'),
        ('due = "kick-off-3d"\n', '13: unknown milestone "kick-off-3d"'),
        ('after = "pakage"\n', '13: unknown milestone "pakage"; did you mean "package"?'),
        ('max-age = "30d at pakage"\n', '13: unknown milestone "pakage"; did you mean'),
        ('deliverable = "spp"\n', '13: unknown deliverable "spp"; did you mean "ssp"?'),
    ],
)
def test_references_lead_somewhere(make_workspace: MakeWorkspace, more: str, said: str) -> None:
    lists = {"x.csp.toml": text("x.csp", item("a", more) + item("b"))}
    found = validated(make_workspace(lists=lists, mini=False))[1]
    assert len(found) == 1
    assert found[0].startswith("x.csp.toml:" + said)


def test_good_references(make_workspace: MakeWorkspace) -> None:
    more = (
        'needs = ["b", "x.csp:b"]\ndue = "x.csp:b + 3d"\nafter = "rar"\nmax-age = "3d at package"\n'
    )
    lists = {"x.csp.toml": text("x.csp", item("a", more) + item("b"))}
    assert validated(make_workspace(lists=lists, mini=False))[1] == []


def test_the_phase_is_one_of_the_process(make_workspace: MakeWorkspace) -> None:
    lists = {"x.csp.toml": text("x.csp", item("a"), phase="readyness")}
    found = validated(make_workspace(lists=lists, mini=False))[1]
    assert found == [
        'x.csp.toml:4: the process jab has no phase "readyness"; did you mean "readiness"?'
    ]


def test_needs_in_a_circle_within_a_list(make_workspace: MakeWorkspace) -> None:
    items = (
        item("a", 'needs = ["b"]\n') + item("b", 'needs = ["c"]\n') + item("c", 'needs = ["a"]\n')
    )
    found = validated(make_workspace(lists={"x.csp.toml": text("x.csp", items)}, mini=False))[1]
    assert found == [
        "x.csp.toml:13: needs form a circle: x.csp:a -> x.csp:b -> x.csp:c -> x.csp:a; remove one"
    ]


def test_an_item_that_needs_itself(make_workspace: MakeWorkspace) -> None:
    lists = {"x.csp.toml": text("x.csp", item("a", 'needs = ["a"]\n'))}
    found = validated(make_workspace(lists=lists, mini=False))[1]
    assert found == ["x.csp.toml:13: needs form a circle: x.csp:a -> x.csp:a; remove one"]


def test_needs_in_a_circle_across_lists_are_told_once(make_workspace: MakeWorkspace) -> None:
    lists = {
        "x.csp.toml": text("x.csp", item("z") + item("a", 'needs = ["y.csp:b"]\n')),
        "y.csp.toml": text("y.csp", item("b", 'needs = ["x.csp:a", "x.csp:z"]\n')),
    }
    found = validated(make_workspace(lists=lists, mini=False))[1]
    assert found == [
        "x.csp.toml:16: needs form a circle: x.csp:a -> y.csp:b -> x.csp:a; remove one"
    ]


def test_needs_that_meet_again_are_no_circle(make_workspace: MakeWorkspace) -> None:
    items = "".join(
        [
            item("a", 'needs = ["b", "c"]\n'),
            item("b", 'needs = ["d"]\n'),
            item("c", 'needs = ["d"]\n'),
            item("d"),
        ]
    )
    assert (
        validated(make_workspace(lists={"x.csp.toml": text("x.csp", items)}, mini=False))[1] == []
    )


def test_a_long_chain_of_needs_is_no_trouble(make_workspace: MakeWorkspace) -> None:
    items = "".join(item(f"i{n}", f'needs = ["i{n + 1}"]\n') for n in range(2000)) + item("i2000")
    lists = {"x.csp.toml": text("x.csp", items)}
    assert validated(make_workspace(lists=lists, mini=False))[1] == []
