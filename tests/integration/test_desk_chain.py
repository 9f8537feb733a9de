#!/usr/bin/python3
"""A study of the wrong patient is corrected and released while the agent is killed anywhere: afterwards nothing is half corrected, and
the peer has no object under two identities. Whichever came first, the correction or the sending, is how it is."""
import io
import os
import random
import sys
import time

import numpy
from pydicom.filereader import read_dataset

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'python'))
import hostile_peers as hostile  # noqa: E402
from fault_homes import Bus, Home, check_whole, restart, rows  # noqa: E402
from negtest import Tap  # noqa: E402
from synthetic import Folder  # noqa: E402
from test_deliveries import COMMITTED, Archive, await_it  # noqa: E402

N_KILLS = 200 if '--long' in sys.argv else 20
N_IMAGES = 4
KEY_OBJECT = '1.2.840.10008.5.1.4.1.1.88.59'
NOISE = numpy.random.default_rng(5).integers(0, 4000, (64, 64), dtype=numpy.uint16)


class Witness(Archive):
    """Knows what it was given: an object's UID, its patient and study, and which image it is."""

    def __init__(self):
        self.seen = []  # (SOP instance UID, patient ID, study UID, the image's first pixels, or of a note what it rejects)
        super().__init__()

    def serve(self, link):
        receive = link.receive

        def looked_at():
            message = receive()
            if message is not None and message[1][0x0100] == hostile.STORE_RQ:
                self.look(read_dataset(io.BytesIO(message[2]), link.contexts[message[0]][1] == hostile.IMPLICIT, True))
            return message
        link.receive = looked_at
        super().serve(link)

    def look(self, data):
        if data.SOPClassUID == KEY_OBJECT:
            named = {str(one.ReferencedSOPInstanceUID) for study in data.CurrentRequestedProcedureEvidenceSequence
                     for series in study.ReferencedSeriesSequence for one in series.ReferencedSOPSequence}
            self.seen.append((str(data.SOPInstanceUID), data.PatientID, str(data.StudyInstanceUID), named))
        else:
            self.seen.append((str(data.SOPInstanceUID), data.PatientID, str(data.StudyInstanceUID), bytes(data.PixelData[:64])))


def bring(agent, turn):
    folder = Folder()
    with folder:
        for number in range(1, N_IMAGES + 1):
            folder.write(NOISE + number + turn * N_IMAGES, bits=16, StudyInstanceUID=f'2.25.{1000 + turn}',
                         SeriesInstanceUID=f'2.25.{1000 + turn}.1', SOPInstanceUID=f'2.25.{1000 + turn}.1.{number}',
                         InstanceNumber=number, PatientID=f'WRONG{turn}', PatientName='Wrong^Walter', StudyDate='20260102',
                         PatientBirthDate='19500505', PatientSex='M', AccessionNumber=f'A{turn}', SliceThickness='2',
                         ImagePositionPatient=[0, 0, number], PixelSpacing=[1, 1], ImageOrientationPatient=[1, 0, 0, 0, 1, 0])
        agent.ask('import', folder.name)


def find_study(agent, turn):
    """(row, patient) of the study that has images now."""
    found = rows(agent, 'SELECT DISTINCT t.id, t.patient_id, count(*) FROM instance i JOIN series s ON s.id = i.series_id JOIN study t ON'
                        f" t.id = s.study_id WHERE i.superseded_by IS NULL AND t.patient_id IN ('WRONG{turn}', 'RIGHT{turn}')"
                        f" AND i.sop_class_uid <> '{KEY_OBJECT}' GROUP BY t.id")
    assert len(found) == 1 and found[0][2] == N_IMAGES, f'half corrected: {found}'
    return found[0][:2]


def await_check(agent, study):
    await_it(lambda: rows(agent, f'SELECT * FROM desk WHERE study_id = {study}'),
             lambda: rows(agent, f'SELECT count(*) FROM desk WHERE study_id = {study} AND due_us = 0 AND checked_us > 0') == [(1,)])


def accept(agent, bus, study):
    for (finding,) in rows(agent, f'SELECT id FROM finding WHERE study_id = {study} AND severity > 1 AND accepted_us = 0'):
        bus.call('AcceptFinding', '(xs)', finding, 'a test object')


def correct(agent, turn, study):
    """Asked for, not waited for: the bus has to be kept."""
    from gi.repository import GLib
    bus = Bus(agent)
    spec = {'kind': GLib.Variant('s', 'set'), 'values': GLib.Variant('a(ss)', [('PatientID', f'RIGHT{turn}')])}
    bus.start('Correct', '(xa{sv}s)', study, spec, 'typed wrong')
    return bus


def correct_then_release(agent, turn, study):
    """As soon as it may leave it does; until the time is up."""
    from gi.repository import GLib
    end = time.monotonic() + random.uniform(0, 1.5)
    bus, other = correct(agent, turn, study), Bus(agent)
    await_it(agent.log, lambda: rows(agent, f"SELECT 1 FROM correction WHERE study_id = {study}"))
    is_released = False
    while time.monotonic() < end:
        try:
            if not is_released:
                study, _ = find_study(agent, turn)  # the correction takes it to another one
                accept(agent, other, study)
                other.call('ReleaseStudy', '(xas)', study, [])
                is_released = True
        except GLib.Error as error:
            # It is being corrected or checked, or another one by now, of which the correction has taken everything away.
            assert any(code in str(error) for code in ('Refused', 'NotFound', 'Conflict')), error
        time.sleep(0.01)
    del bus


def release_then_correct(agent, turn, study):
    """It is on its way, or has arrived."""
    Bus(agent).call('ReleaseStudy', '(xas)', study, [])
    time.sleep(random.uniform(0, 0.3))
    bus = correct(agent, turn, study)
    time.sleep(random.uniform(0, 0.6))
    del bus


def release_rest(agent, turn):
    """What has not left leaves; until the peer keeps all of it."""
    await_it(lambda: rows(agent, 'SELECT id, state, message FROM correction ORDER BY id DESC LIMIT 2'),
             lambda: not rows(agent, 'SELECT 1 FROM correction WHERE state < 2'))
    study, patient = find_study(agent, turn)

    def is_there():
        """Not before every delivery has come to its end."""
        return not rows(agent, f'SELECT 1 FROM delivery_object o JOIN delivery d ON d.id = o.delivery_id JOIN instance i ON i.id ='
                               f' o.instance_id WHERE d.study_id = {study} AND o.state < {COMMITTED} AND i.superseded_by IS NULL') \
            and not rows(agent, 'SELECT 1 FROM instance i JOIN series s ON s.id = i.series_id'
                                f' WHERE s.study_id = {study} AND i.superseded_by IS NULL AND NOT EXISTS (SELECT 1 FROM delivery_object o'
                                f' WHERE o.instance_id = i.id AND o.state = {COMMITTED})')

    def go_on():
        from gi.repository import GLib
        if is_there():
            return True
        bus = Bus(agent)
        for (job,) in rows(agent, "SELECT id FROM job WHERE kind = 'deliver' AND state = 0"):
            try:
                bus.call('ControlJob', '(xs)', job, 'retry')
            except GLib.Error:
                pass  # it runs
        await_check(agent, study)
        try:
            accept(agent, bus, study)
            bus.call('ReleaseStudy', '(xas)', study, [])
        except GLib.Error as error:
            assert any(code in str(error) for code in ('Conflict', 'Refused', 'NotFound')), error  # on its way, or checked again
        time.sleep(0.2)
        return is_there()
    await_it(lambda: f"{rows(agent, f'SELECT o.*, d.job_id, d.message FROM delivery_object o JOIN delivery d ON d.id = o.delivery_id WHERE d.study_id = {study}')}; "
                     f"{rows(agent, f'SELECT * FROM desk WHERE study_id = {study}')}; {agent.log()[-2000:]}", go_on)
    return patient


def check_identities(peer, turn, patient, was_released):
    """Each UID is of one patient, study and image. Each image has one UID, unless it had left before (@was_released): then its new version
    is another object of another study. How many of those have a note that rejects the old one."""
    identities, versions, rejected = {}, {}, set()
    for sop, whose, study, what in peer.seen:
        identities.setdefault(sop, set()).add((whose, study))
        if isinstance(what, set):
            rejected |= what
        else:
            versions.setdefault(what, {})[sop] = whose
    double = {sop: found for sop, found in identities.items() if len(found) > 1}
    assert not double, f'one UID, two identities: {double}'
    n_rejected = n_open = 0
    for found in versions.values():
        left = {sop: whose for sop, whose in found.items() if sop not in rejected}
        n_rejected += len(found) - len(left)
        n_open += len(left) > 1
        assert len(left) == 1 or was_released[turn_of(left)], f'one image under two identities: {found}'
        assert len({identity for sop in found for identity in identities[sop]}) == len(found), found
    mine = {whose for found in versions.values() for sop, whose in found.items() if whose in (f'WRONG{turn}', f'RIGHT{turn}')}
    assert patient in mine and (len(mine) == 1 or was_released[turn]), (mine, patient)
    return n_rejected, n_open


def turn_of(versions):
    """Whose digits are the turn's."""
    return int(next(iter(versions.values()))[len('WRONG'):])


def killed(peer):
    n_corrected, was_released = 0, []
    with Home(peer.site('PACS') + '[quality]\nsecond-look=none\n') as agent:
        for turn in range(N_KILLS):
            bring(agent, turn)
            study, _ = find_study(agent, turn)
            await_check(agent, study)
            accept(agent, Bus(agent), study)
            was_released.append(random.random() < 0.3)
            (release_then_correct if was_released[turn] else correct_then_release)(agent, turn, study)
            restart(agent)
            patient = release_rest(agent, turn)
            await_it(lambda: f'old versions that no note rejects: {check_identities(peer, turn, patient, was_released)}',  # noqa: B023
                     lambda: check_identities(peer, turn, patient, was_released)[1] == 0)  # noqa: B023
            n_corrected += patient.startswith('RIGHT')
            n_rejected, _ = check_identities(peer, turn, patient, was_released)
            if turn % 20 == 19:
                check_whole(agent)
    print(f'# {N_KILLS} kills, {sum(was_released)} of them of what had left: {n_corrected} studies corrected; {len(peer.seen)} stores of '
          f'{len({sop for sop, *_ in peer.seen})} UIDs; {n_rejected} old versions, each rejected by a note', flush=True)


def main():
    tap = Tap()
    with Witness() as peer:
        tap.run('corrected and released, killed at random', killed, peer)
    tap.done()


main()
