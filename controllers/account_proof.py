from odoo import http
from odoo.exceptions import AccessError, UserError
from odoo.http import content_disposition, request

TYPES = {
    "pdf": "application/pdf",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


class AccountProofController(http.Controller):
    """Where a proof of accounts is downloaded, worked out anew with the rights of who asks."""

    @http.route("/settlement/proof/<int:proof_id>.<string:extension>", type="http", auth="user", methods=["GET"])
    def download(self, proof_id, extension):
        """Send the file to who opened the page."""
        proof = request.env["settlement.account.proof"].browse(proof_id).exists()
        if not proof or extension not in TYPES:
            raise request.not_found()
        try:
            proof.check_access("read")
            content = proof._get_pdf() if extension == "pdf" else proof._get_xlsx()
        except AccessError:
            raise request.not_found() from None
        except UserError as error:
            plain = [("Content-Type", "text/plain; charset=utf-8")]
            return request.make_response(str(error), headers=plain, status=409)
        headers = [
            ("Content-Type", TYPES[extension]),
            ("Content-Length", len(content)),
            ("X-Content-Type-Options", "nosniff"),
            ("Content-Disposition", content_disposition(proof._get_file_name(extension))),
        ]
        return request.make_response(content, headers=headers)
