"""The pages of the staff and the call board: thin edges over the desk, made on the server."""

from console.blueprint import Outside, create_blueprint
from console.screen import create_screen

__all__ = ["Outside", "create_blueprint", "create_screen"]
