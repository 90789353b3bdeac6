from odoo import http
from odoo.exceptions import AccessError, UserError
from odoo.http import content_disposition, request


class SettlementDocumentController(http.Controller):
    """Where a stored document is downloaded: as it came, compared with its SHA-256."""

    @http.route("/settlement/document/<int:document_id>", type="http", auth="user", methods=["GET"], readonly=True)
    def download(self, document_id):
        """Send the file to who may read the document; a changed one is not sent."""
        document = request.env["account.settlement.document"].browse(document_id).exists()
        if not document:
            raise request.not_found()
        try:
            content = document._get_content()
        except AccessError:
            raise request.not_found() from None
        except UserError as error:
            plain = [("Content-Type", "text/plain; charset=utf-8")]
            return request.make_response(str(error), headers=plain, status=409)
        headers = [
            ("Content-Type", "application/octet-stream"),
            ("Content-Length", len(content)),
            ("X-Content-Type-Options", "nosniff"),
            ("Content-Disposition", content_disposition(document.name)),
        ]
        return request.make_response(content, headers=headers)
