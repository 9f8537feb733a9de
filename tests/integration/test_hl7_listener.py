#!/usr/bin/python3
"""The port for HL7 messages from the outside: what other people's senders do on the wire, both acknowledgement modes,
TLS, limits, and when nothing may be said."""
import os
import resource
import shutil
import socket
import sqlite3
import ssl
import subprocess
import sys
import tempfile
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'python'))
import hostile_peers as hostile  # noqa: E402
from agents import Agent  # noqa: E402
from fault_homes import Bus, rows  # noqa: E402
from hl7_peers import (END, START, Hl7Home, Receiver, Sender, acknowledge, find_port, frame, order,  # noqa: E402
                       wait_until)
from negtest import Skip, Tap  # noqa: E402
from peers import free_port, make_certificates  # noqa: E402

MIB = 1 << 20
AA, NOTHING, CLOSED = ('AA', 0), 'nothing', 'closed'


def orders(agent):
    return [placer for placer, in rows(agent, 'SELECT placer FROM imaging_order ORDER BY id')]


# --- the 21 cases: what is sent in which pieces (a number waits so many seconds), what is wanted ---

def pieces_of(message):
    return [bytes([byte]) for byte in frame(message)]


def with_separators(message):
    return message.translate(bytes.maketrans(b'|^~\\&', b'#@*!%'))


def latin(control):
    return order(control, control, 'M\u00dcLLER^J\u00d6RG', more='||||||8859/1').decode().encode('latin-1')


def cases():
    def one(name, *sent, wanted=(AA,)):
        return name, sent, wanted

    two = frame(order('W3a', 'W3a')) + frame(order('W3b', 'W3b'))
    split = frame(order('W4a', 'W4a')) + frame(order('W4b', 'W4b'))
    same = frame(order('W21', 'W21'))
    return [
        one('normal', frame(order('W1', 'W1'))),
        one('one byte per packet', *pieces_of(order('W2', 'W2'))),
        one('two messages in one packet', two, wanted=(AA, AA)),
        one('two messages split midway', split[:len(split) // 3], 0.05, split[len(split) // 3:len(split) // 2 + 20], 0.05,
            split[len(split) // 2 + 20:], wanted=(AA, AA)),
        one('1C and 0D in two packets', START + order('W5', 'W5') + b'\x1c', 0.1, b'\r'),
        one('1C without 0D', START + order('W6', 'W6') + b'\x1c', wanted=(AA,)),
        one('no 0B', order('W7', 'W7') + END, wanted=(CLOSED,)),
        one('CR LF before 0B', b'\r\n' + frame(order('W8', 'W8'))),
        one('double frame', START + frame(order('W9', 'W9')) + END),
        one('LF between segments', frame(order('W10', 'W10').replace(b'\r', b'\n'))),
        one('CR LF between segments', frame(order('W11', 'W11').replace(b'\r', b'\r\n'))),
        one('UTF-8 byte order mark', frame(b'\xef\xbb\xbf' + order('W12', 'W12'))),
        one('Latin-1, and said so', frame(latin('W13'))),
        one('other separators', frame(with_separators(order('W14', 'W14')))),
        one('5 MiB in OBX-5', frame(order('W15', 'W15') + b'OBX|1|TX|1^A||' + b'x' * 5 * MIB + b'||||||F\r')),
        one('garbage', frame(b'garbage that is no message'), wanted=(('AR', 100),)),
        one('an empty body', frame(b''), wanted=(('AR', 100),)),
        one('a type that nobody knows', frame(order('W18', 'W18', kind='ZZZ^Z99')), wanted=(('AR', 200),)),
        one('no control ID', frame(order('', 'W19')), wanted=(('AE', 101),)),
        one('more than 32 MiB', frame(order('W20', 'W20') + b'OBX|1|TX|1^A||' + b'x' * 33 * MIB), wanted=(('AR', 207), CLOSED)),
        one('the same message twice', same, same, wanted=(AA, AA)),
    ]


def wire(agent, sent, wanted):
    with Sender(agent.hl7_port) as sender:
        for piece in sent:
            if isinstance(piece, float):
                time.sleep(piece)
                continue
            try:
                sender.send(piece)
            except (BrokenPipeError, ConnectionResetError):
                break
        answers = []
        for want in wanted:
            answer = sender.read()
            if want == CLOSED:
                assert answer is None, answer.data
                continue
            assert answer is not None, 'closed'
            assert (answer.code, answer.condition) == want, answer.data
            answers.append(answer)
        if CLOSED not in wanted:
            assert sender.is_quiet(0.05), sender.buffer
    return answers


def check_wire_table(tap):
    with Hl7Home() as agent:
        answers = {}
        for number, (name, sent, wanted) in enumerate(cases(), 1):
            tap.run(f'on the wire, {number}: {name}',
                    lambda: answers.__setitem__(number, wire(agent, sent, wanted)))  # noqa: B023
        tap.run('on the wire: what the answers say', check_answers, answers)
        tap.run('on the wire: what is kept', check_kept, agent)
        tap.run('on the wire: nothing of a patient in the log', check_log, agent)


def check_answers(answers):
    for number, control in ((1, 'W1'), (12, 'W12'), (13, 'W13'), (15, 'W15'), (18, 'W18'), (20, 'W20')):
        answer, = answers[number]
        assert answer.control == control and answer.field('MSH', 9) == 'ACK^' + ('Z99' if number == 18 else 'O01') + '^ACK'
        assert (answer.field('MSH', 3), answer.field('MSH', 5)) == ('WS', 'RIS'), answer.data
    assert answers[14][0].data.startswith(b'MSH#@*!%#'), answers[14][0].data
    assert [answer.control for answer in answers[3]] == ['W3a', 'W3b']
    assert [answer.control for answer in answers[4]] == ['W4a', 'W4b']
    first, second = answers[21]
    assert first.data == second.data, (first.data, second.data)
    assert answers[19][0].field('ERR', 2) == 'MSH^1^10', answers[19][0].data


def check_kept(agent):
    """Each order once, and those that were refused not at all."""
    wanted = {'W1', 'W2', 'W3a', 'W3b', 'W4a', 'W4b', 'W5', 'W6', 'W8', 'W9', 'W10', 'W11', 'W12', 'W13', 'W14', 'W15', 'W21'}
    found = orders(agent)
    assert len(found) == len(set(found)) and set(found) == wanted, sorted(found)
    names = dict(rows(agent, 'SELECT placer, patient_name FROM imaging_order'))
    assert names['W13'] == 'M\u00dcLLER^J\u00d6RG' and names['W14'] == 'TEST^ONE', names
    refused = {control for control, in rows(agent, 'SELECT control_id FROM message WHERE outcome = 3')}
    assert refused == {'W18', ''}, refused


def check_log(agent):
    text = agent.log()
    assert 'W18' in text and 'garbage that' not in text, text
    for word in ('TEST', 'PAT1', '19700101', 'LLER'):
        assert word not in text, text
    assert all(ord(letter) >= 0x20 for line in text.splitlines() for letter in line), text


def end_without_cr():
    """The next 0B ends it at once; so does the sender's farewell."""
    with Hl7Home() as agent, Sender(agent.hl7_port) as sender:
        sender.send(START + order('1', 'A') + b'\x1c' + START)
        assert sender.read().control == '1' and 'without its CR' not in agent.log()
        sender.send(order('2', 'B') + b'\x1c')
        sender.socket.shutdown(socket.SHUT_WR)
        assert sender.read().control == '2'
        assert sender.read() is None and orders(agent) == ['A', 'B']


# --- acknowledgements ---

def modes():
    """(MSH-15, MSH-16): codes of an order that is right, of one that is not, of a type that nobody knows."""
    table = {('AL', 'AL'): ('CA AA', 'CA AE', 'CR'), ('AL', 'NE'): ('CA', 'CA', 'CR'), ('NE', 'AL'): ('AA', 'AE', 'AR'),
             ('ER', 'ER'): ('', 'AE', 'CR'), ('SU', 'SU'): ('CA AA', 'CA', ''), ('NE', 'NE'): ('', '', ''),
             ('AL', ''): ('CA', 'CA', 'CR'), ('', 'ER'): ('', 'AE', 'AR'), ('', ''): ('AA', 'AE', 'AR')}
    with Hl7Home() as agent, Sender(agent.hl7_port) as sender:
        for number, ((accept, application), wanted) in enumerate(table.items()):
            for letter, codes in zip('abc', wanted):
                name = f'{number}{letter}'
                message = order(name, name, patient='' if letter == 'b' else 'PAT1', more=f'|||{accept}|{application}',
                                kind='ZZZ^Z99' if letter == 'c' else 'ORM^O01')
                sender.send(frame(message) + frame(message))
                # Again, in the same words where it was applied, and then a message that is always answered.
                found = [sender.read() for _ in range(2 * len(codes.split()))]
                assert [answer.code for answer in found] == codes.split() * 2, (name, codes, [a.data for a in found])
                half = len(found) // 2
                assert letter != 'a' or [answer.data for answer in found[:half]] == [answer.data for answer in found[half:]]
                assert all(answer.control == name for answer in found)
                assert len({answer.field('MSH', 10) for answer in found[:half]}) == half
        assert sender.ask(order('end', 'end')).control == 'end'
        assert sorted(orders(agent)) == sorted([f'{i}a' for i in range(len(table))] + ['end'])


def no_answer_to_answers():
    """Two programs that acknowledge acknowledgements never stop."""
    with Hl7Home() as agent, Sender(agent.hl7_port) as sender:
        sender.send(acknowledge('AA', '7'))
        sender.send(acknowledge('AA', '7').replace(b'|ACK|', b'|ACK^O01^ACK|'))
        assert sender.ask(order('1', 'A')).control == '1'


def batch():
    body = (b'FHS|^~\\&|RIS\rBHS|^~\\&|RIS\r' + order('1', 'A') + order('2', 'B', kind='ZZZ^Z99') + order('3', 'C')
            + b'BTS|3\rFTS|1\r')
    with Hl7Home() as agent, Sender(agent.hl7_port) as sender:
        sender.send(frame(body))
        found = [sender.read() for _ in range(3)]
        assert [(answer.code, answer.control) for answer in found] == [('AA', '1'), ('AR', '2'), ('AA', '3')]
        assert orders(agent) == ['A', 'C']
        # Half of a message beside a whole one: neither is taken.
        answer = sender.ask(b'BHS|^~\\&|RIS\rPID|1||X\r' + order('4', 'D'))
        assert (answer.code, answer.condition, answer.control) == ('AR', 100, '4') and orders(agent) == ['A', 'C']


def batch_stopped():
    """The agent that is told to end does not stay for the rest of a batch; sent again, it is taken once."""
    n = 600
    body = b'BHS|^~\\&|RIS\r' + b''.join(order(str(i), f'P{i}', patient=f'PAT{i}') for i in range(n))
    with Hl7Home() as agent:
        with Sender(agent.hl7_port) as sender:
            sender.send(frame(body))
            wait_until(lambda: orders(agent))
            agent.stop()
            assert sender.read() is None, 'an answer to a part of it'
        agent.start()
        assert len(orders(agent)) < n
        find_port(agent)
        with Sender(agent.hl7_port) as sender:
            sender.send(frame(body))
            assert [sender.read().code for _ in range(n)] == ['AA'] * n
        assert orders(agent) == [f'P{i}' for i in range(n)]


def reused_control_id():
    """A sender that counts from 1 again is no sender that sends again."""
    with Hl7Home() as agent, Sender(agent.hl7_port) as sender:
        first, second = sender.ask(order('1', 'A')), sender.ask(order('1', 'B'))
        assert (first.code, second.code) == ('AA', 'AA') and first.data != second.data
        assert sender.ask(order('1', 'A')).data == first.data and sender.ask(order('1', 'B')).data == second.data
        assert orders(agent) == ['A', 'B'] and 'a control ID that another message has had' in agent.log()


def pipelined():
    """A sender that does not wait gets its answers all the same, in its order."""
    with Hl7Home() as agent, Sender(agent.hl7_port) as sender:
        sender.send(b''.join(frame(order(str(i), f'P{i}')) for i in range(100)))
        assert [sender.read().control for _ in range(100)] == [str(i) for i in range(100)]
        assert orders(agent) == [f'P{i}' for i in range(100)]


def audited():
    with Hl7Home() as agent, Sender(agent.hl7_port) as sender:
        assert sender.ask(order('1', 'A')).code == 'AA'
        merge = order('2', kind='ADT^A40').split(b'ORC')[0].replace(b'PV1|1|O\r', b'MRG|OLD^^^ISS^MR\r')
        assert sender.ask(merge).code == 'AA'
        found = rows(agent, "SELECT event, patient_id, peer FROM audit WHERE event IN (110109, 110110) ORDER BY id")
        assert found == [(110109, 'PAT1', '127.0.0.1'), (110110, 'PAT1', '127.0.0.1')], found


# --- when nothing may be said ---

def locked_database():
    with Hl7Home() as agent, Sender(agent.hl7_port) as sender:
        assert sender.ask(order('1', 'A')).code == 'AA'
        other = sqlite3.connect(os.path.join(agent.home, 'data', 'archive.db'), isolation_level=None)
        other.execute('BEGIN IMMEDIATE')
        assert sender.ask(order('2', 'B')) is None
        other.execute('ROLLBACK')
        other.close()
        assert orders(agent) == ['A'] and 'sent again' in agent.log()
        with Sender(agent.hl7_port) as again:
            assert again.ask(order('2', 'B')).code == 'AA' and orders(agent) == ['A', 'B']


def full_disk():
    folder = tempfile.mkdtemp(prefix='full-')
    if os.geteuid() != 0 or subprocess.run(['mount', '-t', 'tmpfs', '-o', 'size=3m', 'tmpfs', folder], check=False,
                                           stderr=subprocess.DEVNULL).returncode != 0:
        os.rmdir(folder)
        raise Skip('no small file system can be mounted here')
    agent = Agent(folder, '[hl7]\nport=auto\n')
    agent.log_path = folder + '.log'  # which has to have room
    try:
        agent.start()
        find_port(agent)
        answered, n = [], 0
        while True:
            with Sender(agent.hl7_port) as sender:
                answer = sender.ask(order(str(n), f'P{n}') + b'NTE|1||' + b'x' * 50000)
                if answer is None:
                    break
                assert answer.code == 'AA', answer.data
                answered.append(f'P{n}')
                n += 1
            assert n < 200, 'it is never full'
        assert answered and orders(agent) == answered, (answered, orders(agent))
        agent.stop()
        agent.start()
        assert orders(agent) == answered
    finally:
        agent.kill()
        subprocess.run(['umount', '-l', folder], check=False)
        os.rmdir(folder)
        os.unlink(agent.log_path)


# --- who may, and how many ---

def allowed_senders():
    with Hl7Home('allow=192.0.2.1;10.0.0.0/8') as agent:
        with Sender(agent.hl7_port) as sender:
            try:
                assert sender.ask(order('1', 'A')) is None
            except (BrokenPipeError, ConnectionResetError):
                pass
        wait_until(lambda: rows(agent, "SELECT detail FROM audit WHERE event = 110113 AND detail LIKE '%HL7%'"))
        assert orders(agent) == []
    with Hl7Home('allow=192.0.2.1;127.0.0.0/8') as agent, Sender(agent.hl7_port) as sender:
        assert sender.ask(order('1', 'A')).code == 'AA'


def port_taken():
    with socket.create_server(('127.0.0.1', 0)) as taken:
        with Hl7Home(f'port={taken.getsockname()[1]}') as agent:
            info = Bus(agent).call('Hello', '(u)', 1)[1]
            assert info['hl7-port'] == 0 and 'in use' in info['hl7-listen-error'] and info['port'] == agent.port, info
    with Hl7Home(f'port={free_port()}') as agent:
        info = Bus(agent).call('Hello', '(u)', 1)[1]
        assert info['hl7-port'] != 0 and info['hl7-listen-error'] == '', info


def silent_senders():
    """A thousand connections that say nothing, and some in the middle of a message: nobody waits for them, and the ones
    by which messages came stay."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < 4096:
        raise Skip('too few descriptors here')
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, 4096), hard))
    with Hl7Home() as agent, Sender(agent.hl7_port) as known:
        assert known.ask(order('1', 'A')).code == 'AA'
        half = [Sender(agent.hl7_port) for _ in range(20)]
        for sender in half:
            sender.send(START + b'MSH|')
        silent = [socket.create_connection(('127.0.0.1', agent.hl7_port)) for _ in range(1100)]
        with Sender(agent.hl7_port) as fresh:
            assert fresh.ask(order('2', 'B')).code == 'AA'
        assert known.ask(order('3', 'C')).code == 'AA'
        # The oldest silent ones were let go.
        silent[0].settimeout(60)
        assert silent[0].recv(1) == b''
        for link in silent:
            link.close()
        for sender in half:
            sender.socket.close()


def many_at_work():
    """Fifty senders at once, each in its own order; nothing is lost or doubled."""
    def play(number):
        with Sender(agent.hl7_port) as sender:
            for i in range(6):
                name = f'{number}.{i}'
                if sender.ask(order(name, name)).code == 'AA':
                    done.append(name)

    with Hl7Home() as agent:
        done = []
        threads = [threading.Thread(target=play, args=[number]) for number in range(50)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        found = orders(agent)
        assert len(done) == 300 and sorted(found) == sorted(done)
        for number in range(50):
            mine = [int(name.split('.')[1]) for name in found if name.startswith(f'{number}.')]
            assert mine == sorted(mine), (number, mine)


def large_ones_at_once():
    """More of them than are held at once: some are closed, none is half taken, and an ordinary order goes through."""
    def play(number):
        body = order(f'L{number}', f'L{number}') + b'NTE|1||' + b'x' * 20 * MIB
        with Sender(agent.hl7_port) as sender:
            try:
                sender.send(START + body)
                barrier.wait(60)
                sender.send(END)
                answer = sender.read()
            except OSError:
                barrier.wait(60)
                answer = None
            results.append(answer.code if answer else None)

    with Hl7Home() as agent:
        barrier, results = threading.Barrier(10), []
        threads = [threading.Thread(target=play, args=[number]) for number in range(9)]
        for thread in threads:
            thread.start()
        with Sender(agent.hl7_port) as sender:
            assert sender.ask(order('1', 'A')).code == 'AA'
        barrier.wait(60)
        for thread in threads:
            thread.join()
        assert len(results) == 9 and None in results and 'AA' in results and set(results) <= {'AA', None}, results
        assert len(orders(agent)) == 1 + results.count('AA')


# --- TLS ---

def context(paths, name='client', ca='ca', version=None):
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    made.load_verify_locations(paths[ca] + '.pem')
    if name is not None:
        made.load_cert_chain(paths[name] + '.pem', paths[name] + '.key')
    if version is not None:
        made.set_ciphers('ALL:@SECLEVEL=0')
        made.minimum_version = made.maximum_version = version
    return made


def tls_keys(paths, client_ca=True):
    return (f"tls-certificate={paths['server']}.pem\ntls-key={paths['server']}.key\n"
            + (f"tls-client-ca={paths['ca']}.pem\n" if client_ca else '') + f"tls-ca={paths['ca']}.pem")


def is_refused(agent, made):
    """Under TLS 1.3 a client hears of it when it reads."""
    try:
        with Sender(agent.hl7_port, made) as sender:
            return sender.ask(order('1', 'REFUSED')) is None
    except (ssl.SSLError, ConnectionResetError, BrokenPipeError):
        return True


def tls(paths):
    with Hl7Home(tls_keys(paths)) as agent:
        for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
            with Sender(agent.hl7_port, context(paths, version=version)) as sender:
                name = version.name
                sender.send(b''.join(bytes([byte]) for byte in frame(order(name, name))))
                assert sender.read().code == 'AA'
                big = sender.ask(order(name + 'b', name + 'b') + b'NTE|1||' + b'x' * 3 * MIB)
                assert big.code == 'AA' and sender.is_quiet(0.2)
                assert sender.ask(order(name + 'c', name + 'c')).code == 'AA'
        kept = sorted(orders(agent))
        assert kept == sorted(f'TLSv1_{i}{letter}' for i in (2, 3) for letter in ('', 'b', 'c')), kept
        assert set(rows(agent, 'SELECT source FROM message')) == {('CN=client',)}, rows(agent, 'SELECT source FROM message')
        assert is_refused(agent, context(paths, name=None)), 'without a certificate'
        assert is_refused(agent, context(paths, name='rogue')), 'with one of another authority'
        assert is_refused(agent, context(paths, version=ssl.TLSVersion.TLSv1_1)), 'TLS 1.1'
        with Sender(agent.hl7_port) as sender:
            assert plain_answer(sender) is None, 'without TLS'
        assert sorted(orders(agent)) == kept
        alerts = rows(agent, "SELECT detail FROM audit WHERE event = 110113 AND detail LIKE '%TLS%'")
        assert alerts, 'a refused TLS connection is audited'
    with Hl7Home(tls_keys(paths, client_ca=False)) as agent:
        with Sender(agent.hl7_port, context(paths, name=None)) as sender:
            assert sender.ask(order('1', 'A')).code == 'AA'


def plain_answer(sender):
    try:
        sender.send(frame(order('1', 'PLAIN')))
        more = sender.socket.recv(4096)
        assert START not in more, more
        return None
    except (ConnectionResetError, BrokenPipeError):
        return None


# --- as the one who sends ---

def send_hl7(agent, address, message):
    return Bus(agent).call('SendHl7', '(say)', address, list(message))


def refusal(call, *words):
    try:
        answer = call()
    except Exception as error:  # noqa: BLE001: GLib.Error, which is not imported everywhere
        assert any(word in str(error) for word in words), (words, error)
        return
    raise AssertionError(answer)


def sends():
    with Hl7Home() as agent:
        ack, control, text, ms = send_hl7(agent, f'127.0.0.1:{agent.hl7_port}', order('1', 'A'))
        assert (ack, control, text) == ('AA', '1', '') and 0 < ms < 30000 and orders(agent) == ['A']
        ack, control, text, _ = send_hl7(agent, f'localhost:{agent.hl7_port}', order('2', 'B', kind='ZZZ^Z99'))
        assert ack == 'AR' and control == '2' and text, (ack, control, text)
        refusal(lambda: send_hl7(agent, 'localhost', order('3', 'C')), 'HOST:PORT')
        refusal(lambda: send_hl7(agent, f'localhost:{agent.hl7_port}', b'no message'), 'no HL7 message')
        refusal(lambda: send_hl7(agent, f'localhost:{agent.hl7_port}', order('', 'C')), 'MSH-10')
        refusal(lambda: send_hl7(agent, '127.0.0.1:1', order('3', 'C')), 'nothing listens')
        # Late ones for other messages are not ours; a commit acknowledgement is not the application's.
        with Receiver(lambda link, _: link.sendall(acknowledge('AA', 'other') + acknowledge('CA', '5')
                                                   + acknowledge('AE', '5', 'no room'))) as receiver:
            answer = send_hl7(agent, f'127.0.0.1:{receiver.port}', order('5', 'E', more='|||AL|AL'))
            assert answer[:3] == ('AE', '5', 'no room'), answer
            assert receiver.ended.wait(10) and receiver.got == [order('5', 'E', more='|||AL|AL')]
        with Receiver(lambda link, _: link.shutdown(socket.SHUT_RDWR)) as receiver:
            refusal(lambda: send_hl7(agent, f'127.0.0.1:{receiver.port}', order('6', 'F')), 'without an answer', 'ended')


def sends_by_tls(paths):
    served = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    served.load_cert_chain(paths['client'] + '.pem', paths['client'] + '.key')
    served.load_verify_locations(paths['ca'] + '.pem')
    served.verify_mode = ssl.CERT_REQUIRED
    rogue = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    rogue.load_cert_chain(paths['other-host'] + '.pem', paths['other-host'] + '.key')

    def answer(link, _):
        link.sendall(acknowledge('AA', '1'))

    with Hl7Home(tls_keys(paths)) as agent:
        with Receiver(answer, served) as receiver:
            assert send_hl7(agent, f'tls://localhost:{receiver.port}', order('1', 'A'))[0] == 'AA'
        with Receiver(answer, rogue) as receiver:
            refusal(lambda: send_hl7(agent, f'tls://localhost:{receiver.port}', order('1', 'A')), 'no TLS')
            assert receiver.got == []


def sends_to_nobody_who_answers():
    """Half a minute, and then the connection is closed, so that a late answer meets nobody."""
    with Hl7Home() as agent, Receiver(lambda link, _: None) as receiver:
        bus, began, result = Bus(agent), time.monotonic(), []
        from gi.repository import GLib
        bus.connection.call(None, '/org/negatoscope/Agent', 'org.negatoscope.Agent', 'SendHl7',
                            GLib.Variant('(say)', (f'127.0.0.1:{receiver.port}', list(order('1', 'A')))), None, bus.none,
                            60000, None, lambda connection, done: result.append(done))
        assert receiver.ended.wait(60)
        assert 29 < time.monotonic() - began, time.monotonic() - began


def settling():
    """A person matches an order with images that came under another patient, once both are one; and takes it back."""
    images = [(hostile.CT_STORAGE, hostile.IMPLICIT)]
    with Hl7Home() as agent, Sender(agent.hl7_port) as sender:
        with hostile.Caller(agent.port, images) as caller:
            assert caller.store(hostile.small_ct('1.2.3.4.5', patient='PAT9', name='TEST^ONCE'), '1.2.3.4.5') == 0
        assert sender.ask(order('1', 'A')).code == 'AA'
        bus, entries = Bus(agent), dict(rows(agent, 'SELECT patient_id, id FROM entry'))
        asked, = [number for number, in rows(agent, 'SELECT id FROM imaging_order')]
        assert set(entries) == {'PAT1', 'PAT9'}, entries
        refusal(lambda: bus.call('MatchOrder', '(xx)', asked, entries['PAT9']), 'Error.Conflict')
        refusal(lambda: bus.call('MatchOrder', '(xx)', asked + 1, entries['PAT9']), 'Error.NotFound')
        link, = bus.call('JoinPatients', '(xx)', entries['PAT9'], entries['PAT1'])
        refusal(lambda: bus.call('JoinPatients', '(xx)', entries['PAT1'], entries['PAT9']), 'Error.Conflict')
        bus.call('MatchOrder', '(xx)', asked, entries['PAT9'])
        assert rows(agent, 'SELECT matched_entry_id FROM imaging_order') == [(entries['PAT9'],)]
        bus.call('UnmatchOrder', '(x)', asked)
        assert rows(agent, 'SELECT matched_entry_id FROM imaging_order') == [(0,)]
        bus.call('UndoJoin', '(x)', link)
        refusal(lambda: bus.call('UndoJoin', '(x)', link + 1), 'Error.NotFound')
        assert dict(rows(agent, 'SELECT patient_id, id FROM entry WHERE n_here > 0')) == {'PAT9': entries['PAT9']}
        words = [detail for detail, in rows(agent, 'SELECT detail FROM audit WHERE event IN (110109, 110110) ORDER BY id')]
        assert [word.split(',')[0].split(' ')[0] for word in words] == ['order', 'patients', 'order', 'order', 'joining'], words


def refused_again():
    """What was refused is taken when it comes again and what was wrong has been settled."""
    with Hl7Home() as agent, Sender(agent.hl7_port) as sender:
        assert sender.ask(order('1', 'A')).code == 'AA'
        foreign = order('2', 'A', patient='PAT2', code='XO').replace(b'CTHEAD^CT head', b'CTNECK^CT neck')
        for _ in range(2):
            answer = sender.ask(foreign)
            assert (answer.code, answer.condition) == ('AE', 205), answer.data
        assert rows(agent, 'SELECT outcome FROM message WHERE control_id = 2') == [(3,)]
        assert sender.ask(b'MSH|^~\\&|RIS|HOSP|WS|RAD|20260102030405||ADT^A40|3|P|2.5.1\rPID|1||PAT1^^^ISS^MR||TEST^ONE\r'
                          b'MRG|PAT2^^^ISS^MR||||||TEST^ONE\r').code == 'AA'
        answers = [sender.ask(foreign).data for _ in range(2)]
        assert b'MSA|AA|2' in answers[0] and answers[0] == answers[1], answers
        assert rows(agent, 'SELECT outcome, why FROM message WHERE control_id = 2') == [(0, '')]
        assert rows(agent, 'SELECT procedure FROM imaging_order') == [('CT neck',)]


def fast_clock():
    """An order of a sender whose clock is a lifetime ahead can be canceled by anybody, at once."""
    with Hl7Home() as agent, Sender(agent.hl7_port) as sender:
        assert sender.ask(order('1', 'A').replace(b'20260102030405', b'20990102030405')).code == 'AA'
        now = time.strftime('%Y%m%d%H%M%S+0000', time.gmtime()).encode()
        assert sender.ask(order('2', 'A', code='CA', status='CA').replace(b'20260102030405', now)).code == 'AA'
        assert rows(agent, 'SELECT status FROM imaging_order') == [(2,)], rows(agent, 'SELECT status, time_us FROM imaging_order')
        assert not rows(agent, 'SELECT 1 FROM entry')


def main():
    tap = Tap()
    check_wire_table(tap)
    for test in (end_without_cr, modes, no_answer_to_answers, batch, reused_control_id, pipelined, audited, locked_database, batch_stopped,
                 full_disk, allowed_senders, port_taken, silent_senders, many_at_work, sends,
                 settling, refused_again, fast_clock):
        tap.run(test.__name__.replace('_', ' '), test)
    folder = tempfile.mkdtemp(prefix='tls-')
    try:
        paths = make_certificates(folder)
        tap.run('TLS', tls, paths)
        tap.run('sends by TLS', sends_by_tls, paths)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    if '--long' in sys.argv:
        tap.run('large ones at once', large_ones_at_once)
        tap.run('sends to nobody who answers', sends_to_nobody_who_answers)
    tap.done()


if __name__ == '__main__':
    main()
