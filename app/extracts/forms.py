"""The pages of a request as they are drawn: fields with their words, what was typed, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

from flask import request
from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from app.extracts.draft import CATEGORIES, Answers, Fault, Field, Page, chosen, date_of, fields_of
from app.extracts.evidence import Paper, evidence
from app.extracts.labels import text as words_of
from app.extracts.model import Channel, Kinship, Purpose
from app.kernel.dates import in_words
from app.kernel.languages import PUBLIC
from app.register.person import Sex
from app.storage.refusals import UploadRefusedError
from app.storage.uploads import Accepted, plain_name
from app.web.files import accept_upload, why
from app.web.language import language

TITLES: Mapping[Page, LazyString] = {
    Page.KINSHIP: _l("Who you are to this person"),
    Page.PERSON: _l("The person you ask about"),
    Page.APPLICANT: _l("About you"),
    Page.PURPOSE: _l("What the extract is for"),
    Page.CONTACT: _l("How to answer you"),
    Page.PAPERS: _l("Copies of papers"),
}

LEADS: Mapping[Page, LazyString] = {
    Page.KINSHIP: _l("What we ask next, and which papers are needed, follows from this."),
    Page.PERSON: _l(
        "Write the name as in the passport or in the statement to the police. Only the first four lines are needed; "
        "each further line helps to find the right entry."
    ),
    Page.APPLICANT: _l("As in your own passport."),
    Page.PURPOSE: _l("Choose everything that fits. The extract says what it was asked for."),
    Page.CONTACT: _l("Messages never name anybody. They hold the reference and ask you to open your page."),
    Page.PAPERS: _l("Photographs taken with a phone are good enough if every line can be read."),
}

_DATES: Mapping[tuple[Page, str], tuple[LazyString, LazyString | str]] = {
    (Page.PERSON, "born"): (_l("Birth date"), _l("If the day or month is not known, the year is enough.")),
    (Page.PERSON, "missing"): (_l("When contact was lost"), _l("About; the month or the year is enough.")),
    (Page.APPLICANT, "born"): (_l("Your birth date"), ""),
}

_WORDS: Mapping[tuple[Page, str], tuple[LazyString, LazyString | str]] = {
    (Page.KINSHIP, "kinship"): (_l("Who are you to the person you ask about?"), ""),
    (Page.PERSON, "surname"): (_l("Surname"), ""),
    (Page.PERSON, "given"): (_l("Given name"), ""),
    (Page.PERSON, "patronymic"): (_l("Patronymic"), _l("Leave it empty if there is none.")),
    (Page.PERSON, "former"): (_l("Former surname"), _l("Such as before a marriage.")),
    (Page.PERSON, "spellings"): (
        _l("How other papers spell the name"),
        _l("If it differs, for example in an old certificate in Russian. One spelling a line."),
    ),
    (Page.PERSON, "latin-surname"): (_l("Surname in Latin letters"), _l("As in the passport for travel abroad.")),
    (Page.PERSON, "latin-given"): (_l("Given name in Latin letters"), ""),
    (Page.PERSON, "sex"): (_l("Sex in papers"), ""),
    (Page.PERSON, "born-in"): (_l("Place of birth"), ""),
    (Page.PERSON, "missing-from"): (_l("Where contact was lost"), _l("Settlement or district, as far as you know.")),
    (Page.PERSON, "category"): (_l("Serviceman or civilian"), ""),
    (Page.PERSON, "unit"): (_l("Military unit"), _l("Its number, if the person served.")),
    (Page.PERSON, "police"): (_l("Police unit that took the statement"), ""),
    (Page.PERSON, "proceeding"): (_l("Number of the proceeding"), _l("It stands in the ERDR extract.")),
    (Page.PERSON, "circumstances"): (_l("What else is known"), ""),
    (Page.APPLICANT, "surname"): (_l("Your surname"), ""),
    (Page.APPLICANT, "given"): (_l("Your given name"), ""),
    (Page.APPLICANT, "patronymic"): (_l("Your patronymic"), _l("Leave it empty if there is none.")),
    (Page.APPLICANT, "former"): (_l("Your former surname"), _l("If a certificate that you attach has it.")),
    (Page.APPLICANT, "principal-surname"): (_l("Surname of the person you act for"), ""),
    (Page.APPLICANT, "principal-given"): (_l("Given name of the person you act for"), ""),
    (Page.APPLICANT, "principal-patronymic"): (_l("Patronymic of the person you act for"), ""),
    (Page.APPLICANT, "principal-kinship"): (_l("Who is the person you act for?"), ""),
    (Page.PURPOSE, "purposes"): (_l("What do you need the extract for?"), ""),
    (Page.PURPOSE, "purpose-other"): (_l("Other purpose"), _l("Only if you chose “other”.")),
    (Page.CONTACT, "channel"): (_l("How shall we tell you that there is news?"), ""),
    (Page.CONTACT, "email"): (_l("E-mail"), _l("Such as name@example.org")),
    (Page.CONTACT, "phone"): (_l("Phone"), _l("From abroad with the country code, such as +48 and the number.")),
    (Page.CONTACT, "postal"): (_l("Postal address"), _l("With the postcode and the country.")),
    (Page.CONTACT, "language"): (_l("Language of the answer"), _l("The extract itself is in Ukrainian with English.")),
    (Page.CONTACT, "newer"): (
        _l("Tell me when the entry changes later and a newer extract can be had"),
        _l("By the same short letter: it names nobody. You can change this on your page at any time."),
    ),
    (Page.CONTACT, "do-not-call"): (_l("Do not call me at all"), ""),
    (Page.CONTACT, "call-from"): (_l("Calls are safe from"), ""),
    (Page.CONTACT, "call-until"): (_l("Calls are safe until"), _l("Kyiv time.")),
    (Page.CONTACT, "open"): (
        _l("Whoever answers my phone may hear what it is about"),
        _l("Without this, a caller says only that it is about a request."),
    ),
    (Page.CONTACT, "note"): (_l("What else we must not do"), ""),
    (Page.PAPERS, "later"): (_l("I cannot attach everything now and will add the rest later"), ""),
    (Page.PAPERS, "later-why"): (_l("What is missing and why"), _l("Such as: the certificate stayed in Mariupol.")),
}

_FAULTS: Mapping[Fault, LazyString] = {
    Fault.MISSING: _l("Fill in this line: %(label)s."),
    Fault.NOT_OFFERED: _l("Choose from the list: %(label)s."),
    Fault.TOO_LONG: _l("Write it shorter: %(label)s. At most %(longest)s characters fit."),
    Fault.NO_LETTER: _l("Write it in letters: %(label)s."),
    Fault.NO_DATE: _l("There is no such day: %(label)s. Write numbers, such as 28 3 1990."),
    Fault.NO_YEAR: _l("Write the year: %(label)s."),
    Fault.NOT_YET: _l("This day has not come yet: %(label)s."),
    Fault.TOO_EARLY: _l("This year is too long ago: %(label)s."),
    Fault.NO_EMAIL: _l("This is no e-mail address. It looks like name@example.org."),
    Fault.NO_PHONE: _l("This is no phone number. From abroad write it with + and the country code."),
}

_CHOICES: Mapping[tuple[Page, str], LazyString] = {
    (Page.KINSHIP, "kinship"): _l("Choose who you are to the person."),
    (Page.PURPOSE, "purposes"): _l("Choose at least one purpose."),
    (Page.CONTACT, "channel"): _l("Choose how we tell you that there is news."),
    (Page.CONTACT, "language"): _l("Choose the language of the answer."),
}

_RADIO = frozenset({"kinship", "channel", "language", "sex", "category", "principal-kinship"})
_TICKS = frozenset({"do-not-call", "open", "later", "newer"})
_FURTHER = frozenset(
    {
        "former", "spellings", "latin-surname", "latin-given", "sex", "born-in", "missing", "missing-from", "category",
        "unit", "police", "proceeding", "circumstances",
    }
)  # fmt: skip
"""Fields on the missing person that help and are not needed."""


FILES_AT_ONCE = 3
"""Files that one form carries; with a script each goes by itself."""


@dataclass(frozen=True)
class Upload:
    """What came with a form for papers: files that may be kept, each with its name, and why others may not."""

    kind: Paper
    files: Sequence[tuple[str, Accepted]] = field(repr=False, default=())
    errors: Sequence[str] = ()


def offered_papers(kinship: Kinship | None, acts_for: Kinship | None = None) -> Sequence[tuple[Paper, str]]:
    """Return (code, words) of the papers that an applicant may attach; any other paper comes last."""
    asked = evidence(kinship, acts_for).papers if kinship else (Paper.IDENTITY,)
    return [(paper, words_of(paper)) for paper in dict.fromkeys((*asked, Paper.OTHER_PROOF))]


def uploaded(offered: Sequence[tuple[Paper, str]]) -> Upload:
    """Return the files of this request's form as `attached` does; a form without one is a fault."""
    upload = attached(offered)
    return upload if upload.files or upload.errors else Upload(upload.kind, [], [gettext("Choose a file first.")])


def attached(offered: Sequence[tuple[Paper, str]]) -> Upload:
    """Return the files of this request's form, made anew. It takes its time: call it before the transaction begins."""
    kinds = {paper.value: paper for paper, _ in offered}
    kind = kinds.get(request.form.get("kind", ""), Paper.OTHER_PROOF)
    given = [upload for upload in request.files.getlist("files") if upload.filename][:FILES_AT_ONCE]
    files: list[tuple[str, Accepted]] = []
    errors: list[str] = []
    for upload in given:
        try:
            files.append((upload.filename or "", accept_upload(upload)))
        except UploadRefusedError as error:
            errors.append(f"{plain_name(upload.filename or '')}: {why(error.refusal)}")
    return Upload(kind, files, errors)


def shelf_is_full() -> str:
    """Return what is said where files cannot be kept right now."""
    return str(gettext("Files cannot be kept right now. What you typed is safe. Try again in a few minutes."))


def too_many_papers() -> str:
    """Return what is said where a draft or a request holds as many papers as it can."""
    return str(gettext("There is no more room: at most 20 files and 60 MB together. Remove one that is not needed."))


@dataclass(frozen=True)
class Control:
    """One field as it is drawn. `kind` is text, lines, date, radio, several, select or tick."""

    id: str
    kind: str
    label: str
    hint: str = ""
    value: str = ""
    values: Sequence[str] = ()
    options: Sequence[tuple[str, str]] = ()
    error: str = ""
    autocomplete: str = ""
    inputmode: str = ""
    type: str = "text"
    lines: int = 0
    is_further: bool = False


def typed_on(page: Page, answers: Answers) -> dict[str, str]:
    """Return what the form of this request holds for a page. What it does not ask is dropped."""
    return {
        asked.name: " ".join(request.form.getlist(asked.name)) if asked.many else request.form.get(asked.name, "")
        for asked in fields_of(page, answers)
    }


Spoken = Mapping[tuple[Page, str], tuple[LazyString, LazyString | str]]
"""Label and hint of fields, by page and name."""


def controls(
    page: Page, answers: Answers, faults: Sequence[tuple[str, Fault]], spoken: Spoken = MappingProxyType({})
) -> Sequence[Control]:
    """Return the fields of a page with what was typed and what is wrong with it.

    `spoken` has other words where somebody else than the applicant writes.
    """
    wrong = dict(faults)
    typed = answers.get(page, {})
    found: list[Control] = []
    for asked in fields_of(page, answers):
        stem, _, part = asked.name.rpartition("-")
        if part in ("day", "month"):
            continue
        if part == "year":
            found.append(_date(page, stem, typed, wrong, (spoken.get((page, stem)) or _DATES[page, stem])))
        else:
            words = spoken.get((page, asked.name)) or _WORDS[page, asked.name]
            found.append(_control(page, asked, typed, wrong, words))
    return found


def problems(shown: Sequence[Control]) -> Sequence[tuple[str, str]]:
    """Return (id, text) of what is wrong on a page, for the summary that takes focus."""
    return [(control.id, control.error) for control in shown if control.error]


def answered(page: Page, answers: Answers, spoken: Spoken = MappingProxyType({})) -> Iterator[tuple[str, str]]:
    """Yield (label, words) of what was answered on a page, for reading.

    `spoken` has other words where somebody else than the applicant reads.
    """
    typed = answers.get(page, {})
    for control in controls(page, answers, (), spoken):
        if control.kind == "date":
            found = date_of(typed, control.id)
            shown = in_words(found, language()) if found else " ".join(part for part in control.values if part)
        elif control.options:
            picked = control.values or [control.value]
            shown = "; ".join(words for code, words in control.options if code and code in picked)
        elif control.kind == "tick":
            shown = gettext("yes") if control.value else ""
        else:
            shown = control.value.strip()
        if shown:
            yield control.label, shown


def _control(
    page: Page,
    asked: Field,
    typed: Mapping[str, str],
    wrong: Mapping[str, Fault],
    words: tuple[LazyString, LazyString | str],
) -> Control:
    label, hint = words
    name = asked.name
    kind = "lines" if asked.lines else "text"
    if asked.many:
        kind = "several"
    elif name in _RADIO:
        kind = "radio"
    elif name in _TICKS:
        kind = "tick"
    elif asked.offers:
        kind = "select"
    types = {"email": "email", "phone": "tel"}
    return Control(
        id=name,
        kind=kind,
        label=str(label),
        hint=str(hint),
        value=typed.get(name, ""),
        values=chosen(typed, name) if asked.many else (),
        options=() if kind == "tick" else [(code, _option(page, name, code)) for code in asked.offers],
        error=_error(page, name, str(label), asked, wrong.get(name)),
        autocomplete=asked.autocomplete,
        # An address without @ must reach us, to be answered in the reader's language and kept.
        type="text" if name == "email" else types.get(name, "text"),
        inputmode=types.get(name, ""),
        lines=asked.lines,
        is_further=page is Page.PERSON and name in _FURTHER,
    )


def _date(
    page: Page,
    stem: str,
    typed: Mapping[str, str],
    wrong: Mapping[str, Fault],
    words: tuple[LazyString, LazyString | str],
) -> Control:
    label, hint = words
    return Control(
        id=stem,
        kind="date",
        label=str(label),
        hint=str(hint),
        values=[typed.get(f"{stem}-{part}", "") for part in ("day", "month", "year")],
        error=_error(page, stem, str(label), None, wrong.get(f"{stem}-year")),
        is_further=page is Page.PERSON and stem in _FURTHER,
    )


def _error(page: Page, name: str, label: str, asked: Field | None, fault: Fault | None) -> str:
    if fault is None:
        return ""
    if fault in (Fault.MISSING, Fault.NOT_OFFERED) and (page, name) in _CHOICES:
        return str(_CHOICES[page, name])
    return str(_FAULTS[fault]) % {"label": label, "longest": asked.longest if asked else 4}


def _option(page: Page, name: str, code: str) -> str:
    match name:
        case "kinship" | "principal-kinship":
            return words_of(Kinship(code))
        case "purposes":
            return words_of(Purpose(code))
        case "channel":
            return words_of(Channel(code))
        case "language":
            return PUBLIC[code].own_name
        case "sex":
            return str(gettext("man") if code == Sex.MALE else gettext("woman"))
        case "category":
            return str(gettext("serviceman or servicewoman") if code == CATEGORIES[0] else gettext("civilian"))
        case _:
            return code
