"""OSCAL catalogs become test checklists: what is taken and told, what a newer edition keeps."""

import copy
import json
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from official_shapes import official
from resolved_catalogs import other_document, resolved
from small_catalog import (
    BADGES,
    FEDRAMP,
    LOCKS,
    TOY,
    catalog,
    control,
    group,
    insert,
    label,
    method,
    part,
    prop,
    written,
)

from fedcheck.domain.item_rules import ItemEdit
from fedcheck.domain.query_fields import parse_family
from fedcheck.errors import FedcheckError, InvalidFileError
from fedcheck.importers.oscal.catalog import contents
from fedcheck.importers.oscal.checklist import plan
from fedcheck.importers.oscal.parameters import LONGEST, Param, inserter, params_of
from fedcheck.importers.plan import carry_out


def planned(session, tmp_path, data=TOY, by="control", **more):
    return plan(session, written(tmp_path, data), by, **more)


def items(found):
    (one,) = found.checklists
    return {name: item for name, (_, item) in one.items.items()}


def test_each_control_is_a_test_of_the_assessor(session, tmp_path):
    found = planned(session, tmp_path)
    (made,) = found.checklists
    assert (made.id, made.phase, made.role, made.process) == (
        "oscal.controls", "full-assessment", "3pao", ("jab",),
    )  # fmt: skip
    assert [(s.id, s.title) for s in made.sections] == [("xx", "Doors")]
    assert made.sources[0].title == "Toy Baseline, version 1, OSCAL 1.1.2"
    by_id = items(found)
    assert list(by_id) == ["xx-1", "xx-1.1", "xx-2"]
    assert [item.code for item in by_id.values()] == ["XX-1", "XX-1(1)", "XX-2"]
    locks = by_id["xx-1"]
    assert locks.statement.split("\n") == [
        "a. Lock each door [each night];",
        "b. Keep the keys:",
        "  1. with [Assignment: organization-defined people].",
        "XX-1 Additional FedRAMP Requirements and Guidance",
        "  Requirement: Doors of glass count too.",
    ]
    assert (locks.kind, locks.methods, locks.controls) == ("test", ("examine", "test"), ("XX-1",))
    for said in (
        "FedRAMP core control", "- a.", "A bolt is a lock.", "key book; floor plan", "the doors",
        "XX-01b.[02]: keys are counted", "how often doors are locked is defined",
        "(see XX-2).",
    ):  # fmt: skip
        assert said in locks.guidance
    assert "core" not in by_id["xx-2"].guidance
    assert any("1 withdrawn control left out" in fact for fact in found.facts)


def test_each_determination_is_a_test_with_its_own_methods(session, tmp_path):
    found = planned(session, tmp_path, by="objective")
    by_id = items(found)
    assert list(by_id) == ["xx-1_obj.a", "xx-1_obj.b-1", "xx-1_obj.b-2", "xx-1.1_obj", "xx-2"]
    doors, kept = by_id["xx-1_obj.a"], by_id["xx-1_obj.b-1"]
    assert (doors.code, doors.title) == ("XX-01a.", "doors are locked [each night]")
    assert (doors.methods, kept.methods) == (("test",), ("examine", "test"))
    assert doors.statement == "a. Lock each door [each night];"
    assert kept.statement.split("\n") == [
        "b. Keep the keys:", "  1. with [Assignment: organization-defined people].",
    ]  # fmt: skip
    assert kept.title == "keys are kept"
    assert "the doors" in doors.guidance
    assert "key book" not in doors.guidance
    assert "Doors of glass" in doors.guidance
    assert [note.where for note in found.notes] == ["XX-2"]


def test_names_of_older_editions_are_understood(session, tmp_path):
    old = control(
        "yy-3",
        "Old Words",
        part("statement", "Do it."),
        part(
            "objective", "Determine if the organization:",
            part("objective", "keeps a list of:", part("objective", "doors;", id="yy-3.1_obj"),
                 part("objective", "keys.", id="yy-3.2_obj")),
        ),
        method("EXAMINE", "the list", "assessment", "objects"),
        properties=[label("YY-3 (2)")],
        parameters={"yy-3_prm_1": {"label": "thing"}},
    )  # fmt: skip
    found = planned(session, tmp_path, catalog(group("yy", "Old", old)), "objective")
    by_id = items(found)
    assert by_id["yy-3.1_obj"].title == "Determine if the organization: keeps a list of: doors"
    assert by_id["yy-3.2_obj"].methods == ("examine",)
    assert by_id["yy-3.2_obj"].controls == ("YY-3(2)",)
    assert "the list" in by_id["yy-3.2_obj"].guidance


def text(*params, prose):
    return inserter(params_of({"params": list(params)})).prose(prose)


@pytest.mark.parametrize(
    ("params", "wanted"),
    [
        ([{"id": "p", "values": ["30 days"], "label": "x"}], "30 days"),
        ([{"id": "p", "value": "30 days"}], "30 days"),
        ([{"id": "p", "label": "x", "constraints": [{"description": "daily "}]}], "[daily]"),
        ([{"id": "p", "label": "period"}], "[Assignment: organization-defined period]"),
        ([{"id": "p", "label": "organization-defined period"}],
         "[Assignment: organization-defined period]"),
        ([{"id": "p", "guidelines": [{"prose": "how long"}]}],
         "[Assignment: organization-defined how long]"),
        ([{"id": "p", "select": {"choice": ["a", "b"]}}], "[Selection (one): a; b]"),
        ([{"id": "p", "select": {"how-many": "one-or-more", "choice": [insert("q"), "b"]}},
          {"id": "q", "values": ["c"]}], "[Selection (one or more): c; b]"),
        ([{"id": "p", "label": "x", "props": [prop("aggregates", "q"), prop("aggregates", "r")]},
          {"id": "q", "constraints": [{"description": "daily"}]}, {"id": "r", "label": "r"}],
         "[daily]"),
        ([{"id": "q", "values": ["c"], "props": [prop("alt-identifier", "p")]}], "c"),
        ([], "[p]"),
    ],
)  # fmt: skip
def test_a_parameter_is_written_into_the_prose(params, wanted):
    assert text(*params, prose=f"Within {insert('p')} .") == f"Within {wanted}."


@pytest.mark.parametrize("form", ["{{ insert: param, p }}", "{{insert:param,p}}", "{{ p }}",
                                  "{{ param: p }}"])  # fmt: skip
def test_every_form_of_an_insertion_is_known(form):
    assert text({"id": "p", "values": ["v"]}, prose=f"a {form} b") == "a v b"


def test_parameters_that_insert_each_other_end(session, tmp_path):
    ring = [{"id": "p", "values": [insert("q")]}, {"id": "q", "values": [f"x {insert('p')}"]}]
    assert text(*ring, prose=insert("p")) == "x [p]"
    many = [{"id": f"p{i}", "values": [insert(f"p{i + 1}") * 3]} for i in range(5000)]
    assert len(text(*many, prose=insert("p0"))) <= LONGEST + 1


@given(
    st.dictionaries(
        st.sampled_from("abcd"),
        st.lists(st.sampled_from(["x", *map(insert, "abcde")]), min_size=1, max_size=3),
    ),
    st.text(max_size=40),
)
def test_insertion_always_ends_and_leaves_no_braces_of_known_form(params, around):
    words = inserter([Param(name, values=tuple(values)) for name, values in params.items()])
    found = words.prose(f"{insert('a')} {around.replace('{', '')}")
    assert "insert: param" not in found
    assert "\x1b" not in found


def test_fedramps_own_properties_are_told(session, tmp_path):
    made = copy.deepcopy(BADGES)
    made["props"] = [
        prop("response-required", "attest", ns=FEDRAMP),
        prop("core", "no", ns=FEDRAMP),
    ]
    (item,) = items(planned(session, tmp_path, catalog(group("xx", "Doors", made)))).values()
    assert "required: attest" in item.guidance
    assert "core control" not in item.guidance


@pytest.mark.parametrize(
    "gone",
    [
        {"props": [prop("status", "Withdrawn")]},
        {"properties": [{"class": "status", "value": "withdrawn"}]},
        {"annotations": [prop("status", "withdrawn")]},
        {"class": "SP800-53-withdrawn"},
        {"links": [{"rel": "status", "href": "#withdrawn"}]},
        {"links": [{"rel": "incorporated-into", "href": "#xx-1"}]},
        {"links": [{"rel": "moved-to", "href": "#xx-1"}], "parts": []},
        {"title": "[Withdrawn: Incorporated into XX-1]"},
        {"parts": [part("statement", "[Withdrawn: Moved to XX-1.]")]},
    ],
)
def test_withdrawn_controls_are_left_out_however_it_is_said(session, tmp_path, gone):
    data = {**control("xx-9", "Gone"), **gone}
    found = planned(session, tmp_path, catalog(group("xx", "Doors", data, BADGES)))
    assert list(items(found)) == ["xx-2"]
    assert "1 withdrawn control left out" in found.facts


def test_a_control_that_only_speaks_of_withdrawn_things_stays(session, tmp_path):
    data = control("xx-9", "Withdrawn badges", part("statement", "Withdrawn badges are cut."))
    data["links"] = [
        {"rel": "reference", "text": "SP 1 (withdrawn)"},
        {"rel": "incorporated-into", "href": "#xx-2"},
    ]
    assert "xx-9" in items(planned(session, tmp_path, catalog(group("xx", "Doors", data))))


def test_a_label_goes_on_from_the_one_above_it_and_so_does_a_response(session, tmp_path):
    leaf = part("objective", "purpose;", id="o.1", props=[prop("label", "[1]")])
    wanted = {**prop("response-point", "yes"), "ns": FEDRAMP}
    above = part("objective", "a policy:", leaf, props=[prop("label", "XX-9(a)"), wanted])
    data = control("xx-9", "Policy", part("objective", "Determine if it has", above))
    (item,) = items(
        planned(session, tmp_path, catalog(group("xx", "Doors", data)), "objective")
    ).values()
    assert item.code == "XX-9(a)[1]"
    assert item.title == "Determine if it has a policy: purpose"
    assert "requires a response to:**\n\n- XX-9(a)" in item.guidance


def test_ids_of_parameters_are_found_in_any_case(session, tmp_path):
    data = control("xx-9", "Keys", part("statement", f"Keep {insert('XX-9_PRM_1')}."))
    data["params"] = [{"id": "xx-9_prm_1", "values": ["ten keys"]}]
    found = planned(session, tmp_path, catalog(group("xx", "Doors", data)))
    assert items(found)["xx-9"].statement == "Keep ten keys."
    assert not [note for note in found.notes if "no such parameter" in note.what]


def test_a_key_that_stands_twice_is_told(session, tmp_path):
    text = json.dumps(catalog(group("xx", "Doors", BADGES)))
    text = text.replace('"groups"', '"groups": [], "groups"', 1)
    found = planned(session, tmp_path, text.encode())
    assert any('"groups" appears several times in 1 object' in note.what for note in found.notes)


def test_twice_and_nameless_is_told_and_the_rest_is_used(session, tmp_path):
    nameless = control("", "Nameless")
    data = catalog(group("xx", "Doors", BADGES, BADGES, nameless), group("xx", "Doors", LOCKS))
    found = planned(session, tmp_path, data)
    assert list(items(found)) == ["xx-2", "xx-1", "xx-1.1"]
    assert len(found.checklists[0].sections) == 1
    assert [note.where for note in found.notes] == ["XX-2", "Nameless"]


def test_a_newer_edition_keeps_the_work(session, tmp_path):
    carry_out(session, planned(session, tmp_path, by="objective"))
    assert planned(session, tmp_path, by="objective").empty
    done = ItemEdit(status="done", result="satisfied")
    refs = [f"oscal.objectives:{name}" for name in ("xx-1_obj.a", "xx-1_obj.b-1", "xx-1_obj.b-2")]
    session.apply(refs, done)

    newer = copy.deepcopy(TOY)
    parts = newer["catalog"]["groups"][0]["controls"][0]["parts"][2]["parts"]
    parts[0]["prose"] = "all doors are locked;"
    parts[1]["parts"][0]["id"] = "xx-01_obj.b.01"
    del parts[1]["parts"][1]
    newer["catalog"]["metadata"]["version"] = "2"
    found = planned(session, tmp_path, newer, "objective")
    assert [n.where for n in found.notes if "record" in n.what] == [refs[2]]
    carry_out(session, found)
    assert planned(session, tmp_path, newer, "objective").empty

    board = session.board()
    assert session.project.record("oscal.objectives:xx-01_obj.b.01").result == "satisfied"
    assert board.rows[refs[0]].changed
    assert not board.rows["oscal.objectives:xx-01_obj.b.01"].changed
    session.undo()
    assert session.project.record(refs[1]).result == "satisfied"
    assert refs[2] in session.board().rows


def test_what_people_added_to_the_list_stays(session, tmp_path):
    carry_out(session, planned(session, tmp_path))
    path = session.root / "checklists" / "oscal.controls.toml"
    head, rest = path.read_text().split('id = "xx-1"\n', 1)
    own = '\n[[section.item]]\nid = "own"\ntitle = "Our own step"\n'
    path.write_text(f'{head}id = "xx-1"\ndue = "kick-off - 30d"\n{rest}{own}')
    session.refresh()
    assert planned(session, tmp_path).empty
    newer = copy.deepcopy(TOY)
    newer["catalog"]["groups"][0]["controls"][0]["title"] = "Better Locks"
    by_id = items(planned(session, tmp_path, newer))
    assert (by_id["xx-1"].title, by_id["xx-1"].due) == ("Better Locks", "kick-off - 30d")
    assert by_id["own"].title == "Our own step"


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b'{"catalog": {\n "a": ]}}', "2: not valid JSON, column 7"),
        (b"", "empty"),
        (b'{"catalog": {"a": NaN}}', "NaN is not a JSON value"),
        (b"<?xml version='1.0'?><catalog/>", "XML, not JSON"),
        (b"\xef\xbb\xbf <catalog/>", "XML, not JSON"),
        (b"catalog:\n  uuid: 0\n", "YAML, not JSON"),
        (b"---\ncatalog:\n", "YAML, not JSON"),
        (b"PK\x03\x04abc", "a zip file or workbook"),
        (b'{"catalog": "\xff"}', "not UTF-8"),
        (b"[" * 100_000, "nested too deeply"),
        (b"[" * 700_000, "objects"),
        ({"profile": {}}, "is a profile"),
        ({"component-definition": {}}, "is a component definition"),
        ({"system-security-plan": {}}, "is a system security plan"),
        ({"assessment-results": {}}, "is assessment results"),
        ({"plan-of-action-and-milestones": {}}, "is a plan of action"),
        ({"catalog": []}, "not an OSCAL catalog"),
        ([], "not an OSCAL catalog"),
        (catalog(), "has no controls"),
        (catalog(group("x", "X", control("x-1", "Gone", props=[prop("status", "Withdrawn")]))),
         "has no controls"),
    ],
)  # fmt: skip
def test_what_is_no_catalog_is_said_plainly(session, tmp_path, data, said):
    with pytest.raises(FedcheckError) as raised:
        planned(session, tmp_path, data)
    assert said in str(raised.value)
    assert raised.value.hint
    assert raised.value.kind == "unreadable"


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_other_encodings_of_json_are_read(session, tmp_path, encoding):
    found = planned(session, tmp_path, json.dumps(TOY).encode(encoding))
    assert len(items(found)) == 3


def test_a_catalog_without_objectives_says_so(session, tmp_path):
    data = catalog(group("xx", "Doors", BADGES))
    with pytest.raises(FedcheckError, match="no assessment objectives") as raised:
        planned(session, tmp_path, data, "objective")
    assert "--by objective" in raised.value.hint
    assert list(items(planned(session, tmp_path, data))) == ["xx-2"]
    told = [note.what for note in planned(session, tmp_path, data).notes]
    assert any("no assessment objectives" in what for what in told)


def test_parts_of_other_publishers_are_kept_under_their_names(session, tmp_path):
    demands = [
        {"id": f"ACME.Net.C1.{n}", "name": f"ACME.Net.C1.{n}", "prose": f"It MUST do {n}."}
        for n in ("R1", "R2")
    ]
    told = {
        "id": "g", "name": "guidance",
        "parts": [
            {"name": "item", "prose": "Name an owner."}, {"name": "item", "prose": "Log it."},
        ],
    }  # fmt: skip
    example = {"id": "ex1", "name": "worked-example", "prose": "Keep a wiki page."}
    said = {"id": "s1", "name": "statement", "prose": "Roles are known."}
    data = catalog(
        group(
            "net",
            "Network",
            {"id": "ACME.Net.C1", "title": "Ports are shut", "parts": demands},
            {"id": "ACME.Net.C2", "title": "Roles", "parts": [said, told, example]},
        )
    )
    ports, roles = items(planned(session, tmp_path, data)).values()
    assert (ports.code, ports.controls) == ("ACME.Net.C1", ("ACME.Net.C1",)), (
        "codes keep their case"
    )
    assert ports.statement.split("\n") == [
        "ACME.Net.C1.R1 It MUST do R1.",
        "ACME.Net.C1.R2 It MUST do R2.",
    ]
    assert roles.statement == "Roles are known."
    assert "Name an owner.\nLog it." in roles.guidance
    assert "**Worked example:** Keep a wiki page." in roles.guidance


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("Account Management (03.01.01)", "03.01.01"),
        ("03.01.01: Account Management", "03.01.01"),
        ("Managing of accounts (03.01.01)", "03.01.01"),
        ("AC-2 (1)", "AC-2(1)"),
        ("Account Management", "Account Management"),
    ],
)
def test_a_label_with_a_title_is_split(session, tmp_path, said, code):
    data = catalog(
        group(
            "f", "Access",
            {"id": "x1", "title": "Account Management", "props": [{"name": "label", "value": said}],
             "parts": [{"id": "s", "name": "statement", "prose": "Do it."}]},
        )
    )  # fmt: skip
    (item,) = items(planned(session, tmp_path, data)).values()
    assert (item.code, item.controls) == (code, (code,))


@pytest.mark.parametrize(
    ("control", "family"), [("AC-2(1)", "AC"), ("03.01.01", "03.01"), ("ACME.Net.C1", "ACME.Net")]
)
def test_the_family_of_a_control_is_what_its_code_begins_with(control, family):
    assert parse_family(control) == family


def test_deep_nesting_of_a_catalog_is_bounded(session, tmp_path):
    deep = part("item", "x")
    for _ in range(150):
        deep = part("item", "x", deep)
    objective = part("assessment-objective", "y", id="o")
    for _ in range(150):
        objective = part("assessment-objective", "y", objective)
    nested = control("xx-9", "Deep", part("statement", "x", deep), objective)
    for number in range(100):
        nested = control(f"xx-8.{number}", "Nested", controls=[nested])
    found = planned(session, tmp_path, catalog(group("xx", "Doors", nested, LOCKS)))
    assert "xx-1" in items(found)
    assert any("nested too deeply" in note.what for note in found.notes)
    planned(
        session, tmp_path, catalog(group("x", "X", control("d-1", "D", objective))), "objective"
    )


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(
        st.sampled_from(
            ["groups", "controls", "parts", "params", "props", "id", "name", "title", "value",
             "prose", "select", "choice", "links", "ns", "constraints"]
        ), inner, max_size=4,
    ),
    max_leaves=20,
)  # fmt: skip


@given(json_values)
def test_no_shape_of_a_catalog_is_a_crash(data):
    contents({"groups": [{"id": "x", "controls": [data, {"id": "a", "parts": data}]}]}, "T")
    contents(data if isinstance(data, dict) else {}, "T")


def test_another_list_of_that_name_is_not_touched(session, tmp_path):
    with pytest.raises(FedcheckError, match="with this name already exists"):
        planned(session, tmp_path, list_id="rev5.readiness.csp")
    with pytest.raises(FedcheckError, match="is not an id of a checklist"):
        planned(session, tmp_path, list_id="Bad Name")
    with pytest.raises(FedcheckError, match="unknown phase") as raised:
        planned(session, tmp_path, phase="ful-assessment")
    assert "full-assessment" in raised.value.hint


def test_the_command_shows_does_and_takes_back(workspace, tmp_path, monkeypatch, capsys):
    from fedcheck.cli.main import run

    monkeypatch.chdir(workspace)
    path = str(written(tmp_path, TOY))

    def call(*argv):
        status = run(argv)
        return SimpleNamespace(status=status, **capsys.readouterr()._asdict())

    assert "Nothing was changed" in call("import", "oscal", path, "--dry-run").out
    target = workspace / "checklists" / "oscal.controls.toml"
    assert not target.exists()
    done = json.loads(call("import", "oscal", path, "--json").out)
    assert done["checklists"] == [{"id": "oscal.controls", "items": 3}]
    assert target.exists()
    assert "Nothing to do" in call("import", "oscal", path).out
    assert call("list", "control:XX-1(1)").out.count("\n") == 1
    assert "oscal" not in call("checklist", "validate").out
    assert call("undo").status == 0
    assert not target.exists()
    broken = call("import", "oscal", str(written(tmp_path, b"{")))
    assert (broken.status, broken.out) == (3, "")
    assert "catalog.json:1: not valid JSON" in broken.err


def baselines():
    """Return baselines in both shapes, ours and the official ones that are here."""
    for publisher in ("nist", "fedramp"):
        for by, count in (("control", 4), ("objective", 8)):
            yield pytest.param(resolved(publisher), by, count, id=f"{publisher}-{by}")
    for name, by, count in (
        ("FedRAMP_rev5_LOW-baseline-resolved-profile_catalog-min", "control", 156),
        ("FedRAMP_rev5_MODERATE-baseline-resolved-profile_catalog.from-yaml", "control", 323),
        ("FedRAMP_rev5_MODERATE-baseline-resolved-profile_catalog.from-yaml", "objective", 1388),
        ("NIST_SP-800-53_rev5_LOW-baseline-resolved-profile_catalog-min", "control", 149),
    ):
        for path in official(f"oscal/{name}.json"):
            yield pytest.param(path, by, count, id=f"{path.stem}-{by}")


@pytest.mark.parametrize(("source", "by", "count"), baselines())
def test_a_baseline_is_taken_whole(session, tmp_path, source, by, count):
    path = source if isinstance(source, Path) else written(tmp_path, source)
    found = plan(session, path, by)
    by_id = items(found)
    assert len(by_id) == count
    assert not found.notes
    assert all(item.methods and item.guidance and item.controls for item in by_id.values())
    texts = [f"{item.title}{item.statement}{item.guidance}" for item in by_id.values()]
    assert not [text for text in texts if "{{" in text or "](#" in text or "\ufffd" in text]


@pytest.mark.parametrize("publisher", ["nist", "fedramp"])
def test_the_parameters_of_a_baseline_are_in_its_statements(session, tmp_path, publisher):
    policy = items(planned(session, tmp_path, resolved(publisher)))["dr-1"].statement
    often = "organization-defined frequency" if publisher == "nist" else "at least every year"
    assert "give to [Assignment: organization-defined people]" in policy and often in policy
    assert "[Selection (one or more): house-level; " in policy
    locks = items(planned(session, tmp_path, resolved(publisher)))["dr-2"]
    assert ("Glass doors count." in locks.statement) == (publisher == "fedramp")


def others():
    """Return documents of other kinds, ours and the official ones that are here."""
    for kind in ("plan-of-action-and-milestones", "assessment-results"):
        yield pytest.param(other_document(kind), id=kind)
    for name in ("FedRAMP-POAM-OSCAL-Template", "FedRAMP-SAR-OSCAL-Template",
                 "ifa_assessment-results-example"):  # fmt: skip
        for path in official(f"oscal/{name}.json"):
            yield pytest.param(path, id=name)


@pytest.mark.parametrize("source", others())
def test_documents_of_other_kinds_are_refused_in_words(session, tmp_path, source):
    path = source if isinstance(source, Path) else written(tmp_path, source)
    with pytest.raises(FedcheckError, match="not a catalog"):
        plan(session, path)


def test_invalid_json_is_a_problem_of_a_line(session, tmp_path):
    with pytest.raises(InvalidFileError) as raised:
        planned(session, tmp_path, b'{\n\n"catalog": nul}')
    assert raised.value.problems[0].line == 3
