"""Whether something of the real data, or of the machine it lies on, would leave with a release.

    from synthnb.disclosure import scan

    for hit in scan(files, [real, train, control], charter, minimum_cell=10):
        print(hit)          # file, place and kind; never the value

Files are read as a person could read them: every output, source and metadata of notebooks, pages
with their tables, comments and embedded pictures, JSON and YAML, the text chunks of pictures, and
the attachments, metadata and strings of PDF files. What is *not* seen: pixels of pictures, the
glyphs of a PDF page (the same text lies in the attachment that synthnb puts into its datasheet),
coordinates of drawings, sums, averages and shares from which somebody could calculate a person's
value, and values that somebody encoded on purpose. docs/disclosure.md says how a hit is decided.
"""

from __future__ import annotations

from synthnb.disclosure.scan import Hit, Kind, scan

__all__ = ["Hit", "Kind", "scan"]
