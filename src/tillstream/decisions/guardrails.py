"""What a price may never do, whoever proposed it."""

from dataclasses import dataclass

from tillstream.decisions.policy import PricePolicy


@dataclass(frozen=True, slots=True)
class Guarded:
    """A price inside the rails, and a sentence for each rail that moved it."""

    price_cents: int
    reasons: tuple[str, ...]


def guard_price(
    proposed_cents: int, list_price_cents: int, cost_cents: int | None, on_hand: int | None, policy: PricePolicy
) -> Guarded:
    """Floor, ceiling, largest step, scarcity and margin, in that order: margin has the last word.

    All rails are whole cents, rounded inwards. A list price of 0 stays 0. Where the margin asks for
    more than the largest step allows, the list price stands if it covers the cost, else the margin's price.
    """
    if list_price_cents <= 0:
        return Guarded(0, ("the list price is 0",))
    price, reasons = proposed_cents, []
    low, high = _rails(list_price_cents, policy.floor, policy.ceiling)
    if price < low:
        price, reasons = low, [f"held at the floor, {policy.floor:.0%} of the list price"]
    if price > high:
        price, reasons = high, [f"held at the ceiling, {policy.ceiling:.0%} of the list price"]
    low, high = _rails(list_price_cents, 1 - policy.largest_step, 1 + policy.largest_step)
    if not low <= price <= high:
        price = min(max(price, low), high)
        reasons = [f"held at the largest step, {policy.largest_step:.0%} from the list price"]
    if on_hand is not None and 0 < on_hand <= policy.scarce and price < list_price_cents:
        price, reasons = list_price_cents, [f"not lowered: only {on_hand} left"]
    if cost_cents is not None:
        least = -(-cost_cents * round(1000 * (1 + policy.least_margin)) // 1000)
        if price < least:
            price = list_price_cents if list_price_cents >= least else least
            reasons.append(f"raised: the margin over cost must be at least {policy.least_margin:.0%}")
    return Guarded(price, tuple(reasons))


def _rails(list_price_cents: int, low: float, high: float) -> tuple[int, int]:
    """Whole cents inside [low, high] shares of the list price; shares count in thousandths."""
    return -(-list_price_cents * round(1000 * low) // 1000), list_price_cents * round(1000 * high) // 1000
