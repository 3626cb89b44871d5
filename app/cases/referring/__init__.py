"""Referrals: a family's agreed fields go to one body, which answers by a link, and the family sees what came of it."""
