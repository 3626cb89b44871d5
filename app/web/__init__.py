"""What every page shares: the live edition, language of the address, headers, the cache of finished pages."""
