"""Reports: a template turns the state of a workspace into Markdown and HTML.

The command line and the app call `render_report`. `templates` and `fingerprint` do not use
Jinja2, so completion and verification do not have to load it.
"""
