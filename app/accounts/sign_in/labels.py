"""What the sign-in library says, in the site's own words."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

FAILED = _l("This does not fit together. Check the e-mail address and the password.")
LOCKED = _l("Too many attempts failed. Wait 15 minutes, or sign in on a device where you have signed in before.")
NO_CODE = _l("This code does not fit. Wait for the next one and type it anew.")
NO_RECOVERY_CODE = _l("This recovery code does not fit, or it was used already.")
START_AGAIN = _l("Too much time has passed. Begin again.")

MESSAGES = {
    "GENERIC_AUTHN_FAILED": FAILED,
    "USER_DOES_NOT_EXIST": FAILED,
    "DISABLED_ACCOUNT": FAILED,
    "INVALID_PASSWORD": _l("This is not your password."),
    "PASSWORD_NOT_PROVIDED": _l("Type the password."),
    "EMAIL_NOT_PROVIDED": _l("Type the e-mail address."),
    "INVALID_EMAIL_ADDRESS": _l("Write the address in full, such as name@example.org."),
    "RETYPE_PASSWORD_MISMATCH": _l("The two passwords differ."),
    "PASSWORD_IS_THE_SAME": _l("Choose a password other than the present one."),
    "PASSWORD_RESET_REQUEST": _l("If there is an account with this address, a letter with a link is on its way to it."),
    "PASSWORD_RESET_EXPIRED": _l("This link is too old. Ask for a new one."),
    "INVALID_RESET_PASSWORD_TOKEN": _l("This link opens nothing any more. Ask for a new one."),
    "PASSWORD_RESET_NO_LOGIN": _l("The new password is set. Sign in with it."),
    "PASSWORD_CHANGE": _l("The password is changed. On every other device you are signed out."),
    "TWO_FACTOR_INVALID_TOKEN": NO_CODE,
    "INVALID_CODE": NO_CODE,
    "INVALID_RECOVERY_CODE": NO_RECOVERY_CODE,
    "TWO_FACTOR_LOGIN_SUCCESSFUL": _l("You are signed in."),
    "TWO_FACTOR_CHANGE_METHOD_SUCCESSFUL": _l("The authenticator is changed."),
    "TWO_FACTOR_PERMISSION_DENIED": START_AGAIN,
    "TWO_FACTOR_SETUP_EXPIRED": START_AGAIN,
    "TWO_FACTOR_METHOD_NOT_AVAILABLE": START_AGAIN,
    "WEBAUTHN_EXPIRED": START_AGAIN,
    "API_ERROR": _l("This could not be read. Begin again."),
    "REAUTHENTICATION_REQUIRED": _l("Type your password once more: what comes next is sensitive."),
    "REAUTHENTICATION_SUCCESSFUL": _l("Thank you. Go on."),
    "UNAUTHENTICATED": _l("Sign in first."),
    "WEBAUTHN_NAME_REQUIRED": _l("Give the passkey a name by which you know it again."),
    "WEBAUTHN_NAME_INUSE": _l("You have a passkey of this name already."),
    "WEBAUTHN_NAME_NOT_FOUND": _l("You have no passkey of this name."),
    "WEBAUTHN_NAME_DISALLOWED_CHARACTERS": _l("Letters, digits, spaces and hyphens may stand in the name."),
    "WEBAUTHN_CREDENTIAL_DELETED": _l("The passkey is removed."),
    "WEBAUTHN_REGISTER_SUCCESSFUL": _l("The passkey is added."),
    "WEBAUTHN_CREDENTIAL_ID_INUSE": _l("This passkey is known already."),
    "WEBAUTHN_UNKNOWN_CREDENTIAL_ID": _l("This passkey is not known here."),
    "WEBAUTHN_ORPHAN_CREDENTIAL_ID": _l("This passkey is not known here."),
    "WEBAUTHN_NO_VERIFY": _l("The passkey could not be checked. Try again."),
    "WEBAUTHN_CREDENTIAL_WRONG_USAGE": _l("This passkey is not known here."),
    "WEBAUTHN_MISMATCH_USER_HANDLE": _l("This passkey is not known here."),
}
"""By the library's name of a message. None of them takes a value: nothing typed is said back."""

OVER = {
    "idle": _l("You were signed out because nothing was done for a while. Sign in to go on where you were."),
    "absolute": _l("You were signed out because the working day is over. Sign in to go on where you were."),
    "ended": _l("You were signed out on this device. Sign in to go on where you were."),
}
