"""Why a list is as it is, and why each product is in it, in words."""

from tillstream.decisions.recommend.rank import Chosen, Ranked, RecommendFacts

_BY_SOURCE = {
    "session": "others who looked at the same went on to it",
    "together": "often looked at together with what you saw",
    "again": "it goes with what you bought",
}


def reason_for(facts: RecommendFacts, chosen: Chosen) -> str:
    """One short clause, as the page shows it."""
    if chosen.explored:
        return "something different, shown to learn what you like"
    titles = {one.product_id: one.title for one in facts.recent}
    if title := titles.get(facts.because.get(chosen.product_id, "")):
        return f"because you looked at {title}"
    if chosen.source in _BY_SOURCE:
        return _BY_SOURCE[chosen.source]
    if chosen.source == "taste":
        return f"popular in {chosen.category}, which you look at"
    return f"popular in {chosen.category}"


def reasons_of(facts: RecommendFacts, ranked: Ranked) -> list[str]:
    """What was missing, if anything, then what the list was built on."""
    return [*facts.notes, _built_on(facts, ranked)]


def _built_on(facts: RecommendFacts, ranked: Ranked) -> str:
    if facts.focus is not None:
        hits = sum(one.category == facts.focus for one in ranked.items)
        return f"{hits} of {len(ranked.items)} are {facts.focus}: that is what you look at"
    if facts.recent:
        return f"built on your last {len(facts.recent)} views"
    if facts.taste:
        return f"built on what you looked at before: {', '.join(facts.taste)}"
    return "nothing is known of you yet: the most popular of each category"
