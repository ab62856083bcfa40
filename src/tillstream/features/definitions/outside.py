"""The world around the shop: weather where an order goes, the calendar, and what is told with the request."""

from typing import Final

from tillstream.features.definitions.aggregations import Calendar, Given, Last, Max, Mean, Min
from tillstream.features.definitions.families import asked, family

REGION: Final = (
    *family("region", "condition", "1d", Last("condition"), "The weather last reported.",
            topic="weather", key="region", suffix="last"),
    *family("region", "temperature", "1d", Last("temperature_celsius"), "The temperature last reported.",
            topic="weather", key="region", unit="celsius", suffix="last"),
    *family("region", "temperature_mean", "1d 7d", Mean("temperature_celsius"), "Mean of the temperatures reported.",
            topic="weather", key="region", unit="celsius"),
    *family("region", "temperature", "1d", Min("temperature_celsius"), "The lowest temperature reported.",
            topic="weather", key="region", unit="celsius", suffix="least_1d"),
    *family("region", "temperature", "1d", Max("temperature_celsius"), "The highest temperature reported.",
            topic="weather", key="region", unit="celsius", suffix="greatest_1d"),
    *family("region", "rain", "1h 1d", Max("precipitation_mm"), "The most rain or snow reported at once.",
            topic="weather", key="region", unit="mm"),
)  # fmt: skip

SHOP: Final = (
    *asked("shop__hour", Calendar("hour"), "Hour of the day (UTC).", unit="hours"),
    *asked("shop__weekday", Calendar("weekday"), "Day of the week (UTC), 0 for Monday.", unit="days"),
    *asked("shop__month_day", Calendar("month_day"), "Day of the month (UTC).", unit="days"),
    *asked("shop__weekend", Calendar("weekend"), "Whether it is Saturday or Sunday (UTC).", unit="flag"),
    *asked("shop__night", Calendar("night"), "Whether it is before 7 o'clock (UTC).", unit="flag"),
    *asked("shop__holiday", Calendar("holiday"), "Whether it is a day on which shops are full.", unit="flag"),
    *asked("shop__external_id", Given("external_id"), "Id of an outside system."),
    *asked("shop__economic_index", Given("economic_index"), "How the economy does, as an outside system says."),
)  # fmt: skip
