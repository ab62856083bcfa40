"""What the API knows without the lake and the store: catalogue, popularity, tastes, last churn scores, search index.

In: silver and gold tables, churn scores. Out: a folder of arrays that every API process maps into memory.
See: docs/reference/decisions.md.
"""
