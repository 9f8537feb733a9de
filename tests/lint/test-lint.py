#!/usr/bin/python3
"""Holds the tree to tests/lint/rules.py, and each rule to a small tree that breaks it."""
import os
import sys
import tempfile

SOURCE = os.environ.get('NEGATOSCOPE_SOURCE') or os.path.join(os.path.dirname(__file__), '../..')
sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(SOURCE, 'tests/python'))
import negtest  # noqa: E402
import rules  # noqa: E402

TABLE = '''
| folder | what | may include |
|---|---|---|
| `base` | errors | GLib, GIO |
| `model` | objects | base |
| `engine` | the engine program | base model |
| `ui` | widgets | all but engine |
'''
GOOD = {
    'src/DESIGN.md': TABLE,
    'src/base/DESIGN.md': 'Errors.',
    'src/base/neg-a.h': '#pragma once\n#include <glib.h>\n',
    'src/base/neg-a.c': '#include "config.h"\n#include "base/neg-a.h"\n/* never #include "model/neg-b.h", nor gets () */\n'
                        'void\nf (void)\n{\n  g_print ("system (1) {");\n}\n',
    'src/engine/DESIGN.md': 'Engine.',
    'src/engine/neg-d.cc': '#include <dcmtk/dcmdata/dctk.h>\n#include "model/neg-b.h"\n',
    'src/model/DESIGN.md': 'Objects.',
    'src/model/neg-b.h': '#pragma once\n#include "base/neg-a.h"\n',
    'src/ui/DESIGN.md': 'Widgets.',
    'src/ui/neg-w.c': '#include <gtk/gtk.h>\n#include <epoxy/gl.h>\n#include "model/neg-b.h"\n',
    'src/main.c': '#include <gtk/gtk.h>\n#include "ui/neg-w.h"\n',
    'README.md': 'x',
    '.editorconfig': '',
}


def function(name, lines):
    return f'static void\n{name} (int a, void (*b) (int))\n{{\n' + '  a++;\n' * (lines - 2) + '}\n'


# Rule, file, content, and how many findings it must give.
BAD = [
    (rules.layers, 'src/base/neg-x.c', '#include "model/neg-b.h"\n', 1),
    (rules.layers, 'src/base/neg-x.c', '#include <model/neg-b.h>\n', 1),
    (rules.layers, 'src/ui/neg-x.c', '#include "engine/neg-e.h"\n', 1),
    (rules.layers, 'src/main.c', '#include "engine/neg-e.h"\n', 1),
    (rules.layers, 'src/ui/neg-x.c', '#include "../engine/neg-e.h"\n', 1),
    (rules.layers, 'src/other/neg-x.c', 'int a;\n', 1),
    (rules.layers, 'src/DESIGN.md', 'no table\n', None),
    (rules.fences, 'src/model/neg-x.c', '#include <epoxy/gl.h>\n#include <gtk/gtk.h>\n', 2),
    (rules.fences, 'src/model/neg-x.c', '#include <openjpeg.h>\n#include <archive.h>\n#include <seccomp.h>\n', 3),
    (rules.fences, 'src/reading/neg-x.c', '#include <gst/gst.h>\n#include <jpeglib.h>\n#include <cairo.h>\n', 3),
    (rules.fences, 'src/engine/neg-x.c', '#  include <gdk/gdk.h>\n', 1),
    (rules.dcmtk_in_cxx, 'src/engine/neg-x.h', '#include <dcmtk/dcmdata/dctk.h>\n', 1),
    (rules.dcmtk_in_cxx, 'tests/unit/test-x.c', '#include "dcmtk/dcmdata/dctk.h"\n', 1),
    (rules.cxx_in_engine, 'src/ui/neg-x.cc', 'int a;\n', 1),
    (rules.cxx_in_engine, 'tests/unit/test-x.cpp', 'int a;\n', 1),
    (rules.file_lengths, 'src/base/neg-x.c', 'int a;\n' * 1001, 1),
    (rules.file_lengths, 'src/base/neg-x.c', 'int a;\n' * 999, 0),
    (rules.function_lengths, 'src/base/neg-x.c', function('f', 81), 1),
    (rules.function_lengths, 'src/base/neg-x.c', function('f', 80) + function('g', 80), 0),
    (rules.function_lengths, 'src/base/neg-x.c',
     'G_DEFINE_TYPE (X, x, Y)\n' + function('neg_x_class_init', 120), 0),
    (rules.function_lengths, 'src/base/neg-x.c', function('neg_x_class_init', 121), 1),
    (rules.function_lengths, 'src/base/neg-x.c', 'static int a[] = {\n' + '  1,\n' * 200 + '};\n', 0),
    (rules.function_lengths, 'src/engine/neg-x.cc',
     'namespace neg {\nclass A {\n  int f () const noexcept {\n' + '    g ();\n' * 90 + '  }\n};\n}\n', 1),
    (rules.function_lengths, 'tests/test-x.c', function('f', 90), 1),
    (rules.banned_calls, 'src/base/neg-x.c', 'void f (void) { strcpy (a, b); x = atoi(c); }\n', 2),
    (rules.banned_calls, 'src/base/neg-x.c', 'void f (void) { g_strtok_x (a); self->system (b); }\n', 0),
    (rules.words, 'src/base/neg-x.c', '/* TO' 'DO: later */\n', 1),
    (rules.words, 'data/a.xml', '<p>/ho' 'me/someone/x</p>\n', 1),
    (rules.design_notes, 'src/wire/neg-x.c', 'int a;\n', 1),
    (rules.top_level, 'notes.txt', 'x', 1),
    (rules.header_guards, 'src/base/neg-x.h', 'int a;\n', 1),
    (rules.patient_texts, 'src/ui/neg-x.c', 'void f (void) { gtk_label_set_text (label, entry->patient_name); }\n', 1),
    (rules.patient_texts, 'src/ui/neg-x.c', 'void f (void) { char *a = neg_text_dup_shown (NEG_TEXT_ID, i->patient_id); }\n', 0),
    (rules.patient_texts, 'src/ui/neg-x.c', 'void f (void) { char *a = neg_text_dup_shown (NEG_TEXT_SITE, i->patient_id); }\n', 1),
    (rules.patient_texts, 'src/ui/neg-x.c', 'void f (void) { char *t = g_strdup (row->accession); g (t); }\n', 1),
    (rules.patient_texts, 'src/reading/neg-x.c', 'void f (void) { g (neg_series_get_title (series)); }\n', 1),
    (rules.patient_texts, 'src/ui/neg-x.c', 'void f (void) { char *a = neg_caption_dup_person (e->referrer); }\n', 0),
    (rules.patient_texts, 'src/ui/neg-object-saver.c', 'void f (void) { gtk_label_new (e->patient_id); a = b->patient_id; }\n', 1),
]


def plant(root, tree):
    for path, content in tree.items():
        where = os.path.join(root, path)
        os.makedirs(os.path.dirname(where), exist_ok=True)
        with open(where, 'w', encoding='utf-8') as file:
            file.write(content)


def findings_of(rule, tree):
    with tempfile.TemporaryDirectory() as root:
        plant(root, tree)
        return rule(root)


def cases(source):
    for rule in rules.RULES:
        yield f'tree: {rule.__name__}', rule(source)
    for rule in rules.RULES:
        yield f'good sample: {rule.__name__}', findings_of(rule, GOOD)
    for number, (rule, path, content, expected) in enumerate(BAD, 1):
        found = findings_of(rule, {**GOOD, path: content})
        wrong = not found if expected is None else len(found) != expected
        yield (f'bad sample {number}: {rule.__name__}',
               [f'{expected} findings expected, these came: {found}'] if wrong else [])
    untested = {rule.__name__ for rule in rules.RULES} - {case[0].__name__ for case in BAD}
    yield 'every rule has a bad sample', sorted(untested)


def main():
    tap = negtest.Tap()
    for name, findings in cases(SOURCE):
        tap.ok(not findings, name, '\n'.join(findings))
    for path, count in rules.long_files(SOURCE):
        print(f'# {path}: {count} lines asks for a split')
    tap.done()


if __name__ == '__main__':
    main()
