"""Real processes, killed: what was accepted arrives once, in order, whatever dies on the way."""
