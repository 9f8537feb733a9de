#!/usr/bin/python3
"""Senders that other people wrote get their acknowledgement, and their order is here as it was meant: python3-hl7 and
four of npm (hl7_peer.js), each with its own habits of ending messages."""
import os
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'python'))
from fault_homes import rows  # noqa: E402
from hl7_peers import Hl7Home, order  # noqa: E402
from negtest import BUILD, SOURCE, Tap  # noqa: E402
from peers import make_certificates  # noqa: E402

PEER = os.path.join(SOURCE, 'tests', 'integration', 'hl7_peer.js')
FOLDER = os.environ.get('NEGATOSCOPE_HL7_PEERS', os.path.join(BUILD, 'hl7peers'))
MLLP_SEND = '/usr/bin/mllp_send'


def node_send(kind, port, path, *tls):
    done = subprocess.run(['node', PEER, 'send', kind, str(port), path, *tls], capture_output=True, timeout=60, check=False,
                          env={**os.environ, 'HL7_FOLDER': FOLDER})
    assert done.returncode == 0, done.stderr.decode(errors='replace')
    return done.stdout.decode().split()


def python_send(_, port, path):
    done = subprocess.run([MLLP_SEND, '--loose', '-p', str(port), '-f', path, '127.0.0.1'], capture_output=True, timeout=60,
                          check=False)
    assert done.returncode == 0, done.stderr.decode(errors='replace')
    msa = next(segment for segment in done.stdout.decode().replace('\x0b', '').split('\r') if segment.startswith('MSA|'))
    return msa.split('|')[1:3]


def send(agent, way, kind, *more):
    name = kind + ('-tls' if more else '')
    with tempfile.NamedTemporaryFile(suffix='.hl7') as file:
        file.write(order('C' + name, name, 'SENDER^' + name.upper()))
        file.flush()
        for _ in range(2):
            assert way(kind, agent.hl7_port, file.name, *more) == ['AA', 'C' + name]
    kept = rows(agent, f"SELECT placer, patient_name, accession, procedure FROM imaging_order WHERE placer = '{name}'")
    assert kept == [(name, 'SENDER^' + name.upper(), 'A' + name, 'CT head')], kept


def has_node(package):
    return shutil.which('node') is not None and os.path.isdir(os.path.join(FOLDER, 'node_modules', package))


def senders():
    yield 'mllp_send', os.path.exists(MLLP_SEND), python_send
    for kind, package in (('node-hl7-client', 'node-hl7-client'), ('simple-hl7', 'simple-hl7'), ('medplum', '@medplum/hl7'),
                          ('hl7-standard', 'hl7-standard')):
        yield kind, has_node(package), node_send


def main():
    tap = Tap()
    with Hl7Home() as agent:
        for kind, there, way in senders():
            if there:
                tap.run(kind, send, agent, way, kind)
            else:
                tap.skip(kind, 'it is not here')
    if has_node('node-hl7-client'):
        folder = tempfile.mkdtemp(prefix='tls-')
        try:
            paths = make_certificates(folder)
            with Hl7Home(f"tls-certificate={paths['server']}.pem\ntls-key={paths['server']}.key\n"
                         f"tls-client-ca={paths['ca']}.pem") as agent:
                tap.run('node-hl7-client by TLS', send, agent, node_send, 'node-hl7-client', paths['ca'] + '.pem',
                        paths['client'] + '.pem', paths['client'] + '.key')
        finally:
            shutil.rmtree(folder, ignore_errors=True)
    else:
        tap.skip('node-hl7-client by TLS', 'it is not here')
    tap.done()


if __name__ == '__main__':
    main()
