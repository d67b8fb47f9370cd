"""The example workspace: a fictional service three weeks before its kick-off."""
