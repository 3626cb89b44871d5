"""Words for what is wrong with a message, and for what was done."""

from __future__ import annotations

from flask_babel import gettext
from flask_babel import lazy_gettext as _l

_FAULTS = {
    "no longer used": _l("the interface does not say this any more"),
    "marked fuzzy": _l("marked as uncertain (fuzzy)"),
    "not translated": _l("a form is not translated"),
    "placeholders differ": _l("the placeholders such as %(name)s are not the same as in the original"),
    "tags differ": _l("the tags such as <b> are not the same as in the original"),
}
DONE = {
    "kept": _l("The words are kept. Another person accepts them for the next release."),
    "nothing": _l("These words were proposed already."),
    "taken-back": _l("Your proposal is taken back."),
    "accepted": _l("The words are accepted for the next release."),
    "declined": _l("The proposal is declined."),
}


def fault_text(fault: str) -> str:
    """Return what is wrong, in words."""
    return str(_FAULTS.get(fault) or gettext("the number of plural forms is not that of the language"))
