"""The terminal app: state goes down, messages go up, and the session applies every change."""

import os

from fedcheck.late_modules import put_off_palette

# By default, Textual draws at most 60 times a second, and a key waits for the next frame. Nothing
# here moves by itself: at four times as many, only what a person does is drawn sooner.
os.environ.setdefault("TEXTUAL_FPS", "240")

put_off_palette()
