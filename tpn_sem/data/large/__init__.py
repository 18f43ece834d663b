"""Data that do not fit into memory, read in batches: moments, patterns of missing answers, counts.

`source` reads batches of numbers through duckdb, `sums` adds them up, `categories` does so for
ordinal items, `store` saves what was added up.
"""
