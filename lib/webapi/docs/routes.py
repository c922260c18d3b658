"""The routes of the page."""

from importlib.resources import files
from pathlib import Path

from apiflask import APIBlueprint
from flask import Response, send_from_directory

PAGE = Path(__file__).parent
# The package's own blueprint writes its settings into a script within the page, which our content policy forbids.
SWAGGER_UI = Path(str(files("flask_swagger_ui"))) / "dist"
FILES = {
    "swagger-ui.css": SWAGGER_UI,
    "swagger-ui-bundle.js": SWAGGER_UI,
    "favicon-32x32.png": SWAGGER_UI,
    "show.js": PAGE,
}


def docs() -> APIBlueprint:
    """The routes /docs and /docs/<file>, for the document at /openapi.json."""
    routes = APIBlueprint("docs", __name__, enable_openapi=False)

    @routes.get("/docs")
    def show_page() -> Response:
        return Response((PAGE / "index.html").read_text(), mimetype="text/html")

    @routes.get(f"/docs/<any({', '.join(map(repr, FILES))}):name>")
    def show_file(name: str) -> Response:
        return send_from_directory(FILES[name], name)

    return routes
