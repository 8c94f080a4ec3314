"""How fast reading and training are; some results are recorded for the book."""
