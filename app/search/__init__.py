"""Search over guidance: how a query is understood, the Whoosh index, ranking, and how well it all works."""
