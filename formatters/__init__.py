"""Read a Markdown digest and render it for chat: text in, parts out.

Pure by rule: no I/O, no clock, no platform SDK, no settings. The way through::

    reading.read_post(data, name=…, home=…) -> Issue (+ diagnostics)
    rendering.<platform>.render(view, words) -> Rendition of Parts
"""
