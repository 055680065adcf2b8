from . import example_visit
