"""A feature's meaning in one place, computed by every engine, live ones too.

In: events on the log and in silver. Out: values at an instant, offline and online.
See: docs/howto/define-a-feature.md, docs/adr/0011-window-meaning.md, docs/adr/0015-feature-versions.md.
Late: counts live until its step is released, then in the next batch run.
Twice: each event_id counts once; a replay ends with the same tiles.
"""
