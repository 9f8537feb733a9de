"""Finding a study: the reading list, its search, studies and series of a patient."""

PANES = {"worklist": True, "patient": True, "context": False}
PICTURES = {"search": ("Ctrl+F goes to the search", 0, 44, 326, 250),
            "studies": ("Below are the patient's other studies", 0, 376, 326, 390)}


def play(scene):
    scene.chapter("The reading list", "Die Befundliste")
    scene.say("The reading list shows what there is to read, the newest first.",
              "Die Befundliste zeigt, was zu befunden ist, das Neueste zuerst.")
    scene.key("F9", "Down", "Down", "Up", "Up", pause=0.5)
    scene.say("Ctrl+F goes to the search: name, ID, accession number or description.",
              "Strg+F führt zur Suche: Name, ID, Zugangsnummer oder Beschreibung.")
    scene.key("ctrl+f", pause=0.6)
    scene.type("chest ct")
    scene.say("Arrow down leads into the list, Return opens the study.",
              "Pfeil ab führt in die Liste, Eingabe öffnet die Untersuchung.")
    scene.key("Down", pause=1)
    scene.key("Return")
    scene.opened()
    scene.chapter("Series and studies", "Serien und Untersuchungen")
    scene.say("On the left: all studies of this patient, with their series.",
              "Links: alle Untersuchungen dieses Patienten mit ihren Serien.")
    scene.wait(1)
    scene.say("Arrow right shows the next series, arrow left the one before.",
              "Pfeil rechts zeigt die nächste Serie, Pfeil links die vorige.")
    scene.key("Right", pause=1.6)
    scene.key("Right", pause=1.6)
    scene.key("Left", pause=1)
    scene.say("Below are the patient's other studies, the one that compares best first.",
              "Darunter seine anderen Untersuchungen, die am besten vergleichbare zuerst.")
    scene.move(120, 620)
    scene.say("F9 goes back to the list.", "F9 führt zurück zur Liste.")
    scene.key("F9", pause=1)
