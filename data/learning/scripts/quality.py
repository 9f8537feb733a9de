"""Checking before sending."""

PANES = {"worklist": False, "quality": True, "patient": True, "context": False}
PICTURES = {"list": ("Shift+F7 shows its page", 0, 44, 326, 322), "page": ("Shift+F7 shows its page", 956, 44, 324, 352)}


def play(scene):
    scene.chapter("What was found", "Was auffiel")
    scene.say("The quality list shows what has arrived, and what is wrong with it.",
              "Die Qualitätsliste zeigt, was angekommen ist und was daran nicht stimmt.")
    scene.key("F7", "Down", "Down", pause=0.8)
    scene.say("Return opens the study.", "Eingabe öffnet die Untersuchung.")
    scene.key("Return")
    scene.opened()
    scene.say("Shift+F7 shows its page: findings, with what to do about each.",
              "Umschalt+F7 zeigt ihre Auffälligkeiten und was jeweils zu tun ist.")
    scene.key("shift+F7", pause=2)
    scene.chapter("Before it leaves", "Bevor es hinausgeht")
    scene.say("F8 matches it to an order, Shift+F8 corrects values, Ctrl+Delete rejects images.",
              "F8 ordnet sie einem Auftrag zu, Umschalt+F8 korrigiert Werte, Strg+Entf verwirft Bilder.")
    scene.key("F8", pause=2.5)
    scene.key("Escape", pause=0.8)
    scene.say("Ctrl+F7 leads to the release: only what was released is sent.",
              "Strg+F7 führt zur Freigabe: Nur was freigegeben ist, wird gesendet.")
    scene.key("ctrl+F7", pause=2)
