"""Reports: the state of a workspace through a template to Markdown.

`render_report` is the one function that the command line and the app call. `templates` and
`fingerprint` do without Jinja2, so that completion and verification need not load it.
"""
