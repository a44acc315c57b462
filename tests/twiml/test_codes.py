"""Every code that can be seen in a document: the document, and the sentence a learner reads.

The table is tests/data/problems.txt. Codes that show only when a call runs (who answers, what is
fetched, what an account may do) are not the checker's.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from helpers.twiml import problems
from helpers.twiml.checker import ASIDE

FILE = Path(__file__).parent.parent / "data" / "problems.txt"
KINDS = ("messaging", *ASIDE)

# By level, as in the error catalogue.
ERRORS = [
    *(11100, 13000, 13201, 13231, 13238, 13239, 13240, 13325, 13338, 13420, 13621),
    *(14201, 14202, 14203, 14204, 14205, 14206, 14210, 14211, 14212, 14213, 14221, 14300),
    *(16023, 31920, 31940, 31941, 64101),
]
WARNINGS = [
    *(12200, 13210, 13212, 13213, 13214, 13215, 13216, 13217, 13218, 13219, 13220, 13221, 13222),
    *(13223, 13230, 13232, 13233, 13234, 13235, 13237, 13241, 13243, 13248, 13249, 13250, 13251),
    *(13252, 13253, 13256, 13310, 13312, 13313, 13314, 13320, 13321, 13322, 13326, 13327, 13328),
    *(13329, 13330, 13331, 13332, 13333, 13334, 13335, 13410, 13430, 13510, 13511, 13512, 13513),
    *(13520, 13521, 13610, 13611, 13612, 13613, 13614, 13615, 13616, 13617, 13699, 13710, 13810),
    *(13910, 14101, 14102, 14103, 14104, 14105, 14109, 14110),
]


def table() -> list[tuple[str, str, list[str]]]:
    """Kind of document, its verbs, and the sentences about them."""
    rows = []
    for block in FILE.read_text(encoding="utf-8").strip().split("\n\n")[1:]:
        written, *sentences = block.splitlines()
        kind, colon, rest = written.partition(": ")
        kind, verbs = (kind, rest) if colon and kind in KINDS else ("voice", written)
        verbs = re.sub(r"\{(\d+) x ([^}]+)\}", lambda said: said[2] * int(said[1]), verbs)
        rows.append((kind, verbs, [sentence.strip() for sentence in sentences]))
    return rows


@pytest.mark.parametrize(("kind", "verbs", "sentences"), table())
def test_what_a_learner_reads(kind, verbs, sentences):
    found = problems(f"<Response>{verbs}</Response>", kind)
    assert [str(problem).removeprefix("line 1: ") for problem in found] == sentences
    assert all(problem.line == 1 and problem.column > 0 for problem in found)
    assert len(found) <= 2


def test_every_code_has_its_document_and_its_level():
    found = [
        p for kind, verbs, _ in table() for p in problems(f"<Response>{verbs}</Response>", kind)
    ]
    assert sorted({p.code for p in found if p.level == "error"}) == sorted(ERRORS)
    assert sorted({p.code for p in found if p.level == "warning"}) == sorted(WARNINGS)
    assert sorted({p.code for p in found if p.level == "note"}) == [11100, 31920]
