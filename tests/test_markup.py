"""Plain text shown by HTML as it was typed."""

import time
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedpress.feeds import markup


class _Text(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.text = ""

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        pytest.param("One.", "<p>One.</p>", id="one paragraph"),
        pytest.param("One.\n\nTwo.", "<p>One.</p>\n\n<p>Two.</p>", id="two paragraphs"),
        pytest.param("One\ntwo.", "<p>One\ntwo.</p>", id="a line break ends no paragraph"),
        pytest.param(
            "One.\n \t\nTwo.", "<p>One.</p>\n \t\n<p>Two.</p>", id="a line of spaces does"
        ),
        pytest.param("One.\n\n", "<p>One.</p>\n\n", id="nothing behind the last"),
        pytest.param("AT&T <b>", "<p>AT&amp;T &lt;b&gt;</p>", id="no markup of its own"),
        pytest.param("a\rb", "<p>a&#13;b</p>", id="a carriage return stays one"),
    ],
)
def test_paragraphs(typed: str, expected: str) -> None:
    """A blank line ends a paragraph, and every character shows as itself."""
    assert markup.paragraphs(typed) == expected


def test_summary_of_one_paragraph_has_no_element() -> None:
    """A summary in one piece is text without an element; in several, each is a paragraph."""
    assert markup.summary_html("A & B") == "A &amp; B"
    assert markup.summary_html("A\n\nB") == "<p>A</p>\n\n<p>B</p>"


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")))
def test_nothing_typed_is_lost(typed: str) -> None:
    """The text of the HTML is the text that was typed, blank lines and all."""
    for html in (markup.paragraphs(typed), markup.summary_html(typed)):
        reader = _Text()
        reader.feed(html)
        reader.close()
        assert reader.text == typed


def test_long_run_of_spaces_takes_no_square_of_its_length() -> None:
    """A hundred thousand spaces in a row are passed over once, not from each of them."""
    start = time.process_time()
    assert markup.paragraphs("a" + " " * 100_000 + "b").count(" ") == 100_000
    assert time.process_time() - start < 10  # it was a minute
