"""What reading files, asking servers and checking values can report.

The codes are stored in databases and stay; the wording may be improved at any time.
"""

from .messages import _, register

register(
    {
        "text_only": _("%(error)s"),
        "settings_missing": _(
            "Nothing can be fetched from %(service)s: %(names)s is not entered. A system administrator enters it under "
            "Settings, Payment Providers and Webshops."
        ),
        "address_not_https": _(
            "The address is %(url)s. It must begin with https://, for example %(example)s, so that the keys are "
            "never sent unencrypted."
        ),
        "address_with_password": _(
            "The address contains a user name or password before an @. It was not stored. Enter the address "
            "without them, and enter the keys in their own fields."
        ),
        "address_with_unfit_characters": _(
            "The address contains a backslash, a space or a control character. Enter it as the browser shows it."
        ),
        "address_in_own_network": _(
            "The address of %(service)s, %(name)s, is inside this server's own network, where keys are not sent. "
            "Check the address. If it is intended, a system administrator sets the system parameter "
            "settlement_bridge.allow_local_addresses to True."
        ),
        "number_expected": _("%(field)s is %(value)s, but a number was expected. Nothing of the order was read."),
        "file_not_text": _(
            'The file "%(file)s" is not text in UTF-8, UTF-16 or Windows-1252. Download it again as CSV, XLSX or '
            "XML and upload it unchanged."
        ),
        "file_is_pdf": _('The file "%(file)s" is a PDF. Download the same settlement as CSV, XLSX or XML.'),
        "csv_row_unreadable": _(
            'The file "%(file)s", row %(row)s cannot be split into columns: a quotation mark is not closed, or a '
            "cell is too long. Download it again and upload it unchanged."
        ),
        "cell_unreadable": _(
            'The file "%(file)s", row %(row)s, column "%(column)s": found "%(found)s", expected %(expected)s. '
            "Nothing was read. Download the file again and upload it unchanged, or correct the row."
        ),
        "element_unreadable": _(
            'The file "%(file)s", line %(row)s, element "%(column)s": found "%(found)s", expected %(expected)s. '
            "Nothing was read. Download the file again and upload it unchanged."
        ),
        "file_cut_off_in_row": _(
            'The file "%(file)s" is cut off: its last row, %(row)s, has %(found)s columns, expected %(expected)s.'
            " Download the file again."
        ),
        "row_with_wrong_width": _(
            'The file "%(file)s", row %(row)s has %(found)s columns, expected %(expected)s as in its heading. A '
            "decimal comma in a comma-separated file can be the cause. Download the file again and upload it "
            "unchanged."
        ),
        "id_shortened_by_spreadsheet": _(
            'The file "%(file)s", row %(row)s, column "%(column)s": "%(found)s" is an id that a spreadsheet '
            "program has shortened. Download the file again and upload it without opening and saving it first."
        ),
        "expected_short_id": _("an id of at most 200 characters"),
        "expected_amount": _("an amount, for instance 1249.00 or -38,35"),
        "expected_whole_number": _("a whole number"),
        "expected_currency_code": _("a currency code of three letters, for instance NOK"),
        "expected_date": _("a date, for instance 2026-03-02 or 02.03.2026"),
        "expected_date_and_time": _("a date and time, for instance 2026-03-02 09:53:00"),
        "file_cut_off": _(
            'The file "%(file)s" is cut off: its end is missing. Download it again, and wait until it is complete.'
        ),
        "file_with_too_many_rows": _(
            'The file "%(file)s" has more than %(rows)s rows or %(columns)s columns. A settlement was expected. '
            "Download a shorter period at a time, and upload each file."
        ),
        "file_empty": _('The file "%(file)s" is empty. A settlement was expected. Download it again.'),
        "file_too_large": _(
            'The file "%(file)s" is %(size)s MB; the limit is %(limit)s MB. Download a shorter period at a time, '
            "and upload each file."
        ),
        "workbook_damaged": _(
            'The file "%(file)s" is damaged or cut off: it cannot be opened as an XLSX workbook. Download it '
            "again and upload it unchanged, or choose CSV."
        ),
        "workbook_protected": _(
            'The file "%(file)s" is protected by a password, or is a workbook in the old XLS format. Save it '
            "without a password as XLSX or CSV, and upload that."
        ),
        "archive_too_large": _(
            'The file "%(file)s" unpacks to %(size)s MB in %(parts)s parts, far more than a settlement. It was '
            "not opened. Download it again from the provider."
        ),
        "archive_damaged": _(
            'The file "%(file)s" is damaged or cut off: it cannot be opened as a ZIP archive. Download it again and '
            "upload it unchanged."
        ),
        "archive_encrypted": _(
            'The file "%(name)s" in "%(file)s" is protected by a password. Unpack it with the password, and upload the '
            "settlement files in it."
        ),
        "archive_empty": _(
            'The file "%(file)s" is a ZIP archive without any file in it. A settlement was expected. Download it again.'
        ),
        "archive_in_archive": _(
            'The file "%(name)s" in "%(file)s" is itself a ZIP archive. Unpack it, and upload the settlement files in '
            "it."
        ),
        "xml_with_definitions": _(
            'The file "%(file)s" contains a document type definition (DOCTYPE or ENTITY). Settlements have none, '
            "and such definitions can be used to attack the server, so the file was not read. Download it again "
            "from the provider."
        ),
        "xml_not_well_formed": _(
            'The file "%(file)s" is not well-formed XML: it cannot be read beyond line %(row)s. Download it again'
            " and upload it unchanged."
        ),
        "xml_cut_off": _(
            'The file "%(file)s" is cut off: its XML ends in line %(row)s before it is complete. Download it '
            "again, and wait until it is complete."
        ),
        "no_answer_in_time": _("%(service)s did not answer %(path)s in time. The next fetch tries again."),
        "keys_refused": _(
            "%(service)s does not accept the keys (401; %(answer)s). Enter the keys again in the settings."
        ),
        "redirect_refused": _(
            "%(service)s redirects %(path)s to another address, which is not followed. Check the address in the "
            "settings."
        ),
        "certificate_refused": _(
            "A secure connection to %(service)s could not be made: its certificate was not accepted. Check the "
            "clock and the certificates of this server."
        ),
        "answer_cut_off": _("The answer from %(service)s to %(path)s was cut off. The next fetch tries again."),
        "no_connection_to_address": _(
            "There was no connection to %(service)s at %(address)s, or it was lost. Check that the address is right. "
            "The next fetch tries again; if it keeps failing, check this server's access to the internet."
        ),
        "request_not_possible": _("The request %(path)s to %(service)s could not be made. Check the settings."),
        "server_says": _('it says "%(detail)s"'),
        "server_says_nothing": _("it gives no reason"),
        "access_denied": _(
            "The keys give no access to %(path)s at %(service)s (403; %(answer)s). Ask for access to it, or use "
            "other keys."
        ),
        "answer_not_json": _(
            "%(service)s answered %(path)s with incomplete or invalid JSON. The next fetch tries again; if it "
            "keeps failing, report it to %(service)s."
        ),
        "answer_too_large": _("%(service)s answered %(path)s with more than %(limit)s MB. It was not read."),
        "address_not_found": _(
            "%(service)s does not have %(path)s for these keys (404; %(answer)s). Check the address and the "
            "numbers in the settings, and that access has been granted."
        ),
        "server_asks_to_wait": _("%(service)s asks us to wait (429; %(answer)s). A later fetch tries again."),
        "server_fault": _("%(service)s has an internal error (%(status)s; %(answer)s). The next fetch tries again."),
        "request_refused": _(
            "%(service)s refused %(path)s (%(status)s; %(answer)s). Check the settings; if they are right, report it."
        ),
        "order_not_an_object": _("The order is not a JSON object. Nothing of it was read."),
        "order_field_missing": _("The field %(field)s is missing or empty. Nothing of the order was read."),
        "order_field_not_an_object": _("%(field)s is not a JSON object. Nothing of the order was read."),
        "order_field_not_a_list": _("%(field)s is not a list of objects. Nothing of the order was read."),
        "time_expected": _("%(field)s is %(value)s, but a date and time was expected. Nothing of the order was read."),
        "reading_normalised": _("read as %(value)s"),
        "reading_without_prefix": _("read without the shop's prefix, as %(value)s"),
        "reading_without_attempt": _("read without the attempt number, as %(value)s"),
    }
)
