"""One file, one Lambda entry point: the listing is what runs.

Nearly all that a function loads lives as long as its process: looking for garbage after every 700
objects of it, as Python does, takes a twentieth of a cold start. So this is the first thing said.
"""

import gc

OBJECTS = 200_000
"""How many more there are before a function looks for garbage: twice those of a cold start."""

gc.set_threshold(OBJECTS)
