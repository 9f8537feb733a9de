"""Making a demo: recording, cutting, captions, publishing. What is worked on is a recording that was made before."""

PANES = {"worklist": False, "patient": False, "context": True}
PATIENT = "DEMO-0001"
PICTURES = {"record": ("Ctrl+Shift+F1 opens", 956, 48, 324, 340),
            "draft": ("Write captions at the place", 956, 48, 324, 620)}


def prepare(scene):
    scene.key("Right", pause=2)
    scene.start()
    scene.move(500, 400)
    scene.wheel(12)
    scene.key("1", pause=1)
    scene.wheel(12)
    scene.stop()
    scene.find("push button", "All Demos")
    scene.press("push button", "All Demos")
    scene.wait(2)


def play(scene):
    scene.chapter("Recording", "Aufnehmen")
    scene.say("Ctrl+Shift+F1 opens the page of demos. Choose a topic, or a new one.",
              "Strg+Umschalt+F1 öffnet die Seite der Demos. Wählen Sie ein Thema, oder ein neues.")
    scene.say("Shift+F1 counts down and records: the people on the screen are invented then.",
              "Umschalt+F1 zählt herunter und nimmt auf: Die Personen auf dem Bildschirm sind dann erfunden.")
    scene.say("Ctrl+F1 makes a pause, Shift+F1 ends it: a draft that only you see.",
              "Strg+F1 hält an, Umschalt+F1 beendet: ein Entwurf, den nur Sie sehen.")
    scene.chapter("The draft", "Der Entwurf")
    scene.say("Open the draft: play it, and say where it starts and ends.",
              "Öffnen Sie den Entwurf: Spielen Sie ihn ab und sagen Sie, wo er beginnt und endet.")
    scene.click(1115, 360)
    scene.wait(1)
    scene.say("Write captions at the place where the film is.", "Schreiben Sie Untertitel an der Stelle, an der der Film ist.")
    scene.click(1115, 568)
    scene.type("Turn the wheel to scroll.")
    scene.key("Return", pause=1)
    scene.chapter("Publishing", "Veröffentlichen")
    scene.say("With a title it can be published: every workstation of the site has it then.",
              "Mit einem Titel kann er veröffentlicht werden: Dann hat ihn jeder Arbeitsplatz des Hauses.")
    scene.wait(1)
