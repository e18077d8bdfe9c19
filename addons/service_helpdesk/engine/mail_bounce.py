# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What a notice of a mail server tells of a mail that did not arrive (RFC 3464), and what servers make of that rule.

Nothing here raises, whatever the notice is like.
"""

import re
from email import message_from_string, policy
from typing import NamedTuple

from .mail_facts import ADDRESS, get_header

ORIGINAL_TYPES = ("message/rfc822", "text/rfc822-headers", "message/rfc822-headers")
RECIPIENT_FIELDS = ("Final-Recipient", "Original-Recipient")
# Who got it, or may still: no failure.
HARMLESS_ACTIONS = {"delivered", "relayed", "expanded"}
TEXT_SUBJECT = re.compile(r"^[\s>*]*subject\s*:\s*(.{1,300})$", re.IGNORECASE | re.MULTILINE)
TEXT_RECIPIENT = re.compile(r"^[\s>*]*(?:to|final-recipient)\s*:\s*(.{1,300})$", re.IGNORECASE | re.MULTILINE)
MAX_TEXT = 50000


class MailNotice(NamedTuple):
    """A notice of a mail server: of whom it speaks, and which mail it may be."""

    action: str
    """``failed``, ``delayed`` or ``done``"""
    recipients: tuple
    """those to whom the mail did not come, small letters"""
    subjects: tuple
    """where the number of a call may stand: of the mail, then of the notice"""
    sent_to: tuple
    """all to whom the mail was sent, as far as the notice shows it"""


def read_notice(message):
    """Return the ``MailNotice`` in a mail of a mail server.

    :param message: ``email.message.EmailMessage``

    >>> from email import message_from_string, policy
    >>> text = "From: MAILER-DAEMON@mx.example\\nSubject: failure\\n\\nTo: anna@rossi.example\\nSubject: [SC1] Pump"
    >>> read_notice(message_from_string(text, policy=policy.SMTP)).subjects
    ('[SC1] Pump', 'failure')
    """
    status, original, text = _get_parts(message)
    action, concerned = _read_status(status)
    recipients = [get_header(block, name) for block in concerned for name in RECIPIENT_FIELDS]
    recipients.append(get_header(message, "X-Failed-Recipients"))
    sent_to, subjects = [get_header(original, "To"), get_header(original, "Cc")], [get_header(original, "Subject")]
    if not subjects[0]:
        sent_to += TEXT_RECIPIENT.findall(text)
        subjects += TEXT_SUBJECT.findall(text)
    return MailNotice(
        action,
        _get_addresses(recipients),
        tuple(dict.fromkeys(subject for subject in (*subjects, get_header(message, "Subject")) if subject)),
        _get_addresses(sent_to),
    )


def _read_status(status):
    """Return what became of a mail to several people, and the blocks of those of whom that is to be said.

    >>> anna, ben = {"Action": "delayed"}, {"Action": "relayed"}
    >>> _read_status([anna, ben]), _read_status([ben])
    (('delayed', [{'Action': 'delayed'}]), ('done', []))
    >>> _read_status([anna, ben, {"Action": "failed (550)"}])
    ('failed', [{'Action': 'failed (550)'}])
    """
    blocks = [(block, (get_header(block, "Action").lower().split() or [""])[0]) for block in status]
    actions = {action for _block, action in blocks} - {""}
    if actions and actions <= HARMLESS_ACTIONS:
        result = "done"
    elif "delayed" in actions and actions <= {"delayed", *HARMLESS_ACTIONS}:
        result = "delayed"
    else:
        result = "failed"
    others = HARMLESS_ACTIONS if result == "delayed" else {"delayed", *HARMLESS_ACTIONS}
    return result, [block for block, action in blocks if action not in others]


def _get_addresses(texts):
    return tuple(dict.fromkeys(address.lower() for address in ADDRESS.findall(" \n".join(texts))))


def _get_parts(message):
    """Return the blocks of the delivery status, the headers of the mail itself, and the text of the notice."""
    status, original, text = [], {}, ""
    try:
        for part in message.walk():
            kind = part.get_content_type()
            if kind == "message/delivery-status" and not status:
                status = [block for block in part.get_payload() if hasattr(block, "get")]
            elif kind in ORIGINAL_TYPES and not original:
                original = _read_original(part)
            elif kind == "text/plain" and not text and not original:
                text = str(part.get_content())[:MAX_TEXT]
    except Exception:  # noqa: BLE001 - see get_header
        return status, original, text
    return status, original, text


def _read_original(part):
    """Return the headers of the mail that did not arrive: it is attached whole, or its headers as text."""
    payload = part.get_payload()
    if isinstance(payload, list):
        return payload[0] if payload else {}
    return message_from_string(str(part.get_content()), policy=policy.SMTP)
