"""What must happen after commit: mails and other deeds, kept in the transaction that asked for them."""
