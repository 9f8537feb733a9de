#!/usr/bin/python3
"""Counts test cases, prints what failed, and closes with "N passed, N failed, N skipped".

Arguments: meson test logs (*.json, one JSON object per line) and plain TAP files (*.tap).
Exit status: 0 when something passed and nothing failed.
"""
import json
import re
import sys

CASE = re.compile(r'(not )?ok\b\s*\d*\s*(?:- )?(.*?)(?:\s*(?<!\\)#\s*(SKIP|TODO)\b.*)?$', re.IGNORECASE)
PLAN = re.compile(r'1\.\.(\d+)\s*(?:#\s*(SKIP)\b)?', re.IGNORECASE)
OUTPUT_LIMIT = 60


def count_tap(text):
    """(passed, [failed names], skipped, planned or None); an empty plan counts as one skipped case."""
    passed, failed, skipped, planned = 0, [], 0, None
    for line in text.splitlines():
        plan = PLAN.match(line)
        if plan:
            planned = int(plan.group(1))
            if planned == 0:
                skipped += 1
            continue
        case = CASE.match(line)
        if not case:
            continue
        wrong, name, directive = case.groups()
        if directive and directive.upper() == 'SKIP':
            skipped += 1
        elif wrong:
            failed.append(name)
        else:
            passed += 1
    return passed, failed, skipped, planned


def count_test(record):
    """The cases of one meson test: (passed, [failed names], skipped)."""
    passed, failed, skipped, planned = count_tap(record.get('stdout') or '')
    seen = passed + len(failed) + skipped
    result = record['result']
    if seen == 0:
        if record.get('returncode') == 77:
            return 0, [], 1
        # Without TAP: by its exit status. A TAP test that said nothing has shown nothing.
        if result == 'OK' and planned is None:
            return 1, [], 0
        return 0, [f'({result.lower()}, no case reported)'], 0
    if planned and planned != seen:
        failed.append(f'({result.lower()}, {planned} cases planned, {seen} reported)')
    elif result not in ('OK', 'SKIP', 'EXPECTEDFAIL') and not failed:
        failed.append(f'({result.lower()}, exit status {record.get("returncode")})')
    return passed, failed, skipped


def tail(text):
    lines = [line for line in (text or '').rstrip().splitlines() if not line.startswith('ok ')]
    left_out = len(lines) - OUTPUT_LIMIT
    return ([f'... {left_out} lines before'] if left_out > 0 else []) + lines[-OUTPUT_LIMIT:]


def records(path):
    if path.endswith('.tap'):
        with open(path, encoding='utf-8') as file:
            text = file.read()
        if text:
            yield {'name': 'dev', 'stdout': text, 'result': 'OK'}
        return
    try:
        with open(path, encoding='utf-8', errors='replace') as file:
            for line in file:
                yield json.loads(line)
    except FileNotFoundError:
        yield {'name': path, 'stdout': '', 'result': 'ERROR', 'stderr': 'the tests did not run'}


def main(paths):
    total_passed, total_failed, total_skipped, report = 0, [], 0, []
    for path in paths:
        for record in records(path):
            passed, failed, skipped = count_test(record)
            # Where a suite was asked for, meson writes "project:suites / name".
            name = record['name'].split(' / ')[-1]
            total_passed += passed
            total_skipped += skipped
            total_failed += [f'{name}: {case}' for case in failed]
            if failed:
                report.append(f'--- {name} ({path})')
                report += tail(record.get('stdout')) + tail(record.get('stderr'))
    for line in report:
        print(line)
    for case in total_failed:
        print(f'FAILED {case}')
    print(f'{total_passed} passed, {len(total_failed)} failed, {total_skipped} skipped')
    return 0 if total_passed and not total_failed else 1


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
