"""The groups of Direct Messaging, by their XML ids."""

USER = "direct_messaging.group_user"
MANAGER = "direct_messaging.group_manager"
REPRESENTATIVE = "direct_messaging.group_legal_representative"
