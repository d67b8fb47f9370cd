"""Reports as HTML: one file, nothing active, marked on every page, readable for everybody."""

import os
import re
from collections.abc import Sequence
from html.parser import HTMLParser
from itertools import pairwise

import pytest
from conftest import TODAY
from hypothesis import given
from hypothesis import strategies as st
from nasty.make import TEXTS
from small_report import HEAD, check_tables, fill, report, ship, template
from test_report_escaping import HOSTILE, hostile_workspace

from fedcheck.reports import charts, fingerprint
from fedcheck.reports import html as page
from fedcheck.reports.markdown import code, link, make_visible, mark_text
from fedcheck.reports.template_files import SHIPPED

NAMES = sorted(p.name.removesuffix(".md.j2") for p in SHIPPED.glob("[a-z]*.md.j2"))
VOID = {"meta", "br", "hr", "rect", "path"}
ALLOWED = {
    "html", "head", "meta", "title", "style", "body", "main", "table", "thead", "tbody", "tfoot",
    "tr", "td", "th", "div", "h1", "h2", "h3", "h4", "h5", "h6", "p", "ul", "ol", "li", "a",
    "strong", "em", "s", "code", "pre", "blockquote", "hr", "br", "span", "svg", "desc", "rect",
    "text", "path",
}  # fmt: skip
ATTRIBUTES = {
    "lang", "charset", "http-equiv", "content", "name", "class", "role", "scope", "id", "href",
    "rel", "aria-labelledby", "start", "width", "height", "viewbox", "x", "y", "rx", "d",
}  # fmt: skip


class Page(HTMLParser):
    """Reads a page strictly: every element is known, and closed in its order."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.comments: list[str] = []
        self.feed(text)
        self.close()
        assert not self.open

    def handle_starttag(self, tag, attrs):
        assert tag in ALLOWED, tag
        for name, value in attrs:
            assert name in ATTRIBUTES, f"{name}={value}"
        self.elements.append((tag, dict(attrs)))
        self.texts.append("")
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        if tag not in VOID:
            assert self.open.pop() == tag
        self.texts.append("")

    def handle_data(self, data):
        if self.open[-1:] != ["style"]:
            self.texts.append(data)

    def handle_comment(self, data):
        self.comments.append(data)

    def all(self, *tags):
        return [attrs for tag, attrs in self.elements if tag in tags]

    @property
    def text(self):
        return "".join(self.texts)


@pytest.fixture
def shipped(tmp_path, monkeypatch):
    return ship(tmp_path, monkeypatch)


@pytest.fixture
def filled(tmp_path, shipped):
    return fill(tmp_path / "workspace")


def html(root, **about):
    return report(root, form="html", **about)


@pytest.mark.parametrize("name", NAMES)
def test_a_page_is_one_file_that_everybody_can_read(filled, name):
    text = html(filled, template=name)
    found = Page(text)
    assert text.startswith("<!DOCTYPE html>\n<html lang=")
    assert len(found.all("h1")) == 1
    levels = [int(tag[1]) for tag, _ in found.elements if re.fullmatch("h[1-6]", tag)]
    assert all(after <= before + 1 for before, after in pairwise(levels))
    ids = [attrs["id"] for _, attrs in found.elements if "id" in attrs]
    assert len(ids) == len(set(ids))
    for attrs in found.all("table"):
        assert attrs.get("role") == "presentation" or attrs.get("aria-labelledby") in ids
    assert all(attrs.get("scope") in ("col", "row") for attrs in found.all("th"))
    assert all(attrs.get("role") == "img" for attrs in found.all("svg"))
    assert len(found.all("svg")) == text.count('role="img"') == len(found.all("title")) - 1
    assert len(found.comments) == 1
    assert fingerprint.find(text).as_of == TODAY
    assert "src=" not in text
    assert not re.search(r"url\(|@import|javascript:", text)
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\ufdd0-\ufdef]", text)


@pytest.mark.parametrize("name", NAMES)
def test_both_forms_say_the_same(filled, name):
    found = Page(html(filled, template=name))
    read = re.sub(r"\s+", " ", found.text)
    for line in report(filled, template=name).splitlines():
        for cell in re.split(r"(?<!\\)\|", line) if line.startswith("|") else ():
            words = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", cell).replace("\\", "").strip(" *-:")
            words = words.replace("`", "").replace("&lt;", "<").replace("&gt;", ">")
            assert re.sub(r"\s+", " ", words) in read, words


def test_the_marking_is_repeated_on_every_printed_page(filled):
    text = html(filled)
    found = Page(text)
    assert found.text.count("CUI // SP-PROPIN") == 2
    assert '<thead><tr><td><div class="marking">CUI // SP-PROPIN</div></td></tr></thead>' in text
    assert '<tfoot><tr><td><div class="marking">CUI // SP-PROPIN</div></td></tr></tfoot>' in text
    assert "display: table-header-group" in text
    assert "display: table-footer-group" in text


def test_without_a_marking_there_is_no_table_around_the_page(tmp_path, shipped):
    head = HEAD.replace("CUI // SP-PROPIN", "")
    text = html(fill(tmp_path / "w", head))
    assert "presentation" not in text
    Page(text)


def kinds(found):
    """Return how many headings, rows, cells and paragraphs a page has."""
    return [len(found.all(*tags)) for tags in (("h1", "h2", "h3"), ("tr",), ("td", "th"), ("p",))]


BENT = [*HOSTILE, *TEXTS.values()]
USUAL: dict[str, list[int]] = {}
"""How a page of each template is built where every text is harmless."""


@pytest.mark.parametrize("place", range(len(BENT)))
def test_no_text_can_bend_a_page(tmp_path, shipped, place):
    """Each text meets two templates, and each template texts of each kind; a long one meets one.

    The hunt gives each text to all of them.
    """
    steps: Sequence[int] = (0, 5) if len(BENT[place]) < 5_000 else (0,)
    if os.environ.get("HYPOTHESIS_PROFILE") == "hunt":
        steps = range(len(NAMES))
    names = [NAMES[(place + step) % len(NAMES)] for step in steps]
    if missing := [name for name in names if name not in USUAL]:
        harmless = hostile_workspace(tmp_path / "v", shipped, "harmless")
        USUAL.update({name: kinds(Page(html(harmless, template=name))) for name in missing})
    root = hostile_workspace(tmp_path / "w", shipped, BENT[place])
    for name in names:
        found = Page(html(root, template=name))
        assert kinds(found) == USUAL[name]
        assert len(found.comments) == 1
        for attrs in found.all("a"):
            assert attrs["href"].startswith(("http://", "https://"))
    check_tables(report(root, template=names[0]))


special = st.text(
    st.one_of(
        st.sampled_from("\\`*_[]()<>&|~#@$!:.-+=0123456789 \n\t'\"{}%^/\ufdef\ufdd6"),
        st.characters(codec="utf-8"),
    ),
    max_size=40,
)
texts = st.lists(
    st.one_of(special, st.sampled_from([*HOSTILE[:-1], "www.", "http://", "&copy;", "1. "])),
    max_size=4,
).map("".join)

PLACES = ["{}", "# {}", "- {}", "> {}", "a **{}** b", "| a |\n| --- |\n| {} |", "a <b>{}</b>"]


@given(texts)
def test_a_text_is_read_as_it_was_written(text):
    seen = make_visible(text)
    for place in PLACES:
        found = Page(page.render_page(place.replace("{}", mark_text(text)), "", ""))
        kinds = [tag for tag, _ in found.elements if tag != "span"]
        empty = Page(page.render_page(place.replace("{}", "x"), "", ""))
        assert kinds == [tag for tag, _ in empty.elements] or not seen
        assert seen in re.sub(r"\s+", " ", found.text)


@given(texts, texts)
def test_a_link_leads_to_a_page_or_is_none(label, target):
    for place in (target, "https://" + target, "https://x.example/" + target):
        found = Page(
            page.render_page(f"| a |\n| --- |\n| {link(label, place)} {code(label)} |", "", "")
        )
        for attrs in found.all("a"):
            # A query or a fragment may follow the host at once: https://0#
            assert re.match(r"https?://[A-Za-z0-9.\[\]:-]+([/?#]|$)", attrs["href"])


@given(
    st.text(st.sampled_from("<>/=\"' abhrefonsvgicmtpl:;&!-[]()#*`|\n\\\ufdef 0123"), max_size=80)
)
def test_what_a_template_writes_itself_cannot_be_active_either(source):
    found = Page(page.render_page(source, "<b>", "<i>"))
    for attrs in found.all("a"):
        assert re.match(r"https?://|mailto:|#", attrs["href"], re.IGNORECASE)


@pytest.mark.parametrize(
    ("source", "wanted"),
    [
        ("<script>alert(1)</script>", ""),
        ("<!-- hidden -->", ""),
        ('a <img src="https://x.example/p.png"> b', "<p>a  b</p>"),
        ("a<br>b", "<p>a<br>b</p>"),
        ("![a picture](https://x.example/p.png)", "<p>a picture</p>"),
        ("[x](javascript:alert(1))", "<p>[x](javascript:alert(1))</p>"),
        ("[x](data:image/png;base64,AAAA)", "<p>x</p>"),
        ("[x](ftp://x.example)", "<p>x</p>"),
        ("[x](#y)", '<p><a href="#y" rel="noopener noreferrer">x</a></p>'),
        ("~~x~~ *y* `z`", '<p><s>x</s> <em>y</em> <code class="whole">z</code></p>'),
        ("3. x\n4. y", '<ol start="3"><li>x</li>\n<li>y</li>\n</ol>'),
        ("# Two words\n\n# Two words", '<h1 id="two-words">Two words</h1>\n<h1 id="two-words-1">'),
        ("| a | b |\n| --- | ---: |\n| 1 | 2 |", '<th scope="row">1</th><td class="right">2</td>'),
    ],
)
def test_markdown_of_a_template(source, wanted):
    text = page.render_page(source, "", "")
    main = text.partition("<main>\n")[2].partition("</main>")[0]
    assert (wanted in main) if wanted else main == ""


def test_a_template_of_ones_own_is_one_for_both_forms(filled):
    template(filled, "# Mine\n\n{{ service.name }}, {{ bar(1, 2) }} 1/2, 50%\n")
    assert "Meridian Ledger, 1/2, 50%" in report(filled, template="mine")
    text = html(filled, template="mine")
    assert "<title>1 of 2 done, 50 %</title>" in text
    assert text.rstrip().endswith("-->")
    assert "template mine workspace\n" in text


# Pictures


def test_a_chart_has_its_numbers_as_text(filled):
    text = html(filled, template="weekly")
    told = re.search(r"<desc>([^<]*)</desc>", text)[1]
    assert "2026-10-26: 0" in told
    assert told.count(":") == 12
    shown = report(filled, template="weekly")
    assert "Done per week" in shown
    assert re.search(r"`[▁▂▃▄▅▆▇█]{12}`", shown)


@given(st.lists(st.integers(-(10**12), 10**12), max_size=5), st.sampled_from(["bar", "chart"]))
def test_whatever_the_numbers_the_drawing_is_well_formed(numbers, kind):
    mark = "\ufdef" + " ".join([kind, *map(str, numbers)]) + "\ufdef"
    found = Page(page.render_page(f"x {mark} y", "", ""))
    assert "\ufdef" not in found.text
    assert "\ufdef" not in charts.as_text(mark)


def test_a_bar_takes_numbers_only(filled):
    with pytest.raises(Exception, match="a bar needs two whole numbers"):
        template(filled, "\n{{ bar('<', 2) }}")
        html(filled, template="mine")
