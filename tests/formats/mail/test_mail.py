"""Mail: bodies, forms, attachments, encodings, mailboxes."""

import base64
import json
from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker.pipeline import Rejected, split
from worker.story import Payload, PubStatus, Story

COPY = "The last ferry left on Monday with nine people on board.\n\nThe next bridge is an hour away."
NITF = (
    b'<?xml version="1.0"?><nitf><body><body.head><hedline><hl1>A bridge is far</hl1></hedline></body.head>'
    b"<body.content><p>The next bridge is an hour away, the port said.</p></body.content></body></nitf>"
)


def mail(text=COPY, subject="The last ferry leaves Harrow", **headers):
    message = EmailMessage()
    message["From"] = "Desk <desk@bell.example>"
    message["Date"] = "Mon, 01 Mar 2021 09:00:00 +0100"
    message["Message-ID"] = "<ferry-1@bell.example>"
    message["Subject"] = subject
    for name, value in headers.items():
        message[name] = value
    if text is not None:
        message.set_content(text)
    return message


def parts(message):
    return split(Payload(body=message if isinstance(message, bytes) else message.as_bytes()))


def texts(story):
    return [part.text for part in story.paragraphs]


def test_subject_message_id_and_date_are_fields_and_the_signature_is_cut():
    (story,) = parts(mail(COPY + "\n\n-- \nAda Quill\nHarrow Bell"))
    assert (story.headline, story.native_id) == ("The last ferry leaves Harrow", "<ferry-1@bell.example>")
    assert (story.published, story.source_format) == ("2021-03-01T09:00:00+01:00", "mail")
    assert texts(story) == COPY.split("\n\n")


def test_a_mail_saved_behind_blanks_is_still_a_mail():
    (story,) = parts(b" " * 255 + b"\r\n" + mail().as_bytes())
    assert story.headline == "The last ferry leaves Harrow"


def test_labels_in_the_body_outrank_the_subject():
    body = f"Headline: Harrow loses its ferry\nSlug: HARROW-FERRY\nEmbargo: 2030-01-01T00:00:00Z\n\n{COPY}"
    (story,) = parts(mail(body, subject="Formatted editorial story"))
    assert (story.headline, story.slug) == ("Harrow loses its ferry", "HARROW-FERRY")
    assert (story.pub_status, story.embargo_until) == (PubStatus.EMBARGOED, "2030-01-01T00:00:00Z")
    assert texts(story) == COPY.split("\n\n")


def test_a_form_in_json_with_every_value_in_a_list_is_a_record():
    form = json.dumps(
        {"Headline": ["Ferry stops"], "Slugline": ["FERRY"], "Body": [COPY], "At": ["9/14/2015\n1"]}
    )
    (story,) = parts(mail(form.replace("\\n1", "\n1"), subject="Formatted Editorial Story"))
    assert (story.headline, story.slug) == ("Ferry stops", "FERRY")
    assert story.native_id == "<ferry-1@bell.example>"


def test_html_is_read_when_there_is_no_plain_text():
    message = mail(None)
    message.set_content("<p>The last ferry left on Monday.</p><p>The bridge is far.</p>", subtype="html")
    (story,) = parts(message)
    assert texts(story) == ["The last ferry left on Monday.", "The bridge is far."]


def test_attachments_are_payloads_of_their_own_and_pictures_are_not():
    message = mail()
    message.add_attachment(NITF, maintype="application", subtype="octet-stream", filename="bridge.xml")
    message.add_attachment(b"\x89PNG\r\n\x1a\n", maintype="image", subtype="png", filename="ferry.png")
    forwarded = mail("The tide was high on Monday and the quay was closed.", subject="High tide")
    message.add_attachment(forwarded)
    told = parts(message)
    assert [story.source_format for story in told] == ["mail", "nitf", "mail"]
    assert [story.headline for story in told] == [
        "The last ferry leaves Harrow",
        "A bridge is far",
        "High tide",
    ]
    assert any("image/png" in warning for warning in told[0].warnings)


def test_an_attachment_that_is_no_text_is_refused_alone():
    message = mail()
    message.add_attachment(b"%PDF-1.7 ferry", maintype="application", subtype="pdf", filename="ferry.pdf")
    assert [type(part) for part in parts(message)] == [Story, Rejected]


def test_mail_inside_mail_comes_to_an_end():
    message = mail()
    for depth in range(8):
        outer = mail(f"Forwarded {depth} times, the ferry is still gone from Harrow.")
        outer.add_attachment(message)
        message = outer
    told = parts(message)
    assert isinstance(told[-1], Rejected)
    assert len(told) < 8


def test_a_wire_format_as_the_body_is_read_as_what_it_is():
    (story,) = parts(mail(NITF.decode()))
    assert (story.source_format, story.headline) == ("nitf", "A bridge is far")


@pytest.mark.parametrize(
    "subject",
    [
        "=?utf-8?Q?Ferry_caf=C3=A9?=",
        f"=?utf-8?B?{base64.b64encode('Ferry café'.encode()).decode()}?=",
        "=?iso-8859-1?Q?Ferry_caf=E9?=",
        "=?us-ascii?Q?Ferry_caf=C3=A9?=",
        "=?no-such-charset?Q?Ferry_caf=C3=A9?=",
    ],
)
def test_encoded_subjects_are_read_whatever_charset_they_claim(subject):
    head = f"From: a@b.example\r\nDate: x\r\nMessage-ID: <1@b>\r\nSubject: {subject}\r\n\r\n"
    (story,) = parts(f"{head}The ferry left on Monday.\r\n".encode())
    assert story.headline == "Ferry café"


def test_flowed_lines_are_joined():
    body = "The last ferry left \r\non Monday.\r\n"
    head = 'From: a@b.example\r\nSubject: Ferry\r\nContent-Type: text/plain; format="flowed"\r\n\r\n'
    (story,) = parts((head + body).encode())
    assert texts(story) == ["The last ferry left on Monday."]


def test_a_mailbox_holds_as_many_stories_as_mails():
    box = b"".join(
        b"From desk@bell.example Mon Mar  1 09:00:00 2021\n" + mail(subject=f"Ferry {n}").as_bytes() + b"\n"
        for n in range(3)
    )
    assert [story.headline for story in parts(box)] == ["Ferry 0", "Ferry 1", "Ferry 2"]


def test_a_page_with_two_labels_is_no_mail():
    page = (
        "From: our archive\nThe last ferry left on Monday with nine people on board, the port said.\n" + COPY
    )
    assert split(Payload(body=page.encode()))[0].source_format == "page-text"


@given(st.binary(max_size=400), st.integers(0, 900))
def test_damaged_mails_never_raise(noise, at):
    message = mail()
    message.add_attachment(NITF, maintype="application", subtype="xml", filename="bridge.xml")
    body = message.as_bytes()
    split(Payload(body=body[:at] + noise + body[at:]))
    split(Payload(body=body[:at]))
    split(Payload(body=b"From: x\nSubject: y\nDate: z\n\n" + noise))
