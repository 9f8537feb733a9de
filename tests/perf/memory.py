"""What a program and its children take: memory in proportion to who shares it, and decoded frames whole."""
import os
import re

FRAMES = '/memfd:negatoscope'


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


def _process_mib(process):
    """(PSS with every memory file of ours counted at its full size, the size of these). A frame that was decoded but
    never drawn is in no page table yet, so PSS alone would leave it out."""
    total = frames = 0
    in_frames = False
    with open(f'/proc/{process}/smaps', encoding='ascii', errors='replace') as file:
        for line in file:
            if re.match(r'[0-9a-f]+-[0-9a-f]+ ', line):
                in_frames = FRAMES in line
                continue
            name, _, value = line.partition(':')
            if name == ('Size' if in_frames else 'Pss'):
                kib = int(value.split()[0])
                total += kib
                frames += kib if in_frames else 0
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
