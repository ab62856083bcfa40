"""Where the embedded set ends: rates, bytes, memory and restart time as a shop grows, on either set: `make limits`.

In: simulated shops of growing size. Out: results.json, docs/reference/limits.md.
See: docs/reference/limits.md.
"""
