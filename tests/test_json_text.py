"""JSON that msgspec writes is that of Python's module, byte for byte."""

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from fedcheck.storage.json_text import encode_json, format_json, quote_json

TEXTS = st.text() | st.text(st.characters(max_codepoint=0x80)) | st.sampled_from(("", "\x7f", "/"))
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXTS,
    lambda inner: st.lists(inner) | st.dictionaries(TEXTS, inner),
    max_leaves=20,
)


@given(VALUES)
def test_it_is_what_pythons_module_writes(data: Any) -> None:
    assert encode_json(data) == json.dumps(data, separators=(",", ":")).encode()
    assert format_json(data) == json.dumps(data, indent=1, sort_keys=True).encode()


@given(TEXTS)
def test_a_text_is_quoted_as_by_pythons_module(text: str) -> None:
    assert quote_json(text) == json.dumps(text)
    assert quote_json(text, ascii_only=False) == json.dumps(text, ensure_ascii=False)


def test_keys_and_numbers_that_only_pythons_module_writes() -> None:
    for data in ({1: "a"}, {True: None}, 1 << 70, float("inf"), "\ud800"):
        assert encode_json(data) == json.dumps(data, separators=(",", ":")).encode()
        assert format_json(data) == json.dumps(data, indent=1).encode()
