# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Mails as they come in real life, and ways in which they break on the way."""

import base64
import random
from email.message import EmailMessage

TO = "desk@fuzz.example"
TEXT = "Good morning,\n\nour pump HD-1001 drips since yesterday.\n\nKind regards\nAnna"
HTML = "<html><body><p>Our pump <b>HD-1001</b> drips.</p><img src='cid:one'/><script>alert(1)</script></body></html>"
NOT_ASCII = "Caff\u00e8 gelato, \u00fcber \u0219i \u021bar\u0103, \u65e5\u672c\u8a9e, \U0001f525"
ICS = "BEGIN:VCALENDAR\nMETHOD:REQUEST\nBEGIN:VEVENT\nSUMMARY:Visit\nEND:VEVENT\nEND:VCALENDAR"
CHARSETS = ("utf-8", "iso-8859-1", "windows-1252", "utf-7", "utf-16", "gb2312", "x-unknown", "", "us-ascii", "cp437")
EDGE_HEADERS = (
    "Auto-Submitted: auto-replied",
    "Auto-Submitted: no",
    "Precedence: bulk",
    "List-Id: <all.rossi.example>",
    "Return-Path: <>",
    "X-Autoreply: yes",
    "References: <a@b> <c@d> <" + "x" * 3000 + ">",
    "In-Reply-To: not an id",
    "Cc: " + ", ".join(f"p{number}@crowd.example" for number in range(60)),
    "Date: yesterday, at five",
    "Date: Mon, 99 Foo 20266 99:99:99 +9999",
    "Content-Transfer-Encoding: base64",
    "Content-Transfer-Encoding: x-uuencode",
    "Authentication-Results: mx.fuzz.example; dmarc=fail",
    "Subject: =?utf-8?b?////?= =?utf-8?q?=ff=fe?=",
    "Subject: Injected\r\n Bcc: victim@else.example",
    "From: ",
    "From: <>",
    'From: "unclosed <a@b.example>',
    "From: a@b.example, c@d.example",
    "From: =?utf-8?q?J=C3=B6rg?= <joerg@rossi.example>",
    "Reply-To: @@@",
    "Message-Id: " + "y" * 4000,
    "Message-Id: ",
    "MIME-Version: banana",
    "Content-Type: multipart/mixed",
    "Content-Type: text/html; charset=\"x\x00y\"",
    "Content-Type: */*",
    "X-Odoo-Message-Id: 1",
)


def build(subject, sender="Anna <portal@rossi.example>", text=TEXT, **headers):
    """Return an ``EmailMessage``; headers with underscores for hyphens."""
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = sender, TO, subject
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    if text is not None:
        message.set_content(text)
    return message


def with_files(*files, **values):
    """Return a mail with attachments: (name, content, main type, sub type)."""
    message = build("Files", **values)
    for name, content, maintype, subtype in files:
        message.add_attachment(content, maintype=maintype, subtype=subtype, filename=name)
    return message


def get_corpus(call_name):
    """Return about thirty mails as bytes, without Message-Id, each time the same ones.

    :param str call_name: number of a call of the sender, for answers
    """
    # The boundaries of their parts are made at random.
    state = random.getstate()
    random.seed(call_name)
    try:
        return _build_corpus(call_name)
    finally:
        random.setstate(state)


def _build_corpus(call_name):
    html = build("HTML")
    html.add_alternative(HTML, subtype="html")
    html.get_payload()[1].add_related(b"\x89PNG one", "image", "png", cid="<one>")
    invitation = build("Invitation")
    invitation.add_alternative(ICS, subtype="calendar")
    nested = build("Fwd: attached mail")
    nested.add_attachment(build("Inner", sender="inner@else.example"))
    deep = build("Deep")
    for _level in range(6):
        outer = build("Deep")
        outer.add_attachment(deep)
        deep = outer
    messages = [
        build("Pump leaks"),
        build("", text=None),
        build("Only a subject", text=""),
        build(NOT_ASCII, text=NOT_ASCII),
        build(f"Re: [{call_name}] Pump leaks"),
        build(f"AW: {call_name}", text="> quoted\n> more\n\nThanks\n-- \nAnna"),
        build(f"Re: {call_name}", sender="spy@bianchi.example"),
        build("Out of office", Auto_Submitted="auto-replied"),
        build("News", List_Id="<news.shop.example>", Precedence="bulk"),
        build("No reply", sender="no-reply@shop.example"),
        build("Stranger", sender="Nina <nina@nowhere.example>"),
        build("Colleague", sender="new@rossi.example"),
        build("Fwd: Pump", text=f"---- Forwarded message ----\nFrom: X <x@else.example>\n\n{TEXT}"),
        build("Copies", Cc="a@else.example, B <b@rossi.example>"),
        build("High", X_Priority="1", Importance="high"),
        build("Receipt wanted", Disposition_Notification_To="portal@rossi.example"),
        html,
        invitation,
        nested,
        deep,
        with_files(("photo.jpg", b"\xff\xd8\xff" * 500, "image", "jpeg")),
        with_files(("winmail.dat", b"\x78\x9f\x3e\x22" * 100, "application", "ms-tnef")),
        with_files(("bomb.zip", b"PK\x03\x04" + b"\x00" * 2000, "application", "zip")),
        with_files((NOT_ASCII + ".txt", b"\xff\xfe\x00x", "application", "octet-stream")),
        with_files(("a.pdf", b"%PDF-1.4", "application", "pdf"), ("../../etc/passwd", b"x", "text", "plain")),
        with_files(("table.csv", "a;b\n\u00e8;1".encode("latin-1"), "text", "csv"), text=None),
    ]
    return [bytes(message) for message in messages] + [
        b"From: portal@rossi.example\nTo: desk@fuzz.example\n\nNothing but this",
        b"From: portal@rossi.example\nTo: desk@fuzz.example\nContent-Type: text/plain; charset=utf-8\n\n\xe8\xff\xfe",
        b"To: desk@fuzz.example\nSubject: =?iso-8859-1?Q?caf=E9?=\nFrom: \xe8\xe9 <a@b.example>\n\nx",
        b"From: MAILER-DAEMON@mx.example\nTo: desk@fuzz.example\nSubject: Undelivered\n"
        b"Content-Type: multipart/report; report-type=delivery-status; boundary=B\n\n--B\n\nfull\n--B\n"
        b"Content-Type: message/delivery-status\n\nReporting-MTA: dns; mx\n\nFinal-Recipient: rfc822; a@b.example\n"
        b"--B\nContent-Type: message/rfc822\n\nMessage-Id: <unknown@x>\nSubject: y\n\nz\n--B--\n",
    ]


def mutate(rng, source):
    """Return the mail broken in one to three ways."""
    for _count in range(rng.randint(1, 3)):
        source = rng.choice(MUTATIONS)(rng, source)
    return source


def _flip_bytes(rng, source):
    data = bytearray(source)
    for _count in range(rng.randint(1, 20)):
        if data:
            data[rng.randrange(len(data))] = rng.randrange(256)
    return bytes(data)


def _cut(rng, source):
    return source[: rng.randrange(len(source) + 1)]


def _drop_line(rng, source):
    lines = source.split(b"\n")
    del lines[rng.randrange(len(lines))]
    return b"\n".join(lines)


def _double_line(rng, source):
    lines = source.split(b"\n")
    place = rng.randrange(len(lines))
    return b"\n".join(lines[:place] + lines[place:place + 1] * rng.randint(2, 30) + lines[place:])


def _add_header(rng, source):
    return rng.choice(EDGE_HEADERS).encode("utf-8", "replace") + b"\n" + source


def _replace_header(rng, source):
    header = rng.choice(EDGE_HEADERS).encode("utf-8", "replace")
    name = header.split(b":")[0].lower()
    head, blank, body = source.partition(b"\n\n")
    kept = [line for line in head.split(b"\n") if not line.lower().startswith(name + b":")]
    return b"\n".join([header, *kept]) + blank + body


def _other_charset(rng, source):
    charset = rng.choice(CHARSETS).encode()
    return source.replace(b"utf-8", charset).replace(b"us-ascii", charset)


def _null_bytes(rng, source):
    place = rng.randrange(len(source) + 1)
    return source[:place] + b"\x00" * rng.randint(1, 5) + source[place:]


def _break_boundary(rng, source):
    return source.replace(b"boundary=", rng.choice((b"boundry=", b"boundary=x", b"boundary=\"")))


def _long_line(rng, source):
    place = rng.randrange(len(source) + 1)
    return source[:place] + b"A" * rng.randint(1000, 20000) + source[place:]


def _base64(rng, source):
    head, blank, body = source.partition(b"\n\n")
    return head + b"\nContent-Transfer-Encoding: base64" + blank + base64.b64encode(body)[: rng.randint(0, 400)]


def _line_ends(rng, source):
    return source.replace(b"\n", rng.choice((b"\r\n", b"\r", b"\n\r", b"\n ")))


MUTATIONS = (
    _flip_bytes,
    _cut,
    _drop_line,
    _double_line,
    _add_header,
    _replace_header,
    _other_charset,
    _null_bytes,
    _break_boundary,
    _long_line,
    _base64,
    _line_ends,
)


def get_mutant(corpus, number, seed):
    """Return broken mail ``number`` of a seed, always the same, with an id of its own unless it breaks that too."""
    rng = random.Random(f"{seed}.{number}")
    return mutate(rng, b"Message-Id: <fuzz-%d@fuzz.example>\n" % number + corpus[number % len(corpus)])
