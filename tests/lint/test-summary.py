#!/usr/bin/python3
"""The counting behind the last line of ./dev test: nothing that went wrong may be counted as passed."""
import importlib.util
import os
import sys

sys.dont_write_bytecode = True
SOURCE = os.environ.get('NEGATOSCOPE_SOURCE') or os.path.join(os.path.dirname(__file__), '../..')
sys.path.insert(0, os.path.join(SOURCE, 'tests/python'))
import negtest  # noqa: E402

spec = importlib.util.spec_from_file_location('summary', os.path.join(SOURCE, 'tests/tools/summary.py'))
summary = importlib.util.module_from_spec(spec)
spec.loader.exec_module(summary)

# What it is, the result meson gives, exit status, output; passed, failed, skipped.
CASES = [
    ('all passed', 'OK', 0, '1..2\nok 1 /a\nok 2 /b\n', (2, 0, 0)),
    ('comments and subtest noise', 'OK', 0, '# random seed: R02\n1..1\n# Start of a tests\nok 1 /a/b\n', (1, 0, 0)),
    ('one failed', 'FAIL', 1, '1..2\nok 1 - a\nnot ok 2 - b\n', (1, 1, 0)),
    ('one skipped', 'OK', 0, '1..2\nok 1 - a\nok 2 - b # SKIP no corpus\n', (1, 0, 1)),
    ('all skipped', 'SKIP', 0, '1..1\nok 1 /a # SKIP\n', (0, 0, 1)),
    ('empty plan', 'SKIP', 0, '1..0 # SKIP no display\n', (0, 0, 1)),
    ('unfinished work', 'OK', 0, '1..1\nnot ok 1 - a # TO' 'DO later\n', (0, 1, 0)),
    ('crash in the middle', 'ERROR', -11, '1..3\nok 1 /a\n', (1, 1, 0)),
    ('crash without a plan', 'ERROR', -6, 'ok 1 /a\n', (1, 1, 0)),
    ('crash before all', 'ERROR', -6, '', (0, 1, 0)),
    ('timeout', 'TIMEOUT', -15, '1..2\nok 1 /a\nok 2 /b\n', (2, 1, 0)),
    ('silent TAP test', 'SKIP', 0, '', (0, 1, 0)),
    ('fewer cases than planned', 'ERROR', 0, '1..2\nok 1 /a\n', (1, 1, 0)),
    ('sanitizer complaint after the cases', 'ERROR', 1, '1..1\nok 1 /a\n', (1, 1, 0)),
    ('not TAP, passed', 'OK', 0, 'fine\n', (1, 0, 0)),
    ('not TAP, failed', 'FAIL', 1, 'bad\n', (0, 1, 0)),
    ('not TAP, skipped', 'SKIP', 77, '', (0, 0, 1)),
]


def main():
    tap = negtest.Tap()
    for name, result, status, output, expected in CASES:
        passed, failed, skipped = summary.count_test({'result': result, 'returncode': status, 'stdout': output})
        came = (passed, len(failed), skipped)
        tap.ok(came == expected, name, f'{expected} expected, {came} came')
    tap.done()


if __name__ == '__main__':
    main()
