from . import direct_authentication, direct_enrollment_draft, direct_setup
