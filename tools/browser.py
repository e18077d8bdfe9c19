# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A headless Chromium driven through its DevTools protocol. Runs in the environment, for websocket-client."""

import base64
import contextlib
import json
import shutil
import subprocess
import tempfile
import time
import urllib.request
from pathlib import Path

import websocket

SWITCHES = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
    "--force-color-profile=srgb",
    "--remote-debugging-port=0",
    "--remote-allow-origins=*",
)
PATIENCE = 30
# The document and its fonts are there, nothing says that it is loading, and Odoo's client shows a view.
SETTLED = """
document.readyState === 'complete' && document.fonts.status === 'loaded'
  && !document.querySelector('.o_loading_indicator, .o_blockUI, .fa-spin')
  && (!document.querySelector('body.o_web_client') || !!document.querySelector('.o_action_manager > *, .modal'))
"""
# The largest height among the page and the parts of Odoo's screens that scroll by themselves.
FULL_HEIGHT = """
[innerWidth, Math.max(document.documentElement.scrollHeight,
  ...[...document.querySelectorAll('.o_content, .o_form_sheet_bg, .o_form_renderer, #wrapwrap')]
    .map(part => part.scrollHeight + part.getBoundingClientRect().top))]
"""
HIGHEST = 16000


class PageError(Exception):
    """The page did not do what was asked of it."""


class Browser:
    """One browser with one page."""

    def __init__(self, executable):
        """Start the browser."""
        self.profile = Path(tempfile.mkdtemp(prefix="service-browser-"))
        self.process = subprocess.Popen(
            [executable, *SWITCHES, f"--user-data-dir={self.profile}", "about:blank"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self.counter = 0
        self.errors = []
        self.socket = websocket.create_connection(self._page_address(), timeout=PATIENCE, max_size=None)
        for domain in ("Page", "Runtime", "Network", "Log"):
            self.send(f"{domain}.enable")

    def _page_address(self):
        port_file = self.profile / "DevToolsActivePort"
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            with contextlib.suppress(OSError, ValueError, IndexError, StopIteration):
                port = int(port_file.read_text(encoding="ascii").splitlines()[0])
                with urllib.request.urlopen(f"http://127.0.0.1:{port}/json/list", timeout=PATIENCE) as answer:
                    targets = json.load(answer)
                return next(target["webSocketDebuggerUrl"] for target in targets if target["type"] == "page")
            time.sleep(0.1)
        raise PageError("The browser does not start.")

    def send(self, method, **parameters):
        """Call a method of the protocol and return its result."""
        number = self._post(method, **parameters)
        while True:
            message = json.loads(self.socket.recv())
            self._remember(message)
            if message.get("id") == number:
                if "error" in message:
                    raise PageError(f"{method}: {message['error']['message']}")
                return message["result"]

    def _post(self, method, **parameters):
        """Call a method of the protocol without waiting, and return the number of the call."""
        self.counter += 1
        self.socket.send(json.dumps({"id": self.counter, "method": method, "params": parameters}))
        return self.counter

    def _remember(self, message):
        if message.get("method") == "Page.javascriptDialogOpening":
            # "Leave without saving?" would wait for ever.
            self._post("Page.handleJavaScriptDialog", accept=True)
        if message.get("method") == "Runtime.exceptionThrown":
            details = message["params"]["exceptionDetails"]
            self.errors.append(details.get("exception", {}).get("description") or details["text"])
        elif message.get("method") == "Log.entryAdded" and message["params"]["entry"]["level"] == "error":
            entry = message["params"]["entry"]
            self.errors.append(f"{entry['text']} {entry.get('url', '')}")

    def evaluate(self, expression):
        """Return the value of a JavaScript expression."""
        result = self.send("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in result:
            raise PageError(result["exceptionDetails"].get("exception", {}).get("description", expression))
        return result["result"].get("value")

    def resize(self, width, height):
        """Set the size of the page; up to 600 wide it is a phone with a touch screen."""
        phone = width <= 600
        self.send(
            "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=phone
        )
        self.send("Emulation.setTouchEmulationEnabled", enabled=phone)

    def open(self, address):
        """Go to an address and wait until the page has settled."""
        result = self.send("Page.navigate", url=address)
        if result.get("errorText"):
            raise PageError(f"{address}: {result['errorText']}")
        self.settle()

    def wait(self, condition, what):
        """Wait until a JavaScript expression is true."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            with contextlib.suppress(PageError):
                if self.evaluate(condition):
                    return
            time.sleep(0.1)
        raise PageError(f"{what} did not come within {PATIENCE} s")

    def settle(self):
        """Wait until the page has stopped to change: the same markup three times, a moment apart."""
        self.wait(SETTLED, "the whole page")
        before, same = None, 0
        deadline = time.monotonic() + PATIENCE
        while same < 3 and time.monotonic() < deadline:
            time.sleep(0.15)
            now = self.evaluate("document.body.innerHTML.length + '|' + document.documentElement.scrollHeight")
            same = same + 1 if now == before else 0
            before = now

    def element(self, selector):
        """Return the JavaScript that finds an element: a CSS selector, or `text=...` for a button or link."""
        if selector.startswith("text="):
            text = json.dumps(selector[5:])
            return (
                "[...document.querySelectorAll('button, a, [role=tab], [role=menuitem], label, td, span')]"
                f".find(e => e.offsetParent !== null && e.textContent.trim() === {text})"
            )
        return f"document.querySelector({json.dumps(selector)})"

    def click(self, selector):
        """Click on an element, once it is there, and wait until the page has settled."""
        found = self.element(selector)
        self.wait(f"!!({found})", selector)
        box = self.evaluate(
            f"(() => {{ const e = {found}; e.scrollIntoView({{block: 'center'}}); const b = e.getBoundingClientRect();"
            " return [b.x + b.width / 2, b.y + b.height / 2]; })()"
        )
        for kind in ("mouseMoved", "mousePressed", "mouseReleased"):
            self.send(
                "Input.dispatchMouseEvent", type=kind, x=box[0], y=box[1], button="left", clickCount=1
            )
        self.settle()

    def type(self, selector, text):
        """Put a text into a field."""
        self.click(selector)
        self.send("Input.insertText", text=text)
        self.settle()

    def picture(self, file, full=False):
        """Write a PNG of what is visible, or of the full height of the page."""
        if full:
            width, height = self.evaluate(FULL_HEIGHT)
            self.resize(width, int(min(height, HIGHEST)) + 1)
            self.settle()
        data = self.send("Page.captureScreenshot", format="png")["data"]
        Path(file).parent.mkdir(parents=True, exist_ok=True)
        Path(file).write_bytes(base64.b64decode(data))

    def close(self):
        """Stop the browser and remove what it kept."""
        with contextlib.suppress(Exception):
            self.send("Browser.close")
        with contextlib.suppress(Exception):
            self.socket.close()
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        shutil.rmtree(self.profile, ignore_errors=True)
