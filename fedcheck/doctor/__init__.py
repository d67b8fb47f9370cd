"""What is wrong with a workspace, what to do about it, and what can be mended without a person.

`examine` finds, each module for one kind of reason, and changes nothing; `fixes` changes,
with a copy first. Nothing here deletes a record.
"""
