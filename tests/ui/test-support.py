#!/usr/bin/python3
"""Help from people, by the keyboard alone: feedback with a picture in which nobody is named, its answer, one press for the room, and
news of the site. A folder stands for the site, a file for the browser."""
import glob
import json
import os
import subprocess
import tempfile
import time

import screen

NAME, PATIENT_ID = "Zyxwquist^Orlabeth", "QZJ-77341-XK"
WORDS = "The arrows of the cine bar are too small."
ROOM = "https://meet.example/elbow"


def make_site(home, site, browser):
    os.makedirs(home)
    os.makedirs(site)
    with open(f"{home}/site.conf", "w", encoding="utf-8") as file:
        file.write(f"[library]\nfolder={site}\nevery=1\n\n[support]\nroom={ROOM}\nallow-hosts=meet.example\nhours=7 to 19\n")
    folder = f"{browser}/applications"
    os.makedirs(folder)
    with open(f"{folder}/browser.desktop", "w", encoding="utf-8") as file:
        file.write("[Desktop Entry]\nType=Application\nName=Browser\nMimeType=x-scheme-handler/https;\n"
                   f"Exec=sh -c 'echo \"$1\" >> {browser}/opened' sh %u\n")
    with open(f"{folder}/mimeapps.list", "w", encoding="utf-8") as file:
        file.write("[Default Applications]\nx-scheme-handler/https=browser.desktop\n")
    subprocess.run(["update-desktop-database", folder], check=False)


def publish(site, **announcement):
    day = time.strftime("%Y-%m-%dT00:00:00Z", time.gmtime(time.time() - 86400))
    text = {"id": "new-room", "title": {"en": "A second room for help"}, "text": {"en": "From **Monday** on: *two* rooms."},
            "from": day, **announcement}
    manifest = {"format": "negatoscope-library", "version": 1, "revision": 1, "published": day, "topics": [], "announcements": [text]}
    with open(f"{site}/.manifest", "w", encoding="utf-8") as file:
        json.dump(manifest, file)
    os.rename(f"{site}/.manifest", f"{site}/manifest.json")


def read_all(pattern):
    texts = []
    for path in sorted(glob.glob(pattern)):
        with open(path, encoding="utf-8") as file:
            texts.append(file.read())
    return texts


def words_of(picture):
    """As large letters as OCR needs."""
    large = picture + ".large.png"
    subprocess.run(["convert", picture, "-resize", "250%", large], check=True)
    return subprocess.run(["tesseract", large, "-", "--psm", "11"], capture_output=True, text=True, check=True).stdout


class Support(screen.Program):
    """Looks at one window of several."""

    frame = None

    def application(self):
        return self.frame if self.frame is not None else super().application()

    def look_at(self, title):
        self.frame = screen.wait_until(lambda: next((node for node in super(Support, self).application() or []
                                                     if node is not None and node.name == title), None), 60, title)
        self.enter_window(f"^{title}$")

    def look_away(self, key="Escape"):
        title, self.frame = self.frame.name, None
        self.key(key)
        self.back(f"^{title}$")


def reach(program, start):
    """By Tab alone."""
    for _ in range(30):
        if (program.focused_name() or "").startswith(start):
            return
        before = program.focused_name()
        program.key("Tab")
        screen.comes(lambda: program.focused_name() not in ("", before), 5)
    raise AssertionError(f"“{start}” is not reached; the focus is on “{program.focused_name()}”")


def feedback(program, site):
    """What is sent names nobody: not in its words, not in its picture."""
    program.wait_image()
    program.key("F2")
    program.look_at("Feedback")
    reach(program, "Words")
    subprocess.run(["xdotool", "type", "--delay", "20", WORDS], env=program.environment, check=True)
    reach(program, "With a picture")
    program.key("space")
    program.wait_text("Look at the picture before you send it.")
    reach(program, "Send")
    program.key("Return")
    program.wait_text("Thank you.")
    sent = screen.wait_until(lambda: read_all(f"{site}/feedback/*.json"), 60, "the feedback")
    assert len(sent) == 1, sent
    content = json.loads(sent[0])
    assert WORDS in sent[0] and content["kind"] == "problem" and content["page"] == "images", content
    program.wait_text("arrived")
    program.look_away()


def nobody(site):
    for path in glob.glob(f"{site}/**", recursive=True):
        if os.path.isfile(path):
            with open(path, "rb") as file:
                data = file.read()
            for text in ("Zyxwquist", "Orlabeth", PATIENT_ID):
                assert text.encode() not in data, f"{path} names {text}"
    picture = glob.glob(f"{site}/feedback/*.png")
    assert len(picture) == 1, os.listdir(f"{site}/feedback")
    words = words_of(picture[0])
    for text in ("zyxwq", "orlabe", "qzj", "77341"):
        assert text not in words.lower(), words
    assert "Negatoscope" in words or "image 1" in words.lower() or "1 of" in words, f"the picture shows nothing: {words}"


def true_again(program):
    """The patient is back in the window."""
    program.wait_name("Zyxwquist")


def answered(program, site):
    path = glob.glob(f"{site}/feedback/*.json")[0]
    answer = {"id": os.path.basename(path)[:-5], "words": "They are **larger** now.", "by": "PACS team", "done": "larger arrows",
              "at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())}
    temporary = f"{site}/feedback/.answer"
    with open(temporary, "w", encoding="utf-8") as file:
        json.dump(answer, file)
    os.rename(temporary, path[:-5] + ".answer.json")
    program.wait_name("1 answer to your feedback", 120)
    program.key("F2")
    program.look_at("Feedback")
    program.wait_text("We did: larger arrows")
    program.wait_text("They are larger now.")
    program.look_away()
    program.wait_no_name("1 answer to your feedback")


def ask(program, site, browser):
    program.key("F3")
    program.look_at("Ask for Help")
    program.wait_text("The room at meet.example opens")
    program.wait_text("Hours: 7 to 19")
    program.wait_text("The support team is told")
    screen.wait_until(lambda: os.path.exists(f"{browser}/opened"), 60, "the room in the browser")
    assert read_all(f"{browser}/opened") == [ROOM + "\n"], read_all(f"{browser}/opened")
    lines = screen.wait_until(lambda: read_all(f"{site}/support/*.jsonl"), 60, "the support team's line")
    assert json.loads(lines[0])["page"] == "images", lines
    program.look_away()


def news(program, site):
    """As soon as the site has it, and once."""
    publish(site)
    program.wait_name("1 piece of news", 120)
    program.key("ctrl+shift+n")
    program.look_at("News")
    program.wait_text("A second room for help")
    program.wait_text("From Monday on: two rooms.")
    program.look_away("ctrl+w")
    program.wait_no_name("1 piece of news")


def main():
    screen.with_session_bus()
    tap = screen.negtest.Tap()
    with tempfile.TemporaryDirectory(prefix="neg-ui-") as folder, screen.Folder() as images:
        home, site, browser = f"{folder}/home", f"{folder}/site", f"{folder}/browser"
        make_site(home, site, browser)
        images.add_series(3, patient=NAME, patient_id=PATIENT_ID)
        display = screen.Display()
        try:
            environment = {"XDG_DATA_HOME": browser, "NEGATOSCOPE_AGENT": None}
            with Support("--home", home, images.path, environment=environment) as program:
                tap.run("feedback with a picture arrives", feedback, program, site)
                tap.run("nobody is named in what was sent", nobody, site)
                tap.run("the patient is back in the window", true_again, program)
                tap.run("the answer comes back", answered, program, site)
                tap.run("one press opens the room and tells the team", ask, program, site, browser)
                tap.run("news of the site", news, program, site)
        finally:
            display.stop()
            screen.end_agents(home)
    tap.done()


if __name__ == "__main__":
    main()
