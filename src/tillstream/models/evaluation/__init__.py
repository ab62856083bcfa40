"""Measures, paired intervals, trials; `truth` judges by what the simulated shop hides.

In: labels and scores. Out: whether ours beats the baseline.
See: docs/reference/models.md.
"""
