"""From a decided request to the page that is printed: what an extract says of it."""

from __future__ import annotations

from app.documents.extract import LONGEST_TEXT, ExtractData, Recorded
from app.documents.words import Words
from app.extracts.desk.decision import Sheet


def extract_data(sheet: Sheet, *, issuer: Words, verify_page: str) -> ExtractData:
    """Return everything that stands on the page of `sheet`; `verify_page` is where an office enters number and code.

    Where the register holds nothing, the page names the person in the applicant's words. Every purpose is printed, so
    that one extract serves each office it was asked for.
    """
    person = sheet.entry.person if sheet.entry else sheet.claim
    recorded = None
    if sheet.entry and sheet.standing:
        basis = sheet.standing.basis
        recorded = Recorded(
            status=sheet.standing.status.value,
            status_since=basis.since,
            status_source=basis.source[:LONGEST_TEXT],
            category=person.category,
            missing_on=person.missing_on,
            missing_from=person.missing_from[:LONGEST_TEXT],
            police_unit=sheet.entry.police_unit[:LONGEST_TEXT],
            proceeding=sheet.entry.proceeding[:LONGEST_TEXT],
        )
    return ExtractData(
        number=sheet.printed,
        code=sheet.code,
        issued_at=sheet.issued_at,
        as_of=sheet.issued_at,
        surname=person.surname,
        given=person.given,
        patronymic=person.patronymic,
        latin_surname=person.latin_surname,
        latin_given=person.latin_given,
        born=person.born,
        purposes=tuple(purpose.value for purpose in sheet.purposes),
        kinship=sheet.kinship.value,
        issuer=issuer,
        verify_page=verify_page,
        recorded=recorded,
    )
