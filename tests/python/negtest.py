"""What the Python tests share: TAP, the built program, the folders of real data."""

import json
import os
import subprocess
import sys
import traceback

SOURCE = os.environ.get("NEGATOSCOPE_SOURCE", os.path.join(os.path.dirname(__file__), "..", ".."))
BUILD = os.environ.get("NEGATOSCOPE_BUILD", os.path.join(SOURCE, "build"))
CORPUS = os.environ.get("NEGATOSCOPE_CORPUS", os.path.join(SOURCE, "..", "shared", "corpus"))
PROGRAM = os.path.join(BUILD, "src", "negatoscope")


class Skip(Exception):
    pass


class Tap:
    """Counts and prints test points; one that raises has failed, with its trace."""

    def __init__(self):
        self.count = 0
        self.failed = 0
        print("TAP version 13", flush=True)

    def ok(self, condition, name, detail=""):
        self.count += 1
        self.failed += not condition
        print(f"{'ok' if condition else 'not ok'} {self.count} - {name}", flush=True)
        if not condition and detail:
            for line in str(detail).splitlines():
                print(f"# {line}", flush=True)
        return condition

    def skip(self, name, why):
        self.count += 1
        print(f"ok {self.count} - {name} # SKIP {why}", flush=True)

    def run(self, name, function, *args):
        try:
            result = function(*args)
            self.ok(result is None or not isinstance(result, str) and bool(result), name, result)
        except Skip as why:
            self.skip(name, why)
        except Exception:
            self.ok(False, name, traceback.format_exc())

    def done(self):
        print(f"1..{self.count}", flush=True)
        sys.exit(1 if self.failed else 0)


def manifest():
    """The corpus manifest, or None where there is no corpus."""
    path = os.path.join(CORPUS, "manifest.json")
    if not os.path.exists(path):
        return None
    with open(path, encoding="utf-8") as file:
        return json.load(file)


def negatoscope(*args, timeout=120, check=False):
    result = subprocess.run([PROGRAM, *args], capture_output=True, timeout=timeout)
    if check and result.returncode != 0:
        raise AssertionError(f"{args}: exit status {result.returncode}: {result.stderr.decode(errors='replace')}")
    return result


def json_lines(result):
    return [json.loads(line) for line in result.stdout.decode().splitlines() if line]
