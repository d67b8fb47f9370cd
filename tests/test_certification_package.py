"""`[package]` of fedcheck.toml: read with its lines, what it lacks, the overview made from it."""

import json
from pathlib import Path

import pytest
from small_certification import LIST, PACKAGE, PROFILE, SCHEMAS, needs_schemas, rules

from fedcheck.analysis.package_gaps import list_gaps
from fedcheck.cli.main import run
from fedcheck.domain.package_values import check_web_address, parse_moment
from fedcheck.storage.head_file import load_head
from fedcheck.storage.package_table import load_package

CPO_SCHEMA = SCHEMAS / "fedramp-certification-package-overview-schema-2026-06-24.json"

MORE = """
[package.trust-center]
url = "https://trust.example.com"
description = "The trust center"
sign-in = true
access = "Write to <b>us</b>"

[[package.repository]]
url = "https://docs.example.com"
description = "Policies"
types = ["Policies", "Procedures"]

[package.assessor]
name = "Assess [Co]"
id = "123456"

[[package.service]]
name = "Ledger"
description = "It books."
available = 2026-01-02

[[package.third-party]]
fedramp-id = "FR1"
use = "Hosting"

[[package.third-party]]
name = "Mailer"
provider = "Mail Inc"
use = "Mail"
"""


@pytest.fixture
def fedcheck(make_workspace, monkeypatch, capsys):
    """Return a function that runs a command in a workspace whose head file it may extend."""
    root = make_workspace(
        process="cr26",
        profile=PROFILE,
        mini=False,
        milestones={},
        head='provider = "Meridian Systems"\nmarking = "CUI"\n',
        lists={f"{LIST}.toml": rules()},
    )
    monkeypatch.chdir(root)
    head = (root / "fedcheck.toml").read_text()

    def call(*argv: str, package: str = "") -> tuple[int, str, str]:
        (root / "fedcheck.toml").write_text(head + package)
        status = run(argv)
        out = capsys.readouterr()
        return status, out.out, out.err

    return call


def test_what_is_missing_is_listed_and_is_an_answer_of_no(fedcheck):
    status, out, err = fedcheck("package")
    assert status == 1 and err == ""
    assert "Not ready: 8 required entries missing" in out
    assert 'a contact with type = "Sales"' in out and "package.logo" in out
    assert "  provider" not in out, "that is there"
    status, out, _ = fedcheck("package", "--json", package=PACKAGE)
    found = json.loads(out)
    assert status == 0 and found["ready"] is True
    assert {gap["required"] for gap in found["missing"]} == {False}
    keys = [gap["key"] for gap in found["missing"]]
    assert "package.trust-center" in keys and "package.overview-uri" not in keys


def test_a_profile_of_any_type_has_no_overview(fedcheck):
    head = Path("fedcheck.toml")
    assert fedcheck("package", package=PACKAGE)[0] == 0
    head.write_text(head.read_text().replace('type = "20x"', 'type = "any"'))
    gaps = list_gaps(load_head(Path.cwd())[0], load_package(Path.cwd())[0])
    assert "profile.type" in [gap.key for gap in gaps if gap.required]


@pytest.mark.parametrize(
    ("text", "key"),
    [
        (PACKAGE.replace("logo.svg", "logo"), "package.logo"),
        (PACKAGE + MORE.replace('access = "Write to <b>us</b>"\n', ""), "trust-center.access"),
        (PACKAGE + MORE.replace('"123456"', '"12345"'), "package.assessor.id"),
        (PACKAGE + MORE.replace("available = 2026-01-02\n", ""), "package.service"),
        (PACKAGE + MORE.replace('types = ["Policies", "Procedures"]\n', ""), "repository.types"),
        (PACKAGE + MORE.replace('provider = "Mail Inc"\n', ""), "package.third-party"),
    ],
)
def test_what_an_entry_lacks_is_required_too(fedcheck, text, key):
    status, out, _ = fedcheck("package", package=text)
    assert status == 1 and key in out
    status, _, err = fedcheck("export", "cpo", "-o", "cpo.json", package=text)
    assert status == 1 and key in err and "fedcheck package" in err
    assert not Path("cpo.json").exists()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[package]\nacronim = "x"\n', "acronym"),
        ('[package]\nwebsite = "ledger.example.com"\n', "web address"),
        (
            '[package]\nwebsite = "https://bob:pw@example.com"\n',
            "must not contain a user name or password",
        ),
        ('[package]\nservice-models = ["SaS"]\n', "SaaS"),
        ('[[package.contact]]\ntype = "Sales"\nphone = "12"\n', "202-555-0123"),
        ('[[package.contact]]\nname = "Bob"\n', '"type" is missing'),
        ('[[package.incident]]\noccurred = "2027-01-05"\nsummary = "x"\n', "time zone"),
        ("[package]\nagencies = 7\n", "a list"),
    ],
)
def test_what_is_wrong_is_a_warning_with_its_line_and_the_rest_works(fedcheck, text, said):
    for argv in (("package",), ("export", "sdr")):
        status, out, err = fedcheck(*argv, package=text)
        assert status == (1 if argv == ("package",) else 0), err
        assert "fedcheck.toml:" in err and said in err
    status, out, _ = fedcheck("doctor", package=text)
    assert status == 1 and said in out
    status, out, err = fedcheck("status", package=text)
    assert status == 0 and "Meridian Ledger" in out and not err


def test_a_package_that_is_no_table_closes_nothing(fedcheck):
    head = Path("fedcheck.toml").read_text()
    Path("fedcheck.toml").write_text("package = 7\n" + head)
    assert run(["status"]) == 0
    assert run(["package"]) == 1


def test_the_overview_has_what_the_table_says(fedcheck):
    status, out, err = fedcheck("export", "cpo", package=PACKAGE + MORE)
    assert status == 0, err
    found = json.loads(out)
    assert found["serviceIdentification"] == {
        "providerName": "Meridian Systems",
        "serviceName": "Meridian Ledger",
        "serviceAcronym": "ML",
        "serviceDescription": "A ledger.\nIn two lines.",
        "certificationType": "20x",
        "fedRampPackageId": "Meridian Systems ML",
        "website": "https://ledger.example.com",
        "logo": "https://ledger.example.com/logo.svg",
    }
    assert found["serviceProperties"]["trustCenter"] == {
        "repositoryType": ["Trust Center"],
        "url": "https://trust.example.com",
        "repositoryDescription": "The trust center",
        "authenticationRequired": True,
        "accessRequestInstructions": "Write to <b>us</b>",
    }
    assert found["contactInformation"][1] == {
        "contactType": "Sales",
        "contactEmail": "sales@ledger.example.com",
    }
    assert found["certifiedServices"][0]["dateAvailable"] == "2026-01-02"
    assert found["thirdPartyInformationResources"]["nonCertified"] == [
        {"name": "Mailer", "provider": "Mail Inc", "useCase": "Mail"}
    ]
    assert found["x-fedcheck"]["metadata"]["version"] == "2027-01-11"
    assert "package.uei" in err


def test_the_page_has_it_too(fedcheck):
    status, out, _ = fedcheck("export", "cpo", "--format", "md", package=PACKAGE + MORE)
    assert status == 0
    assert out.startswith("**CUI**") and out.rstrip().endswith("**CUI**")
    for text in ("Security desk", "202-555-0123", "Assess \\[Co\\] (123456)", "FR1 (certified)"):
        assert text in out
    assert "<b>" not in out.replace("\\<", "")


@needs_schemas
@pytest.mark.parametrize("package", [PACKAGE, PACKAGE + MORE], ids=["least", "more"])
def test_it_is_valid_against_the_real_schema(fedcheck, package):
    status, _, err = fedcheck("export", "cpo", "--schema", str(CPO_SCHEMA), package=package)
    assert status == 0, err
    wrong = package.replace('fedramp-id = "FR1"\n', 'name = "A"\nprovider = "B"\n')
    categories = wrong.replace("[package]\n", '[package]\ncategories = ["Baking"]\n')
    status, _, err = fedcheck("export", "cpo", "--schema", str(CPO_SCHEMA), package=categories)
    assert status == 1 and "businessCategory" in err


@pytest.mark.parametrize(
    "text", ["ftp://a.example", "https://", "https://a b", "https://a:x/", "//a"]
)
def test_no_web_address(text):
    with pytest.raises(ValueError, match="web address"):
        check_web_address(text)


@pytest.mark.parametrize("text", ["2027-01-05", "2027-01-05T10:00:00", "2027-01-05 10:00Z", "soon"])
def test_no_moment(text):
    with pytest.raises(ValueError, match="time zone"):
        parse_moment(text)
