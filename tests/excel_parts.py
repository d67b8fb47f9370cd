"""The parts of a workbook that hold none of its cells, as spreadsheet programs write them."""

import struct
import zlib
from collections.abc import Mapping, Sequence
from xml.sax.saxutils import quoteattr

SCHEMAS = "http://schemas.openxmlformats.org"
MAIN = f"{SCHEMAS}/spreadsheetml/2006/main"
RELATIONS = f"{SCHEMAS}/officeDocument/2006/relationships"
PACKAGE = f"{SCHEMAS}/package/2006"
SHEETML = "application/vnd.openxmlformats-officedocument.spreadsheetml"
MICROSOFT = "http://schemas.microsoft.com/office"

BLANK, HEADING, TEXT, DAY, OWN_DAY, MOMENT, DECIMAL = range(7)
"""The cell formats of each workbook, by their places in `cellXfs`."""

FORMATS = {DAY: "14", OWN_DAY: "165", MOMENT: "22", DECIMAL: "166"}
CODES = {"164": "General", "165": r"yyyy\-mm\-dd", "166": '0.0" days"'}
"""LibreOffice lists General as a format of the workbook. The last code is no date format."""

WORKBOOK = {
    "excel": (
        '<fileVersion appName="xl" lastEdited="7" lowestEdited="7" rupBuild="1"/>'
        '<workbookPr codeName="ThisWorkbook"/>'
        '<mc:AlternateContent><mc:Choice Requires="x15"><x15ac:absPath url="/home/" '
        f'xmlns:x15ac="{MICROSOFT}/spreadsheetml/2010/11/ac"/></mc:Choice>'
        '</mc:AlternateContent><bookViews><workbookView windowWidth="9000"/></bookViews>',
        '<calcPr calcId="191029"/><extLst><ext uri="{B58B0392-4F1F-4190-BB64-5DF3571DCE5F}"'
        f' xmlns:xcalcf="{MICROSOFT}/spreadsheetml/2018/calcfeatures"><xcalcf:calcFeatures>'
        '<xcalcf:feature name="microsoft.com:RD"/></xcalcf:calcFeatures></ext></extLst>',
    ),
    "libreoffice": (
        '<fileVersion appName="Calc"/>'
        '<workbookPr backupFile="false" showObjects="all" date1904="false"/>'
        '<workbookProtection/><bookViews><workbookView tabRatio="600"/></bookViews>',
        '<calcPr iterateCount="100" refMode="A1" iterate="false" iterateDelta="0.0001"/>'
        '<extLst><ext xmlns:loext="http://schemas.libreoffice.org/" '
        'uri="{7626C862-2A13-11E5-B345-FEFF819CDC9F}">'
        '<loext:extCalcPr stringRefSyntax="ExcelA1"/></ext></extLst>',
    ),
    "google": ("<workbookPr/>", "<calcPr/>"),
    "sdk": ("", ""),
}


def styles(program: str) -> str:
    """Return the cell formats of a workbook."""
    codes = "".join(
        f'<numFmt numFmtId="{name}" formatCode={quoteattr(code)}/>' for name, code in CODES.items()
    )
    general = "164" if program == "libreoffice" else "0"
    formats = "".join(
        f'<xf numFmtId="{FORMATS.get(style, general)}" fontId="0" fillId="0" borderId="0" '
        'xfId="0" applyAlignment="1"><alignment wrapText="1"/></xf>'
        for style in range(DECIMAL + 1)
    )
    return (
        f'<styleSheet xmlns="{MAIN}"><numFmts count="{len(CODES)}">{codes}</numFmts>'
        '<fonts count="1"><font><sz val="10"/><name val="Arial"/></font></fonts>'
        '<fills count="1"><fill><patternFill patternType="none"/></fill></fills>'
        '<borders count="1"><border/></borders><cellStyleXfs count="1">'
        '<xf numFmtId="14" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
        f'<cellXfs count="{DECIMAL + 1}">{formats}</cellXfs></styleSheet>'
    )


def extensions() -> str:
    """Return the end of a sheet that has extras."""
    main = f"{MICROSOFT}/spreadsheetml/2009/9/main"
    return (
        '<pageSetup orientation="landscape" r:id="rId2"/><drawing r:id="rId1"/>'
        '<legacyDrawing r:id="rId4"/><extLst>'
        f'<ext uri="{{CCE6A557-97BC-4b89-ADB6-D9C93CAAB3DF}}" xmlns:x14="{main}">'
        '<x14:dataValidations count="1" '
        f'xmlns:xm="{MICROSOFT}/excel/2006/main"><x14:dataValidation type="list">'
        "<x14:formula1><xm:f>$B$2:$B$3</xm:f></x14:formula1><xm:sqref>C4</xm:sqref>"
        "</x14:dataValidation></x14:dataValidations></ext></extLst>"
    )


def extras(number: int) -> dict[str, bytes]:
    """Return the parts that belong to a sheet and hold none of its cells."""
    made = {}
    drawing = f"{SCHEMAS}/drawingml/2006/spreadsheetDrawing"
    made[f"xl/worksheets/_rels/sheet{number}.xml.rels"] = relations(
        [
            ("drawing", f"../drawings/drawing{number}.xml"),
            ("printerSettings", f"../printerSettings/printerSettings{number}.bin"),
            ("comments", f"../comments{number}.xml"),
            ("vmlDrawing", f"../drawings/vmlDrawing{number}.vml"),
        ]
    )
    made[f"xl/drawings/drawing{number}.xml"] = xml(
        f'<xdr:wsDr xmlns:xdr="{drawing}" xmlns:a="{SCHEMAS}/drawingml/2006/main"/>'
    )
    made[f"xl/printerSettings/printerSettings{number}.bin"] = bytes(range(256))
    picture = relations([("image", "../media/image1.png")])
    made[f"xl/drawings/_rels/drawing{number}.xml.rels"] = picture
    made["xl/media/image1.png"] = png()
    note = f'<comments xmlns="{MAIN}"><authors><author>a</author></authors><commentList>'
    note += '<comment ref="A1" authorId="0"><text><t>A remark</t></text></comment>'
    made[f"xl/comments{number}.xml"] = xml(f"{note}</commentList></comments>")
    made[f"xl/drawings/vmlDrawing{number}.vml"] = (
        b'<xml xmlns:v="urn:schemas-microsoft-com:vml"><v:shape id="s"><br></v:shape></xml>'
    )
    return made


def extra_types(number: int) -> dict[str, str]:
    """Return the content types of the extra parts that their file names do not give."""
    return {
        f"xl/drawings/drawing{number}.xml": (
            "application/vnd.openxmlformats-officedocument.drawing+xml"
        ),
        f"xl/comments{number}.xml": f"{SHEETML}.comments+xml",
    }


def content_types(types: Mapping[str, str]) -> bytes:
    """Return the part that lists the content type of each part."""
    defaults = {
        "rels": "application/vnd.openxmlformats-package.relationships+xml",
        "xml": "application/xml",
        "png": "image/png",
        "bin": f"{SHEETML}.printerSettings",
        "vml": "application/vnd.openxmlformats-officedocument.vmlDrawing",
    }
    listed = [f'<Default Extension="{e}" ContentType="{t}"/>' for e, t in defaults.items()]
    listed += [f'<Override PartName="/{n}" ContentType="{t}"/>' for n, t in types.items()]
    return xml(f'<Types xmlns="{PACKAGE}/content-types">{"".join(listed)}</Types>')


def xml(body: str) -> bytes:
    return f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n{body}'.encode()


def relations(targets: Sequence[tuple[str, str]]) -> bytes:
    listed = "".join(
        f'<Relationship Id="rId{n}" Type="{RELATIONS}/{kind}" Target="{target}"/>'
        for n, (kind, target) in enumerate(targets, 1)
    )
    return xml(f'<Relationships xmlns="{PACKAGE}/relationships">{listed}</Relationships>')


def png() -> bytes:
    """Return a picture of one white pixel."""
    data = b"\x89PNG\r\n\x1a\n"
    for kind, body in (
        (b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)),
        (b"IDAT", zlib.compress(b"\x00\xff")),
        (b"IEND", b""),
    ):
        data += struct.pack(">I", len(body)) + kind + body
        data += struct.pack(">I", zlib.crc32(kind + body))
    return data
