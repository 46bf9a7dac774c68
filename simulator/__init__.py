"""A faithful stand-in for WeChat's servers, with a phone in the browser.

It knows nothing of the bot: the two meet over HTTP only, as WeChat and the bot do.
"""
