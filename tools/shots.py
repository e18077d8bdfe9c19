# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Pictures of pages, taken with a list on standard input. Runs in the environment, one browser for all.

The input is {"base": address, "browser": path, "shots": [...]}, each shot with `login` (its password is the same; none
for a visitor), `url`, `width`, `height`, `file`, `full` and `steps`, a list of [kind, value] with the kinds click,
wait and type ("selector=text"). A line is printed for each picture, and the errors that the page reported.
"""

import json
import sys

from websocket import WebSocketTimeoutException

from tools.browser import Browser, PageError

SIGN_IN = """
fetch('/web/session/authenticate', {{method: 'POST', headers: {{'Content-Type': 'application/json'}},
  body: JSON.stringify({{jsonrpc: '2.0', params: {{db: {db}, login: {login}, password: {login}}}}})}})
  .then(answer => answer.json()).then(answer => !!(answer.result && answer.result.uid))
"""


def main():
    """Take the pictures and return the number of those that failed."""
    work = json.load(sys.stdin)
    browser = Browser(work["browser"])
    failed = 0
    try:
        login = None
        for shot in work["shots"]:
            try:
                login = take(browser, work, shot, login)
                print(f"{shot['file']}  {shot['login'] or 'visitor'}  {shot['url']}", flush=True)
            except PageError as error:
                failed += 1
                browser.picture(shot["file"])
                print(f"{shot['file']}  FAILED: {error} (the picture shows how far it came)", flush=True)
            report(browser)
    except WebSocketTimeoutException:
        failed += 1
        print("The browser does not answer: is the machine very busy? Take the pictures again.", flush=True)
    finally:
        browser.close()
    return failed


def take(browser, work, shot, login):
    """Take one picture and return who is signed in now."""
    browser.resize(shot["width"], shot["height"])
    if shot["login"] != login:
        sign_in(browser, work, shot["login"])
    browser.open(work["base"] + shot["url"])
    for kind, value in shot["steps"]:
        if kind == "click":
            browser.click(value)
        elif kind == "wait":
            browser.wait(f"!!({browser.element(value)})", value)
            browser.settle()
        else:
            selector, _, text = value.rpartition("=")
            browser.type(selector, text)
    browser.picture(shot["file"], shot["full"])
    return shot["login"]


def sign_in(browser, work, login):
    """Start a new session, of a user or of a visitor."""
    browser.send("Network.clearBrowserCookies")
    if not login:
        return
    browser.open(work["base"] + "/web/login")
    script = SIGN_IN.format(db=json.dumps(work["db"]), login=json.dumps(login))
    if not browser.evaluate(script):
        raise PageError(f"{login} cannot sign in with the password {login}")


def report(browser):
    """Print what the page reported as errors."""
    for error in dict.fromkeys(browser.errors):
        print(f"    page error: {error.splitlines()[0]}", flush=True)
    browser.errors.clear()


if __name__ == "__main__":
    sys.exit(main())
