#!/usr/bin/python3
"""The log of messages is what orders are derived from: the messages of a day, which came on three connections at once, sent
again from the log of one home into an empty other one make the same orders, reports, patients and reading list; and so
they do whether images come before all of them or after. --long: 300 orders."""
import os
import sys
import threading

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'python'))
from department import CLASSES, CONTEXTS, Department  # noqa: E402
from fault_homes import rows  # noqa: E402
from hl7_peers import Hl7Home, Sender  # noqa: E402
from hostile_peers import Caller  # noqa: E402
from negtest import Tap  # noqa: E402

N_CASES, N_CONNECTIONS = 150 if '--long' in sys.argv else 20, 3
SITE = 'default-issuer=HOSP\n[dicom]\ndefault-issuer=HOSP'


def make_messages(department):
    """By connection: those of the day's persons in their order, a report of each third order behind them."""
    place = {person: i % N_CONNECTIONS for i, person in enumerate(department.persons)}
    shares = [[] for _ in range(N_CONNECTIONS)]
    for step in department.steps:
        if step.message is not None:
            shares[place[step.person]].append((step.message, step.code))
    for i, order in enumerate(department.orders[::3]):
        for status, text in (('P', 'to be read'), ('F', f'Report of {order.placer}')):
            minute = department.EVENING + i + (status == 'F') / 2
            shares[place[order.person]].append((department.say.report(order, order.person.now, minute, text, status), 'AA'))
    return shares


def send(port, share, failures):
    try:
        with Sender(port) as sender:
            for message, code in share:
                answer = sender.ask(message)
                assert answer is not None and answer.code == code, (message, answer and answer.data)
    except Exception as failure:  # noqa: BLE001: told by the test
        failures.append(repr(failure))


def play(agent, department):
    failures = []
    threads = [threading.Thread(target=send, args=(agent.hl7_port, share, failures)) for share in make_messages(department)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures, failures


def read_log(agent):
    """(type, outcome, answer's code, body), in the order of their commits."""
    return [(kind, outcome, answer.split(b'MSA|')[1][:2], body) for kind, outcome, answer, body in rows(
        agent, 'SELECT type, outcome, answer, body FROM message m JOIN message_body b ON b.message_id = m.id ORDER BY m.id')]


def derived(agent):
    """All that messages made, without numbers and times of this home."""
    own = {'order', 'entry'}
    listed = {name: sorted(sorted((key, str(value)) for key, value in row.items() if key not in own)
                           for row in agent.ask(name)) for name in ('orders', 'worklist')}
    listed['reports'] = sorted(rows(agent, 'SELECT version, time_us, status, n_entries, issuer, patient_id, placer, filler, '
                                           'accession, title, text FROM report'))
    listed['links'] = sorted(rows(agent, 'SELECT from_issuer, from_id, from_name, to_issuer, to_id, to_name, time_us, '
                                         'undone_us <> 0, replaced_by <> 0 FROM patient_link'))
    listed['names'] = sorted(rows(agent, 'SELECT * FROM patient_said'))
    return listed


def replay(agent, log):
    with Sender(agent.hl7_port) as sender:
        for kind, _, code, body in log:
            answer = sender.ask(body)
            assert answer is not None and answer.code == code.decode(), (kind, body, answer and answer.data)


def store_images(agent, department):
    kinds = list(CLASSES.values())
    with Caller(agent.port, CONTEXTS, timeout=120) as caller:
        for step in department.steps:
            for uid, kind, data in step.study.objects() if step.study else ():
                assert caller.store(data, uid, kind, 2 * kinds.index(kind) + 1) == 0
        assert caller.release()


def check_same(found, expected):
    for name, rows_expected in expected.items():
        differ = [row for row in rows_expected if row not in found[name]]
        assert found[name] == rows_expected, f'{name}: {len(found[name])} and {len(rows_expected)}: {differ[:3]}'


def replayed():
    department = Department(N_CASES)
    with Hl7Home(SITE) as agent:
        play(agent, department)
        log, expected = read_log(agent), derived(agent)
        # The same once more, to the one who has it all: answered as before, and nothing changes.
        replay(agent, log)
        assert read_log(agent) == log
        check_same(derived(agent), expected)
        store_images(agent, department)
        with_images = derived(agent)
    assert len(expected['orders']) > 2 * N_CASES and expected['reports'] and expected['links']
    with Hl7Home(SITE) as agent:
        replay(agent, log)
        assert [row[:3] for row in read_log(agent)] == [row[:3] for row in log]
        check_same(derived(agent), expected)
    with Hl7Home(SITE) as agent:
        store_images(agent, department)
        replay(agent, log)
        check_same(derived(agent), with_images)
    print(f'# {len(log)} messages, {len(expected["orders"])} orders, {len(expected["reports"])} reports, '
          f'{len(expected["links"])} links, the same again', flush=True)


def main():
    tap = Tap()
    tap.run('the log makes the same orders', replayed)
    tap.done()


if __name__ == '__main__':
    main()
