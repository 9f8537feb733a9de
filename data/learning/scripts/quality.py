"""Checking before sending."""

PANES = {"worklist": False, "quality": True, "patient": True, "context": False}


def play(scene):
    scene.chapter("What was found", "Was gefunden wurde")
    scene.say("The quality list shows what has arrived, and what is wrong with it.",
              "Die Qualitätsliste zeigt, was angekommen ist und was daran nicht stimmt.")
    scene.key("F7", "Down", "Down", pause=0.8)
    scene.say("Return opens the study.", "Eingabe öffnet die Studie.")
    scene.key("Return")
    scene.opened()
    scene.say("Shift+F7 shows its page: findings, with what to do about each.",
              "Umschalt+F7 zeigt ihre Seite: Befunde, mit dem, was jeweils zu tun ist.")
    scene.key("shift+F7", pause=2)
    scene.chapter("Before it leaves", "Bevor es hinausgeht")
    scene.say("F8 matches it to an order, Shift+F8 corrects values, Ctrl+Delete rejects images.",
              "F8 ordnet sie einem Auftrag zu, Umschalt+F8 berichtigt Werte, Strg+Entf weist Bilder zurück.")
    scene.key("F8", pause=2.5)
    scene.key("Escape", pause=0.8)
    scene.say("Ctrl+F7 leads to the release: only what was released is sent.",
              "Strg+F7 führt zur Freigabe: Nur was freigegeben ist, wird gesendet.")
    scene.key("ctrl+F7", pause=2)
