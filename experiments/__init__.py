"""What trains for the book's records: stopped at any time, it goes on from there.

Nothing imports this. `python -m experiments --help`, from the root of a clone, lists
its commands; `timing/` measures how fast things are.
"""
