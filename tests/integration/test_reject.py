#!/usr/bin/python3
"""Rejected images: the note and the row that counts it are both there or neither, also after a kill; the note says what it has to say,
leaves with the study and after it, and is taken back only while nobody has it."""
import csv
import io
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time

import pydicom

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'python'))
import hostile_peers as hostile  # noqa: E402
import peers  # noqa: E402
from fault_homes import Bus, Home, await_death, restart, rows  # noqa: E402
from negtest import Skip, Tap  # noqa: E402

PATIENCE_S = 90
COMMITS = 'query;retrieve;store;commit'
KEY_SELECTION = '1.2.840.10008.5.1.4.1.1.88.59'


def uid(i):
    return f'1.2.3.4.{i}'


def await_it(what, is_it, seconds=PATIENCE_S):
    end = time.monotonic() + seconds
    while not (found := is_it()):
        assert time.monotonic() < end, what()
        time.sleep(0.05)
    return found


def await_checked(agent):
    await_it(lambda: f'not checked: {rows(agent, "SELECT * FROM desk")}',
             lambda: rows(agent, 'SELECT count(*) FROM desk WHERE due_us = 0 AND checked_us > 0') == [(1,)])


def receive(agent, n, first=1):
    with hostile.Caller(agent.port, [(hostile.CT_STORAGE, hostile.IMPLICIT)]) as caller:
        for i in range(first, first + n):
            assert caller.store(hostile.small_ct(uid(i)), uid(i)) == 0
        assert caller.release()
    await_checked(agent)


def get_study(agent):
    return rows(agent, 'SELECT study_id FROM desk')[0][0]


def reject(agent, *which, code='113001', reason='motion', words='', repeat=True):
    return Bus(agent).call('Reject', '(xassssb)', get_study(agent), [uid(i) for i in which], code, reason, words, repeat)[0]


def fails(error_name, func, *arguments, **rest):
    from gi.repository import GLib
    try:
        func(*arguments, **rest)
    except GLib.Error as error:
        assert error_name in str(error), error
        return str(error)
    raise AssertionError('it was done')


def path_of(agent, sop_class=KEY_SELECTION):
    (name,), = rows(agent, f"SELECT name FROM instance WHERE sop_class_uid = '{sop_class}' AND superseded_by IS NULL")
    return find(agent, name)


def find(agent, name):
    for folder, _, names in os.walk(agent.home):
        if name in names:
            return os.path.join(folder, name)
    raise AssertionError('no such file')


def notes(agent):
    return rows(agent, f"SELECT count(*) FROM instance WHERE sop_class_uid = '{KEY_SELECTION}' AND superseded_by IS NULL")[0][0]


def names_of(note):
    return sorted(item.ReferencedSOPSequence[0].ReferencedSOPInstanceUID for item in note.ContentSequence
                  if item.ValueType == 'IMAGE')


def name_of(item):
    return item.ConceptNameCodeSequence[0].CodeValue if 'ConceptNameCodeSequence' in item else None


def says():
    with Home() as agent:
        receive(agent, 4)
        number = reject(agent, 1, 2, words='left arm moved')
        path = path_of(agent)
        note = pydicom.dcmread(path)
        assert note.SOPClassUID == KEY_SELECTION and note.Modality == 'KO' and note.StudyInstanceUID == '1.2.3'
        title = note.ConceptNameCodeSequence[0]
        assert (title.CodeValue, title.CodingSchemeDesignator) == ('113001', 'DCM'), title
        modifier, = [item for item in note.ContentSequence if name_of(item) == '113011']
        assert modifier.RelationshipType == 'HAS CONCEPT MOD'
        assert modifier.ConceptCodeSequence[0].CodeValue == '111210'
        text, = [item for item in note.ContentSequence if item.ValueType == 'TEXT']
        assert text.TextValue == 'motion: left arm moved'
        assert names_of(note) == [uid(1), uid(2)]
        evidence = note.CurrentRequestedProcedureEvidenceSequence[0]
        assert evidence.StudyInstanceUID == note.StudyInstanceUID
        assert rows(agent, 'SELECT id, code, reason, repeat, note_sop_uid FROM rejection') == [
            (number, '113001', 'motion', 1, note.SOPInstanceUID)]
        assert rows(agent, "SELECT count(*) FROM audit WHERE detail LIKE 'rejected 2 objects: 113001 motion'") == [(1,)]
        if shutil.which('dciodvfy') is not None:
            said = subprocess.run(['dciodvfy', path], capture_output=True, text=True)
            errors = [line for line in (said.stderr + said.stdout).splitlines() if line.startswith('Error')]
            assert not errors, errors
        await_checked(agent)


def refused():
    with Home() as agent:
        receive(agent, 2)
        fails('Usage', reject, agent, 1, code='113000')
        fails('Usage', reject, agent, 1, reason='')
        fails('Usage', reject, agent)
        fails('NotFound', reject, agent, 1, 9)
        fails('Usage', reject, agent, 1, words='x' * 600)
        assert notes(agent) == 0 and rows(agent, 'SELECT count(*) FROM rejection') == [(0,)]
        reject(agent, 1)
        fails('Conflict', reject, agent, 1)
        number = reject(agent, 1, 2, reason='', words='the other one, too')
        assert names_of(pydicom.dcmread(find(agent, rows(
            agent, 'SELECT name FROM instance ORDER BY id DESC LIMIT 1')[0][0]))) == [uid(2)]
        fails('NotFound', Bus(agent).call, 'UndoReject', '(x)', number + 1)


def undone():
    with Home() as agent:
        receive(agent, 3)
        whole = rows(agent, 'SELECT n_objects FROM (SELECT sum(n_instances) AS n_objects FROM series)')
        number = reject(agent, 1)
        assert notes(agent) == 1
        Bus(agent).call('UndoReject', '(x)', number)
        assert notes(agent) == 0
        assert rows(agent, 'SELECT sum(n_instances) FROM series') == whole
        assert rows(agent, 'SELECT undone_us > 0 FROM rejection') == [(1,)]
        fails('Conflict', Bus(agent).call, 'UndoReject', '(x)', number)
        again = reject(agent, 1)
        assert again != number and notes(agent) == 1
        await_checked(agent)


def today(data):
    return data.replace(b'20260102', time.strftime('%Y%m%d').encode())


def rebuilt():
    """The index is lost: what is rejected stays so, what was taken back as well, and old studies do not stand on the page."""
    with Home() as agent:
        receive(agent, 5)
        await_checked(agent)
        reject(agent, 1, 2, words='left arm moved')
        reject(agent, 3, code='113038', reason='', words='another patient')
        Bus(agent).call('UndoReject', '(x)', reject(agent, 4))
        with hostile.Caller(agent.port, [(hostile.CT_STORAGE, hostile.IMPLICIT)]) as caller:
            assert caller.store(today(hostile.small_ct('1.2.5.4.1', study='1.2.5')), '1.2.5.4.1') == 0 and caller.release()
        told = rows(agent, 'SELECT code, reason, words, note_sop_uid FROM rejection WHERE undone_us = 0 ORDER BY code')
        named = rows(agent, 'SELECT o.sop_instance_uid, o.day FROM rejection_object o JOIN rejection r ON r.id = o.rejection_id'
                            ' WHERE r.undone_us = 0 ORDER BY 1')
        agent.stop()
        for name in os.listdir(f'{agent.home}/data'):
            if name.startswith('archive.db'):
                os.remove(f'{agent.home}/data/{name}')
        agent.start()
        bus = Bus(agent)
        job = bus.wait_job(bus.call('CheckArchive', '(s)', 'rebuild')[0])
        assert job['state'] == 'done', job
        assert rows(agent, 'SELECT code, reason, words, note_sop_uid FROM rejection ORDER BY code') == told, told
        assert rows(agent, 'SELECT sop_instance_uid, day FROM rejection_object ORDER BY 1') == named
        desk = rows(agent, 'SELECT t.study_uid, d.state, d.words FROM desk d JOIN study t ON t.id = d.study_id ORDER BY 1')
        assert [row[:2] for row in desk] == [('1.2.3', 3), ('1.2.5', 0)] and all('not known' in row[2] for row in desk), desk
        await_it(lambda: rows(agent, 'SELECT * FROM desk'), lambda: not rows(agent, 'SELECT 1 FROM desk WHERE due_us > 0'))
        # Once more it is no news.
        assert bus.wait_job(bus.call('CheckArchive', '(s)', 'rebuild')[0])['state'] == 'done'
        assert rows(agent, 'SELECT count(*) FROM rejection') == [(2,)]


def commands():
    with Home() as agent:
        receive(agent, 3)
        series, = rows(agent, 'SELECT series_uid FROM series')[0]
        answer = agent.run('reject', '--study', '1.2.3', '--objects', uid(1), '--code', 'quality', '--reason', 'positioning',
                           '--repeat', '--json')
        assert answer.returncode == 0, answer
        first = json.loads(answer.stdout)
        assert (first['code'], first['images'], first['repeat'], first['undone']) == ('113001', 1, True, False), first
        answer = agent.run('reject', '--study', '1.2.3', '--series', series, '--code', 'safety', '--reason', 'wrong patient')
        assert answer.returncode == 0 and b'2 images' in answer.stdout, answer
        listed = json.loads(agent.run('reject', '--list', '--study', '1.2.3', '--json').stdout)
        assert [one['code'] for one in listed] == ['113037', '113001'], listed
        answer = agent.run('reject', '--undo', str(listed[0]['rejection']), '--json')
        assert json.loads(answer.stdout)['undone'], answer
        assert agent.run('reject', '--study', '1.2.3', '--code', 'colour', '--reason', 'x').returncode == 1
        assert agent.run('reject', '--report', '--from', '2026-13-01', '--to', '2026-12-01').returncode == 2
        await_checked(agent)
        days = ('--from', '2000-01-01', '--to', '2199-12-31')
        answer = agent.run('reject', '--report', *days, '--by', 'modality', '--json')
        assert json.loads(answer.stdout) == [{'key': 'CT', 'made': 3, 'rejected': 1, 'repeats': 1, 'rate': 1 / 3}], answer
        answer = agent.run('reject', '--report', *days, '--by', 'reason', '--json')
        assert [(one['key'], one['rejected']) for one in json.loads(answer.stdout)] == [('positioning', 1)], answer
        lines = list(csv.reader(io.StringIO(agent.run('reject', '--report', *days, '--csv', '-').stdout.decode())))
        assert len(lines) == 2 and lines[1][1:4] == ['113001', 'positioning', 'yes'], lines


# --- at others' ---

class Archive(hostile.HostilePeer):
    def __init__(self):
        self.stored = []
        super().__init__(self.serve)

    def site(self, name, **more):
        return super().site(name, **{'use': 'query;retrieve;store', **more})

    def serve(self, link):
        link.accept()
        while (message := link.receive()) is not None:
            context, fields, _ = message
            if fields[0x0100] == hostile.STORE_RQ:
                self.stored.append(fields[0x1000].rstrip(b'\0').decode())
            link.respond(context, fields, 0)


def release(agent):
    bus = Bus(agent)
    for (finding,) in rows(agent, 'SELECT id FROM finding WHERE severity = 3 AND accepted_us = 0'):
        bus.call('AcceptFinding', '(xs)', finding, 'a test object')
    return bus.call('ReleaseStudy', '(xas)', get_study(agent), [])[0]


def note_uid(agent):
    return rows(agent, 'SELECT note_sop_uid FROM rejection ORDER BY id DESC LIMIT 1')[0][0]


def goes_along():
    """What is rejected before the study leaves stays here; its note leaves."""
    with Archive() as archive, Home(archive.site('PACS')) as agent:
        receive(agent, 3)
        number = reject(agent, 2)
        await_checked(agent)
        release(agent)
        await_it(lambda: archive.stored, lambda: rows(agent, 'SELECT state FROM desk') == [(2,)])
        assert sorted(archive.stored) == sorted([uid(1), uid(3), note_uid(agent)]), archive.stored
        assert 'sent' in fails('Refused', Bus(agent).call, 'UndoReject', '(x)', number)
        assert notes(agent) == 1


def goes_after():
    """What has left already is followed by its note, and by nothing else."""
    with Archive() as archive, Home(archive.site('PACS')) as agent:
        receive(agent, 3)
        release(agent)
        await_it(lambda: archive.stored, lambda: rows(agent, 'SELECT state FROM desk') == [(2,)])
        assert sorted(archive.stored) == [uid(1), uid(2), uid(3)]
        reject(agent, 2)
        await_it(lambda: (archive.stored, rows(agent, 'SELECT * FROM job')), lambda: len(archive.stored) == 4)
        assert archive.stored[3] == note_uid(agent)
        await_it(lambda: rows(agent, 'SELECT * FROM desk'), lambda: rows(agent, 'SELECT state, due_us FROM desk') == [(2, 0)])


def killed():
    for point, is_made in (('rejection-written', False), ('rejection-rows', False), ('rejection-made', True)):
        with Archive() as archive, Home(archive.site('PACS')) as agent:
            receive(agent, 3)
            release(agent)
            await_it(lambda: archive.stored, lambda: rows(agent, 'SELECT state FROM desk') == [(2,)])
            agent.stop()
            agent.environment['NEGATOSCOPE_FAULT'] = f'{point}:1'
            agent.start()
            try:
                reject(agent, 1)
            except Exception as error:
                assert 'AssertionError' not in repr(error), error
            assert await_death(agent), f'{point} was not reached: {agent.log()}'
            restart(agent)
            assert notes(agent) == int(is_made), point
            assert rows(agent, 'SELECT count(*) FROM rejection') == [(int(is_made),)], point
            if not is_made:
                reject(agent, 1)
            await_it(lambda: (point, archive.stored), lambda: archive.stored[3:] == [note_uid(agent)])


def undone_killed():
    with Home() as agent:
        receive(agent, 2)
        number = reject(agent, 1)
        agent.stop()
        agent.environment['NEGATOSCOPE_FAULT'] = 'rejection-undone:1'
        agent.start()
        try:
            Bus(agent).call('UndoReject', '(x)', number)
        except Exception as error:
            assert 'AssertionError' not in repr(error), error
        assert await_death(agent), agent.log()
        restart(agent)
        assert notes(agent) == 1 and rows(agent, 'SELECT undone_us FROM rejection') == [(0,)]
        Bus(agent).call('UndoReject', '(x)', number)
        assert notes(agent) == 0


def at_orthanc():
    if not peers.Orthanc.is_installed():
        raise Skip('no Orthanc')
    folder = tempfile.mkdtemp(prefix='reject-')
    orthanc = peers.Orthanc(os.path.join(folder, 'orthanc'))
    try:
        with Home(f'[peer PACS]\naddress=dicom://ORTHANC@127.0.0.1:{orthanc.port}\nuse={COMMITS}\n') as agent:
            orthanc.modalities = {'nega': {'AET': 'NEGATOSCOPE', 'Host': '127.0.0.1', 'Port': agent.port,
                                           'AllowStorageCommitment': True}}
            receive(agent, 3)
            reject(agent, 3, code='113037', reason='wrong patient')
            await_checked(agent)
            with orthanc:
                release(agent)
                await_it(agent.log, lambda: rows(agent, 'SELECT state FROM desk') == [(2,)])
                there = {one['MainDicomTags']['SOPInstanceUID']: one['ID'] for one in orthanc.get_json('/instances?expand')}
                assert sorted(there) == sorted([uid(1), uid(2), note_uid(agent)]), there
                tags = orthanc.get_json(f"/instances/{there[note_uid(agent)]}/simplified-tags")
                assert tags['ConceptNameCodeSequence'][0]['CodeValue'] == '113037', tags
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def main():
    tap = Tap()
    for name, test in (('says', says), ('refused', refused), ('undone', undone), ('rebuilt', rebuilt), ('commands', commands),
                       ('goes along', goes_along), ('goes after', goes_after), ('killed', killed),
                       ('undone, killed', undone_killed), ('at Orthanc', at_orthanc)):
        tap.run(name, test)
    tap.done()


main()
