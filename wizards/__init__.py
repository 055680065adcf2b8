from . import direct_enrollment_draft, direct_resend, direct_setup
