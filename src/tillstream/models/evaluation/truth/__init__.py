"""Judges the serving models by what the simulated shop hides from them.

In: serving exports, the lake, the folder of hidden truth. Out: one verdict a use case.
See: docs/reference/models.md, docs/howto/shop-world.md.
"""

from tillstream.models.evaluation.truth.judge import Verdict, judge_all

__all__ = ["Verdict", "judge_all"]
