"""Scorers, the same code in evaluation, batch and the API; nothing but numpy and LightGBM is imported.

In: an export's files, their digests checked before they are parsed. Out: candidates, risks, elasticities.
See: docs/reference/models.md, docs/adr/0007-immutable-exports.md.
"""

from tillstream.models.scoring.exports import USE_CASES, Export, load_export
from tillstream.models.scoring.load import load_scorer
from tillstream.models.scoring.payment import NEVER, PAYMENT_VALUES, payment_values
from tillstream.models.scoring.price import PriceScorer
from tillstream.models.scoring.recommend import Candidate, RecommendScorer
from tillstream.models.scoring.trees import ChurnScorer, FraudScorer

__all__ = [
    "NEVER",
    "PAYMENT_VALUES",
    "USE_CASES",
    "Candidate",
    "ChurnScorer",
    "Export",
    "FraudScorer",
    "PriceScorer",
    "RecommendScorer",
    "load_export",
    "load_scorer",
    "payment_values",
]
