from . import (
    direct_authentication,
    direct_enrollment_draft,
    direct_referral_answer,
    direct_resend,
    direct_setup,
)
