"""Words for what the register records, for how it was compared, and for what is wrong with a value or a file."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import gettext
from flask_babel import lazy_gettext as _l

from app.register.entry import Category, Cause, Item, Status
from app.register.importing import Beside, FileError, FileFault, Problem, Target
from app.register.linkage import Field, Level, Verdict
from app.register.names import Reason
from app.register.person import Sex
from app.register.written import Fault

ITEMS: Mapping[Target, object] = {
    Item.SURNAME: _l("Surname"),
    Item.GIVEN: _l("Given name"),
    Item.PATRONYMIC: _l("Patronymic"),
    Item.FORMER_SURNAMES: _l("Former surnames"),
    Item.LATIN_SURNAME: _l("Surname in Latin letters"),
    Item.LATIN_GIVEN: _l("Given name in Latin letters"),
    Item.BORN: _l("Date of birth"),
    Item.SEX: _l("Sex"),
    Item.BORN_IN: _l("Place of birth"),
    Item.LIVED_IN: _l("Place of residence"),
    Item.MISSING_ON: _l("Date of disappearance"),
    Item.MISSING_FROM: _l("Place of disappearance"),
    Item.CATEGORY: _l("Category"),
    Item.UNIT: _l("Military unit"),
    Item.CAUSE: _l("Special circumstances"),
    Item.CIRCUMSTANCES: _l("How the person went missing"),
    Item.POLICE_UNIT: _l("Police unit"),
    Item.PROCEEDING: _l("Number of the criminal proceeding"),
    Beside.FULL_NAME: _l("Full name"),
    Beside.STATUS: _l("Status"),
    Beside.STATUS_SINCE: _l("Status since"),
    Beside.STATUS_SOURCE: _l("Source of the status"),
}
SEXES = {Sex.MALE: _l("male"), Sex.FEMALE: _l("female")}
CATEGORIES = {
    Category.MILITARY: _l("military"),
    Category.CIVILIAN: _l("civilian"),
    Category.CHILD: _l("child"),
    Category.FOREIGNER: _l("foreigner or stateless person"),
}
CAUSES = {
    Cause.CONFLICT: _l("armed conflict"),
    Cause.HOSTILITIES: _l("hostilities"),
    Cause.OCCUPATION: _l("occupation"),
    Cause.NATURAL: _l("emergency of natural origin"),
    Cause.TECHNOGENIC: _l("emergency of technogenic origin"),
}
STATUSES = {
    Status.SEARCHING: _l("search continues"),
    Status.CAPTIVITY: _l("captivity confirmed, search continues"),
    Status.DECLARED_DEAD: _l("declared dead by a court, search continues"),
    Status.RETURNED: _l("whereabouts established, returned"),
    Status.ABROAD: _l("whereabouts established, abroad"),
    Status.IDENTIFIED_DEAD: _l("identified as dead"),
}
STATUS_SHAPES = {
    Status.SEARCHING: "started",
    Status.CAPTIVITY: "waiting",
    Status.DECLARED_DEAD: "waiting",
    Status.RETURNED: "done",
    Status.ABROAD: "done",
    Status.IDENTIFIED_DEAD: "none",
}
"""The shape of the status mark, as the macro `status` names it."""

VERDICTS = {
    Verdict.LIKELY: _l("likely"),
    Verdict.POSSIBLE: _l("possible"),
    Verdict.UNLIKELY: _l("unlikely"),
}
VERDICT_SHAPES = {Verdict.LIKELY: "done", Verdict.POSSIBLE: "waiting", Verdict.UNLIKELY: "none"}
LEVELS = {
    Level.AGREES: _l("agrees"),
    Level.SIMILAR: _l("similar"),
    Level.DIFFERS: _l("differs"),
    Level.MISSING: _l("not known"),
}
LEVEL_SHAPES = {Level.AGREES: "done", Level.SIMILAR: "waiting", Level.DIFFERS: "refused", Level.MISSING: "none"}
FIELDS = {field: ITEMS[Item(field.value)] for field in Field}
REASONS = {
    Reason.SAME: _l("the same"),
    Reason.APOSTROPHE: _l("only apostrophe, hyphen, ґ or ё differ"),
    Reason.LETTERS: _l("letters that are taken for each other"),
    Reason.TRANSLITERATED: _l("the same in another alphabet"),
    Reason.RUSSIAN_FORM: _l("Russian form of the name"),
    Reason.OTHER_FORM: _l("another form of the name"),
    Reason.SHORT_FORM: _l("short form of the name"),
    Reason.GENDER_FORM: _l("form of the other gender"),
    Reason.FORMER_SURNAME: _l("former surname"),
    Reason.HALF_OF_DOUBLE: _l("half of a double name"),
    Reason.SWAPPED_NAMES: _l("surname and given name are swapped"),
    Reason.LAYOUT: _l("typed with another keyboard layout"),
    Reason.DOUBLED_LETTER: _l("a doubled letter"),
    Reason.MISSING_LETTER: _l("one letter too few or too many"),
    Reason.EXCHANGED_LETTERS: _l("two letters exchanged"),
    Reason.NEXT_KEY: _l("one letter is the neighbouring key"),
    Reason.ONE_LETTER: _l("one letter differs"),
    Reason.VOWELS: _l("only vowels differ"),
    Reason.TWO_LETTERS: _l("two letters differ"),
    Reason.INITIAL: _l("only the initial is given"),
    Reason.AS_FAR_AS_KNOWN: _l("the same as far as both are known"),
    Reason.DAY_AND_MONTH_SWAPPED: _l("day and month are swapped"),
    Reason.ONE_DIGIT: _l("one digit differs"),
    Reason.YEAR_OFF: _l("one year apart"),
    Reason.NEAR: _l("a few days apart"),
    Reason.SAME_MONTH: _l("the same month"),
    Reason.SAME_YEAR: _l("the same year"),
    Reason.SAME_PLACE: _l("the same place, written otherwise"),
    Reason.RENAMED: _l("the place was renamed"),
    Reason.NEIGHBOUR: _l("a settlement of the same community"),
    Reason.SAME_DISTRICT: _l("the same district"),
    Reason.SAME_REGION: _l("the same region"),
    Reason.DIFFERS: "",
    Reason.MISSING: "",
}
FAULTS = {
    Fault.NO_SURNAME: _l("Write the surname."),
    Fault.NO_NAME: _l("A name has letters and no digits."),
    Fault.LONG: _l("The text is too long."),
    Fault.NOT_TEXT: _l("There are characters that are no text."),
    Fault.NO_DATE: _l("Write a date such as 28.03.2025, 03.2025 or 2025."),
    Fault.NO_DAY: _l("No calendar has this day."),
    Fault.AMBIGUOUS_DATE: _l("Write the year with four digits."),
    Fault.FUTURE: _l("This date has not come yet."),
    Fault.TOO_EARLY: _l("This date lies before 1900."),
    Fault.BORN_LATER: _l("The birth is later than the disappearance."),
    Fault.NO_SEX: _l("Write the sex as male or female, or leave it empty."),
    Fault.NO_CATEGORY: _l("This category is not known."),
    Fault.NO_CAUSE: _l("These special circumstances are not known."),
    Fault.NO_STATUS: _l("This status is not known."),
    Fault.NO_SOURCE: _l("Name the document or the body that the status comes from."),
    Fault.BEFORE_MISSING: _l("The status is older than the disappearance."),
    Fault.TWO_NAMES: _l("The full name has more than three words: give the parts their own columns."),
    Fault.EXTRA_CELLS: _l("The row has more cells than the head has columns."),
}
_FILE_FAULTS = {
    FileFault.EMPTY: _l("The file holds no rows."),
    FileFault.NO_SURNAME_COLUMN: _l("No column holds a surname or a full name: name the columns with --mapping."),
    FileFault.TWO_COLUMNS: _l("Two columns hold the same."),
    FileFault.NO_TABLE: _l("The file is neither CSV nor XLSX, or it is damaged."),
    FileFault.BROKEN_ROW: _l("A row cannot be read: a quotation mark that nothing closes, or a cell without end."),
    FileFault.BAD_MAPPING: _l("The mapping is not a list of heads of columns with what they hold."),
    FileFault.NO_SUCH_COLUMN: _l("The mapping names a column that the file does not have."),
}


def problem_text(problem: Problem) -> str:
    """Return what is wrong with a row, with its number and the head of the column."""
    text = FAULTS[problem.fault]
    if not problem.column:
        return str(gettext("Row %(row)s: %(text)s", row=problem.row, text=text))
    return str(gettext("Row %(row)s, column “%(column)s”: %(text)s", row=problem.row, column=problem.column, text=text))


def file_fault_text(error: FileError) -> str:
    """Return why a file cannot be taken in, with the column or the row where that is known."""
    text = _FILE_FAULTS[error.fault]
    if error.column:
        return str(gettext("Column “%(column)s”: %(text)s", column=error.column, text=text))
    return str(gettext("Row %(row)s: %(text)s", row=error.row, text=text)) if error.row else str(text)
