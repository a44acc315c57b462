"""Every operation by Twilio's own clients, every answer by Twilio's own specification."""

import os

import pytest

from tests.judges import node_tour, python_tour, record, specification

WHY_NOT = node_tour.missing()


@pytest.fixture
def node():
    """The Node package's tour; skipped where it cannot be, unless REQUIRE_NODE=1."""
    if WHY_NOT and os.environ.get("REQUIRE_NODE") != "1":
        pytest.skip(WHY_NOT)
    assert not WHY_NOT
    return record.node()


def names(operation):
    return f"{operation.method} {operation.path}"


@pytest.mark.parametrize("part", [part.__name__ for part in python_tour.PARTS])
def test_the_python_package_understands(part):
    assert record.python().wrong.get(part) is None


def test_the_node_package_understands(node):
    assert node.wrong == {}


def test_both_packages_do_the_same_parts(node):
    """What one client proves, the other does too: `call_streams` there is `callStreams` here."""
    spelled = {part.replace("_", "").lower() for part in record.python().parts}
    assert {part.lower() for part in node.parts} == spelled


def test_every_answer_to_the_python_package_is_as_specified():
    tour = record.python()
    assert tour.problems() == []
    assert tour.unknown == ()


def test_every_answer_to_the_node_package_is_as_specified(node):
    assert node.problems() == []
    assert node.unknown == ()


def test_every_operation_of_the_document_is_proven_by_the_python_package():
    tour = record.python()
    assert [names(o) for o in specification.operations() if not tour.proves(o)] == []


def test_every_operation_of_the_document_is_proven_by_the_node_package(node):
    assert [names(o) for o in specification.operations() if not node.proves(o)] == []


def test_what_lies_outside_the_document_is_proven_by_the_python_package():
    tour = record.python()
    assert [names(o) for o in specification.wider() if not tour.proves(o)] == []


def test_what_lies_outside_the_document_is_proven_by_the_node_package(node):
    assert [names(o) for o in specification.wider() if not node.proves(o)] == []
