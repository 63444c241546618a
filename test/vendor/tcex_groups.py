"""Runs the group tests of ThreatConnect's own client, tcex, against the ThreatConnect simulator.

The client stays as its vendor wrote it, and beside this repository: docs/threatconnect.md says how to get it.

    python3 test/vendor/tcex_groups.py --tcex ../tcex

Prints what became of each test, by name. Fails if one fails that is about groups alone.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import threading
import urllib.error
import urllib.request
import xml.etree.ElementTree as ElementTree
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TESTS = "tests/api/tc/v3/groups"

# The vendor's tests write into an organization of this name; the simulator's has another one.
THEIR_OWNER = b"TCI"
OUR_OWNER = b"Demo Organization"

# What a test needs besides groups, and the simulator does not have.
NOT_GROUPS = {
    "test_artifact_associations": "POST /v3/cases, POST /v3/artifacts",
    "test_case_associations": "POST /v3/cases",
    "test_victim_asset_associations": "POST /v3/victims",
}


def proxy_to(simulator: str, token: str) -> ThreadingHTTPServer:
    """A server that hands out the token and passes all else on, with the name of the organization translated."""

    class Proxy(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def answer(self, status: int, headers: dict, body: bytes) -> None:
            self.send_response_only(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def handle_any(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            if self.path == "/token/api":
                answer = json.dumps({"status": "Success", "data": token}).encode()
                self.answer(200, {"Content-Type": "application/json"}, answer)
                return
            path = self.path.replace("=TCI", "=Demo%20Organization").replace("%22TCI%22", "%22Demo%20Organization%22")
            is_json = (self.headers.get("Content-Type") or "").startswith("application/json")
            request = urllib.request.Request(
                simulator + path,
                method=self.command,
                data=(translated(body, THEIR_OWNER, OUR_OWNER) if is_json else body) or None,
                headers={
                    name: value
                    for name, value in self.headers.items()
                    if name.lower() not in ("host", "content-length", "connection", "accept-encoding")
                },
            )
            try:
                response = urllib.request.urlopen(request)
            except urllib.error.HTTPError as error:
                response = error
            answer = translated(response.read(), OUR_OWNER, THEIR_OWNER)
            kept = {
                name: value
                for name, value in response.headers.items()
                if name.lower() not in ("content-length", "connection", "transfer-encoding", "keep-alive")
            }
            self.answer(response.status, kept, answer)

        do_GET = do_POST = do_PUT = do_DELETE = do_OPTIONS = handle_any

        def log_message(self, *_arguments) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Proxy)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


def translated(text: bytes, source: bytes, target: bytes) -> bytes:
    """The name where it is a whole JSON string."""
    quoted = text.replace(b'"' + source + b'"', b'"' + target + b'"')
    return quoted.replace(b'\\"' + source + b'\\"', b'\\"' + target + b'\\"')


def start_simulators() -> tuple[subprocess.Popen, dict]:
    tsx = ROOT / "node_modules" / ".bin" / "tsx"
    process = subprocess.Popen(
        [str(tsx), "test/simulators/start.ts", "--json"], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    line = process.stdout.readline() if process.stdout else ""
    if not line:
        raise SystemExit("The simulators did not start. Is `npm ci` done?")
    return process, json.loads(line)["threatConnect"]


def run_tests(tcex: Path, url: str, simulator: dict, only: str | None) -> list[tuple[str, str, str]]:
    """Name, outcome and the first line of what went wrong, of each test."""
    with tempfile.TemporaryDirectory() as work:
        report = Path(work) / "report.xml"
        command = [sys.executable, "-m", "pytest", TESTS, "-q", "--runxfail", f"--junitxml={report}"]
        command += ["-p", "no:cacheprovider", "-o", "addopts="] + (["-k", only] if only else [])
        environment = {
            **os.environ,
            "TC_API_PATH": url,
            "TC_TOKEN_URL": "/token/",
            "TC_API_ACCESS_ID": simulator["credentials"]["accessId"],
            "TC_API_SECRET_KEY": simulator["credentials"]["secretKey"],
            "PYTHONDONTWRITEBYTECODE": "1",
        }
        result = subprocess.run(command, cwd=tcex, env=environment, capture_output=True, text=True)
        if not report.exists():
            raise SystemExit(f"pytest did not run:\n{result.stdout[-3000:]}{result.stderr[-3000:]}")
        cases = list(ElementTree.parse(report).getroot().iter("testcase"))
        if not cases:
            raise SystemExit(f"pytest found no test:\n{result.stdout[-3000:]}")
        return [outcome_of(case) for case in cases]


def outcome_of(case: ElementTree.Element) -> tuple[str, str, str]:
    name = case.get("name") or ""
    for kind in ("failure", "error", "skipped"):
        found = case.find(kind)
        if found is not None:
            return name, kind, (found.get("message") or "").splitlines()[0][:300]
    return name, "passed", ""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--tcex", required=True, type=Path, help="where the vendor's client is checked out")
    parser.add_argument("-k", dest="only", help="only tests of this name, as pytest takes it")
    arguments = parser.parse_args()
    if not (arguments.tcex / TESTS).is_dir():
        raise SystemExit(f"There is no {TESTS} in {arguments.tcex}: check tcex out there.")
    process, simulator = start_simulators()
    try:
        proxy = proxy_to(simulator["url"] + "/api", simulator["credentials"]["apiToken"])
        url = f"http://127.0.0.1:{proxy.server_address[1]}"
        outcomes = run_tests(arguments.tcex.resolve(), url, simulator, arguments.only)
    finally:
        process.terminate()
        process.wait()
    for name, outcome, message in outcomes:
        needed = NOT_GROUPS.get(name)
        print(f"{outcome:8} {name}{f'  (needs {needed})' if needed else ''}{f': {message}' if message else ''}")
    passed = [name for name, outcome, _ in outcomes if outcome == "passed"]
    missed = [name for name, outcome, _ in outcomes if outcome != "passed" and name not in NOT_GROUPS]
    print(f"{len(passed)} of {len(outcomes)} tests pass")
    if missed:
        raise SystemExit(f"About groups, and failed: {', '.join(missed)}")


if __name__ == "__main__":
    main()
