"""When Python looks for garbage while the app runs."""

import gc

SECONDS = 1.0
"""How long after its start the app begins to look: what home needs is there by then."""


def collect_seldom() -> None:
    """Let Python look for garbage again, and seldom: looking through all objects takes five frames.

    `fedcheck.__main__` turned it off. A screen that is drawn makes and drops many small objects;
    what is thrown away at once needs no looking for. What is loaded now is for good, and left out.
    """
    if not gc.isenabled():  # in a process that is not ours alone, it is not ours to decide
        gc.freeze()
        gc.set_threshold(10_000, 50, 100)
        gc.enable()
