"""Any public page as it would be with a draft."""
