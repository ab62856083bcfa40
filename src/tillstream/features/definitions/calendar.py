"""Calendar terms of an instant, in UTC."""

from datetime import date, timedelta
from functools import cache
from typing import Final

HOUR_US: Final = 3_600 * 10**6
"""Every term is the same throughout an hour."""
NIGHT_UNTIL_HOUR: Final = 6
"""Night is from midnight up to and with this hour, as the Fraud Detection Handbook has it (chapter 3.3)."""
HOLIDAYS: Final = ((1, 1), (2, 14), (11, 11), (12, 24), (12, 25), (12, 26), (12, 31))
"""Month and day; besides, the Friday and the Monday after the fourth Thursday of November."""

_SATURDAY, _THURSDAY = 5, 3
_EPOCH: Final = date(1970, 1, 1).toordinal()


def calendar_term(term: str, at_us: int) -> int:
    """The term at microseconds since 1970.

    `hour` 0-23, `weekday` 0 for Monday, `month_day` 1-31; 0 or 1 for `weekend`, `night`, and `holiday`, a day on
    which shops are fuller than on others.
    """
    hour = at_us // HOUR_US
    day = date.fromordinal(_EPOCH + hour // 24)
    match term:
        case "hour":
            return hour % 24
        case "weekday":
            return day.weekday()
        case "weekend":
            return int(day.weekday() >= _SATURDAY)
        case "night":
            return int(hour % 24 <= NIGHT_UNTIL_HOUR)
        case "month_day":
            return day.day
        case "holiday":
            return int(day in _holidays(day.year))
    raise AssertionError(term)


@cache
def _holidays(year: int) -> frozenset[date]:
    november = date(year, 11, 1)
    thursday = november + timedelta(days=(_THURSDAY - november.weekday()) % 7 + 21)
    moving = (thursday + timedelta(days=1), thursday + timedelta(days=4))
    return frozenset((*(date(year, month, day) for month, day in HOLIDAYS), *moving))
