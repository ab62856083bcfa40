"""The pictures, one function each; every one says in its caption what to see."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from matplotlib.figure import Figure

from tillstream.data.sources.world.loyalty import CAUSES
from tillstream.data.sources.world.plots.tally import Tally

BLUE, ORANGE, GREEN, RED, GREY, PURPLE = "#2f6fab", "#d9822b", "#4a9a62", "#b8433f", "#9aa1a9", "#7a5ea8"
_WIDE: Final = (7.2, 3.8)
_PRICED: Final = (("shirts", BLUE), ("headphones", ORANGE), ("chairs", GREEN))
_FEW_VIEWS, _BINS = 10, 7
_STEPS: Final = (85, 90, 95, 100, 105, 110, 115)
_KINDS: Final = (("authorized", BLUE), ("declined", GREY), ("charged_back", RED))


@dataclass(frozen=True, slots=True)
class Picture:
    """A figure with its title and one sentence."""

    title: str
    caption: str
    draw: Callable[[Tally, Any], None]

    def figure(self, tally: Tally) -> Figure:
        """Draws it."""
        figure = Figure(figsize=_WIDE, layout="constrained")
        axes = figure.add_subplot()
        axes.spines[["top", "right"]].set_visible(False)
        self.draw(tally, axes)
        return figure


def _hours(tally: Tally, axes: Any) -> None:
    weekends = sum(np.datetime64(day).astype("M8[D]").astype(int) % 7 in (2, 3) for day in tally.days)
    for weekend, color, label in ((False, BLUE, "weekday"), (True, ORANGE, "weekend")):
        days = max(1, weekends if weekend else len(tally.days) - weekends)
        axes.plot(range(24), [tally.hours[weekend, hour] / days for hour in range(24)], color=color, lw=2, label=label)
    axes.set(xlabel="hour of the day, UTC", ylabel="product views an hour", xticks=range(0, 24, 3), ylim=(0, None))
    axes.legend(frameon=False)


def _days(tally: Tally, axes: Any) -> None:
    days = sorted(tally.days)
    axes.plot(range(len(days)), [tally.days[day] for day in days], color=BLUE, lw=2)
    ticks = range(0, len(days), max(1, len(days) // 6))
    axes.set(ylabel="product views a day", ylim=(0, None), xticks=ticks, xticklabels=[days[at][5:] for at in ticks])


def _baskets(tally: Tally, axes: Any) -> None:
    values = np.array(tally.baskets_cents) / 100
    axes.hist(values, bins=np.geomspace(8, 4_000, 40), color=BLUE)
    axes.set_xscale("log")
    axes.set(xlabel="value of the order, EUR (log scale)", ylabel="orders", xticks=[10, 30, 100, 300, 1_000, 3_000])
    axes.set_xticklabels(["10", "30", "100", "300", "1,000", "3,000"])
    axes.minorticks_off()
    shares = [f"{lines}: {n / len(values):.0%}" for lines, n in sorted(tally.basket_lines.items())[:4]]
    axes.text(0.98, 0.95, "products an order\n" + "\n".join(shares), transform=axes.transAxes, ha="right", va="top")


def _prices(tally: Tally, axes: Any) -> None:
    elasticity = _mean_elasticity(tally)
    for category, color in _PRICED:
        rates = np.array([tally.carts[category, step] / max(1, tally.looks[category, step]) for step in _STEPS])
        spread = np.sqrt(rates * (1 - rates) / np.array([max(1, tally.looks[category, step]) for step in _STEPS]))
        axes.errorbar(_STEPS, rates * 100, spread * 100, fmt="o", color=color, ms=5, capsize=2)
        curve = rates.mean() * (np.array(_STEPS) / 100) ** -elasticity[category]
        label = f"{category}, elasticity {elasticity[category]:.1f}"
        axes.plot(_STEPS, curve * 100, color=color, lw=1.5, label=label)
    axes.set(xlabel="price shown, % of the list price", ylabel="carted, % of looks", ylim=(0, None), xticks=_STEPS)
    axes.legend(frameon=False)


def _mean_elasticity(tally: Tally) -> dict[str, float]:
    sums: Counter[str] = Counter()
    sizes: Counter[str] = Counter()
    for product in tally.truth.products:
        category = product.product_id.rpartition("-")[0]
        sums[category] += product.elasticity  # type: ignore[assignment]
        sizes[category] += 1
    return {category: sums[category] / size for category, size in sizes.items()}


def _frauds(tally: Tally, axes: Any) -> None:
    patterns = sorted({fraud.pattern for fraud in tally.truth.frauds})
    counts = {kind: [tally.payments[pattern, kind] for pattern in patterns] for kind, _ in _KINDS}
    for row, (kind, color) in enumerate(_KINDS):
        places = np.arange(len(patterns)) + (row - 1) * 0.26
        axes.barh(places, counts[kind], height=0.24, color=color, label=kind.replace("_", " "))
    axes.set(xlabel="payments", yticks=range(len(patterns)), yticklabels=[p.replace("_", " ") for p in patterns])
    axes.invert_yaxis()
    axes.legend(frameon=False)


def _categories(tally: Tally, axes: Any) -> None:
    names = [name for name, _ in tally.views.most_common()]
    for row, (counts, color, label) in enumerate(((tally.views, BLUE, "views"), (tally.sold, ORANGE, "sold"))):
        total = max(1, sum(counts.values()))
        places = np.arange(len(names)) + (row - 0.5) * 0.38
        axes.bar(places, [100 * counts[name] / total for name in names], 0.36, color=color, label=label)
    axes.set(ylabel="share, %", xticks=range(len(names)))
    axes.set_xticklabels(names, rotation=30, ha="right")
    axes.legend(frameon=False)


def _leaving(tally: Tally, axes: Any) -> None:
    days = sorted(tally.days)
    colors = (RED, ORANGE, BLUE, PURPLE, GREY)
    left = [
        (customer.cause, customer.left_at.date().isoformat()) for customer in tally.truth.customers if customer.left_at
    ]
    curves = [_running(days, [on for why, on in left if why == cause]) for cause in CAUSES]
    size = max(1, len(tally.truth.customers))
    labels = [cause.replace("_", " ") for cause in CAUSES]
    axes.stackplot(range(len(days)), 100 * np.array(curves) / size, labels=labels, colors=colors)
    ticks = range(0, len(days), max(1, len(days) // 6))
    axes.set(ylabel="customers who have left, %", xticks=ticks, xticklabels=[days[at][5:] for at in ticks])
    axes.legend(frameon=False, loc="upper left")


def _running(days: Sequence[str], left_on: Sequence[str]) -> list[int]:
    counts = Counter(left_on)
    running: list[int] = np.cumsum([counts[day] for day in days]).tolist()
    return running


def _funnel(tally: Tally, axes: Any) -> None:
    steps = ("viewed", "cart_added", "checkout_started", "shipping_entered", "payment_entered")
    names = [*(step.replace("_", " ") for step in steps), "order placed"]
    counts = [*(tally.clicks[step] for step in steps), len(tally.baskets_cents)]
    axes.barh(range(len(names)), counts, color=BLUE)
    for place, count in enumerate(counts):
        axes.text(count, place, f" {count:,}", va="center")
    axes.set(xlabel="events", yticks=range(len(names)), yticklabels=names, xlim=(0, max(counts) * 1.12))
    axes.invert_yaxis()


def _weather(tally: Tally, axes: Any) -> None:
    keys = [key for key, views in tally.regions.items() if key in tally.celsius and views >= _FEW_VIEWS]
    degrees = np.array([float(np.mean(tally.celsius[key])) for key in keys])
    views = np.array([tally.regions[key] for key in keys])
    jackets = np.array([tally.jackets[key] for key in keys])
    edges = np.quantile(degrees, np.linspace(0, 1, _BINS + 1))
    bins = np.clip(np.searchsorted(edges, degrees, side="right") - 1, 0, _BINS - 1)
    looked = np.bincount(bins, views, _BINS)
    share = np.bincount(bins, jackets, _BINS) / looked
    middle = np.bincount(bins, degrees * views, _BINS) / looked
    axes.errorbar(middle, share * 100, 100 * np.sqrt(share / looked), fmt="o-", color=BLUE, capsize=2)
    axes.set(xlabel="temperature in the region that day, °C", ylabel="jackets, % of views", ylim=(0, None))


PICTURES: Final = (
    Picture("Traffic by hour", "Five kinds of day add up: early, office, evening, night, and a late weekend.", _hours),
    Picture("Traffic by day", "Weeks, paydays and rain; people leave, others register.", _days),
    Picture("Baskets", "From a toy to a camera; most orders hold one product.", _baskets),
    Picture("Prices against demand", "Points are what happened, lines the hidden elasticities.", _prices),
    Picture("Fraud by pattern", "Chargebacks come 3 to 30 days later, so the newest are still missing.", _frauds),
    Picture("Categories", "What is looked at and what is sold.", _categories),
    Picture("Leaving", "Who has left, by cause; visits then fade out in twelve days.", _leaving),
    Picture("From a look to an order", "Views, carts, the steps of the checkout, and what is paid for.", _funnel),
    Picture("Weather", "Cold days sell jackets, region by region; rain and promotions do too.", _weather),
)
