"""One folder a use case: fit, and the trial against a named plain baseline.

In: datasets. Out: the judgement, and the files of an export.
See: docs/reference/models.md.
"""
