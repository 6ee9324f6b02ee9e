"""Every state there is, each on a record of its own: what a person who opens the demo can find in it."""
