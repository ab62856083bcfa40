"""Benchmarks: ours beside a plain counterpart, both in one run, alternating. `make bench` runs them all.

In: nothing but this machine. Out: one line a figure, and research/benchmarks/results.json with machine and date.
See: results.json beside this file, README.md of the project.
"""
