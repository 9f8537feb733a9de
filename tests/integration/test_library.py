#!/usr/bin/python3
"""The site's library in a shared folder: what somebody puts there is on every workstation without a restart; what is wrong is refused
with its reason and takes nothing else with it; a folder that is gone holds nobody up; what two publish at once is both there."""
import csv
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'python'))
from fault_homes import Home  # noqa: E402
from negtest import Skip, Tap  # noqa: E402
from site_library import (FEEDBACK, PATIENCE_S, PRESS, VTT, Site, SiteBus, await_it, current, png, refused, sha256,  # noqa: E402
                          topics)


class Place:
    """A shared folder, an agent that uses it, its bus."""

    def __init__(self, config='', **rest):
        self.config, self.rest = config, rest

    def __enter__(self):
        self.folder = tempfile.mkdtemp(prefix='library-')
        self.site = Site(os.path.join(self.folder, 'site'))
        self.home = Home(self.site.config() + self.config, **self.rest)
        self.agent = self.home.__enter__()
        self.bus = SiteBus(self.agent)
        return self

    def __exit__(self, *_):
        self.home.__exit__()
        shutil.rmtree(self.folder, ignore_errors=True)


def files(agent):
    folder = os.path.join(agent.home, 'cache', 'library')
    return sorted(name for name in os.listdir(folder) if not name.endswith('.json'))


def fails(bus, name, signature, *arguments):
    from gi.repository import GLib
    try:
        answer = bus.call(name, signature, *arguments)
    except GLib.Error as error:
        return error.message
    raise AssertionError(f'{name} answered {answer}')


def post_fails(bus, *arguments):
    from gi.repository import GLib
    try:
        number = bus.post(*arguments)
    except GLib.Error as error:
        return error.message
    raise AssertionError(f'post {number} was taken')


# --- what comes ---

def comes():
    from gi.repository import Gio, GLib
    with Place() as place:
        heard = []
        place.bus.connection.signal_subscribe(None, 'org.negatoscope.Agent', 'LibraryChanged', None, None,
                                              Gio.DBusSignalFlags.NONE, lambda *_: heard.append(1))
        place.site.publish([place.site.topic('first')], announcements=[
            {'id': 'news', 'title': {'en': 'News'}, 'text': {'en': 'See [more](https://site.example/x)'}, 'from': '2026-11-01'}],
            contacts=[{'role': 'superuser', 'name': 'Jo', 'phone': '123', 'hours': 'always'}],
            features={'new-layout': {'groups': ['pilot'], 'from': '2026-12-01'}})
        # Nobody asks: by itself.
        await_it('the first topic', lambda: 'first' in topics(place.agent))
        await_it('a signal', lambda: GLib.MainContext.default().iteration(False) and heard or heard)
        site = current(place.agent)
        assert site['announcements'][0]['id'] == 'news' and site['contacts'][0]['name'] == 'Jo', site
        assert site['features']['new-layout']['groups'] == ['pilot'], site
        place.site.publish([place.site.topic('first'), place.site.topic('second')], 2)
        await_it('the second topic', lambda: set(topics(place.agent)) == {'first', 'second'})
        status = place.bus.call('SyncLibrary', '(b)', False)[0]
        assert status['revision'] == 2 and status['state'] == '' and status['refused'] == [], status
        # Replaced: another text; then withdrawn: known to be so; then gone.
        place.site.publish([place.site.topic('first', b'# Other words\n', revision=2), place.site.topic('second')], 3)
        await_it('the new text', lambda: topics(place.agent)['first']['revision'] == 2)
        place.site.publish([{'id': 'first', 'withdrawn': True}, place.site.topic('second')], 4)
        await_it('withdrawn', lambda: topics(place.agent)['first'].get('withdrawn'))
        place.site.publish([place.site.topic('second')], 5)
        await_it('gone', lambda: 'first' not in topics(place.agent))
        await_it('its files gone', lambda: place.site.publish([place.site.topic('second')], 6) or (
            place.bus.sync() and files(place.agent) == [sha256(b'# Words\n\nMore **words**.\n') + '.md']))


def wrong_topics(site):
    """(topic, a word of the reason)"""
    def with_text(name, text):
        return {**site.topic('t-' + name), 'id': name, 'text': [site.file(f'media/{name}.md', text, language='en')]}

    good = site.topic('x')['text'][0]
    video = {'file': 'media/v.webm', 'sha256': site.write('media/v.webm', b'\x1a\x45\xdf\xa3' + bytes(1000)), 'bytes': 1004,
             'duration_ms': 1000}
    other = site.file('media/o.webm', b'\x1a\x45\xdf\xa3' + bytes(900), bytes=2000, duration_ms=1000)
    huge = site.write('media/huge.md', b'a' * (300 << 10))
    hash_ = 'a' * 64
    return [
        ({'id': 'up', 'title': {'en': 'x'}, 'text': [{**good, 'file': '../secret.md'}]}, 'leads out'),
        ({'id': 'deep-up', 'title': {'en': 'x'}, 'text': [{**good, 'file': 'media/../../secret.md'}]}, 'leads out'),
        ({'id': 'absolute', 'title': {'en': 'x'}, 'text': [{**good, 'file': '/etc/passwd.md'}]}, 'leads out'),
        ({'id': 'hidden', 'title': {'en': 'x'}, 'text': [{**good, 'file': '.git/x.md'}]}, 'leads out'),
        ({'id': 'ending', 'title': {'en': 'x'}, 'text': [{**good, 'file': 'media/x.html'}]}, 'does not end in'),
        ({'id': 'no-hash', 'title': {'en': 'x'}, 'text': [{**good, 'sha256': 'abc'}]}, 'SHA-256'),
        ({'id': 'wrong-hash', 'title': {'en': 'x'}, 'text': [{**good, 'sha256': hash_}]}, 'not the one'),
        ({'id': 'missing', 'title': {'en': 'x'}, 'text': [{**good, 'file': 'media/nowhere.md', 'sha256': hash_}]}, 'cannot be read'),
        ({'id': 'huge', 'title': {'en': 'x'}, 'text': [{'file': 'media/huge.md', 'sha256': huge, 'language': 'en'}]}, 'larger'),
        ({'id': 'huge-video', 'title': {'en': 'x'}, 'video': {**video, 'bytes': 1 << 40}}, 'between'),
        ({'id': 'long-video', 'title': {'en': 'x'}, 'video': {**video, 'duration_ms': -5}}, 'between'),
        ({'id': 'other-size', 'title': {'en': 'x'}, 'video': other}, 'size'),
        ({'id': 'no-video', 'title': {'en': 'x'}, 'video': video}, 'v.webm'),
        ({'id': 'no-title'}, 'title'),
        ({'id': 'bad-title', 'title': {'en': 7}}, 'not a text'),
        ({'id': 'bad-language', 'title': {'../en': 'x'}}, 'no language'),
        ({'id': 'two-texts', 'title': {'en': 'x'}, 'text': [good, good]}, 'two files'),
        ({'id': 'Bad Id', 'title': {'en': 'x'}}, 'letters a to z'),
        ({'id': 'number', 'title': {'en': 'x'}, 'revision': 1 << 40}, 'between'),
        (with_text('script', b'Hello <script>alert(1)</script>\n'), 'HTML'),
        (with_text('javascript', b'[click](javascript:alert(1))\n'), 'javascript'),
        (with_text('file-link', b'[click](file:///etc/passwd)\n'), 'file:'),
        (with_text('data-link', b'[click](data:text/html;base64,aaaa)\n'), 'data:'),
        (with_text('http-link', b'[click](http://site.example)\n'), 'https'),
        (with_text('remote-picture', b'![x](https://track.example/x.png)\n'), 'elsewhere'),
        (with_text('binary', b'\0\1\2\3'), 'not a text'),
        (with_text('latin', b'caf\xe9\n'), 'UTF-8'),
        ({**site.topic('vtt'), 'id': 'captions', 'captions': [site.file('media/c.vtt', b'nothing', language='en')]}, 'c.vtt'),
        ({**site.topic('png'), 'id': 'picture', 'pictures': [site.file('media/p.png', b'GIF89a')]}, 'PNG'),
        ({**site.topic('png2'), 'id': 'wide', 'pictures': [site.file('media/w.png', png()[:16] + b'\xff\xff\xff\xff' + png()[20:])]},
         'pixels'),
    ]


def hostile_entries():
    with Place() as place:
        wrong = wrong_topics(place.site)
        os.symlink('/etc/hostname', place.site.path('media', 'link.md'))
        os.mkfifo(place.site.path('media', 'pipe.md'))
        any_hash = {'sha256': 'b' * 64, 'language': 'en'}
        wrong += [({'id': 'link', 'title': {'en': 'x'}, 'text': [{'file': 'media/link.md', **any_hash}]}, 'cannot be read'),
                  ({'id': 'pipe', 'title': {'en': 'x'}, 'text': [{'file': 'media/pipe.md', **any_hash}]}, 'not a file')]
        good = place.site.topic('good')
        place.site.publish([good] + [topic for topic, _ in wrong] + [good, 17, None, [], place.site.topic('good-too')],
                           announcements=[{'id': 'a', 'title': {'en': 'x'}, 'text': {'en': '<img src=x onerror=y>'}},
                                          {'id': 'b', 'title': {'en': 'x'}, 'from': '2026-12-01', 'until': '2026-11-01'},
                                          {'id': 'c', 'title': {'en': 'x'}, 'from': 'soon'},
                                          {'id': 'fine', 'title': {'en': 'x'}}],
                           contacts=[{}, {'role': 'r' * 9999}, {'name': 'Jo'}], features={'../x': {}, 'f': 3, 'ok': {}})
        place.bus.sync()
        assert set(topics(place.agent)) == {'good', 'good-too'}, (topics(place.agent), refused(place.agent))
        reasons = refused(place.agent)
        for number, (topic, word) in enumerate(wrong):
            what = f'topic {topic["id"]}' if topic['id'] != 'Bad Id' else f'topic {number + 2}'
            assert what in reasons and word in reasons[what], (what, word, reasons.get(what))
        assert 'twice' in reasons['topic good'] and 'HTML' in reasons['announcement a'], reasons
        assert 'before' in reasons['announcement b'] and 'no time' in reasons['announcement c'], reasons
        site = current(place.agent)
        assert [entry['id'] for entry in site['announcements']] == ['fine'], site
        assert len(site['contacts']) == 1 and list(site['features']) == ['ok'], site
        told = dict(place.bus.call('SyncLibrary', '(b)', False)[0]['refused'])
        assert told == reasons, told
        assert not any(name.startswith('.') for name in files(place.agent)), files(place.agent)


def deep(levels):
    return b'{"format":"negatoscope-library","version":1,"revision":9,"topics":' + b'[' * levels + b']' * levels + b'}'


def hostile_manifests():
    with Place() as place:
        place.site.publish([place.site.topic('good')])
        place.bus.sync()
        head = {'format': 'negatoscope-library', 'version': 1, 'revision': 2}
        for name, data, word in (
                ('no JSON', b'hello', 'not JSON'), ('an array', b'[]', 'object'), ('nothing but NUL', bytes(50), 'UTF-8'),
                ('no format', b'{}', 'format'), ('another format', json.dumps({**head, 'format': 'x'}).encode(), 'manifest'),
                ('a newer version', json.dumps({**head, 'version': 2}).encode(), 'version 2'),
                ('deep', deep(5000), 'nested'), ('deep behind a quote in a comment', b'[/*"*/' + b'[' * 1000000, 'not JSON'),
                ('many values', json.dumps({**head, 'topics': [0] * 300000}).encode(), 'values'),
                ('no revision', b'{"format":"negatoscope-library","version":1}', 'revision'),
                ('cut off', json.dumps({**head, 'topics': []}).encode()[:-3], 'not JSON')):
            place.site.write('manifest.json', data)
            place.bus.sync()
            why = refused(place.agent).get('manifest.json', '')
            assert word in why, (name, why)
            assert set(topics(place.agent)) == {'good'}, name
        # Too large, a pipe, a link: not even read.
        place.site.write('manifest.json', b' ' * (5 << 20))
        assert 'larger' in place.bus.sync()['state']
        os.unlink(place.site.path('manifest.json'))
        os.mkfifo(place.site.path('manifest.json'))
        assert 'not a file' in place.bus.sync()['state']
        os.unlink(place.site.path('manifest.json'))
        os.symlink('/etc/hostname', place.site.path('manifest.json'))
        assert place.bus.sync()['state'] != ''
        os.unlink(place.site.path('manifest.json'))
        place.site.publish([place.site.topic('good'), place.site.topic('more')], 3)
        assert place.bus.sync()['state'] == '' and set(topics(place.agent)) == {'good', 'more'} and refused(place.agent) == {}


def broken_revision():
    """What was good stays until something good replaces it."""
    with Place() as place:
        place.site.publish([place.site.topic('good')])
        place.bus.sync()
        place.site.publish([place.site.topic('good', b'<b>no</b>\n', revision=2)], 2)
        place.bus.sync()
        assert topics(place.agent)['good']['revision'] == 1 and 'HTML' in refused(place.agent)['topic good'], refused(place.agent)
        assert sha256(b'# Words\n\nMore **words**.\n') + '.md' in files(place.agent)
        place.site.publish([place.site.topic('good', b'yes\n', revision=3)], 3)
        place.bus.sync()
        assert topics(place.agent)['good']['revision'] == 3 and refused(place.agent) == {}


def make_video(path, seconds=6):
    if shutil.which('ffmpeg') is None:
        raise Skip('no ffmpeg')
    done = subprocess.run(['ffmpeg', '-loglevel', 'error', '-y', '-f', 'lavfi', '-i', 'testsrc=size=160x96:rate=25', '-t',
                           str(seconds), '-c:v', 'libvpx', '-g', '25', path], check=False, capture_output=True, timeout=120)
    if done.returncode != 0:
        raise Skip('no video can be made here')
    with open(path, 'rb') as file:
        return file.read()


def videos():
    with Place() as place:
        data = make_video(os.path.join(place.folder, 'video.webm'))

        def topic(name, content, duration_ms=6000):
            video = place.site.file(f'media/{name}.webm', content, bytes=len(content), duration_ms=duration_ms)
            return {'id': name, 'title': {'en': name}, 'video': video}

        place.site.publish([topic('good', data), topic('cut', data[:len(data) // 2]), topic('longer', data + b' ', 12000),
                            topic('noise', data[:60] + bytes(len(data)))])
        place.bus.sync()
        reasons = refused(place.agent)
        if 'GStreamer' in str(reasons.get('topic good')):
            raise Skip('the parts of GStreamer that show videos are not here')
        assert set(topics(place.agent)) == {'good'}, (reasons, place.agent.log())
        assert 'lasts' in reasons['topic longer'] and 'topic cut' in reasons and 'topic noise' in reasons, reasons


# --- a folder that is gone ---

def unplugged():
    with Place() as place:
        place.site.publish([place.site.topic('good')])
        place.bus.sync()
        away = place.site.folder + '-away'
        os.rename(place.site.folder, away)
        status = place.bus.sync()
        assert 'cannot be reached' in status['state'] and status['since-us'] > 0 and status['checked-us'] > 0, status
        assert set(topics(place.agent)) == {'good'}
        numbers = [place.bus.post('feedback', FEEDBACK), place.bus.post('support', PRESS),
                   place.bus.post('progress', {'id': 'line', 'verb': 'played'}),
                   place.bus.post('publish', {'topic': {'id': 'new', 'title': {'en': 'x'}}})]
        for number in numbers:
            post = await_it('why it waits', lambda: (found := place.bus.find(number))['error'] and found)
            assert post['state'] == 'waiting' and 'cannot be reached' in post['error'], post
        assert not os.path.exists(place.site.folder)  # nothing is made where nothing is plugged in
        place.agent.stop()
        place.agent.start()
        place.bus = SiteBus(place.agent)
        assert [post['state'] for post in place.bus.posts()] == ['waiting'] * 4
        os.rename(away, place.site.folder)
        for number in numbers:
            place.bus.await_post(number)
        assert [line['id'] for line in place.site.lines('progress')] == ['line'] and len(place.site.lines('support')) == 1
        assert 'new' in {topic['id'] for topic in place.site.manifest()['topics']}
        await_it('the new topic', lambda: 'new' in topics(place.agent))


def answers_soon(bus, seconds=5):
    begin = time.monotonic()
    bus.call('ListPosts', '(s)', '')
    bus.call('SyncLibrary', '(b)', False)
    assert time.monotonic() - begin < seconds, 'the agent was held up'


def hanging():
    """A share whose server is dead holds in the kernel whoever names it: reading and posting wait, everything else goes on, also the
    agent's end and its start."""
    when = tempfile.mkdtemp(prefix='hang-')
    flag, place = os.path.join(when, 'now'), Place()
    place.rest['environment'] = {'LD_PRELOAD': os.environ['NEGATOSCOPE_HANG_FOLDER'], 'HANG_WHEN': flag,
                                 'ASAN_OPTIONS': os.environ.get('ASAN_OPTIONS', '') + ':verify_asan_link_order=0'}
    try:
        with place:
            place.agent.environment['HANG_FOLDER'] = place.site.folder
            place.agent.stop()
            place.agent.start()
            place.bus = SiteBus(place.agent)
            place.site.publish([place.site.topic('good')])
            await_it('the topic', lambda: 'good' in topics(place.agent))
            with open(flag, 'wb'):
                pass
            number = place.bus.post('feedback', FEEDBACK)
            answers_soon(place.bus)
            assert place.agent.ask('studies') == []
            post = await_it('why it waits', lambda: (found := place.bus.find(number))['error'] and found, 3 * PATIENCE_S)
            assert post['state'] == 'waiting', post
            await_it('why the library is old', lambda: place.bus.call('SyncLibrary', '(b)', False)[0]['state'], 3 * PATIENCE_S)
            assert set(topics(place.agent)) == {'good'}
            answers_soon(place.bus)
            begin = time.monotonic()
            place.agent.stop()
            assert time.monotonic() - begin < 20, 'the end was held up'
            place.agent.start()
            place.bus = SiteBus(place.agent)
            answers_soon(place.bus)
            assert place.bus.find(number)['state'] == 'waiting'
            os.unlink(flag)
            place.bus.await_post(number)
            place.site.publish([place.site.topic('good'), place.site.topic('later')], 2)
            await_it('the later topic', lambda: 'later' in topics(place.agent))
    finally:
        shutil.rmtree(when, ignore_errors=True)


# --- publishing ---

PUBLISHED = {'topic': {'id': 'made', 'title': {'en': 'Made'}, 'made_by': 'Jo', 'text': [{'language': 'en', 'file': 't.md'}],
                       'captions': [{'language': 'en', 'file': 'c.vtt'}], 'pictures': [{'file': 'p.png'}]},
             'attachments': ['t.md', 'c.vtt', 'p.png']}


def publishes():
    with Place() as place:
        place.site.publish([place.site.topic('hand', unknown={'kept': 1})], 7, more={'kept': 2})
        place.bus.await_post(place.bus.post('publish', PUBLISHED, b'![x](p.png)\n', VTT, png()))
        manifest = place.site.manifest()
        assert manifest['revision'] == 8 and manifest['more'] == {'kept': 2}, manifest
        by_id = {topic['id']: topic for topic in manifest['topics']}
        assert by_id['hand']['unknown'] == {'kept': 1} and by_id['made']['revision'] == 1, by_id
        place.bus.sync()
        assert set(topics(place.agent)) == {'hand', 'made'} and refused(place.agent) == {}, refused(place.agent)
        place.bus.await_post(place.bus.post('publish', PUBLISHED, b'Other words\n', VTT, png()))
        await_it('its next revision', lambda: topics(place.agent)['made']['revision'] == 2)
        place.bus.await_post(place.bus.post('publish', {'announcement': {'id': 'news', 'title': {'en': 'News'}}}))
        await_it('an announcement', lambda: [entry['id'] for entry in current(place.agent)['announcements']] == ['news'])
        place.bus.await_post(place.bus.post('withdraw', {'topic': 'made'}))
        place.bus.await_post(place.bus.post('withdraw', {'topic': 'built-in'}))
        place.bus.await_post(place.bus.post('withdraw', {'announcement': 'news'}))
        await_it('all withdrawn', lambda: topics(place.agent)['made'].get('withdrawn')
                 and topics(place.agent)['built-in'].get('withdrawn') and not current(place.agent)['announcements'])
        assert not [name for _, _, names in os.walk(place.site.folder) for name in names if name.endswith('.part')]
        assert os.listdir(os.path.join(place.agent.home, 'data', 'posts')) == []


def posts_refused():
    with Place() as place:
        topic = {'id': 'made', 'title': {'en': 'Made'}}
        for what, arguments, word in (
                ('another kind', ('gossip', {}), 'kind'), ('no JSON', ('feedback', 'hello'), 'JSON'),
                ('no words', ('feedback', {**FEEDBACK, 'words': ''}), 'words'),
                ('a kind of feedback', ('feedback', {**FEEDBACK, 'kind': 'x'}), 'kind'),
                ('a page that is none', ('feedback', {**FEEDBACK, 'page': 'DOE, JANE'}), 'page'),
                ('a picture that is none', ('feedback', {**FEEDBACK, 'attachments': ['screenshot.png']}, b'hello'), 'PNG'),
                ('another attachment', ('feedback', {**FEEDBACK, 'attachments': ['x.png']}, png()), 'picture'),
                ('one too few', ('feedback', {**FEEDBACK, 'attachments': ['screenshot.png']}), 'attachments'),
                ('one too many', ('support', PRESS, png()), 'attachments'),
                ('nothing to publish', ('publish', {}), 'neither'), ('no title', ('publish', {'topic': {'id': 'x'}}), 'title'),
                ('a name that leads out', ('publish', {'topic': topic, 'attachments': ['../x.md']}, b'x'), 'attachment'),
                ('a file that did not come', ('publish', {'topic': {**topic, 'text': [{'language': 'en', 'file': 'x.md'}]}}), 'come along'),
                ('script', ('publish', {'topic': {**topic, 'text': [{'language': 'en', 'file': 'x.md'}]}, 'attachments': ['x.md']},
                            b'<script>'), 'HTML'),
                ('nothing to withdraw', ('withdraw', {}), 'id'), ('an id that is none', ('withdraw', {'topic': '../x'}), 'id'),
                ('a long line', ('progress', {'id': 'x', 'text': 'y' * 70000}), 'long')):
            why = post_fails(place.bus, *arguments)
            assert word in why, (what, why)
        assert place.bus.posts() == []
        posts = os.path.join(place.agent.home, 'data', 'posts')
        assert not os.path.isdir(posts) or os.listdir(posts) == []
        assert 'no message' in fails(place.bus, 'ControlPost', '(xs)', 99, 'retry')
        # A manifest that nobody can read is not written over.
        place.site.write('manifest.json', b'{')
        number = place.bus.post('publish', {'topic': topic})
        post = await_it('why', lambda: (found := place.bus.find(number))['error'] and found)
        assert 'not changed' in post['error'] and open(place.site.path('manifest.json'), 'rb').read() == b'{', post
        assert 'none of' in fails(place.bus, 'ControlPost', '(xs)', number, 'burn')
        place.bus.call('ControlPost', '(xs)', number, 'discard')
        assert place.bus.posts() == []


def two_publishers(n):
    """Two agents, one folder, at the same time: all of both. The manifest is large, so that each takes its time for it."""
    with Place() as one, Home(one.site.config()) as second:
        fillers = [{'id': f'filler-{i}', 'withdrawn': True, 'note': 'x' * 2000} for i in range(500)]
        one.site.publish(fillers, 0)
        buses = [one.bus, SiteBus(second)]
        numbers = [[], []]

        def publish(which):
            for i in range(n):
                name = f'topic-{which}-{i}'
                content = {'topic': {'id': name, 'title': {'en': name}, 'text': [{'language': 'en', 'file': 't.md'}]},
                           'attachments': ['t.md']}
                numbers[which].append(buses[which].post('publish', content, f'Words of {name}\n'.encode()))

        threads = [threading.Thread(target=publish, args=(which,)) for which in (0, 1)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(PATIENCE_S)
        for which in (0, 1):
            for number in numbers[which]:
                buses[which].await_post(number)
        wanted = {f'topic-{which}-{i}' for which in (0, 1) for i in range(n)} | {filler['id'] for filler in fillers}
        manifest = one.site.manifest()
        assert {topic['id'] for topic in manifest['topics']} == wanted and manifest['revision'] == 2 * n, manifest['revision']
        for agent in (one.agent, second):
            await_it('both have all', lambda: set(topics(agent)) == wanted)


# --- feedback, support, progress ---

def feedback():
    with Place() as place:
        number = place.bus.post('feedback', {**FEEDBACK, 'attachments': ['screenshot.png']}, png())
        post = place.bus.await_post(number)
        with open(place.site.path('feedback', post['uuid'] + '.json'), encoding='utf-8') as file:
            told = json.load(file)
        assert told['words'] == FEEDBACK['words'] and told['id'] == post['uuid'], told
        with open(place.site.path('feedback', post['uuid'] + '.png'), 'rb') as file:
            assert file.read() == png()
        # You said, we did.
        place.site.write(f'feedback/{post["uuid"]}.answer.json', json.dumps(
            {'words': 'It is **faster** now', 'by': 'Ann', 'at': '2026-11-24T08:00:00Z', 'done': 'An index'}).encode())
        post = await_it('the answer', lambda: (found := place.bus.find(number))['answer'] and found)
        answer = json.loads(post['answer'])
        assert answer['by'] == 'Ann' and answer['done'] == 'An index' and not post['seen'] and post['answered-us'] > 0, post
        place.bus.call('ControlPost', '(xs)', number, 'seen')
        assert place.bus.find(number)['seen']
        # Another answer is news again; one that is none is not.
        place.site.write(f'feedback/{post["uuid"]}.answer.json', b'{"words":')
        place.site.write(f'feedback/{post["uuid"]}.answer.json', json.dumps({'words': 'Really'}).encode())
        await_it('the other answer', lambda: json.loads(place.bus.find(number)['answer'])['words'] == 'Really')
        assert not place.bus.find(number)['seen']
        # What superusers see of it.
        place.site.write('feedback/strange.json', b'{"kind":"x"}')
        place.bus.await_post(place.bus.post('feedback', {**FEEDBACK, 'words': '=1+1;"x"\nsecond line', 'at': '2026-11-22T10:00:00Z'}))
        found = place.agent.ask('feedback', 'list', status=1)
        assert [item.get('words') for item in found] == ['=1+1;"x"\nsecond line', FEEDBACK['words'], None], found
        assert found[1]['answer']['words'] == 'Really' and found[1]['picture'].endswith('.png') and found[0]['answer'] is None, found
        assert found[1]['how_bad'] == 'slows' and found[1]['page'] == 'worklist' and found[2]['error']['code'] == 'unreadable', found
        os.unlink(place.site.path('feedback', 'strange.json'))
        done = place.agent.run('feedback', 'list')
        assert done.returncode == 0 and b'The list is slow' in done.stdout, done
        table = os.path.join(place.folder, 'table.csv')
        done = place.agent.run('feedback', 'export', '--output', table)
        assert done.returncode == 0, done
        with open(table, encoding='utf-8', newline='') as file:
            rows = list(csv.DictReader(file))
        assert [row['words'] for row in rows] == ['\'=1+1;"x"\nsecond line', FEEDBACK['words']], rows
        assert rows[1]['answer'] == 'Really' and rows[0]['user'] == 'jo', rows
        assert place.agent.run('feedback', 'burn').returncode == 2


def torn_line():
    """A line that somebody was cut off in spoils no other."""
    with Place() as place:
        for i in range(3):
            place.bus.await_post(place.bus.post('progress', {'id': f'line-{i}'}))
        (name,) = os.listdir(place.site.path('progress'))
        with open(place.site.path('progress', name), 'ab') as file:
            file.write(b'{"id":"cut')
        place.bus.await_post(place.bus.post('progress', {'id': 'next'}))
        with open(place.site.path('progress', name), 'rb') as file:
            lines = file.read().split(b'\n')
        assert [json.loads(line)['id'] for line in lines if line.endswith(b'}')] == ['line-0', 'line-1', 'line-2', 'next'], lines
        assert lines[3] == b'{"id":"cut', lines


def nowhere():
    with Place() as place:
        with open(place.agent.config, encoding='utf-8') as file:
            text = file.read()
        with open(place.agent.config, 'w', encoding='utf-8') as file:
            file.write(text.replace(f'folder={place.site.folder}', ''))
        place.agent.process.send_signal(1)
        await_it('no place', lambda: place.bus.call('SyncLibrary', '(b)', False)[0]['place'] == '')
        number = place.bus.post('feedback', FEEDBACK)
        post = await_it('why', lambda: (found := place.bus.find(number))['error'] and found)
        assert 'neither' in post['error'], post
        with open(place.agent.config, 'w', encoding='utf-8') as file:
            file.write(text)
        place.agent.process.send_signal(1)
        place.bus.await_post(number)


def no_room():
    """A share without room: it waits, nothing half is seen, and what was there stays."""
    folder = tempfile.mkdtemp(prefix='full-')
    if os.geteuid() != 0 or subprocess.run(['mount', '-t', 'tmpfs', '-o', 'size=200k', 'tmpfs', folder], check=False,
                                           stderr=subprocess.DEVNULL).returncode != 0:
        os.rmdir(folder)
        raise Skip('no small file system can be mounted here')
    try:
        site = Site(folder)
        site.publish([site.topic('good')])
        with Home(site.config()) as agent:
            bus = SiteBus(agent)
            bus.sync()
            with open(site.path('filler'), 'wb') as file:
                file.write(os.urandom(150000))
            content = {'topic': {'id': 'made', 'title': {'en': 'Made'}, 'pictures': [{'file': 'p.png'}]}, 'attachments': ['p.png']}
            number = bus.post('publish', content, png() + os.urandom(100000))
            post = await_it('why', lambda: (found := bus.find(number))['error'] and found)
            assert post['state'] == 'waiting' and 'space' in post['error'], post
            assert [topic['id'] for topic in site.manifest()['topics']] == ['good']
            os.unlink(site.path('filler'))
            bus.await_post(number)
            await_it('it is shown', lambda: 'made' in topics(agent))
            subprocess.run(['mount', '-o', 'remount,ro', folder], check=True)
            number = bus.post('feedback', FEEDBACK)
            post = await_it('why', lambda: (found := bus.find(number))['error'] and found)
            assert 'ead-only' in post['error'], post
            subprocess.run(['mount', '-o', 'remount,rw', folder], check=True)
            bus.await_post(number)
    finally:
        subprocess.run(['umount', '-l', folder], check=False)
        os.rmdir(folder)


def settings():
    """A wrong value names file, group and key; the one before holds."""
    with Place() as place:
        with open(place.agent.config, encoding='utf-8') as file:
            good = file.read()
        for group, line in (('library', 'folder=relative'), ('library', 'every=often'), ('support', 'room=http://meet.example/x'),
                            ('support', 'room=https://meet.example/x'), ('support', 'webhook=http://site.example/hook'),
                            ('support', 'room=https://user:secret@meet.example/x\nallow-hosts=meet.example')):
            with open(place.agent.config, 'w', encoding='utf-8') as file:
                file.write(good.replace('[library]', '[other]') + f'[{group}]\n{line}\n')
            before = len(place.agent.log())
            place.agent.process.send_signal(1)
            log = await_it(f'a word about {line}', lambda: place.agent.log()[before:])
            assert f'[{group}]' in log and line.split('=')[0] in log, log


def main():
    tap = Tap()
    long = '--long' in sys.argv
    tap.run('what comes, is replaced, withdrawn, removed', comes)
    tap.run('entries that are wrong', hostile_entries)
    tap.run('manifests that are wrong', hostile_manifests)
    tap.run('a broken revision', broken_revision)
    tap.run('videos', videos)
    tap.run('an unplugged folder', unplugged)
    tap.run('publishing', publishes)
    tap.run('what is refused at once', posts_refused)
    tap.run('two publishers', two_publishers, 20 if long else 3)
    tap.run('feedback and its answer', feedback)
    if long:
        tap.run('a share that does not answer', hanging)
        tap.run('a torn line', torn_line)
        tap.run('no place to send to', nowhere)
        tap.run('a full and a read-only share', no_room)
        tap.run('the site file', settings)
    tap.done()


if __name__ == '__main__':
    main()
