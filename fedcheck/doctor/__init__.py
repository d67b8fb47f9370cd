"""Problems of a workspace, their remedies, and the repairs that need no decision by a person.

`examine` finds problems and changes nothing; each module covers one kind. `fixes` repairs them,
after a copy. Nothing here deletes a record.
"""
