"""What people and programs touch: the API, the command line, and the wiring of each process.

In: requests, arguments, settings. Out: answers, exit codes, running services.
See: docs/architecture.md.
"""
