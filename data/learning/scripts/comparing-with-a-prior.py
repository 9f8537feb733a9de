"""Comparing with a prior."""

PANES = {"worklist": True, "patient": True, "context": False}
PICTURES = {"prior": ("The prior has a tinted line", 364, 48, 912, 540)}


def play(scene):
    scene.chapter("The prior", "Die Voraufnahme")
    scene.say("Open the study from the reading list.", "Öffnen Sie die Untersuchung aus der Befundliste.")
    scene.key("ctrl+f", pause=0.4)
    scene.type("chest with contrast")
    scene.key("Down", pause=0.5)
    scene.key("Return")
    scene.opened()
    scene.key("Right", pause=2)
    scene.say("Shift+C shows beside it the prior that answers best: same region, same plane.",
              "Umschalt+C zeigt daneben die Voraufnahme, die am besten passt: gleiche Region, gleiche Ebene.")
    scene.key("shift+c", pause=1)
    scene.still(6)
    scene.chapter("Scrolling together", "Gemeinsam blättern")
    scene.say("Y lets both scroll together, from where they are now.",
              "Y lässt beide gemeinsam blättern, von da an, wo sie gerade sind.")
    scene.key("y", pause=0.6)
    scene.move(600, 350)
    scene.wheel(14)
    scene.say("The prior has a tinted line on top: never mistake one for the other.",
              "Die Voraufnahme hat oben eine getönte Zeile: Verwechseln Sie sie nie.")
    scene.wait(2)
    scene.say("Y again: each by itself.", "Noch einmal Y: jedes für sich.")
    scene.key("y", pause=1)
    scene.wheel(5)
