"""What the lake must hold, worked out from what the producer says it sent; imports nothing of Tillstream.

In: the producer's own file, a line a record. Out: rows of silver, gold and dead letters, as plain dicts.
Standard library only, brute force where that is clearer: it is read to be believed.
"""
