"""The terminal app: state goes down, messages go up, the session takes every change."""

import os

# Textual draws 60 times a second at the most, and a key waits for the next time: that alone is a
# frame. Nothing here moves by itself, so drawing twice as often costs nothing and halves the wait.
os.environ.setdefault("TEXTUAL_FPS", "120")
