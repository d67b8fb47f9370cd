"""Nothing in a file can bend a report: it reads as it was written, and is not active."""

import re

import pytest
from conftest import TODAY
from hypothesis import given
from hypothesis import strategies as st
from small_report import (
    FINDINGS,
    HEAD,
    PROGRESS,
    REQUESTS,
    check_tables,
    fill,
    markdown_it,
    rendered,
    report,
    ship,
    tokens,
)

from fedcheck.reports import fingerprint
from fedcheck.reports.markdown import (
    code,
    escape_document,
    link,
    make_visible,
    mark_text,
    safe_url,
    unmark_text,
)


@pytest.fixture
def shipped(tmp_path, monkeypatch):
    return ship(tmp_path, monkeypatch)


@pytest.fixture
def filled(tmp_path, shipped):
    return fill(tmp_path / "workspace")


HOSTILE = [
    "a | b || c",
    "two\nlines\r\nand\u2028more",
    "`code` ``and`",
    "[x](javascript:alert(1))",
    "<script>alert(1)</script> <!-- --> </td>",
    "\u202egnp.exe\x1b[31m red \x07",
    "www.evil.example ftp://evil.example https://evil.example @everybody a@b.example",
    "![i](https://x.example/p.png) \\| \\",
    "&lt;b&gt; &#124; &amp;",
    "$x$ ~~y~~ *z* __w__ {{ 7 * 7 }} {% raw %}",
    "# no heading",
    "- no list",
    "1. no list",
    "---",
    "[^1] [ ] :--",
    "\ufdd0\ufdda\ufdef",
    "x" * 10_000,
]


def hostile_workspace(root, shipped, text):
    """Create a workspace in which every text is the given one."""
    said = "".join(c if c.isalnum() or c in " .:/" else f"\\U{ord(c):08x}" for c in text)
    reason = f'"{said}"'
    head = HEAD.replace('"Alice Ngata"', reason).replace('"Meridian Ledger"', reason)
    head = head.replace('"Meridian Systems, Inc."', reason).replace('"CUI // SP-PROPIN"', reason)
    progress = {
        name: re.sub(r'(?m)^(label|reason|link|owner) = "[^"]*"', f"\\1 = {said_for(reason)}", one)
        for name, one in PROGRESS.items()
    }
    requests = REQUESTS.replace('"Screenshot of the session lock"', reason)
    findings = FINDINGS.replace('"Bind tokens to their audience"', reason)
    for path in shipped.glob("*.toml"):
        whole = re.sub(r'(?m)^(title) = "[^"]*"', f"\\1 = {said_for(reason)}", path.read_text())
        path.write_text(whole)
    return fill(root, head, progress, requests, findings)


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_no_text_can_bend_a_report(tmp_path, shipped, text):
    text = report(hostile_workspace(tmp_path / "w", shipped, text))
    assert check_tables(text) == 14
    seen = list(tokens(text))
    comments = [t.content for t in seen if t.type in ("html_block", "html_inline")]
    assert len(comments) == 1
    assert comments[0].startswith("<!-- fedcheck report 1\nas-of 2027-01-11\n")
    assert not [t for t in seen if t.type in ("image", "fence", "code_block", "s_open")]
    assert sum(t.type == "em_open" for t in seen) == 2
    for token in seen:
        if token.type == "link_open":
            assert token.attrs["href"].startswith(("http://", "https://"))
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\ufdd0-\ufdef]", text)
    headings = [t.map[0] for t in seen if t.type == "heading_open"]
    assert len(headings) == text.count("\n#") + (text.startswith("#"))
    assert fingerprint.find(text).as_of == TODAY


def said_for(toml):
    """Return a TOML string so that `re.sub` takes it as it is."""
    return toml.replace("\\", "\\\\")


special = st.text(
    st.one_of(
        st.sampled_from("\\`*_[]()<>&|~#@$!:.-+=0123456789 \n\t'\"{}%^/"),
        st.characters(codec="utf-8"),
    ),
    max_size=40,
)
texts = st.lists(
    st.one_of(special, st.sampled_from([*HOSTILE[:-1], "www.", "http://", "&copy;", "1. "])),
    max_size=4,
).map("".join)

PLACES = [
    "{}",
    "# {}",
    "- {}",
    "- [ ] {}",
    "> {}",
    "7. {}",
    "before\n{}\nafter",
    "so {} it **is**",
    "| a | b |\n| --- | --- |\n| {} | {} |\n|{}|{}|",
]


@given(texts)
def test_a_text_is_read_as_it_was_written(text):
    seen = make_visible(text)
    for place in PLACES:
        document = escape_document(place.replace("{}", mark_text(text)))
        found = list(tokens(document))
        assert not {t.type for t in found} & {
            "html_inline", "html_block", "link_open", "image", "code_inline", "fence", "em_open",
            "code_block", "s_open",
        }  # fmt: skip
        kinds = [t.type for t in found if t.type.endswith("_open") and t.type != "paragraph_open"]
        empty = markdown_it().parse(place.replace("{}", "x"))
        expected = [t.type for t in empty if t.type.endswith("_open")]
        expected += ["strong_open"] if "**" in place else []
        assert kinds == [kind for kind in expected if kind != "paragraph_open"] or not seen
        shown = [
            "".join(c.content if c.type != "softbreak" else "\n" for c in t.children)
            for t in found
            if t.type == "inline"
        ]
        shown = [part.replace("\u200b", "") for part in shown]
        if place == "{}" and seen:
            assert shown == [seen]
        elif place.startswith("|"):
            assert shown == ["a", "b", seen, seen, seen, seen]
        elif place == "so {} it **is**":
            assert shown == [f"so {seen} it is"]


@given(texts, texts)
def test_a_link_leads_where_it_says_or_is_none(label, target):
    for place in (target, "https://" + target, "https://x.example/" + target):
        url = safe_url(place)
        assert re.fullmatch(r"(https?://[!#%&'+,./0-9:;=?@A-Z\[\]_a-z~-]+)?", url)
        document = escape_document(f"| a |\n| --- |\n| {link(label, place)} |\n")
        found = list(tokens(document))
        links = [t.attrs["href"] for t in found if t.type == "link_open"]
        assert len(links) == (1 if url else 0)
        check_tables(document)
        shown = [t for t in found if t.type == "inline"][1]
        read = "".join(c.content for c in shown.children).replace("\u200b", "")
        if url and make_visible(label):
            assert read == make_visible(label)


@given(texts)
def test_a_code_span_holds_its_text_or_is_none(text):
    document = escape_document(f"| a |\n| --- |\n| {code(text)} |\n")
    shown = [t for t in tokens(document) if t.type == "inline"][1]
    assert "".join(c.content for c in shown.children).replace("\u200b", "") == make_visible(text)


@given(texts)
def test_a_marked_text_is_as_long_as_it_looks_and_comes_back(text):
    assert unmark_text(mark_text(text)) == make_visible(text)
    assert len(mark_text(text)) == len(make_visible(text))


@pytest.mark.parametrize(
    ("target", "url"),
    [
        ("https://x.example/a b", "https://x.example/a%20b"),
        ("https://x.example/%20%zz", "https://x.example/%20%25zz"),
        ("http://exämple.example/ü", "http://xn--exmple-cua.example/%C3%BC"),
        ("https://x.example/?a=1&lt;=2&b", "https://x.example/?a=1&amp;lt;=2&b"),
        ("https://[::1]:8443/x", "https://[::1]:8443/x"),
        ("https://fedramp.gov@evil.example/", ""),
        ("https://fedramp.gov\\@evil.example/", ""),
        ("javascript:alert(1)", ""),
        ("ftp://x.example/", ""),
        ("https:///x", ""),
        ("https://[x", ""),
        ("//x.example", ""),
    ],
)
def test_addresses(target, url):
    assert safe_url(target) == url


def test_plain_words_stay_plain():
    text = "POA&M (SSP Appendix O): snake_case, SC-8(1), 2027-02-01, 5.2 x, C# #12, 50% + 3 = x."
    assert escape_document(mark_text(text)) == text


def test_what_a_template_does_to_a_text_cannot_make_it_active(filled):
    evil = "| **x** [y](javascript:z) <b> `w`"
    whole = (filled / "progress" / "f.csp.toml").read_text()
    changed = whole.replace("The landlord has not signed yet", evil)
    (filled / "progress" / "f.csp.toml").write_text(changed)
    text = rendered(
        filled,
        "{% set it = blocked[0] %}\n"
        "{% macro shout(t) %}{{ t | upper }}{% endmacro %}\n"
        "{{ it.reason[2:8] }}{{ it.reason | truncate(12) }} {{ 'a' ~ it.reason ~ 'b' }}\n\n"
        "{{ [it.reason, it.name] | join(' / ') }} {{ shout(it.reason) }}\n\n"
        "{% set kept %}{{ it.reason }}{% endset %}{{ kept }} {{ it.reason | e }}\n\n"
        "{{ it.reason.split(' ')[1] }} {{ it.reason | replace('y', 'x') | string }}",
    )
    assert not {t.type for t in tokens(text)} & {"link_open", "strong_open", "html_inline"}
    assert "JAVASCRIPT" in text
