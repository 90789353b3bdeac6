"""What the template database holds beyond Odoo's modules: a Norwegian company with its chart of accounts."""


def run(env):
    """Move the main company to Norway.

    Odoo installs the modules for Norwegian companies the moment the country changes, and commits: done here, so that it
    does not happen in the middle of a test.
    """
    company = env.ref("base.main_company")
    company.country_id = env.ref("base.no")
    env["account.chart.template"].try_loading("no", company=company, install_demo=False)
    env["account.journal"].flush_model()
