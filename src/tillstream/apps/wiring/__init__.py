"""The only place that builds things from settings: one module a process.

In: Settings. Out: a process's parts, put together.
See: docs/architecture.md.
"""
