"""What the official tables ask of a finding, and what follows: exposure, adjustment, correction."""

import json
from datetime import date, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from msgspec.structs import replace

from fedcheck.cli.main import run
from fedcheck.domain.finding import Finding, compute_exposure
from fedcheck.domain.finding_rules import (
    DETAILS,
    FindingEdit,
    apply_finding_edit,
    raise_finding,
    reopen_finding,
    set_details,
)
from fedcheck.errors import RuleError

TODAY = date(2027, 1, 11)
RAISED = raise_finding(Finding("f1", title="A gap", risk="high"), TODAY)
LEVELS = ("high", "moderate", "low")


@pytest.mark.parametrize(
    ("likelihood", "impact", "risk"),
    [
        ("high", "high", "high"),
        ("high", "moderate", "moderate"),
        ("moderate", "moderate", "moderate"),
        ("high", "low", "low"),
        ("low", "moderate", "low"),
        ("low", "", ""),
        ("", "high", ""),
    ],
)
def test_exposure_is_that_of_the_official_workbook(likelihood, impact, risk):
    assert compute_exposure(likelihood, impact) == risk
    assert compute_exposure(impact, likelihood) == risk


def test_likelihood_and_impact_give_risk_and_due_date():
    found = set_details(RAISED, {"likelihood": "moderate", "impact": "high"}, TODAY)
    assert found.risk == "moderate"
    assert found.due == TODAY + timedelta(days=90)
    again = set_details(replace(found, due=date(2027, 2, 1)), {"impact": "low"}, TODAY)
    assert (again.risk, again.due) == ("low", date(2027, 2, 1)), "an own date stays"


def test_a_risk_adjustment_counts_once_it_is_approved():
    asked = apply_finding_edit(
        RAISED,
        FindingEdit(
            deviation="risk-adjustment", rationale="Not reachable", details={"adjusted": "low"}
        ),
        TODAY,
    )
    assert asked.risk == "high"
    granted = apply_finding_edit(asked, FindingEdit(decision="approved"), TODAY)
    assert (granted.risk, granted.original, granted.due) == (
        "low", "high", TODAY + timedelta(days=180),
    )  # fmt: skip
    assert apply_finding_edit(granted, FindingEdit(decision="approved"), TODAY) == granted
    taken_back = apply_finding_edit(granted, FindingEdit(decision="rejected"), TODAY)
    assert (taken_back.risk, taken_back.original, taken_back.due) == ("high", "", RAISED.due)


def test_corrected_during_testing_tells_what_was_done_and_how_it_was_verified():
    with pytest.raises(
        RuleError, match="needs a remediation description and a verification"
    ) as refused:
        set_details(RAISED, {"corrected": TODAY, "remedy": "patched"}, TODAY)
    assert refused.value.wants == "verification"
    told = {"corrected": TODAY, "remedy": "patched", "verification": "scanned again"}
    found = set_details(RAISED, told, TODAY)
    assert (found.state, found.closed) == ("closed", TODAY)
    assert reopen_finding(found).corrected is None
    with pytest.raises(RuleError, match="future"):
        set_details(RAISED, {**told, "corrected": TODAY + timedelta(days=1)}, TODAY)


@given(
    st.lists(
        st.one_of(
            st.sampled_from(["approved", "rejected", "pending"]).map(
                lambda s: FindingEdit(decision=s)
            ),
            st.sampled_from(LEVELS).map(lambda s: FindingEdit(risk=s)),
            st.sampled_from(LEVELS).map(lambda s: FindingEdit(details={"adjusted": s})),
            st.sampled_from(LEVELS).map(lambda s: FindingEdit(details={"likelihood": s})),
            st.sampled_from(LEVELS).map(lambda s: FindingEdit(details={"impact": s})),
        ),
        max_size=8,
    )
)
@example(
    [
        FindingEdit(details={"adjusted": "high"}),
        FindingEdit(decision="approved"),
        FindingEdit(decision="rejected"),
    ]
)
def test_the_first_rating_is_kept_only_while_an_adjustment_is_granted(deeds):
    asked = apply_finding_edit(
        RAISED,
        FindingEdit(deviation="risk-adjustment", rationale="why", details={"adjusted": "low"}),
        TODAY,
    )
    for deed in deeds:
        asked = apply_finding_edit(asked, deed, TODAY)
    if asked.original:
        assert asked.deviation_state == "approved"
    assert asked.risk in LEVELS


def test_details_from_the_command_line(workspace, monkeypatch, capsys):
    monkeypatch.chdir(workspace)
    status = run(
        ["finding", "add", "Open port", "--likelihood", "high", "--impact", "moderate",
         "--asset", "10.0.0.1", "--asset", "10.0.0.2", "--cve", "CVE-2027-0001",
         "--detector", "Nessus", "--step", "2027-02-01: close it", "--kev", "yes"]
    )  # fmt: skip
    assert status == 0
    finding = capsys.readouterr().out.split()[0]
    assert run(["finding", "show", finding, "--json"]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert shown["risk"] == "moderate"
    assert shown["details"]["assets"] == ["10.0.0.1", "10.0.0.2"]
    assert set(shown["details"]) == set(DETAILS)
    assert run(["finding", "update", finding, "--asset", "", "--number", "V-17"]) == 0
    assert "assets cleared (was 10.0.0.1, 10.0.0.2)" in capsys.readouterr().out
    assert run(["finding", "show", finding]) == 0
    text = capsys.readouterr().out
    assert "V-17" in text
    assert "10.0.0.1" not in text.partition("alice")[0]
    assert run(["finding", "update", finding, "--corrected", "2027-01-10"]) == 2
    assert "--verification" in capsys.readouterr().err
    assert run(["undo"]) == 0


def test_a_finding_without_a_risk_is_refused(workspace, monkeypatch, capsys):
    monkeypatch.chdir(workspace)
    assert run(["finding", "add", "Open port", "--likelihood", "high"]) == 2
    assert "--impact" in capsys.readouterr().err
