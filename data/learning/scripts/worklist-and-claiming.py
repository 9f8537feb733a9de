"""Reading list: claiming, details, finishing."""

PANES = {"worklist": True, "patient": True, "context": False}
PICTURES = {"claimed": ("In the reading list, C claims", 0, 44, 326, 306)}


def play(scene):
    scene.chapter("Claiming", "Übernehmen")
    scene.say("In the reading list, C claims a study: others see that you read it.",
              "In der Befundliste übernimmt C eine Untersuchung: Andere sehen, wer sie befundet.")
    scene.key("F9", "Down", pause=0.6)
    scene.key("c", pause=1.5)
    scene.say("Space shows details and priors of the row, and hides them again.",
              "Die Leertaste zeigt Details und Voraufnahmen der Zeile und verbirgt sie wieder.")
    scene.key("space", pause=1.8)
    scene.key("space", pause=0.8)
    scene.chapter("Reading", "Befunden")
    scene.say("Return opens the study.", "Eingabe öffnet die Untersuchung.")
    scene.key("Return")
    scene.opened()
    scene.say("Ctrl+Return: finished, and the next unread study comes.",
              "Strg+Eingabe: fertig, und die nächste ungelesene kommt.")
    scene.key("ctrl+Return", pause=1)
    scene.opened()
    scene.say("Shift+C in the list releases a claim: somebody else may read it.",
              "Umschalt+C in der Liste hebt eine Übernahme auf: Jemand anderes darf sie befunden.")
    scene.key("F9", pause=0.8)
    scene.key("shift+c", pause=1.2)
