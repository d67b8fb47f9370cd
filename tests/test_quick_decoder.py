"""The quick way of reading a file and the careful one say the same."""

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.msgpack import Decoder, Encoder

from fedcheck.domain.checklist import Checklist, Item, Section
from fedcheck.domain.finding import Finding
from fedcheck.domain.process import Process
from fedcheck.domain.record import Record
from fedcheck.domain.request import Request
from fedcheck.domain.workspace import WorkspaceConfig
from fedcheck.storage.cache import _UNTYPED
from fedcheck.storage.decoder import decode, decode_carefully
from fedcheck.storage.paths import find_shipped_checklists
from fedcheck.storage.problems import Collector
from fedcheck.storage.quick_decoder import decode_all_quickly, decode_quickly
from fedcheck.storage.toml_io import read
from fedcheck.storage.toml_keys import keys_of

CLASSES = (Record, Item, Checklist, Finding, Request, WorkspaceConfig, Process)

words = st.sampled_from(
    ["", "a", "A", "todo", "done", "test", "must", "satisfied", "examine", "id-1", "kick-off - 3d",
     "120d at package", "1mo", "2027-02-01", "moderate", "x y", "a:b"]
)  # fmt: skip
values = st.recursive(
    words | st.integers(-1, 2) | st.booleans() | st.dates() | st.datetimes() | st.floats(0, 1),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["id", "title", "link", "kind", "evidence", "item", "due", "where", "x"]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


def draw_table(data, cls):
    """Return a table for a struct: its required keys, and some others with any value."""
    names = st.sampled_from([*keys_of(cls), "unheard-of"])
    table = data.draw(st.dictionaries(names, values, max_size=6))
    required = [name for name, spec in keys_of(cls).items() if spec.required]
    return {**{name: data.draw(words) for name in required}, **table}


@given(st.data())
def test_both_ways_say_the_same(data):
    cls = data.draw(st.sampled_from(CLASSES))
    table = draw_table(data, cls)
    quick, careful = Collector(Path("f")), Collector(Path("f"))
    found, wanted = decode(cls, table, (), quick), decode_carefully(cls, table, (), careful)
    assert found == wanted
    assert getattr(found, "extra", None) == getattr(wanted, "extra", None)
    assert quick.found == careful.found
    if careful.found:
        assert decode_quickly(cls, table) is None


@given(st.data())
def test_what_has_a_type_is_the_same_from_the_cache(data):
    """So the cache compares only what holds values without one."""
    cls = data.draw(st.sampled_from(CLASSES))
    found = decode_carefully(cls, draw_table(data, cls), (), Collector(Path("f")))
    raw = Encoder().encode(found)
    if found is not None and not any(mark in raw for mark in _UNTYPED):
        assert repr(Decoder(cls).decode(raw)) == repr(found)


pieces = st.fixed_dictionaries(
    {"id": words, "link": words},
    optional={"collected": st.dates(), "unheard-of": words, "label": words},
)
records = st.fixed_dictionaries(
    {},
    optional={
        "status": st.sampled_from(["todo", "done", "wrong"]),
        "due": words | st.dates(),
        "note": words,
        "unheard-of": values,
        "evidence": st.lists(pieces, max_size=3),
    },
)
items = st.fixed_dictionaries(
    {"id": st.sampled_from(["a", "b", "c", "A"]), "title": words},
    optional={
        "due": st.dates() | st.sampled_from(["kick-off - 3d", "wrong"]),
        "renamed-from": st.sampled_from(["x", ["x", "y"], []]),
        "source": st.fixed_dictionaries({"id": st.sampled_from(["s", ""])}),
        "when": st.lists(
            st.fixed_dictionaries({"due": st.dates()}, optional={"class": st.just(["b"])}),
            max_size=2,
        ),
    },
)


sections = st.fixed_dictionaries(
    {"id": st.sampled_from(["s", "t"]), "title": words},
    optional={"item": st.lists(items, max_size=3)},
)


@given(
    st.tuples(st.just(Record), st.lists(records, max_size=4))
    | st.tuples(st.just(Item), st.lists(items, max_size=4))
    | st.tuples(st.just(Section), st.lists(sections, max_size=3))
)
def test_many_tables_at_once_say_what_each_of_them_says(drawn):
    cls, tables = drawn
    whole, collector = decode_all_quickly(cls, tables), Collector(Path("f"))
    each = [decode_carefully(cls, one, (), collector) for one in tables]
    assert whole == (None if collector.found else each)
    for found, wanted in zip(whole or (), each, strict=False):
        assert getattr(found, "extra", None) == getattr(wanted, "extra", None)
        assert [one.extra for one in getattr(found, "evidence", ())] == [
            one.extra for one in getattr(wanted, "evidence", ())
        ]


@pytest.mark.parametrize(
    "path", sorted(find_shipped_checklists().glob("*/*.toml")), ids=lambda path: path.name
)
def test_the_shipped_files_go_the_quick_way(path):
    cls = Process if path.name == "process.toml" else Checklist
    data = read(path).data
    assert decode_quickly(cls, data) == decode_carefully(cls, data, (), Collector(path))


def test_a_date_may_stand_for_a_due_text():
    assert decode_quickly(Record, {"due": date(2027, 1, 2)}).due == "2027-01-02"
