"""Judges the recommender on the log's last part: the next product of a session, or the next basket."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from tillstream.adapters.tracking import Plot
from tillstream.core.contracts import from_micros
from tillstream.core.errors import NotTrained
from tillstream.models.datasets.shop_log import ShopLog
from tillstream.models.evaluation.intervals import paired_interval
from tillstream.models.evaluation.trial import Trial
from tillstream.models.scoring.recommend import RecommendScorer
from tillstream.models.scoring.rows import Floats
from tillstream.models.training.recommend.fit import recommender_of

LATER = 0.2
"""Share of the log, by sessions or baskets, that is kept back."""
SESSION_TOP, BASKET_TOP = 20, 10
LEAST_CASES = 20
MOST_CASES = 3_000

Ranking = Callable[["Case"], Sequence[str]]


@dataclass(frozen=True, slots=True)
class Case:
    """What was known (newest first), who asked, and what came next."""

    recent: Sequence[str]
    customer_id: str | None
    wanted: frozenset[str]


def try_recommender(log: ShopLog, seed: int) -> Trial:
    """Ours against what sells and what sells in the last category, whichever is better.

    Cases are whole sessions: each product after the first is to be found in the top 20. A log without
    sessions is judged by each customer's first basket after the cut: recall in the top 10.
    """
    by_session = len(log.sessions) >= len(log.baskets)
    starts = [s.started_us for s in log.sessions] if by_session else [b.placed_us for b in log.baskets]
    cut = int(np.quantile(np.array(starts), 1 - LATER, method="higher")) if starts else 0
    groups = _next_products(log, cut) if by_session else _next_baskets(log, cut)
    if len(groups) < LEAST_CASES:
        raise NotTrained("recommend", f"only {len(groups)} later cases in this log, {LEAST_CASES} are needed")
    if len(groups) > MOST_CASES:
        chosen = np.random.default_rng(seed).choice(len(groups), MOST_CASES, replace=False)
        groups = [groups[at] for at in np.sort(chosen)]
    history = log.until(cut)
    scorer = recommender_of(history)
    popular = _Popular(scorer, log.categories)
    top = SESSION_TOP if by_session else BASKET_TOP
    ours = _found(groups, lambda case: [c.product_id for c in scorer.candidates(case.recent, top, case.customer_id)])
    plain = {"popularity": _found(groups, lambda _: popular.of_shop(top))}
    if by_session and log.categories:
        plain["popularity within the last category"] = _found(groups, lambda case: popular.of_category(case, top))
    name = max(plain, key=lambda one: float(plain[one].mean()))
    return Trial(
        use_case="recommend",
        measure=f"HR@{top} of the session's next product" if by_session else f"recall@{top} of the next basket",
        ours=float(ours.mean()),
        baseline=float(plain[name].mean()),
        baseline_name=name,
        gain=paired_interval(ours - plain[name]),
        split={"train_until": from_micros(cut).isoformat(), "test_until": from_micros(starts[-1]).isoformat()},
        beside={one: float(values.mean()) for one, values in plain.items()},
        plots=(_over_time(ours, plain),),
    )


def _next_products(log: ShopLog, cut: int) -> list[list[Case]]:
    """For each later session of two or more products, a case for each but the first."""
    groups = []
    for session in log.sessions:
        items = session.product_ids
        if session.started_us >= cut and len(items) > 1:
            groups.append(
                [
                    Case(items[:at][::-1], session.customer_id, frozenset(items[at : at + 1]))
                    for at in range(1, len(items))
                ]
            )
    return groups


def _next_baskets(log: ShopLog, cut: int) -> list[list[Case]]:
    """For each customer who had bought before, the first later basket."""
    before = {basket.customer_id for basket in log.baskets if basket.placed_us < cut}
    first: dict[str, Case] = {}
    for basket in log.baskets:
        if basket.placed_us >= cut and basket.customer_id in before and basket.product_ids:
            first.setdefault(basket.customer_id, Case((), basket.customer_id, frozenset(basket.product_ids)))
    return [[case] for case in first.values()]


def _found(groups: Sequence[Sequence[Case]], ranking: Ranking) -> Floats:
    """For each group, the mean share of what was wanted that the ranking holds."""
    shares = [
        np.mean([len(case.wanted.intersection(ranking(case))) / len(case.wanted) for case in group]) for group in groups
    ]
    return np.array(shares)


def _over_time(ours: Floats, plain: Mapping[str, Floats]) -> Plot:
    """The running mean over the later cases: whether the gain holds or fades."""
    count = np.arange(1, len(ours) + 1)
    lines = {
        name: (count.tolist(), (np.cumsum(values) / count).tolist())
        for name, values in {"neighbours": ours, **plain}.items()
    }
    return Plot("over_time", "Found among the first, over the later cases", "cases", "mean so far", lines)


class _Popular:
    """The plain baselines: what sells, in all and in the category of the newest product."""

    def __init__(self, scorer: RecommendScorer, categories: Mapping[str, str]) -> None:
        self._categories = categories
        self._shop = [candidate.product_id for candidate in scorer.candidates((), len(scorer.product_ids))]
        self._shelves: dict[str | None, list[str]] = {}
        for product_id in self._shop:
            self._shelves.setdefault(self._categories.get(product_id), []).append(product_id)

    def of_shop(self, top: int) -> Sequence[str]:
        return self._shop[:top]

    def of_category(self, case: Case, top: int) -> Sequence[str]:
        return self._shelves.get(self._categories.get(case.recent[0]), self._shop)[:top]
