from . import direct_provider, example_visit
