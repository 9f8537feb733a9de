#!/usr/bin/python3
"""The technologist's desk: what comes is checked against what was ordered, what a person said of a finding stays, what comes again is
checked again, and no death of the agent makes a study look as if it were checked."""
import os
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'python'))
import hostile_peers as hostile  # noqa: E402
from fault_homes import Bus, await_death, restart, rows  # noqa: E402
from hl7_peers import Hl7Home, Sender, order  # noqa: E402
from negtest import Tap  # noqa: E402

PATIENCE_S = 60
QUIET = '[quality]\nquiet=0.05\n'
OPEN = "SELECT check_name, found, expected FROM finding WHERE accepted_us = 0"


def await_rows(agent, sql, is_it, what):
    """What @sql gives, once it is so."""
    end = time.monotonic() + PATIENCE_S
    while not is_it(found := rows(agent, sql)):
        assert time.monotonic() < end, f'{what}: {found}; desk: {rows(agent, "SELECT * FROM desk")}'
        time.sleep(0.02)
    return found


def await_checked(agent, n=1):
    await_rows(agent, 'SELECT due_us, checked_us FROM desk', lambda found: len(found) == n and all(
        due == 0 and checked > 0 for due, checked in found), f'{n} studies are not checked')


def projection(uid):
    """The same as an X-ray image: its pixels are looked at."""
    header = b'\x08\x00\x60\x00\x02\x00\x00\x00'
    data = hostile.small_ct(uid, study='1.2.9')
    assert header + b'CT' in data
    return data.replace(header + b'CT', header + b'CR')


def send(agent, uid, data, sop_class=hostile.CT_STORAGE):
    with hostile.Caller(agent.port, [(sop_class, hostile.IMPLICIT)]) as caller:
        assert caller.store(data, uid) == 0 and caller.release()


def send_ct(agent, instance='1.2.3.4.1', **rest):
    send(agent, instance, hostile.small_ct(instance, **rest))


def send_order(agent, **rest):
    with Sender(agent.hl7_port) as sender:
        assert sender.ask(order(**rest)).code == 'AA'


def names(agent):
    return {check for check, _, _ in rows(agent, OPEN)}


def against_order(agent):
    send_order(agent, placer='1', patient='P1', name='OTHER^TWO')
    send_ct(agent)
    await_checked(agent)
    (found, expected), = rows(agent, "SELECT found, expected FROM finding WHERE check_name = 'patient-name'")
    assert 'TEST' in found and 'OTHER' in expected, (found, expected)
    assert rows(agent, 'SELECT worst, n_findings > 0, failure FROM desk') == [(3, 1, '')], rows(agent, 'SELECT * FROM desk')


def later_order():
    with Hl7Home(QUIET) as agent:
        send_ct(agent)
        await_checked(agent)
        assert 'patient-name' not in names(agent)
        send_order(agent, placer='1', patient='P1', name='OTHER^TWO')
        await_rows(agent, OPEN, lambda found: 'patient-name' in {row[0] for row in found}, 'an order that came later')


def sequence(group, number, item):
    inner = b'\xfe\xff\x00\xe0' + len(item).to_bytes(4, 'little') + item
    return group.to_bytes(2, 'little') + number.to_bytes(2, 'little') + len(inner).to_bytes(4, 'little') + inner


def worklist_item(name):
    element = hostile.element
    step = element(8, 0x60, 'CT') + element(0x40, 1, 'CT1') + element(0x40, 2, '20260102') + element(0x40, 3, '101500') \
        + element(0x40, 9, 'S1')
    return element(8, 0x50, 'A1') + element(0x10, 0x10, name) + element(0x10, 0x20, 'P1') + element(0x10, 0x30, '19700101') \
        + element(0x10, 0x40, 'O') + element(0x20, 0xd, '1.2.3') + sequence(0x40, 0x100, step) + element(0x40, 0x1001, 'R1')


def later_item():
    """Of a modality worklist: also when what it says changes."""
    items = []
    with hostile.HostilePeer(hostile.finding(lambda: list(items))) as ris, \
            Hl7Home(QUIET + ris.site('RIS', use='worklist')) as agent:
        send_ct(agent)
        await_checked(agent)
        assert 'patient-name' not in names(agent)
        items.append(worklist_item('OTHER^TWO'))
        Bus(agent).call('SetSearch', '(sasa{ss}u)', 'modality worklists', [], {}, 10)  # seconds, no less
        await_rows(agent, OPEN, lambda found: 'patient-name' in {row[0] for row in found}, 'an item that came later')
        items[0] = worklist_item('TEST^ONE')
        await_rows(agent, OPEN, lambda found: 'patient-name' not in {row[0] for row in found}, 'an item that was changed')


def accepted(agent):
    bus = Bus(agent)
    (finding, study), = rows(agent, "SELECT id, study_id FROM finding WHERE check_name = 'patient-name'")
    n = rows(agent, 'SELECT n_findings FROM desk')[0][0]
    bus.call('AcceptFinding', '(xs)', finding, 'a maiden name')
    assert 'patient-name' not in names(agent) and rows(agent, 'SELECT n_findings FROM desk') == [(n - 1,)]
    assert rows(agent, "SELECT count(*) FROM audit WHERE detail = 'accepted patient-name'") == [(1,)]
    # The same UID with other bytes: checked again, and what was said holds.
    send_ct(agent, tail=b'\xfc\xff\xfc\xff\x02\x00\x00\x00\x00\x00')
    await_checked(agent)
    assert bus.call('CheckStudy', '(x)', study)[0] == len(rows(agent, 'SELECT id FROM finding'))
    (kept, words), = rows(agent, "SELECT id, accepted_words FROM finding WHERE check_name = 'patient-name'")
    assert (kept, words) == (finding, 'a maiden name')
    send_ct(agent, instance='1.2.3.4.2')
    assert rows(agent, 'SELECT count(*) FROM instance_facts') == [(3,)]
    await_checked(agent)


def refused(bus, *call):
    from gi.repository import GLib
    try:
        bus.call(*call)
    except GLib.Error as error:
        return str(error)
    raise AssertionError(f'{call} is done')


def decided(agent):
    bus = Bus(agent)
    (study,), = rows(agent, 'SELECT study_id FROM desk')
    assert 'Refused' in refused(bus, 'DecideStudy', '(xss)', study, 'aside', '')
    assert 'Refused' in refused(bus, 'DecideStudy', '(xss)', study, 'settle', 'never mind')
    assert 'Usage' in refused(bus, 'DecideStudy', '(xss)', study, 'burn', 'never mind')
    assert 'NotFound' in refused(bus, 'DecideStudy', '(xss)', study + 1, 'aside', 'a phantom')
    assert 'NotFound' in refused(bus, 'CheckStudy', '(x)', study + 1)
    assert 'Conflict' in refused(bus, 'AcceptFinding', '(xs)', 4711, '')
    bus.call('DecideStudy', '(xss)', study, 'aside', 'a phantom')
    assert rows(agent, 'SELECT state, words FROM desk') == [(4, 'a phantom')]
    bus.call('DecideStudy', '(xss)', study, 'back', '')
    assert rows(agent, 'SELECT state FROM desk') == [(0,)]


def pixels(agent):
    send(agent, '1.2.9.4.1', projection('1.2.9.4.1'))
    await_checked(agent, 2)
    (facts, digest), = rows(agent, "SELECT facts, digest FROM pixel_facts JOIN instance USING (name) "
                                   "WHERE sop_instance_uid = '1.2.9.4.1'")
    assert facts.startswith('(') and len(digest) == 64, (facts, digest)
    # Other bytes with the same pixels are the same image; other pixels are another one under its UID.
    assert 'uid-reused' not in names(agent)
    send(agent, '1.2.9.4.1', projection('1.2.9.4.1')[:-2] + b'\x01\x00')
    await_checked(agent, 2)
    assert 'uid-reused' in names(agent)
    # What cannot be decoded says so, and is not decoded again and again.
    samples = b'\x28\x00\x02\x00\x02\x00\x00\x00'
    send(agent, '1.2.9.4.2', projection('1.2.9.4.2').replace(samples + b'\x01\x00', samples + b'\x02\x00'))
    await_rows(agent, "SELECT count(*) FROM pixel_facts WHERE facts NOT LIKE '(%'", lambda found: found == [(1,)],
               'pixels that are none')
    await_checked(agent, 2)


def returned():
    """Corrected, then sent again by one who does not know of it: a person has to say which one is right."""
    from gi.repository import GLib
    with Hl7Home(QUIET) as agent:
        send_ct(agent)
        await_checked(agent)
        (study,), = rows(agent, 'SELECT study_id FROM desk')
        spec = {'kind': GLib.Variant('s', 'set'), 'values': GLib.Variant('a(ss)', [('StudyDescription', 'head')])}
        Bus(agent).call('Correct', '(xa{sv}s)', study, spec, 'typed wrong')
        send_ct(agent)
        await_checked(agent)
        assert 'uid-reused' not in names(agent)
        send_ct(agent, tail=b'\xfc\xff\xfc\xff\x02\x00\x00\x00\x00\x00')
        await_rows(agent, OPEN, lambda found: 'uid-reused' in {row[0] for row in found}, 'what was sent again')


def switched_off():
    with Hl7Home('[quality]\nchecks=false\n') as agent:
        send_order(agent, placer='1', patient='P1', name='OTHER^TWO')
        send_ct(agent)
        await_rows(agent, 'SELECT due_us FROM desk', lambda found: found == [(0,)], 'a study that waits for no check')
        (study,), = rows(agent, 'SELECT study_id FROM desk')
        assert 'Refused' in refused(Bus(agent), 'CheckStudy', '(x)', study)
        assert rows(agent, OPEN) == []
        with open(agent.config, 'a', encoding='utf-8') as file:
            file.write('[quality]\nquiet=soon\n')
        agent.stop()
        try:
            agent.start()
        except RuntimeError as error:
            assert 'quality' in str(error) and 'quiet' in str(error), error
            return
        raise AssertionError('an agent that checks soon')


def death(point, is_projection):
    """Dead where it hurts; what it was doing is done by the next one."""
    with Hl7Home(QUIET, environment={'NEGATOSCOPE_FAULT': point}) as agent:
        send_order(agent, placer='1', patient='P1', name='OTHER^TWO')
        if is_projection:
            send(agent, '1.2.9.4.1', projection('1.2.9.4.1'))
        else:
            send_ct(agent)
        assert await_death(agent), f'nothing at {point}'
        restart(agent)
        await_checked(agent)
        assert 'patient-name' in names(agent)
        assert not is_projection or rows(agent, 'SELECT count(*) FROM pixel_facts') == [(1,)]


tap = Tap()
with Hl7Home(QUIET) as shared:
    tap.run('a wrong name against an order', lambda: against_order(shared))
    tap.run('accepted stays so when more comes', lambda: accepted(shared))
    tap.run('aside, back, settled', lambda: decided(shared))
    tap.run('pixels are looked at once', lambda: pixels(shared))
tap.run('an order that comes later', later_order)
tap.run('a worklist item that comes later', later_item)
tap.run('corrected and sent again', returned)
tap.run('switched off, and a wrong site file', switched_off)
tap.run('killed before findings', lambda: death('desk-before-findings:1', False))
tap.run('killed behind findings of headers', lambda: death('desk-after-findings:1', True))
tap.run('killed while pixels are noted', lambda: death('desk-before-pixels:1', True))
tap.done()
