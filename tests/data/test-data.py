#!/usr/bin/python3
"""What the installation ships beside the programs, judged by the tools that will read it. Prints TAP.

Arguments: the desktop file and the AppStream file as built.
"""
import configparser
import json
import os
import re
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ElementTree

APP_ID = 'org.negatoscope.Negatoscope'
SOURCE = os.environ.get('NEGATOSCOPE_SOURCE') or os.path.join(os.path.dirname(__file__), '../..')
sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(SOURCE, 'tests/python'))
import negtest  # noqa: E402

MANIFEST = os.path.join(SOURCE, f'flatpak/{APP_ID}.yml')
SCHEMA = os.path.join(SOURCE, f'data/{APP_ID}.gschema.xml')
ICONS = [os.path.join(SOURCE, f'data/icons/hicolor/{path}') for path in
         (f'scalable/apps/{APP_ID}.svg', f'symbolic/apps/{APP_ID}-symbolic.svg')]


def output_if_bad(command):
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    text = result.stdout + result.stderr
    return (text or f'exit status {result.returncode}').splitlines() if result.returncode else []


def desktop(path):
    return output_if_bad(['desktop-file-validate', path])


def metainfo(path):
    return output_if_bad(['appstreamcli', 'validate', '--no-net', path])


def schema(path):
    with tempfile.TemporaryDirectory() as folder:
        os.symlink(os.path.abspath(path), os.path.join(folder, os.path.basename(path)))
        return output_if_bad(['glib-compile-schemas', '--strict', '--dry-run', folder])


def show_manifest(path):
    # It leaves a folder of its state where it is called.
    with tempfile.TemporaryDirectory() as folder:
        return subprocess.run(['flatpak-builder', '--show-manifest', os.path.abspath(path)], cwd=folder,
                              capture_output=True, text=True, check=False)


def manifest(path):
    """An unknown key is only a warning to flatpak-builder: its spelling mistakes would be silent."""
    result = show_manifest(path)
    found = [line for line in result.stderr.splitlines() if 'Unknown property' in line]
    return found or ([result.stderr] if result.returncode else [])


def manifest_sources(path):
    """Every archive is pinned by its hash, a repository at least by its tag; the cage is not widened."""
    described = json.loads(show_manifest(path).stdout)
    findings = [f'{module["name"]}: {source["url"]} is not pinned' for module in described['modules']
                for source in module['sources'] if 'url' in source and not
                (source['type'] == 'git' and source.get('tag')
                 or re.fullmatch('[0-9a-f]{64}', source.get('sha256', '')))]
    wide = [argument for argument in described['finish-args'] if re.match('--(filesystem|socket=x11)', argument)]
    return findings + [f'{argument} opens more than the program needs' for argument in wide]


def icon(path):
    root = ElementTree.parse(path).getroot()
    width, height = root.get('width'), root.get('height')
    return [] if root.tag.endswith('}svg') and width == height else [f'{path}: not a square SVG']


def names_agree(desktop_path, metainfo_path):
    entry = configparser.ConfigParser(interpolation=None, strict=True)
    entry.optionxform = str
    entry.read(desktop_path, encoding='utf-8')
    component = ElementTree.parse(metainfo_path).getroot()
    described = json.loads(show_manifest(MANIFEST).stdout)
    expected = {
        'icon': (entry['Desktop Entry']['Icon'], APP_ID),
        'command': (entry['Desktop Entry']['Exec'].split()[0], described['command']),
        'component': (component.findtext('id'), APP_ID),
        'launchable': (component.findtext('launchable'), os.path.basename(desktop_path)),
        'flatpak': (described.get('id') or described.get('app-id'), APP_ID),
        'schema': (ElementTree.parse(SCHEMA).getroot().find('schema').get('id'), APP_ID),
    }
    return [f'{what}: {here} against {there}' for what, (here, there) in expected.items() if here != there]


def translated(desktop_path):
    with open(desktop_path, encoding='utf-8') as file:
        return [] if re.search(r'^Comment\[de\]=', file.read(), re.MULTILINE) else ['no German comment']


def rejects(check, path, *changes):
    """The check must complain about a copy of the file with the changes made."""
    with open(path, encoding='utf-8') as file:
        text = file.read()
    changed = text
    for before, after in changes:
        changed = changed.replace(before, after)
    if changed == text:
        return ['the sample was not changed']
    with tempfile.TemporaryDirectory() as folder:
        sample = os.path.join(folder, os.path.basename(path))
        with open(sample, 'w', encoding='utf-8') as file:
            file.write(changed)
        return [] if check(sample) else ['a broken sample passed']


def main(desktop_path, metainfo_path):
    cases = [
        ('desktop file', desktop(desktop_path)),
        ('desktop file is translated', translated(desktop_path)),
        ('AppStream metainfo', metainfo(metainfo_path)),
        ('settings schema', schema(SCHEMA)),
        ('flatpak manifest', manifest(MANIFEST)),
        ('flatpak sources and permissions', manifest_sources(MANIFEST)),
        *((f'icon {os.path.basename(path)}', icon(path)) for path in ICONS),
        ('names agree', names_agree(desktop_path, metainfo_path)),
        ('a broken desktop file is rejected', rejects(desktop, desktop_path, ('Science;', 'Sience;'))),
        ('a broken metainfo is rejected', rejects(metainfo, metainfo_path, (f'<id>{APP_ID}</id>', ''))),
        ('a broken schema is rejected', rejects(schema, SCHEMA, ("'auto'", "'none'"))),
        ('an unknown manifest key is rejected', rejects(manifest, MANIFEST, ('buildsystem:', 'build-system:'))),
        ('a manifest that is no YAML is rejected', rejects(manifest, MANIFEST, ('modules:', 'modules: ['))),
        ('an unpinned source is rejected', rejects(manifest_sources, MANIFEST, ('sha256: 0', 'sha256: '))),
    ]
    tap = negtest.Tap()
    for name, findings in cases:
        tap.ok(not findings, name, '\n'.join(findings))
    tap.done()


if __name__ == '__main__':
    main(*sys.argv[1:])
