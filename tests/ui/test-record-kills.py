#!/usr/bin/python3
"""A program that is killed while it records leaves a draft that is played up to the last seconds, or none; nothing half.
test-record-kills.py N: at so many moments."""

import os
import random
import signal
import subprocess
import sys
import tempfile
import time

VICTIM = os.environ["NEGATOSCOPE_VICTIM"]


def probe(path):
    """Its length and the pictures that can be decoded."""
    done = subprocess.run(["ffprobe", "-v", "error", "-count_frames", "-select_streams", "v", "-show_entries",
                           "stream=nb_read_frames:format=duration", "-of", "default=nw=1:nk=1", path], capture_output=True, text=True)
    assert done.returncode == 0 and not done.stderr, done.stderr
    frames, seconds = done.stdout.split()
    return int(frames), float(seconds)


def listed(folder):
    done = subprocess.run([VICTIM, "list", folder], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return [line.rsplit(" ", 3) for line in done.stdout.splitlines()]


def count_packets(path):
    """Pictures in a film that has no end."""
    done = subprocess.run(["ffprobe", "-v", "quiet", "-count_packets", "-select_streams", "v", "-show_entries",
                           "stream=nb_read_packets", "-of", "default=nw=1:nk=1", path], capture_output=True, text=True)
    return int(done.stdout.split()[0]) if done.stdout.split() else 0


def take_of(folder):
    names = os.listdir(folder) if os.path.exists(folder) else []
    return os.path.join(folder, names[0], "take.webm") if names else None


def wait_for_bytes(folder, n):
    for _ in range(1200):
        path = take_of(folder)
        if path and os.path.exists(path) and os.path.getsize(path) >= n:
            return
        time.sleep(0.05)
    raise AssertionError(f"no {n} bytes within a minute")


def check_left(folder, there):
    """What was in the file when the program died is in the draft."""
    drafts = listed(folder)
    assert len(drafts) <= 1, drafts
    if not drafts:
        assert there <= 1, f"nothing is left of {there} pictures"
        assert not os.path.exists(folder) or all(not os.listdir(os.path.join(folder, name)) for name in os.listdir(folder))
        return "nothing"
    draft, length_ms, recording, interrupted = drafts[0]
    assert (recording, interrupted) == ("0", "1"), drafts
    assert sorted(os.listdir(draft)) == ["draft.json", "take.webm"], os.listdir(draft)
    frames, seconds = probe(os.path.join(draft, "take.webm"))
    assert frames >= max(there - 1, 1), f"{frames} of {there} pictures"
    assert abs(seconds * 1000 - int(length_ms)) < 500, (seconds, length_ms)
    assert listed(folder) == drafts  # found as it is, the next time
    return f"{length_ms} ms, {frames} of {there} pictures"


def kill(after_s):
    with tempfile.TemporaryDirectory() as top:
        folder = os.path.join(top, "drafts")
        victim = subprocess.Popen([VICTIM, "record", folder], stdout=subprocess.PIPE, text=True)
        try:
            if after_s > 0:
                assert victim.stdout.readline() == "begun\n"
                assert [draft[2] for draft in listed(folder)] == ["1"]  # it goes on: nobody touches it
                if after_s > 1:
                    wait_for_bytes(folder, 60000)
            time.sleep(abs(after_s))
        finally:
            victim.send_signal(signal.SIGKILL)
            victim.communicate()
        path = take_of(folder)
        return check_left(folder, count_packets(path) if path else 0)


def main():
    n = int(sys.argv[1])
    seed = random.randrange(1 << 32)
    generator = random.Random(seed)
    moments = [-generator.uniform(0, 0.4), generator.uniform(1, 2)] + [generator.uniform(0.01, 3) for _ in range(n - 2)]
    print(f"1..{n}\n# seed {seed}")
    for number, moment in enumerate(moments, 1):
        try:
            print(f"ok {number} - killed after {moment:.2f} s # {kill(moment)}", flush=True)
        except AssertionError as error:
            print(f"not ok {number} - killed after {moment:.2f} s\n# {error}", flush=True)


main()
