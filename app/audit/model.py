"""What is recorded: the closed vocabulary of events, what each must say, and a record as the bytes of the chain."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum


class Event(StrEnum):
    """Everything that is recorded. A new deed on personal data takes a line here and one in `REQUIRED`."""

    ACCOUNT_INVITED = "account.invited"
    ACCOUNT_JOINED = "account.joined"
    ACCOUNT_READ = "account.read"
    ACCOUNTS_LISTED = "accounts.listed"
    ACCOUNT_ROLES_CHANGED = "account.roles-changed"
    ACCOUNT_DISABLED = "account.disabled"
    ACCOUNT_ENABLED = "account.enabled"
    ACCOUNT_CHANGED = "account.changed"
    INVITATION_WITHDRAWN = "invitation.withdrawn"
    SIGNED_IN = "sign-in.succeeded"
    SIGN_IN_REFUSED = "sign-in.refused"
    SIGNED_OUT = "sign-in.ended"
    SIGN_IN_REVOKED = "sign-in.revoked"
    SECOND_FACTOR_CHANGED = "second-factor.changed"
    PASSWORD_CHANGED = "password.changed"  # noqa: S105 (the name of an event)
    PASSWORD_RESET_ASKED = "password.reset-asked"  # noqa: S105 (the name of an event)
    FILE_RECEIVED = "file.received"
    FILE_READ = "file.read"
    FILE_DELETED = "file.deleted"
    DRAFT_BEGUN = "draft.begun"
    DRAFT_RESUMED = "draft.resumed"
    DRAFT_SAVED = "draft.saved"
    DRAFT_DELETED = "draft.deleted"
    REQUEST_FILED = "request.filed"
    REQUEST_OPENED = "request.opened"
    REQUEST_OPENING_REFUSED = "request.opening-refused"
    REQUEST_PURPOSE_ADDED = "request.purpose-added"
    REQUEST_REPEATED = "request.repeated"
    REQUEST_WITHDRAWN = "request.withdrawn"
    REQUESTS_LISTED = "requests.listed"
    FIGURES_READ = "figures.read"
    REQUEST_READ = "request.read"
    REQUEST_TAKEN = "request.taken"
    REQUEST_GIVEN_BACK = "request.given-back"
    REQUEST_ASKED = "request.asked"
    REQUEST_ANSWERED = "request.answered"
    REQUEST_MATCHED = "request.matched"
    REQUEST_PROPOSED = "request.proposed"
    REQUEST_RETURNED = "request.returned"
    REQUEST_REFUSED = "request.refused"
    CONFLICT_RAISED = "conflict.raised"
    CONFLICT_RULED = "conflict.ruled"
    EXTRACT_ISSUED = "extract.issued"
    EXTRACT_REPLACED = "extract.replaced"
    EXTRACT_FETCHED = "extract.fetched"
    EXTRACT_WITHDRAWN = "extract.withdrawn"
    EXTRACT_VERIFIED = "extract.verified"
    EXTRACT_OUTDATED = "extract.outdated"
    EXTRACT_CURRENT = "extract.current"
    NEWER_LETTERS_AGREED = "newer-letters.agreed"
    NEWER_LETTERS_STOPPED = "newer-letters.stopped"
    CORRECTION_SENT = "correction.sent"
    CORRECTION_READ = "correction.read"
    CORRECTIONS_LISTED = "corrections.listed"
    CORRECTION_CLOSED = "correction.closed"
    AUDIT_READ = "audit.read"
    AUDIT_VERIFIED = "audit.verified"
    BACKUP_MADE = "backup.made"
    BACKUP_RESTORED = "backup.restored"
    DEMO_LOADED = "demo.loaded"
    MESSAGE_RETRIED = "message.retried"
    MESSAGE_DROPPED = "message.dropped"
    ENTRY_RECORDED = "entry.recorded"
    ENTRY_READ = "entry.read"
    ENTRIES_SEARCHED = "entries.searched"
    ENTRY_CORRECTED = "entry.corrected"
    ENTRY_STATUS_SET = "entry.status-set"
    ENTRIES_MERGED = "entries.merged"
    ENTRIES_UNMERGED = "entries.unmerged"
    ENTRIES_IMPORTED = "entries.imported"
    DUPLICATES_LISTED = "duplicates.listed"
    DUPLICATE_DISMISSED = "duplicate.dismissed"
    REVISION_BEGUN = "revision.begun"
    REVISION_SAVED = "revision.saved"
    REVISION_MERGED = "revision.merged"
    REVISION_SUBMITTED = "revision.submitted"
    REVISION_RECALLED = "revision.recalled"
    REVISION_RETURNED = "revision.returned"
    REVISION_APPROVED = "revision.approved"
    REVISION_SCHEDULED = "revision.scheduled"
    REVISION_UNSCHEDULED = "revision.unscheduled"
    REVISION_PUBLISHED = "revision.published"
    REVISION_NOT_PUBLISHED = "revision.not-published"
    REVISION_DISCARDED = "revision.discarded"
    REVISION_COMMENTED = "revision.commented"
    COMMENT_SETTLED = "comment.settled"
    FACT_VERIFIED = "fact.verified"
    FACT_CORRECTED = "fact.corrected"
    OWNER_LINK_MADE = "owner-link.made"
    OWNER_LINK_REVOKED = "owner-link.revoked"
    OWNER_LINK_ANSWERED = "owner-link.answered"
    OWNER_WORDS_TAKEN = "owner-link.words-taken"
    LINKS_CHECKED = "links.checked"
    SUGGESTION_SENT = "suggestion.sent"
    SUGGESTIONS_LISTED = "suggestions.listed"
    SUGGESTION_READ = "suggestion.read"
    SUGGESTION_ASSIGNED = "suggestion.assigned"
    SUGGESTION_GIVEN_BACK = "suggestion.given-back"
    SUGGESTION_ANSWERED = "suggestion.answered"
    SUGGESTION_DECLINED = "suggestion.declined"
    SUGGESTION_DRAFTED = "suggestion.drafted"
    SUGGESTION_MERGED = "suggestion.merged"
    SUGGESTION_REOPENED = "suggestion.reopened"
    SUGGESTIONS_FORGOTTEN = "suggestions.forgotten"
    TOPIC_TAKEN = "topic.taken"
    TOPIC_LEFT = "topic.left"
    TRANSLATION_READ = "translation.approved"
    CASE_OPENED = "case.opened"
    CASE_READ = "case.read"
    CASES_LISTED = "cases.listed"
    CASES_SEARCHED = "cases.searched"
    CASE_CHANGED = "case.changed"
    CASE_SHARED = "case.shared"
    CASE_LEFT = "case.left"
    CASE_CLOSED = "case.closed"
    CASE_REOPENED = "case.reopened"
    CASE_PHRASE_MADE = "case.phrase-made"
    CASE_OWN_OPENED = "case.own-opened"
    CASE_NOTICED = "case.noticed"
    CASE_ERASED = "case.erased"
    CASE_EXPORTED = "case.exported"
    CASE_OPENING_REFUSED = "case.opening-refused"
    CASE_WORKED = "case.worked"
    CASE_REQUESTED = "case.requested"
    CONSENT_ASKED = "consent.asked"
    CONSENT_GIVEN = "consent.given"
    CONSENT_REFUSED = "consent.refused"
    CONSENT_WITHDRAWN = "consent.withdrawn"
    REFERRAL_SENT = "referral.sent"
    REFERRAL_OPENED = "referral.opened"
    REFERRAL_READ = "referral.read"
    REFERRAL_ANSWERED = "referral.answered"
    REFERRAL_SUPPLIED = "referral.supplied"
    REFERRAL_RENEWED = "referral.renewed"
    REFERRAL_REVOKED = "referral.revoked"
    REFERRAL_WITHDRAWN = "referral.withdrawn"
    REFERRAL_REMINDED = "referral.reminded"
    REFERRAL_SILENT = "referral.silent"
    REFERRALS_REPORTED = "referrals.reported"


REQUIRED: Mapping[Event, frozenset[str]] = {
    **{event: frozenset() for event in Event},
    Event.ACCOUNT_INVITED: frozenset({"roles"}),
    Event.ACCOUNT_ROLES_CHANGED: frozenset({"before", "after"}),
    Event.ACCOUNT_CHANGED: frozenset({"field"}),
    Event.SIGN_IN_REFUSED: frozenset({"reason"}),
    Event.SIGNED_IN: frozenset({"factor"}),
    Event.SIGN_IN_REVOKED: frozenset({"reason"}),
    Event.SECOND_FACTOR_CHANGED: frozenset({"change"}),
    Event.DRAFT_SAVED: frozenset({"page"}),
    Event.REQUEST_FILED: frozenset({"consent"}),
    Event.REQUEST_PURPOSE_ADDED: frozenset({"purpose"}),
    Event.REQUEST_REPEATED: frozenset({"by"}),
    Event.REQUESTS_LISTED: frozenset({"count"}),
    Event.FIGURES_READ: frozenset({"period"}),
    Event.REQUEST_MATCHED: frozenset({"entry"}),
    Event.REQUEST_PROPOSED: frozenset({"outcome"}),
    Event.REQUEST_REFUSED: frozenset({"reason"}),
    Event.CONFLICT_RAISED: frozenset({"ground"}),
    Event.CONFLICT_RULED: frozenset({"ruling"}),
    Event.EXTRACT_ISSUED: frozenset({"extract"}),
    Event.EXTRACT_REPLACED: frozenset({"extract", "by"}),
    Event.EXTRACT_WITHDRAWN: frozenset({"reason"}),
    Event.EXTRACT_VERIFIED: frozenset({"extract"}),
    Event.EXTRACT_OUTDATED: frozenset({"extract"}),
    Event.EXTRACT_CURRENT: frozenset({"extract"}),
    Event.CORRECTIONS_LISTED: frozenset({"count"}),
    Event.CORRECTION_CLOSED: frozenset({"outcome"}),
    Event.AUDIT_READ: frozenset({"filters"}),
    Event.AUDIT_VERIFIED: frozenset({"verdict"}),
    Event.ACCOUNTS_LISTED: frozenset({"count"}),
    Event.ENTRIES_SEARCHED: frozenset({"entries"}),
    Event.ENTRY_CORRECTED: frozenset({"change"}),
    Event.ENTRY_STATUS_SET: frozenset({"status"}),
    Event.ENTRIES_MERGED: frozenset({"into"}),
    Event.ENTRIES_UNMERGED: frozenset({"into"}),
    Event.ENTRIES_IMPORTED: frozenset({"count", "entries"}),
    Event.DUPLICATES_LISTED: frozenset({"entries"}),
    Event.DUPLICATE_DISMISSED: frozenset({"entries"}),
    Event.REVISION_PUBLISHED: frozenset({"edition"}),
    Event.REVISION_NOT_PUBLISHED: frozenset({"reason"}),
    Event.FACT_VERIFIED: frozenset({"outcome"}),
    Event.LINKS_CHECKED: frozenset({"count"}),
    Event.SUGGESTIONS_LISTED: frozenset({"count"}),
    Event.SUGGESTIONS_FORGOTTEN: frozenset({"count"}),
    Event.SUGGESTION_DRAFTED: frozenset({"revision"}),
    Event.CASES_LISTED: frozenset({"count"}),
    Event.CASES_SEARCHED: frozenset({"count"}),
    Event.CASE_CHANGED: frozenset({"part"}),
    Event.CASE_CLOSED: frozenset({"reason"}),
    Event.CASE_WORKED: frozenset({"part"}),
    Event.CASE_REQUESTED: frozenset({"reference"}),
    Event.CONSENT_ASKED: frozenset({"consent"}),
    Event.CONSENT_GIVEN: frozenset({"consent", "how"}),
    Event.CONSENT_REFUSED: frozenset({"consent"}),
    Event.CONSENT_WITHDRAWN: frozenset({"consent"}),
    Event.REFERRAL_SENT: frozenset({"referral"}),
    Event.REFERRAL_OPENED: frozenset({"referral"}),
    Event.REFERRAL_READ: frozenset({"referral"}),
    Event.REFERRAL_ANSWERED: frozenset({"referral", "answer"}),
    Event.REFERRAL_SUPPLIED: frozenset({"referral"}),
    Event.REFERRAL_RENEWED: frozenset({"referral"}),
    Event.REFERRAL_REVOKED: frozenset({"referral"}),
    Event.REFERRAL_WITHDRAWN: frozenset({"referral"}),
    Event.REFERRAL_REMINDED: frozenset({"referral"}),
    Event.REFERRAL_SILENT: frozenset({"referral"}),
}
"""The details that an event must carry. Any event may carry `OPTIONAL` ones besides."""

OPTIONAL = frozenset({"namesake", "request"})
"""`namesake` is "yes" where actor and subject share a surname; `request` is the number of the page request in logs."""

READS = frozenset(
    {
        Event.ACCOUNT_READ, Event.FILE_READ, Event.ENTRY_READ, Event.REQUEST_READ, Event.CORRECTION_READ,
        Event.SUGGESTION_READ, Event.CASE_READ, Event.REFERRAL_READ,
    }
)  # fmt: skip
"""Events by which somebody has seen personal data of one subject."""

DECISIONS = frozenset(
    {
        Event.ACCOUNT_ROLES_CHANGED, Event.ACCOUNT_DISABLED, Event.ACCOUNT_ENABLED, Event.ACCOUNT_CHANGED,
        Event.SIGN_IN_REVOKED, Event.FILE_DELETED, Event.ENTRY_RECORDED, Event.ENTRY_CORRECTED, Event.ENTRY_STATUS_SET,
        Event.ENTRIES_MERGED, Event.ENTRIES_UNMERGED, Event.DUPLICATE_DISMISSED, Event.REQUEST_ASKED,
        Event.REQUEST_MATCHED, Event.REQUEST_PROPOSED, Event.REQUEST_RETURNED, Event.REQUEST_REFUSED,
        Event.EXTRACT_ISSUED, Event.CONFLICT_RAISED, Event.CONFLICT_RULED, Event.CORRECTION_CLOSED,
        Event.EXTRACT_WITHDRAWN,
        Event.SUGGESTION_ASSIGNED, Event.SUGGESTION_ANSWERED, Event.SUGGESTION_DECLINED, Event.SUGGESTION_DRAFTED,
        Event.CASE_OPENED, Event.CASE_CHANGED, Event.CASE_SHARED, Event.CASE_CLOSED,
        Event.CASE_ERASED,
        Event.CASE_WORKED, Event.CASE_REQUESTED,
        Event.CONSENT_ASKED, Event.CONSENT_GIVEN, Event.CONSENT_WITHDRAWN,
        Event.REFERRAL_SENT, Event.REFERRAL_ANSWERED, Event.REFERRAL_SUPPLIED, Event.REFERRAL_REVOKED,
    }
)  # fmt: skip
"""Events that show what a reading of the same subject was for. Many readings and none of these is worth a question."""

_REFERENCE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:/,=-]{0,119}")
_PHONE = re.compile(r"[\d-]{9,}")


class AuditError(Exception):
    """A record breaks the vocabulary: an unknown detail, a missing one, or a value that could be content."""


@dataclass(frozen=True)
class Record:
    """One event as it is chained. `at` is UTC; `actor` and `subject` are references such as ``account:6f0c...``."""

    number: int
    at: str
    event: str
    actor: str
    subject: str
    details: Mapping[str, str]

    def __bytes__(self) -> bytes:
        whole = [self.number, self.at, self.event, self.actor, self.subject, dict(sorted(self.details.items()))]
        return json.dumps(whole, ensure_ascii=True, separators=(",", ":")).encode()


def checked(event: Event, *, actor: str, subject: str, details: Mapping[str, str]) -> Mapping[str, str]:
    """Return `details` if the record may be kept.

    Raises AuditError where a detail is missing or not known, or where a value is anything but a short ASCII reference:
    no name, address, number of a phone or text of a person can stand in the audit record.
    """
    missing = REQUIRED[event] - details.keys()
    unknown = details.keys() - REQUIRED[event] - OPTIONAL
    if missing or unknown:
        raise AuditError(f"{event}: missing {sorted(missing)}, unknown {sorted(unknown)}")
    for name, value in {"actor": actor, "subject": subject, **details}.items():
        if not is_reference(value):
            raise AuditError(f"{event}: {name} is no reference")
    return details


def is_reference(text: str) -> bool:
    """Say whether `text` can stand in a record: a short ASCII reference, and no number of a phone."""
    return bool(_REFERENCE.fullmatch(text)) and not _PHONE.fullmatch(text)


def moment(now: datetime) -> str:
    """Return the moment as it is kept: UTC with microseconds, the same text on every database."""
    return now.astimezone(UTC).isoformat(timespec="microseconds")
