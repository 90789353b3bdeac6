"""Rules get a company each, words for what was one text, and a state: those there are in use."""


def migrate(cr, version):
    """Prepare the rules of the version before for their new columns, so that none of them is lost.

    :param str version: the installed version; empty on a new installation.
    """
    if not version:
        return
    cr.execute(
        """
        ALTER TABLE account_settlement_rule
                ADD COLUMN state varchar, ADD COLUMN match_text varchar, ADD COLUMN match_text_param varchar
        """
    )
    cr.execute(
        """
        UPDATE account_settlement_rule
           SET state = 'used',
               kind = COALESCE(kind, 'customer'),
               match_text = CASE WHEN text IS NULL THEN NULL ELSE 'contains' END,
               match_text_param = text
        """
    )
    # A person's rule for every company becomes one for each company that has a provider. The shared rules that came
    # with the addon have successors of their own and only need some company until then.
    cr.execute(
        """
        INSERT INTO account_settlement_rule
               (name, sequence, active, state, company_id, kind, match_text, match_text_param, action, key,
                create_uid, create_date, write_uid, write_date)
        SELECT rule.name, rule.sequence, rule.active, rule.state, company.id, rule.kind, rule.match_text,
               rule.match_text_param, rule.action, rule.key,
               rule.create_uid, rule.create_date, rule.write_uid, rule.write_date
          FROM account_settlement_rule rule
          JOIN res_company company ON company.id IN (SELECT company_id FROM account_settlement_provider)
         WHERE rule.company_id IS NULL
           AND company.id != (SELECT company_id FROM account_settlement_provider ORDER BY id LIMIT 1)
           AND NOT EXISTS (
               SELECT 1 FROM ir_model_data data
                WHERE data.model = 'account.settlement.rule' AND data.res_id = rule.id
               )
        """
    )
    cr.execute(
        """
        UPDATE account_settlement_rule rule
           SET company_id = COALESCE(
                   (SELECT provider.company_id FROM account_settlement_provider provider ORDER BY provider.id LIMIT 1),
                   (SELECT company.id FROM res_company company ORDER BY company.id LIMIT 1)
               )
         WHERE rule.company_id IS NULL
        """
    )
