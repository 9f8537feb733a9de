"""Viewports: how many, which one is active, what they do together."""

PANES = {"worklist": False, "patient": True, "context": False}
PATIENT = "DEMO-0001"
PICTURES = {"together": ("J draws reference lines",)}


def play(scene):
    scene.chapter("Viewports", "Viewports")
    scene.say("Ctrl+1, 2, 4 and so on: that many viewports.", "Strg+1, 2, 4 und so weiter: so viele Viewports.")
    scene.key("ctrl+2", pause=1.6)
    scene.key("ctrl+4", pause=1.6)
    scene.say("Tab goes to the next viewport, arrow right shows another series in it.",
              "Tab geht zum nächsten Viewport, Pfeil rechts zeigt darin eine andere Serie.")
    scene.key("Tab", pause=0.8)
    scene.key("Tab", pause=0.8)
    scene.key("Right", pause=1)
    scene.say("Or drag a series from the left into a viewport.", "Oder ziehen Sie eine Serie von links hinein.")
    scene.drag_from_to(70, 350, 1000, 600)
    scene.chapter("Together", "Gemeinsam")
    scene.say("J draws reference lines, Y lets viewports scroll together.",
              "J zeichnet Referenzlinien, Y lässt Viewports gemeinsam blättern.")
    scene.key("ctrl+4", "j", "y", pause=0.7)
    scene.move(960, 250)
    scene.wheel(12)
    scene.say("Return: this viewport alone, and back again.", "Eingabe: dieser Viewport allein, und wieder zurück.")
    scene.key("Return", pause=1.5)
    scene.key("Return", pause=1)
    scene.say("O shows fewer texts on the images, then none, then all.",
              "O zeigt weniger Texte auf den Bildern, dann keine, dann alle.")
    scene.key("o", pause=1)
    scene.key("o", pause=1)
    scene.key("o", pause=0.6)
