"""The certification package is edited key by key: one line of the file, one line of the history."""

import json
from pathlib import Path

import pytest
import tomli
from hypothesis import given
from hypothesis import strategies as st

from fedcheck.cli.main import run
from fedcheck.domain.edits import PackageEdit
from fedcheck.errors import FedcheckError
from fedcheck.session import Session
from fedcheck.storage.package_lines import replace_entry
from fedcheck.storage.package_table import find_fault, load_entries, to_history, to_toml

ORDER = ("acronym", "description", "logo", "agencies", "contact", "trust-center", "service")

HEAD = """format = 1
name = "Acme"  # the offering
process = "jab"
role = "csp"

[package]
# What the marketplace shows.
acronym = "AV"  # short
agencies = [
    "GSA",  # since 2025
    "NASA",
]

# Whom to reach.
[[package.contact]]
type = "Security"
email = "old@example.com"

[[package.contact]]
type = "Sales"

# The rest.
[people.alice]
name = "Alice"
"""


def put(session: Session, **values: object) -> None:
    edits = [
        (f"package:{name.replace('_', '-')}", PackageEdit(to_history(value)))
        for name, value in values.items()
    ]
    session.apply_each(edits)


@pytest.mark.parametrize(
    ("name", "value", "gone", "come"),
    [
        ("acronym", "AVX", {'acronym = "AV"  # short'}, {'acronym = "AVX"'}),
        ("acronym", None, {'acronym = "AV"  # short'}, set()),
        ("logo", "x", set(), {'logo = "x"'}),
        ("description", "Two\nlines", set(), {'description = """', "Two", 'lines"""'}),
        (
            "agencies",
            ["GSA"],
            {'    "GSA",  # since 2025', '    "NASA",'},
            {'    "GSA",'},
        ),
        (
            "contact",
            [{"type": "Security", "email": "new@example.com"}],
            {'email = "old@example.com"', 'type = "Sales"'},
            {'email = "new@example.com"'},
        ),
        ("trust-center", {"url": "https://t.example"}, set(), {"[package.trust-center]"}),
        ("service", [{"name": "A"}, {"name": "B"}], set(), {"[[package.service]]"}),
    ],
)
def test_only_the_lines_of_a_key_change(name, value, gone, come) -> None:
    text = replace_entry(HEAD, ("package", name), value, ORDER)
    data = tomli.loads(text)
    wanted = {**tomli.loads(HEAD)["package"], name: value}
    assert data["package"] == {key: one for key, one in wanted.items() if one is not None}
    assert data["people"] == {"alice": {"name": "Alice"}}
    before, after = set(HEAD.split("\n")), set(text.split("\n"))
    assert before - after <= gone | {"]", "agencies = [", "[[package.contact]]"}
    assert come <= after
    for comment in ("# What the marketplace shows.", "# Whom to reach.", "# The rest."):
        assert comment in text or name == "contact"
    assert text.index("# The rest.\n[people.alice]") > 0


def test_what_is_not_there_yet_gets_its_place() -> None:
    bare = 'format = 1\nname = "Acme"\nprocess = "jab"\nrole = "csp"\n\n[milestones]\n'
    text = replace_entry(bare, ("package", "logo"), "x", ORDER)
    text = replace_entry(text, ("package", "acronym"), "AV", ORDER)
    text = replace_entry(text, ("package", "contact"), [{"type": "Sales"}], ORDER)
    text = replace_entry(text, ("package", "description"), "What", ORDER)
    text = replace_entry(text, ("provider",), "Meridian", ())
    assert text == (
        'format = 1\nname = "Acme"\nprocess = "jab"\nrole = "csp"\nprovider = "Meridian"\n'
        '\n[milestones]\n\n[package]\nacronym = "AV"\ndescription = "What"\nlogo = "x"\n'
        '\n[[package.contact]]\ntype = "Sales"\n'
    )


VALUES = st.one_of(
    st.text(min_size=1),
    st.lists(st.text(min_size=1), min_size=1, max_size=3),
    st.fixed_dictionaries({"url": st.text()}),
    st.lists(st.fixed_dictionaries({"name": st.text()}), min_size=1, max_size=3),
    st.none(),
)


@given(edits=st.lists(st.tuples(st.sampled_from(ORDER), VALUES), max_size=6))
def test_any_row_of_edits_gives_what_was_put(edits) -> None:
    text, wanted = HEAD, dict(tomli.loads(HEAD)["package"])
    for name, value in edits:
        text = replace_entry(text, ("package", name), value, ORDER)
        wanted[name] = value
    found = tomli.loads(text)
    assert found["package"] == {key: one for key, one in wanted.items() if one is not None}
    assert found["people"] == {"alice": {"name": "Alice"}}
    assert "# The rest.\n[people.alice]" in text


def test_an_edit_is_saved_undone_and_told(session: Session, workspace: Path, capsys) -> None:
    put(session, acronym="AV", service_models=["SaaS", "PaaS"], provider="Meridian")
    put(session, contact=[{"type": "Security", "email": "soc@example.com"}])
    assert session.project.config.provider == "Meridian"
    assert load_entries(workspace) == {
        "provider": "Meridian",
        "acronym": "AV",
        "service-models": ["SaaS", "PaaS"],
        "contact": [{"type": "Security", "email": "soc@example.com"}],
    }
    assert run(["history", "-w", str(workspace), "--json"]) == 0
    assert "package:acronym" in capsys.readouterr().out
    assert session.undo().label == "Undone: contact: filled in"
    assert "contact" not in load_entries(workspace)
    session.undo()
    assert load_entries(workspace) == {}
    assert session.project.config.provider == ""
    session.redo()
    assert load_entries(workspace)["acronym"] == "AV"
    assert session.list_outside() == []
    assert run(["doctor", "-w", str(workspace)]) in (0, 1)
    assert "package" not in capsys.readouterr().out


def test_days_and_tables_come_back_as_they_were(session: Session, workspace: Path) -> None:
    from datetime import date

    put(
        session,
        next_report=date(2027, 1, 31),
        service=[{"name": "Ledger", "description": "It books.", "available": date(2026, 1, 2)}],
    )
    before = load_entries(workspace)
    assert before["next-report"] == date(2027, 1, 31)
    assert before["service"][0]["available"] == date(2026, 1, 2)
    put(session, service=None, next_report=None)
    session.undo()
    assert load_entries(workspace) == before


def test_a_hand_edit_is_noted_and_an_undo_does_not_take_it_back(
    session: Session, workspace: Path
) -> None:
    put(session, acronym="AV")
    head = workspace / "fedcheck.toml"
    head.write_text(head.read_text().replace('acronym = "AV"', 'acronym = "MINE"'))
    assert [(one.ref, one.old, one.new) for one in session.list_outside()] == [
        ("package:acronym", "AV", "MINE")
    ]
    with pytest.raises(FedcheckError, match="changed by somebody else since then"):
        session.undo()
    assert load_entries(workspace)["acronym"] == "MINE"


@pytest.mark.parametrize(
    ("key", "value", "fault"),
    [
        ("website", "example", "expected a web address"),
        ("deployment", "My Cloud", "is not one of Public Cloud"),
        ("service-models", ["XaaS"], "is not one of SaaS"),
        ("contact", [{"name": "x"}], 'the key "type" is missing'),
        ("contact", [{"type": "Sales", "phone": "12"}], "expected a telephone number"),
        (
            "trust-center",
            {"url": "https://a:b@c.example"},
            "must not contain a user name or password",
        ),
        ("acronym", "AV", ""),
        ("trust-center", {"url": "https://c.example", "sign-in": True}, ""),
    ],
)
def test_a_value_that_breaks_a_rule_is_refused_in_words(
    session: Session, workspace: Path, key: str, value: object, fault: str
) -> None:
    assert fault in find_fault(key, value) and bool(fault) is bool(find_fault(key, value))
    before = (workspace / "fedcheck.toml").read_bytes()
    if fault:
        with pytest.raises(FedcheckError) as caught:
            put(session, **{key: value})
        assert f"package.{key}: " in str(caught.value) and fault in str(caught.value)
        assert (workspace / "fedcheck.toml").read_bytes() == before
    else:
        put(session, **{key: value})
        assert load_entries(workspace)[key] == value


def test_a_table_that_only_a_person_can_edit_stays(session: Session, workspace: Path) -> None:
    head = workspace / "fedcheck.toml"
    head.write_text('package = { acronym = "AV", logo = "x" }\n' + head.read_text())
    session.refresh()
    before = head.read_text()
    with pytest.raises(FedcheckError, match="not written as lines"):
        put(session, acronym="NEW")
    assert head.read_text() == before


@pytest.mark.parametrize(
    ("key", "value"),
    [("acronym", "a\nb"), ("agencies", ["a", "b"]), ("agencies", ["a\nb", "c"])],
)
def test_the_history_form_leads_back(key: str, value: object) -> None:
    assert to_toml(key, to_history(value)) == value
    assert to_toml(key, "") is None
    assert json.dumps(to_history(value))
