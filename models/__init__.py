# What others inherit comes first
from . import direct_thread
from . import direct_referral_mixin
from . import direct_clinical_entry
from . import (
    direct_provider,
    direct_practice,
    direct_account,
    direct_agreement,
    direct_agreement_acceptance,
    direct_enrollment,
    direct_enrollment_attempt,
    direct_clinical_note,
    direct_clinical_problem,
    direct_clinical_medication,
    direct_clinical_allergy,
    direct_referral,
    direct_referral_recipient,
    direct_message,
    direct_message_outbox,
    direct_message_poll,
    direct_message_event,
    direct_message_repair,
    res_company,
    res_config_settings,
    res_partner,
    res_users,
)
