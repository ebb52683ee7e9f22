import pytest

from eval.markup import Html, element, gauge, html, joined, measure, number, share, table
from eval.summary import Figure


def test_everything_is_escaped():
    """Texts and attributes are escaped; what is HTML already is not escaped twice."""
    hostile = '<img src=x onerror="1">&'
    escaped = "&lt;img src=x onerror=&quot;1&quot;&gt;&amp;"
    assert html(hostile) == escaped
    assert element("p", hostile, title=hostile) == f'<p title="{escaped}">{escaped}</p>'
    assert element("p", element("b", "<"), Html("<i></i>")) == "<p><b>&lt;</b><i></i></p>"
    assert joined(["<", Html("<")]) == "&lt;<"
    assert hostile not in table([hostile], [[hostile]], caption=hostile)


def test_attributes():
    """A last underscore is not written, the others are hyphens, and None leaves an attribute out."""
    assert element("i", class_="a", data_of="b", id=None) == '<i class="a" data-of="b"></i>'


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (share(0.853), "85,3\u00a0%"),
        (number(-1234.5, 1), "\u22121\u202f234,5"),
        (measure("mrr", 0.5), "50,0\u00a0%"),
        (measure("words", 12.0), "12,0"),
        (measure("ms_total", 3.25), "3,2\u00a0ms"),
        (measure("auc", float("nan")), "–"),
    ],
)
def test_numbers_in_french(written, expected):
    """Numbers have a decimal comma, their unit after a no-break space, a true minus."""
    assert written == expected


def test_gauge_stays_inside():
    """A gauge shows an interval from 0 to 100 %, whatever the figure."""
    assert "left:0.0%;width:100.0%" in gauge(Figure(0.5, -1.0, 2.0, 1))
