#!/usr/bin/python3
"""The agent killed (SIGKILL) at named points and anywhere while orders come: what was acknowledged is here, and what is
sent again, as senders do that got no answer, is here once."""
import collections
import os
import random
import sys
import threading

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'python'))
from fault_homes import await_death, restart, rows  # noqa: E402
from hl7_peers import Hl7Home, Sender, find_port, order  # noqa: E402
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


def main():
    tap = Tap()
    long = '--long' in sys.argv
    for point in POINTS:
        for nth in (1, 2, 4) if long else (2,):
            tap.run(f'killed at "{point}", {nth}', at_point, point, nth)
    tap.run('killed anywhere', anywhere, 200 if long else 10)
    tap.done()


if __name__ == '__main__':
    main()
