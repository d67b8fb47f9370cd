"""Checklist and process files: what is read, and every problem with its line and its remedy."""

from pathlib import Path

import pytest

from fedcheck.domain.checklist import Item
from fedcheck.storage import paths
from fedcheck.storage.checklist_files import LoadedList, load_catalog, reloaded
from fedcheck.storage.checklist_reader import load_list, load_process

PROCESSES = load_catalog(paths.find_shipped_checklists(), (), None).processes

HEAD = """format = 1
id = "x.csp"
process = "jab"
phase = "readiness"
role = "csp"
title = "X"
"""
SECTION = """[[section]]
id = "s"
title = "S"
"""


def load(tmp_path: Path, text: str, name: str = "x.csp.toml") -> LoadedList:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return load_list(path, "workspace", PROCESSES)


def said(loaded: LoadedList) -> list[tuple[int, str]]:
    return [(p.line, f"{p.message}; {p.hint}") for p in loaded.problems()]


def test_a_full_checklist(tmp_path: Path) -> None:
    loaded = load(
        tmp_path,
        HEAD
        + '''
[[source]]
id = "rar"
title = "RAR"
url = "https://example.gov"

[[section]]
id = "s"
title = "S"
summary = "One sentence."

  [[section.item]]
  id = "a.b-1_c"
  code = "3.1"
  title = "An item"
  guidance = """
Do it.
Well."""
  statement = "Shall."
  kind = "test"
  level = "must-not"
  deliverable = "rar"
  expects = ["one", "two"]
  controls = ["SC-13"]
  methods = ["examine", "interview", "test"]
  needs = ["b", "y.csp:c"]
  applies = { impact = ["moderate", "high"], process = "jab" }
  after = "rar"
  due = 2027-02-01
  max-age = "120d at package"
  every = "1mo"
  source = { id = "rar", where = "Table 1" }
  renamed-from = "old"

  [[section.item]]
  id = "b"
  title = "Another"
''',
    )
    assert said(loaded) == []
    checklist = loaded.checklist
    assert checklist is not None
    assert checklist.process == ("jab",)
    section, item = checklist.items["a.b-1_c"]
    assert section.summary == "One sentence."
    assert item.guidance == "Do it.\nWell."
    assert item.needs == ("x.csp:b", "y.csp:c")
    assert item.applies == {"impact": ("moderate", "high"), "process": ("jab",)}
    assert item.due == "2027-02-01"
    assert (item.level, item.kind, item.after) == ("must-not", "test", "rar")
    assert checklist.renamed == {"old": "a.b-1_c"}
    source, where = checklist.source_of(item)
    assert source is not None
    assert (source.title, where) == ("RAR", "Table 1")
    plain = checklist.items["b"][1]
    assert plain == Item("b", "Another")
    assert checklist.source_of(plain) == (None, "")


def test_every_problem_of_a_file_is_told_at_once(tmp_path: Path) -> None:
    loaded = load(
        tmp_path,
        """format = 1
id = "y.csp"
process = ["jab", "jabb"]
phase = "readiness"
role = "cps"
titel = "X"
title = "X"

[[section]]
id = "s"
title = "S"

  [[section.item]]
  id = "a"
  title = "A"
  guidence = "..."
  level = "shuold"
  due = "next week"
  max-age = "old"
  every = "month"
  methods = ["examine", "tets"]
  expects = "one"
  source = { id = "rra" }
  applies = { impct = ["high"], impact = ["hihg"] }

  [[section.item]]
  id = "a"

[[section]]
id = "s"
title = 3

[[source]]
id = "rar"
title = "RAR"
""",
    )
    wanted = [
        (2, 'the id "y.csp" is not the name of the file; name the file y.csp.toml'),
        (3, 'unknown process "jabb"; did you mean "jab"?'),
        (5, 'unknown role "cps"; did you mean "csp"?'),
        (6, 'unknown key "titel"; did you mean "title"?'),
        (16, 'unknown key "guidence"; did you mean "guidance"?'),
        (17, 'is not one of must, must-not, should, should-not, may; did you mean "should"?'),
        (18, "'next week' is not a due date"),
        (19, "'old' is not an age"),
        (20, "'month' is not a length of time"),
        (21, 'is not one of examine, interview, test; did you mean "test"?'),
        (21, 'only tests have methods; set kind = "test"'),
        (22, "expected a list in [ ], found text"),
        (23, 'unknown source "rra"; did you mean "rar"?'),
        (24, 'unknown option of a profile "impct"; did you mean "impact"?'),
        (24, 'unknown value of impact "hihg"; did you mean "high"?'),
        (26, 'the key "title" is missing; it is: What is true when this is done'),
        (27, 'the item id "a" appears twice; give one a new id'),
        (30, 'the section id "s" appears twice; give one a new id'),
        (31, "expected text in quotes, found a number"),
    ]
    found = said(loaded)
    assert [line for line, _ in found] == [line for line, _ in wanted]
    for (_, text), (line, part) in zip(found, wanted, strict=True):
        assert part in text, line


@pytest.mark.parametrize(
    ("item", "line", "part"),
    [
        ('id = ""\ntitle = "A"', 11, '"" is not an id'),
        ('id = "Big"\ntitle = "A"', 11, '"Big" is not an id; use lower-case letters'),
        ('id = "a:b"\ntitle = "A"', 11, "is not an id"),
        ('id = "-a"\ntitle = "A"', 11, "is not an id"),
        ('title = "A"', 10, 'the key "id" is missing'),
        ('id = "a"\ntitle = true', 12, "expected text in quotes, found true or false"),
        ('id = "a"\ntitle = "A"\nneeds = [1, "b"]', 13, "expected text in quotes, found a number"),
        ('id = "a"\ntitle = "A"\napplies = ["x"]', 13, "expected a table, found a list"),
        ('id = "a"\ntitle = "A"\nsource = "rar"', 13, "expected a table, found text"),
        ('id = "a"\ntitle = "A"\nsource = { where = "x" }', 13, 'the key "id" is missing'),
        ('id = "a"\ntitle = "A"\nsource = { id = "x" }', 13, 'unknown source "x"'),
        ('id = "a"\ntitle = "A"\nafter = "Kick off"', 13, "is not an id"),
        ('id = "a"\ntitle = "A"\nrenamed-from = '
            '["a"]', 13, "which is still an item of this checklist"),
        ('id = "a"\ntitle = "A"\ndue = 2027-01-01T10:00:00', 13, "expected a date without a time"),
        ('id = "a"\ntitle = "A"\nlevel = ["must"]', 13, "a list is not one of must"),
    ],
)  # fmt: skip
def test_a_wrong_value_of_an_item(tmp_path: Path, item: str, line: int, part: str) -> None:
    loaded = load(tmp_path, f"{HEAD}{SECTION}[[section.item]]\n{item}\n")
    assert [place for place, _ in said(loaded)] == [line]
    assert part in said(loaded)[0][1]


def test_two_items_that_say_they_were_the_same(tmp_path: Path) -> None:
    items = "".join(
        f'[[section.item]]\nid = "{name}"\ntitle = "T"\nrenamed-from = "old"\n' for name in "ab"
    )
    loaded = load(tmp_path, HEAD + SECTION + items)
    assert [text for _, text in said(loaded)] == [
        'two items claim to be renamed from "old"; correct one of them'
    ]


def test_what_can_be_read_of_a_wrong_file_is_used(tmp_path: Path) -> None:
    text = f'{HEAD}{SECTION}[[section.item]]\nid = "a"\ntitle = "A"\nlevel = "x"\n'
    loaded = load(tmp_path, text + '[[section.item]]\ntitle = "no id"\n')
    assert len(loaded.problems()) == 2
    assert loaded.checklist is not None
    assert [(i.id, i.level) for _, i in loaded.checklist.items.values()] == [("a", "must")]


def test_a_file_without_its_head_is_told_of(tmp_path: Path) -> None:
    loaded = load(tmp_path, "format = 1\n")
    assert loaded.checklist is None
    assert loaded.id == "x.csp"
    missing = [text.partition('"')[2].partition('"')[0] for _, text in said(loaded)]
    assert missing == ["id", "process", "phase", "role", "title"]


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("format = 2\n", "format 2 is newer than this fedcheck, which supports format 1; upgrade"),
        ("format = 0\n", "format 0 does not exist; write format = 1"),
        ("format = true\n", "expected a whole number, found true or false"),
        ('format = "1"\n', "expected a whole number, found text"),
        ("", 'the key "format" is missing'),
    ],
)
def test_the_format_is_named(tmp_path: Path, text: str, part: str) -> None:
    loaded = load(tmp_path, text + HEAD.removeprefix("format = 1\n"))
    assert len(said(loaded)) == 1
    assert part in said(loaded)[0][1]


def test_text_in_messages_is_made_harmless(tmp_path: Path) -> None:
    loaded = load(tmp_path, HEAD + '"e\\u001b[31mvil" = 1\n')
    assert "\x1b" not in said(loaded)[0][1]


def write(folder: Path, name: str, title: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    text = HEAD.replace('"x.csp"', f'"{name}"').replace('"X"', f'"{title}"')
    (folder / f"{name}.toml").write_text(text)


def shipped(tmp_path: Path) -> Path:
    folder = tmp_path / "shipped"
    write(folder / "jab", "a.csp", "shipped a")
    write(folder / "rev5", "b.csp", "shipped b")
    return folder


def test_nearer_lists_win_whole(tmp_path: Path) -> None:
    user, workspace = tmp_path / "user", tmp_path / "workspace"
    write(user, "a.csp", "user a")
    write(user, "b.csp", "user b")
    write(workspace / "checklists", "b.csp", "workspace b")
    write(workspace / "checklists", "b.csp-acme", "addition")
    catalog = load_catalog(shipped(tmp_path), [user, tmp_path / "no-such"], workspace)
    won = catalog.effective_lists()
    assert {name: (one.layer, one.checklist.title) for name, one in won.items()} == {  # type: ignore[union-attr]
        "a.csp": ("user", "user a"),
        "b.csp": ("workspace", "workspace b"),
        "b.csp-acme": ("workspace", "addition"),
    }
    assert [one.layer for one in catalog.lists if one.id == "b.csp"] == [
        "workspace", "user", "shipped",
    ]  # fmt: skip


def test_a_broken_nearer_list_does_not_let_the_farther_one_through(tmp_path: Path) -> None:
    workspace = tmp_path / "workspace"
    write(workspace / "checklists", "a.csp", "x")
    (workspace / "checklists" / "a.csp.toml").write_text("broken = ")
    won = load_catalog(shipped(tmp_path), [], workspace).effective_lists()["a.csp"]
    assert (won.layer, won.checklist) == ("workspace", None)
    assert won.problems()


def test_hidden_files_are_no_checklists(tmp_path: Path) -> None:
    workspace = tmp_path / "workspace"
    write(workspace / "checklists", "a.csp", "x")
    (workspace / "checklists" / ".#a.csp.toml").symlink_to("nobody@nowhere:1")
    (workspace / "checklists" / "notes.txt").write_text("x")
    catalog = load_catalog(shipped(tmp_path), [], workspace)
    assert [one.path.name for one in catalog.lists if one.layer == "workspace"] == ["a.csp.toml"]


def test_reloading_reads_only_what_changed(tmp_path: Path) -> None:
    workspace = tmp_path / "workspace"
    for name in ("a.csp", "b.csp", "c.csp"):
        write(workspace / "checklists", name, name)
    (shipped(tmp_path) / "jab" / "process.toml").write_text(PROCESS)
    catalog = load_catalog(tmp_path / "shipped", [], workspace)
    write(workspace / "checklists", "b.csp", "new title")
    write(workspace / "checklists", "d.csp", "another")
    (workspace / "checklists" / "c.csp.toml").unlink()
    again = reloaded(catalog, workspace)
    own = [one for one in again.lists if one.layer == "workspace"]
    assert [(one.id, one.checklist.title) for one in own] == [  # type: ignore[union-attr]
        ("a.csp", "a.csp"),
        ("b.csp", "new title"),
        ("d.csp", "another"),
    ]
    assert own[0].checklist is catalog.lists[0].checklist
    assert [one for one in again.lists if one.layer == "shipped"] == [
        one for one in catalog.lists if one.layer == "shipped"
    ]


PROCESS = """format = 1
id = "jab"
title = "JAB"
roles = ["csp"]
[[phase]]
id = "readiness"
title = "Readiness"
purpose = "Get ready."
[[milestone]]
id = "ready"
title = "Ready"
closes = ["readiness"]
"""


def process_problems(tmp_path: Path, text: str, folder: str = "jab") -> list[str]:
    (tmp_path / folder).mkdir()
    path = tmp_path / folder / "process.toml"
    path.write_text(text)
    return [f"{p.line}: {p.message}; {p.hint}" for p in load_process(path).problems()]


def test_a_process_file(tmp_path: Path) -> None:
    assert process_problems(tmp_path, PROCESS) == []


STONE = "[[milestone]]"
SECOND = '[[milestone]]\nid = "ready"\ntitle = "R"\n[[milestone]]'
PAPER = '[[deliverable]]\nid = "ssp"\ntitle = "SSP"\nowner = "cps"\n[[milestone]]'


@pytest.mark.parametrize(
    ("old", "new", "part"),
    [
        (
            '["readiness"]',
            '["readines"]',
            '12: unknown phase "readines"; did you mean "readiness"?',
        ),
        ('id = "jab"', 'id = "agency"', '2: the id "agency" is not the name of the folder'),
        ("closes =", 'default = "soon - "\ncloses =', "12: 'soon -' is not a due date"),
        (STONE, SECOND, 'the milestone id "ready" appears twice'),
        (STONE, PAPER, 'unknown role "cps"; did you mean "csp"?'),
        ("purpose =", "porpose =", 'unknown key "porpose"; did you mean "purpose"?'),
    ],
)
def test_problems_of_a_process_file(tmp_path: Path, old: str, new: str, part: str) -> None:
    found = process_problems(tmp_path, PROCESS.replace(old, new))
    assert any(part in one for one in found), found
