"""Scrolling and window."""

PANES = {"worklist": False, "patient": False, "context": False}
PATIENT = "DEMO-0001"
PICTURES = {"bone": ("The number keys choose",)}


def prepare(scene):
    scene.key("Right", pause=2)


def play(scene):
    scene.chapter("Scrolling", "Blättern")
    scene.say("Turn the wheel to scroll through the images.", "Mit dem Mausrad blättern Sie durch die Bilder.")
    scene.move(640, 420)
    scene.wheel(14)
    scene.say("Arrow down and up: one image. Page Down and Page Up: ten. Home and End: the first and the last.",
              "Pfeil ab und auf: ein Bild. Bild ab und auf: zehn. Pos1 und Ende: das erste und das letzte.")
    scene.key("Down", "Down", "Down", pause=0.3)
    scene.key("Next", "Next", "Next", "Next", "Next", pause=0.4)
    scene.chapter("Window", "Fenster")
    scene.say("Drag with the left button: up and down brightness, left and right contrast.",
              "Mit der linken Taste ziehen: auf und ab die Helligkeit, links und rechts der Kontrast.")
    scene.drag(1, 600, 420, 90, 60)
    scene.drag(1, 690, 480, -120, -40)
    scene.say("The number keys choose customary windows: here lung and bone.",
              "Die Zifferntasten wählen übliche Fenster: hier Lunge und Knochen.")
    scene.key("1", pause=1.3)
    scene.key("2", pause=1.3)
    scene.key("3", pause=1.3)
    scene.say("0 is the window of the file, I exchanges black and white.",
              "0 ist das Fenster der Datei, I vertauscht Schwarz und Weiß.")
    scene.key("0", pause=1)
    scene.key("i", pause=1)
    scene.key("i", pause=0.5)
    scene.say("Shift+R takes everything back as the file says.", "Umschalt+R stellt alles wieder her wie in der Datei.")
    scene.key("shift+r", pause=1)
