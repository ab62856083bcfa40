"""Plain rules that hold whatever a model says, and alone where there is none.

In: scores, facts. Out: a list within quotas, an action with its reason.
See: docs/reference/decisions.md.
"""
