"""Evidence in a cell: each form is read as it was written, and nothing private is in any."""

import pytest

from fedcheck.domain.evidence import Evidence
from fedcheck.domain.glossary import EvidenceKind
from fedcheck.importers.evidence_cells import (
    KEPT_INSIDE,
    CellEvidence,
    EvidenceForm,
    is_private,
    make_evidence,
    read_line,
    split_cell,
    write_line,
)
from fedcheck.importers.plan import Note

FILE = Evidence("e1", "evidence/ports.csv", "The\ntable", EvidenceKind.FILE)
PAGE = Evidence("e2", "https://x.example/a;b?c=1", "", EvidenceKind.URL)
TICKET = Evidence("e3", "SEC-12", "Scan; rerun", EvidenceKind.TICKET)


@pytest.mark.parametrize(
    ("evidence", "form", "line"),
    [
        (FILE, EvidenceForm.ANGLES, "The table <evidence/ports.csv>"),
        (FILE, EvidenceForm.COLON, "The\ntable: evidence/ports.csv"),
        (FILE, EvidenceForm.SHORT, "The table: evidence/ports.csv"),
        (FILE, EvidenceForm.NAME, "The\ntable (ports.csv)"),
        (PAGE, EvidenceForm.ANGLES, "https://x.example/a;b?c=1"),
        (PAGE, EvidenceForm.NAME, "https://x.example/a;b?c=1"),
        (TICKET, EvidenceForm.SHORT, "Scan, rerun: SEC-12"),
        (Evidence("e", "a/b.pdf", "b.pdf"), EvidenceForm.SHORT, "b.pdf"),
        (Evidence("e", "a/b.pdf", "b.pdf"), EvidenceForm.COLON, "b.pdf: a/b.pdf"),
    ],
)
def test_each_table_writes_its_form(evidence, form, line):
    assert write_line(evidence, form) == line


@pytest.mark.parametrize("form", EvidenceForm)
@pytest.mark.parametrize("link", ["private/x.pdf", "./private/x.pdf", "private\\x.pdf"])
def test_no_form_tells_of_private_evidence(form, link):
    assert is_private(link)
    assert write_line(Evidence("e", link, "secret"), form) == KEPT_INSIDE


@pytest.mark.parametrize("form", [EvidenceForm.ANGLES, EvidenceForm.SHORT])
@pytest.mark.parametrize("evidence", [FILE, PAGE, Evidence("e", "SEC-12", "Scan")])
def test_a_line_is_read_as_it_was_written(evidence, form):
    found = read_line(write_line(evidence, form), form)
    assert (found.link, found.label) == (evidence.link, " ".join(evidence.label.split()))


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("a\nb; c;", ["a", "b", "c"]),
        (
            "https://x.example/a;b\nhttps://x.example/c;",
            ["https://x.example/a;b", "https://x.example/c"],
        ),
        (" ;\n ", []),
        ("The table <evidence/a;b.csv>; SEC-1", ["The table <evidence/a;b.csv>", "SEC-1"]),
    ],
)
def test_lines_of_a_cell(text, lines):
    assert split_cell(text) == lines


def test_a_kind_is_told_where_the_form_tells_it():
    assert read_line("ports.csv", EvidenceForm.ANGLES).kind is None
    assert read_line("ports.csv", EvidenceForm.SHORT).kind is EvidenceKind.FILE
    assert read_line("see the wiki", EvidenceForm.SHORT).kind is EvidenceKind.TICKET


def test_nothing_private_and_nothing_outside_comes_in(session):
    for link in ("private/x.pdf", "../x.pdf", "/etc/passwd"):
        assert isinstance(make_evidence(session, CellEvidence(link)), Note), link
    made = make_evidence(session, CellEvidence("SEC-1", "Scan"))
    assert isinstance(made, Evidence)
    assert (made.link, made.label) == ("SEC-1", "Scan")
