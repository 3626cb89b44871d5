"""Watching over the site: the auditor's pages on the record of who saw what."""
