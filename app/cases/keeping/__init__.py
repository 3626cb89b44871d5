"""How long a case is kept: notice before it is erased, erasing with a tombstone, and what its family takes along."""
