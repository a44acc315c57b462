"""A reader's pages, before they are tried: what is none is told in one sentence."""

import pytest

from helpers.checks.attempt import pages
from helpers.checks.verdict import Gap


def page(request):
    return None


@pytest.mark.parametrize(
    ("given", "says"),
    [
        (None, "put your pages into `mine`"),
        (page, "is a function, not a dict of pages"),
        ({"/": page}, "has no page /after"),
        ({"/": page, "/after": None}, "what stands at /after in `mine` is no page"),
        ({"/": page, "/after": lambda: None}, "what stands at /after in `mine` is no page"),
        ({"/": page, "/after": page, "menu": page}, "'menu' is no path"),
        ({"/": page, "/after": page, 7: page}, "7 is no path"),
    ],
)
def test_what_is_no_dict_of_pages_is_a_gap(given, says):
    with pytest.raises(Gap) as gap:
        pages(given, "mine", "/", "/after")
    assert says in gap.value.verdict.reason
    assert gap.value.verdict.right is (None if given is None else False)


def test_pages_come_back_as_they_are():
    given = {"/": page, "/after": page, "/more": page}
    assert pages(given, "mine", "/", "/after") is given
