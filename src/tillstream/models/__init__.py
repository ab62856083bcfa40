"""Models: what they learn from, how they are trained and judged, which one serves, and the scorers that serve.

In: the lake, features as of a moment. Out: immutable exports, the pointer to the serving one, runs in MLflow.
See: docs/reference/models.md.
"""
