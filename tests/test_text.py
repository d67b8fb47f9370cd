"""What may reach a screen."""

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fedcheck.domain import text as texts
from fedcheck.domain.text import clean, clean_for_file, make_storable, one_line, pluralize

ANY_TEXT = st.text(st.characters(), max_size=60)  # lone surrogates too


@given(ANY_TEXT)
def test_nothing_that_a_terminal_obeys_is_left(text: str) -> None:
    for char in clean(text):
        assert char in "\n\t" or unicodedata.category(char) not in ("Cc", "Cf", "Cs", "Co")
    assert clean(clean(text)) == clean(text)


@given(ANY_TEXT, st.integers(0, 20))
def test_one_line_is_one_line(text: str, limit: int) -> None:
    line = one_line(text, limit)
    assert len(line.splitlines()) <= 1
    assert not limit or len(line) <= limit
    assert "  " not in line
    assert line == line.strip()
    for char in line:
        assert unicodedata.category(char) not in ("Cc", "Cf", "Cs", "Co")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("see [/b] [AC-2] [@click=app.quit]x[/]", "see [/b] [AC-2] [@click=app.quit]x[/]"),
        ("\x1b[31mred\x1b[0m", "\ufffd[31mred\ufffd[0m"),
        ("\x9b31m", "\ufffd31m"),
        ("\x1b]8;;http://x\x07y", "\ufffd]8;;http://x\ufffdy"),
        ("a\r\nb\tc", "a\nb\tc"),
        ("over\rwritten", "over\ufffdwritten"),
        ("evil\u202ecod.exe", "evil\ufffdcod.exe"),
        ("zero\u200bwidth", "zero\ufffdwidth"),
        ("tag\U000e0041s", "tag\ufffds"),
        ("soft\u00adhyphen\u2060\ufeff", "softhyphen"),
        ("\u0645\u06cc\u200c\u062e", "\u0645\u06cc\u062e"),
        ("caf\u00e9 \u2713 \U0001f512 \u65e5\u672c", "caf\u00e9 \u2713 \U0001f512 \u65e5\u672c"),
    ],
)
def test_clean(text: str, shown: str) -> None:
    assert clean(text) == shown


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("soft\u00adhyphen", "softhyphen"),
        ("\u0645\u06cc\u200c\u062e", "\u0645\u06cc\u200c\u062e"),
        ("\U0001f469\u200d\U0001f680", "\U0001f469\u200d\U0001f680"),
        ("ad\u200dmin\u200c", "admin"),
        ("\u0645\u200c \x1b[31m", "\u0645 \ufffd[31m"),
    ],
)
def test_a_file_for_others_keeps_a_joiner_that_means_something(text: str, written: str) -> None:
    assert clean_for_file(text) == clean_for_file(text, one_line) == written


@given(ANY_TEXT | st.text("a\u0645 \u200c\u200d\u00ad\ufe0f\x1b\n\U0001f469", max_size=12))
def test_a_text_for_a_file_is_as_on_a_screen_but_for_joiners(text: str) -> None:
    written = clean_for_file(text)
    assert clean(written) == clean(text)
    assert clean_for_file(written) == written, "a table that comes back is compared by it"


@pytest.mark.parametrize(
    ("text", "limit", "shown"),
    [
        ("  two   words ", 0, "two words"),
        ("a\nb\r\nc\td\u2028e\xa0f", 0, "a b c d e f"),
        ("\x1b[31mred", 0, "\ufffd[31mred"),
        ("abcdef", 4, "abc\u2026"),
        ("abc def", 5, "abc\u2026"),
        ("abcdef", 6, "abcdef"),
        ("", 3, ""),
    ],
)
def test_one_line(text: str, limit: int, shown: str) -> None:
    assert one_line(text, limit) == shown


@given(ANY_TEXT)
def test_what_is_stored_is_text(text: str) -> None:
    stored = make_storable(text)
    assert stored.encode("utf-8").decode("utf-8") == stored
    assert "\r\n" not in stored or "\r\r\n" in text
    if text.isprintable():
        assert stored == text


def test_no_character_that_a_pattern_finds_passes_as_harmless() -> None:
    every = "".join(map(chr, range(0x110000)))
    patterns = (texts._UNSAFE, texts._UNSAFE_LINE, texts._IGNORABLE, texts._JOINERS)
    found = {char for pattern in patterns for char in re.findall(pattern, every)}
    assert len(found) > 10_000
    assert not [char for char in found if texts._is_harmless(char)]


def test_wide_characters_are_those_of_the_table() -> None:
    wide = re.compile(f"[{texts._WIDE}]")
    bounds = texts._wide_bounds()
    assert bounds == sorted(bounds)
    near = {chr(ord(bound) + step) for bound in bounds for step in (-1, 0, 1)}
    assert {char for char in near if texts.count_cells(char) == 2} == set(
        wide.findall("".join(near))
    )


def test_plural() -> None:
    assert pluralize(1, "item") == "1 item"
    assert pluralize(0, "item") == "0 items"
    assert pluralize(2, "piece of evidence", "pieces of evidence") == "2 pieces of evidence"
