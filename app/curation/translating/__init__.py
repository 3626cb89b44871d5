"""Translations: what each was confirmed against, the translators' page, exchange with their tools."""
