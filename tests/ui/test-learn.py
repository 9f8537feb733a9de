#!/usr/bin/python3
"""Topics beside the images, by the keyboard and for the ear: found by a search, played with captions at the right second, on the whole
screen and back, and the topic of the tool in hand. The library is made here: its video says which picture it is. Pictures of a text: at
its width and never larger, by words where they are too large, none or the site's."""

import hashlib
import json
import os
import re
import struct
import tempfile

import screen
from PIL import Image

SECONDS, RATE, WIDTH, HEIGHT = 12, 10, 320, 200
SMALL, RED, GREEN = (120, 50), (200, 0, 0), (0, 160, 0)
LEVELS = 4  # the video is that many even greys, one after the other
TITLES = ("Scrolling and window", "Measuring", "Checking before sending")
CAPTIONS = ["First caption: nearly black.", "Second caption: dark grey.", "Third caption: light grey.", "Fourth caption: white."]


def make_video(path):
    """FALSE where a part of GStreamer is missing."""
    import gi
    gi.require_version("Gst", "1.0")
    from gi.repository import Gst
    if not Gst.init_check(None)[0]:
        return False
    pipeline = Gst.parse_launch("appsrc name=source format=time caps=video/x-raw,format=I420,"
                                f"width={WIDTH},height={HEIGHT},framerate={RATE}/1 ! vp8enc deadline=1 cpu-used=8 keyframe-max-dist={RATE} ! "
                                f'webmmux ! filesink location="{path}"')
    source = pipeline.get_by_name("source")
    pipeline.set_state(Gst.State.PLAYING)
    for number in range(SECONDS * RATE):
        level = 16 + number * LEVELS // (SECONDS * RATE) * 73
        data = bytes([level]) * (WIDTH * HEIGHT) + bytes([128]) * (WIDTH * HEIGHT // 2)
        buffer = Gst.Buffer.new_wrapped(data)
        buffer.pts, buffer.duration = number * Gst.SECOND // RATE, Gst.SECOND // RATE
        source.emit("push-buffer", buffer)
    source.emit("end-of-stream")
    message = pipeline.get_bus().timed_pop_filtered(60 * Gst.SECOND, Gst.MessageType.EOS | Gst.MessageType.ERROR)
    pipeline.set_state(Gst.State.NULL)
    return message is not None and message.type == Gst.MessageType.EOS


def described(folder, name, **more):
    with open(os.path.join(folder, name), "rb") as file:
        data = file.read()
    return {"file": name, "sha256": hashlib.sha256(data).hexdigest(), **more}


def write(folder, name, text):
    os.makedirs(os.path.dirname(os.path.join(folder, name)), exist_ok=True)
    with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
        file.write(text)


def make_pictures(folder, where):
    """Red and smaller than the page, green and larger, one that says of itself to be huge, one of too many bytes. "missing" is none."""
    os.makedirs(os.path.join(folder, where), exist_ok=True)
    for name, size, colour in (("small", SMALL, RED), ("wide", (1200, 300), GREEN)):
        Image.new("RGB", size, colour).save(os.path.join(folder, where, name + ".png"))
    with open(os.path.join(folder, where, "small.png"), "rb") as file:
        data = file.read()
    for name, content in (("huge", data[:16] + struct.pack(">II", 3000, 3000) + data[24:]), ("heavy", data + bytes(1 << 20)), ("none", b"GIF89a")):
        with open(os.path.join(folder, where, name + ".png"), "wb") as file:
            file.write(content)
    return [described(folder, f"{where}/{name}.png") for name in ("small", "wide", "huge", "heavy", "none")]


PICTURES = "".join(f"![a {name} one]({name}.png)\n\n" for name in ("small", "wide", "huge", "heavy", "none", "missing"))


def make_topic(folder, name, title, summary, words, with_video=False, **more):
    write(folder, f"{name}/text.en.md", f"# {title}\n\n{words}\n\n- one **item**\n")
    topic = {"id": name, "revision": 1, "title": {"en": title}, "summary": {"en": summary}, "roles": [], "made_by": "A superuser",
             "made_at": "2026-11-01T00:00:00Z", "text": [described(folder, f"{name}/text.en.md", language="en")], **more}
    if with_video:
        part = SECONDS // LEVELS
        cues = "".join(f"\n00:{i * part:02d}.000 --> 00:{(i + 1) * part:02d}.000\n{text}\n" for i, text in enumerate(CAPTIONS))
        write(folder, f"{name}/captions.en.vtt", "WEBVTT\n" + cues)
        write(folder, f"{name}/chapters.en.vtt", f"WEBVTT\n\n00:00.000 --> 00:06.000\nThe beginning\n\n00:06.000 --> 00:{SECONDS}.000\nThe second half\n")
        path = os.path.join(folder, name, "video.webm")
        if not make_video(path):
            return None
        topic["video"] = described(folder, f"{name}/video.webm", bytes=os.path.getsize(path), duration_ms=SECONDS * 1000)
        topic["captions"] = [described(folder, f"{name}/captions.en.vtt", language="en")]
        topic["chapters"] = [described(folder, f"{name}/chapters.en.vtt", language="en")]
    return topic


def make_library(folder):
    topics = [make_topic(folder, "scrolling-and-window", "Scrolling and window", "Through the images.", "The wheel goes through them.", True),
              make_topic(folder, "measuring", "Measuring", "Lengths and angles.", PICTURES + "Calipers are old-fashioned.", roles=["radiologist"],
                         pictures=make_pictures(folder, "measuring")),
              make_topic(folder, "quality", "Checking before sending", "For technologists.", "Before it leaves.", roles=["technologist"])]
    if topics[0] is None:
        return False
    write(folder, "manifest.json", manifest_of(topics))
    return True


def manifest_of(topics):
    return json.dumps({"format": "negatoscope-library", "version": 1, "revision": 1, "published": "2026-11-01T00:00:00Z", "topics": topics})


def make_site(home):
    """What the agent would have brought: files by their hash."""
    folder = os.path.join(home, "cache", "library")
    topic = make_topic(folder, "ours", "Of this site", "By a superuser.", PICTURES, pictures=make_pictures(folder, "ours"))
    for file in topic["text"] + topic["pictures"]:
        os.rename(os.path.join(folder, file["file"]), os.path.join(folder, file["sha256"] + os.path.splitext(file["file"])[1]))
    write(folder, "current.json", manifest_of([topic]))


def position_s(program):
    """What the player says its place is, in seconds; None while it says nothing."""
    for text in program.texts():
        found = re.fullmatch(r"(\d+):(\d\d) / \d+:\d\d", text)
        if found:
            return int(found[1]) * 60 + int(found[2])
    return None


def shown_level(program):
    """The grey of the video: of the middle of the player's picture."""
    node = program.find("image", "Video")
    import pyatspi
    box = node.queryComponent().getExtents(pyatspi.WINDOW_COORDS)
    look = program.look()
    y, x = box.y + box.height // 2, box.x + box.width // 2
    return int(look[y, x].mean())


def is_level(program, number):
    """Video range: 16 + 73 n is 85 n of 255."""
    return abs(shown_level(program) - 85 * number) < 25


def topic_rows(program):
    return [name for role, name in map(program.role_and_name, program.walk()) if role == "list item" and name.startswith(TITLES)]


def opens_of_the_tool(program):
    """F1: the topic of the tool in hand, with the keys on the video; F1 again: back to the image."""
    program.wait_image()
    program.key("F1")
    program.wait_text("Scrolling and window")
    program.wait_text("watch: 12 s")
    program.wait_focus("Video")
    program.wait_text("0:00 / 0:12")
    program.key("F1")
    program.wait_focus("image 1")
    program.key("l", "F1")
    program.wait_text("Measuring")
    program.wait_text("There is no video of this topic yet")
    program.key("F1")
    program.wait_focus("image 1")


def searches(program):
    """By a word of the page; by role; nothing says so."""
    program.key("ctrl+l")
    program.wait_focus("Search the topics")
    screen.wait_until(lambda: len(topic_rows(program)) == 3, what=lambda: str(topic_rows(program)))
    program.do("type", "calipers")
    screen.wait_until(lambda: [row.split(".")[0] for row in topic_rows(program)] == ["Measuring"], what=lambda: str(topic_rows(program)))
    program.do("type", " and nothing")
    program.wait_text("No topic matches")
    program.key("ctrl+a", "BackSpace")
    screen.wait_until(lambda: len(topic_rows(program)) == 3, what=lambda: str(topic_rows(program)))


def plays(program):
    """From the list into the topic; captions and picture are those of the second."""
    program.do("type", "wheel")
    screen.wait_until(lambda: len(topic_rows(program)) == 1, what=lambda: str(topic_rows(program)))
    program.key("Down")
    program.wait_focus("Scrolling and window")
    program.key("Return")
    program.wait_focus("Video")
    program.wait_text(CAPTIONS[0])
    screen.wait_until(lambda: is_level(program, 0), what=lambda: f"level {shown_level(program)}")
    program.key("Down", "Down")  # half as fast: looking takes its time, too
    program.key("space")
    screen.wait_until(lambda: position_s(program), what="a place behind the beginning")
    program.key("space")
    screen.wait_until(lambda: program.find("push button", "Play") is not None, what="a pause")
    place = position_s(program)
    assert 0 < place < SECONDS, place
    program.wait_text(CAPTIONS[place // 3])
    screen.wait_until(lambda: is_level(program, place // 3), what=lambda: f"level {shown_level(program)} at {place} s")
    assert position_s(program) == place
    program.key("Up", "Up")


def seeks(program):
    """Five seconds back and forth, chapters, the beginning: the caption is that of the place."""
    program.key("Home")
    program.wait_text("0:00 / 0:12")
    program.wait_text(CAPTIONS[0])
    program.key("Right")
    program.wait_text("0:05 / 0:12")
    program.wait_text(CAPTIONS[1])
    screen.wait_until(lambda: is_level(program, 1), what=lambda: f"level {shown_level(program)}")
    program.key("Right")
    program.wait_text(CAPTIONS[3])
    screen.wait_until(lambda: is_level(program, 3), what=lambda: f"level {shown_level(program)}")
    program.key("Left", "Left")
    program.wait_text(CAPTIONS[0])
    program.key("Next")
    program.wait_text("0:06 / 0:12")
    program.wait_text(CAPTIONS[2])
    program.key("c")
    screen.wait_until(lambda: not any(text in CAPTIONS for text in program.texts()), what="no caption")
    program.key("c")
    program.wait_text(CAPTIONS[2])


def changes_speed(program):
    for key, speed in (("Up", "1.25 ×"), ("Down", "1 ×")):
        program.key(key)
        screen.wait_until(lambda: program.find("push button", f"Speed: {speed}") is not None, what=f"the speed {speed}")


def whole_screen(program):
    """F: a window of its own; Escape: back beside the images, at the same place."""
    program.key("f")
    screen.wait_until(lambda: program.windows("^Video$"), what="the window of the video")
    program.enter_window("^Video$")
    program.wait_text(CAPTIONS[2])
    program.key("Escape")
    screen.wait_until(lambda: not program.windows("^Video$"), what="no window of the video")
    program.do("windowfocus", program.window)
    program.wait_focus("Video")
    program.wait_text(CAPTIONS[2])
    program.key("Escape")
    screen.wait_until(lambda: len(topic_rows(program)) > 0, what="the list")


def n_pixels(program, colour):
    return int((program.look() == colour).all(axis=2).sum())


def open_topic(program, words, title):
    program.key("ctrl+l")
    program.wait_focus("Search the topics")
    program.key("ctrl+a")
    program.do("type", words)
    screen.wait_until(lambda: any(title in name for name in program.names()), what=f"the row of {title}")
    program.key("Return")
    program.wait_text("one item")


def shows_pictures(program):
    """The small one as it is, the wide one as wide as the text; each has its name."""
    import pyatspi
    open_topic(program, "calipers", "Measuring")
    for name in ("huge", "heavy", "none", "missing"):
        program.wait_text(f"Picture: a {name} one")
    screen.wait_until(lambda: n_pixels(program, RED) == SMALL[0] * SMALL[1], what=lambda: f"the small one; {n_pixels(program, RED)} pixels")
    program.wait_find("image", "a small one")
    width = program.wait_find("image", "a wide one").queryComponent().getExtents(pyatspi.WINDOW_COORDS).width
    assert SMALL[0] < width < 600, width
    screen.wait_until(lambda: n_pixels(program, GREEN) == width * round(width / 4), what=lambda: f"{width}: {n_pixels(program, GREEN)} pixels")


def hides_pictures_of_the_site(program):
    open_topic(program, "superuser", "Of this site")
    for name in ("small", "wide", "huge", "heavy", "none", "missing"):
        program.wait_text(f"Picture: a {name} one")
    program.settled(whole=True)
    assert n_pixels(program, RED) == n_pixels(program, GREEN) == 0


def named(program):
    names = [(role, name) for role, name in map(program.role_and_name, program.walk())
             if role in ("push button", "toggle button", "combo box", "slider")]
    assert names and all(name for _, name in names), names


def remembers(program):
    """The place is where it was left, in another window of the same home."""
    program.wait_image()
    program.key("F1")
    program.wait_text("0:06 / 0:12")
    program.wait_text(CAPTIONS[2])


def main():
    screen.with_session_bus()
    tap = screen.negtest.Tap()
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryDirectory() as home, screen.Folder() as study:
        try:
            made = make_library(folder)
        except (ImportError, ValueError):
            made = False
        if not made:
            tap.skip("the player", "GStreamer or its introspection is not installed")
            tap.done()
            return
        make_site(home)
        study.add_series(3)
        environment = {"NEGATOSCOPE_LEARNING": folder}
        display = screen.Display()
        try:
            with screen.Program("--home", home, study.path, environment=environment) as program:
                tap.run("F1 is the topic of the tool in hand, and back", opens_of_the_tool, program)
                tap.run("a search through the pages", searches, program)
                tap.run("a video plays with its captions", plays, program)
                tap.run("places, chapters, captions", seeks, program)
                tap.run("speed", changes_speed, program)
                tap.run("the whole screen, and back", whole_screen, program)
                tap.run("names for the ear", named, program)
                tap.run("pictures at the width of the text", shows_pictures, program)
                tap.run("pictures of the site by their words", hides_pictures_of_the_site, program)
                program.close()
            with screen.Program("--home", home, study.path, environment=environment) as program:
                tap.run("the place is remembered", remembers, program)
        finally:
            display.stop()
    tap.done()


if __name__ == "__main__":
    main()
