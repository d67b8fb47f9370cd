"""Modules that our libraries import and a command hardly uses: loaded when more is asked of them.

click imports `inspect` to strip the indentation of a help text, and with it come the parser, the
disassembler and the tokenizer of Python; `uuid` imports `platform` for the name of the system,
msgspec `typing_extensions` for what `typing` has and all that it offers itself, `pathlib` the
parser of URLs, jinja2 what filters need that no template of ours has, and `gettext` looks for
catalogs that nobody has installed. Before Python 3.12, `datetime` defines in Python what it
then takes from its compiled half. This is a fifth of the time of a short command. A stand-in
answers what it can, and becomes the module itself at any other question.
"""

import _thread
import os
import sys
import typing
import urllib
from collections.abc import Callable, Mapping
from importlib import import_module
from types import ModuleType
from typing import Any


class LateModule(ModuleType):
    """A module that is not loaded yet, but for some functions."""

    def __init__(self, name: str, known: Mapping[str, Any]) -> None:
        super().__init__(name)
        self.__dict__.update(known)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):  # what the machinery of imports asks of a module
            raise AttributeError(name)
        return getattr(load(self.__name__), name)


def load(name: str) -> ModuleType:
    """Return a module itself, loaded where only its stand-in was there; both hold the same."""
    standin = sys.modules.get(name)
    if not isinstance(standin, LateModule):
        return import_module(name)
    del sys.modules[name]
    module = import_module(name)
    standin.__dict__.update(module.__dict__)
    return module


def _clean_doc(doc: str) -> str:
    """Strip a help text, as `inspect.cleandoc`; one line needs no more."""
    if "\n" in doc or "\t" in doc:
        return load("inspect").cleandoc(doc)  # type: ignore[no-any-return]
    return doc.lstrip()


def _plain(text: str) -> str:
    return text


def _plural(singular: str, plural: str, number: int) -> str:
    return singular if number == 1 else plural


def _late(module: str, name: str) -> Callable[..., Any]:
    """Return what stands for a function that its importer takes by name, and hardly calls."""
    return lambda *args, **options: getattr(load(module), name)(*args, **options)


_KNOWN: dict[str, Mapping[str, Any]] = {
    "ast": {"literal_eval": _late("ast", "literal_eval")},
    "inspect": {"cleandoc": _clean_doc, "getattr_static": _late("inspect", "getattr_static")},
    "gettext": {"gettext": _plain, "ngettext": _plural},
    "ipaddress": {},
    "locale": {},
    "msgspec._json_schema": {
        name: _late("msgspec._json_schema", name) for name in ("schema", "schema_components")
    },
    "msgspec.inspect": {},
    "msgspec.toml": {},
    "msgspec.yaml": {},
    "ntpath": {},
    "random": {name: _late("random", name) for name in ("choice", "randrange")},
    "tempfile": {},
    "textwrap": {},
    # Who has not loaded it has started no thread.
    "threading": {
        "Lock": _thread.allocate_lock,
        "active_count": lambda: 1,
        "local": _thread._local,
    },
    "typing_extensions": {
        "get_type_hints": typing.get_type_hints,
        "NotRequired": typing.NotRequired,
        "Required": typing.Required,
    },
    "urllib.parse": {"quote_from_bytes": _late("urllib.parse", "quote_from_bytes")},
}
"""Each module, and what is answered without loading it."""

_PALETTE = (
    *("CommandListItem", "CommandPalette", "DiscoveryHit", "Hit", "Hits", "Provider"),
    "SimpleProvider",
)
"""What other modules of Textual import of its palette."""


def put_off() -> None:
    """Put stand-ins where the modules are not loaded yet."""
    known = dict(_KNOWN)
    if sys.version_info < (3, 12):  # later ones take what is compiled at once
        compiled = vars(import_module("_datetime"))
        known["datetime"] = {name: one for name, one in compiled.items() if name[0] != "_"}
    if hasattr(os, "uname"):
        known["platform"] = {"system": lambda: os.uname().sysname}
    for name, functions in known.items():
        _put_off(name, functions)
    # `import urllib.parse` looks for it in its package.
    urllib.parse = sys.modules["urllib.parse"]  # type: ignore[attr-defined]


def put_off_palette() -> None:
    """Put off what Textual has for a palette; `fedcheck.tui` does, before it imports Textual.

    Textual's app imports it, and with it fields, lists and trees: a twentieth of the time until
    home is there. Some of these names are the bases of classes there, which only the palettes use
    that Textual opens by itself, and ours is none of them.
    """
    _put_off("textual.command", {name: type(name, (), {}) for name in _PALETTE})


def _put_off(name: str, known: Mapping[str, Any]) -> None:
    """Put a stand-in with what it can answer where a module is not loaded yet."""
    if name not in sys.modules:
        sys.modules[name] = LateModule(name, known)


def load_all() -> None:
    """Load what was put off: with threads, as the app has, nothing changes under their hands."""
    for name, module in [*sys.modules.items()]:
        if isinstance(module, LateModule):
            load(name)
