"""Words of what an office is told."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from app.documents.verify import Verdict
from app.extracts.desk.decision import Validity

VALIDITIES = {
    Validity.VALID: _l("valid"),
    Validity.REPLACED: _l("replaced by a newer one"),
    Validity.WITHDRAWN: _l("withdrawn"),
}
SHAPES = {Validity.VALID: "done", Validity.REPLACED: "waiting", Validity.WITHDRAWN: "overdue"}
"""The kind of status by which each is drawn."""

VERDICTS = {
    Verdict.INTACT: _l("The file was signed by this site, and every byte is as it was signed."),
    Verdict.CHANGED: _l("The file was signed by this site and was changed afterwards. Do not accept it."),
    Verdict.FOREIGN: _l("The file was signed by somebody else. It is no extract of this site."),
    Verdict.UNSIGNED: _l("The file is not signed. A scan or print cannot be checked: use number and code."),
    Verdict.NO_PDF: _l("The file is no PDF. A photo cannot be checked: use number and code."),
    Verdict.TOO_LARGE: _l("The file is too large to be an extract."),
}
