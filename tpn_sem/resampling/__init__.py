"""Many data sets like the one at hand, and refits to them: draws, refits, workers, intervals.

Imports descend: `replicates` and `units` know nothing of models, `redraw` makes samples of what was
drawn, `refit` fits them.
"""
