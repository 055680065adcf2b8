from . import direct_setup
