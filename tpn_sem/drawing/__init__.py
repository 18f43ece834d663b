"""What a reader sees of a fitted model: tables, path diagrams, plots, the page."""
