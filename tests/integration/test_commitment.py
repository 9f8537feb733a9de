#!/usr/bin/python3
"""Storage commitment that a modality asks of us: the question is on the disk before it is answered, the report says what is really
here, on the association that asked or on one of ours, also after a death; and what it names and did not come is found by the checks."""
import io
import os
import sqlite3
import sys
import time

from pydicom.dataset import Dataset
from pydicom.filebase import DicomBytesIO
from pydicom.filereader import read_dataset
from pydicom.filewriter import write_dataset
from pydicom.sequence import Sequence

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'python'))
import hostile_peers as hostile  # noqa: E402
from fault_homes import Bus, Home, await_death, restart, rows  # noqa: E402
from negtest import Tap  # noqa: E402

PATIENCE_S = 60
PUSH_MODEL, PUSH_INSTANCE = '1.2.840.10008.1.20.1', '1.2.840.10008.1.20.1.1'
N_EVENT, N_ACTION = 0x0100, 0x0130
MR_STORAGE = '1.2.840.10008.5.1.4.1.1.4'


def await_it(what, is_it, seconds=PATIENCE_S):
    end = time.monotonic() + seconds
    while not (found := is_it()):
        assert time.monotonic() < end, what()
        time.sleep(0.05)
    return found


def encode(dataset):
    file = DicomBytesIO()
    file.is_implicit_VR, file.is_little_endian = True, True
    write_dataset(file, dataset)
    return file.getvalue()


def question(uids, transaction='1.2.9.1', sop_class=hostile.CT_STORAGE):
    asked = Dataset()
    if transaction is not None:
        asked.TransactionUID = transaction
    references = []
    for uid in uids:
        one = Dataset()
        one.ReferencedSOPClassUID, one.ReferencedSOPInstanceUID = sop_class, uid
        references.append(one)
    asked.ReferencedSOPSequence = Sequence(references)
    return asked


def quick_question(uids, transaction):
    """The same by hand: a hundred thousand items take pydicom a minute."""
    def uid(group, number, text):
        return hostile.element(group, number, text.encode() + b'\0' * (len(text) % 2))
    bodies = [uid(8, 0x1150, hostile.CT_STORAGE) + uid(8, 0x1155, one) for one in uids]
    items = b''.join(b'\xfe\xff\x00\xe0' + len(body).to_bytes(4, 'little') + body for body in bodies)
    return uid(8, 0x1195, transaction) + b'\x08\x00\x99\x11' + len(items).to_bytes(4, 'little') + items


class Modality(hostile.Caller):
    def __init__(self, port, **rest):
        super().__init__(port, [(PUSH_MODEL, hostile.IMPLICIT)], **rest)

    def ask(self, data, action=1, sop_class=PUSH_MODEL, instance=PUSH_INSTANCE):
        """The status."""
        data = encode(data) if isinstance(data, Dataset) else data
        self.send(1, {0x0003: sop_class, 0x0100: N_ACTION, 0x0110: 9, 0x1001: instance, 0x1008: action}, data)
        _, answer, _ = self.receive()
        assert answer[0x0100] == N_ACTION | 0x8000 and answer[0x0120] == 9, answer
        return answer[0x0900]

    def report(self, status=0):
        """(transaction, committed, {failed: reason})"""
        context, fields, data = self.receive()
        assert fields[0x0100] == N_EVENT and fields[0x1000].rstrip(b'\0').decode() == PUSH_INSTANCE, fields
        said = read_report(data, True)
        assert fields[0x1002] == (2 if said[2] else 1), fields
        answer_event(self, context, fields, status)
        return said


def read_report(data, implicit):
    event = read_dataset(io.BytesIO(data), implicit, True)
    return (str(event.TransactionUID), sorted(one.ReferencedSOPInstanceUID for one in event.get('ReferencedSOPSequence') or []),
            {str(one.ReferencedSOPInstanceUID): int(one.FailureReason) for one in event.get('FailedSOPSequence') or []})


def answer_event(link, context, fields, status=0):
    link.send(context, {0x0002: PUSH_MODEL, 0x0100: N_EVENT | 0x8000, 0x0120: fields[0x0110], 0x0900: status,
                        0x1000: PUSH_INSTANCE, 0x1002: fields[0x1002]})


def receive(agent, uids, study='1.2.3', **rest):
    with hostile.Caller(agent.port, [(hostile.CT_STORAGE, hostile.IMPLICIT)], **rest) as caller:
        for uid in uids:
            assert caller.store(hostile.small_ct(uid, study=study), uid) == 0
        assert caller.release()


def checked(agent):
    await_it(lambda: rows(agent, 'SELECT * FROM desk'),
             lambda: rows(agent, 'SELECT count(*) FROM desk WHERE due_us = 0 AND checked_us > 0') == [(1,)])


def findings(agent):
    return rows(agent, "SELECT found, expected, severity FROM finding WHERE check_name = 'images-announced'")


def pledges(agent, columns='transaction_uid, state'):
    return rows(agent, f'SELECT {columns} FROM pledge ORDER BY id')


def told():
    """On the association that asked; what is not here is named with its reason, and found by the study's checks until it comes."""
    with Home() as agent:
        receive(agent, ['1.2.3.4.1', '1.2.3.4.2'])
        with Modality(agent.port) as modality:
            assert modality.ask(question(['1.2.3.4.1', '1.2.3.4.2'])) == 0
            assert modality.report() == ('1.2.9.1', ['1.2.3.4.1', '1.2.3.4.2'], {})
            await_it(lambda: pledges(agent), lambda: pledges(agent) == [('1.2.9.1', 1)])
            checked(agent)
            assert findings(agent) == []
            assert modality.ask(question(['1.2.3.4.1', '1.2.3.4.7', '1.2.3.4.8', '1.2.3.4.7'], '1.2.9.2')) == 0
            assert modality.report() == ('1.2.9.2', ['1.2.3.4.1'], {'1.2.3.4.7': 0x0112, '1.2.3.4.8': 0x0112})
            await_it(lambda: findings(agent), lambda: findings(agent) == [
                ('2 objects that the modality asked to keep have not come', '4 objects, as the modality says', 3)])
            # Of another class than it says.
            assert modality.ask(question(['1.2.3.4.1'], '1.2.9.3', MR_STORAGE)) == 0
            assert modality.report() == ('1.2.9.3', [], {'1.2.3.4.1': 0x0119})
            assert modality.release()
        receive(agent, ['1.2.3.4.7', '1.2.3.4.8'])
        await_it(lambda: findings(agent), lambda: findings(agent) == [])
        assert rows(agent, 'SELECT count(*) FROM pledge WHERE objects IS NOT NULL') == [(0,)]
        assert len(rows(agent, "SELECT 1 FROM audit WHERE detail LIKE 'storage commitment was asked%'")) == 3


def lost():
    """A file that is gone or cut is not here, whatever the index says."""
    with Home() as agent:
        receive(agent, ['1.2.3.4.1', '1.2.3.4.2', '1.2.3.4.3'])
        names = dict(rows(agent, 'SELECT sop_instance_uid, name FROM instance'))
        paths = {uid: os.path.join(agent.home, 'data', 'objects', name[:2], name) for uid, name in names.items()}
        os.unlink(paths['1.2.3.4.1'])
        os.chmod(paths['1.2.3.4.2'], 0o600)
        os.truncate(paths['1.2.3.4.2'], 100)
        with Modality(agent.port) as modality:
            assert modality.ask(question(paths)) == 0
            assert modality.report() == ('1.2.9.1', ['1.2.3.4.3'], {'1.2.3.4.1': 0x0110, '1.2.3.4.2': 0x0110})


def several():
    """One question about two studies: in both it is a warning."""
    with Home() as agent:
        receive(agent, ['1.2.3.4.1'])
        receive(agent, ['1.2.5.4.1'], study='1.2.5')
        with Modality(agent.port) as modality:
            assert modality.ask(question(['1.2.3.4.1', '1.2.5.4.1', '1.2.5.4.2'])) == 0
            assert modality.report()[2] == {'1.2.5.4.2': 0x0112}
        await_it(lambda: findings(agent), lambda: findings(agent) == 2 * [
            ('1 object that the modality asked to keep has not come', '3 objects of 2 studies, as the modality says', 2)])


def before():
    """Asked before anything came: the study knows of it when it comes."""
    with Home() as agent:
        with Modality(agent.port) as modality:
            assert modality.ask(question(['1.2.3.4.1', '1.2.3.4.2'])) == 0
            assert modality.report()[2] == {'1.2.3.4.1': 0x0112, '1.2.3.4.2': 0x0112}
        receive(agent, ['1.2.3.4.1'])
        await_it(lambda: findings(agent), lambda: [found[0][:2] for found in findings(agent)] == ['1 '])


def refused():
    with Home() as agent:
        receive(agent, ['1.2.3.4.1'])
        with Modality(agent.port) as modality:
            assert modality.ask(question([])) == 0x0115
            assert modality.ask(question(['1.2.3.4.1'], None)) == 0x0115
            assert modality.ask(question([''])) == 0x0115
            assert modality.ask(None) == 0x0115
            assert modality.ask(question(['1.2.3.4.1']), action=2) == 0x0123
            assert modality.ask(question(['1.2.3.4.1']), instance='1.2.3') == 0x0112
            assert modality.ask(question(['1.2.3.4.1']), sop_class=hostile.CT_STORAGE) == 0x0118
            assert pledges(agent) == []
            # The same question again has the same answer; another one under its UID, or somebody else's, has none.
            assert modality.ask(question(['1.2.3.4.1'])) == 0 and modality.report()[1] == ['1.2.3.4.1']
            assert modality.ask(question(['1.2.3.4.1'])) == 0 and modality.report()[1] == ['1.2.3.4.1']
            assert modality.ask(question(['1.2.3.4.2'])) == 0x0110
            with Modality(agent.port, calling='OTHER') as other:
                assert other.ask(question(['1.2.3.4.1'])) == 0x0110
            assert modality.release()
        await_it(lambda: pledges(agent), lambda: pledges(agent) == [('1.2.9.1', 1)])


def hostile_ones():
    with Home() as agent:
        with Modality(agent.port) as modality:
            for data in (b'\xff' * 1000, encode(question(['1.2.3.4.1']))[:-7], hostile.nested(2000), os.urandom(70000),
                         b'\x08\x00\x99\x11\xfe\xff\xff\xff' + b'x' * 100):
                try:
                    status = modality.ask(data)
                except (hostile.Closed, OSError):
                    modality = Modality(agent.port)
                    continue
                assert status in (0x0110, 0x0115), hex(status)
        assert pledges(agent) == []
        # As many as may be, one more, and objects in between meanwhile.
        many = [f'1.2.3.4.{i}' for i in range(100000)]
        too_much, much = quick_question(many + ['1.2.3.5'], '1.2.9.1'), quick_question(many, '1.2.9.2')
        receive(agent, many[:2])
        with Modality(agent.port, timeout=300) as modality:
            assert modality.ask(too_much) == 0x0213
            assert modality.ask(much) == 0
            receive(agent, many[2:3])
            context, fields, data = modality.receive()
            answer_event(modality, context, fields)
            assert fields[0x1002] == 2 and data.count(hostile.element(8, 0x1197, 0x0112)) >= len(many) - 3
        await_it(lambda: pledges(agent), lambda: pledges(agent, 'transaction_uid, state, n_objects') == [('1.2.9.2', 1, 100000)])
        await_it(lambda: findings(agent), lambda: [one[0] for one in findings(agent)] == [
            '99997 objects that the modality asked to keep have not come'])


# --- on an association of ours ---

class Listening(hostile.HostilePeer):
    """The modality's own port."""
    ae = 'CT1'

    def __init__(self, status=0):
        self.status, self.said = status, []
        super().__init__(self.serve)

    def serve(self, link):
        link.accept()
        while (message := link.receive()) is not None:
            context, fields, data = message
            if fields[0x0100] == N_EVENT:
                self.said.append(read_report(data, link.contexts[context][1] == hostile.IMPLICIT))
                answer_event(link, context, fields, self.status)
            else:
                link.respond(context, fields, 0)


def called():
    """It ends the association before it is told."""
    with Listening() as listening, Home(listening.site('ROOM1', use='query')) as agent:
        receive(agent, ['1.2.3.4.1'], calling='CT1')
        with Modality(agent.port, calling='CT1') as modality:
            assert modality.ask(question(['1.2.3.4.1', '1.2.3.4.2'])) == 0
            assert modality.release()
        await_it(lambda: (pledges(agent), rows(agent, 'SELECT * FROM job')),
                 lambda: pledges(agent, 'source, is_peer, state') == [('ROOM1', 1, 1)])
        assert listening.said == [('1.2.9.1', ['1.2.3.4.1'], {'1.2.3.4.2': 0x0112})], listening.said
        # What it does not take on its association it may take on one of ours.
        with Modality(agent.port, calling='CT1') as modality:
            assert modality.ask(question(['1.2.3.4.1'], '1.2.9.2')) == 0
            modality.report(status=0x0110)
            assert modality.release()
        await_it(lambda: (pledges(agent), listening.said), lambda: len(listening.said) == 2)
        await_it(lambda: pledges(agent), lambda: [state for _, state in pledges(agent)] == [1, 1])
        assert not listening.failures, listening.failures


def called_no():
    with Listening(status=0x0110) as listening, Home(listening.site('ROOM1', use='query')) as agent:
        with Modality(agent.port, calling='CT1') as modality:
            assert modality.ask(question(['1.2.3.4.1'])) == 0 and modality.release()
        await_it(lambda: pledges(agent), lambda: pledges(agent) == [('1.2.9.1', 2)])
        job = await_it(lambda: Bus(agent).jobs(), lambda: [job for job in Bus(agent).jobs() if job['state'] == 'failed'])[0]
        assert job['kind'] == 'report' and job['peer'] == 'ROOM1', job


def over_deaths():
    """Wherever it dies after the question was answered, the modality is told in the end, and once is enough."""
    for point in ('pledge-kept', 'pledge-judged', 'pledge-told'):
        with Listening() as listening, Home(listening.site('ROOM1', use='query')) as agent:
            receive(agent, ['1.2.3.4.1'], calling='CT1')
            agent.stop()
            agent.environment['NEGATOSCOPE_FAULT'] = f'{point}:1'
            agent.start()
            try:
                with Modality(agent.port, calling='CT1') as modality:
                    modality.ask(question(['1.2.3.4.1', '1.2.3.4.2']))
                    modality.release()
            except (hostile.Closed, OSError):
                assert point == 'pledge-kept', point
            assert await_death(agent), f'{point} was not reached: {agent.log()}'
            restart(agent)
            await_it(lambda: (point, pledges(agent), rows(agent, 'SELECT * FROM job')), lambda: pledges(agent) == [('1.2.9.1', 1)])
            assert listening.said and all(one == ('1.2.9.1', ['1.2.3.4.1'], {'1.2.3.4.2': 0x0112}) for one in listening.said)


def cached():
    """What is only in the cache may be evicted any time: it is none that we promise to keep."""
    with Home() as agent:
        receive(agent, ['1.2.3.4.1'])
        agent.stop()
        with sqlite3.connect(f'{agent.home}/data/archive.db') as database:
            database.execute('UPDATE instance SET object_class = 1')
        agent.start()
        with Modality(agent.port) as modality:
            assert modality.ask(question(['1.2.3.4.1'])) == 0
            assert modality.report() == ('1.2.9.1', [], {'1.2.3.4.1': 0x0112})


def main():
    tap = Tap()
    for name, test in (('told', told), ('lost', lost), ('several studies', several), ('before', before), ('refused', refused),
                       ('hostile', hostile_ones), ('called', called), ('called no', called_no), ('over deaths', over_deaths),
                       ('cached', cached)):
        tap.run(name, test)
    tap.done()


main()
