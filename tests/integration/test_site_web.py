#!/usr/bin/python3
"""A site without a shared folder: its library at https, its webhook, its answers; and such places that err: no certificate that holds,
statuses, redirects, silence, answers without an end. What is refused now is sent when it can be, and says why it waits."""
import email.utils
import json
import os
import shutil
import ssl
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'python'))
import peers  # noqa: E402
from fault_homes import Home  # noqa: E402
from negtest import Tap  # noqa: E402
from site_library import (FEEDBACK, PRESS, Site, SiteBus, await_it, picture_of, png, refused, topics)  # noqa: E402
from web_peers import WebServer, reply  # noqa: E402


def http_date(seconds):
    return email.utils.formatdate(seconds, usegmt=True)


class Folder(WebServer):
    """Serves files with ETags by TLS, or with when they were modified; `other` answers first. `statuses` of manifests."""

    def __init__(self, site, certificate, other=lambda path, head, connection: None, by_date=False):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate + '.pem', certificate + '.key')
        self.site, self.other, self.by_date, self.statuses = site, other, by_date, []
        super().__init__(self.give, lambda connection: context.wrap_socket(connection, server_side=True))

    def url(self, path='lib'):
        return f'https://localhost:{self.port}/{path}'

    def give(self, head, connection):
        path = head.split()[1]
        done = self.other(path, head, connection)
        if done is not None:
            return done
        try:
            with open(self.site.path(*path.split('/')[2:]), 'rb') as file:
                data = file.read()
        except OSError:
            return reply(connection, status='404 Not Found')
        if self.by_date:
            return self.give_by_date(path, data, head, connection)
        etag = f'"{hash(data) & 0xffffffff:x}"'
        if f'If-None-Match: {etag}' in head:
            return reply(connection, status='304 Not Modified', more=f'ETag: {etag}\r\n')
        return reply(connection, data, more=f'ETag: {etag}\r\n')


    def give_by_date(self, path, data, head, connection):
        modified = http_date(os.stat(self.site.path(*path.split('/')[2:])).st_mtime)
        is_same = f'If-Modified-Since: {modified}\r\n' in head
        if path.endswith('manifest.json'):
            self.statuses.append(304 if is_same else 200)
        dates = f'Date: {http_date(time.time())}\r\nLast-Modified: {modified}\r\n'
        return reply(connection, b'' if is_same else data, status='304 Not Modified' if is_same else '200 OK', more=dates)


class Hook(WebServer):
    """A webhook: `say` gives (status, more headers[, body]) for the number of the request; None: it says nothing. `messages` that came."""

    def __init__(self, certificate, say=lambda n: ('204 No Content', '')):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate + '.pem', certificate + '.key')
        self.say, self.messages, self.n = say, [], 0
        super().__init__(self.take, lambda connection: context.wrap_socket(connection, server_side=True))

    def url(self, path='hook'):
        return f'https://localhost:{self.port}/{path}'

    def take(self, head, connection):
        length = next(int(line.split(':')[1]) for line in head.split('\r\n') if line.lower().startswith('content-length:'))
        body = b''
        while len(body) < length:
            body += connection.recv(min(65536, length - len(body)))
        self.messages.append((head.split()[1], json.loads(body)))
        said = self.say(self.n)
        self.n += 1
        if said is None:
            return connection.recv(1) == b'never'
        body = said[2] if len(said) > 2 else b'x' if said[0].startswith('500') else b''
        return reply(connection, body, status=said[0], more=said[1])


def support(keys, **more):
    return '[support]\n' + ''.join(f'{key}={value}\n' for key, value in {'tls-ca': keys['ca'] + '.pem', **more}.items())


def library(keys, url, ca='ca'):
    return f'[library]\nfolder={url}\ntls-ca={keys[ca]}.pem\nevery=1\n'


def waiting(bus, number):
    return await_it('why it waits', lambda: (found := bus.find(number))['error'] and found)


# --- the library ---

def by_https(site, keys):
    site.publish([site.topic('first', pictures=[site.file('media/p.png', png())])])
    with Folder(site, keys['server']) as server, Home(library(keys, server.url())) as agent:
        bus = SiteBus(agent)
        assert bus.sync()['state'] == '' and set(topics(agent)) == {'first'}, (bus.sync(), refused(agent))
        n_before = len(server.requests)
        bus.sync()
        assert all('manifest.json' in line for line in server.requests[n_before:]), server.requests
        site.publish([site.topic('first'), site.topic('second')], 2)
        await_it('the second by itself', lambda: set(topics(agent)) == {'first', 'second'})
        # What is only read cannot be published in; progress waits for a place.
        number = bus.post('publish', {'topic': {'id': 'new', 'title': {'en': 'x'}}})
        assert 'only be read' in waiting(bus, number)['error']
        assert 'neither' in waiting(bus, bus.post('progress', {'id': 'x'}))['error']
        server.listener.close()
        await_it('it is away', lambda: bus.sync()['state'])
        assert set(topics(agent)) == {'first', 'second'}


def by_date(site, keys):
    """Without ETags: what was not modified is not read again, what was is, also within the second in which it was read."""
    site.publish([site.topic('first')])
    with Folder(site, keys['server'], by_date=True) as server, Home(library(keys, server.url())) as agent:
        bus = SiteBus(agent)
        assert bus.sync()['state'] == '' and set(topics(agent)) == {'first'}, (bus.sync(), refused(agent))
        for n in (2, 3):
            await_it('that it is the same', lambda: server.statuses[-3:] == [304] * 3)
            site.publish([site.topic('first'), site.topic(f'topic-{n}')], n)
            await_it('what was modified', lambda: f'topic-{n}' in topics(agent))
            site.publish([site.topic('first'), site.topic(f'topic-{n}-at-once')], n + 10)
            await_it('what was modified at once', lambda: f'topic-{n}-at-once' in topics(agent))


def redirects(site, keys):
    """Within the same server they are followed, elsewhere never."""
    site.publish([site.topic('first')])

    def move(path, head, connection):
        if path == '/moved/manifest.json':
            return reply(connection, status='301 Moved Permanently', more='Location: /lib/manifest.json\r\n')
        if path.startswith('/moved/'):
            return reply(connection, status='302 Found', more=f'Location: https://localhost:{server.port}/lib{path[6:]}\r\n')
        if path.startswith('/loop/'):
            return reply(connection, status='302 Found', more=f'Location: {path}\r\n')
        if path.startswith('/away/'):
            return reply(connection, status='302 Found', more=f'Location: https://localhost:{elsewhere.port}/lib{path[5:]}\r\n')
        if path.startswith('/down/'):
            return reply(connection, status='302 Found', more=f'Location: http://localhost:{server.port}/lib{path[5:]}\r\n')
        return None

    with Folder(site, keys['server'], move) as server, Folder(site, keys['server']) as elsewhere:
        with Home(library(keys, server.url('moved'))) as agent:
            assert SiteBus(agent).sync()['state'] == '' and set(topics(agent)) == {'first'}, SiteBus(agent).sync()
        for path, word in (('away', 'another server'), ('down', 'another server'), ('loop', 'next')):
            with Home(library(keys, server.url(path))) as agent:
                state = SiteBus(agent).sync()['state']
                assert word in state and topics(agent) == {}, (path, state)
        assert elsewhere.requests == []


def certificates(site, keys):
    site.publish([site.topic('first')])
    with Folder(site, keys['other-host']) as other, Folder(site, keys['rogue']) as rogue:
        for server in (other, rogue):
            with Home(library(keys, server.url())) as agent:
                state = SiteBus(agent).sync()['state']
                assert 'ertificate' in state or 'SSL' in state, state
                assert topics(agent) == {} and server.requests == []


def endless(site, keys):
    """More than it should be, or never: refused, and the rest of the library comes."""
    topic = site.topic('big', b'Other words\n')
    site.publish([site.topic('first'), {**topic, 'text': [{**topic['text'][0], 'file': 'media/endless.md'}]}])

    def other(path, head, connection):
        if not path.endswith('endless.md'):
            return None
        connection.sendall(b'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n')
        while True:
            connection.sendall(b'10000\r\n' + bytes(0x10000) + b'\r\n')

    with Folder(site, keys['server'], other) as server, Home(library(keys, server.url())) as agent:
        SiteBus(agent).sync()
        assert set(topics(agent)) == {'first'} and 'larger' in refused(agent)['topic big'], refused(agent)


# --- the webhook ---

def hook(keys):
    with Hook(keys['server']) as server, Home(support(keys, webhook=server.url()) + '[library]\nevery=1\n') as agent:
        bus = SiteBus(agent)
        number = bus.post('feedback', {**FEEDBACK, 'attachments': ['screenshot.png']}, png())
        post = bus.await_post(number)
        bus.await_post(bus.post('support', PRESS))
        bus.await_post(bus.post('progress', {'id': 'line', 'verb': 'played'}))
        (path, first), (_, second), (_, third) = server.messages
        assert path == '/hook' and first['event'] == 'feedback' and first['id'] == post['uuid'], first
        assert first['data']['words'] == FEEDBACK['words'] and picture_of(first) == png(), first
        assert second['event'] == 'support' and second['data']['page'] == 'viewer' and 'picture' not in second, second
        assert third['event'] == 'progress' and third['data']['id'] == 'line', third


def at_length(keys):
    """2xx is an acceptance, however long the answer goes on: the message is not sent again."""
    answer = b'x' * (2 << 20)
    with Hook(keys['server'], lambda n: ('200 OK', '', answer)) as server, \
            Home(support(keys, webhook=server.url()) + '[library]\nevery=1\n') as agent:
        bus = SiteBus(agent)
        bus.await_post(bus.post('feedback', FEEDBACK))
        bus.await_post(bus.post('support', PRESS))
        bus.sync()
        assert [message['event'] for _, message in server.messages] == ['feedback', 'support'], server.messages


def errs(keys, say, word, moved=False):
    """It waits with its reason, and is sent when the webhook takes it; no more than one is taken."""
    with Hook(keys['server'], say) as server, Home(support(keys, webhook=server.url()) + '[library]\nevery=1\n') as agent:
        bus = SiteBus(agent)
        number = bus.post('feedback', FEEDBACK)
        post = waiting(bus, number)
        assert post['state'] == 'waiting' and word in post['error'] and post['tries'] >= 1, post
        agent.stop()
        agent.start()
        bus = SiteBus(agent)
        server.say = lambda n: ('200 OK', '')
        n_before = server.n
        bus.await_post(number)
        assert server.n == n_before + 1, server.messages
        assert len({message['id'] for _, message in server.messages}) == 1
        assert moved is False or {path for path, _ in server.messages} == {'/hook'}, server.messages


def hangs(site, keys):
    """A webhook that says nothing holds neither the library up nor the agent's end."""
    site.publish([site.topic('first')])
    with Hook(keys['server'], lambda n: None) as server, Home(site.config() + support(keys, webhook=server.url())) as agent:
        bus = SiteBus(agent)
        number = bus.post('feedback', FEEDBACK)
        await_it('it is asked', lambda: server.messages)
        site.publish([site.topic('first'), site.topic('second')], 2)
        await_it('the library', lambda: set(topics(agent)) == {'first', 'second'})
        assert bus.find(number)['state'] == 'waiting'
        assert os.path.exists(site.path('feedback', bus.find(number)['uuid'] + '.json'))  # the folder has it meanwhile
        agent.stop()
        agent.start()
        server.say = lambda n: ('200 OK', '')
        SiteBus(agent).await_post(number)
        assert len(os.listdir(site.path('feedback'))) == 1


def same_host(keys):
    """307 within the same server keeps the message; 302 would lose it."""
    def say(n):
        return ('307 Temporary Redirect', 'Location: /other\r\n') if n == 0 else ('200 OK', '')

    with Hook(keys['server'], say) as server, Home(support(keys, webhook=server.url()) + '[library]\nevery=1\n') as agent:
        bus = SiteBus(agent)
        bus.await_post(bus.post('feedback', FEEDBACK))
        assert [path for path, _ in server.messages] == ['/hook', '/other'], server.messages


def hook_certificate(keys):
    with Hook(keys['rogue']) as server, Home(support(keys, webhook=server.url()) + '[library]\nevery=1\n') as agent:
        bus = SiteBus(agent)
        post = waiting(bus, bus.post('feedback', FEEDBACK))
        assert 'ertificate' in post['error'] or 'SSL' in post['error'], post
        assert server.messages == []


def answers(site, keys):
    """You said, we did: one document, of which only our own counts."""
    with Hook(keys['server']) as server, Folder(site, keys['server']) as folder:
        config = support(keys, webhook=server.url(), answers=folder.url('lib/answers.json')) + '[library]\nevery=1\n'
        with Home(config) as agent:
            bus = SiteBus(agent)
            number = bus.post('feedback', FEEDBACK)
            uuid = bus.await_post(number)['uuid']
            site.write('answers.json', json.dumps({'answers': [
                {'id': 'somebody', 'words': 'not ours'}, 17, {'id': uuid}, {'id': uuid, 'words': 'Done', 'by': 'Ann'}]}).encode())
            post = await_it('the answer', lambda: (found := bus.find(number))['answer'] and found)
            assert json.loads(post['answer'])['words'] == 'Done', post
            site.write('answers.json', b'[')
            bus.sync()
            assert json.loads(bus.find(number)['answer'])['words'] == 'Done'


def main():
    tap = Tap()
    long = '--long' in sys.argv
    folder = tempfile.mkdtemp(prefix='site-web-')
    try:
        keys = peers.make_certificates(os.path.join(folder, 'keys'))
        sites = (Site(os.path.join(folder, f'site-{i}')) for i in range(100))
        tap.run('a library at https', by_https, next(sites), keys)
        tap.run('a library without ETags', by_date, next(sites), keys)
        tap.run('redirects', redirects, next(sites), keys)
        tap.run('a webhook', hook, keys)
        tap.run('a webhook that answers at length', at_length, keys)
        tap.run('a webhook that fails', errs, keys, lambda n: ('500 Internal Server Error', ''), '500')
        tap.run('a webhook that hangs', hangs, next(sites), keys)
        tap.run('answers', answers, next(sites), keys)
        tap.run('a webhook that sends us elsewhere', errs, keys,
                lambda n: ('307 Temporary Redirect', 'Location: https://other.example/hook\r\n'), 'another server', True)
        if long:
            tap.run('certificates that do not hold', certificates, next(sites), keys)
            tap.run('a file without an end', endless, next(sites), keys)
            tap.run('a webhook that moves', same_host, keys)
            tap.run('a webhook whose certificate does not hold', hook_certificate, keys)
            for status, word in (('302 Found', 'elsewhere'), ('400 Bad Request', '400'), ('401 Unauthorized', 'let us in'),
                                 ('404 Not Found', '404'), ('413 Content Too Large', 'too much'), ('429 Too Many Requests', 'busy')):
                tap.run(f'a webhook that says {status}', errs, keys,
                        lambda n, said=status: (said, 'Location: /other\r\n' if said.startswith('302') else ''), word)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    tap.done()


if __name__ == '__main__':
    main()
