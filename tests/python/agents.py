"""The agent of a home of its own, and the commands that ask it."""
import json
import os
import select
import signal
import subprocess
import time

import negtest
from peers import free_port

AGENT = os.path.join(negtest.BUILD, 'src', 'agent', 'negatoscope-agent')


class Agent:
    """`site`: text of the site file behind [dicom] and [hl7], which are made here; the latter listens only where `site`
    says so. Sockets and everything else are in `folder`."""

    def __init__(self, folder, site='', ae='NEGATOSCOPE', dicom='', environment=None, port=None):
        self.home, self.ae = os.path.join(folder, 'home'), ae
        self.port = port or free_port()
        self.log_path = os.path.join(folder, 'agent.log')
        runtime = os.path.join(folder, 'run')
        for path in (self.home, runtime):
            os.makedirs(path, mode=0o700, exist_ok=True)
        self.environment = {**os.environ, 'XDG_RUNTIME_DIR': runtime, **(environment or {})}
        self.config = os.path.join(self.home, 'site.conf')
        with open(self.config, 'w', encoding='utf-8') as file:
            file.write(f'[dicom]\nae-title={ae}\nlisten-address=127.0.0.1\nport={self.port}\n{dicom}\n'
                       f'[hl7]\nport=0\n{site}\n')
        self.process = None

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.kill()

    def command(self):
        return [AGENT, '--home', self.home, '--foreground']

    def start(self, seconds=60):
        with open(self.log_path, 'ab') as log:
            self.process = subprocess.Popen(self.command(), env=self.environment, stdout=subprocess.PIPE, stderr=log,
                                            stdin=subprocess.DEVNULL, start_new_session=True)
        end, said = time.monotonic() + seconds, b''
        while b'ready\n' not in said:
            if not select.select([self.process.stdout], [], [], max(0, end - time.monotonic()))[0]:
                raise RuntimeError('the agent does not say ready')
            more = os.read(self.process.stdout.fileno(), 4096)
            if not more:
                raise RuntimeError(f'the agent ended with {self.process.wait()}: {self.log()}')
            said += more
        return self

    def stop(self, seconds=60):
        """As a session manager does; its exit status."""
        self.process.send_signal(signal.SIGTERM)
        return self._reap(seconds)

    def kill(self):
        if self.process is not None and self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
        return self._reap(60)

    def _reap(self, seconds):
        if self.process is None:
            return None
        status = self.process.wait(seconds)
        self.process.stdout.close()
        self.process = None
        return status

    def log(self):
        with open(self.log_path, errors='replace') as file:
            return file.read()

    def run(self, *words, timeout=300):
        """A command against this home; the finished process."""
        return subprocess.run([negtest.PROGRAM, words[0], '--home', self.home, *[str(word) for word in words[1:]]],
                              env=self.environment, capture_output=True, timeout=timeout, check=False)

    def ask(self, *words, status=0, timeout=300):
        """What the command prints with --json; its exit status has to be `status`."""
        done = self.run(*words, '--json', timeout=timeout)
        if done.returncode != status:
            raise AssertionError(f'{words}: exit status {done.returncode}, not {status}: '
                                 f'{done.stderr.decode(errors="replace")} {done.stdout.decode(errors="replace")[:500]}')
        return json.loads(done.stdout) if done.stdout.strip() else None
