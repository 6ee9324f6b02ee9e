"""What was published and what partners answered. Reaches published_tables only, never the live tables: the share
pages stand on this package alone (law 2). Functions take an open connection; callers own the transaction."""
