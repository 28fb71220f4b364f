"""Turn a view of an issue into the messages of one platform.

    telegram_html.render(view, words)   Telegram, sendMessage with HTML
    slack_blocks.render(view, words)    Slack, chat.postMessage with Block Kit
    plain_text.render(view, words)      a terminal

The way through is the same for all: `pages` decides what a message shows, as lines of styled text;
`packing` cuts what does not fit; the platform's module writes the lines in its own form.
"""
