"""XML files, without entities or anything else that reaches outside of them."""

import re

from lxml import etree

from ..messages import DocumentError
from .size import check_size


def is_xml(content: bytes) -> bool:
    """Return whether the content begins as XML."""
    head = content[:256].replace(b"\0", b"").removeprefix(b"\xef\xbb\xbf").lstrip(b"\xff\xfe \t\r\n")
    return head.startswith(b"<")


_XML_ENCODING = re.compile(rb"""<\?xml[^>]*\bencoding\s*=\s*["']([^"']*)["']""")
_XML_ENCODINGS = {b"utf-8", b"utf-16", b"us-ascii", b"ascii", b"iso-8859-1", b"iso-8859-15", b"windows-1252"}


def has_definitions(content: bytes) -> bool:
    plain = content.replace(b"\0", b"").upper()  # without the zero bytes, UTF-16 reads like ASCII
    return b"<!DOCTYPE" in plain or b"<!ENTITY" in plain


def unsafe_xml(filename: str) -> DocumentError:
    return DocumentError(
        "xml_with_definitions",
        file=filename,
    )


def xml_root(filename: str, content: bytes):
    """Return the root element (lxml) of an XML file.

    No entity is resolved, nothing is fetched, no definition is loaded.

    :raises DocumentError: when it is empty, too large, cut off, not XML, or has a document type definition.
    """
    check_size(filename, content)
    declared = _XML_ENCODING.search(content[:512].replace(b"\0", b""))
    if has_definitions(content) or (declared and declared[1].lower() not in _XML_ENCODINGS):
        # an unusual encoding could hide a definition
        raise unsafe_xml(filename)
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=False,
        recover=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(content.strip(b" \t\r\n") if b"\0" not in content[:4] else content, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        line = getattr(error, "lineno", None) or 1
        lines = content.count(b"\n") + 1
        if line >= lines - 1:
            raise DocumentError(
                "xml_cut_off",
                file=filename,
                row=line,
            ) from None
        raise DocumentError(
            "xml_not_well_formed",
            file=filename,
            row=line,
        ) from None
    if root.getroottree().docinfo.doctype:
        raise unsafe_xml(filename)
    return root
