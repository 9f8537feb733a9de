"""Getting help: learning, feedback, asking."""

PANES = {"worklist": False, "patient": False, "context": False}
PATIENT = "DEMO-0001"
PICTURES = {"topic": ("The video plays beside", 640, 46, 640, 514)}


def prepare(scene):
    scene.key("Right", pause=2)


def play(scene):
    scene.chapter("Learning", "Lernen")
    scene.say("F1 tells about the tool in your hand: a short video, a text, its keys.",
              "F1 erklärt das Werkzeug in Ihrer Hand: ein kurzes Video, ein Text, seine Tasten.")
    scene.key("F1", pause=2)
    scene.say("The video plays beside the images, never over them.", "Das Video läuft neben den Bildern, nie über ihnen.")
    scene.key("space", pause=3)
    scene.key("space", pause=0.5)
    scene.say("The arrow above it leads to all topics, with a search.",
              "Der Pfeil darüber führt zu allen Themen, mit einer Suche.")
    scene.click(982, 130)
    scene.wait(1.5)
    scene.chapter("People", "Menschen")
    scene.say("F3, or this button, asks the site's support team: they know where you are.",
              "F3 oder dieser Knopf ruft das Support-Team des Hauses: Es weiß, wo Sie sind.")
    scene.move(1054, 25)
    scene.say("F2 sends feedback about this page. You see exactly what is sent.",
              "F2 sendet eine Rückmeldung zu dieser Seite. Sie sehen genau, was gesendet wird.")
    scene.move(1090, 25)
    scene.wait(1)
