"""The page that shows an API's document to people: Swagger UI, served by ourselves.

Here belongs the page around it; its scripts and styles come unchanged from the package flask-swagger-ui, for
no page of ours loads anything from other hosts.
"""

from lib.webapi.docs.routes import docs

__all__ = ["docs"]
