"""What a PDF holds: `python tests/browser/pdf.py FILE` prints it as JSON."""

import json
import sys

from pypdf import PdfReader


def fonts(page):
    """The fonts of a page: the name of each, and whether it is a whole font in the file."""
    for font in page["/Resources"].get("/Font", {}).values():
        inner = font.get_object()
        for part in inner.get("/DescendantFonts", [inner]):
            about = part.get_object().get("/FontDescriptor", {})
            file = {"/FontFile", "/FontFile2", "/FontFile3"} & about.keys()
            yield str(inner.get("/BaseFont")), bool(file) and inner["/Subtype"] != "/Type3"


def titles(outline):
    """What the outline lists, in its order."""
    for each in outline:
        yield from titles(each) if isinstance(each, list) else [each.title]


def main(file):
    """Prints what a PDF holds."""
    reader = PdfReader(file)
    catalogue = reader.trailer["/Root"]
    print(
        json.dumps(
            {
                "title": reader.metadata.title,
                "language": catalogue.get("/Lang"),
                "tagged": bool(catalogue["/MarkInfo"]["/Marked"])
                and "/StructTreeRoot" in catalogue,
                "outline": list(titles(reader.outline)),
                "fonts": dict(found for page in reader.pages for found in fonts(page)),
                "pages": [page.extract_text() for page in reader.pages],
                "places": sorted(reader.named_destinations),
            }
        )
    )


if __name__ == "__main__":
    main(sys.argv[1])
