"""What must hold: real processes are killed, frozen, starved and fed wrongly; nothing is lost, nothing doubled.

In: nothing but this machine. Out: a line a fault, and results.json with machine and date. `make faults` runs them all.
See: catalogue.py for the faults, trial.py for how one is tried, tests/oracle for what judges.
"""
