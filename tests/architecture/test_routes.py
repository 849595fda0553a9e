"""Every operation of the emulator says why we believe it."""

from __future__ import annotations

import re

from fakes.emulator.coverage import served
from fakes.emulator.routing import Evidence


def test_every_operation_has_evidence() -> None:
    """Each operation carries one of the four kinds of evidence."""
    assert [found.route for found in served() if not isinstance(found.route.evidence, Evidence)] == []


def test_every_operation_is_named_as_azure_names_them() -> None:
    """Each operation is called Group_Verb, as in Azure's REST specification."""
    names = [found.route.operation for found in served()]

    assert [name for name in names if not re.fullmatch(r"[A-Z]\w*_[A-Z]\w*", name)] == []


def test_notes_fit_a_table() -> None:
    """A note is one line without a final stop and without what would end a cell of a table."""
    notes = [found.route.note for found in served()]

    assert [note for note in notes if note.endswith(".") or "|" in note or "\n" in note] == []
