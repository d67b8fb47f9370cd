"""The shipped checklists: every item has a source, every table its rows, nothing dangles."""

import re
from collections import Counter

import pytest

from fedcheck.storage import paths
from fedcheck.storage.checklist_files import Catalog, load_catalog
from fedcheck.storage.validation import check_across, check_processes

MODERATE = {"impact": "moderate", "process": "jab"}
HIGH = {"impact": "high", "process": "jab"}


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return load_catalog(paths.find_shipped_checklists(), (), None)


@pytest.fixture(scope="module")
def lists(catalog):
    return {loaded.id: loaded.checklist for loaded in catalog.lists}


def all_items(lists):
    return [(c, s, i) for c in lists.values() for s, i in c.items.values()]


def test_nothing_is_wrong_with_any_shipped_file(catalog):
    check_across(catalog, catalog.lists)
    check_processes(catalog)
    problems = [str(p) for loaded in catalog.lists for p in loaded.problems()]
    problems += [str(p) for p in catalog.process_problems]
    assert problems == []


def test_every_item_has_a_source_with_its_place(lists):
    without = [
        f"{c.id}:{i.id}"
        for c, _, i in all_items(lists)
        if i.source is None or not i.source.where.strip() or c.source_of(i)[0] is None
    ]
    assert without == []


def test_every_item_has_guidance_and_a_title_that_fits_a_line(lists):
    assert [i.id for _, _, i in all_items(lists) if len(i.guidance.split()) < 12] == []
    assert [i.id for _, _, i in all_items(lists) if len(i.title) > 100] == []


def test_every_source_is_used_and_names_its_document(lists):
    for checklist in lists.values():
        used = {item.source.id for _, item in checklist.items.values() if item.source}
        assert {source.id for source in checklist.sources} == used, checklist.id


def test_every_phase_has_a_list_for_csp_and_3pao(catalog, lists):
    jab = catalog.processes["jab"]
    have = {(c.phase, c.role) for c in lists.values() if "jab" in c.process}
    for phase in jab.phases:
        assert {(phase.id, "csp"), (phase.id, "3pao")} <= have
    assert {role for _, role in have} == {"csp", "3pao", "pmo", "jab"}


def test_lists_lie_in_the_folder_of_their_kind(catalog):
    jab = catalog.processes["jab"]
    for loaded in catalog.lists:
        folder = loaded.path.parent.name
        assert loaded.id.startswith(f"{folder}.")
        assert (len(loaded.checklist.process) > 1) == (folder == "rev5"), loaded.id
        if folder == "cr26":
            assert loaded.checklist.process == ("cr26",)
            continue
        assert loaded.checklist.role in jab.all_roles
        assert set(loaded.checklist.process) <= {"jab", *jab.shares_lists_with}


# Rows of the Readiness Assessment Report templates, Moderate v2.1 and High v1.7 (2024-05-31).
RAR_ROWS = {
    "4-1": (6, 6),
    "4-2": (4, 4),
    "4-3": (5, 5),
    "4-4": (10, 11),
    "4-5": (11, 17),
    "4-6": (6, 6),
    "4-7": (10, 12),
    "4-8": (3, 5),
    "4-10": (1, 1),
    "4-11": (2, 2),
    "4-12": (4, 4),
}


@pytest.mark.parametrize("table", RAR_ROWS)
def test_the_readiness_list_covers_every_row_of_the_rar_tables(lists, table):
    rows = "" if table == "4-10" else ", "  # one question, without a number
    pattern = re.compile(rf"Table {table}{rows}")
    counts = []
    for facts in (MODERATE, HIGH):
        items = [i for _, i in lists["rev5.readiness.3pao"].applying(facts)]
        counts.append(sum(bool(pattern.match(i.code)) for i in items))
    assert tuple(counts) == RAR_ROWS[table]


@pytest.mark.parametrize(
    "table", ["0-1", "3-1", "3-2", "3-3", "4-9", "4-13", "4-14", "4-15", "4-16"]
)
def test_the_tables_without_numbered_rows_are_there_too(lists, table):
    codes = [i.code for i in (i for _, i in lists["rev5.readiness.3pao"].items.values())]
    assert any(code.startswith(f"Table {table}") for code in codes)


def test_every_appendix_of_the_ssp_and_every_vector_is_an_item(lists):
    csp = lists["rev5.full-assessment.csp"].items
    assert {f"app-{letter}" for letter in "bcdefghijklmnopq"} | {"app-a-controls"} <= set(csp)
    assessor = lists["rev5.full-assessment.3pao"].items
    assert {f"pen-{n}" for n in range(1, 7)} <= set(assessor)
    scans = {"scan-infra", "scan-db", "scan-web", "scan-container", "scan-config", "scan-code"}
    assert scans | {"ret", "srtm-final", "sar-app-d", "sar-aux", "pen-report"} <= set(assessor)


def test_diagram_contents_executive_summary_and_eligibility_are_there(lists):
    csp = Counter(item.split("-")[0] for item in lists["rev5.readiness.csp"].items)
    assert csp["abd"] > 15
    assert csp["dfd"] > 7
    assessor = lists["rev5.readiness.3pao"].items
    assert sum(item.startswith("exec-") for item in assessor) >= 11
    assert sum(item.startswith("eligible-") for item in lists["jab.review.csp"].items) == 4


# The clocks of the process that FedRAMP sets, by the items that carry them.
CLOCKS = {
    "rev5.readiness.3pao:notify-pmo": ("due", "rar - 10bd"),
    "rev5.full-assessment.3pao:scan-infra": ("max_age", "120d at package"),
    "rev5.full-assessment.3pao:pen-1": ("max_age", "6mo at package"),
    "rev5.full-assessment.csp:first-conmon": ("due", "kick-off - 14d"),
    "jab.kick-off.csp:fresh-scans": ("max_age", "30d at kick-off"),
    "jab.final-review.csp:conmon-schedule": ("due", "ato + 10bd"),
    "rev5.conmon.3pao:y-sap": ("due", "anniversary - 60d"),
    "rev5.conmon.csp:m-poam": ("every", "1mo"),
}


@pytest.mark.parametrize("ref", CLOCKS)
def test_clocks_stand_where_fedramp_sets_them(lists, ref):
    checklist, _, item = ref.partition(":")
    name, value = CLOCKS[ref]
    assert getattr(lists[checklist].items[item][1], name) == value


def test_the_process_is_marked_historical_and_says_what_follows(catalog):
    jab = catalog.processes["jab"]
    assert jab.status == "historical"
    for words in ("2024", "2026"):
        assert words in jab.note
    phases = "readiness full-assessment kick-off review remediation final-review conmon"
    assert [phase.id for phase in jab.phases] == phases.split()
    assert all(phase.purpose and phase.source for phase in jab.phases)
    assert all(
        deliverable.handed_over_by and deliverable.reviewers is not None
        for deliverable in jab.deliverables
    )


@pytest.mark.parametrize("name", ["jab", "agency"])
def test_a_gate_asks_for_nothing_that_can_only_happen_after_it(name, catalog):
    """No item that a gate asks for needs one that lies behind that gate's milestone."""
    process = catalog.processes[name]
    order = [milestone.id for milestone in process.milestones]
    items = {f"{c.id}:{i.id}": (c, i) for c, _, i in all_items(catalog.checklists_for(process))}
    late = []
    for milestone in process.milestones:
        for ref, (checklist, item) in items.items():
            behind = item.after and order.index(item.after) >= order.index(milestone.id)
            if checklist.phase not in milestone.closes or behind:
                continue
            for need in item.needs:
                after = items[need][1].after if need in items else ""
                if after and order.index(after) >= order.index(milestone.id):
                    late.append(
                        f"{milestone.id} asks for {ref}, which needs {need} (after {after})"
                    )
    assert late == []


def test_words_are_ours():
    """No exclamation marks, no double blanks: the tone of the lists (docs/content.md)."""
    for path in paths.find_shipped_checklists().rglob("*.toml"):
        text = path.read_text(encoding="utf-8")
        assert "!" not in re.sub(r"https?://\S+", "", text), path
