"""When a record's event happened, in Flink SQL: for watermarks and windows, before the contract reads the record.

`JSON_VALUE` parses the whole record each time it is asked, and the planner asks many times a record (FLINK-39638). So
a record that is plain enough is looked at as text; any other is parsed.
"""

from typing import Final

INSTANT: Final = r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9:]{8}(?:[.][0-9]{1,9})?[Zz]"
"""In UTC."""
_NAME: Final = '"occurred_at"'
_ELSEWHERE: Final = rf'"(?!{_NAME[1:]})'
_BEFORE, _AFTER = r'[^{}\[\]\\"]*', r'[^"\\]*'
_TOLD: Final = rf'{_NAME}\s{{0,9}}:\s{{0,9}}"{INSTANT}"'
PLAIN: Final = rf"(?s)^\s*[{{]{_BEFORE}(?:{_ELSEWHERE}{_BEFORE})*+{_TOLD}{_AFTER}(?:{_ELSEWHERE}{_AFTER})*+$"
"""One `occurred_at`, outside of anything nested, in UTC, and no escape that could hide another.

A record is gone over once: where quotes are passed nothing is tried again, and what lies between them Java passes in
one loop only if that is not possessive too.
"""


def row_time(value: str) -> str:
    """The SQL of the UTC time in whole milliseconds, rounded down, at which the record in those bytes happened.

    1970 if it says none, so that no row is without a time: to ask a query for rows with one would repeat all of this
    for each branch. A branch of CASE is evaluated only where it is taken; an argument of COALESCE always is.
    """
    text = f"CAST({value} AS STRING)"
    parsed = f"JSON_VALUE({text}, '$.occurred_at')"
    plain = f"REGEXP_SUBSTR(SUBSTRING({text}, POSITION('{_NAME}' IN {text}), 64), '{INSTANT}')"
    return (
        f"COALESCE(CASE WHEN REGEXP({text}, '{PLAIN}') THEN {_utc(plain)} "
        f"WHEN UPPER(RIGHT({parsed}, 1)) = 'Z' THEN {_utc(parsed)} "
        f"ELSE {_with_offset(parsed)} END, TIMESTAMP '1970-01-01 00:00:00.000')"
    )


def _utc(text: str) -> str:
    return f"TRY_CAST(TRANSLATE({text}, 'TtZz', '  ') AS TIMESTAMP(3))"


def _with_offset(text: str) -> str:
    """Of `2026-03-02T10:00:00+01:00`."""
    sign_hours, minutes = f"SUBSTRING({text}, CHAR_LENGTH({text}) - 5, 3)", f"RIGHT({text}, 2)"
    offset = f"(TRY_CAST({sign_hours} AS INT) * 60 + TRY_CAST(LEFT({sign_hours}, 1) || {minutes} AS INT))"
    local = f"TRY_CAST(TRANSLATE(SUBSTRING({text}, 1, CHAR_LENGTH({text}) - 6), 'Tt', '  ') AS TIMESTAMP(3))"
    return f"TIMESTAMPADD(MINUTE, -{offset}, {local})"
