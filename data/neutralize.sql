-- A copy of a database never asks a provider or a shop: keys are emptied and fetching is switched off.
UPDATE account_settlement_connection
   SET fetch_enabled = false;
UPDATE sale_webshop
   SET webhook_secret = NULL,
       fetch_enabled = false;
UPDATE settlement_setting SET value = NULL WHERE is_secret;
