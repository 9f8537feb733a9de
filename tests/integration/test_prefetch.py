#!/usr/bin/python3
"""Priors that are here before somebody opens the case: from Orthanc, for what its worklist announces. --long: killed at
every point."""
import datetime
import os
import signal
import sqlite3
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'python'))
from fault_homes import Bus, Home, await_death, restart, rows  # noqa: E402
from hl7_peers import Hl7Home, Sender, order as message  # noqa: E402
from hostile_peers import IMPLICIT, Caller, HostilePeer, aborting, small_ct, CT_STORAGE  # noqa: E402
from negtest import Skip, Tap  # noqa: E402
from peers import ORTHANC_PLUGINS, Orthanc  # noqa: E402

LONG = '--long' in sys.argv
os.environ['LC_ALL'] = 'C.UTF-8'  # sentences are compared
PATIENT, NAME = 'PAT1', 'PRIOR^PAULA'
ABDOMEN, ABDOMEN_OLD, HEAD_OLD, OTHER_NAME, OTHER_PATIENT, KNEE = [f'1.2.840.99.{i}' for i in range(1, 7)]
LIMIT_S = 60

STEP = '''(0008,0005) CS [ISO_IR 192]
(0008,0050) SH [ACC1]
(0010,0010) PN [{name}]
(0010,0020) LO [{patient}]
(0010,0040) CS [F]
(0032,1060) LO [{procedure}]
(0040,0100) SQ (Sequence with undefined length)
(fffe,e000) na (Item with undefined length)
(0008,0060) CS [CT]
(0040,0001) AE [CT1]
(0040,0002) DA [{day}]
(0040,0003) TM [235900]
(0040,0009) SH [S1]
(fffe,e00d) na
(fffe,e0dd) na
(0040,1001) SH [RP1]
'''


def write_object(path, study, modality, description, years_ago, number, patient=PATIENT, name=NAME):
    import pydicom
    from pydicom.dataset import Dataset, FileMetaDataset
    made = Dataset()
    made.SOPClassUID = CT_STORAGE if isinstance(CT_STORAGE, str) else '1.2.840.10008.5.1.4.1.1.2'
    made.SOPInstanceUID = f'{study}.1.{number}'
    made.StudyInstanceUID, made.SeriesInstanceUID = study, f'{study}.1'
    made.PatientID, made.PatientName = patient, name
    day = datetime.date.today() - datetime.timedelta(days=int(365.25 * years_ago))
    made.StudyDate, made.StudyTime = day.strftime('%Y%m%d'), '120000'
    made.StudyDescription, made.Modality = description, modality
    made.StudyID, made.SeriesNumber, made.InstanceNumber = '1', 1, number
    made.Rows = made.Columns = 64
    made.SamplesPerPixel, made.PhotometricInterpretation = 1, 'MONOCHROME2'
    made.BitsAllocated, made.BitsStored, made.HighBit, made.PixelRepresentation = 16, 12, 11, 0
    made.PixelData = bytes(2 * 64 * 64)
    made.file_meta = FileMetaDataset()
    made.file_meta.TransferSyntaxUID = pydicom.uid.ImplicitVRLittleEndian
    made.file_meta.MediaStorageSOPClassUID = made.SOPClassUID
    made.file_meta.MediaStorageSOPInstanceUID = made.SOPInstanceUID
    made.is_little_endian, made.is_implicit_VR = True, True
    pydicom.dcmwrite(path, made, write_like_original=False)


def fill(orthanc, folder):
    path = os.path.join(folder, 'object.dcm')
    for study, modality, description, years_ago, n, more in (
            (ABDOMEN, 'CT', 'CT Abdomen', 1, 3, {}), (ABDOMEN_OLD, 'CT', 'Abdomen', 3, 1, {}),
            (HEAD_OLD, 'MR', 'MRT Kopf', 9, 1, {}), (OTHER_NAME, 'CT', 'Abdomen', 1, 1, {'name': 'SOMEBODY^ELSE'}),
            (OTHER_PATIENT, 'CT', 'Abdomen', 1, 1, {'patient': 'PAT2'}), (KNEE, 'MR', 'Knie', 8, 1, {'patient': 'PAT3'})):
        for number in range(1, n + 1):
            write_object(path, study, modality, description, years_ago, number, **more)
            orthanc.put_object(path)


def order(jobs, patient=PATIENT, name=NAME, procedure='CT Abdomen'):
    """What the worklist announces for today."""
    import subprocess
    text, made = os.path.join(jobs, '..', 'step.dump'), os.path.join(jobs, 'step.wl')
    with open(text, 'w', encoding='utf-8') as file:
        file.write(STEP.format(day=datetime.date.today().strftime('%Y%m%d'), patient=patient, name=name,
                               procedure=procedure))
    subprocess.run(['dump2dcm', text, made + '.new'], check=True)
    os.rename(made + '.new', made)


def ask_worklist(bus):
    found, failures = bus.call('Ask', '(sasa{ss})', 'modality worklists', [], {})
    assert not failures, failures
    return found


def plan(bus, study='', entry=0):
    return {row['study_uid']: row for row in bus.call('PrefetchPlan', '(sx)', study, entry)[0]}


def wait(what, seconds=LIMIT_S):
    """Until it is so; what it was last, then."""
    end = time.monotonic() + seconds
    while not (last := what()) and time.monotonic() < end:
        time.sleep(0.05)
    assert last, 'it does not become so'
    return last


def wait_state(bus, study, state):
    def is_so():
        row = plan(bus).get(study)
        return row if row and row['state'] == state else None
    try:
        return wait(is_so)
    except AssertionError:
        raise AssertionError(f'{study} is not {state}: {plan(bus)} {bus.call("PrefetchStatus")} {bus.jobs()}') from None


def kept(agent):
    """Objects by study, with their class."""
    found = {}
    for study, kind in rows(agent, 'SELECT study_uid, object_class FROM study JOIN series s ON s.study_id = study.id '
                                   'JOIN instance i ON i.series_id = s.id'):
        found.setdefault(study, []).append(kind)
    return found


def retrieves(agent, study):
    return rows(agent, f"SELECT id FROM job WHERE kind = 'retrieve' AND study_uid = '{study}'")


class Setting:
    orthanc = jobs = None


def site(more='', **peer):
    return (Setting.orthanc.site('PACS', use='query;retrieve;worklist', **peer)
            + f'[prefetch]\ninterval=1h\n{more}\n')


def ordered():
    order(Setting.jobs)
    with Home(site()) as agent:
        bus = Bus(agent)
        assert ask_worklist(bus) == 1
        wait_state(bus, ABDOMEN, 'here')
        wait_state(bus, ABDOMEN_OLD, 'here')
        made = plan(bus)
        assert set(made) == {ABDOMEN, ABDOMEN_OLD, HEAD_OLD, OTHER_NAME}, made
        assert made[ABDOMEN]['why'] == 'Newest CT of the same region, 12 months old' or \
            made[ABDOMEN]['why'] == 'Newest CT of the same region, 11 months old', made[ABDOMEN]
        assert made[ABDOMEN]['rule'] == 'built-in general' and made[ABDOMEN]['for'] == 'ACC1', made[ABDOMEN]
        assert made[HEAD_OLD]['why'] == 'Left alone: older than 5 years and of another region', made[HEAD_OLD]
        assert made[HEAD_OLD]['state'] == made[OTHER_NAME]['state'] == 'left', made
        assert 'another name' in made[OTHER_NAME]['why'], made[OTHER_NAME]
        assert kept(agent) == {ABDOMEN: [1, 1, 1], ABDOMEN_OLD: [1]}, kept(agent)
        status = bus.call('PrefetchStatus')[0]
        assert status['objects'] == 4 and status['here'] == 2 and status['left'] == 2, status
        assert status['waiting'] == status['running'] == status['due'] == 0, status
        assert status['bytes'] > 4 * 8192 and status['quota'] == 20 << 30, status
        # The same order again is no other plan.
        ask_worklist(bus)
        before = rows(agent, 'SELECT planned_us FROM prefetch_plan')
        wait(lambda: not rows(agent, 'SELECT 1 FROM prefetch_due'))
        assert rows(agent, 'SELECT planned_us FROM prefetch_plan') == before
        assert len(retrieves(agent, ABDOMEN)) == 1
        # What was removed by a person stays away, whoever opens the case.
        bus.call('Remove', '(sx)', ABDOMEN, 0)
        order(Setting.jobs, procedure='CT Abdomen und Becken')
        ask_worklist(bus)
        row = wait_state(bus, ABDOMEN, 'left')
        assert row['why'] == 'Left alone: it was removed here', row
        assert ABDOMEN not in kept(agent) and len(retrieves(agent, ABDOMEN)) == 1
        # Cancelled: there is no plan.
        os.unlink(os.path.join(Setting.jobs, 'step.wl'))
        ask_worklist(bus)
        wait(lambda: not plan(bus))
        assert not rows(agent, 'SELECT 1 FROM prefetch_choice')


def commands():
    order(Setting.jobs)
    with Home(site('rule.1=modality:CT -> last:1 modality:CT region:abdomen')) as agent:
        bus = Bus(agent)
        ask_worklist(bus)
        wait_state(bus, ABDOMEN, 'here')
        listed = {row['study_uid']: row for row in agent.ask('prefetch', 'plan')}
        assert listed[ABDOMEN]['rule'] == 'rule.1' and listed[ABDOMEN]['state'] == 'here', listed
        assert listed[ABDOMEN]['for'] == 'ACC1' and 'Newest CT' in listed[ABDOMEN]['why'], listed
        assert listed[ABDOMEN_OLD]['state'] == 'left', listed
        status = agent.ask('prefetch', 'status')
        assert {'bytes', 'quota', 'hits', 'misses', 'objects'} <= set(status), status
        assert status['objects'] == 3, status
        text = agent.run('prefetch', 'plan').stdout.decode()
        assert 'Newest CT of the region that the rule names' in text, text
        assert agent.run('prefetch', 'elsewhere').returncode == 2


def wrong_rule():
    with tempfile.TemporaryDirectory() as folder:
        from agents import Agent
        agent = Agent(folder, '[prefetch]\nrule.3=modality:CT => last:1\n')
        try:
            agent.start()
        except RuntimeError as error:
            assert '[prefetch] rule.3: there is no “->”' in str(error) and agent.config in str(error), error
        else:
            agent.kill()
            raise AssertionError('a wrong rule is taken')


def killed_at(point):
    def run():
        order(Setting.jobs)
        with Home(site(), environment={'NEGATOSCOPE_FAULT': f'{point}:1'}) as agent:
            bus = Bus(agent)
            bus.start('Ask', '(sasa{ss})', 'modality worklists', [], {})
            assert await_death(agent, LIMIT_S), f'{point} is not reached'
            restart(agent)
            bus = Bus(agent)
            ask_worklist(bus)
            wait_state(bus, ABDOMEN, 'here')
            wait_state(bus, ABDOMEN_OLD, 'here')
            assert kept(agent) == {ABDOMEN: [1, 1, 1], ABDOMEN_OLD: [1]}, kept(agent)
            assert len(retrieves(agent, ABDOMEN)) == 1 and len(retrieves(agent, ABDOMEN_OLD)) == 1
            assert len(rows(agent, 'SELECT 1 FROM prefetch_plan')) == 1
    return run


def period_around_now():
    now = datetime.datetime.now(datetime.timezone.utc)
    return '-'.join((now + datetime.timedelta(hours=hours)).strftime('%H:%M') for hours in (-1, 2))


def quiet():
    order(Setting.jobs)
    with Home('[site]\ntimezone=UTC\n' + site(f'quiet={period_around_now()}')) as agent:
        bus = Bus(agent)
        ask_worklist(bus)
        status = wait(lambda: (s := bus.call('PrefetchStatus')[0])['why-waiting'] and s['due'] == 1 and s)
        assert status['is-quiet'] and 'Quiet hours' in status['why-waiting'], status
        assert not plan(bus) and not kept(agent)
        with open(agent.config) as file:
            text = file.read()
        with open(agent.config, 'w') as file:
            file.write(text.replace('quiet=', '# quiet='))
        agent.process.send_signal(signal.SIGHUP)
        wait_state(bus, ABDOMEN, 'here')
        # It begins while something is fetched: that waits again.


def overtaken(retrieve):
    def run():
        order(Setting.jobs)
        with Home('[site]\ntimezone=UTC\n' + site('bandwidth=1kB/s\nrule.1=* -> last:1 modality:CT region:abdomen',
                                                  retrieve=retrieve)) as agent:
            Setting.orthanc.set_modality('NEGATOSCOPE', agent.ae, agent.port)
            bus = Bus(agent)
            ask_worklist(bus)
            wait_state(bus, ABDOMEN, 'running')
            # Whoever waits for another study of this peer does not wait for that.
            job = bus.call('Retrieve', '(sssib)', 'PACS', KNEE, '', 0, True)[0]
            done = bus.wait_job(job, LIMIT_S)
            assert done['state'] == 'done', done
            ended = rows(agent, "SELECT detail FROM audit WHERE failed = 1 AND detail LIKE 'retrieve: %' "
                                f"AND study_uid = '{ABDOMEN}'")
            assert ended, 'it did not make way'
            ahead = next(job for job in bus.jobs() if job['study-uid'] == ABDOMEN)
            assert ahead['state'] in ('waiting', 'running'), ahead
            assert plan(bus)[ABDOMEN]['state'] in ('queued', 'running'), plan(bus)
            # And whoever wants the very one has it at once.
            begin = time.monotonic()
            job = bus.call('Retrieve', '(sssib)', 'PACS', ABDOMEN, '', 0, False)[0]
            assert job == ahead['id'], (job, ahead)
            assert bus.wait_job(job, LIMIT_S)['state'] == 'done'
            assert time.monotonic() - begin < 40
            wait_state(bus, ABDOMEN, 'here')
            assert kept(agent)[ABDOMEN] == [1, 1, 1]
    return run


def arrived():
    """Sent to us, as by a scanner; and a case that somebody opens. Nothing is announced."""
    os.unlink(os.path.join(Setting.jobs, 'step.wl'))
    with Home(site()) as agent, Caller(agent.port, [(CT_STORAGE, IMPLICIT)]) as caller:
        bus = Bus(agent)
        study = '1.2.840.99.77'
        assert caller.store(small_ct(study + '.9', study, PATIENT, NAME), study + '.9') == 0
        assert caller.release()
        bus.call('Accessed', '(sbx)', study, True, 0)
        row = wait_state(bus, ABDOMEN, 'here')
        assert row['for'] == study and row['cause'] == 'opened', row
        assert len(rows(agent, 'SELECT 1 FROM prefetch_plan')) == 1
        # What was fetched is no arrival.
        wait(lambda: not rows(agent, 'SELECT 1 FROM prefetch_due'))
        assert len(rows(agent, 'SELECT 1 FROM prefetch_plan')) == 1
        bus.call('Accessed', '(sbx)', study, False, 0)


MERGE = ('MSH|^~\\&|RIS|HOSP|WS|RAD|20260102030406||ADT^A40|77|P|2.5.1\rEVN||20260102030406\r'
         f'PID|1||{PATIENT}^^^ISS^MR||{NAME}||19700101|F\rMRG|PAT2^^^ISS^MR||||||{NAME}\r').encode()


def by_messages():
    """An order, a merge that makes another one's images his, a cancellation."""
    with Hl7Home(site(issuer='ISS')) as agent, Sender(agent.hl7_port) as sender:
        bus = Bus(agent)
        assert sender.ask(message(patient=PATIENT, name=NAME)).code == 'AA'
        wait_state(bus, ABDOMEN, 'here')
        wait_state(bus, ABDOMEN_OLD, 'here')
        made = plan(bus)
        assert set(made) == {ABDOMEN, ABDOMEN_OLD, HEAD_OLD, OTHER_NAME}, made
        assert made[HEAD_OLD]['why'] == 'Left alone: older than 5 years', made
        assert sender.ask(MERGE).code == 'AA'
        wait_state(bus, OTHER_PATIENT, 'here')
        assert plan(bus)[OTHER_NAME]['state'] == 'left' and OTHER_NAME not in kept(agent), plan(bus)
        assert sender.ask(message('2', patient=PATIENT, name=NAME, code='CA', status='CA')).code == 'AA'
        wait(lambda: not plan(bus))


def nobody_says_whose():
    """Of IDs without an authority nobody knows that they are the hospital's."""
    with Hl7Home(site()) as agent, Sender(agent.hl7_port) as sender:
        bus = Bus(agent)
        assert sender.ask(message(patient=PATIENT, name=NAME)).code == 'AA'
        row = wait_state(bus, ABDOMEN, 'left')
        assert row['why'] == 'Left alone: nobody says whose patient ID that is', row
        assert not bus.jobs() and not kept(agent)


def full():
    order(Setting.jobs)
    with Home(site('keep-free=8000TiB')) as agent:
        bus = Bus(agent)
        ask_worklist(bus)
        wait_state(bus, ABDOMEN, 'planned')
        status = wait(lambda: (s := bus.call('PrefetchStatus')[0])['why-waiting'] and s)
        assert 'no room' in status['why-waiting'] and status['waiting'] == 2, status
        assert not bus.jobs() and not kept(agent)
    os.unlink(os.path.join(Setting.jobs, 'step.wl'))


def sent():
    """By a scanner; when nothing more of it comes. Once."""
    with Home(site('rule.1=* -> last:1 modality:CT region:abdomen')) as agent, \
            Caller(agent.port, [(CT_STORAGE, IMPLICIT)]) as caller:
        bus = Bus(agent)
        study = '1.2.840.99.78'
        for i in range(3):
            uid = f'{study}.{i}'
            assert caller.store(small_ct(uid, study, PATIENT, NAME), uid) == 0
        row = wait_state(bus, ABDOMEN, 'here')
        assert row['for'] == study and row['cause'] == 'arrived', row
        wait(lambda: not rows(agent, 'SELECT 1 FROM prefetch_due'))
        assert len(rows(agent, 'SELECT 1 FROM prefetch_plan')) == 1
        assert len(retrieves(agent, ABDOMEN)) == 1


def off():
    order(Setting.jobs)
    with Home(site('transfers=0')) as agent:
        bus = Bus(agent)
        ask_worklist(bus)
        assert bus.call('PrefetchStatus')[0]['transfers'] == 0
        assert not plan(bus) and not kept(agent) and not bus.jobs()


def nothing_written():
    """What cannot be written is no reason to ask a peer all the time."""
    with HostilePeer(aborting) as peer, Hl7Home(peer.site('PACS', use='query;retrieve')) as agent, \
            Sender(agent.hl7_port) as sender:
        with sqlite3.connect(f'{agent.home}/data/archive.db', timeout=20) as database:
            database.execute('CREATE TRIGGER refuse BEFORE INSERT ON prefetch_plan '
                             "BEGIN SELECT raise(ABORT, 'refused by the test'); END")
        assert sender.ask(message(patient=PATIENT, name=NAME)).code == 'AA'
        wait(lambda: rows(agent, 'SELECT 1 FROM prefetch_due WHERE attempts = 1 AND next_us > 0'))
        assert peer.n_connections == 1, peer.n_connections


def main():
    tap = Tap()
    tap.run('a wrong rule', wrong_rule)
    tap.run('nothing can be written', nothing_written)
    if not Orthanc.is_installed() or not os.path.exists(os.path.join(ORTHANC_PLUGINS, 'libModalityWorklists.so')):
        def absent():
            raise Skip('no Orthanc with worklists here')
        tap.run('fetched ahead', absent)
        tap.done()
        return
    with tempfile.TemporaryDirectory() as folder:
        Setting.jobs = os.path.join(folder, 'jobs')
        os.mkdir(Setting.jobs)
        with Orthanc(os.path.join(folder, 'orthanc'), worklists=Setting.jobs) as Setting.orthanc:
            fill(Setting.orthanc, folder)
            tap.run('ordered', ordered)
            tap.run('commands', commands)
            tap.run('quiet hours', quiet)
            tap.run('overtaken', overtaken('get'))
            tap.run('opened', arrived)
            tap.run('off', off)
            tap.run('full', full)
            tap.run('by messages', by_messages)
            tap.run('nobody says whose', nobody_says_whose)
            for point in ('prefetch-asked', 'prefetch-planned', 'prefetch-queued', 'job-begun',
                          'job-retrieved', 'job-saved') if LONG else ('prefetch-queued',):
                tap.run('killed at ' + point, killed_at(point))
            if LONG:
                tap.run('overtaken, C-MOVE', overtaken('move'))
                os.unlink(os.path.join(Setting.jobs, 'step.wl'))
                tap.run('sent', sent)
    tap.done()


if __name__ == '__main__':
    main()
