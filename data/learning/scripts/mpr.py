"""Planes of a volume."""

PANES = {"worklist": False, "patient": False, "context": False}
PATIENT = "DEMO-0001"
PICTURES = {"planes": ("The wheel moves a plane",),
            "rendering": ("Q chooses what the fourth viewport", 660, 410, 620, 360)}


def prepare(scene):
    scene.key("Right", pause=3)


def play(scene):
    scene.chapter("Three planes", "Drei Ebenen")
    scene.say("M makes planes of the volume: axial, coronal, sagittal.",
              "M macht Ebenen aus dem Volumen: axial, koronal, sagittal.")
    scene.key("m")
    scene.still(8)
    scene.say("The wheel moves a plane; the lines say where the others are.",
              "Das Mausrad verschiebt eine Ebene, die Linien zeigen, wo die anderen liegen.")
    scene.move(420, 250)
    scene.wheel(10)
    scene.say("Drag a line to move that plane.", "Ziehen Sie an einer Linie, um diese Ebene zu verschieben.")
    scene.wait(1)
    scene.chapter("Slabs", "Schichtpakete")
    scene.say("Shift+Page Up makes the slab thicker; Shift+M: MIP, MinIP, mean.",
              "Umschalt+Bild auf: dickeres Schichtpaket; Umschalt+M: MIP, MinIP, Mittelwert.")
    scene.key("shift+Prior", "shift+Prior", "shift+Prior", pause=0.6)
    scene.key("shift+m", pause=1.5)
    scene.say("Q chooses what the fourth viewport shows: a free plane, or the whole volume.",
              "Q wählt, was der vierte Viewport zeigt: eine freie Ebene oder das ganze Volumen.")
    scene.key("q", pause=2)
    scene.say("M goes back to the images.", "M führt zurück zu den Bildern.")
    scene.key("m", pause=1)
