#!/usr/bin/env python3
"""`hl7 send` and `orders`: the fields of the contract, exit statuses, what is said where something is wrong."""

import os
import re
import sys
import tempfile

sys.path.insert(0, os.path.join(os.environ.get("NEGATOSCOPE_SOURCE", "."), "tests", "python"))
import hostile_peers as hostile  # noqa: E402
import negtest  # noqa: E402
from hl7_peers import Hl7Home, Receiver, acknowledge, order  # noqa: E402
from peers import free_port  # noqa: E402

FIELDS = ["order_key", "study_uid", "patient_id", "issuer", "patient_name", "accession", "procedure", "modality",
          "priority", "scheduled", "status", "claimed_by", "instances_here", "instances_there", "priors", "priors_here"]
STUDY = "1.2.3.77"


def send(agent, port, *messages, options=("--json",)):
    with tempfile.NamedTemporaryFile(suffix=".hl7") as file:
        file.write(b"".join(messages))
        file.flush()
        return agent.run("hl7", "send", f"127.0.0.1:{port}", file.name, *options)


def lines(result, status):
    found = negtest.json_lines(result)
    assert result.returncode == status, (result.returncode, found, result.stderr)
    return found


def nothing_yet():
    with tempfile.TemporaryDirectory() as home:
        result = negtest.negatoscope("orders", "--home", home, "--json")
        assert (result.returncode, result.stdout.strip()) == (0, b"[]"), (result.stdout, result.stderr)
        assert not os.listdir(home), "reading has written"


def is_acknowledged(agent):
    answer, = lines(send(agent, agent.hl7_port, order("M1", "P1")), 0)
    assert list(answer) == ["ack", "control_id", "text", "ms"], answer
    assert (answer["ack"], answer["control_id"]) == ("AA", "M1") and answer["ms"] > 0, answer
    text = send(agent, agent.hl7_port, order("M2", "1", name="OTHER^TWO", patient="PAT2"), options=())
    assert text.returncode == 0 and re.fullmatch(r"AA M2 .*\(\d+ ms\)\n", text.stdout.decode()), text.stdout


def a_file_of_several(agent):
    answers = lines(send(agent, agent.hl7_port, order("M3", "P3"), order("M4", "P3", code="CA", status="CA")), 0)
    assert [answer["control_id"] for answer in answers] == ["M3", "M4"], answers


def stops_at_a_refusal(agent):
    """Those behind it may rest on it."""
    def refuse(link, message):
        link.sendall(acknowledge("AE", message.split(b"|")[9].decode(), "no such thing"))

    with Receiver(refuse) as receiver:
        answer, = lines(send(agent, receiver.port, order("M5", "P5"), order("M6", "P6")), 1)
        assert (answer["ack"], answer["control_id"], answer["text"]) == ("AE", "M5", "no such thing"), answer
        assert len(receiver.got) == 1, receiver.got


def says_what_is_wrong(agent):
    port = free_port()
    result = send(agent, port, order("M7", "P7", name="SECRET^NAME"))
    assert result.returncode == 1 and not result.stdout, result
    assert result.stderr.count(b"\n") == 1 and f"127.0.0.1:{port}".encode() in result.stderr, result.stderr
    assert b"SECRET" not in result.stderr, result.stderr
    missing = agent.run("hl7", "send", f"127.0.0.1:{agent.hl7_port}", "/nonexistent.hl7", "--json")
    assert missing.returncode == 1 and b"nonexistent.hl7" in missing.stderr, missing
    garbage = send(agent, agent.hl7_port, b"\0\1 no message")
    assert garbage.returncode == 1, garbage


def wrong_usage(agent):
    for words in (["hl7", "send"], ["hl7", "send", "127.0.0.1:1"], ["orders", "something"], ["orders", "--nonsense"]):
        result = agent.run(*words)
        assert result.returncode == 2 and result.stderr, (words, result)


def are_listed(agent):
    orders = agent.ask("orders")
    for found in orders:
        missing = [field for field in FIELDS if field not in found]
        assert not missing, (missing, found)
    newest, second, first = orders
    assert (first["order_key"], first["accession"]) == ("AP1", "AP1"), first
    assert (first["patient_id"], first["issuer"], first["patient_name"]) == ("PAT1", "ISS", "TEST^ONE"), first
    assert (first["procedure"], first["modality"], first["status"]) == ("CT head", "CT", "scheduled"), first
    assert (first["priority"], first["scheduled"], first["study_uid"]) == ("routine", "20260103080000", ""), first
    assert (first["claimed_by"], first["instances_here"], first["priors"]) == (None, 0, 0), first
    assert second["patient_id"] == "PAT2", second
    assert (newest["placer"], newest["status"]) == ("P3", "canceled"), newest
    text = agent.run("orders").stdout.decode().splitlines()
    assert len(text) == 4 and "TEST^ONE" in text[3] and "canceled" in text[1], text


def has_images(agent):
    with hostile.Caller(agent.port, [(hostile.CT_STORAGE, hostile.IMPLICIT)]) as caller:
        assert caller.store(hostile.small_ct(STUDY + ".1", study=STUDY, patient="PAT2", name="OTHER^TWO"), STUDY + ".1") == 0
        assert caller.release()
    found = next(one for one in agent.ask("orders") if one["placer"] == "1")
    assert (found["study_uid"], found["instances_here"]) == (STUDY, 1), found


def main():
    tap = negtest.Tap()
    tap.run("no order, no archive", nothing_yet)
    with Hl7Home("default-issuer=ISS", dicom="accept-unknown=true\ndefault-issuer=ISS\n") as agent:
        tap.run("what is sent is acknowledged", is_acknowledged, agent)
        tap.run("a file of several messages", a_file_of_several, agent)
        tap.run("a refusal ends it", stops_at_a_refusal, agent)
        tap.run("what is wrong is said, without a name", says_what_is_wrong, agent)
        tap.run("wrong usage", wrong_usage, agent)
        tap.run("orders are listed, newest first", are_listed, agent)
        tap.run("an order has images", has_images, agent)
    tap.done()


if __name__ == "__main__":
    main()
