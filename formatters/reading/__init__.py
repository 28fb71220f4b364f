"""Read a Markdown post: bytes in, an Issue out.

front_matter → metadata, and markdown → outline → structure → Issue. Nothing here reads files or clocks.
"""

from formatters.reading.post import MAX_BYTES, Reading, read_post

__all__ = ["MAX_BYTES", "Reading", "read_post"]
