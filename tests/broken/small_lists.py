"""The house where a list of strangers has ninety at most: a small crowd makes many of them."""

from bot.app import create_app
from scheduling import strangers

strangers.MOST = 90

app = create_app()
