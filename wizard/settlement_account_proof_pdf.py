import importlib.util

from markupsafe import Markup

from odoo import api, models
from odoo.exceptions import UserError

#: The states of Odoo's own program in which it prints.
PRINTS = ("ok", "upgrade", "workers")


class SettlementAccountProofPdf(models.AbstractModel):
    """How the proof is printed: by Odoo's report engine; where its program is missing, by WeasyPrint if it is there."""

    _name = "settlement.account.proof.pdf"
    _description = "Printing of the Proof of Accounts"

    @api.model
    def _find_engine(self):
        """Return ``wkhtmltopdf``, ``weasyprint``, or None where neither is installed."""
        if self.env["ir.actions.report"].get_wkhtmltopdf_state() in PRINTS:
            return "wkhtmltopdf"
        return "weasyprint" if importlib.util.find_spec("weasyprint") else None

    @api.model
    def _check_can_print(self):
        """:raises UserError: when nothing is installed that writes PDF."""
        if not self._find_engine():
            raise UserError(
                self.env._(
                    "This server has no program that writes PDF. Install wkhtmltopdf, which Odoo prints with (on "
                    "Debian: apt install wkhtmltopdf), or WeasyPrint (pip install weasyprint), and restart Odoo. Until "
                    "then, export it to Excel."
                )
            )

    @api.model
    def _write(self, proof):
        """Return the PDF of a ``settlement.account.proof`` as bytes."""
        self._check_can_print()
        if self._find_engine() == "wkhtmltopdf":
            report = "settlement_bridge.report_settlement_account_proof"
            return self.env["ir.actions.report"]._render_qweb_pdf(report, proof.ids)[0]
        return self._write_with_weasyprint(proof)

    @api.model
    def _write_with_weasyprint(self, proof):
        from weasyprint import HTML  # optional: nothing else needs it

        body = self.env["ir.qweb"]._render(
            "settlement_bridge.settlement_account_proof_page", {"doc": proof, "company": proof.company_id}
        )
        # nothing is fetched: styles are in the page itself
        html = Markup("<!DOCTYPE html><html><head><meta charset='utf-8'/></head><body>%s</body></html>") % body
        return HTML(string=str(html), url_fetcher=self._refuse_to_fetch).write_pdf()

    @staticmethod
    def _refuse_to_fetch(url, *_args, **_kwargs):
        raise ValueError(f"Nothing is fetched for a printed proof: {url}")
