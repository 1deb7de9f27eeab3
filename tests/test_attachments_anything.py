"""Whatever bytes come: a type from the table, or a sentence; never a crash."""

from __future__ import annotations

import hashlib

import hypothesis.strategies as st
import pytest
from hypothesis import given, settings

from access_requests.attachments import TYPES, Refused, inspect
from tests.support.files import (
    EACH,
    a_file,
    refusal,
)

ANYTHING = st.one_of(
    st.binary(max_size=300),
    st.builds(bytes.__add__, st.sampled_from([data[:40] for data in EACH.values()]), st.binary(max_size=300)),
)


@settings(max_examples=300)
@given(data=ANYTHING, name=st.text(max_size=30))
def test_any_bytes_are_taken_as_an_allowed_type_or_refused_with_a_sentence(data: bytes, name: str) -> None:
    allowed_or_refused(data, name)


@settings(max_examples=600)
@given(
    extension=st.sampled_from(sorted(EACH)),
    changes=st.lists(st.tuples(st.integers(0, 5_000), st.integers(0, 255)), min_size=1, max_size=6),
    cut=st.integers(0, 3),
)
def test_a_file_with_some_bytes_changed(extension: str, changes: list[tuple[int, int]], cut: int) -> None:
    data = bytearray(EACH[extension])
    for place, value in changes:
        data[place % len(data)] = value
    allowed_or_refused(bytes(data[: len(data) - cut]), f"a.{extension}")


@pytest.mark.parametrize("first", EACH)
@pytest.mark.parametrize("second", sorted(set(EACH) - {"csv", "txt"}))
def test_no_file_is_two_things(first: str, second: str) -> None:
    """Two of a kind may be: a telephone's pictures, a PDF and its change. So may what no reader of a TIFF sees."""
    both = {("jpg", "jpg"), ("pdf", "pdf"), *(("tif", unseen) for unseen in ("tif", "jpg", "png", "pdf"))}
    if (first, second) in both:
        assert inspect(a_file(EACH[first] + EACH[second]), "a").extension == first
    else:
        assert refusal(EACH[first] + EACH[second])


def allowed_or_refused(data: bytes, name: str) -> None:
    try:
        found = inspect(a_file(data), name)
    except Refused as refused:
        sentence = refused.sentence
    else:
        sentence = "Taken."
        assert (found.content_type, found.extension) in {(kind.content_type, kind.extension) for kind in TYPES}
        assert found.name.endswith(f".{found.extension}")
        assert found.sha256 == hashlib.sha256(data).hexdigest()
    assert sentence.endswith(".")
