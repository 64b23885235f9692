"""Reading the XML of a bundle: no document type, no entity, no giant, nothing fetched."""

from lxml import etree

MOST = 1 << 20  # bytes


def read(content: bytes) -> etree._Element:
    """The root element of a diagram or table. ValueError, with a sentence, for what is not read."""
    if len(content) > MOST:
        raise ValueError(f"The file has {len(content):,} bytes; at most {MOST:,} are read.")
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        raise ValueError("The file is not UTF-8 text.") from None
    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        raise ValueError("The file has a document type (DOCTYPE).")
    parser = etree.XMLParser(
        encoding="utf-8",  # whatever the file declares: what was searched above is what is parsed
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        return etree.fromstring(content, parser)
    except etree.XMLSyntaxError as error:
        raise ValueError(f"The file is not well-formed XML: {error.msg}.") from None
