#!/usr/bin/env python3
"""`hl7 parse`: one line per message with the fields of the contract, for people without; batches, frames, failures; and
over real messages the same values as a parser of a few lines that knows nothing of ours."""

import json
import os
import sys
import tempfile

sys.path.insert(0, os.path.join(os.environ.get("NEGATOSCOPE_SOURCE", "."), "tests", "python"))
import negtest  # noqa: E402

FOLDER = os.environ.get("NEGATOSCOPE_HL7", os.path.join(negtest.SOURCE, "..", "shared", "hl7"))
MESSAGE = ("MSH|^~\\&|RIS^1.2^ISO|HOSP|||20260101||ORM^O01^ORM_O01|77|P|2.5.1^DEU||||||8859/1\r"
           "PID|1|\"\"|1^^^X&1.2&ISO~2^^^Y||M\xfcller\\T\\S\xf6hne^Eva\r"
           "ZDS|1.2^^Application^DICOM|\r").encode("latin-1")


def parse(content, *options):
    with tempfile.NamedTemporaryFile(suffix=".hl7") as file:
        file.write(content)
        file.flush()
        return negtest.negatoscope("hl7", "parse", *options, file.name)


def parse_json(content):
    result = parse(content, "--json")
    return negtest.json_lines(result), result.returncode


def test_fields():
    lines, status = parse_json(MESSAGE)
    assert status == 0 and len(lines) == 1, (status, lines)
    message = lines[0]
    assert list(message) == ["type", "control_id", "version", "charset", "warnings", "segments"], list(message)
    assert message["type"] == "ORM^O01^ORM_O01", message["type"]
    assert message["control_id"] == "77"
    assert message["version"] == "2.5.1"
    assert message["charset"] == "ISO-8859-1"
    assert message["warnings"] == []
    header, patient, study = message["segments"]
    assert [segment["name"] for segment in message["segments"]] == ["MSH", "PID", "ZDS"]
    assert header["fields"][:4] == ["|", "^~\\&", [[["RIS"], ["1.2"], ["ISO"]]], "HOSP"], header
    assert len(header["fields"]) == 18
    assert patient["fields"] == ["1", '""', [[["1"], [""], [""], ["X", "1.2", "ISO"]], [["2"], [""], [""], ["Y"]]], "",
                                 [[["Müller&Söhne"], ["Eva"]]]], patient
    assert study["fields"] == [[[["1.2"], [""], ["Application"], ["DICOM"]]], ""], study


def test_absent():
    lines, status = parse_json(b"MSH|^~\\&|\r")
    assert status == 0
    assert [lines[0][name] for name in ("type", "control_id", "version")] == [None, None, None], lines
    assert lines[0]["charset"] == "ASCII"


def test_other_delimiters():
    lines, _ = parse_json(b"MSH#@*!%#A######ORM@O01#1#P#2.5\rPID#a@b%c*d#|^~\\&#!F!\r")
    assert lines[0]["type"] == "ORM^O01", lines
    assert lines[0]["segments"][0]["fields"][:2] == ["#", "@*!%"]
    assert lines[0]["segments"][1]["fields"] == [[[["a"], ["b", "c"]], [["d"]]], "|^~\\&", "#"], lines


def test_warnings():
    lines, status = parse_json("MSH|^~\\&|Zürich\rno name\r".encode())
    assert status == 0
    assert len(lines[0]["warnings"]) == 2, lines
    assert lines[0]["charset"] == "UTF-8"
    assert lines[0]["segments"][1] == {"name": "no name", "fields": []}


def test_batch():
    body = b"BHS|^~\\&|A\r" + MESSAGE + MESSAGE.replace(b"|77|", b"|78|") + b"BTS|3\r"
    lines, status = parse_json(body)
    assert status == 0
    assert [line["control_id"] for line in lines] == ["77", "78"]
    assert lines[0]["warnings"] == []
    assert lines[1]["warnings"] == ["BTS-1 says 3, there are 2"], lines[1]["warnings"]


def test_frames():
    lines, status = parse_json(b"\x0b" + MESSAGE + b"\x1c\r\r\n\x0b" + MESSAGE.replace(b"|77|", b"|78|") + b"\x1c")
    assert status == 0
    assert [line["control_id"] for line in lines] == ["77", "78"]
    lines, status = parse_json(b"\x0b" + MESSAGE + b"\x1c\r\x0bMSH|^~")
    assert status == 1
    assert lines[0]["control_id"] == "77"
    assert lines[1]["error"]["code"] == "truncated", lines[1]


def test_one_fails_of_many():
    lines, status = parse_json(MESSAGE + b"MSH|^^\\&|A\rPID|1\r" + MESSAGE)
    assert status == 1
    assert len(lines) == 3
    assert lines[1] == {"error": {"code": "inconsistent", "message": lines[1]["error"]["message"],
                                  "where": "MSH-2, byte 5"}}, lines[1]
    assert lines[2]["control_id"] == "77"


def test_failures():
    for content, code in ((b"", "unreadable"), (b"garbage", "unreadable"), (b"MSH", "inconsistent"),
                          (b"\xff\xfeM\0S\0H\0", "unsupported"), (b"BHS|^~\\&|\rBTS|0\r", "unreadable")):
        lines, status = parse_json(content)
        assert status == 1, content
        assert lines[0]["error"]["code"] == code, (content, lines)
    result = negtest.negatoscope("hl7", "parse", "--json", os.path.join(tempfile.gettempdir(), "no-such-file.hl7"))
    assert result.returncode == 1
    assert negtest.json_lines(result)[0]["error"]["code"] == "not-found"


def test_errors_hold_no_patient():
    result = parse(b"MSH|^^\\&|A\rPID|||SECRET\r", "--json")
    assert result.returncode == 1
    assert b"SECRET" not in result.stderr + result.stdout
    assert result.stderr.count(b"\n") == 1, result.stderr


def test_usage():
    for words in ([], ["parse"], ["send", "x"], ["parse", "a", "b"], ["parse", "--no-such", "a"]):
        result = negtest.negatoscope("hl7", *words)
        assert result.returncode == 2, (words, result.returncode)
        assert result.stderr.count(b"\n") == 1, result.stderr
    result = negtest.negatoscope("hl7", "--help")
    assert result.returncode == 0 and b"parse FILE" in result.stdout
    assert b"hl7" in negtest.negatoscope("--help").stdout


def test_for_people():
    result = parse(MESSAGE + b"NTE|1||\x1b[2J\x9b\r")
    text = result.stdout.decode()
    assert result.returncode == 0
    assert text.startswith("# ORM^O01^ORM_O01  77  2.5.1^DEU  "), text
    assert "   5  Müller\\T\\Söhne^Eva\n" in text, text
    assert "\x1b" not in text and "\x9b" not in text
    assert "\\x1B[2J" in text


def test_hostile_size():
    """A million delimiters are the limit, and quickly said."""
    lines, status = parse_json(b"MSH|^~\\&|" + b"|" * 1100000)
    assert status == 1
    assert lines[0]["error"]["code"] == "size-overflow"


# --- real messages, against a parser that is as short as can be ---

def unescape(text, marks, charset):
    """Only what the messages hold: the delimiters, hexadecimal bytes, line breaks."""
    field, component, repetition, escape, subcomponent = marks
    if not escape or escape not in text:
        return text
    known = {"F": field, "S": component, "R": repetition, "E": escape, "T": subcomponent or "&", "H": "", "N": "",
             ".br": "\n"}
    pieces, out, i = text.split(escape), "", 1
    out = pieces[0]
    while i < len(pieces):
        inside = pieces[i]
        closed = i + 1 < len(pieces)
        if closed and inside in known:
            out += known[inside] + pieces[i + 1]
            i += 2
        elif closed and inside[:1] == "X" and len(inside) % 2 == 1 and len(inside) > 1:
            out += bytes.fromhex(inside[1:]).decode(charset) + pieces[i + 1]
            i += 2
        else:
            out += escape + inside
            i += 1
    return out


def simple_parse(text, charset):
    """Segments of one message as [name, field...], a field as the command prints it."""
    ends = "\r" if "\r" in text else "\n"
    lines = [line.lstrip("\n") if ends == "\r" else line for line in text.split(ends)]
    lines = [line for line in lines if line]
    marks = [lines[0][3], *(lines[0].split(lines[0][3])[1] + "\0\0\0\0")[:4]]
    marks = [mark if mark != "\0" else "" for mark in marks]
    field_mark, component, repetition, _, subcomponent = marks

    def cut(value, mark):
        return value.split(mark) if mark else [value]

    def read(value):
        if not any(mark and mark in value for mark in (component, repetition, subcomponent)):
            return unescape(value, marks, charset)
        return [[[unescape(sub, marks, charset) for sub in cut(part, subcomponent)] for part in cut(one, component)]
                for one in cut(value, repetition)]

    segments = []
    for number, line in enumerate(lines):
        name, *fields = line.split(field_mark)
        if number == 0:
            segments.append([name, field_mark, fields[0], *map(read, fields[1:])])
        else:
            segments.append([name, *map(read, fields)])
    return segments


def check_file(path):
    with open(path, "rb") as file:
        content = file.read()
    lines, status = parse_json(content)
    assert status == 0, path
    if len(lines) != 1 or content.startswith((b"FHS", b"BHS")):
        return len(lines), 0
    message = lines[0]
    charset = {"ASCII": "ascii", "UTF-8": "utf-8-sig", "ISO-8859-1": "latin-1"}[message["charset"]]
    text = content.decode(charset)
    if text.split("|")[1].count("\\") == 2:
        return 1, 0  # ^~\\&: whoever takes it by its places splits at backslashes
    expected = simple_parse(text, "latin-1" if charset == "latin-1" else "utf-8")
    found = [[segment["name"], *segment["fields"]] for segment in message["segments"]]
    assert found == expected, next((a, b) for a, b in zip(found, expected) if a != b)
    return 1, sum(len(segment) - 1 for segment in found)


def test_real(tap):
    if not os.path.isdir(FOLDER):
        tap.skip("real messages", "no folder of HL7 messages")
        return
    names = sorted(name for name in os.listdir(FOLDER) if name.endswith(".hl7"))
    counts = []
    for name in names:
        tap.run(name, lambda: counts.append(check_file(os.path.join(FOLDER, name))))
    print(f"# {len(names)} files, {sum(n for n, _ in counts)} messages, {sum(n for _, n in counts)} fields compared")


def main():
    tap = negtest.Tap()
    for name, function in list(globals().items()):
        if name.startswith("test_") and name != "test_real":
            tap.run(name[5:].replace("_", " "), function)
    test_real(tap)
    tap.done()


main()
