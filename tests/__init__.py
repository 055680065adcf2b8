from . import (
    test_address,
    test_crypto,
    test_hisp_sandbox,
    test_identifiers,
    test_referral,
    test_signature,
)
