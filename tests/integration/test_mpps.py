#!/usr/bin/python3
"""Modality performed procedure steps: what a modality says is on the disk before it is answered, what it may not say is refused by its
status, nothing hostile ends more than its own association; and a study of a modality that cannot is told to whoever wants to know."""
import io
import os
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
MPPS = '1.2.840.10008.3.1.2.3.3'
N_SET, N_CREATE = 0x0120, 0x0140
STEP = '1.2.7.1'


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


def item(**values):
    made = Dataset()
    for name, value in values.items():
        setattr(made, name, value)
    return made


def begin(study='1.2.3', **rest):
    values = {'PatientName': 'TEST^ONE', 'PatientID': 'P1', 'PatientBirthDate': '', 'PatientSex': 'O',
              'PerformedProcedureStepID': 'S1', 'PerformedStationAETitle': 'CT1', 'PerformedStationName': 'ROOM 1',
              'PerformedProcedureStepStartDate': '20261122', 'PerformedProcedureStepStartTime': '101500',
              'PerformedProcedureStepStatus': 'IN PROGRESS', 'Modality': 'CT', **rest}
    made = item(**{name: value for name, value in values.items() if value is not None})
    made.ScheduledStepAttributesSequence = Sequence([item(StudyInstanceUID=study, AccessionNumber='A1')])
    return made


def end(images, status='COMPLETED', **rest):
    made = item(PerformedProcedureStepStatus=status, PerformedProcedureStepEndDate='20261122',
                PerformedProcedureStepEndTime='102000', **rest)
    references = [item(ReferencedSOPClassUID=hostile.CT_STORAGE, ReferencedSOPInstanceUID=uid) for uid in images]
    made.PerformedSeriesSequence = Sequence([item(SeriesInstanceUID='1.2.3.4', ProtocolName='HEAD',
                                                  ReferencedImageSequence=Sequence(references))])
    return made


class Modality(hostile.Caller):
    def __init__(self, port, **rest):
        super().__init__(port, [(MPPS, hostile.IMPLICIT)], **rest)

    def ask(self, command, uid, dataset, sop_class=MPPS):
        """(status, the step's UID)"""
        fields = {0x0100: command, 0x0110: 7}
        if command == N_CREATE:
            fields[0x0002] = sop_class
            if uid is not None:
                fields[0x1000] = uid
        else:
            fields[0x0003], fields[0x1001] = sop_class, uid
        data = dataset if isinstance(dataset, bytes) or dataset is None else encode(dataset)
        self.send(1, fields, data)
        _, answer, _ = self.receive()
        assert answer[0x0100] == command | 0x8000 and answer[0x0120] == 7, answer
        return answer[0x0900], answer.get(0x1000, b'').rstrip(b'\0').decode()

    def create(self, uid, dataset, **rest):
        return self.ask(N_CREATE, uid, dataset, **rest)

    def set(self, uid, dataset, **rest):
        return self.ask(N_SET, uid, dataset, **rest)[0]


def steps(agent, columns='sop_instance_uid, status'):
    return rows(agent, f'SELECT {columns} FROM performed_step ORDER BY received_us')


def announced():
    with Home() as agent, Modality(agent.port) as modality:
        assert modality.is_accepted
        assert modality.create(STEP, begin()) == (0, STEP)
        assert steps(agent, 'status, study_uid, accession, patient_id, patient_name, modality, station, started, source') == [
            ('IN PROGRESS', '1.2.3', 'A1', 'P1', 'TEST^ONE', 'CT', 'ROOM 1', '20261122101500', 'CALLER')]
        assert modality.set(STEP, end(['1.2.3.4.1', '1.2.3.4.2'])) == 0
        assert steps(agent, 'status, ended') == [('COMPLETED', '20261122102000')]
        assert rows(agent, 'SELECT sop_instance_uid, series_uid FROM performed_object ORDER BY 1') == [
            ('1.2.3.4.1', '1.2.3.4'), ('1.2.3.4.2', '1.2.3.4')]
        assert rows(agent, "SELECT detail FROM audit WHERE detail LIKE 'performed%' ORDER BY id") == [
            ('performed procedure step: IN PROGRESS',), ('performed procedure step: COMPLETED',)]
        assert modality.release()


def refused():
    with Home() as agent, Modality(agent.port) as modality:
        assert modality.set('1.2.7.9', end([])) == 0x0112
        assert modality.create(STEP, begin(PerformedProcedureStepStatus='COMPLETED'))[0] == 0x0106
        assert modality.create(STEP, begin(PerformedProcedureStepStatus=None))[0] == 0x0120
        assert modality.create(STEP, begin(study='none'))[0] in (0x0106, 0x0120)
        assert modality.create(STEP, None)[0] == 0x0120
        assert modality.create(STEP, begin(), sop_class='1.2.840.10008.3.1.2.3.4')[0] == 0x0118
        assert steps(agent) == []
        assert modality.create(STEP, begin())[0] == 0
        assert modality.create(STEP, begin())[0] == 0x0111
        assert modality.set(STEP, end([], status='OVER')) == 0x0106
        # Whose it is is said once.
        assert modality.set(STEP, end(['1.2.3.4.1'], PatientID='P2', status='DISCONTINUED')) == 0
        assert steps(agent, 'status, patient_id') == [('DISCONTINUED', 'P1')]
        assert modality.set(STEP, end([])) == 0x0110, 'it is over'
        # Without a UID it gets one of ours.
        status, uid = modality.create(None, begin())
        assert status == 0 and uid.startswith('2.25.') and modality.set(uid, end([])) == 0
        assert modality.release()


def compared():
    """With what has arrived: an image that was announced and did not come is found."""
    with Home() as agent:
        with Modality(agent.port) as modality:
            assert modality.create(STEP, begin())[0] == 0
            with hostile.Caller(agent.port, [(hostile.CT_STORAGE, hostile.IMPLICIT)]) as caller:
                assert caller.store(hostile.small_ct('1.2.3.4.1'), '1.2.3.4.1') == 0 and caller.release()
            await_it(lambda: rows(agent, 'SELECT * FROM desk'), lambda: rows(agent, 'SELECT due_us FROM desk') == [(0,)])
            assert modality.set(STEP, end(['1.2.3.4.1', '1.2.3.4.2'])) == 0
            await_it(lambda: rows(agent, 'SELECT check_name, found, expected FROM finding'),
                     lambda: rows(agent, "SELECT 1 FROM finding WHERE check_name = 'images-announced'"))


def rejected():
    """What was announced, came and was rejected is not missing."""
    with Home() as agent:
        receive(agent, 2)
        with Modality(agent.port) as modality:
            assert modality.create(STEP, begin())[0] == 0
            assert modality.set(STEP, end(['1.2.3.4.1', '1.2.3.4.2'])) == 0
        Bus(agent).call('Reject', '(xassssb)', rows(agent, 'SELECT study_id FROM desk')[0][0], ['1.2.3.4.2'], '113001', 'motion', '',
                        True)
        await_it(lambda: rows(agent, 'SELECT * FROM desk'), lambda: rows(agent, 'SELECT due_us FROM desk') == [(0,)])
        assert rows(agent, "SELECT found FROM finding WHERE check_name = 'images-announced'") == []


def nested(depth):
    data = b''
    for _ in range(depth):
        data = b'\x40\x00\x40\x03\xff\xff\xff\xff\xfe\xff\x00\xe0\xff\xff\xff\xff' + data \
            + b'\xfe\xff\x0d\xe0\0\0\0\0\xfe\xff\xdd\xe0\0\0\0\0'
    return data


def hostile_ones():
    with Home() as agent:
        with Modality(agent.port) as modality:
            assert modality.create(STEP, begin())[0] == 0
            for data in (b'\xff' * 1000, b'', encode(begin())[:-7], nested(2000), os.urandom(70000),
                         b'\x10\x00\x20\x00\xfe\xff\xff\xff' + b'x' * 100):
                try:
                    status = modality.set(STEP, data)
                except (hostile.Closed, OSError):
                    break
                assert status in (0x0110, 0x0120, 0x0106), hex(status)
        # More attributes than are taken: none of them. Written before the association is there, which is not silent for a minute.
        too_many = encode(end([f'1.2.3.4.{i}' for i in range(70000)]))
        many = [encode(end([f'1.2.3.4.{i}' for i in range(20000)], status=status)) for status in ('IN PROGRESS', 'COMPLETED')]
        with Modality(agent.port) as modality:
            assert modality.set(STEP, too_many) == 0x0213
            assert modality.release()
        with Modality(agent.port) as modality:
            assert modality.set(STEP, many[0]) == 0
            assert rows(agent, 'SELECT count(*) FROM performed_object') == [(20000,)]
            assert modality.set(STEP, many[1]) == 0
            assert modality.release()
        assert steps(agent) == [(STEP, 'COMPLETED')]


def killed():
    """After it is kept and before it is answered: the modality asks again and is told that it is there."""
    with Home() as agent:
        agent.stop()
        agent.environment['NEGATOSCOPE_FAULT'] = 'step-kept:1'
        agent.start()
        try:
            with Modality(agent.port) as modality:
                modality.create(STEP, begin())
        except (hostile.Closed, OSError):
            pass
        assert await_death(agent), agent.log()
        restart(agent)
        with Modality(agent.port) as modality:
            assert modality.create(STEP, begin())[0] == 0x0111
            assert modality.set(STEP, end([])) == 0


# --- for a modality that cannot ---

class Manager(hostile.HostilePeer):
    def __init__(self, status=0):
        self.status, self.said = status, []
        super().__init__(self.serve)

    def site(self, name, **more):
        return super().site(name, **{'use': 'store;mpps', **more})

    def serve(self, link):
        link.accept()
        while (message := link.receive()) is not None:
            context, fields, data = message
            if fields[0x0100] in (N_CREATE, N_SET):
                implicit = link.contexts[context][1] == hostile.IMPLICIT
                uid = fields.get(0x1000, fields.get(0x1001)).rstrip(b'\0').decode()
                self.said.append((fields[0x0100], uid, read_dataset(io.BytesIO(data), implicit, True)))
                if fields[0x0100] == N_CREATE and [said[:2] for said in self.said].count((N_CREATE, uid)) > 1:
                    respond(link, context, fields, 0x0111)
                    continue
                respond(link, context, fields, self.status)
            else:
                link.respond(context, fields, 0)


def respond(link, context, fields, status):
    link.send(context, {0x0002: MPPS, 0x0100: fields[0x0100] | 0x8000, 0x0120: fields[0x0110], 0x0900: status,
                        0x1000: fields.get(0x1000, fields.get(0x1001)).rstrip(b'\0').decode()})


def receive(agent, n):
    with hostile.Caller(agent.port, [(hostile.CT_STORAGE, hostile.IMPLICIT)]) as caller:
        for i in range(1, n + 1):
            assert caller.store(hostile.small_ct(f'1.2.3.4.{i}'), f'1.2.3.4.{i}') == 0
        assert caller.release()
    await_it(lambda: rows(agent, 'SELECT * FROM desk'),
             lambda: rows(agent, 'SELECT count(*) FROM desk WHERE due_us = 0 AND checked_us > 0') == [(1,)])


def release(agent):
    bus = Bus(agent)
    for (finding,) in rows(agent, 'SELECT id FROM finding WHERE severity = 3 AND accepted_us = 0'):
        bus.call('AcceptFinding', '(xs)', finding, 'a test object')
    return bus.call('ReleaseStudy', '(xas)', rows(agent, 'SELECT study_id FROM desk')[0][0], ['PACS'])[0]


REQUIRED = ('PerformedProcedureStepID', 'PerformedStationAETitle', 'PerformedProcedureStepStartDate',
            'PerformedProcedureStepStartTime', 'PerformedProcedureStepStatus', 'Modality')
PRESENT = ('PatientName', 'PatientID', 'PatientBirthDate', 'PatientSex', 'ReferencedPatientSequence', 'PerformedStationName',
           'PerformedLocation', 'PerformedProcedureStepDescription', 'PerformedProcedureTypeDescription', 'ProcedureCodeSequence',
           'PerformedProcedureStepEndDate', 'PerformedProcedureStepEndTime', 'StudyID', 'PerformedProtocolCodeSequence',
           'PerformedSeriesSequence')


def told():
    n = 30
    with Manager() as manager, Home(manager.site('PACS')) as agent:
        receive(agent, n)
        release(agent)
        await_it(lambda: (manager.said, rows(agent, 'SELECT * FROM job')), lambda: steps(agent, 'told, is_ours') == [(2, 1)])
        (first, uid, created), (second, again, changed) = manager.said
        assert (first, second) == (N_CREATE, N_SET) and uid == again
        assert all(created[name].value not in ('', None) for name in REQUIRED), created
        assert all(name in created for name in PRESENT), created
        assert created.PerformedProcedureStepStatus == 'IN PROGRESS' and created.PatientID == 'P1'
        scheduled, = created.ScheduledStepAttributesSequence
        assert scheduled.StudyInstanceUID == '1.2.3' and 'RequestedProcedureID' in scheduled
        assert changed.PerformedProcedureStepStatus == 'COMPLETED' and changed.PerformedProcedureStepEndDate
        series, = changed.PerformedSeriesSequence
        assert series.ProtocolName and series.SeriesInstanceUID, series
        assert {one.ReferencedSOPInstanceUID for one in series.ReferencedImageSequence} == {f'1.2.3.4.{i}' for i in range(1, n + 1)}
        assert len(series.ReferencedImageSequence) == n
        assert steps(agent, 'status') == [('COMPLETED',)]
        assert len(manager.said) == 2 and not manager.failures, manager.failures


def not_told():
    """The modality has said it itself."""
    with Manager() as manager, Home(manager.site('PACS')) as agent:
        with Modality(agent.port) as modality:
            assert modality.create(STEP, begin())[0] == 0 and modality.set(STEP, end(['1.2.3.4.1'])) == 0
        receive(agent, 1)
        release(agent)
        await_it(lambda: rows(agent, 'SELECT * FROM desk'), lambda: rows(agent, 'SELECT state FROM desk') == [(2,)])
        assert steps(agent, 'is_ours') == [(0,)] and manager.said == []


def told_no():
    with Manager(status=0x0106) as manager, Home(manager.site('PACS')) as agent:
        receive(agent, 1)
        release(agent)
        await_it(lambda: manager.said, lambda: steps(agent, 'told') == [(3,)])
        assert 'invalid' in steps(agent, 'message')[0][0], steps(agent, 'message')
        assert rows(agent, "SELECT state FROM job WHERE kind = 'mpps'")


def told_over_deaths():
    for point in ('delivery-released', 'step-telling', 'step-told'):
        with Manager() as manager, Home(manager.site('PACS')) as agent:
            receive(agent, 2)
            agent.stop()
            agent.environment['NEGATOSCOPE_FAULT'] = f'{point}:1'
            agent.start()
            try:
                release(agent)
            except Exception as error:
                assert 'AssertionError' not in repr(error), error
            assert await_death(agent), f'{point} was not reached: {agent.log()}'
            restart(agent)
            await_it(lambda: (point, manager.said, rows(agent, 'SELECT * FROM job')), lambda: steps(agent, 'told') == [(2,)])
            assert len({uid for _, uid, _ in manager.said}) == 1, 'one step under one UID'


def main():
    tap = Tap()
    for name, test in (('announced', announced), ('refused', refused), ('compared', compared), ('rejected', rejected), ('hostile', hostile_ones),
                       ('killed', killed), ('told', told), ('not told', not_told), ('told no', told_no),
                       ('told over deaths', told_over_deaths)):
        tap.run(name, test)
    tap.done()


main()
