"""FedRAMP's rules as published in JSON: read, apply to a profile, compare, build lists."""
