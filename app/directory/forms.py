"""The one field of "Is this number official?"."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import SearchField
from wtforms.validators import Length

from app.directory.contacts import LONGEST


class ContactForm(FlaskForm):  # type: ignore[misc]
    """Any number, e-mail or web address, as it was received."""

    contact = SearchField(_l("Number, e-mail or web address"), validators=[Length(max=LONGEST)])
