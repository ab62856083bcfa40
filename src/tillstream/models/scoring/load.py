"""From an export to the scorer of its use case."""

from tillstream.models.scoring.exports import Export
from tillstream.models.scoring.price import PriceScorer
from tillstream.models.scoring.recommend import RecommendScorer
from tillstream.models.scoring.trees import ChurnScorer, FraudScorer

Scorer = RecommendScorer | PriceScorer | ChurnScorer | FraudScorer


def load_scorer(export: Export) -> Scorer:
    """The scorer whose files these are."""
    kinds = {"recommend": RecommendScorer, "price": PriceScorer, "churn": ChurnScorer, "fraud": FraudScorer}
    scorer: Scorer = kinds[export.use_case].parse(export.files)  # type: ignore[attr-defined]
    return scorer
