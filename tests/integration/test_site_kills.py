#!/usr/bin/python3
"""The agent killed (SIGKILL) at named points while it posts, publishes and brings the library: what it had answered for arrives,
nothing is half published, nothing counts twice, and the library that is shown is whole."""
import json
import os
import random
import shutil
import sys
import tempfile
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'python'))
from fault_homes import Home, await_death, restart  # noqa: E402
from negtest import Tap  # noqa: E402
from site_library import FEEDBACK, VTT, Site, SiteBus, await_it, current, png, refused, sha256, topics  # noqa: E402

FEEDBACK_POINTS = ('post-files', 'post-kept', 'feedback-picture', 'site-before-rename', 'outbox-delivered')
PROGRESS_POINTS = ('post-kept', 'site-appended', 'outbox-delivered')
PUBLISH_POINTS = ('post-files', 'post-kept', 'publish-media', 'publish-before-manifest', 'site-before-rename', 'publish-after-manifest',
                  'outbox-delivered')
LIBRARY_POINTS = ('library-file', 'library-before-current', 'library-after-current')
QUICK = {('feedback', 'outbox-delivered'), ('publish', 'publish-before-manifest'), ('library', 'library-before-current')}


def start_post(agent, *arguments):
    """Whether it was answered; the agent may die meanwhile."""
    from gi.repository import GLib
    try:
        return SiteBus(agent).post(*arguments) > 0
    except (GLib.Error, StopIteration, OSError):
        return False


def check_site(site):
    """What others see: whole files under their hashes, a manifest whose files are there, lines that can be read."""
    for folder, _, names in os.walk(site.folder):
        for name in names:
            if name.startswith('.'):
                continue
            with open(os.path.join(folder, name), 'rb') as file:
                data = file.read()
            if folder.endswith('media') and len(name.split('.')[0]) == 64:
                assert sha256(data) == name.split('.')[0], name
            if name.endswith('.json'):
                json.loads(data)
    if os.path.exists(site.path('manifest.json')):
        for topic in site.manifest()['topics']:
            for file in topic.get('text', []) + topic.get('pictures', []) + topic.get('captions', []):
                assert os.path.exists(site.path(file['file'])), file


def with_fault(site, point, nth=1):
    return Home(site.config(), environment={'NEGATOSCOPE_FAULT': f'{point}:{nth}'})


def await_all(agent):
    bus = SiteBus(agent)
    await_it('all posts are done', lambda: all(post['state'] == 'done' for post in bus.posts()))
    return bus.posts()


def feedback(site, point):
    with with_fault(site, point) as agent:
        answered = start_post(agent, 'feedback', {**FEEDBACK, 'attachments': ['screenshot.png']}, png())
        assert await_death(agent), f'nothing passes {point}'
        check_site(site)
        restart(agent)
        posts = await_all(agent)
        assert len(posts) <= 1 and (posts or not answered), (answered, posts)
        check_site(site)
        names = sorted(name for name in os.listdir(site.path('feedback')) if not name.startswith('.')) if posts else []
        assert names == [post['uuid'] + ending for post in posts for ending in ('.json', '.png')], names
        assert os.listdir(os.path.join(agent.home, 'data', 'posts')) == []


def progress(site, point):
    with with_fault(site, point) as agent:
        answered = start_post(agent, 'progress', {'id': 'one'})
        assert await_death(agent), f'nothing passes {point}'
        restart(agent)
        await_all(agent)
        start_post(agent, 'progress', {'id': 'two'})
        await_all(agent)
        ids = [line['id'] for line in site.lines('progress')]
        assert set(ids) >= ({'one', 'two'} if answered else {'two'}) and ids.count('two') == 1, ids


def publish(site, point):
    content = {'topic': {'id': 'made', 'title': {'en': 'Made'}, 'text': [{'language': 'en', 'file': 't.md'}],
                         'captions': [{'language': 'en', 'file': 'c.vtt'}]}, 'attachments': ['t.md', 'c.vtt']}
    site.publish([site.topic('hand')], 5)
    with with_fault(site, point) as agent:
        answered = start_post(agent, 'publish', content, b'Words\n', VTT)
        assert await_death(agent), f'nothing passes {point}'
        check_site(site)
        restart(agent)
        posts = await_all(agent)
        assert posts or not answered
        check_site(site)
        manifest = site.manifest()
        assert manifest['revision'] == 5 + len(posts), manifest
        assert [topic['id'] for topic in manifest['topics']] == ['hand', 'made'][:1 + len(posts)], manifest
        assert all(topic['revision'] == 1 for topic in manifest['topics'])
        await_it('it is shown', lambda: len(topics(agent)) == 1 + len(posts))
        left = [name for _, _, names in os.walk(site.folder) for name in names if name.endswith('.part')]
        assert left == [], left


def die_with(agent, point, nth):
    """Starts it and waits for its death: it may come before it is ready."""
    agent.stop()
    agent.environment['NEGATOSCOPE_FAULT'] = f'{point}:{nth}'
    try:
        agent.start()
        assert await_death(agent), f'nothing passes {point} {nth} times'
    except RuntimeError:
        agent.process = None


def library(site, point):
    """Before the first one, and before a second one: what is shown is one or the other."""
    with Home(site.config()) as agent:
        SiteBus(agent).sync()
        for revision in (1, 2):
            texts = {name: f'Words {revision} of {name}\n'.encode() for name in ('one', 'two')}
            before = topics(agent)
            wanted = [site.topic(name, text, revision=revision) for name, text in texts.items()]
            site.publish(wanted, revision)
            die_with(agent, point, 2 if point == 'library-file' else 1)
            check_cache(agent)
            assert topics(agent) in (before, {topic['id']: topic for topic in wanted}), topics(agent)
            restart(agent)
            await_it('all of it', lambda: topics(agent) == {topic['id']: topic for topic in wanted})
            check_cache(agent)
            assert refused(agent) == {}


def check_cache(agent):
    folder = os.path.join(agent.home, 'cache', 'library')
    for name in os.listdir(folder) if os.path.isdir(folder) else []:
        if len(name.split('.')[0]) == 64:
            with open(os.path.join(folder, name), 'rb') as file:
                assert sha256(file.read()) == name.split('.')[0], name
    for topic in current(agent)['topics']:
        for file in topic.get('text', []):
            assert os.path.exists(os.path.join(folder, file['sha256'] + '.md')), file


def anywhere(site, seconds):
    """Two agents post and publish, one is killed again and again: all that was answered is there once."""
    seed = random.randrange(1 << 30)
    print(f'# seed {seed}')
    chance = random.Random(seed)
    answered, stop = set(), threading.Event()
    with Home(site.config()) as killed, Home(site.config()) as other:
        def post_all():
            n = 0
            while not stop.is_set():
                name, n = f'id-{n}', n + 1
                if start_post(killed, 'progress', {'id': name}):
                    answered.add(name)
                content = {'topic': {'id': f't-{n % 5}', 'title': {'en': 'x'}, 'text': [{'language': 'en', 'file': 't.md'}]},
                           'attachments': ['t.md']}
                start_post(killed, 'publish', content, f'Words {n}\n'.encode())

        def publish_all():
            n = 0
            while not stop.is_set():
                n += 1
                start_post(other, 'publish', {'topic': {'id': f'o-{n % 5}', 'title': {'en': 'x'}}})
                time.sleep(0.05)

        threads = [threading.Thread(target=post_all), threading.Thread(target=publish_all)]
        for thread in threads:
            thread.start()
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            time.sleep(chance.uniform(0.05, 1.5))
            killed.kill()
            check_site(site)
            killed.start()
        stop.set()
        for thread in threads:
            thread.join()
        await_all(killed)
        await_all(other)
        ids = {line['id'] for line in site.lines('progress')}
        assert answered <= ids, answered - ids
        check_site(site)
        names = {topic['id'] for topic in site.manifest()['topics']}
        await_it('both have all', lambda: set(topics(killed)) == set(topics(other)) == names)


def main():
    tap = Tap()
    long = '--long' in sys.argv
    folder = tempfile.mkdtemp(prefix='site-kills-')
    try:
        sites = (Site(os.path.join(folder, f'site-{i}')) for i in range(100))
        for name, test, points in (('feedback', feedback, FEEDBACK_POINTS), ('progress', progress, PROGRESS_POINTS),
                                   ('publish', publish, PUBLISH_POINTS), ('library', library, LIBRARY_POINTS)):
            for point in points:
                if long or (name, point) in QUICK:
                    tap.run(f'{name}, killed at "{point}"', test, next(sites), point)
        if long:
            tap.run('killed anywhere', anywhere, next(sites), 40)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    tap.done()


if __name__ == '__main__':
    main()
