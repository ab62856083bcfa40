"""What keeps the platform running: local services, jobs, and the watch over them.

In: settings, the commands of the layers below. Out: processes, their state, their logs.
See: docs/architecture.md, docs/howto/run-the-stack.md.
"""
