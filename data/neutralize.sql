-- A copy of the database must not speak to a real provider.
UPDATE direct_provider
   SET state = 'disabled',
       api_key_sealed = NULL,
       updox_password_sealed = NULL,
       shared_password_sealed = NULL,
       client_key_sealed = NULL,
       callback_secret_sealed = NULL,
       callback_secret_next_sealed = NULL,
       callback_secret_former_sealed = NULL;
UPDATE direct_account
   SET mailbox_password_sealed = NULL;
-- A copy has nothing to say; what is connected here anew speaks as this database.
DELETE FROM ir_config_parameter WHERE key = 'direct_messaging.speaks_as';
