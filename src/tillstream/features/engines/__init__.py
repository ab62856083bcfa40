"""A definition compiled to each engine.

In: definitions; events of the log or of silver. Out: values at an instant, or tiles.
See: docs/adr/0011-window-meaning.md.
Late: belongs to the step of its event time, in every engine.
Twice: the first of an event_id on a day counts.
"""
