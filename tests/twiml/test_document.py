"""Reading: a tree with places, or a TwimlError with a code and a plain sentence."""

from __future__ import annotations

import gc
import resource
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.errors import TwimlError
from helpers.twiml import (
    Gather,
    MessagingRedirect,
    Redirect,
    Say,
    VoiceResponse,
    parse,
    problems,
)
from helpers.twiml.document import LIMIT


def refusal(source, kind=None) -> TwimlError:
    with pytest.raises(TwimlError) as caught:
        parse(source, kind)
    return caught.value


def test_a_tree_of_our_elements_with_their_places():
    document = parse(
        b'<?xml version="1.0" encoding="UTF-8"?>\n'
        b"<!-- <Say>no</Say> -->\n"
        b"<Response>\n"
        b'  <Gather\n    action="/a>b"\n    numDigits="1"><Say>Hi</Say></Gather>\n'
        b"</Response>"
    )
    gather, say = document.root.elements[0], document.root.elements[0].elements[0]
    assert isinstance(document.root, VoiceResponse)
    assert isinstance(gather, Gather)
    assert isinstance(say, Say)
    assert gather.get("num_digits") == 1
    assert document.place(document.root) == (3, 1)
    assert document.place(gather) == (4, 3)
    assert document.place(say) == (6, 19)
    assert document.place_of_attribute(gather, "numDigits") == (6, 5)
    assert document.place(Say("built")) == (0, 0)


def test_what_is_read_and_written_again_is_the_same():
    xml = (
        '<?xml version="1.0" encoding="UTF-8"?><Response><Say voice="a">One <lang xml:lang="fr-FR">'
        "deux</lang> &amp; three<break /></Say><Odd><In>x</In>y</Odd></Response>"
    )
    assert str(parse(xml).root) == xml


def test_comments_and_instructions_are_passed_over():
    document = parse("<Response><!-- a --><Say>One<!-- b --> two<?c d?> three</Say></Response>")
    assert [child.name for child in document.root.elements] == ["Say"]
    assert document.root.elements[0].words() == "One two three"


def test_a_tag_is_resolved_by_its_place():
    xml = "<Response><Redirect>/a</Redirect></Response>"
    assert isinstance(parse(xml).root.elements[0], Redirect)
    assert isinstance(parse(xml, "messaging").root.elements[0], MessagingRedirect)
    assert parse("<Response><Message>a</Message></Response>").kind == "messaging"
    assert parse("<Response><Message>a</Message><Say>b</Say></Response>").kind == "voice"


@pytest.mark.parametrize(
    "source",
    [
        "<Response><Say>\u00e9</Say></Response>".encode("utf-8-sig"),
        '<?xml version="1.0" encoding="ISO-8859-1"?><Response><Say>\u00e9</Say></Response>'.encode(
            "latin-1"
        ),
        '<?xml version="1.0" encoding="UTF-16"?><Response><Say>\u00e9</Say></Response>'.encode(
            "utf-16"
        ),
        '<?xml version="1.0" encoding="ISO-8859-1"?><Response><Say>\u00e9</Say></Response>',
    ],
)
def test_encodings(source):
    assert parse(source).root.elements[0].words() == "\u00e9"


@pytest.mark.parametrize(
    ("source", "code", "line", "sentence"),
    [
        (b"", 12100, 1, "the document is empty"),
        (b"Hello", 12100, 1, "this is no XML"),
        (b'{"say": "Hello"}', 12100, 1, "this is no XML"),
        (b'\n<?xml version="1.0"?><Response/>', 12100, 2, "not at the very beginning"),
        (b"<Response>\n<Say>Hi</Response>", 12100, 2, "<Say> of line 2 is not closed before"),
        (b"<Response>\n<Say>Hi</Say>", 12100, 2, "<Response> of line 1 is never closed"),
        (b"<Response><Say>Fish & chips</Say></Response>", 12100, 1, "an & stands alone"),
        (b"<Response><Say>a&b</Say></Response>", 12100, 1, "an & stands alone"),
        (b"<Response><Say>&nbsp;</Say></Response>", 12100, 1, "there is no entity &nbsp;"),
        (
            b'<?xml version="1.0" encoding="utf-16"?><Response/>',
            *(12100, 1, "the first line says utf-16, but the bytes are not in it"),
        ),
        (b"<Response><Say>1 < 2</Say></Response>", 12100, 1, "a < begins no tag here"),
        (b"<Response><Say loop=2/></Response>", 12100, 1, "no quotes"),
        (b"<Response><Say loop/></Response>", 12100, 1, "an attribute has no value"),
        (b"<Response><Say loop='1' loop='2'/></Response>", 12100, 1, "attribute loop is there"),
        (b"<Response a='1/>", 12100, 1, "the value of an attribute has no end"),
        (b"<Response a='1'b='2'/>", 12100, 1, "a blank is missing"),
        (b"<Response><a:Say/></Response>", 12100, 1, "a name has a colon in it"),
        (b"<Response><!-- a -- b --></Response>", 12100, 1, "a comment is not right"),
        (b"<Response><!-- a</Response>", 12100, 1, "a comment is not right"),
        (b"<Response><?a</Response>", 12100, 1, "something between <? and ?> is not right"),
        (b"<Response>]]></Response>", 12100, 1, "]]> stands in a text"),
        (b"<Response><![CDATA[</Response>", 12100, 1, "a <![CDATA[ has no end"),
        (b"<Response>&#0;</Response>", 12100, 1, "a character is given by a number"),
        (b"<Response>&#xD800;</Response>", 12100, 1, "a character is given by a number"),
        (b'<?xml encoding="UTF-8"?><Response/>', 12100, 1, "the XML declaration is not right"),
        (b"<Response>" + b"<a>" * 300 + b"</a>" * 300 + b"</Response>", 12100, 1, "too deep"),
        (b"<Response a='<'/>", 12100, 1, "a < stands inside an attribute"),
        (b"<Response/><Response/>", 12100, 1, "something follows the end"),
        (b"<Response", 12100, 1, "a tag is not finished"),
        (b"<Response><Say>\x00</Say></Response>", 12100, 1, "U+0000 cannot stand in XML"),
        (b"<Response>\n\x0b</Response>", 12100, 2, "U+000B cannot stand in XML"),
        (b"<Response>\n\xff</Response>", 12100, 2, "does not fit the encoding utf-8"),
        (b'<?xml version="1.0" encoding="x-y"?><Response/>', 12100, 0, "the encoding 'x-y'"),
        (b'<?xml version="1.0" encoding="rot13"?><Response/>', 12100, 0, "the encoding 'rot13'"),
        (b"<!DOCTYPE Response><Response/>", 12100, 0, "DOCTYPE"),
        (b"\n<html><body/></html>", 12102, 2, "<html>, and must be <Response>"),
        (b"<response/>", 12102, 1, "with a capital R"),
        (b"<Response>" + b" " * LIMIT + b"</Response>", 11750, 0, "bytes"),
        ("<Response>\ud800</Response>", 12100, 1, "U+D800 cannot stand in XML"),
        ("<Response>" + "é" * (LIMIT // 2) + "</Response>", 11750, 0, "bytes"),
    ],
)
def test_what_cannot_be_read(source, code, line, sentence):
    error = refusal(source)
    assert (error.code, error.line) == (code, line)
    assert sentence in error.what


def test_the_error_reads_as_one_sentence_with_its_line():
    error = refusal("<Response>\n<Say>Hi</say></Response>")
    assert str(error) == (
        "line 2: <Say> of line 2 is not closed before </say>\n"
        "  try   put </Say> before it; letter case counts"
    )


ENTITY = b'<!DOCTYPE Response [<!ENTITY a "%s">%s]><Response><Say b="&a;">&a;</Say></Response>'
BOMB = b"".join(b'<!ENTITY %c "%s">' % (98 + n, b"&%c;" % (97 + n) * 10) for n in range(9))


@pytest.mark.parametrize(
    "source",
    [
        ENTITY % (b"x" * 1000, BOMB),
        b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><Response>&b;</Response>',
        b'<!DOCTYPE a SYSTEM "http://127.0.0.1:1/a.dtd"><Response/>',
        b'<!DOCTYPE a [<!ENTITY % b SYSTEM "http://127.0.0.1:1/"> %b;]><Response/>',
        b"<!-- x --><?y?>\n<!DOCTYPE a><Response/>",
        '<!DOCTYPE a [<!ENTITY b "c">]><Response>&b;</Response>'.encode("utf-16"),
        b"<Response>" + b"<Say>" * 10_000 + b"</Say>" * 10_000 + b"</Response>",
        b"<Response>" + b"<a>" * 5_000,
        b"<Response>" + b"x" * 10_000_000 + b"</Response>",
        b"<" * 60_000,
        b"<!--" * 16_000,
        b"<?" * 30_000,
        b"<Response " + b"a='" * 20_000,
        b"\xff\xfe" + b"\x00" * 1000,
        b"\xfe\xff",
        b"\xef\xbb\xbf",
        b"\x00" * 1000,
        b"\xff" * 1000,
    ],
)
def test_hostile_documents_are_refused(source):
    assert refusal(source).code in (11750, 12100)


@pytest.mark.parametrize(
    "place",
    [
        "<Response>{}</Response>",
        "<Response a='{}'/>",
        "<Response><!-- {} --></Response>",
        "<Response><![CDATA[{}]]></Response>",
        "<Response><?a {}?></Response>",
        "<Response/>{}",
        "{}<Response/>",
        "<Resp{}onse/>",
    ],
)
def test_no_place_takes_a_character_that_xml_cannot_hold(place):
    bad = [*range(9), 11, 12, *range(14, 32), 0xD800, 0xDFFF, 0xFFFE, 0xFFFF]
    for number in bad:
        source = place.format(chr(number))
        assert f"U+{number:04X} cannot stand in XML" in refusal(source).what
        assert refusal(source.encode("utf-16", "surrogatepass")).code == 12100


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("<Response><Say loop='2'\n voice = \"man\">Hi</Say ></Response >", "Hi"),
        ("<Response>\r\n<Say\tvoice='man' loop='2'>\n  Hi\n</Say>\r\n</Response>\n", "Hi"),
        ("<Response><!--a--><Say voice='man' loop='2'><![CDATA[Hi]]></Say><?a?></Response>", "Hi"),
        ("<Response xmlns='urn:a'><Say voice='man' loop='&#50;'>H&#x69;</Say></Response>", "Hi"),
        ('<Response><Say voice="m&#97;n" loop="2">H<!-- -->i</Say></Response>', "Hi"),
    ],
)
def test_however_it_is_spelled_it_is_the_same_document(source, words):
    (say,) = parse(source).root.elements
    assert isinstance(say, Say)
    assert say.words() == words
    assert (say.get("voice"), say.get("loop")) == ("man", 2)
    assert problems(source) == []


@pytest.mark.parametrize(
    "source",
    [
        b"<Response " + b" ".join(b'a%d="1"' % n for n in range(100_000)) + b"/>",
        b"<Response " + b" ".join(b'a%d="1"' % n for n in range(6_000)) + b"/>",
        b"<Response " + b" ".join(b'xmlns:a%d="b"' % n for n in range(3_000)) + b"/>",
        b'<Response a="' + b"x" * 65_000 + b'"/>',
        b"<Response>" + b"".join(b"<n%d/>" % n for n in range(5_000)) + b"</Response>",
        b"<Response>" + b"<Say loop='x'/>" * 4_000 + b"</Response>",
        b"<Response>" + b"&amp;" * 12_000 + b"</Response>",
        b"<Response><Say><![CDATA[" + b"]" * 60_000 + b"]]></Say></Response>",
        b"<Response>" + b"<!-- -->" * 8_000 + b"</Response>",
        b"<Response><!--" + b"-" * 60_000,
        b"<Response " + b"a" * 60_000,
        b"<Response>" + b"<p>" * 250 + b"x" * 60_000 + b"</p>" * 250 + b"</Response>",
        b"+ADw-Response+AD4-+ADw-/Response+AD4-",  # UTF-7
        "<Response/>".encode("utf-32"),
        b'<?xml version="1.0" encoding="utf-7"?><Response/>',
        ENTITY % (b"x" * 1000, BOMB),
    ],
)
def test_hostile_documents_take_little_time_and_no_memory(source):
    def look() -> None:
        for problem in problems(source):
            assert problem.code in (11750, 12100, 12200, 13510, 13520, 13521)

    look()
    started, before = time.process_time(), resident()
    for _ in range(60):
        look()
    # What was used once is used again: 60 times a document of 60 kB would be 4 MB.
    assert resident() - before < 2_000_000
    assert time.process_time() - started < 12


def resident() -> int:
    """The bytes of memory that this process holds."""
    gc.collect()
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize()


def test_as_deep_as_libxml2_goes_is_no_trouble():
    document = parse("<Response>" + "<p>" * 250 + "</p>" * 250 + "</Response>")
    assert len(list(document.root.walk())) == 251
    assert str(document.root).count("<p") == 250


PIECES = st.sampled_from(
    [
        *"<>/&;='\" \n",
        *("<Response>", "</Response>", "<Say>", "</Say>", "<Gather", "action='/a'", "&amp;"),
        *("<!--", "-->", "<![CDATA[", "]]>", "<?xml version='1.0'?>", "<!DOCTYPE a>"),
        *("xmlns:a='b'", "a:b"),
    ]
)


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=60) | st.text(max_size=60) | st.lists(PIECES, max_size=14).map("".join))
def test_whatever_it_is_a_document_or_a_twiml_error(source):
    try:
        document = parse(source)
    except TwimlError as error:
        assert error.code in (11750, 12100, 12102)
        assert error.what
    else:
        assert document.root.name == "Response"
        repr(document)
        for element in document.root.walk():
            assert document.place(element) >= (1, 1)


GOOD = (
    b'<?xml version="1.0" encoding="UTF-8"?>\n<Response><!-- a --><Gather action="/a?b=1&amp;c=2" '
    b'numDigits="1"><Say xml:lang="en">Press 1 &lt;now&gt;</Say></Gather><Dial><Number url="/n">'
    b"+14155550100</Number></Dial><Play>http://example.com/\xc3\xa9.mp3</Play></Response>"
)


@settings(max_examples=300, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, len(GOOD)), st.integers(0, 6), st.binary(max_size=4) | PIECES),
        min_size=1,
        max_size=4,
    )
)
def test_a_good_document_with_some_bytes_changed(changes):
    source = GOOD
    for start, length, new in changes:
        new = new.encode() if isinstance(new, str) else new
        source = source[:start] + new + source[start + length :]
    for problem in problems(source):
        assert problem.message
        assert 11000 <= problem.code < 15000
    try:
        document = parse(source)
    except TwimlError as error:
        assert error.code in (12100, 12102)
        assert "xmlParse" not in error.what  # libxml2's own words
    else:
        assert parse(str(document.root)).root.words() == document.root.words()


def test_many_threads_read_at_once():
    """They share a parser; none sees what another one read, or what went wrong there."""

    def read(number: int) -> str:
        if number % 3 == 0:
            return refusal(f"<Response>\n<Say>{number}</Response>").what
        return parse(f"<Response><Say>{number}</Say></Response>").root.words()

    with ThreadPoolExecutor(8) as threads:
        found = list(threads.map(read, range(600)))
    for number, words in enumerate(found):
        if number % 3 == 0:
            assert words == "<Say> of line 2 is not closed before </Response>"
        else:
            assert words == str(number)
