-- A copy of a database never asks a provider: keys are emptied and fetching is switched off.
UPDATE account_settlement_provider
   SET vipps_client_id = NULL,
       vipps_client_secret = NULL,
       vipps_subscription_key = NULL,
       fetch_enabled = false;
