"""Opening evidence: a URL in the browser, anything else copied. Never a command line of its own."""

import os
import sys
import webbrowser
from typing import TYPE_CHECKING

from fedcheck.model.evidence import Evidence
from fedcheck.model.text import clean
from fedcheck.report.markdown import safe_url

if TYPE_CHECKING:
    from fedcheck.tui.app import FedcheckApp


def open_evidence(app: "FedcheckApp", proof: Evidence) -> None:
    """Open a URL in the browser; copy anything else, so that it can be opened by hand."""
    link = clean(proof.link)
    url = safe_url(proof.link) if proof.kind == "url" else ""
    if url:
        app.copy_to_clipboard(link)
        if browser_is_near() and webbrowser.open(url):
            app.tell(f"Opened in the browser: {link}", "the URL is copied too")
        else:
            app.tell(f"No browser here: {link}", "the URL is copied")
        return
    text = str(app.session.root / proof.link) if proof.kind == "file" else link
    app.copy_to_clipboard(clean(text))
    app.tell(f"Copied: {text}")


def browser_is_near() -> bool:
    """Tell whether there is a browser with a window; one in the terminal would take the screen."""
    named = ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER")
    return sys.platform in ("darwin", "win32") or any(os.environ.get(name) for name in named)
