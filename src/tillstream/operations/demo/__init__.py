"""The whole loop on one machine, step by step, each step checked.

In: commands of the packages below, a running stack. Out: a line of counts and seconds a step, a summary as JSON.
See: docs/howto/run-the-stack.md.
"""
