"""What no visit may ever show, whatever it is about: errors in the console, refused content, requests to strangers."""

from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, ConsoleMessage, Request, WebError

# The browser's own note on every answer of 400 and above; what the page makes of it is what the tests look at.
ANSWERED_WITH_ERROR = "Failed to load resource:"


class Watch:
    """Writes down each fault of a context's pages."""

    def __init__(self, context: BrowserContext) -> None:
        self.faults: list[str] = []
        # Hosts that a test stands in for.
        self.known_hosts = {"127.0.0.1", ""}
        context.on("console", self._listen)
        context.on("weberror", self._catch)
        context.on("request", self._see)

    def _listen(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"} and not message.text.startswith(ANSWERED_WITH_ERROR):
            self.faults.append(f"console: {message.text}")

    def _catch(self, error: WebError) -> None:
        self.faults.append(f"uncaught: {error.error}")

    def _see(self, request: Request) -> None:
        if (urlsplit(request.url).hostname or "") not in self.known_hosts:
            self.faults.append(f"a request to a stranger: {request.url}")
