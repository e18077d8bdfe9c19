# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What the headers and the text of a mail tell: who sent it, whether a machine did, whether it can be believed.

Nothing here raises, whatever the mail is like: a header that cannot be read is taken as absent.
"""

import hashlib
import re
from email.header import decode_header, make_header
from email.parser import BytesHeaderParser
from email.utils import getaddresses

ROBOT_NAMES = ("mailer-daemon", "postmaster", "no-reply", "noreply", "donotreply", "do-not-reply", "bounce")
ROBOT_HEADERS = ("X-Autoreply", "X-Autorespond")
BULK_PRECEDENCES = ("bulk", "junk")
MADE_DOMAIN = "no-message-id.invalid"
MAX_HEADERS = 1000000
LIST_PRECEDENCES = ("bulk", "junk", "list")
RECIPIENT_HEADERS = ("To", "Cc", "Delivered-To", "X-Original-To", "Resent-To", "Resent-Cc")
# Providers whose customers have nothing in common.
# fmt: off
PUBLIC_DOMAINS = frozenset((
    "gmail.com", "googlemail.com", "outlook.com", "hotmail.com", "hotmail.it", "hotmail.fr", "live.com", "msn.com",
    "yahoo.com", "yahoo.it", "yahoo.fr", "yahoo.de", "yahoo.co.uk", "icloud.com", "me.com", "mac.com", "aol.com",
    "gmx.com", "gmx.de", "gmx.net", "web.de", "t-online.de", "freenet.de", "libero.it", "virgilio.it", "alice.it",
    "tin.it", "tiscali.it", "fastwebnet.it", "pec.it", "legalmail.it", "arubapec.it", "orange.fr", "free.fr",
    "laposte.net", "proton.me", "protonmail.com", "mail.com", "mail.ru", "yandex.ru", "zoho.com",
))
# fmt: on
# With what mail programs begin the subject of an answer in somebody's absence; not all of them say it in a header.
AWAY_WORDS = re.compile(
    r"^\s*(?:automatic reply|auto[- ]?reply|out of (?:the )?office|auto(?:matic)? response|risposta automatica"
    r"|fuori (?:sede|ufficio)|automatische antwort|abwesenheitsnotiz|r\S{1,2}ponse automatique|absence du bureau"
    r"|respuesta autom\S{1,2}tica|fuera de la oficina|r\S{1,2}spuns automat)\b",
    re.IGNORECASE,
)
FORWARD_WORDS = re.compile(r"^\s*(?:fwd?|wg|i|inoltro|tr|rv|redir)\s*:", re.IGNORECASE)
FORWARD_MARK = re.compile(
    r"^\W*(?:forwarded message|original message|begin forwarded message|messaggio inoltrato|messaggio originale"
    r"|weitergeleitete nachricht|urspr\S*ngliche nachricht|message transf\S*r\S*|mesaj redirec\S*ionat)",
    re.IGNORECASE | re.MULTILINE,
)
FORWARD_FROM = re.compile(
    r"^[\s>*]*(?:from|da|von|de|de la)\s*\*?\s*:\s*\*?(.{0,200})$", re.IGNORECASE | re.MULTILINE
)
ADDRESS = re.compile(r"[^\s<>\"'(),;:\[\]]+@[^\s<>\"'(),;:\[\]]+\.[A-Za-z]{2,}")


def get_header(message, name):
    """Return a header as text, empty when it is absent or cannot be read.

    >>> get_header({"Subject": "Pump"}, "Subject"), get_header({}, "Subject")
    ('Pump', '')
    """
    try:
        return str(message.get(name) or "").strip()
    except Exception:  # noqa: BLE001 - the standard library raises all sorts of errors on broken headers
        return ""


def get_headers(message, name):
    """Return all headers of a name as texts, in the order in which they stand in the mail."""
    try:
        return [str(value).strip() for value in message.get_all(name) or ()]
    except Exception:  # noqa: BLE001 - see get_header
        return []


def is_machine(message, sender):
    """Tell whether nothing may be answered automatically: an auto-reply, a notice, a mailing list (RFC 3834).

    :param message: mapping of headers
    :param str sender: normalized address, empty when there is none

    >>> is_machine({"List-Id": "news"}, "a@b.example"), is_machine({}, "a@b.example")
    (True, False)
    """
    if get_header(message, "List-Id") or get_header(message, "X-Auto-Response-Suppress"):
        return True
    if get_header(message, "Precedence").lower() in LIST_PRECEDENCES:
        return True
    return is_robot(message, sender)


def is_robot(message, sender):
    """Tell whether no person wrote the mail; one of a mailing list may be by a person.

    >>> is_robot({"Auto-Submitted": "auto-replied"}, "a@b.example"), is_robot({"Auto-Submitted": "No"}, "a@b.example")
    (True, False)
    >>> is_robot({}, "no-reply@shop.example"), is_robot({}, ""), is_robot({"Return-Path": "<>"}, "a@b.example")
    (True, True, True)
    >>> bulk = {"Precedence": "bulk"}
    >>> is_robot(bulk, "a@b.example"), is_robot({**bulk, "List-Id": "all"}, "a@b.example")
    (True, False)
    >>> is_robot({"Subject": "Automatic reply: Pump"}, "a@b.example")
    True
    >>> is_robot({"Subject": "Re: Automatic reply: Pump"}, "a@b.example")
    False
    >>> is_robot({"Subject": "Auto: non parte"}, "a@b.example")
    False
    """
    if (get_header(message, "Auto-Submitted") or "no").lower() != "no":
        return True
    precedence = get_header(message, "Precedence").lower()
    if precedence == "auto_reply" or get_header(message, "Return-Path") == "<>":
        return True
    # Answers in somebody's absence bear the mark of mass mail as well; a list passes on what people write.
    if precedence in BULK_PRECEDENCES and not get_header(message, "List-Id"):
        return True
    if AWAY_WORDS.match(get_header(message, "Subject")):
        return True
    if any(get_header(message, name) for name in ROBOT_HEADERS):
        return True
    return not sender or sender.split("@")[0].lower() in ROBOT_NAMES


def has_failed_authentication(results, host):
    """Tell whether our receiving server found that the mail is not from whom it claims (RFC 8601).

    :param list results: values of Authentication-Results; those of other servers may be forged and are not read
    :param str host: the name with which our server signs them; empty: nothing is checked

    >>> has_failed_authentication(["mx.us.example; spf=fail smtp.mailfrom=x; dmarc=fail"], "mx.us.example")
    True
    >>> has_failed_authentication(["mx.us.example; spf=fail; dkim=pass header.d=x"], "mx.us.example")
    False
    >>> has_failed_authentication(["mx.other.example; dmarc=fail"], "mx.us.example")
    False
    >>> has_failed_authentication(["mx.us.example; dmarc=fail"], "")
    False
    """
    host = (host or "").strip().lower()
    for value in results if host else ():
        server, _semicolon, rest = value.partition(";")
        if server.strip().split(" ")[0].lower() != host:
            continue
        found = {}
        for method, result in re.findall(r"\b(dmarc|dkim|spf)\s*=\s*([a-z]+)", rest.lower()):
            # Of several signatures one good one is enough.
            found[method] = "pass" if "pass" in (result, found.get(method)) else result
        if "dmarc" in found:
            return found["dmarc"] == "fail"
        return "pass" not in found.values() and any(result in ("fail", "softfail") for result in found.values())
    return False


def find_forwarded_sender(subject, text):
    """Return name and address of whoever wrote a mail that was forwarded by hand, or None.

    :param str subject: subject of the mail that forwards it
    :param str text: its text, plain

    >>> text = "fyi\\n---- Forwarded message ----\\nFrom: Anna <anna@rossi.example>\\nIt leaks"
    >>> find_forwarded_sender("Fwd: Pump", text)
    ('Anna', 'anna@rossi.example')
    >>> find_forwarded_sender("I: Pompa", "Da: anna@rossi.example [mailto:anna@rossi.example]\\nPerde")
    ('', 'anna@rossi.example')
    >>> find_forwarded_sender("Pump", "From: the cellar to the roof")
    """
    text = (text or "")[:20000]
    mark = FORWARD_MARK.search(text)
    if not mark and not FORWARD_WORDS.match(subject or ""):
        return None
    for line in FORWARD_FROM.finditer(text, mark.end() if mark else 0):
        if address := ADDRESS.search(line.group(1)):
            name = line.group(1)[: address.start()].strip(" \t\"'<[(*")
            return name, address.group().lower()
    return None


def add_message_id(raw, moment):
    """Return a mail with a Message-Id made of its bytes, if it has none: the same mail gets the same one each time.

    Mails alike but for their date are two mails. What bears no date at all is told apart by the moment.

    :param bytes raw: the whole mail
    :param str moment: when it came in, as coarse as two such mails are to be told apart

    >>> mail = b"Date: Wed, 18 Nov 2026 12:00:00 +0000\\nSubject: Pump\\n\\nIt drips"
    >>> add_message_id(mail, "noon") == add_message_id(mail, "night"), add_message_id(mail, "noon").endswith(mail)
    (True, True)
    >>> add_message_id(b"Subject: Pump\\n\\n", "noon") == add_message_id(b"Subject: Pump\\n\\n", "night")
    False
    >>> add_message_id(b"Message-Id: <1@us.example>\\n\\n", "noon")
    b'Message-Id: <1@us.example>\\n\\n'
    """
    try:
        message = BytesHeaderParser().parsebytes(raw[:MAX_HEADERS])
    except Exception:  # noqa: BLE001 - see get_header
        return raw
    if get_header(message, "Message-Id"):
        return raw
    is_dated = get_header(message, "Date") or get_header(message, "Received")
    digest = hashlib.sha256(raw if is_dated else raw + moment.encode()).hexdigest()[:40]
    return f"Message-Id: <{digest}@{MADE_DOMAIN}>\r\n".encode() + raw


def get_digest(*parts):
    """Return a short fingerprint of texts; blanks at the ends do not count.

    >>> get_digest("a@b.example", "Pump ") == get_digest("a@b.example", "Pump"), len(get_digest(None))
    (True, 40)
    """
    text = "\n".join(str(part or "").strip() for part in parts)
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:40]


def get_recipients(message):
    """Return the addresses a mail is for, small letters, in the order in which they stand in it.

    >>> get_recipients({"To": "B <b@us.example>, c@us.example", "Cc": "A@us.example"})
    ['b@us.example', 'c@us.example', 'a@us.example']
    """
    texts = [get_header(message, name).replace("\n", " ") for name in RECIPIENT_HEADERS]
    try:
        found = [address for _name, address in getaddresses(texts)]
    except Exception:  # noqa: BLE001 - see get_header
        found = []
    if not any("@" in address for address in found):
        found = ADDRESS.findall(" ".join(texts))
    return list(dict.fromkeys(address.strip().lower() for address in found if "@" in address))


def read_rough_headers(raw):
    """Return the headers of a mail that nothing else can read, {name: text}.

    :param bytes raw: the whole mail

    >>> read_rough_headers(b"To: a@us.example\\nSubject: =?utf-8?q?caf=C3=A9?=\\n\\nText")["Subject"] == "caf\\u00e9"
    True
    >>> read_rough_headers(b"\\x00\\xff")
    {}
    """
    try:
        message = BytesHeaderParser().parsebytes(raw[:200000])
    except Exception:  # noqa: BLE001 - see get_header
        return {}
    headers = {}
    for name, value in message.items():
        try:
            text = str(make_header(decode_header(value)))
        except Exception:  # noqa: BLE001 - see get_header
            text = str(value)
        headers.setdefault(name.title(), clean_text(text).strip())
    return headers


def clean_text(text):
    """Return the text without what the database cannot hold: null bytes and halves of characters.

    >>> clean_text("a\\x00b\\udcffc")
    'ab?c'
    """
    return text.replace("\x00", "").encode("utf-8", "replace").decode("utf-8")
