"""Exporting: what leaves the program, and that nobody's name does."""

PANES = {"worklist": False, "patient": False, "context": False}
PATIENT = "DEMO-0001"
PICTURES = {"menu": ("Ctrl+E, or Export", 440, 280, 620, 488)}


def prepare(scene):
    scene.key("Right", pause=2)
    scene.key(*["Next"] * 5, pause=0.3)


def play(scene):
    scene.chapter("The clipboard", "Die Zwischenablage")
    scene.say("Ctrl+C copies what the viewport shows, without the patient's name.",
              "Strg+C kopiert, was der Viewport zeigt, ohne den Namen des Patienten.")
    scene.wait(2)
    scene.say("The picture is in the clipboard for a minute, then it is gone.",
              "Das Bild bleibt eine Minute in der Zwischenablage, dann ist es fort.")
    scene.wait(2)
    scene.chapter("Files", "Dateien")
    scene.say("Ctrl+E, or Export in the menu of the image: a picture, all images, or a film.",
              "Strg+E oder Exportieren im Menü des Bildes: ein Bild, alle Bilder oder ein Film.")
    scene.move(640, 300)
    scene.click(640, 300, button=3)
    scene.wait(1.5)
    scene.move(700, 560)
    scene.wait(2)
    scene.key("Escape", pause=0.6)
    scene.say("Names stay out unless you ask for them, and you are asked twice.",
              "Namen bleiben weg, es sei denn, Sie verlangen sie, und dann werden Sie noch einmal gefragt.")
    scene.wait(2)
    scene.say("While a demo is recorded nothing can be exported: the people on the screen are invented.",
              "Während eine Demo aufgenommen wird, kann nichts exportiert werden: Die Personen sind erfunden.")
    scene.wait(1)
