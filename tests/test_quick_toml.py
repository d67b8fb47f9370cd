"""The quick way of reading TOML and the parser say the same."""

from pathlib import Path

import pytest
import tomli
import tomli_w
from hypothesis import example, given
from hypothesis import strategies as st

from fedcheck.storage.paths import find_shipped_checklists
from fedcheck.storage.quick_toml import read_quickly

NASTY = Path(__file__).parent / "nasty"

names = st.sampled_from(["a", "b", "item", "x-1", '"a"', '"b.c"', '"é"', '""', "'a'", '"\\n"', "1"])
texts = st.text(
    st.sampled_from("ab \t\n\r\x00\x1f\x7f\\\"'#=[]{},.é\u202e\U0001f600"), max_size=8
) | st.sampled_from(['\\"', "\\u00e9", "\\\n  x", "\\ud800", "\\e", '""', '"""', "\r\n"])
scalars = (
    st.builds('"{}"'.format, texts)
    | st.builds('"""{}"""'.format, texts)
    | st.builds("'{}'".format, texts)
    | st.sampled_from(
        ["true", "false", "0", "7", "-1", "+1", "007", "1_0", "0x1f", "1.5", "1e3", "inf", "9" * 20,
         "2027-02-01", "2027-02-30", "0000-01-01", "2027-02-01T01:02:03Z", "2027-02-01 01:02:03",
         "01:02:03", "True", "x", ""]
    )
)  # fmt: skip
gaps = st.sampled_from(["", " ", "  ", "\t", "\n", " # said\n", "\r\n"])
values = st.recursive(
    scalars,
    lambda inner: st.builds(
        lambda found, gap, last: f"[{gap}{f',{gap}'.join(found)}{last}{gap}]",
        st.lists(inner, max_size=3), gaps, st.sampled_from(["", ",", ",,"]),
    ) | st.builds(
        lambda found, gap, last: f"{{{gap}{f',{gap}'.join(found)}{last}}}",
        st.lists(st.builds("{} = {}".format, names, inner), max_size=3), gaps,
        st.sampled_from(["", ",", " "]),
    ),
    max_leaves=4,
)  # fmt: skip
paths = st.lists(names, min_size=1, max_size=3).map(".".join)
statements = (
    st.builds("{}{}{}={}{}".format, gaps, names | paths, gaps, gaps, values)
    | st.builds("{} = {}".format, names, values)
    | st.builds("[{}]".format, paths)
    | st.builds("[[{}]]".format, paths)
    | st.sampled_from(["# said", "", "  ", "[a", "[[a]", "a", "=", "# \x01", "\ufeff", "[ a ]"])
)
documents = st.lists(
    st.builds("{}{}".format, statements, st.sampled_from(["\n", "\n\n", "\r\n", " # said\n", ""])),
    max_size=8,
).map("".join)

data = st.dictionaries(
    st.text(max_size=4),
    st.recursive(
        st.text(max_size=12) | st.integers(0, 10**19) | st.booleans() | st.dates(),
        lambda inner: (
            st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3)
        ),
        max_leaves=8,
    ),
    max_size=5,
)


def describe(value):
    """Return a value with its types, and tables in their order: 1 is not true here."""
    if isinstance(value, dict):
        return [(name, describe(inner)) for name, inner in value.items()]
    if isinstance(value, list):
        return (list, [describe(inner) for inner in value])
    return (type(value), value)


def check(text):
    """Check that the quick way says what the parser says, or nothing; return whether it spoke."""
    found = read_quickly(text)
    if found is not None:
        assert describe(found) == describe(tomli.loads(text))
    return found is not None


@given(documents)
@example("a = {}\n[a.b]\n")
@example("a = []\n[[a]]\n")
@example("a = [{}]\n[a.b]\n")
@example("[a.b]\n[a]\n")
@example("[[a]]\n[a.b]\n[[a]]\n[a.b]\n")
@example("[a]\n[[a]]\n")
@example("[[a]]\n[a]\n")
@example('[a]\nb = 1\n[a."b"]\n')
@example('[a]\n["a"]\n')
@example('a = 1\na = ""\n')
@example("[" + ".".join("a" * 1100) + "]\n")
@example('a = """\n\n"x""y"""\nb = """"""\nc = ""\n')
@example('a = """x""""\n')
@example('a = """x\\""""""\n')
@example('a = "\\\\"\nb = "\\""')
@example("a = 1 b = 2\n")
@example("a\n= 1\n")
@example("a = 2027-13-01\n")
@example("a = 1\u0662\nb = 202\u0667-01-01\n")
def test_whatever_is_in_a_file(text):
    check(text)


@given(data, st.booleans())
def test_what_our_writer_writes(held, multiline):
    check(tomli_w.dumps(held, multiline_strings=multiline))


@pytest.mark.parametrize("path", sorted(NASTY.rglob("*.toml")), ids=lambda path: path.name)
def test_hostile_files(path):
    check(path.read_bytes().decode(errors="replace"))


@pytest.mark.parametrize(
    "path", sorted(find_shipped_checklists().glob("*/*.toml")), ids=lambda path: path.name
)
def test_the_shipped_files_go_the_quick_way(path):
    assert check(path.read_text())


def test_a_file_of_another_system_goes_the_quick_way():
    assert check('a = "x"\r\n\r\n[[b.c]]\r\nd = """\r\nx\r\n"""\r\n')
