"""Words for the events of the audit record, for what they say besides, and for what is worth a question."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import gettext
from flask_babel import lazy_gettext as _l

from app.audit.model import Event
from app.audit.unusual import Finding, Reason

EVENTS = {
    Event.ACCOUNT_INVITED: _l("invited a person"),
    Event.MESSAGE_RETRIED: _l("had a message sent again"),
    Event.MESSAGE_DROPPED: _l("dropped a message"),
    Event.ACCOUNT_JOINED: _l("accepted the invitation"),
    Event.ACCOUNT_READ: _l("read an account"),
    Event.ACCOUNTS_LISTED: _l("listed accounts"),
    Event.ACCOUNT_ROLES_CHANGED: _l("changed the roles of a person"),
    Event.ACCOUNT_DISABLED: _l("disabled an account"),
    Event.ACCOUNT_ENABLED: _l("enabled an account"),
    Event.ACCOUNT_CHANGED: _l("changed an account"),
    Event.INVITATION_WITHDRAWN: _l("withdrew an invitation"),
    Event.SIGNED_IN: _l("signed in"),
    Event.SIGN_IN_REFUSED: _l("was refused the sign-in"),
    Event.SIGNED_OUT: _l("signed out"),
    Event.SIGN_IN_REVOKED: _l("ended a sign-in"),
    Event.SECOND_FACTOR_CHANGED: _l("changed the second factor"),
    Event.PASSWORD_CHANGED: _l("changed the password"),
    Event.PASSWORD_RESET_ASKED: _l("asked for a new password"),
    Event.FILE_RECEIVED: _l("handed in a file"),
    Event.FILE_READ: _l("read a file"),
    Event.FILE_DELETED: _l("deleted a file"),
    Event.DRAFT_BEGUN: _l("began a request"),
    Event.DRAFT_RESUMED: _l("opened a begun request on a device"),
    Event.DRAFT_SAVED: _l("saved a page of a request"),
    Event.DRAFT_DELETED: _l("deleted a begun request"),
    Event.REQUEST_FILED: _l("sent a request"),
    Event.REQUEST_OPENED: _l("opened the own request"),
    Event.REQUEST_OPENING_REFUSED: _l("was refused a request"),
    Event.REQUEST_PURPOSE_ADDED: _l("added a purpose to a request"),
    Event.REQUEST_REPEATED: _l("asked for an updated extract"),
    Event.REQUEST_WITHDRAWN: _l("withdrew a request"),
    Event.REQUESTS_LISTED: _l("listed requests"),
    Event.FIGURES_READ: _l("read the figures"),
    Event.REQUEST_READ: _l("read a request"),
    Event.REQUEST_TAKEN: _l("took a request"),
    Event.REQUEST_GIVEN_BACK: _l("gave a request back"),
    Event.REQUEST_ASKED: _l("asked the applicant"),
    Event.REQUEST_ANSWERED: _l("answered a question"),
    Event.CONFLICT_RAISED: _l("flagged a conflict between requests"),
    Event.CONFLICT_RULED: _l("ruled on a conflict between requests"),
    Event.REQUEST_MATCHED: _l("matched a request to an entry"),
    Event.REQUEST_PROPOSED: _l("proposed a decision"),
    Event.REQUEST_RETURNED: _l("returned a proposal"),
    Event.REQUEST_REFUSED: _l("refused a request"),
    Event.EXTRACT_ISSUED: _l("issued an extract"),
    Event.EXTRACT_REPLACED: _l("replaced an extract by a newer one"),
    Event.EXTRACT_FETCHED: _l("fetched the own extract"),
    Event.EXTRACT_WITHDRAWN: _l("withdrew an issued extract"),
    Event.EXTRACT_VERIFIED: _l("verified an extract by number and code"),
    Event.EXTRACT_OUTDATED: _l("found that an issued extract says something else than the register"),
    Event.EXTRACT_CURRENT: _l("found that an issued extract says again what the register holds"),
    Event.NEWER_LETTERS_AGREED: _l("agreed to a letter when a newer extract can be had"),
    Event.NEWER_LETTERS_STOPPED: _l("wants no letter when a newer extract can be had"),
    Event.CORRECTION_SENT: _l("asked to put the register right"),
    Event.CORRECTION_READ: _l("read a correction request"),
    Event.CORRECTIONS_LISTED: _l("listed correction requests"),
    Event.CORRECTION_CLOSED: _l("answered a correction request"),
    Event.AUDIT_READ: _l("read the audit record"),
    Event.AUDIT_VERIFIED: _l("checked the audit record"),
    Event.BACKUP_MADE: _l("made a backup"),
    Event.BACKUP_RESTORED: _l("restored a backup"),
    Event.DEMO_LOADED: _l("loaded the demo people"),
    Event.ENTRY_RECORDED: _l("recorded an entry"),
    Event.ENTRY_READ: _l("read an entry"),
    Event.ENTRIES_SEARCHED: _l("searched the register"),
    Event.ENTRY_CORRECTED: _l("corrected an entry"),
    Event.ENTRY_STATUS_SET: _l("set the status of an entry"),
    Event.ENTRIES_MERGED: _l("merged two entries"),
    Event.ENTRIES_UNMERGED: _l("took the merger of two entries back"),
    Event.ENTRIES_IMPORTED: _l("imported entries from a file"),
    Event.DUPLICATES_LISTED: _l("listed proposed duplicates"),
    Event.DUPLICATE_DISMISSED: _l("dismissed a proposed duplicate"),
    Event.REVISION_BEGUN: _l("began a draft"),
    Event.REVISION_SAVED: _l("saved a draft"),
    Event.REVISION_MERGED: _l("merged another text into a draft"),
    Event.REVISION_SUBMITTED: _l("sent a draft to review"),
    Event.REVISION_RECALLED: _l("took a draft back from review"),
    Event.REVISION_RETURNED: _l("returned a draft"),
    Event.REVISION_APPROVED: _l("approved a draft"),
    Event.REVISION_SCHEDULED: _l("scheduled a publication"),
    Event.REVISION_UNSCHEDULED: _l("called a scheduled publication off"),
    Event.REVISION_PUBLISHED: _l("published a text"),
    Event.REVISION_NOT_PUBLISHED: _l("could not publish a text at its moment"),
    Event.REVISION_DISCARDED: _l("discarded a draft"),
    Event.REVISION_COMMENTED: _l("commented on a draft"),
    Event.COMMENT_SETTLED: _l("settled a comment"),
    Event.FACT_VERIFIED: _l("recorded what a call or a page told"),
    Event.FACT_CORRECTED: _l("marked a verification as a mistake"),
    Event.OWNER_LINK_MADE: _l("made a link for a body to confirm its card"),
    Event.OWNER_LINK_REVOKED: _l("ended a body’s link"),
    Event.OWNER_LINK_ANSWERED: _l("answered by a body’s link"),
    Event.OWNER_WORDS_TAKEN: _l("took up what a body had written"),
    Event.LINKS_CHECKED: _l("checked the links"),
    Event.SUGGESTION_SENT: _l("reported something wrong"),
    Event.SUGGESTIONS_LISTED: _l("listed what readers reported"),
    Event.SUGGESTION_READ: _l("read what a reader reported"),
    Event.SUGGESTION_ASSIGNED: _l("assigned a reader’s report"),
    Event.SUGGESTION_GIVEN_BACK: _l("gave a reader’s report back"),
    Event.SUGGESTION_ANSWERED: _l("answered a reader"),
    Event.SUGGESTION_DECLINED: _l("declined a reader’s report"),
    Event.SUGGESTION_DRAFTED: _l("put a reader’s report into a draft"),
    Event.SUGGESTION_MERGED: _l("closed a reader’s report: the draft is published"),
    Event.SUGGESTION_REOPENED: _l("opened a reader’s report again: the draft was discarded"),
    Event.SUGGESTIONS_FORGOTTEN: _l("deleted readers’ reports that were closed long ago"),
    Event.TOPIC_TAKEN: _l("took a topic under care"),
    Event.TOPIC_LEFT: _l("left a topic"),
    Event.TRANSLATION_READ: _l("approved a translation as a native reader"),
    Event.CASE_OPENED: _l("opened the case of a family"),
    Event.CASE_READ: _l("read the case of a family"),
    Event.CASES_LISTED: _l("listed cases of families"),
    Event.CASES_SEARCHED: _l("searched for the case of a family"),
    Event.CASE_CHANGED: _l("wrote down what a family tells"),
    Event.CASE_SHARED: _l("let another person help with a case"),
    Event.CASE_LEFT: _l("ended somebody’s help with a case"),
    Event.CASE_CLOSED: _l("closed a case"),
    Event.CASE_REOPENED: _l("opened a closed case again"),
    Event.CASE_PHRASE_MADE: _l("made a new passphrase for a family’s page"),
    Event.CASE_OWN_OPENED: _l("a family opened its own page"),
    Event.CASE_NOTICED: _l("told a family that its case will be erased"),
    Event.CASE_ERASED: _l("erased a case"),
    Event.CASE_EXPORTED: _l("handed out what is kept of a family"),
    Event.CASE_OPENING_REFUSED: _l("a wrong passphrase was tried at a family’s page"),
    Event.CASE_WORKED: _l("worked on a case: plan, notes, messages, papers or requests"),
    Event.CASE_REQUESTED: _l("asked for an extract on a family’s behalf"),
    Event.CONSENT_ASKED: _l("asked a family to agree to a share"),
    Event.CONSENT_GIVEN: _l("recorded a family’s consent"),
    Event.CONSENT_REFUSED: _l("a family did not agree to a share"),
    Event.CONSENT_WITHDRAWN: _l("withdrew a family’s consent"),
    Event.REFERRAL_SENT: _l("sent a referral"),
    Event.REFERRAL_OPENED: _l("opened what was shared in a referral"),
    Event.REFERRAL_READ: _l("read what was shared in a referral"),
    Event.REFERRAL_ANSWERED: _l("answered a referral"),
    Event.REFERRAL_SUPPLIED: _l("told more to whoever received a referral"),
    Event.REFERRAL_RENEWED: _l("made a new link for a referral"),
    Event.REFERRAL_REVOKED: _l("took a referral back"),
    Event.REFERRAL_WITHDRAWN: _l("ended a referral that no consent covers"),
    Event.REFERRAL_REMINDED: _l("reminded whoever received a referral"),
    Event.REFERRAL_SILENT: _l("closed a referral that nobody answered"),
    Event.REFERRALS_REPORTED: _l("looked at what became of referrals"),
}
DETAILS = {
    "roles": _l("roles"),
    "before": _l("before"),
    "after": _l("after"),
    "field": _l("field"),
    "reason": _l("reason"),
    "page": _l("page"),
    "consent": _l("consent"),
    "how": _l("how"),
    "factor": _l("factor"),
    "change": _l("change"),
    "filters": _l("filters"),
    "period": _l("period"),
    "verdict": _l("verdict"),
    "count": _l("count"),
    "part": _l("part"),
    "reference": _l("reference"),
    "referral": _l("referral"),
    "answer": _l("answer"),
    "entries": _l("entries"),
    "status": _l("status"),
    "into": _l("into"),
    "entry": _l("entry"),
    "outcome": _l("decision"),
    "extract": _l("extract"),
    "edition": _l("edition"),
    "purpose": _l("purpose"),
    "by": _l("newer one"),
    "ground": _l("ground"),
    "ruling": _l("ruling"),
    "revision": _l("draft"),
    "namesake": _l("same surname"),
    "request": _l("page request"),
}
REASONS = {
    Reason.NAMESAKE: _l("Read of a namesake"),
    Reason.MANY_WITHOUT_DECISION: _l("Many reads without a decision"),
    Reason.AGAIN_AND_AGAIN: _l("The same subject again and again"),
    Reason.UNUSUAL_HOUR: _l("Outside of the usual hours"),
}


def event_text(event: str) -> str:
    """Return what was done, in words; an event of a later version of the site by its own name."""
    try:
        return str(EVENTS[Event(event)])
    except ValueError:
        return event


def details_text(details: Mapping[str, str]) -> str:
    """Return what a record says besides, such as ``before: registrar; after: supervisor``."""
    order = list(DETAILS)
    known = sorted(details, key=lambda name: order.index(name) if name in DETAILS else len(order))
    return "; ".join(f"{DETAILS.get(name, name)}: {details[name]}" for name in known)


def finding_text(finding: Finding) -> str:
    """Return how many of what was found, and what would be usual."""
    if finding.reason is Reason.MANY_WITHOUT_DECISION:
        return str(
            gettext(
                "%(count)s different subjects in 24 hours; up to %(usual)s are usual",
                count=finding.count,
                usual=finding.usual,
            )
        )
    if finding.reason is Reason.AGAIN_AND_AGAIN:
        return str(gettext("Visits in 7 days: %(count)s, and no decision", count=finding.count))
    return str(gettext("Reads in 7 days: %(count)s", count=finding.count))
