"""A private X screen whose memory can be looked at: what a person would see, without asking the program or the server."""
import mmap
import os
import signal
import struct
import subprocess
import tempfile
import time

import numpy

import memory

WIDTH, HEIGHT = 1920, 1080


class Screen:
    def __init__(self):
        self.folder = tempfile.mkdtemp(prefix='negatoscope-screen-')
        read, write = os.pipe()
        self.server = subprocess.Popen(
            ['Xvfb', '-displayfd', str(write), '-screen', '0', f'{WIDTH}x{HEIGHT}x24', '-fbdir', self.folder, '-br',
             '-nolisten', 'tcp'], pass_fds=(write,), stderr=subprocess.DEVNULL)
        os.close(write)
        with os.fdopen(read) as pipe:
            self.display = ':' + pipe.readline().strip()
        self.pixels = self._map()
        self.environment = {**os.environ, 'DISPLAY': self.display, 'GDK_BACKEND': 'x11', 'GTK_A11Y': 'none',
                            'GSETTINGS_BACKEND': 'memory', 'LC_ALL': 'C.UTF-8'}
        self.environment.pop('WAYLAND_DISPLAY', None)
        self.manager = None

    def _map(self):
        """The server's memory is an X window dump: a header of big-endian words, the colours, the pixels."""
        with open(self.folder + '/Xvfb_screen0', 'rb') as file:
            memory = mmap.mmap(file.fileno(), 0, prot=mmap.PROT_READ)
        header = struct.unpack('>25I', memory[:100])
        offset, stride, colors = header[0], header[12], header[19]
        pixels = numpy.frombuffer(memory, numpy.uint8, stride * HEIGHT, offset + 12 * colors)
        return pixels.reshape(HEIGHT, stride // 4, 4)[:, :WIDTH]

    def manage(self):
        """A window manager, as on every desktop; programs of another age wait for one."""
        try:
            self.manager = subprocess.Popen(['openbox'], env=self.environment, stdout=subprocess.DEVNULL,
                                            stderr=subprocess.DEVNULL)
            time.sleep(0.7)
        except FileNotFoundError:
            self.manager = None

    def has_image(self):
        """A picture from a scanner has many greys over a large area; windows, icons and texts have not."""
        sample = self.pixels[::4, ::4, :3]
        is_grey = (sample[..., 0] == sample[..., 1]) & (sample[..., 1] == sample[..., 2])
        counts = numpy.bincount(sample[..., 0][is_grey], minlength=256)
        return int((counts[1:255] > 3).sum()) > 100 and int(counts[10:230].sum()) > 2000

    def is_empty(self):
        """But for the pointer."""
        return (self.pixels[::8, ::8, :3].max(axis=2) > 16).mean() < 0.001

    def save(self, path):
        from PIL import Image
        Image.fromarray(self.pixels[..., 2::-1].copy()).save(path)

    def close(self):
        for process in (self.manager, self.server):
            if process is not None:
                process.terminate()
                process.wait()
        for name in os.listdir(self.folder):
            os.unlink(f'{self.folder}/{name}')
        os.rmdir(self.folder)


def _session_cpu_s(session):
    """Processor time of the program and of what it has started."""
    ticks = 0
    for name in filter(str.isdigit, os.listdir('/proc')):
        try:
            with open(f'/proc/{name}/stat', encoding='ascii', errors='replace') as file:
                fields = file.read().rsplit(')', 1)[1].split()
        except (OSError, IndexError):
            continue
        if int(fields[3]) == session:
            ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf('SC_CLK_TCK')


def _start(screen, command, folder):
    """Without the service that stays when the window goes: nobody here would end it."""
    environment = {**screen.environment, 'NEGATOSCOPE_AGENT': '/nonexistent/negatoscope-agent'}
    return subprocess.Popen([str(word) for word in command], env=environment, cwd=folder, stdout=subprocess.DEVNULL,
                            stderr=subprocess.DEVNULL, start_new_session=True)


def _end(screen, program):
    """Until its picture has gone from the screen."""
    try:
        os.killpg(program.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass
    program.wait()
    ended = time.monotonic()
    while not screen.is_empty():
        if time.monotonic() - ended > 10:
            raise RuntimeError(f'{program.args[0]} has ended and its picture is still there')
        time.sleep(0.02)


class Program:
    """One that is worked with by keys; it ends with the block."""

    def __init__(self, screen, command, folder=None):
        self.screen, self.process = screen, _start(screen, command, folder)
        self.session = self.process.pid

    def __enter__(self):
        return self

    def __exit__(self, *_):
        _end(self.screen, self.process)

    def key(self, *keys):
        subprocess.run(['xdotool', 'key', *keys], env=self.screen.environment, check=True)

    def wait(self, condition, what, timeout_s=120):
        end = time.monotonic() + timeout_s
        while not condition():
            if time.monotonic() > end or self.process.poll() is not None:
                raise RuntimeError(f'{what}: waited in vain')
            time.sleep(0.005)

    def wait_for_image(self):
        self.wait(self.screen.has_image, 'a picture')


def first_image(screen, command, folder=None, timeout_s=30, shot=None):
    """(seconds from exec to the first picture, processor seconds until then); None when none comes."""
    start = time.monotonic()
    program = _start(screen, command, folder)
    found = None
    while time.monotonic() - start < timeout_s and program.poll() is None:
        if screen.has_image():
            found = time.monotonic() - start, _session_cpu_s(program.pid)
            if shot:
                screen.save(shot)
            break
        time.sleep(0.005)
    _end(screen, program)
    return found


def last_change(screen, command, folder=None, quiet_s=1.5, timeout_s=60, shot=None):
    """(seconds from exec to the last change of the screen, what memory.session_mib() says then); None without a picture.
    A program that shows what it has loaded stops changing the screen when it has loaded all of it; when nothing changes
    for quiet_s it is done. Looked at every 20 ms, every third row."""
    start = time.monotonic()
    program = _start(screen, command, folder)
    before, changed, had_image = None, start, False
    while time.monotonic() - start < timeout_s and program.poll() is None:
        now = time.monotonic()
        rows = screen.pixels[::3, :, :3].copy()
        if before is None or not numpy.array_equal(rows, before):
            before, changed = rows, now
            had_image = had_image or screen.has_image()
        elif had_image and now - changed > quiet_s:
            break
        time.sleep(max(0.02 - (time.monotonic() - now), 0.002))
    used = memory.session_mib(program.pid)
    if shot:
        screen.save(shot)
    _end(screen, program)
    return (changed - start, used) if had_image else None


def peak_memory(screen, command, folder=None, quiet_s=1.5, timeout_s=60):
    """(most MiB at one time, of that frames) until it stops growing."""
    with Program(screen, command, folder) as program:
        return watch_memory(program, quiet_s, timeout_s)


def watch_memory(program, quiet_s=1.5, timeout_s=60, is_enough=lambda now: False):
    """The same of one that runs; or until it is enough."""
    start = grown = time.monotonic()
    peak = 0, 0
    while time.monotonic() - start < timeout_s and time.monotonic() - grown < quiet_s and program.process.poll() is None:
        now = memory.session_mib(program.session)
        if now[0] > peak[0] + 0.5:
            peak, grown = now, time.monotonic()
        if is_enough(now):
            break
        time.sleep(0.03)
    return peak
