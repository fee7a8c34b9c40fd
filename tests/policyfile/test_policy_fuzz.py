"""Whatever stands in a file, reading it ends in a policy or in problems."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st

from regiongate.domain.errors import ProblemsFound
from regiongate.policyfile import check, load

EXAMPLE = (Path(__file__).parents[2] / "examples" / "policy.yaml").read_text()
LINES = EXAMPLE.splitlines(keepends=True)
NOW = datetime(2024, 7, 10, tzinfo=UTC)

# One awkward value a line; the last ones are characters that break lines for some.
AWKWARD = r"""
0
-1
1e999
.nan
~
null
true
NO
0x1F
2024-02-30
2024-07-09T25:00
9999-12-31T23:59-23:59
0000-00-00
198.51.100.7
::/0
fe80::1%0
UK
XX
UA-43
CN
''
"\xZZ"
"\UFFFFFFFF"
|
>
&
*
!
%
@
`
!!int
!!binary
!<tag:x>
&a
*a
[
]
{
}
,
:
-
?
---
...
#
<<
"""
SCALARS = st.sampled_from([*AWKWARD.splitlines(), "\t", "\x85", "\u2028"])


def _reads(content: bytes) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "policy.yaml"
        path.write_bytes(content)
        problems = check(path, NOW)
        for problem in problems:
            assert problem.line >= 1
            assert problem.column >= 1
            assert str(problem).isprintable()
        try:
            policy = load(path)
        except ProblemsFound as found:
            assert found.problems
            assert problems
        else:
            assert policy.name
            assert {problem.code for problem in problems} <= {"expired"}


@given(st.binary(max_size=400))
@settings(deadline=None)
def test_any_bytes(content: bytes) -> None:
    """Any bytes are read without a crash."""
    _reads(content)


@given(st.text(max_size=400))
@settings(deadline=None)
def test_any_text(text: str) -> None:
    """Any text is read without a crash."""
    _reads(text.encode("utf-8", "surrogatepass"))


@given(st.integers(0, len(EXAMPLE)), st.integers(0, 40), st.one_of(SCALARS, st.text(max_size=8)))
@settings(max_examples=300, deadline=None)
def test_an_edit_anywhere(start: int, length: int, text: str) -> None:
    """The example with any stretch replaced by anything is read without a crash."""
    edited = EXAMPLE[:start] + text + EXAMPLE[start + length :]
    _reads(edited.encode("utf-8", "surrogatepass"))


@given(st.integers(0, len(LINES) - 1), SCALARS)
@settings(max_examples=300, deadline=None)
def test_any_value_of_any_key(row: int, value: str) -> None:
    """The example with any key's value replaced by an awkward one is read without a crash."""
    key, colon, _ = LINES[row].partition(":")
    lines = [*LINES[:row], f"{key}{colon} {value}\n", *LINES[row + 1 :]]
    _reads("".join(lines).encode())


@given(st.lists(st.sampled_from(range(len(LINES))), min_size=1, max_size=80))
@settings(max_examples=150, deadline=None)
def test_any_order_of_lines(rows: list[int]) -> None:
    """The example's lines in any order, some lost and some doubled, are read without a crash."""
    _reads("".join(LINES[row] for row in rows).encode())
