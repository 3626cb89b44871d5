"""The people of one organisation: whom its coordinators invite, what each carries, and what happens when one leaves."""
