"""The JSON interface for other programs: a thin edge over the desk."""

from api.blueprint import create_blueprint

__all__ = ["create_blueprint"]
