"""Starts, watches and stops the services of one machine, and runs the jobs on their clock.

In: services and jobs as data, each a `tillstream …` command. Out: processes, `stack/status.json`, `logs/*.log`.
See: docs/howto/run-the-stack.md.
"""
