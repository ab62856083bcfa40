"""The world's hidden truth, apart from everything that is received.

In: what the world decided. Out: a folder of its own, read only by models/evaluation/truth.
Late: truth knows no lateness; it is dated by when things happened.
Twice: the same world writes the same bytes.
See: docs/howto/shop-world.md.
"""

from tillstream.data.sources.world.truth.folder import read_truth, write_truth
from tillstream.data.sources.world.truth.ledger import BotTruth, CustomerTruth, FraudTruth, Ledger, ProductTruth, Truth

__all__ = ["BotTruth", "CustomerTruth", "FraudTruth", "Ledger", "ProductTruth", "Truth", "read_truth", "write_truth"]
