"""Measuring: a length, an area, a value at a point, and changing them."""

PANES = {"worklist": False, "patient": False, "context": False}
PATIENT = "DEMO-0001"
PICTURES = {"measured": ("P is the probe", 460, 250, 480, 340)}


def prepare(scene):
    scene.key("Right", pause=2)
    scene.key(*["Next"] * 7, pause=0.3)


def play(scene):
    scene.chapter("Length", "Länge")
    scene.say("L is the ruler: press, drag, let go.", "L ist die Länge: drücken, ziehen, loslassen.")
    scene.key("l", pause=0.5)
    scene.drag(1, 520, 380, 170, 40)
    scene.say("The length stands beside it, in millimetres of the patient.",
              "Die Länge steht daneben, in Millimetern des Patienten.")
    scene.wait(1)
    scene.chapter("Area", "Fläche")
    scene.say("E draws an ellipse: area, mean and spread of the values in it.",
              "E zeichnet eine Ellipse: Fläche, Mittelwert und SD der Werte darin.")
    scene.key("e", pause=0.5)
    scene.drag(1, 640, 470, 80, 60)
    scene.say("P is the probe: the value at a point.", "P ist der Messpunkt: der Wert an dieser Stelle.")
    scene.key("p", pause=0.5)
    scene.click(760, 330)
    scene.wait(1)
    scene.chapter("Changing", "Ändern")
    scene.say("Drag an end to change it. Delete removes what is selected, Ctrl+Z brings it back.",
              "Ziehen Sie an einem Ende, um es zu ändern. Entf löscht, Strg+Z macht es rückgängig.")
    scene.key("Escape", pause=0.5)
    scene.drag(1, 690, 420, 30, 40)
    scene.key("Delete", pause=1)
    scene.key("ctrl+z", pause=2)
