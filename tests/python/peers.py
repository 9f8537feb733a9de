"""Other people's DICOM programs, as Debian ships them, on free ports of the loopback, each in a folder of its own.

Every peer is a context manager; leaving it ends the process. `untouched` means that nothing was set to make it fast.
"""
import json
import os
import random
import shutil
import signal
import socket
import subprocess
import time
import urllib.request

ORTHANC_PLUGINS = '/usr/share/orthanc/plugins'


_claims = []


def free_port():
    """This process's own until it ends. Not one of those that the system hands out by itself (32768 to 60999, where nobody
    has changed that): a client of a test beside this one could have it before we listen there."""
    for _ in range(1000):
        port = random.SystemRandom().randrange(20000, 32000)
        claim = socket.socket(socket.AF_UNIX)
        try:
            claim.bind(f'\0negatoscope-test-port-{port}')
            with socket.socket() as probe:
                probe.bind(('127.0.0.1', port))
        except OSError:
            claim.close()
            continue
        _claims.append(claim)
        return port
    raise RuntimeError('no free port')


def wait_for_port(port, process=None, seconds=60):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if process is not None and process.poll() is not None:
            raise RuntimeError(f'{process.args[0]} ended with {process.returncode}')
        with socket.socket() as probe:
            probe.settimeout(0.5)
            if probe.connect_ex(('127.0.0.1', port)) == 0:
                return
        time.sleep(0.05)
    raise RuntimeError(f'nobody listens on port {port}')


class Peer:
    """A program that listens on self.port."""

    program = None
    ae = 'PEER'

    def __init__(self, folder, environment=None, port=None):
        self.folder = folder
        self.port = port or free_port()
        self.environment = {**os.environ, **(environment or {})}
        self.process = None
        os.makedirs(folder, exist_ok=True)

    def command(self):
        raise NotImplementedError

    @classmethod
    def is_installed(cls):
        return shutil.which(cls.program) is not None

    def __enter__(self):
        with open(os.path.join(self.folder, 'log'), 'ab') as log:
            self.process = subprocess.Popen(self.command(), cwd=self.folder, env=self.environment, stdout=log,
                                            stderr=log, stdin=subprocess.DEVNULL, start_new_session=True)
        self.wait()
        return self

    def wait(self):
        wait_for_port(self.port, self.process)

    def __exit__(self, *_):
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self.process.wait()

    def log(self):
        with open(os.path.join(self.folder, 'log'), errors='replace') as file:
            return file.read()

    def site(self, name, **more):
        """Its group of a site file."""
        values = {'address': f'dicom://{self.ae}@127.0.0.1:{self.port}', **more}
        return f'[peer {name}]\n' + ''.join(f'{key}={value}\n' for key, value in values.items())


class StoreScp(Peer):
    """storescp: takes objects into <folder>/got, or throws them away."""

    program, ae = 'storescp', 'STORE'

    def __init__(self, folder, *arguments, keep=True, **rest):
        super().__init__(folder, **rest)
        self.arguments, self.keep = arguments, keep
        self.got = os.path.join(folder, 'got')
        os.makedirs(self.got, exist_ok=True)

    def command(self):
        where = ['-od', self.got] if self.keep else ['--ignore']
        return ['storescp', '-aet', self.ae, *where, *self.arguments, str(self.port)]

    def files(self):
        return sorted(os.path.join(self.got, name) for name in os.listdir(self.got))


class QrScp(Peer):
    """dcmqrscp: query, move, get and store; moves to the AE titles of `destinations` {title: port}."""

    program, ae = 'dcmqrscp', 'QRSCP'

    def __init__(self, folder, destinations=None, **rest):
        super().__init__(folder, **rest)
        self.destinations = destinations or {}

    def command(self):
        database = os.path.join(self.folder, 'db')
        os.makedirs(database, exist_ok=True)
        hosts = ''.join(f'{name} = ({name}, 127.0.0.1, {port})\n' for name, port in self.destinations.items())
        with open(os.path.join(self.folder, 'qr.cfg'), 'w') as file:
            file.write(f'NetworkTCPPort = {self.port}\nMaxPDUSize = 131072\nMaxAssociations = 16\n'
                       f'HostTable BEGIN\n{hosts}HostTable END\nVendorTable BEGIN\nVendorTable END\n'
                       f'AETable BEGIN\n{self.ae} {database} RW (500, 4096mb) ANY\nAETable END\n')
        return ['dcmqrscp', '-c', 'qr.cfg']


class Worklist(Peer):
    """wlmscpfs: a modality worklist of dump texts."""

    program, ae = 'wlmscpfs', 'WLM'

    def __init__(self, folder, dumps, **rest):
        super().__init__(folder, **rest)
        where = os.path.join(folder, 'wl', self.ae)
        os.makedirs(where, exist_ok=True)
        open(os.path.join(where, 'lockfile'), 'w').close()
        for i, dump in enumerate(dumps):
            text = os.path.join(folder, f'{i}.dump')
            with open(text, 'w', encoding='utf-8') as file:
                file.write(dump)
            subprocess.run(['dump2dcm', text, os.path.join(where, f'{i}.wl')], check=True)

    def command(self):
        return ['wlmscpfs', '-dfp', 'wl', str(self.port)]


class Orthanc(Peer):
    """Orthanc with DICOMweb and worklists; `modalities` {name: [AE, host, port] or object}."""

    program, ae = 'Orthanc', 'ORTHANC'

    def __init__(self, folder, modalities=None, options=None, worklists=None, **rest):
        super().__init__(folder, **rest)
        self.modalities, self.options, self.worklists = modalities or {}, options or {}, worklists
        self.http_port = free_port()
        self.rest = f'http://127.0.0.1:{self.http_port}'
        self.web = self.rest + '/dicom-web'

    def command(self):
        database = os.path.join(self.folder, 'db')
        plugins = [os.path.join(ORTHANC_PLUGINS, name)
                   for name in ('libOrthancDicomWeb.so', 'libModalityWorklists.so')]
        config = {
            'Name': 'test', 'StorageDirectory': database, 'IndexDirectory': database, 'HttpPort': self.http_port,
            'DicomPort': self.port, 'DicomAet': self.ae, 'RemoteAccessAllowed': True, 'AuthenticationEnabled': False,
            'DicomAlwaysAllowEcho': True, 'DicomAlwaysAllowStore': True, 'DicomAlwaysAllowFind': True,
            'DicomAlwaysAllowFindWorklist': True, 'DicomAlwaysAllowGet': True, 'DicomAlwaysAllowMove': True,
            'UnknownSopClassAccepted': True, 'DicomModalities': self.modalities,
            'Plugins': [path for path in plugins if os.path.exists(path)],
            'DicomWeb': {'Enable': True, 'Root': '/dicom-web/'},
            'Worklists': {'Enable': self.worklists is not None, 'Database': self.worklists or database},
            **self.options}
        with open(os.path.join(self.folder, 'orthanc.json'), 'w') as file:
            json.dump(config, file)
        return ['Orthanc', 'orthanc.json']

    def wait(self):
        wait_for_port(self.port, self.process, 60)
        wait_for_port(self.http_port, self.process, 60)

    def get(self, path):
        with urllib.request.urlopen(self.rest + path, timeout=60) as answer:
            return answer.read()

    def get_json(self, path):
        return json.loads(self.get(path))

    def post(self, path, body):
        request = urllib.request.Request(self.rest + path, data=body, method='POST')
        with urllib.request.urlopen(request, timeout=120) as answer:
            return json.loads(answer.read() or b'null')

    def put_object(self, path):
        with open(path, 'rb') as file:
            return self.post('/instances', file.read())

    def set_modality(self, name, ae, port, **more):
        body = json.dumps({'AET': ae, 'Host': '127.0.0.1', 'Port': port, **more}).encode()
        request = urllib.request.Request(f'{self.rest}/modalities/{name}', data=body, method='PUT')
        urllib.request.urlopen(request, timeout=60).close()

    def wipe(self):
        for name in self.get_json('/patients'):
            urllib.request.urlopen(urllib.request.Request(f'{self.rest}/patients/{name}', method='DELETE'),
                                   timeout=60).close()

    def dicom_site(self, name, **more):
        return self.site(name, **more)

    def web_site(self, name, **more):
        return super().site(name, **{'address': self.web, 'retrieve': 'web', **more})


def make_certificates(folder, names=('server', 'client'), host='localhost'):
    """A CA and certificates of it for localhost and 127.0.0.1 (of `host` for the first), a rogue CA's client beside."""
    os.makedirs(folder, exist_ok=True)

    def openssl(*words):
        subprocess.run(['openssl', *words], cwd=folder, check=True, stdout=subprocess.DEVNULL,
                       stderr=subprocess.DEVNULL)

    def authority(name):
        openssl('req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '30', '-subj', f'/CN={name}', '-keyout',
                f'{name}.key', '-out', f'{name}.pem')

    def certificate(name, signer, alternatives):
        openssl('req', '-new', '-newkey', 'rsa:2048', '-nodes', '-subj', f'/CN={name}', '-keyout', f'{name}.key',
                '-out', f'{name}.csr')
        with open(os.path.join(folder, f'{name}.ext'), 'w') as file:
            file.write(f'subjectAltName={alternatives}\n')
        openssl('x509', '-req', '-in', f'{name}.csr', '-CA', f'{signer}.pem', '-CAkey', f'{signer}.key',
                '-CAcreateserial', '-days', '30', '-extfile', f'{name}.ext', '-out', f'{name}.pem')

    authority('ca')
    authority('rogue-ca')
    here = f'DNS:{host},IP:127.0.0.1' if host == 'localhost' else f'DNS:{host}'
    for name in names:
        certificate(name, 'ca', here)
    certificate('other-host', 'ca', 'DNS:other.example')
    certificate('rogue', 'rogue-ca', here)
    return {name: os.path.join(folder, name) for name in ('ca', 'rogue-ca', 'other-host', 'rogue', *names)}
