"""The manifest of the built-in library: topics.json, and what lies beside it by name (text.LANGUAGE.md, video.webm, captions.LANGUAGE.vtt,
chapters.LANGUAGE.vtt, *.png). Copies the files beside the manifest, so that the program finds them in its build folder.

make-manifest.py SOURCE MANIFEST DEPFILE"""
import hashlib
import json
import os
import re
import shutil
import struct
import sys

SOURCE, MANIFEST, DEPFILE = sys.argv[1:4]
TARGET = os.path.dirname(MANIFEST)


def described(name, language=None):
    with open(os.path.join(SOURCE, name), 'rb') as file:
        entry = {'file': name, 'sha256': hashlib.sha256(file.read()).hexdigest()}
    return dict(entry, language=language) if language else entry


def duration_ms(data):
    """Duration and TimestampScale of the segment's Info (RFC 9559, 5.1.2), which lies at the beginning."""
    scale = re.search(rb'\x2a\xd7\xb1\x83(.{3})', data[:4096], re.DOTALL)
    found = re.search(rb'\x44\x89(?:\x88(.{8})|\x84(.{4}))', data[:4096], re.DOTALL)
    if not found:
        raise SystemExit('a video without a duration')
    value = struct.unpack('>d', found[1])[0] if found[1] else struct.unpack('>f', found[2])[0]
    return round(value * (int.from_bytes(scale[1], 'big') if scale else 1000000) / 1e6)


def video(name):
    with open(os.path.join(SOURCE, name), 'rb') as file:
        data = file.read()
    return dict(described(name), bytes=len(data), duration_ms=duration_ms(data))


def filled(topic, names):
    for name in names:
        path = f'{topic["id"]}/{name}'
        words = re.fullmatch(r'(text|captions|chapters)\.([A-Za-z-]+)\.(md|vtt)', name)
        if name == 'video.webm':
            topic['video'] = video(path)
        elif words:
            topic.setdefault(words[1], []).append(described(path, words[2]))
        elif name.endswith('.png'):
            topic.setdefault('pictures', []).append(described(path))
        else:
            continue
        yield path


def main():
    with open(os.path.join(SOURCE, 'topics.json'), encoding='utf-8') as file:
        manifest = {'format': 'negatoscope-library', 'version': 1, **json.load(file)}
    used = ['topics.json']
    for topic in manifest['topics']:
        used += filled(topic, sorted(os.listdir(os.path.join(SOURCE, topic['id']))))
        used.append(topic['id'])
    for name in used:
        if os.path.isfile(os.path.join(SOURCE, name)) and '/' in name:
            os.makedirs(os.path.join(TARGET, os.path.dirname(name)), exist_ok=True)
            shutil.copyfile(os.path.join(SOURCE, name), os.path.join(TARGET, name))
    with open(MANIFEST, 'w', encoding='utf-8') as file:
        json.dump(manifest, file, indent=1, ensure_ascii=False)
    with open(DEPFILE, 'w', encoding='utf-8') as file:
        file.write(f'{MANIFEST}: ' + ' '.join(os.path.join(SOURCE, name) for name in used) + '\n')


main()
