#!/usr/bin/env python3
"""The numbered pitfalls of imaging, each by the program's commands on objects written here and on the corpus. What can
only be seen in a window has its test there: the table is in DESIGN.md."""

import concurrent.futures
import os
import sys

sys.path.insert(0, os.path.join(os.environ.get("NEGATOSCOPE_SOURCE", "."), "tests", "python"))
import negtest  # noqa: E402
import pitfalls_objects  # noqa: E402
import pitfalls_space  # noqa: E402
import pitfalls_values  # noqa: E402
from synthetic import Folder  # noqa: E402

# Most of a test is waiting for programs that start.
WORKERS = 4


def run(function):
    folder = Folder()
    try:
        function(folder)
    finally:
        folder.cleanup()


def list_tests():
    tests = []
    for module in (pitfalls_values, pitfalls_space, pitfalls_objects):
        for name, synthetic, of_corpus in module.TESTS:
            tests.append(("pitfall " + name, synthetic))
            if of_corpus is not None:
                tests.append((f"pitfall {name}: corpus", of_corpus))
    return sorted(tests, key=lambda test: test[0])


def main():
    tap = negtest.Tap()
    tests = list_tests()
    with concurrent.futures.ThreadPoolExecutor(WORKERS) as pool:
        futures = [pool.submit(run, function) for _, function in tests]
        for (name, _), future in zip(tests, futures):
            tap.run(name, future.result)
    numbers = {int(name.split()[1]) for name, _ in tests}
    tap.ok(numbers == set(range(1, 35)), "every pitfall has a test", f"missing: {set(range(1, 35)) - numbers}")
    tap.done()


main()
