"""The command line: `tillstream <package> <verb> [thing]`, one file a package.

In: arguments. Out: exit 0 done, 1 failed, 2 misuse, 3 threshold not met; one sentence for a known error.
See: docs/reference/cli.md.
"""
