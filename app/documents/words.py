"""The fixed words of an extract, Ukrainian with English: an office's document does not change with the interface."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Words:
    """The same in Ukrainian, which counts, and in English, which explains."""

    uk: str
    en: str


STATUSES: Mapping[str, Words] = {
    "searching": Words("розшук триває", "search continues"),
    "captivity-confirmed": Words("полон підтверджено, розшук триває", "captivity confirmed, search continues"),
    "declared-dead": Words(
        "рішенням суду оголошено померлою особою, розшук триває", "declared dead by a court, search continues"
    ),
    "returned": Words(
        "місце перебування встановлено: повернення в Україну", "whereabouts established: returned to Ukraine"
    ),
    "abroad": Words("місце перебування встановлено: за кордоном", "whereabouts established: abroad"),
    "identified-dead": Words("загибель підтверджено ідентифікацією", "identified as dead"),
}
CATEGORIES: Mapping[str, Words] = {
    "military": Words("військовослужбовець", "member of the armed forces"),
    "civilian": Words("цивільна особа", "civilian"),
    "child": Words("дитина", "child"),
    "foreigner": Words("іноземець або особа без громадянства", "foreigner or stateless person"),
}
PURPOSES: Mapping[str, Words] = {
    "benefits": Words("виплати та пільги", "payments and benefits"),
    "pay": Words("грошове забезпечення зниклого військовослужбовця", "money allowance of the missing serviceman"),
    "pension": Words("пенсія", "pension"),
    "deferral": Words(
        "відстрочка від мобілізації або звільнення зі служби", "deferral from mobilisation, or discharge from service"
    ),
    "guardianship_of_property": Words("опіка над майном", "guardianship of property"),
    "guardianship_of_child": Words("опіка над дитиною або статус дитини", "guardianship or status of a child"),
    "court": Words("подання до суду", "court proceedings"),
    "search": Words("розшук і відомості про запис у реєстрі", "search, and knowing what the register holds"),
    "other": Words("інше", "other"),
}
KINSHIPS: Mapping[str, Words] = {
    "spouse": Words("дружина або чоловік", "wife or husband"),
    "partner": Words("спільне проживання без реєстрації шлюбу", "cohabitation without a registered marriage"),
    "child": Words("син або донька", "son or daughter"),
    "stepchild": Words("пасинок або падчерка", "stepson or stepdaughter"),
    "parent": Words("мати або батько", "mother or father"),
    "adoptive_parent": Words("усиновлювач", "adoptive mother or father"),
    "sibling": Words("брат або сестра", "brother or sister"),
    "grandparent": Words("баба або дід", "grandmother or grandfather"),
    "grandchild": Words("онук або онука", "grandson or granddaughter"),
    "great_grandchild": Words("правнук або правнука", "great-grandson or great-granddaughter"),
    "guardian": Words("опікун або піклувальник цієї особи", "guardian or carer of this person"),
    "ward": Words("перебуває під опікою або піклуванням цієї особи", "ward of this person"),
    "self": Words("сама ця особа", "the person themself"),
    "other_relative": Words("інший родич або родичка", "another relative"),
    "representative": Words("представник родича", "representative of a relative"),
    "lawyer": Words("адвокат родича", "lawyer of a relative"),
}
"""Codes as the register and the requests have them; a test compares the two."""

TITLE = Words("Витяг", "Extract")
REGISTER = Words(
    "з Єдиного реєстру осіб, зниклих безвісти за особливих обставин",
    "from the Unified Register of Persons Missing under Special Circumstances",
)
FOUND = Words("Єдиний реєстр містить запис про особу:", "The register holds an entry on the person:")
NOT_FOUND = Words(
    "Єдиний реєстр не містить відомостей про особу з такими даними, зазначеними в заяві:",
    "The register holds no information on a person with these particulars, as given in the request:",
)
NOT_FOUND_MEANS = Words(
    "Це не означає, що особа не зникала безвісти: прізвище, ім’я чи дата народження в реєстрі можуть бути записані "
    "інакше. Заявник може подати запит на виправлення.",
    "This does not mean that the person is not missing: the name or birth date may be recorded otherwise. "
    "The applicant may ask for a correction.",
)
LABELS: Mapping[str, Words] = {
    "item": Words("Відомості", "Particulars"),
    "record": Words("Запис", "Record"),
    "name": Words("Прізвище, ім’я, по батькові", "Full name"),
    "born": Words("Дата народження", "Date of birth"),
    "status": Words("Статус", "Status"),
    "since": Words("Статус діє з", "Status since"),
    "source": Words("Джерело статусу", "Source of the status"),
    "category": Words("Категорія", "Category"),
    "missing_on": Words("Дата зникнення", "Date of disappearance"),
    "missing_from": Words("Місце зникнення", "Place of disappearance"),
    "police_unit": Words("Підрозділ поліції", "Police unit"),
    "proceeding": Words("Номер кримінального провадження", "Number of the criminal proceeding"),
    "purpose": Words("Мета витягу", "Purpose of the extract"),
    "kinship": Words("Ким є заявник для цієї особи", "Applicant’s relation to the person"),
    "number": Words("№", "No."),
    "issued": Words("Видано", "Issued"),
    "as_of": Words("Відомості станом на", "Information as of"),
    "verify": Words("Перевірка витягу", "Verification"),
    "code": Words("Код перевірки", "Verification code"),
    "signed": Words("Електронний підпис", "Electronic signature"),
}
ABSENT = Words("не зазначено", "not recorded")
ROMANISED = Words("транслітерація", "transliterated")
KYIV_TIME = Words("за київським часом", "Kyiv time")
VERIFY = Words(
    "Відскануйте QR-код або відкрийте адресу й уведіть номер і код. Сторінка покаже, чи витяг чинний, чи замінений "
    "новішим, і перевірить файл. Імен вона не показує.",
    "Scan the QR code, or open the address and enter number and code. The page tells whether the extract is valid "
    "or replaced by a newer one, and checks the file. It shows no names.",
)
SIGNED = Words(
    "Оригінал — PDF-файл із підписом PAdES. Сертифікат: {name}; серійний номер {serial}.",
    "The original is the PDF file signed with PAdES. Certificate: {name}; serial number {serial}.",
)
BASIS = Words(
    "Підстава: Закон України від 12.07.2018 № 2505-VIII; наказ МВС від 29.08.2022 № 535 (зареєстровано "
    "в Мін’юсті 01.09.2022 за № 998/38334). Витяг безоплатний.",
    "Basis: Law of Ukraine No. 2505-VIII of 12 July 2018; Order of the Ministry of Internal Affairs No. 535 of "
    "29 August 2022. The extract is free of charge.",
)
"""Law and order as the facts of the site cite them (precedent-2505-19, zakon.cc z0998-22); free: notice of 2023."""
DEMONSTRATION_ISSUER = Words("Демонстраційна установа", "Demonstration office")
SPECIMEN = Words("ЗРАЗОК, не є офіційним документом", "SPECIMEN, not an official document")
SPECIMEN_WHY = Words(
    "Підписано сертифікатом розробки; особа може бути вигаданою.",
    "Signed with a development certificate; the person may be invented.",
)
