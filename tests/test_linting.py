"""The strict rules for texts and facts of checklists, each on small texts, and the command."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import MakeWorkspace
from msgspec.structs import replace

from fedcheck.cli.main import run as fedcheck
from fedcheck.domain.baselines import find_lowest_level, has_control, list_controls
from fedcheck.domain.checklist import Checklist, Item, Section, Source, SourceRef
from fedcheck.domain.control_ids import parse_control
from fedcheck.domain.glossary import Level, Standing
from fedcheck.domain.process import Phase, Process, ProfileOption, Role
from fedcheck.linting import facts
from fedcheck.linting.copies import find_copies, find_official_texts, read_official_texts
from fedcheck.linting.finding import RULES, Fault
from fedcheck.linting.lint import list_shipped_texts
from fedcheck.linting.sentences import check_sentences, check_title, split_sentences
from fedcheck.linting.texts import Places, Sort, list_texts
from fedcheck.linting.verbs import has_verb
from fedcheck.linting.words import find_words
from fedcheck.storage.paths import find_shipped_checklists

_PLACES = [one / "shared" / "data" / "oscal" for one in Path(__file__).resolve().parents[2:4]]
OSCAL = next((one for one in _PLACES if one.is_dir()), Path("no catalogs"))
needs_catalogs = pytest.mark.skipif(not OSCAL.is_dir(), reason="no OSCAL catalogs here")


@pytest.mark.parametrize(
    "sentence",
    [
        "Boundary diagram shows every ingress and egress point",
        "Every finding is tracked",
        "FedRAMP has been notified",
        "Users sign in without passwords",
        "Agency tenants use validated cryptography",
        "Attach the scan report.",
        "If the interval is exceeded, alert the owner.",
        "A guide that exists but that the package does not mention fails this rule.",
        "What remains is adaptive.",
        "The template of 2018 asked for alternate providers only.",
        "The Rev 4 templates listed SC-12(2) here.",
        "Elevated-reaction messages list the required actions",
        "Appendix A states the rule",
        "Monthly scans must run with credentials",
    ],
)
def test_a_sentence_has_a_verb(sentence: str) -> None:
    assert has_verb(sentence)


@pytest.mark.parametrize(
    "sentence",
    [
        "Application data inside the boundary",
        "Flows to and from interconnected systems",
        "Ability to keep the boundary clearly defined over time",
        "Risks of external services that have no FedRAMP authorization",
        "SSP reviewed in depth against what is really running",
        "Each data center in scope visited",
        "All flows, inside, outside and across the boundary.",
        "Three verbs, three proofs.",
        "Not applicable where no containers are used.",
        "Review of the package",
    ],
)
def test_a_fragment_has_none(sentence: str) -> None:
    assert not has_verb(sentence)


def rules_of(faults: Iterator[Fault]) -> list[str]:
    return [fault.rule for fault in faults]


@pytest.mark.parametrize(
    ("title", "rules"),
    [
        ("Boundary diagram shows every ingress and egress point", []),
        ("RAR is reviewed: mandates, diagrams and operations", []),
        ("Container scan: attack every image in production", ["title-form"]),
        ("Plan is written; summary is prepared", ["title-form"]),
        ("Plan is written.", ["title-form"]),
        ("Customer responsibilities", ["title-form"]),
        ("The plan is " + "very " * 10 + "good", ["title-length"]),
    ],
)
def test_titles(title: str, rules: list[str]) -> None:
    assert rules_of(check_title(title)) == rules


def test_sentences_are_found_in_markdown() -> None:
    text = (
        "Send it by 3:00 p.m. Eastern Time. See sec. 4 of it\nfor more, e.g. the list.\n\n"
        "What to attach:\n- a fragment\n- another one\n\n| a | table |\n\n"
        "Run `fedcheck gate`. Done."
    )
    assert split_sentences(text) == [
        "Send it by 3:00 p.m. Eastern Time.",
        "See sec. 4 of it for more, e.g. the list.",
        "What to attach:",
        "Run Code.",
        "Done.",
    ]
    assert rules_of(check_sentences(text)) == []


def test_long_sentences_and_those_without_a_verb_are_found() -> None:
    assert rules_of(check_sentences("Two contracts with two carriers.")) == ["verb"]
    assert rules_of(check_sentences("Class A: every 14 days.")) == []  # values need no verb
    assert rules_of(check_sentences("Check " + "the log and " * 14 + "more.")) == ["long-sentence"]
    listed = "Check each of these: " + ", ".join(["the log of the host"] * 12) + "."
    assert rules_of(check_sentences(listed)) == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("The PMO is told by mail.", ["told", "mail"]),
        ("The row tells the date.", ["tells"]),
        ("The post said so; the guide says more.", ["says"]),
        ("The service stands in Table 6.1.", ["stands in"]),
        ("The proof lies in the log.", ["lies in"]),
        ("The page carries a date.", ["carries"]),
        ("The plan rests on it.", ["rests on"]),
        ("Test it by SP 800-34.", ["by SP 800-34"]),
        ("Do it by the Strategy Guide.", ["by the Strategy Guide"]),
        ("The template wants a date.", ["template wants"]),
        ("The guide also asks for it.", ["guide also asks"]),
        ("Beside it, do it anew, at the latest in May.", ["Beside", "anew", "at the latest"]),
        ("It lasts 5 days at the longest.", ["at the longest"]),
        ("Who already knows it, may apply.", ["Who already knows it,"]),
        ("The guide recommends to write it down.", ["recommends to write"]),
        ("The baseline allows to hold it once.", ["allows to hold"]),
        ("The gate may be called.", ["gate may be called"]),
        ("It shows what holds it.", ["what holds it"]),
        ("Bring the lists in.", []),
        ("Nothing to bring in here.", ["bring in"]),
        ("31 June is no day.", ["is no day"]),
        ("Compare with own baselines.", ["with own"]),
        ("Compare the authorized with it.", []),
        ("List the authorized.", ["the authorized"]),
        ("It travelled and fulfils the colour.", ["travelled", "fulfils", "colour"]),
        ("It was organised afterwards.", ["organised", "afterwards"]),
    ],
)
def test_words_to_replace(text: str, found: list[str]) -> None:
    assert sorted(fault.text for fault in find_words(text)) == sorted(found)


@pytest.mark.parametrize(
    "text",
    [
        "Carry out the plan, and carry the results over into the next month.",
        "Required by SP 800-34; rotate the rest on schedule; the emergency line stays open.",
        "Can you tell them apart? Say so in your submission. The package stands on its own.",
        "Send an email through the mail server; the agency wants more. Who decides?",
        "Run `mail` and see https://example.com/mail. SP 800-34 requires it besides.",
        "Its own baselines, the authorized service, a recommended addition to the plan.",
    ],
)
def test_words_that_are_right_are_left_alone(text: str) -> None:
    assert list(find_words(text)) == []


@pytest.mark.parametrize(
    ("says", "level"),
    [
        ("must submit", Level.MUST),
        ("CSPs are required to", Level.MUST),
        ("should also review", Level.SHOULD),
        ("it is best practice", Level.SHOULD),
        ("not recommended", Level.SHOULD_NOT),
        ("may submit", Level.MAY),
        ("optional", Level.MAY),
        ("must not be shared", Level.MUST_NOT),
        ("Describe the flows", Level.MUST),
        ("3PAO submits the RAR", Level.MUST),
        ("Table of controls", None),
    ],
)
def test_the_words_of_a_source_say_how_binding_it_is(says: str, level: Level | None) -> None:
    levels = facts.find_levels(says)
    assert (levels[0] if levels else None) is level


PROCESS = Process(
    format=1,
    id="p",
    title="P",
    phases=(Phase("first", "F", "x"), Phase("second", "S", "y")),
    role_tables=(Role("csp", "C"), Role("helper", "H", optional=True)),
    profile={"impact": ProfileOption(("moderate", "high"))},
)
ITEM = Item("a", "The plan is written", source=SourceRef("guide", "page 1", "must write"))


def listed(*items: Item, phase: str = "first", role: str = "csp", name: str = "l") -> Checklist:
    sections = (Section("s", "S", items=items),)
    sources = (Source("guide", "Guide"),)
    return Checklist(1, name, ("p",), phase, role, "T", sources=sources, sections=sections)


def test_an_item_names_its_source_and_quotes_it() -> None:
    bare = replace(ITEM, source=None)
    assert rules_of(facts.check_source(bare, listed(bare))) == ["source"]
    assert rules_of(facts.check_says(bare)) == []  # said once
    vague = replace(ITEM, source=SourceRef("guide"))
    assert rules_of(facts.check_source(vague, listed(vague))) == ["source"]
    assert rules_of(facts.check_says(vague)) == ["says"]
    assert (
        rules_of(facts.check_source(ITEM, listed(ITEM))) == rules_of(facts.check_says(ITEM)) == []
    )


def test_the_level_is_that_of_the_quote() -> None:
    def checked(says: str, level: Level = Level.MUST) -> list[str]:
        quoted = replace(ITEM, level=level, source=SourceRef("guide", "page 1", says))
        return rules_of(facts.check_level(quoted))

    assert checked("must write") == checked("should write", Level.SHOULD) == []
    assert checked("should write") == checked("must write", Level.MAY) == ["level"]
    assert checked("the table of controls") == ["says"]
    assert checked("must write the plan and the report of it") == ["says"]


def test_only_processes_that_nobody_can_begin_need_no_quote() -> None:
    closed = {"p": replace(PROCESS, status=Standing.HISTORICAL)}
    both = replace(listed(ITEM), process=("p", "q"))
    only = replace(ITEM, applies={"process": ("p",)})
    assert facts.is_historical(ITEM, listed(ITEM), closed)
    assert not facts.is_historical(ITEM, listed(ITEM), {"p": PROCESS})
    assert not facts.is_historical(ITEM, both, closed)  # q is not known here
    assert facts.is_historical(only, both, closed)


@pytest.mark.parametrize(
    ("controls", "impact", "found"),
    [
        (("AC-2", "AC-2(1)"), (), []),
        (("SC-12(1)",), (), ["SC-12(1)"]),
        (("SC-12(1)",), ("high",), []),
        (("AC-2(1)",), ("low",), ["AC-2(1)"]),
        (("ZZ-1", "AC-99"), ("high",), ["ZZ-1", "AC-99"]),
    ],
)
def test_controls_are_in_the_baseline(
    controls: tuple[str, ...], impact: tuple[str, ...], found: list[str]
) -> None:
    item = replace(ITEM, controls=controls, applies={"impact": impact} if impact else None)
    faults = list(facts.check_controls(item, listed(item), {"p": PROCESS}))
    assert [fault.text for fault in faults] == found
    without = replace(PROCESS, profile=None)
    assert list(facts.check_controls(item, listed(item), {"p": without})) == []


def test_baselines_have_the_published_sizes_and_include_one_another() -> None:
    sizes = {level: len(list_controls(level)) for level in ("li-saas", "low", "moderate", "high")}
    assert sizes == {"li-saas": 156, "low": 156, "moderate": 323, "high": 410}
    assert all(parse_control(one) == one for one in list_controls("high"))
    assert find_lowest_level("SC-12(1)") == "high" and not find_lowest_level("AC-99")
    assert has_control("high", "AC-1") and not has_control("li-saas", "AC-2(1)")


@needs_catalogs
@pytest.mark.parametrize("level", ["low", "moderate"])
def test_baselines_are_those_of_the_catalogs(level: str) -> None:
    path = next(OSCAL.glob(f"FedRAMP_rev5_{level.upper()}-*.json"))

    def ids(value: dict[str, object]) -> Iterator[str]:
        for name in ("groups", "controls"):
            for one in value.get(name, ()):  # type: ignore[attr-defined]
                if name == "controls":
                    yield parse_control(one["id"])
                yield from ids(one)

    assert sorted(ids(json.loads(path.read_bytes())["catalog"])) == sorted(list_controls(level))


def test_needs_make_sense() -> None:
    early, late = listed(ITEM), listed(ITEM, phase="second", name="late")
    other = listed(ITEM, role="helper", name="other")
    optional = listed(replace(ITEM, level=Level.MAY), name="optional")
    apart = listed(replace(ITEM, applies={"impact": ("high",)}), name="apart")
    lists = {one.id: one for one in (early, late, other, optional, apart)}

    def checked(*needs: str, of: Checklist = early) -> list[str]:
        item = replace(ITEM, id="x", needs=needs, applies={"impact": ("moderate",)})
        found = facts.check_needs(item, of, lists, {"p": PROCESS})
        return [fault.message.removeprefix(f"needs {fault.text}") for fault in found]

    assert checked("l:a", "nowhere:b") == checked("l:a", of=late) == []
    assert checked("late:a") == [" of the later phase second (p)"]
    assert checked("other:a") == [" of the role helper, which may take no part"]
    assert checked("optional:a") == [", which is optional"]
    assert checked("apart:a") == [", which never applies together with it (impact)"]
    assert checked("l:a", "l:a") == [" twice"]


def test_runs_of_eight_words_are_found_once_and_whole(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("Every provider must keep the log of each host for one year.")
    (tmp_path / "b.json").write_text(
        '{"x": ["The title of the long guide for all providers here"]}'
    )
    (tmp_path / "c.pdf").write_text("not read")
    official = list(read_official_texts([tmp_path]))
    assert [name for name, _ in official] == ["a.txt", "b.json"]
    ours: dict[object, str] = {
        1: "As it is written: provider must keep the log of each host, for one week.",
        2: "Keep the log of each host for a week.",
        3: "See the title of the long guide for all providers.",
    }
    found = find_copies(ours, official, names=["The title of the long guide for all providers"])
    assert [(one.place, one.count, one.document) for one in found] == [(1, 10, "a.txt")]


def test_texts_of_a_file_are_found_with_their_lines() -> None:
    text = (
        'title = "T"\n[[source]]\nid = "s"\ntitle = "Not ours"\n'
        '[[section]]\nid = "one"\ntitle = "S"\n[[section.item]]\nid = "a"\ntitle = "It is"\n'
        'guidance = """\nFirst line\nis told here.\n"""\n'
        'expects = ["Log", "Mail"]\nsource = { id = "s", where = "x", says = "told" }\n'
    )
    import tomli

    found = list(list_texts(tomli.loads(text)))
    assert [(one.sort, one.text[:6], one.item) for one in found] == [
        (Sort.HEADING, "T", ""),
        (Sort.HEADING, "S", "one"),
        (Sort.ITEM_TITLE, "It is", "a"),
        (Sort.PROSE, "First ", "a"),
        (Sort.PHRASE, "Log", "a"),
        (Sort.PHRASE, "Mail", "a"),
    ]
    assert Places(text).line_of(found[3].path, "is told") == 13
    assert Places(text).line_of(found[4].path) == 15


OWN = """format = 1
id = "jab.readiness.csp-acme"
process = "jab"
phase = "readiness"
role = "csp"
title = "Ours"
[[section]]
id = "s"
title = "S"
[[section.item]]
id = "a"
title = "Customer responsibilities"
guidance = "The PMO is told of it. We keep the log of each host for one year."
controls = ["SC-12(1)"]
"""


def test_the_command_lists_findings_of_an_own_list(
    make_workspace: MakeWorkspace, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = make_workspace(lists={"jab.readiness.csp-acme.toml": OWN})
    official = tmp_path / "official"
    official.mkdir()
    (official / "guide.md").write_text("They keep the log of each host for one year.")
    path = root / "checklists" / "jab.readiness.csp-acme.toml"

    def run(*more: str, status: int = 1) -> str:
        code = fedcheck(["-w", str(root), "checklist", "validate", str(path), *more])
        out, err = capsys.readouterr()
        assert code == status, out + err
        return out

    run(status=0)  # nothing is wrong with its format
    rows = json.loads(run("--strict", "--official", str(official), "--json"))
    assert [(one["rule"], one["line"], one["item"]) for one in rows] == [
        ("title-form", 12, "a"),
        ("words", 13, "a"),
        ("copied", 13, "a"),
        ("control", 14, "a"),
    ]
    assert rows[1]["text"] == "told" and rows[1]["hint"].startswith("write: ")
    text = run("--strict", "--official", str(official), "--rule", "control")
    assert ":14: [control] a: SC-12(1) is not in the baseline of moderate" in text
    assert "1 problem found" in text
    counts = json.loads(run("--strict", "--official", str(official), "--counts", "--json"))
    assert [one["file"] for one in counts] == ["jab.readiness.csp-acme"]
    assert set(counts[0]["rules"]) == set(RULES) and counts[0]["rules"]["words"] == 1
    path.write_text(
        OWN.replace("Customer responsibilities", "Duties are listed")
        .replace("is told of", "knows about")
        .replace("SC-12(1)", "SC-13")
    )
    run("--strict", "--rule", "title-form", "--rule", "words", "--rule", "control", status=0)
    run("--strict", "--rule", "tittle", status=2)
    run("--counts", status=2)


def test_a_quote_of_the_source_is_shown_and_changes_no_basis(
    make_workspace: MakeWorkspace, capsys: pytest.CaptureFixture[str]
) -> None:
    more = '[[source]]\nid = "g"\ntitle = "Guide"\n[[section]]'
    with_source = OWN.replace("[[section]]", more, 1) + 'source = { id = "g", where = "p. 1", '
    text = with_source + 'says = "should list" }\n'
    root = make_workspace(lists={"jab.readiness.csp-acme.toml": text})
    assert fedcheck(["-w", str(root), "show", "csp-acme:a"]) == 0
    assert 'Guide, p. 1: "should list"' in capsys.readouterr().out
    assert fedcheck(["-w", str(root), "show", "csp-acme:a", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["source"]["says"] == "should list"
    assert ITEM.basis() == replace(ITEM, source=SourceRef("guide", "page 1")).basis()


def test_shipped_texts_are_found_and_official_ones_where_they_are(tmp_path: Path) -> None:
    names = {path.parent.name for path in list_shipped_texts()}
    assert names >= {"cr26", "guidance", "controls"}
    assert find_official_texts(tmp_path) == []
    checkout = tmp_path / "shared" / "reference" / "official"
    checkout.mkdir(parents=True)
    assert find_official_texts(tmp_path / "main" / "checklists") == [checkout]
    assert find_shipped_checklists().is_dir()
