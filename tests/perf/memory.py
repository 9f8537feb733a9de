"""What a program and its children take: memory in proportion to who shares it, and decoded frames whole."""
import os
import re

FRAMES = '/memfd:negatoscope'
VOLUME = '/memfd:negatoscope-volume'


def _session_of(process):
    with open(f'/proc/{process}/stat', encoding='ascii', errors='replace') as file:
        return int(file.read().rsplit(')', 1)[1].split()[3])


def processes(session):
    """Everything that the program has started: engines have process groups of their own, but its session."""
    found = []
    for name in filter(str.isdigit, os.listdir('/proc')):
        try:
            if _session_of(name) == session:
                found.append(int(name))
        except (OSError, IndexError):
            pass
    return found


def _volumes_kib(process):
    """What memory files of volumes have been given so far: they are as large as they will be from the beginning. The
    program keeps their descriptors."""
    found = {}
    for name in os.listdir(f'/proc/{process}/fd'):
        path = f'/proc/{process}/fd/{name}'
        if os.readlink(path).startswith(VOLUME):
            status = os.stat(path)
            found[status.st_ino] = status.st_blocks / 2
    return sum(found.values())


def volumes_mib(session):
    """What volumes have of memory so far."""
    total = 0
    for process in processes(session):
        try:
            total += _volumes_kib(process)
        except OSError:
            pass
    return total / 1024


def _process_mib(process):
    """(PSS with every memory file of ours counted whole, the size of these). A frame that was decoded but never drawn is
    in no page table yet, so PSS alone would leave it out."""
    total = frames = 0
    has_volume = in_frames = in_volume = False
    with open(f'/proc/{process}/smaps', encoding='ascii', errors='replace') as file:
        for line in file:
            if re.match(r'[0-9a-f]+-[0-9a-f]+ ', line):
                in_frames, in_volume = FRAMES in line, VOLUME in line
                has_volume = has_volume or in_volume
                continue
            if in_volume:
                continue
            name, _, value = line.partition(':')
            if name == ('Size' if in_frames else 'Pss'):
                kib = int(value.split()[0])
                total += kib
                frames += kib if in_frames else 0
    if has_volume:
        volumes = _volumes_kib(process)
        total, frames = total + volumes, frames + volumes
    return total / 1024, frames / 1024


def session_mib(session):
    """(all of it, of that frames) in MiB."""
    total = frames = 0
    for process in processes(session):
        try:
            one, of_frames = _process_mib(process)
        except OSError:
            continue
        total += one
        frames += of_frames
    return total, frames
