#!/usr/bin/python3
"""The built-in videos: each topic that has one is 20 to 60 s long, at most 1.5 MB, and its captions and
chapters are in it, in English and German. Its text has the pictures that its script names, in both languages."""

import os
import re
import struct
import subprocess
import sys

FOLDER = os.path.join(os.environ["NEGATOSCOPE_SOURCE"], "data", "learning")
BYTES_MAX = 1500000
SECONDS = (20, 60)
N_LEAST = 10
PICTURE_BYTES_MAX = 120000
PICTURE_WIDTH_MAX = 960
PICTURE = re.compile(r"^!\[([^\]]+)\]\(([\w.-]+)\.png\)$", re.MULTILINE)
NAMED = re.compile(r"^PICTURES = \{.*?\}$", re.MULTILINE | re.DOTALL)
CUE = re.compile(r"(\d\d):(\d\d):(\d\d)\.(\d{3}) --> (\d\d):(\d\d):(\d\d)\.(\d{3})\n(.+)")


def probe(path):
    done = subprocess.run(["ffprobe", "-v", "error", "-count_packets", "-select_streams", "v", "-show_entries",
                           "stream=width,height,nb_read_packets:format=duration", "-of", "default=nw=1", path],
                          capture_output=True, text=True, check=True)
    assert not done.stderr, done.stderr
    return {key: float(value) for key, value in (line.split("=") for line in done.stdout.split())}


def cues(path):
    with open(path, encoding="utf-8") as file:
        text = file.read()
    assert text.startswith("WEBVTT\n"), path
    found = []
    for match in CUE.finditer(text):
        numbers = [int(group) for group in match.groups()[:8]]
        times = [((h * 60 + m) * 60 + s) + ms / 1000 for h, m, s, ms in (numbers[:4], numbers[4:])]
        found.append((*times, match.group(9)))
    assert len(found) == text.count("-->"), path
    return found


def check_cues(folder, kind, seconds):
    languages = [cues(os.path.join(folder, f"{kind}.{language}.vtt")) for language in ("en", "de")]
    assert [cue[:2] for cue in languages[0]] == [cue[:2] for cue in languages[1]], "not at the same times"
    assert all(english[2] != german[2] or kind == "chapters" for english, german in zip(*languages)), "not translated"
    last = 0
    for start, end, _ in languages[0]:
        assert last <= start < end <= seconds + 0.05, (start, end, seconds)
        last = end
    return len(languages[0])


def named_by_script(topic):
    with open(os.path.join(FOLDER, "scripts", topic + ".py"), encoding="utf-8") as file:
        found = NAMED.search(file.read())
    return re.findall(r'"([\w-]+)": \(', found[0]) if found else []


def check_picture(path):
    with open(path, "rb") as file:
        data = file.read()
    assert data.startswith(b"\x89PNG\r\n\x1a\n"), path
    width, height = struct.unpack(">II", data[16:24])
    assert 200 <= width <= PICTURE_WIDTH_MAX and 200 <= height <= 800, (path, width, height)
    assert len(data) <= PICTURE_BYTES_MAX, (path, len(data))


def check_pictures(topic):
    """Those of the script, all of them and no other, in each language in the same order."""
    folder = os.path.join(FOLDER, topic)
    there = sorted(name[:-4] for name in os.listdir(folder) if name.endswith(".png"))
    assert 1 <= len(there) <= 2 and there == sorted(named_by_script(topic)), there
    for name in there:
        check_picture(os.path.join(folder, name + ".png"))
    shown = []
    for language in ("en", "de"):
        with open(os.path.join(folder, f"text.{language}.md"), encoding="utf-8") as file:
            shown.append(PICTURE.findall(file.read()))
    assert [name for _, name in shown[0]] == [name for _, name in shown[1]] and sorted(name for _, name in shown[0]) == there, shown
    assert all(english != german for (english, _), (german, _) in zip(*shown)), "not translated"


def check(topic):
    folder = os.path.join(FOLDER, topic)
    path = os.path.join(folder, "video.webm")
    facts = probe(path)
    assert os.path.getsize(path) <= BYTES_MAX, os.path.getsize(path)
    assert SECONDS[0] <= facts["duration"] <= SECONDS[1], facts
    assert facts["nb_read_packets"] >= facts["duration"], facts
    assert facts["width"] >= 1024 and facts["height"] >= 640, facts
    assert check_cues(folder, "captions", facts["duration"]) >= 4
    assert check_cues(folder, "chapters", facts["duration"]) >= 2
    check_pictures(topic)
    return f"{facts['duration']:.0f} s"


def main():
    topics = sorted(name for name in os.listdir(FOLDER) if os.path.exists(os.path.join(FOLDER, name, "video.webm")))
    scripts = sorted(name[:-3] for name in os.listdir(os.path.join(FOLDER, "scripts")) if name.endswith(".py"))
    print(f"1..{len(topics) + 1}")
    for number, topic in enumerate(topics, 1):
        try:
            print(f"ok {number} - {topic} # {check(topic)}")
        except (AssertionError, OSError, subprocess.CalledProcessError) as error:
            print(f"not ok {number} - {topic}\n# {error}")
    all_there = len(topics) >= N_LEAST and topics == scripts
    print(f"{'ok' if all_there else 'not ok'} {len(topics) + 1} - every script has its video, {N_LEAST} at least")


sys.exit(main())
