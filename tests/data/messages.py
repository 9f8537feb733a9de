#!/usr/bin/python3
"""The strings of po/ against the sources, as TAP; with --update, po/ is brought up to date instead."""
import os
import re
import subprocess
import sys
import tempfile

SOURCE = os.path.abspath(os.environ.get('NEGATOSCOPE_SOURCE') or
                         os.path.join(os.path.dirname(os.path.abspath(__file__)), '../..'))
sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(SOURCE, 'tests/python'))
import negtest  # noqa: E402

PO = os.path.join(SOURCE, 'po')
TEMPLATE = os.path.join(PO, 'negatoscope.pot')
MARKED = re.compile(r'(?<![\w"])(_|N_|C_|NC_|Q_|ngettext|g_dngettext|g_dpgettext2)\s*\(')
TRANSLATABLE = re.compile(r'translatable=["\'](yes|true|1)')
# As meson's preset for GLib, but places by file only: moving code is not a new string.
XGETTEXT = [
    'xgettext', '--package-name=negatoscope', '--from-code=UTF-8', '--add-comments', '--add-location=file',
    '--keyword=_', '--keyword=N_', '--keyword=C_:1c,2', '--keyword=NC_:1c,2', '--keyword=g_dcgettext:2',
    '--keyword=g_dngettext:2,3', '--keyword=g_dpgettext2:2c,3', '--flag=N_:1:pass-c-format',
    '--flag=C_:2:pass-c-format', '--flag=NC_:2:pass-c-format', '--flag=g_dngettext:2:pass-c-format',
    '--flag=g_strdup_printf:1:c-format', '--flag=g_string_printf:2:c-format',
    '--flag=g_string_append_printf:2:c-format', '--flag=g_error_new:3:c-format', '--flag=g_set_error:4:c-format',
]


def read(path):
    with open(path, encoding='utf-8') as file:
        return file.read()


def marked_files():
    """The files that hold strings for people, relative to the source folder."""
    found = []
    for top in ('data', 'src'):
        for folder, _, names in os.walk(os.path.join(SOURCE, top)):
            for name in names:
                path = os.path.join(folder, name)
                if name.endswith(('.desktop.in', '.metainfo.xml.in', '.gschema.xml')):
                    found.append(path)
                elif name.endswith('.ui') and TRANSLATABLE.search(read(path)):
                    found.append(path)
                elif name.endswith('.c') and MARKED.search(re.sub(r'/\*.*?\*/', '', read(path), flags=re.DOTALL)):
                    found.append(path)
    return sorted(os.path.relpath(path, SOURCE) for path in found)


def extract(target):
    subprocess.run(XGETTEXT + ['-D', SOURCE, '-o', target] + marked_files(), cwd=SOURCE, check=True)


def undated(text):
    return [line for line in text.splitlines() if not line.startswith('"POT-Creation-Date:')]


def languages():
    return [line for line in read(os.path.join(PO, 'LINGUAS')).split() if not line.startswith('#')]


def update():
    with open(os.path.join(PO, 'POTFILES.in'), 'w', encoding='utf-8') as file:
        file.write(''.join(f'{path}\n' for path in marked_files()))
    with tempfile.TemporaryDirectory() as scratch:
        fresh = os.path.join(scratch, 'fresh.pot')
        extract(fresh)
        if not os.path.exists(TEMPLATE) or undated(read(fresh)) != undated(read(TEMPLATE)):
            with open(TEMPLATE, 'w', encoding='utf-8') as file:
                file.write(read(fresh))
    for language in languages():
        # A guessed translation could say the opposite: none is taken over.
        path = os.path.join(PO, f'{language}.po')
        subprocess.run(['msgmerge', '--quiet', '--update', '--backup=none', '--no-fuzzy-matching',
                        '--add-location=file', path, TEMPLATE], check=True)
        subprocess.run(['msgfmt', '--check', '--statistics', '-o', os.devnull, path], check=True)


def list_is_complete():
    listed, found = read(os.path.join(PO, 'POTFILES.in')).split(), marked_files()
    return ([f'missing in po/POTFILES.in: {path}' for path in found if path not in listed] +
            [f'no strings in: {path}' for path in listed if path not in found])


def template_is_fresh():
    with tempfile.TemporaryDirectory() as scratch:
        fresh = os.path.join(scratch, 'fresh.pot')
        extract(fresh)
        new, old = undated(read(fresh)), undated(read(TEMPLATE))
    return [f'not in the template: {line}' for line in new if line not in old and line[:2] != '#:'] + \
           [f'no more in the sources: {line}' for line in old if line not in new and line[:2] != '#:'] or \
           (['the places or the order differ'] if new != old else [])


def complaints(command):
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    return (result.stdout + result.stderr).splitlines() if result.returncode else []


def main():
    cases = [('every file with strings is listed', list_is_complete()),
             ('the template is fresh', template_is_fresh())]
    for language in languages():
        path = os.path.join(PO, f'{language}.po')
        cases.append((f'{language} compiles', complaints(['msgfmt', '--check', '-o', os.devnull, path])))
        cases.append((f'{language} knows every string', complaints(['msgcmp', '--use-untranslated', path, TEMPLATE])))
    tap = negtest.Tap()
    for name, findings in cases:
        tap.ok(not findings, name, '\n'.join(findings))
    if tap.failed:
        print('# ./dev strings brings po/ up to date')
    tap.done()


if __name__ == '__main__':
    if sys.argv[1:] == ['--update']:
        update()
    else:
        main()
