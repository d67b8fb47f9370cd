"""The documents of a FedRAMP certification: decision record, package overview, ongoing report."""
