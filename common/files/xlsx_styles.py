"""The styles of an XLSX workbook that openpyxl cannot read: put aside, but for what makes a number a date."""

import io
import zipfile

from lxml import etree
from lxml.builder import ElementMaker

_NAMESPACE = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_make = ElementMaker(namespace=_NAMESPACE, nsmap={None: _NAMESPACE})

#: How the names of the parts end that are XML.
XML_PARTS = (".xml", ".rels", ".vml")

#: Where openpyxl looks for the styles.
_STYLES = "xl/styles.xml"

#: Who made the workbook and when; programs write times here that openpyxl refuses.
_PROPERTIES = "docProps/"


def with_plain_styles(content: bytes) -> bytes:
    """Return a workbook whose cells keep their values and number formats, and nothing else of their looks.

    Other programs write what Excel opens and openpyxl does not: empty ``<fill></fill>`` (a provider's own report), or
    colours and names that it does not expect. Number formats stay because they alone say which numbers are dates.

    :param content: an archive whose XML was checked to be safe to read; pictures and the like are left out.
    :raises lxml.etree.XMLSyntaxError: when the styles are not even XML.
    """
    stream = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as old,
        zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as new,
    ):
        for name in old.namelist():
            if name.lower().endswith(XML_PARTS) and not name.startswith(_PROPERTIES):
                part = old.read(name)
                new.writestr(name, _plain(part) if name == _STYLES else part)
    return stream.getvalue()


def _plain(styles: bytes) -> bytes:
    root = etree.fromstring(styles, etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False))
    formats = [
        _make.numFmt(numFmtId=element.get("numFmtId", "0"), formatCode=element.get("formatCode", ""))
        for element in root.iterfind("{*}numFmts/{*}numFmt")
    ]
    of_cells = [_make.xf(numFmtId=element.get("numFmtId", "0")) for element in root.iterfind("{*}cellXfs/{*}xf")]
    return etree.tostring(
        _make.styleSheet(
            _make.numFmts(*formats),
            _make.fonts(_make.font()),
            _make.fills(_make.fill(_make.patternFill())),
            _make.borders(_make.border()),
            _make.cellStyleXfs(_make.xf()),
            _make.cellXfs(*of_cells),
            _make.cellStyles(_make.cellStyle(name="Normal", xfId="0")),
        )
    )
