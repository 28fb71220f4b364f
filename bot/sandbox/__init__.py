"""A local Telegram and a local Slack that the real SDKs talk to: for the demo and for tests.

They stand for third parties, so they know nothing of digests, and share no code with the rest of the bot. Start with
`bot.sandbox.server.Sandbox`.
"""
