"""Every engine asked the same at many positions of the online writer, every value compared: `make parity`.

In: a simulated shop, a log of your own, or a home. Out: the first differing triple, exit 1 when one differs.
"""
