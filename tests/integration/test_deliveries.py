#!/usr/bin/python3
"""What a technologist releases: it arrives once, what does not arrive is named object by object, and only what the peer has committed to
counts as arrived; over a peer that dies, refuses, commits to a part or answers an hour later, and over the agent's own deaths."""
import io
import os
import shutil
import sqlite3
import sys
import tempfile
import time

import pydicom
from pydicom.dataset import Dataset
from pydicom.filereader import read_dataset
from pydicom.filewriter import write_dataset
from pydicom.filebase import DicomBytesIO

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'python'))
import hostile_peers as hostile  # noqa: E402
import peers  # noqa: E402
from fault_homes import Bus, Home, await_death, restart, rows  # noqa: E402
from negtest import Skip, Tap  # noqa: E402

PATIENCE_S = 90
N_ACTION, N_EVENT = 0x0130, 0x0100
QUEUED, SENT, ACCEPTED, COMMITTED, REFUSED, SETTLED = range(6)
COMMITS = 'query;retrieve;store;commit'
KEY_OBJECT_SELECTION = '1.2.840.10008.5.1.4.1.1.88.59'
PUSH_MODEL, PUSH_INSTANCE = '1.2.840.10008.1.20.1', '1.2.840.10008.1.20.1.1'


def uid(i):
    return f'1.2.3.4.{i}'


def await_it(what, is_it, seconds=PATIENCE_S):
    end = time.monotonic() + seconds
    while not (found := is_it()):
        assert time.monotonic() < end, what()
        time.sleep(0.05)
    return found


def receive(agent, n, first=1):
    with hostile.Caller(agent.port, [(hostile.CT_STORAGE, hostile.IMPLICIT)]) as caller:
        for i in range(first, first + n):
            data = hostile.small_ct(uid(i)).replace(b'\x20\x00\x13\x00\x02\x00\x00\x001 ',
                                                    b'\x20\x00\x13\x00\x02\x00\x00\x00' + b'%-2d' % i)
            assert caller.store(data, uid(i)) == 0
        assert caller.release()
    await_it(lambda: f'not checked: {rows(agent, "SELECT * FROM desk")}',
             lambda: rows(agent, 'SELECT count(*) FROM desk WHERE due_us = 0 AND checked_us > 0') == [(1,)])


def states(agent, peer='PACS'):
    """{SOP instance UID: (state, words)} of the last delivery to @peer."""
    return {sop: (state, words) for sop, state, words in rows(
        agent, 'SELECT sop_instance_uid, state, words FROM delivery_object WHERE delivery_id = '
               f"(SELECT max(id) FROM delivery WHERE peer = '{peer}')")}


def await_states(agent, expected, peer='PACS'):
    """@expected: {state: how many}."""
    def counted():
        found = [state for state, _ in states(agent, peer).values()]
        return {state: found.count(state) for state in set(found)}
    await_it(lambda: f'{states(agent, peer)}; jobs {rows(agent, "SELECT kind, state, message FROM job")}; {agent.log()}',
             lambda: counted() == expected)


def release(agent, *destinations):
    bus = Bus(agent)
    (study,), = rows(agent, 'SELECT study_id FROM desk')
    for (finding,) in rows(agent, 'SELECT id FROM finding WHERE severity = 3 AND accepted_us = 0'):
        bus.call('AcceptFinding', '(xs)', finding, 'a test object')
    return bus.call('ReleaseStudy', '(xas)', study, list(destinations))[0]


def desk_state(agent):
    return rows(agent, 'SELECT state FROM desk')[0][0]


class Archive(hostile.HostilePeer):
    """Takes objects and commits to them, but for those that it is told not to: {SOP instance UID: status or reason}."""

    def __init__(self, refused=(), failed=(), silent=False):
        self.refused, self.failed, self.silent = dict(refused), dict(failed), silent
        self.stored, self.asked, self.transactions, self.notes = [], [], [], []
        super().__init__(self.serve)

    def site(self, name, **more):
        return super().site(name, **{'use': COMMITS, **more})

    def serve(self, link):
        link.accept()
        while (message := link.receive()) is not None:
            context, fields, data = message
            if fields[0x0100] == hostile.STORE_RQ:
                sop = fields[0x1000].rstrip(b'\0').decode()
                status = self.refused.get(sop, 0)
                if status == 0:
                    self.stored.append(sop)
                    if fields[0x0002].rstrip(b'\0').decode() == KEY_OBJECT_SELECTION:
                        self.notes.append(read_dataset(io.BytesIO(data), link.contexts[context][1] == hostile.IMPLICIT, True))
                link.respond(context, fields, status, comment='not today' if status else None)
            elif fields[0x0100] == N_ACTION:
                self.commit(link, context, fields, data)
            else:
                link.respond(context, fields, 0)

    def commit(self, link, context, fields, data):
        implicit = link.contexts[context][1] == hostile.IMPLICIT
        asked = read_dataset(io.BytesIO(data), implicit, True)
        self.transactions.append(asked)
        self.asked.append([item.ReferencedSOPInstanceUID for item in asked.ReferencedSOPSequence])
        link.respond(context, fields, 0)
        if not self.silent:
            send_event(link, context, self.answer(asked), implicit)
            link.receive()  # the answer to it

    def answer(self, asked):
        event = Dataset()
        event.TransactionUID = asked.TransactionUID
        good = [item for item in asked.ReferencedSOPSequence if item.ReferencedSOPInstanceUID not in self.failed]
        bad = [item for item in asked.ReferencedSOPSequence if item.ReferencedSOPInstanceUID in self.failed]
        if good:
            event.ReferencedSOPSequence = good
        for item in bad:
            item.FailureReason = self.failed[item.ReferencedSOPInstanceUID]
        if bad:
            event.FailedSOPSequence = bad
        return event


def send_event(link, context, event, implicit):
    bytes_io = DicomBytesIO()
    bytes_io.is_implicit_VR, bytes_io.is_little_endian = implicit, True
    write_dataset(bytes_io, event)
    link.send(context, {0x0002: PUSH_MODEL, 0x0100: N_EVENT, 0x0110: 77, 0x1000: PUSH_INSTANCE,
                        0x1002: 2 if 'FailedSOPSequence' in event else 1}, bytes_io.getvalue())


# --- against an archive of our own that does what it is told ---

def arrives():
    with Archive() as archive, Home(archive.site('PACS')) as agent:
        receive(agent, 5)
        assert len(release(agent)) == 1
        await_states(agent, {COMMITTED: 5})
        assert sorted(archive.stored) == [uid(i) for i in range(1, 6)] and len(archive.asked) == 1
        assert desk_state(agent) == 2
        refused(agent, 'Conflict')  # all of it is there


def refused(agent, code, *destinations):
    from gi.repository import GLib
    try:
        release(agent, *destinations)
    except GLib.Error as error:
        assert code in str(error), error
        return str(error)
    raise AssertionError('it was released')


def partly_refused():
    with Archive(refused={uid(2): 0xa700, uid(4): 0xc001}) as archive, Home(archive.site('PACS')) as agent:
        receive(agent, 5)
        delivery, = release(agent)
        await_states(agent, {COMMITTED: 3, REFUSED: 2})
        found = states(agent)
        assert 'out of resources' in found[uid(2)][1] and 'not today' in found[uid(4)][1], found
        assert desk_state(agent) == 1
        await_it(lambda: rows(agent, 'SELECT * FROM job'), lambda: rows(agent, 'SELECT job_id FROM delivery') == [(0,)])
        archive.refused.clear()
        Bus(agent).call('ControlDelivery', '(xss)', delivery, 'retry', '')
        await_states(agent, {COMMITTED: 5})
        assert sorted(archive.stored) == [uid(i) for i in range(1, 6)], 'each of them once'
        assert desk_state(agent) == 2


def partly_committed():
    with Archive(failed={uid(3): 0x0112}) as archive, Home(archive.site('PACS')) as agent:
        receive(agent, 4)
        delivery, = release(agent)
        await_states(agent, {COMMITTED: 3, REFUSED: 1})
        assert states(agent)[uid(3)] == (REFUSED, 'the peer does not have it')
        assert desk_state(agent) == 1
        archive.failed.clear()
        await_it(lambda: rows(agent, 'SELECT * FROM job'), lambda: rows(agent, 'SELECT job_id FROM delivery') == [(0,)])
        Bus(agent).call('ControlDelivery', '(xss)', delivery, 'retry', '')
        await_states(agent, {COMMITTED: 4})
        assert archive.stored.count(uid(3)) == 2 and len(archive.stored) == 5


def answered_later():
    """On an association of the peer's own, to another run of the agent; and by somebody who was not asked."""
    with Archive(silent=True) as archive, Home(archive.site('PACS', address=f'dicom://PACS@127.0.0.1:{archive.port}')) as agent:
        receive(agent, 3)
        release(agent)
        await_it(agent.log, lambda: archive.transactions)
        await_states(agent, {ACCEPTED: 3})
        restart(agent)
        event = archive.answer(archive.transactions[0])
        for calling, status in (('STRANGER', 0x0110), ('PACS', 0)):
            with hostile.Caller(agent.port, [(PUSH_MODEL, hostile.IMPLICIT)], calling=calling) as caller:
                send_event(caller, 1, event, True)
                assert caller.receive()[1][0x0900] == status, calling
                assert caller.release()
        await_states(agent, {COMMITTED: 3})
        assert desk_state(agent) == 2


def settled():
    with Archive(silent=True) as archive, Home(archive.site('PACS') + '[quality]\ncommit-within=1s\n') as agent:
        receive(agent, 2)
        delivery, = release(agent)
        await_states(agent, {ACCEPTED: 2})
        await_it(agent.log, lambda: rows(agent, 'SELECT commit_by_us > 0 FROM delivery') == [(1,)])
        assert desk_state(agent) == 1, 'nobody has committed'
        bus = Bus(agent)
        try:
            bus.call('ControlDelivery', '(xss)', delivery, 'settle', '')
            raise AssertionError('settled without a word')
        except Exception as error:
            assert 'Usage' in str(error), error
        bus.call('ControlDelivery', '(xss)', delivery, 'settle', 'seen in the archive by eye')
        await_states(agent, {SETTLED: 2})
        assert desk_state(agent) == 2


def corrected_afterwards():
    """The archive has the wrong ones: when the right ones leave it is told which they were; once."""
    from gi.repository import GLib
    with Archive() as archive, Home(archive.site('PACS')) as agent:
        receive(agent, 2)
        release(agent)
        await_states(agent, {COMMITTED: 2})
        (study,), = rows(agent, 'SELECT study_id FROM desk')
        spec = {'kind': GLib.Variant('s', 'set'), 'values': GLib.Variant('a(ss)', [('StudyDescription', 'head')])}
        Bus(agent).call('Correct', '(xa{sv}s)', study, spec, 'typed wrong')
        await_it(agent.log, lambda: rows(agent, 'SELECT max(due_us) FROM desk') == [(0,)])
        assert not archive.notes and rows(agent, "SELECT count(*) FROM correction_object WHERE old_sop_uid = new_sop_uid") == [(0,)]
        release(agent)
        await_it(lambda: rows(agent, 'SELECT * FROM delivery_object'), lambda: rows(
            agent, f'SELECT count(*) FROM delivery_object WHERE state <> {COMMITTED}') == [(0,)])
        note = archive.notes[0]
        assert {note.SOPInstanceUID for note in archive.notes} == {note.SOPInstanceUID}
        assert note.ConceptNameCodeSequence[0].CodeValue == '113038'
        named = {item.ReferencedSOPInstanceUID for series in note.CurrentRequestedProcedureEvidenceSequence[0].ReferencedSeriesSequence
                 for item in series.ReferencedSOPSequence}
        assert named == {uid(1), uid(2)}, named
        assert {sop for sop in archive.stored if archive.stored.count(sop) == 1} >= {uid(1), uid(2)}
        await_it(agent.log, lambda: rows(agent, 'SELECT max(due_us) FROM desk') == [(0,)])  # the note is one more object
        refused(agent, 'Conflict')
        assert rows(agent, 'SELECT count(*) FROM rejection') == [(1,)]


def await_all_committed(agent):
    await_it(lambda: rows(agent, 'SELECT * FROM delivery_object'), lambda: rows(
        agent, f'SELECT count(*) FROM delivery_object WHERE state <> {COMMITTED}') == [(0,)])
    await_it(agent.log, lambda: rows(agent, 'SELECT max(due_us) FROM desk') == [(0,)])


def correct(agent, **spec):
    from gi.repository import GLib
    (study,), = rows(agent, 'SELECT study_id FROM desk')
    Bus(agent).call('Correct', '(xa{sv}s)', study, {key: GLib.Variant(*value) for key, value in spec.items()}, 'wrong')
    await_it(agent.log, lambda: rows(agent, 'SELECT max(due_us) FROM desk') == [(0,)])


def told_once():
    """In the same study: the note has a delivery of its own and is in no other. What was deleted is named as well."""
    with Archive() as archive, Home(archive.site('PACS')) as agent:
        receive(agent, 3)
        release(agent)
        await_states(agent, {COMMITTED: 3})
        correct(agent, kind=('s', 'drop'), objects=('as', [uid(3)]))
        correct(agent, kind=('s', 'set'), values=('a(ss)', [('SeriesDescription', 'head')]))
        release(agent)
        await_all_committed(agent)
        codes = sorted(note.ConceptNameCodeSequence[0].CodeValue for note in archive.notes)
        assert codes == ['113001', '113038'], codes
        named = {note.ConceptNameCodeSequence[0].CodeValue: sorted(
            item.ReferencedSOPInstanceUID for series in note.CurrentRequestedProcedureEvidenceSequence[0].ReferencedSeriesSequence
            for item in series.ReferencedSOPSequence) for note in archive.notes}
        assert named == {'113038': [uid(1), uid(2)], '113001': [uid(3)]}, named
        assert rows(agent, 'SELECT sop_instance_uid FROM delivery_object GROUP BY 1 HAVING count(*) > 1') == []


def fetched():
    """What came from an archive is there still: it is told, though we have never sent it anything."""
    with Archive() as archive, Home(archive.site('PACS')) as agent:
        receive(agent, 2)
        agent.stop()
        for _, name in rows(agent, 'SELECT id, name FROM instance'):
            cached = os.path.join(agent.home, 'cache', 'objects', name[:2])
            os.makedirs(cached, exist_ok=True)
            os.rename(os.path.join(agent.home, 'data', 'objects', name[:2], name), os.path.join(cached, name))
        with sqlite3.connect(f'{agent.home}/data/archive.db') as database:
            database.execute("UPDATE instance SET object_class = 1, source = 'PACS'")
        agent.start()
        correct(agent, kind=('s', 'set'), values=('a(ss)', [('SeriesDescription', 'head')]))
        release(agent)
        await_all_committed(agent)
        assert [note.ConceptNameCodeSequence[0].CodeValue for note in archive.notes] == ['113038'], archive.notes
        assert uid(1) not in archive.stored and uid(2) not in archive.stored, archive.stored


def several():
    with Archive() as first, Archive() as second:
        site = first.site('PACS') + second.site('BACKUP') + '[quality]\nroute.1=modality=CT to=PACS;BACKUP\n'
        with Home(site) as agent:
            receive(agent, 3)
            assert len(release(agent)) == 2
            await_states(agent, {COMMITTED: 3}, 'PACS')
            await_states(agent, {COMMITTED: 3}, 'BACKUP')
            # One more image: it alone leaves.
            receive(agent, 1, first=9)
            release(agent)
            await_states(agent, {COMMITTED: 1}, 'PACS')
            await_states(agent, {COMMITTED: 1}, 'BACKUP')
            assert sorted(first.stored) == sorted([uid(i) for i in (1, 2, 3, 9)]), first.stored


def no_route():
    with Archive() as first, Archive() as second, Home(first.site('PACS') + second.site('BACKUP')) as agent:
        receive(agent, 1)
        assert 'route' in refused(agent, 'Refused')
        assert release(agent, 'BACKUP') and not first.stored
        await_states(agent, {COMMITTED: 1}, 'BACKUP')


# --- over deaths ---

def killed():
    """At each point where something is known that nobody has been told: afterwards everything arrives, under its one identity."""
    for point in ('delivery-released', 'delivery-sending', 'delivery-noted', 'delivery-sent', 'delivery-asking'):
        with Archive() as archive, Home(archive.site('PACS')) as agent:
            receive(agent, 4)
            agent.stop()
            agent.environment['NEGATOSCOPE_FAULT'] = f'{point}:1'
            agent.start()
            try:
                release(agent)
            except Exception as error:
                assert 'AssertionError' not in repr(error), error
            assert await_death(agent), f'{point} was not reached: {agent.log()}'
            restart(agent)
            await_states(agent, {COMMITTED: 4})
            assert set(archive.stored) == {uid(i) for i in range(1, 5)}
            assert rows(agent, 'SELECT count(*) FROM delivery') == [(1,)]


# --- Orthanc ---

def need_orthanc():
    if not peers.Orthanc.is_installed():
        raise Skip('no Orthanc')


def try_again(agent):
    """What waits for its time, also for that of the question that went down with the peer."""
    for (job,) in rows(agent, "SELECT id FROM job WHERE kind = 'deliver' AND state = 0"):
        Bus(agent).call('ControlJob', '(xs)', job, 'retry')
        time.sleep(1)
    return True


def orthanc_dies():
    """In the middle of it; after it is back everything arrives once."""
    need_orthanc()
    folder = tempfile.mkdtemp(prefix='deliveries-')
    orthanc = peers.Orthanc(os.path.join(folder, 'orthanc'))
    n = 60
    try:
        with Home(f'[peer PACS]\naddress=dicom://ORTHANC@127.0.0.1:{orthanc.port}\nuse={COMMITS}\n') as agent:
            orthanc.modalities = {'nega': {'AET': 'NEGATOSCOPE', 'Host': '127.0.0.1', 'Port': agent.port,
                                           'AllowStorageCommitment': True}}
            receive(agent, n)
            with orthanc:
                release(agent)
                await_it(agent.log, lambda: any(state > SENT for state, _ in states(agent).values()))
                orthanc.process.kill()
                orthanc.process.wait()
                await_it(lambda: states(agent), lambda: all(state != SENT for state, _ in states(agent).values()))
                first = states(agent)
                assert all(state in (QUEUED, ACCEPTED, COMMITTED) for state, _ in first.values()), first
            with orthanc:
                await_it(lambda: f'{states(agent)} {agent.log()}', lambda: try_again(agent) and all(
                    state == COMMITTED for state, _ in states(agent).values()))
                there = orthanc.get_json('/instances?expand')
                assert len(there) == n, len(there)
                assert desk_state(agent) == 2
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def compressed():
    """For a peer that takes no RLE it is decoded, bit by bit the same pixels; for one that does it stays."""
    if not peers.StoreScp.is_installed() or shutil.which('dcmcrle') is None:
        raise Skip('no storescp')
    folder = tempfile.mkdtemp(prefix='deliveries-')
    try:
        plain, packed = os.path.join(folder, 'plain.dcm'), os.path.join(folder, 'rle.dcm')
        data = read_dataset(io.BytesIO(hostile.small_ct(uid(1))), True, True)
        data.file_meta = pydicom.dataset.FileMetaDataset()
        data.file_meta.TransferSyntaxUID = pydicom.uid.ImplicitVRLittleEndian
        data.file_meta.MediaStorageSOPClassUID, data.file_meta.MediaStorageSOPInstanceUID = data.SOPClassUID, data.SOPInstanceUID
        data.is_implicit_VR, data.is_little_endian = True, True
        pixels = bytes(i * 7 & 15 if i % 2 else i * 5 & 255 for i in range(len(data.PixelData)))
        data.PixelData = pixels
        data.save_as(plain, write_like_original=False)
        assert os.system(f'dcmcrle {plain} {packed}') == 0
        for words, syntax in ((('+x=',), '1.2.840.10008.1.2.1'), (('+xa',), '1.2.840.10008.1.2.5')):
            with peers.StoreScp(os.path.join(folder, words[0]), *words) as scp, Home(scp.site('PACS')) as agent:
                assert agent.run('import', packed).returncode == 0
                await_it(agent.log, lambda: rows(agent, 'SELECT due_us FROM desk') == [(0,)])
                release(agent)
                await_states(agent, {ACCEPTED: 1})
                there, = scp.files()
                found = pydicom.dcmread(there)
                assert found.file_meta.TransferSyntaxUID == syntax, (words, found.file_meta.TransferSyntaxUID)
                if syntax.endswith('2.1'):
                    assert found.PixelData == pixels and found.SOPInstanceUID == uid(1)
                    assert rows(agent, 'SELECT accepted FROM peer_syntax') == [(0,)]
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def main():
    tap = Tap()
    for name, test in (('arrives', arrives), ('partly refused', partly_refused), ('partly committed', partly_committed),
                       ('answered later', answered_later), ('settled', settled), ('several', several), ('corrected afterwards', corrected_afterwards),
                       ('told once', told_once), ('fetched', fetched), ('no route', no_route),
                       ('killed', killed), ('Orthanc dies', orthanc_dies), ('compressed', compressed)):
        tap.run(name, test)
    tap.done()


if __name__ == '__main__':
    main()
