"""Taking up an invitation: the one page of accounts that strangers meet before they have an account."""
