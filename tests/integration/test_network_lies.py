#!/usr/bin/python3
"""Peers that are asked for a study and send something else, or say so: what is answered before it is committed is only
what a C-MOVE of ours brings, and a retrieve is complete only when what was asked for is here."""
import os
import sqlite3
import sys
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'python'))
import hostile_peers as hostile  # noqa: E402
from fault_homes import Bus, Home, check_whole, echoes, rows  # noqa: E402
from hostile_peers import Caller, HostilePeer, element  # noqa: E402
from negtest import Tap  # noqa: E402

IMAGES = [(hostile.CT_STORAGE, hostile.IMPLICIT)]
GET_RQ, MOVE_RQ = 0x0010, 0x0021
STUDY = '1.2.3'
REFUSED = '1.2.3.77'  # the archive cannot commit it


def refuse_one(agent):
    """Whoever commits this object fails; whoever has answered before has answered too early."""
    with sqlite3.connect(f'{agent.home}/data/archive.db', timeout=20) as database:
        database.execute(f"CREATE TRIGGER refuse_one BEFORE INSERT ON instance WHEN NEW.sop_instance_uid = '{REFUSED}' "
                         "BEGIN SELECT raise(ABORT, 'refused by the test'); END")


class Mover(HostilePeer):
    """Answers a C-MOVE with nothing but success, after `bring(port, message ID)` has stored to us."""

    def __init__(self, bring):
        super().__init__(self.move)
        self.bring, self.answers = bring, []

    def move(self, link):
        link.accept()
        while (message := link.receive()) is not None:
            context, fields, _ = message
            if fields[0x0100] == MOVE_RQ:
                self.answers.append(self.bring(self.to, fields[0x0110]))
                link.respond(context, fields, 0)
            elif fields[0x0100] != hostile.CANCEL_RQ:
                link.respond(context, fields, 0)

    def home(self):
        return Home(self.site('LIAR', use='retrieve', retrieve='move'))


def stored(caller, uid, originator='NEGATOSCOPE', message=None, study=STUDY):
    """The status of a C-STORE that says for which C-MOVE it is."""
    fields = {0x0002: hostile.CT_STORAGE, 0x0100: hostile.STORE_RQ, 0x0110: 1, 0x0700: 0, 0x1000: uid}
    if originator is not None:
        fields[0x1030] = originator
    if message is not None:
        fields[0x1031] = message
    caller.send(1, fields, hostile.small_ct(uid, study=study))
    return caller.receive()[1][0x0900]


def retrieve(agent):
    bus = Bus(agent)
    return bus.wait_job(bus.call('Retrieve', '(sssib)', 'LIAR', STUDY, '', 0, True)[0])


def moved(bring):
    """The job, what `bring` returned, and the rows, with an object that cannot be committed."""
    with Mover(bring) as peer, peer.home() as agent:
        peer.to = agent.port
        refuse_one(agent)
        job = retrieve(agent)
        assert not peer.failures, peer.failures
        echoes(agent)
        check_whole(agent)
        return job, peer.answers[0], dict(rows(agent, 'SELECT sop_instance_uid, object_class FROM instance'))


def all_right():
    """What says the truth is answered at once; what then could not be kept makes the retrieve fail."""
    def bring(port, message):
        with Caller(port, IMAGES, calling='HOSTILE') as caller:
            return [stored(caller, uid, message=message) for uid in ('1.2.3.1', REFUSED)]
    job, answers, kept = moved(bring)
    assert answers == [0, 0], answers
    assert kept == {'1.2.3.1': 1}, kept
    assert job['state'] == 'failed', job


def not_ours(object_class, calling='HOSTILE', shift=0, **lie):
    """Whatever of it is not so: the answer is what became of the commit. What names no move of ours is no cache."""
    def bring(port, message):
        with Caller(port, IMAGES, calling=calling) as caller:
            given = {'message': None if shift is None else (message + shift) % 65536, **lie}
            return [stored(caller, uid, **given) for uid in ('1.2.3.1', REFUSED)]
    job, answers, kept = moved(bring)
    assert answers[0] == 0 and answers[1] != 0, answers
    assert kept == {'1.2.3.1': object_class}, kept


def another_caller():
    """One that nobody knows says that it is for our C-MOVE."""
    not_ours(0, calling='STRANGER')


def after_the_move():
    """The number of a C-MOVE that is over is nobody's."""
    seen = []

    def bring(port, message):
        with Caller(port, IMAGES, calling='HOSTILE') as caller:
            seen.append(message)
            return stored(caller, '1.2.3.1', message=message)
    with Mover(bring) as peer, peer.home() as agent:
        peer.to = agent.port
        assert retrieve(agent)['state'] == 'done'
        refuse_one(agent)
        with Caller(agent.port, IMAGES, calling='HOSTILE') as caller:
            assert stored(caller, REFUSED, message=seen[0]) != 0


def kept_open():
    """An association from before the C-MOVE that goes on behind it."""
    link, message_id = [], []

    def bring(port, message):
        link.append(Caller(port, IMAGES, calling='HOSTILE'))
        message_id.append(message)
        return stored(link[0], '1.2.3.1', message=message)
    with Mover(bring) as peer, peer.home() as agent:
        peer.to = agent.port
        assert retrieve(agent)['state'] == 'done'
        refuse_one(agent)
        assert stored(link[0], REFUSED, message=message_id[0]) != 0
        assert stored(link[0], '1.2.3.2', message=message_id[0]) == 0
        link[0].socket.close()
        kept = dict(rows(agent, 'SELECT sop_instance_uid, object_class FROM instance'))
        assert kept == {'1.2.3.1': 1, '1.2.3.2': 0}, kept


def given_up():
    """A peer that goes on with what nobody waits for any more has it still; what has another number is not that."""
    asked, goes_on = [], threading.Event()

    def bring(port, message):
        asked.append(message)
        goes_on.wait(60)
    with Mover(bring) as peer, peer.home() as agent:
        peer.to = agent.port
        bus = Bus(agent)
        job = bus.call('Retrieve', '(sssib)', 'LIAR', STUDY, '', 0, True)[0]
        end = time.monotonic() + 60
        while not asked and time.monotonic() < end:
            time.sleep(0.02)
        bus.call('ControlJob', '(xs)', job, 'cancel')
        assert bus.wait_job(job)['state'] == 'cancelled'
        goes_on.set()
        with Caller(agent.port, IMAGES, calling='HOSTILE') as caller:
            assert stored(caller, '1.2.3.1', message=asked[0]) == 0
            assert stored(caller, '1.2.3.2', message=(asked[0] + 1) % 65536) == 0
            assert stored(caller, '1.2.9.1', message=asked[0], study='1.2.9') == 0
        kept = dict(rows(agent, 'SELECT sop_instance_uid, object_class FROM instance'))
        assert kept == {'1.2.3.1': 1, '1.2.3.2': 0, '1.2.9.1': 0}, kept


# --- C-GET ---

class Getter(HostilePeer):
    """Sends `sent` (UID, study) for a C-GET, says that all was well, and answers questions as the study `listed` says."""

    def __init__(self, sent, listed=(), named=hostile.CT_STORAGE):
        super().__init__(self.get)
        self.sent, self.listed, self.named, self.answers = sent, listed, named, []

    def get(self, link):
        link.accept()
        while (message := link.receive()) is not None:
            context, fields, data = message
            if fields[0x0100] == hostile.FIND_RQ:
                for row in self.rows(data):
                    link.respond(context, fields, hostile.PENDING, row)
                link.respond(context, fields, 0)
            elif fields[0x0100] == GET_RQ:
                n = len(self.sent) if self.send_all(link) else 0
                counts = {0x1020: 0, 0x1021: n, 0x1022: len(self.sent) - n, 0x1023: 0}
                link.send(context, {0x0002: fields[0x0002].rstrip(b'\0').decode(), 0x0100: GET_RQ | 0x8000,
                                    0x0120: fields[0x0110], 0x0900: 0 if n > 0 else 0xb000, **counts})

    def send_all(self, link):
        contexts = [number for number, (abstract, syntax) in link.contexts.items()
                    if abstract == hostile.CT_STORAGE and syntax == hostile.IMPLICIT]
        if not contexts:
            return False
        context = contexts[0]
        for i, (uid, study) in enumerate(self.sent):
            link.send(context, {0x0002: hostile.CT_STORAGE, 0x0100: hostile.STORE_RQ, 0x0110: 100 + i, 0x0700: 0,
                                0x1000: uid}, hostile.small_ct(uid, study=study))
            self.answers.append(link.receive()[1][0x0900])
        return True

    def rows(self, data):
        study = element(0x20, 0xd, STUDY)
        if b'IMAGE' in data:
            return [element(8, 0x16, hostile.CT_STORAGE) + element(8, 0x18, uid) + element(8, 0x52, 'IMAGE') + study
                    + element(0x20, 0xe, STUDY + '.1') for uid in self.listed]
        if b'SERIES' in data:
            return [element(8, 0x52, 'SERIES') + study + element(0x20, 0xe, STUDY + '.1')]
        return [element(8, 0x52, 'STUDY') + element(8, 0x62, self.named) + element(0x10, 0x10, 'TEST^ONE')
                + element(0x10, 0x20, 'P1') + study + element(0x20, 0x1208, str(len(self.listed)))]


def got(sent, listed=(), refusing=False, **named):
    use = 'query;retrieve' if listed else 'retrieve'
    with Getter(sent, listed, **named) as peer, Home(peer.site('LIAR', use=use, retrieve='get')) as agent:
        if refusing:
            refuse_one(agent)
        job = retrieve(agent)
        assert not peer.failures, peer.failures
        echoes(agent)
        return job, peer.answers, set(check_whole(agent))


def another_study():
    """Of what is not asked for the peer hears when it is kept, and it is not what was asked for."""
    job, answers, kept = got([('1.2.9.1', '1.2.9'), ('1.2.9.2', '1.2.9')])
    assert answers == [0, 0] and kept == {'1.2.9.1', '1.2.9.2'}, (answers, kept)
    assert job['state'] == 'failed' and job['done'] == 0, job


def another_study_refused():
    job, answers, kept = got([('1.2.3.1', STUDY), (REFUSED, '1.2.9'), ('1.2.3.2', STUDY)], refusing=True)
    assert answers[0] == 0 and answers[1] != 0 and answers[2] == 0, answers
    assert job['state'] == 'failed' and kept == {'1.2.3.1', '1.2.3.2'}, (job, kept)


def asked_and_refused():
    job, answers, kept = got([('1.2.3.1', STUDY), (REFUSED, STUDY)], refusing=True)
    assert answers == [0, 0] and kept == {'1.2.3.1'} and job['state'] == 'failed', (answers, kept, job)


def twice_the_same():
    """As many as there are, and yet not all of them."""
    uids = ['1.2.3.1', '1.2.3.2']
    job, _, kept = got([('1.2.3.1', STUDY)] * 2, uids)
    assert kept == {'1.2.3.1'}, kept
    assert job['state'] == 'failed' and job['objects'] == 2 and job['done'] == 1, job


def more_than_all():
    uids = ['1.2.3.1', '1.2.3.2']
    job, _, kept = got([(uid, STUDY) for uid in uids + ['1.2.3.3']], uids)
    assert kept == {*uids, '1.2.3.3'} and job['state'] == 'done' and job['objects'] == 2, (kept, job)


def other_classes():
    """At the level of studies it says that they are of a class that none of them is."""
    uids = ['1.2.3.1', '1.2.3.2']
    job, _, kept = got([(uid, STUDY) for uid in uids], uids, named='1.2.840.10008.5.1.4.1.1.4')
    assert kept == set(uids) and job['state'] == 'done' and job['done'] == 2, (kept, job)


def main():
    tap = Tap()
    tap.run('C-MOVE: what says the truth', all_right)
    tap.run('C-MOVE: another message ID', lambda: not_ours(1, shift=1))
    tap.run('C-MOVE: no message ID', lambda: not_ours(1, shift=None))
    tap.run('C-MOVE: another originator', lambda: not_ours(0, originator='OTHER'))
    tap.run('C-MOVE: no originator', lambda: not_ours(0, originator=None))
    tap.run('C-MOVE: another study', lambda: not_ours(0, study='1.2.9'))
    tap.run('C-MOVE: another caller', another_caller)
    tap.run('C-MOVE: when it is over', after_the_move)
    tap.run('C-MOVE: an association that stays open', kept_open)
    tap.run('C-MOVE: given up', given_up)
    tap.run('C-GET: another study', another_study)
    tap.run('C-GET: another study, refused', another_study_refused)
    tap.run('C-GET: what cannot be kept', asked_and_refused)
    tap.run('C-GET: the same object twice', twice_the_same)
    tap.run('C-GET: more than there is', more_than_all)
    tap.run('C-GET: classes that there are not', other_classes)
    tap.done()


if __name__ == '__main__':
    main()
