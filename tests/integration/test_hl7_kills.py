#!/usr/bin/python3
"""The agent killed (SIGKILL) at named points and anywhere while orders come: what was acknowledged is here, and what is
sent again, as senders do that got no answer, is here once."""
import collections
import os
import random
import sqlite3
import sys
import threading

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'python'))
from fault_homes import Bus, await_death, restart, rows  # noqa: E402
from hl7_peers import Hl7Home, Sender, find_port, frame, order, wait_until  # noqa: E402
from negtest import Tap  # noqa: E402

POINTS = ('hl7-read', 'hl7-parsed', 'hl7-before-commit', 'hl7-committed', 'hl7-answered', 'hl7-sent')
N_ORDERS = 5


def message(name):
    return order('C' + name, name, 'KILLED^' + name.upper())


def send_all(agent, names, acknowledged):
    """In their order, until the other side dies: whether it did not."""
    try:
        with Sender(agent.hl7_port) as sender:
            for name in names:
                answer = sender.ask(message(name))
                if answer is None:
                    return False
                assert (answer.code, answer.control) == ('AA', 'C' + name), answer.data
                acknowledged[name] = answer.data
    except OSError:
        return False
    return True


def check(agent, acknowledged, sent):
    """Nothing acknowledged is missing, nothing is there twice, nothing is there that nobody sent."""
    kept = collections.Counter(placer for placer, in rows(agent, 'SELECT placer FROM imaging_order'))
    messages = collections.Counter(control for control, in rows(agent, 'SELECT control_id FROM message'))
    missing = set(acknowledged) - set(kept)
    assert not missing, f'acknowledged and missing: {missing}'
    doubled = [name for counter in (kept, messages) for name, n in counter.items() if n > 1]
    assert not doubled, f'doubled: {doubled}'
    assert set(kept) <= set(sent) and set(messages) == {'C' + name for name in kept}, (kept, messages)
    return kept


def at_point(point, nth):
    names = [f'{point}.{i}' for i in range(N_ORDERS)]
    with Hl7Home(environment={'NEGATOSCOPE_FAULT': f'{point}:{nth}'}) as agent:
        acknowledged = {}
        send_all(agent, names, acknowledged)
        assert await_death(agent), f'nothing passes {point} {nth} times'
        assert len(acknowledged) == (nth if point == 'hl7-sent' else nth - 1), (point, nth, acknowledged)
        restart(agent)
        find_port(agent)
        check(agent, acknowledged, names)
        before = dict(acknowledged)
        assert send_all(agent, names, acknowledged) and len(acknowledged) == N_ORDERS
        assert all(acknowledged[name] == data for name, data in before.items()), 'another answer than before'
        assert set(check(agent, acknowledged, names)) == set(names)


def anywhere(lives):
    generator = random.Random(23)
    with Hl7Home() as agent:
        acknowledged, sent, n_again, slowest = {}, [], 0, 0.0
        for life in range(lives):
            # More than can be taken before that, so that it always dies in the middle.
            names = [f'{life}.{i}' for i in range(2000)]
            stop = threading.Timer(generator.uniform(0.0, 0.25), agent.process.kill)
            stop.start()
            assert not send_all(agent, names, acknowledged), 'it has survived'
            stop.join()
            slowest = max(slowest, restart(agent))
            find_port(agent)
            sent += names
            check(agent, acknowledged, sent)
            # What had no answer is sent again.
            unanswered = next(name for name in names if name not in acknowledged)
            n_again += 1
            assert send_all(agent, [unanswered], acknowledged)
        kept = check(agent, acknowledged, sent)
        assert set(kept) == set(acknowledged), set(kept) ^ set(acknowledged)
        print(f'# {lives} lives: {len(acknowledged)} orders acknowledged, {n_again} sent again, {len(kept)} kept, 0 missing, '
              f'0 doubled; slowest start {slowest:.2f} s')


def merge(retired, survivor):
    return (f'MSH|^~\\&|RIS|HOSP|WS|RAD|20260102040405||ADT^A40|MERGE|P|2.5.1\rEVN||20260102040405\r'
            f'PID|1||{survivor}^^^ISS^MR||TEST^ONE\rMRG|{retired}^^^ISS^MR||||||TEST^ONE\r').encode()


def owners(agent):
    return dict(rows(agent, 'SELECT patient_id, count(*) FROM entry GROUP BY patient_id'))


def link_followed():
    """A patient with many entries is merged: the agent dies between the pieces, and the next one goes on by itself."""
    n = 240
    with Hl7Home(environment={'NEGATOSCOPE_FAULT': 'patients-before-commit:3'}) as agent:
        with Sender(agent.hl7_port) as sender:
            sender.send(b''.join(frame(order(f'M{i}', f'M{i}')) for i in range(n)))
            assert all(sender.read().code == 'AA' for _ in range(n))
            assert sender.ask(merge('PAT1', 'PAT2')).code == 'AA'
        assert await_death(agent), 'the link is not followed'
        assert owners(agent) == {'PAT1': n - 50, 'PAT2': 50}, owners(agent)
        restart(agent)
        wait_until(lambda: owners(agent) == {'PAT2': n} and not rows(agent, 'SELECT 1 FROM patient_change'))
        link, = rows(agent, 'SELECT id FROM patient_link')
        Bus(agent).call('UndoJoin', '(x)', *link)
        wait_until(lambda: owners(agent) == {'PAT1': n} and not rows(agent, 'SELECT 1 FROM patient_change'))


def old_messages_go():
    """After thirty days, at the next start; what they said stays."""
    with Hl7Home() as agent:
        with Sender(agent.hl7_port) as sender:
            assert all(sender.ask(order(f'O{i}', f'O{i}')).code == 'AA' for i in range(50))
        agent.kill()
        with sqlite3.connect(f'{agent.home}/data/archive.db') as database:
            database.execute("UPDATE message SET received_us = received_us - 31 * 86400000000 WHERE control_id <> 'O7'")
        database.close()
        agent.start()
        wait_until(lambda: rows(agent, 'SELECT control_id FROM message') == [('O7',)])
        assert rows(agent, 'SELECT count(*) FROM message_body') == [(1,)]
        assert rows(agent, 'SELECT count(*) FROM imaging_order') == [(50,)]


def main():
    tap = Tap()
    long = '--long' in sys.argv
    for point in POINTS:
        for nth in (1, 2, 4) if long else (2,):
            tap.run(f'killed at "{point}", {nth}', at_point, point, nth)
    tap.run('killed anywhere', anywhere, 200 if long else 10)
    tap.run('a link is followed to its end', link_followed)
    tap.run('old messages go', old_messages_go)
    tap.done()


if __name__ == '__main__':
    main()
