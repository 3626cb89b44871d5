"""Asking once more: an updated extract on one's own earlier request, of which only what has changed is asked."""
