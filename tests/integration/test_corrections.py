#!/usr/bin/python3
"""Corrections as a person makes them: an order taken over, studies merged, doubles put aside, a side put right, taken back; and an
agent that is killed anywhere meanwhile (--long: at every point, and 200 times at random): afterwards it is as before, or done, never
between. Files are read by pydicom."""
import os
import random
import shutil
import sqlite3
import subprocess
import sys
import time

import numpy
import pydicom

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'python'))
from fault_homes import Bus, Home, await_death, check_whole, restart, rows  # noqa: E402
from hl7_peers import Hl7Home, Sender, find_port, frame, order, wait_until  # noqa: E402
from negtest import Tap  # noqa: E402
from synthetic import Folder, item  # noqa: E402

LONG = '--long' in sys.argv
HISTORY = {(0x0400, 0x0561), (0x0018, 0xA001)}  # Original Attributes, Contributing Equipment
NOISE = numpy.random.default_rng(9).integers(0, 4096, (64, 64), dtype=numpy.uint16)


def uid(study, series=0, number=0):
    return '.'.join(['2.25', str(1000 + study)] + [str(part) for part in (series, number) if part])


def write(folder, study, series, number, **attributes):
    return folder.write(NOISE + number, StudyInstanceUID=uid(study), SeriesInstanceUID=uid(study, series), bits=12,
                        SOPInstanceUID=uid(study, series, number), SeriesNumber=series, InstanceNumber=number,
                        **{'PatientID': 'WRONG', 'PatientName': 'Wrong^Walter', 'PatientBirthDate': '19500505',
                           'PatientSex': 'M', 'OtherPatientIDs': 'W-2', 'AccessionNumber': 'W1', 'StudyID': '7',
                           'StudyDate': '20260102', 'StudyTime': '101500', 'StudyDescription': 'As it came',
                           'ReferringPhysicianName': 'Doe^J', 'SpecificCharacterSet': 'ISO_IR 100',
                           'SliceThickness': '2', 'ImagePositionPatient': [0, 0, number], 'PixelSpacing': [1, 1],
                           'ImageOrientationPatient': [1, 0, 0, 0, 1, 0], 'SeriesDescription': f'series {series}',
                           **attributes})


def write_state(folder, study):
    """A presentation state that refers to the study's first image."""
    reference = item(ReferencedSOPClassUID='1.2.840.10008.5.1.4.1.1.2', ReferencedSOPInstanceUID=uid(study, 1, 1))
    return folder.write(None, kind='PR', StudyInstanceUID=uid(study), SeriesInstanceUID=uid(study, 9), Modality='PR',
                        SOPInstanceUID=uid(study, 9, 1), SeriesNumber=9, PatientID='WRONG', PatientName='Wrong^Walter',
                        PatientBirthDate='19500505', PatientSex='M', AccessionNumber='W1', StudyDate='20260102',
                        ReferencedSeriesSequence=[item(SeriesInstanceUID=uid(study, 1), ReferencedImageSequence=[reference])])


def fill(agent, studies=(1,), n=2, state=False, **attributes):
    """Two series of @n images each."""
    folder = Folder()
    with folder:
        for study in studies:
            for series in (1, 2):
                for number in range(1, n + 1):
                    write(folder, study, series, number, **attributes)
            if state:
                write_state(folder, study)
        agent.ask('import', folder.name)


def current(agent, where='1'):
    """What is shown: SOP instance UID to data set."""
    found = {}
    for sop, name, is_cache in rows(agent, 'SELECT i.sop_instance_uid, i.name, i.object_class FROM instance i JOIN series s ON'
                                           ' s.id = i.series_id JOIN study t ON t.id = s.study_id'
                                           f' WHERE i.superseded_by IS NULL AND {where}'):
        assert sop not in found, f'{sop} is shown twice'
        path = os.path.join(agent.home, 'cache' if is_cache else 'data', 'objects', name[:2], name)
        found[sop] = pydicom.dcmread(path)
        found[sop].path = path
    return found


def changes(before, after):
    """Keywords at the top level that differ; what each was and is."""
    tags = {element.tag for element in before} | {element.tag for element in after}
    found = {}
    for tag in tags:
        if (tag.group, tag.element) in HISTORY:
            continue
        was, now = before.get(tag), after.get(tag)
        if was != now and (was is None or now is None or was.value != now.value):
            found[(was or now).keyword] = (None if was is None else was.value, None if now is None else now.value)
    return found


def check_history(before, after, names):
    """The last item of Original Attributes says what was, who changed it and why."""
    last = after.OriginalAttributesSequence[-1]
    assert last.ModifyingSystem and last.AttributeModificationDateTime and last.ReasonForTheAttributeModification
    assert len(last.ModifiedAttributesSequence) == 1
    kept = last.ModifiedAttributesSequence[0]
    for name in names:
        if before.get(name) not in ('', None):
            assert kept.get(name) == before.get(name), (name, kept.get(name), before.get(name))


def dciodvfy(path):
    done = subprocess.run(['dciodvfy', path], capture_output=True, check=False)
    return {line for line in done.stderr.decode(errors='replace').splitlines() if line.startswith('Error')}


def entries(agent):
    return {row[0]: row[1] for row in rows(agent, 'SELECT patient_id, sum (n_here) FROM entry WHERE n_here > 0 GROUP BY patient_id')}


def take_order(agent, **rest):
    find_port(agent)
    with Sender(agent.hl7_port) as sender:
        sender.send(frame(order(**rest)))
        sender.read()
    return wait_until(lambda: agent.ask('orders'))[0]['order_key']


def refuses(agent, words, code):
    done = agent.run(*words)
    assert done.returncode != 0, words
    return code in done.stderr.decode()


# --- an order ---


def wrong_patient():
    with Hl7Home() as agent:
        fill(agent, state=True)
        before = current(agent)
        key = take_order(agent)
        asked = agent.ask('correct', '--study', uid(1), '--match-order', key, '--reason', 'wrong patient on the console')
        assert asked['state'] == 'waiting' and asked['objects'] == 0, asked
        assert entries(agent).get('WRONG') == 5, 'nothing changes before the second look'
        assert refuses(agent, ['correct', '--approve', asked['correction'], '--initials', 'M1'], 'initials')
        done = agent.ask('correct', '--approve', asked['correction'], '--initials', 'MK')
        assert (done['state'], done['objects'], done['aside'], done['looked_by']) == ('applied', 5, 0, 'MK'), done
        after = current(agent)
        assert entries(agent) == {'PAT1': 5}, entries(agent)
        assert set(after) == set(before), 'what never left keeps its UIDs'
        for sop, was in before.items():
            now = after[sop]
            allowed = {'PatientName', 'PatientID', 'IssuerOfPatientID', 'PatientBirthDate', 'PatientSex', 'OtherPatientIDs',
                       'AccessionNumber', 'RequestAttributesSequence', 'RequestedProcedureDescription', 'StudyDescription',
                       'IssuerOfAccessionNumberSequence'}
            found = changes(was, now)
            assert set(found) <= allowed, set(found) - allowed
            assert (now.PatientID, str(now.PatientName), now.PatientSex) == ('PAT1', 'TEST^ONE', 'F')
            assert now.AccessionNumber == 'AP1' and 'OtherPatientIDs' not in now
            assert now.get('PixelData') == was.get('PixelData')
            check_history(was, now, ['PatientName', 'PatientID', 'PatientBirthDate', 'AccessionNumber'])
            if shutil.which('dciodvfy'):
                assert dciodvfy(now.path) <= dciodvfy(was.path), dciodvfy(now.path) - dciodvfy(was.path)
        listed = agent.ask('correct', '--list', '--study', uid(1))
        assert [one['correction'] for one in listed] == [done['correction']]
        difference = agent.ask('correct', '--diff', done['correction'])
        assert len(difference) == 5 and any(change['keyword'] == 'PatientID' and change['before'] == 'WRONG'
                                            and change['after'] == 'PAT1' for change in difference[0]['changes'])
        # The same bytes again do not bring the wrong patient back.
        with Folder() as folder:
            for sop, was in before.items():
                shutil.copy(was.path, os.path.join(folder, sop))
            agent.ask('import', folder)
        assert entries(agent) == {'PAT1': 5}, entries(agent)
        undone = agent.ask('correct', '--undo', done['correction'])
        assert undone['state'] == 'undone' and entries(agent)['WRONG'] == 5, undone
        assert {sop: data.path for sop, data in current(agent).items()} == {sop: data.path for sop, data in before.items()}
        check_whole(agent)


def declined():
    with Hl7Home() as agent:
        fill(agent)
        asked = agent.ask('correct', '--study', uid(1), '--set', 'PatientID=NEW', '--reason', 'typed wrong')
        assert asked['state'] == 'waiting', asked
        assert agent.ask('correct', '--decline', asked['correction'], '--initials', 'AB')['state'] == 'declined'
        assert refuses(agent, ['correct', '--approve', asked['correction'], '--initials', 'AB'], 'state')
        assert entries(agent) == {'WRONG': 4}
        dry = agent.ask('correct', '--study', uid(1), '--set', 'StudyID=9', '--reason', 'x', '--dry-run')
        assert dry['state'] == 'possible' and not dry['needs_second_look'], dry
        assert len(rows(agent, 'SELECT id FROM correction')) == 1


# --- studies and series ---


def merged():
    """One CT that came as three studies, with a state in one of them."""
    with Home() as agent:
        fill(agent, studies=(1,))
        fill(agent, studies=(2, 3), state=True, AccessionNumber='W2', StudyID='8', StudyDescription='another')
        before = current(agent)
        done = agent.ask('correct', '--study', uid(1), '--merge', uid(2), '--merge', uid(3), '--reason', 'one CT')
        assert (done['state'], done['objects']) == ('applied', 10), done
        after = current(agent)
        assert entries(agent) == {'WRONG': 14} and len(rows(agent, 'SELECT 1 FROM entry')) == 1
        assert {data.StudyInstanceUID for data in after.values()} == {uid(1)}
        assert {(data.StudyID if 'StudyID' in data else None, data.AccessionNumber) for data in after.values()} == {('7', 'W1')}
        assert set(after) == set(before)
        for sop, was in before.items():
            found = set(changes(was, after[sop]))
            assert found <= {'StudyInstanceUID', 'StudyID', 'StudyDescription', 'AccessionNumber', 'StudyTime',
                             'ReferringPhysicianName'}, found
            if was.StudyInstanceUID == uid(1):
                assert was.path == after[sop].path, 'the target stays as it is'
        agent.ask('correct', '--undo', done['correction'])
        assert len(rows(agent, 'SELECT 1 FROM entry')) == 3
        check_whole(agent)


def split():
    with Home() as agent:
        fill(agent)
        done = agent.ask('correct', '--study', uid(1), '--split', uid(1, 2), '--description', 'Abdomen', '--reason', 'two orders')
        assert done['objects'] == 2, done
        studies = {data.StudyInstanceUID for data in current(agent).values()}
        assert len(studies) == 2 and uid(1) in studies
        new = next(iter(studies - {uid(1)}))
        parted = current(agent, f"t.study_uid = '{new}'")
        assert {data.SeriesInstanceUID for data in parted.values()} == {uid(1, 2)}
        assert {data.StudyDescription for data in parted.values()} == {'Abdomen'}
        back = agent.ask('correct', '--study', uid(1), '--merge', new, '--reason', 'one order after all')
        assert back['objects'] == 2 and {data.StudyInstanceUID for data in current(agent).values()} == {uid(1)}
        assert refuses(agent, ['correct', '--undo', done['correction']], 'corrected again')


def split_rejected():
    """What is rejected stays so in the study that it goes to: a note there names it; once, and not what came back."""
    def named():
        return rows(agent, 'SELECT t.study_uid, r.code, r.reason, r.user, o.sop_instance_uid FROM rejection r JOIN rejection_object o'
                           ' ON o.rejection_id = r.id JOIN study t ON t.id = r.study_id ORDER BY r.id')

    with Home() as agent:
        fill(agent)
        (study,), = rows(agent, f"SELECT id FROM study WHERE study_uid = '{uid(1)}'")
        Bus(agent).call('Reject', '(xassssb)', study, [uid(1, 1, 1), uid(1, 2, 1)], '113001', 'motion', '', True)
        before = named()
        agent.ask('correct', '--study', uid(1), '--split', uid(1, 2), '--reason', 'two orders')
        wait_until(lambda: len(named()) == 3)
        (new, *rest), = [row for row in named() if row not in before]
        assert new != uid(1) and rest[:3] == list(before[0][1:4]) and rest[3] == uid(1, 2, 1), named()
        note, = [data for data in current(agent, f"t.study_uid = '{new}'").values() if data.Modality == 'KO']
        images = [item.ReferencedSOPSequence[0].ReferencedSOPInstanceUID for item in note.ContentSequence if item.ValueType == 'IMAGE']
        assert images == [uid(1, 2, 1)], images
        agent.ask('correct', '--study', uid(1), '--merge', new, '--reason', 'one order after all')
        assert len(named()) == 3, named()
        # Two images were rejected, whatever names them now.
        report = agent.ask('reject', '--report', '--from', '2000-01-01', '--to', '2199-12-31', '--by', 'reason')
        assert [(one['key'], one['rejected']) for one in report] == [('motion', 2)], report


def moved():
    with Home() as agent:
        fill(agent)
        done = agent.ask('correct', '--study', uid(1), '--objects', uid(1, 1, 2), '--into', uid(1, 2), '--reason', 'wrong series')
        assert done['objects'] == 1, done
        data = current(agent)[uid(1, 1, 2)]
        assert (data.SeriesInstanceUID, data.SeriesNumber, data.SeriesDescription) == (uid(1, 2), 2, 'series 2')
        assert rows(agent, 'SELECT n_instances FROM series WHERE n_instances > 0 ORDER BY series_uid') == [(1,), (3,)]


def dropped():
    with Home() as agent:
        fill(agent, studies=(1,))
        doubles = [word for sop in sorted(current(agent)) if sop.startswith(uid(1, 2) + '.') for word in ('--drop', sop)]
        done = agent.ask('correct', '--study', uid(1), *doubles, '--reason', 'sent twice')
        assert (done['state'], done['objects'], done['aside']) == ('applied', 0, 2), done
        assert entries(agent) == {'WRONG': 2}
        agent.ask('correct', '--undo', done['correction'])
        assert entries(agent) == {'WRONG': 4}


# --- values ---


def side():
    """What an image means has changed: it is another object, and the state that refers to it follows."""
    with Home() as agent:
        fill(agent, state=True, Laterality='L')
        before = current(agent)
        done = agent.ask('correct', '--study', uid(1), '--series', uid(1, 1), '--set', 'Laterality=R', '--reason', 'a right knee')
        assert done['objects'] == 3, done
        after = current(agent)
        changed = {sop: data for sop, data in after.items() if data.get('Laterality') == 'R'}
        assert len(changed) == 2 and not set(changed) & set(before)
        for sop, data in changed.items():
            was = next(old for old in before.values() if old.get('PixelData') == data.PixelData
                       and old.SeriesInstanceUID == data.SeriesInstanceUID)
            assert set(changes(was, data)) == {'Laterality', 'SOPInstanceUID'}, changes(was, data)
            assert sop.startswith('2.25.') and sop == data.file_meta.MediaStorageSOPInstanceUID
            check_history(was, data, ['Laterality'])
        state = after[uid(1, 9, 1)]
        assert state.ReferencedSeriesSequence[0].ReferencedImageSequence[0].ReferencedSOPInstanceUID in changed
        agent.ask('correct', '--undo', done['correction'])
        assert set(current(agent)) == set(before)
        check_whole(agent)


SENT = """INSERT INTO delivery (id, study_id, peer, route, user, made_us) VALUES (1, 1, 'PACS', '', '', 1);
INSERT INTO delivery_object (delivery_id, instance_id, sop_instance_uid, sop_class_uid, state, changed_us)
  SELECT 1, id, sop_instance_uid, sop_class_uid, 2, 1 FROM instance"""


def sent():
    """Somebody else has it: what is corrected is another study, with other series and objects, all the way down."""
    with Home('[quality]\nsecond-look=none\n') as agent:
        fill(agent, state=True)
        before = current(agent)
        agent.stop()
        with sqlite3.connect(f'{agent.home}/data/archive.db') as database:
            database.executescript(SENT)
        agent.start()
        same = agent.ask('correct', '--study', uid(1), '--set', 'StudyDescription=better', '--reason', 'x')
        after = current(agent)
        assert same['objects'] == 5 and not set(after) & set(before)
        assert {data.SeriesInstanceUID for data in after.values()} == {data.SeriesInstanceUID for data in before.values()}
        other = agent.ask('correct', '--study', uid(1), '--set', 'PatientID=RIGHT', '--reason', 'x')
        assert other['objects'] == 5
        last = current(agent)
        assert set(last) == set(after), 'what was made here has not left yet'
        agent.ask('correct', '--undo', other['correction'])
        agent.ask('correct', '--undo', same['correction'])
        agent.ask('correct', '--study', uid(1), '--set', 'PatientID=RIGHT', '--reason', 'x')
        last = current(agent)
        for key in ('StudyInstanceUID', 'SeriesInstanceUID', 'SOPInstanceUID'):
            assert not {data[key].value for data in last.values()} & {data[key].value for data in before.values()}, key
        assert len({data.StudyInstanceUID for data in last.values()}) == 1
        state = next(data for data in last.values() if data.Modality == 'PR')
        reference = state.ReferencedSeriesSequence[0]
        image = last[reference.ReferencedImageSequence[0].ReferencedSOPInstanceUID]
        assert image.SeriesInstanceUID == reference.SeriesInstanceUID
        check_whole(agent)


def refused():
    with Home() as agent:
        fill(agent)
        for words in (['--set', 'PixelData=1'], ['--set', 'Rows=1'], ['--set', 'SOPInstanceUID=1.2'], ['--set', 'NoSuchThing=1'],
                      ['--set', 'StudyID=9', '--series', uid(1, 1)], ['--merge', uid(1)], ['--drop', '1.2.3'],
                      ['--match-order', 'X'], ['--split', uid(1, 1), '--split', uid(1, 2)], ['--set', 'StudyID=7']):
            done = agent.run('correct', '--study', uid(1), *words, '--reason', 'x', '--initials', 'AB')
            assert done.returncode != 0, words
        assert entries(agent) == {'WRONG': 4}
        assert not rows(agent, 'SELECT 1 FROM correction WHERE state < 3')
        assert len(os.listdir(f'{agent.home}/data/incoming')) == 0
        assert sum(len(files) for _, _, files in os.walk(f'{agent.home}/data/objects')) == 4


def rebuilt():
    """The index is lost: what was corrected does not come back as it was."""
    with Home() as agent:
        fill(agent, studies=(1, 2))
        agent.ask('correct', '--study', uid(1), '--set', 'PatientID=RIGHT', '--reason', 'x', '--initials', 'AB')
        undone = agent.ask('correct', '--study', uid(2), '--set', 'PatientID=NEVER', '--reason', 'x', '--initials', 'AB')
        agent.ask('correct', '--undo', undone['correction'])
        before = {sop: data.path for sop, data in current(agent).items()}
        agent.stop()
        for name in os.listdir(f'{agent.home}/data'):
            if name.startswith('archive.db'):
                os.remove(f'{agent.home}/data/{name}')
        agent.start()
        bus = Bus(agent)
        job = bus.wait_job(bus.call('CheckArchive', '(s)', 'rebuild')[0])
        assert job['state'] == 'done', job
        assert {sop: data.path for sop, data in current(agent).items()} == before
        assert entries(agent) == {'RIGHT': 4, 'WRONG': 4}, entries(agent)


# --- killed ---

POINTS = ['correction-asked', 'job-added', 'job-begun', 'correction-begun', 'correction-written', 'hashed', 'renamed', 'folder-synced',
          'correction-sealed', 'correction-apply', 'correction-rows', 'correction-noted', 'job-ran']


def start_correcting(agent):
    from gi.repository import GLib
    bus = Bus(agent)
    study = rows(agent, f"SELECT id FROM study WHERE study_uid = '{uid(1)}' AND patient_id = 'WRONG'")[0][0]
    spec = {'kind': GLib.Variant('s', 'set'), 'values': GLib.Variant('a(ss)', [('PatientID', 'RIGHT')])}
    bus.start('Correct', '(xa{sv}s)', study, spec, 'typed wrong')
    return bus


def settle(agent, n):
    """After the restart the correction goes on by itself; until then, and afterwards, never between."""
    def look():
        # One statement sees one state.
        seen = rows(agent, "SELECT patient_id, sum (n_here) FROM entry WHERE n_here > 0 GROUP BY patient_id UNION ALL"
                           " SELECT '', state FROM correction")
        counts = {patient: count for patient, count in seen if patient}
        states = [state for patient, state in seen if not patient]
        assert counts in ({'WRONG': n}, {'RIGHT': n}), counts
        assert (counts == {'RIGHT': n}) == (2 in states), (counts, states)
        return all(state in (2, 3, 4, 5) for state in states)
    wait_until(look)
    current(agent)
    check_whole(agent)
    return 'RIGHT' in entries(agent)


SITE = '[quality]\nsecond-look=none\n'


def killed_at(point):
    with Home(SITE) as agent:
        fill(agent)
        agent.stop()
        agent.environment['NEGATOSCOPE_FAULT'] = f'{point}:1'
        agent.start()
        bus = start_correcting(agent)
        assert await_death(agent), f'{point} was not passed'
        del bus
        restart(agent)
        is_done = settle(agent, 4)
        assert is_done or point == 'correction-asked' and not rows(agent, 'SELECT 1 FROM correction'), 'it goes on'


def cancelled():
    """A correction whose job is cancelled before its turn has failed at once, and the study may leave as it is."""
    with Home(SITE) as agent:
        fill(agent)
        agent.stop()
        agent.environment['NEGATOSCOPE_FAULT'] = 'job-added:1'
        agent.start()
        bus = start_correcting(agent)
        assert await_death(agent)
        del bus
        with sqlite3.connect(f'{agent.home}/data/archive.db') as database:
            database.execute('UPDATE job SET state = 2')  # paused
        restart(agent)
        assert rows(agent, 'SELECT state FROM correction') == [(1,)]
        (job,), = rows(agent, "SELECT id FROM job WHERE kind = 'correct'")
        Bus(agent).call('ControlJob', '(xs)', job, 'cancel')
        assert rows(agent, 'SELECT state, message FROM correction') == [(4, 'cancelled')], rows(agent, 'SELECT * FROM correction')
        assert entries(agent) == {'WRONG': 4}


def killed_at_points():
    for point in POINTS if LONG else ('job-added', 'correction-sealed', 'correction-noted'):
        killed_at(point)


def killed_at_random():
    """In one home, corrected and undone again and again."""
    n_done = n_killed = 0
    with Home(SITE) as agent:
        fill(agent, n=4)
        for i in range(200 if LONG else 3):
            bus = start_correcting(agent)
            time.sleep(random.uniform(0, 0.6))
            n_killed += agent.process.poll() is None
            restart(agent)
            del bus
            if settle(agent, 8):
                n_done += 1
                last = rows(agent, 'SELECT max (id) FROM correction WHERE state = 2')[0][0]
                agent.ask('correct', '--undo', last)
            assert entries(agent) == {'WRONG': 8}, i
    print(f'# {n_done} of {n_killed} kills left a correction that went on or was done', flush=True)


tap = Tap()
if not LONG:
    tap.run('a wrong patient gets what an order says', wrong_patient)
    tap.run('a second look can decline', declined)
    tap.run('a CT in three studies is merged', merged)
    tap.run('series are parted and joined again', split)
    tap.run('a rejected image in another study', split_rejected)
    tap.run('an image moves to another series', moved)
    tap.run('doubles are put aside', dropped)
    tap.run('a side is put right, and references follow', side)
    tap.run('what somebody else has becomes other objects', sent)
    tap.run('what cannot be is refused and leaves nothing', refused)
    tap.run('a lost index is made anew as it was', rebuilt)
    tap.run('a cancelled job ends its correction', cancelled)
tap.run('killed at named points', killed_at_points)
tap.run('killed at random', killed_at_random)
tap.done()
