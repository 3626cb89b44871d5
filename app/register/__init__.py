"""The register of missing persons: entries, and how a claimed person is found among them."""
