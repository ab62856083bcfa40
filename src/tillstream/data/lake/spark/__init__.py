"""The lake's tables as Spark reads and writes them.

In: frames with the log positions they cover. Out: frames, commits.
Late: rows go to the partition of their own day, however old.
Twice: a commit names the positions it covers, in the same words as data.lake.writing.
See: docs/adr/0012-lake-positions.md, docs/adr/0014-spark-keeps-the-positions.md.
"""
