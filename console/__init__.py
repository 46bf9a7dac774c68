"""The pages of the staff: thin edges over the desk, made on the server, usable without a mouse."""

from console.blueprint import create_blueprint

__all__ = ["create_blueprint"]
