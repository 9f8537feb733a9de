#!/usr/bin/python3
"""`hl7 parse` over real messages against two parsers of other people, python3-hl7 and @medplum/core: the same segments, and
in each field the same repetitions, components and subcomponents. Where one of them differs, KNOWN says who is right."""
import functools
import json
import os
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'python'))
import negtest  # noqa: E402

FOLDER = os.environ.get('NEGATOSCOPE_HL7', os.path.join(negtest.SOURCE, '..', 'shared', 'hl7'))
MEDPLUM = os.environ.get('NEGATOSCOPE_MEDPLUM', os.path.join(negtest.BUILD, 'medplum'))
SCRIPT = os.path.join(negtest.SOURCE, 'tests', 'integration', 'medplum_parse.js')

# (parser, file, segment, field), None for the number of segments: who is right, and why. Every line must be met, and
# nothing else may differ.
KNOWN = {
    ('python3-hl7', 'hapi_oru_encchars.hl7', 'OBX', 11): 'we: it strips the whole message; a space is data',
    ('python3-hl7', 'hapi_oru_r01_24.hl7', 'OBX', 5): 'we: highlighting has no character of its own (2.7.1), it writes _',
    ('medplum', 'hapi_oru_r01_24.hl7', 'OBX', 5): 'we: the same, as the escapes are read by python3-hl7 here, too',
    ('medplum', 'lfh_orm_o01_4.hl7', None, None): 'we: only a CR ends a segment (2.5.2), it takes line feeds in a text for one',
    ('medplum', 'lfh_orm_o01_8.hl7', None, None): 'we: the same',
}


def files():
    if not os.path.isdir(FOLDER):
        raise negtest.Skip('no folder of HL7 messages (NEGATOSCOPE_HL7)')
    return sorted(name for name in os.listdir(FOLDER) if name.endswith('.hl7'))


@functools.cache
def ours(name):
    return negtest.json_lines(negtest.negatoscope('hl7', 'parse', '--json', os.path.join(FOLDER, name)))


def nested(field):
    return field if isinstance(field, list) else [[[field]]]


def texts(name, charsets):
    """The messages as texts with a CR behind each segment: what is cut there is what the rules of a connection say, and
    what stands before the first header of a file, behind the trailer of a batch or in a remark is of no message."""
    with open(os.path.join(FOLDER, name), 'rb') as file:
        content = file.read()
    content = content.removeprefix(b'\xef\xbb\xbf')
    by_cr = b'\r' in content
    lines = [line.removeprefix(b'\n') if by_cr else line for line in content.split(b'\r' if by_cr else b'\n')]
    messages, inside = [], False
    for line in lines:
        if line.startswith(b'MSH'):
            messages.append([])
        inside = line.startswith(b'MSH') or inside and not line.startswith((b'//', b'/*', b'BHS', b'BTS', b'FHS', b'FTS'))
        if inside and line.strip(b'\n'):
            messages[-1].append(line)
    return ['\r'.join(line.decode({'ASCII': 'ascii'}.get(charset, charset)) for line in message) + '\r'
            for message, charset in zip(messages, charsets, strict=True)]


def python_part(part):
    """A field of python3-hl7, which leaves out the levels that it has no need of."""
    def level(value, depth):
        if depth == 0:
            return str(value)
        if isinstance(value, str):
            return [level(value, depth - 1)]
        return [level(item, depth - 1) for item in value]
    return level(part, 3)


def python_parse(text):
    import hl7
    message = hl7.parse(text)
    return [(str(segment[0]), [python_part(field) for field in segment[1:]]) for segment in message], message


def unescaped(message, value):
    return message.unescape(value).replace('\r', '\n')


def strip_header(name, fields):
    """MSH-1 and MSH-2 are the delimiters, which each parser keeps in its own way."""
    return fields[2:] if name == 'MSH' else fields


def compare(parser, name, our_segments, their_segments, read, met):
    wrong = []
    if len(our_segments) != len(their_segments) and (parser, name, None, None) in KNOWN:
        met[parser, name, None, None] = True
        return []
    if len(our_segments) != len(their_segments):
        return [f'{parser} {name}: {len(our_segments)} segments, {len(their_segments)} there']
    for segment, (their_name, their_fields) in zip(our_segments, their_segments):
        if not segment['fields']:
            continue
        our_fields = strip_header(segment['name'], [nested(field) for field in segment['fields']])
        if segment['name'] != their_name or len(our_fields) != len(their_fields):
            wrong.append(f'{parser} {name} {segment["name"]}: {len(our_fields)} fields, {len(their_fields)} of {their_name}')
            continue
        first = 3 if segment['name'] == 'MSH' else 1
        for number, (field, other) in enumerate(zip(our_fields, their_fields), first):
            if field == read(other):
                met['values'] += 1
                continue
            place = (parser, name, segment['name'], number)
            if place in KNOWN:
                met[place] = True
            else:
                wrong.append(f'{place}: {field!r} {read(other)!r}')
    return wrong


def walk(value, function):
    return [walk(item, function) for item in value] if isinstance(value, list) else function(value)


def check(parser, parse_all):
    met, wrong, n = {'values': 0}, [], 0
    named = [(name, line['segments'], text) for name in files()
             for line, text in zip(ours(name), texts(name, [line['charset'] for line in ours(name)]), strict=True)]
    for (name, our_segments, _), (segments, read) in zip(named, parse_all([text for *_, text in named]), strict=True):
        wrong += compare(parser, name, our_segments, segments, read, met)
        n += 1
    unmet = [place for place in KNOWN if place[0] == parser and place not in met]
    print(f'# {parser}: {n} messages, {met["values"]} fields alike, {len(met) - 1} places where it differs')
    assert not wrong and not unmet, '\n'.join(wrong[:40] + [f'not met: {place}' for place in unmet])
    assert n > 0 and met['values'] > 1000, (n, met['values'])


def need_python_hl7():
    try:
        import hl7
    except ImportError:
        raise negtest.Skip('no python3-hl7') from None
    return hl7


def test_python_hl7():
    need_python_hl7()

    def parse_all(messages):
        for text in messages:
            segments, message = python_parse(text)
            segments = [(name, strip_header(name, fields)) for name, fields in segments]
            yield segments, lambda field, message=message: walk(field, lambda value: unescaped(message, value))
    check('python3-hl7', parse_all)


def test_medplum():
    if not os.path.isdir(os.path.join(MEDPLUM, 'node_modules', '@medplum', 'core')):
        raise negtest.Skip('no @medplum/core (NEGATOSCOPE_MEDPLUM)')

    hl7 = need_python_hl7()

    def parse_all(messages):
        done = subprocess.run(['node', SCRIPT], input=json.dumps([text.rstrip('\r') for text in messages]), capture_output=True, text=True, timeout=60,
                              env={**os.environ, 'MEDPLUM_FOLDER': MEDPLUM}, check=True)
        for text, segments in zip(messages, json.loads(done.stdout), strict=True):
            assert isinstance(segments, list), segments
            # It leaves the escapes to its users; what they stand for is python3-hl7's to say.
            message = hl7.parse(text)
            named = [(fields[0][0][0][0], fields[1:]) for fields in segments]
            named = [(name, fields[1:] if name == 'MSH' else fields) for name, fields in named]
            yield named, lambda field, message=message: walk(field, lambda value: unescaped(message, value))
    check('medplum', parse_all)


if __name__ == '__main__':
    tap = negtest.Tap()
    tap.run('the same fields as python3-hl7', test_python_hl7)
    tap.run('the same fields as @medplum/core', test_medplum)
    tap.done()
