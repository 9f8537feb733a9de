"""A site's shared folder, and agents that use it: topics, posts, what came of them."""
import base64
import hashlib
import json
import os
import struct
import time
import zlib

from fault_homes import Bus

PATIENCE_S = 60


def sha256(data):
    return hashlib.sha256(data).hexdigest()


def png(width=4, height=3, grey=100):
    def chunk(kind, data):
        return struct.pack('>I', len(data)) + kind + data + struct.pack('>I', zlib.crc32(kind + data))

    rows = b''.join(b'\0' + bytes([grey] * width) for _ in range(height))
    return (b'\x89PNG\r\n\x1a\n' + chunk(b'IHDR', struct.pack('>IIBBBBB', width, height, 8, 0, 0, 0, 0))
            + chunk(b'IDAT', zlib.compress(rows)) + chunk(b'IEND', b''))


VTT = b'WEBVTT\n\n00:00.000 --> 00:01.000\nHello\n'


class Site:
    """The shared folder, written as somebody would by hand."""

    def __init__(self, folder):
        self.folder = folder
        os.makedirs(folder, exist_ok=True)

    def config(self, **more):
        lines = [f'folder={self.folder}', 'every=1'] + [f'{key}={value}' for key, value in more.items()]
        return '[library]\n' + '\n'.join(lines) + '\n'

    def path(self, *names):
        return os.path.join(self.folder, *names)

    def write(self, name, data):
        os.makedirs(os.path.dirname(self.path(name)), exist_ok=True)
        with open(self.path(name + '.new'), 'wb') as file:
            file.write(data)
        os.rename(self.path(name + '.new'), self.path(name))
        return sha256(data)

    def file(self, name, data, **more):
        """It, and what a manifest says of it."""
        return {'file': name, 'sha256': self.write(name, data), **more}

    def topic(self, name='a-topic', text=b'# Words\n\nMore **words**.\n', **more):
        return {'id': name, 'revision': 1, 'title': {'en': f'Title of {name}', 'de': 'Titel'}, 'made_by': 'Jo',
                'text': [self.file(f'media/{name}.en.md', text, language='en')], **more}

    def publish(self, topics, revision=1, **more):
        manifest = {'format': 'negatoscope-library', 'version': 1, 'revision': revision, 'topics': topics, **more}
        self.write('manifest.json', json.dumps(manifest).encode())

    def manifest(self):
        with open(self.path('manifest.json'), encoding='utf-8') as file:
            return json.load(file)

    def lines(self, *names):
        """Of all files of a folder of lines."""
        folder, found = self.path(*names), []
        for name in sorted(os.listdir(folder)) if os.path.isdir(folder) else []:
            with open(os.path.join(folder, name), encoding='utf-8') as file:
                found += [json.loads(line) for line in file if line.strip()]
        return found


def await_it(what, is_it, seconds=PATIENCE_S):
    """The first of its values that will do."""
    end = time.monotonic() + seconds
    while not (found := is_it()):
        assert time.monotonic() < end, f'never: {what}'
        time.sleep(0.05)
    return found


def current(agent):
    """The site's library as this home has it."""
    try:
        with open(os.path.join(agent.home, 'cache', 'library', 'current.json'), encoding='utf-8') as file:
            return json.load(file)
    except FileNotFoundError:
        return {'topics': [], 'revision': 0}


def topics(agent):
    return {topic['id']: topic for topic in current(agent)['topics']}


def refused(agent):
    """{what: why}"""
    try:
        with open(os.path.join(agent.home, 'cache', 'library', 'refused.json'), encoding='utf-8') as file:
            return {entry['what']: entry['why'] for entry in json.load(file)['refused']}
    except FileNotFoundError:
        return {}


class SiteBus(Bus):
    def post(self, kind, content, *files):
        """Its number; files are bytes, named by "attachments"."""
        from gi.repository import Gio, GLib
        fds = Gio.UnixFDList.new()
        for data in files:
            fd = os.memfd_create('attachment')
            os.write(fd, data)
            fds.append(fd)
            os.close(fd)
        given = GLib.Variant('(ssah)', (kind, content if isinstance(content, str) else json.dumps(content), list(range(len(files)))))
        return self.connection.call_with_unix_fd_list_sync(
            None, '/org/negatoscope/Agent', 'org.negatoscope.Agent', 'Post', given, None, self.none, 60000, fds,
            None)[0].unpack()[0]

    def posts(self, kind=''):
        return self.call('ListPosts', '(s)', kind)[0]

    def find(self, number):
        return next(post for post in self.posts() if post['id'] == number)

    def await_post(self, number, state='done'):
        return await_it(f'post {number} is {state}: {self.find(number)}',
                        lambda: (post := self.find(number))['state'] == state and post)

    def sync(self):
        return self.call('SyncLibrary', '(b)', True)[0]


FEEDBACK = {'kind': 'problem', 'how_bad': 'slows', 'words': 'The list is slow', 'user': 'jo', 'role': 'radiologist',
            'workstation': 'ws1', 'version': '0.1', 'page': 'worklist', 'at': '2026-11-23T10:00:00Z'}
PRESS = {'kind': 'support', 'user': 'jo', 'role': 'radiologist', 'workstation': 'ws1', 'version': '0.1', 'page': 'viewer',
         'at': '2026-11-23T10:00:00Z'}


def picture_of(message):
    return base64.b64decode(message['picture'])
