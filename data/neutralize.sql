-- A copy of the database must not speak to a real provider.
UPDATE direct_provider
   SET state = 'disabled',
       api_key_sealed = NULL,
       updox_password_sealed = NULL,
       edge_password_sealed = NULL,
       edge_client_key_sealed = NULL,
       callback_secret_sealed = NULL,
       callback_secret_next_sealed = NULL,
       callback_secret_former_sealed = NULL;
UPDATE direct_account
   SET mailbox_password_sealed = NULL;
