"""Read a Markdown post: bytes in, an Issue out.

front_matter → metadata, and markdown → outline → structure → Issue. Nothing here reads files or clocks.
"""

from formatters.reading.post import Reading, read_post

__all__ = ["Reading", "read_post"]
