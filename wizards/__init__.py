from . import direct_enrollment_draft, direct_setup
