"""The rules of the tree that a compiler does not hold. Each takes the root folder and returns findings as text."""
import os
import re

SOURCE_SUFFIXES = ('.c', '.h', '.cc', '.hh')
WARN_LINES, MAX_LINES = 700, 1000
MAX_FUNCTION_LINES, MAX_CLASS_INIT_LINES = 80, 120
TOP_LEVEL = {'meson.build', 'meson_options.txt', 'src', 'data', 'po', 'shaders', 'tests', 'flatpak', 'README.md',
             'LICENSE', 'dev'}
TOP_LEVEL_IGNORED = re.compile(r'(\.|build)')

BANNED = {
    'strcpy': 'g_strlcpy', 'strcat': 'g_strlcat', 'sprintf': 'g_snprintf', 'gets': 'g_input_stream_read',
    'system': 'g_subprocess_new', 'popen': 'g_subprocess_new', 'atoi': 'g_ascii_string_to_signed',
    'atof': 'g_ascii_strtod', 'strtok': 'g_strsplit', 'mktemp': 'g_mkstemp', 'alloca': 'g_try_malloc',
}
BANNED_CALL = re.compile(r'(?<![\w.>])(%s)\s*\(' % '|'.join(BANNED))
# Halves, so that this file does not find itself.
OPEN_WORK = re.compile(r'\b(%s)\b' % '|'.join(('TO' 'DO', 'FIX' 'ME', 'XX' 'X', 'HA' 'CK')))
MACHINE_PATH = re.compile(r'(?<![\w.~-])/(work|home|root|Users|%s)/' % ('t' 'mp'))
INCLUDE = re.compile(r'^\s*#\s*include\s+([<"])([^>"]+)[>"]', re.MULTILINE)

# Who may include the headers of other people's libraries: (pattern, folders, words).
FENCES = [
    (re.compile(r'(dcmtk/|openjpeg|openjph/|charls|turbojpeg|archive\.h|archive_entry\.h|seccomp\.h|curl/)'),
     ('src/engine',), 'belongs to src/engine'),
    (re.compile(r'jpeglib'), ('src/engine', 'src/export'), 'belongs to src/engine and src/export'),
    (re.compile(r'openssl/'), ('src/engine', 'src/store'), 'belongs to src/engine and src/store'),
    (re.compile(r'gst/'), ('src/engine/neg-vet-module.c', 'src/export', 'src/media'), 'belongs to src/export, src/media and neg-vet-module.c'),
    (re.compile(r'(cairo|pango)[-\w.]*(/|\.h)'), ('src/export', 'src/ui'), 'belongs to src/export and src/ui'),
    (re.compile(r'epoxy/'), ('src/render', 'src/ui'), 'belongs to src/render and src/ui'),
    (re.compile(r'(gtk|gdk|gsk|graphene)[-\w.]*(/|\.h)'), ('src/ui', 'src/main.c'),
     'belongs to src/ui and src/main.c'),
]


def read(path):
    with open(path, encoding='utf-8', errors='replace') as file:
        return file.read()


def files(root, folder, suffixes=SOURCE_SUFFIXES):
    """Paths relative to root, sorted."""
    found = []
    for where, folders, names in os.walk(os.path.join(root, folder)):
        folders[:] = [name for name in folders if name != '__pycache__']
        found += [os.path.relpath(os.path.join(where, name), root) for name in names if name.endswith(suffixes)]
    return sorted(found)


def blank_comments(text, strings=False):
    """Comments (and, when asked, the insides of literals) as spaces; line numbers stay."""
    def blank(match):
        word = match.group(0)
        if word[0] == '/' or strings:
            return word[0] + re.sub(r'[^\n]', ' ', word[1:-1]) + word[-1] if word[0] != '/' else \
                re.sub(r'[^\n]', ' ', word)
        return word
    return re.sub(r'//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"|(?<![0-9a-fA-F])\'(?:\\.|[^\'\\\n])*\'', blank, text,
                  flags=re.DOTALL)


def line_of(text, position):
    return text.count('\n', 0, position) + 1


# --- includes ---

def include_table(root):
    """{folder: set of folders it may include}, read from the table of src/DESIGN.md."""
    rows = re.findall(r'^\| `(\w+)` \|[^|]*\|([^|]*)\|\s*$', read(os.path.join(root, 'src/DESIGN.md')), re.MULTILINE)
    every = {name for name, _ in rows}
    table = {}
    for name, allowed in rows:
        words = set(re.findall(r'\w+', allowed))
        table[name] = every - words if 'all' in words else every & words
        table[name].add(name)
    return table


def layers(root):
    """Every #include of src/ against the table; what is beside the folders (main.c) may use all but the engine."""
    table = include_table(root)
    findings = [] if table else ['src/DESIGN.md: no table of folders']
    for path in files(root, 'src'):
        parts = path.split(os.sep)
        folder = parts[1] if len(parts) > 2 else None
        if folder is not None and folder not in table:
            findings.append(f'{path}: folder {folder} is not in the table of src/DESIGN.md')
            continue
        allowed = table[folder] if folder else set(table) - {'engine'}
        text = blank_comments(read(os.path.join(root, path)))
        for match in INCLUDE.finditer(text):
            target = match.group(2).split('/')[0]
            if '..' in match.group(2).split('/'):
                findings.append(f'{path}:{line_of(text, match.start())}: includes by a relative path: {match.group(2)}')
            elif '/' in match.group(2) and target in table and target not in allowed:
                findings.append(f'{path}:{line_of(text, match.start())}: {folder or "src"} may not include {target}')
    return findings


def fences(root):
    """Other people's libraries stay where they are fenced in."""
    findings = []
    for path in files(root, 'src'):
        text = blank_comments(read(os.path.join(root, path)))
        for match in INCLUDE.finditer(text):
            for pattern, homes, words in FENCES:
                if match.group(1) == '<' and pattern.match(match.group(2)) and not path.startswith(homes):
                    findings.append(f'{path}:{line_of(text, match.start())}: {match.group(2)} {words}')
    return findings


def dcmtk_in_cxx(root):
    """DCMTK's types do not leave the C++ of the engine."""
    findings = []
    for path in files(root, 'src') + files(root, 'tests'):
        if path.startswith('src/engine/') and path.endswith(('.cc', '.hh')):
            continue
        text = blank_comments(read(os.path.join(root, path)))
        findings += [f'{path}:{line_of(text, match.start())}: {match.group(2)} outside src/engine/*.cc and *.hh'
                     for match in INCLUDE.finditer(text) if match.group(2).startswith('dcmtk/')]
    return findings


def cxx_in_engine(root):
    """C++ files are the engine's."""
    suffixes = ('.cc', '.hh', '.cpp', '.hpp', '.cxx', '.hxx', '.C')
    return [f'{path}: C++ outside src/engine' for folder in ('src', 'tests', 'shaders', 'data')
            for path in files(root, folder, suffixes) if not path.startswith('src/engine/')]


# --- sizes ---

def file_lengths(root):
    return [f'{path}: {count} lines (at most {MAX_LINES})' for path, count in long_files(root) if count > MAX_LINES]


def long_files(root):
    """Files that ask to be split: (path, lines)."""
    found = []
    for folder in ('src', 'tests', 'shaders'):
        for path in files(root, folder, SOURCE_SUFFIXES + ('.py', '.glsl', '.ui')):
            count = read(os.path.join(root, path)).count('\n')
            if count > WARN_LINES:
                found.append((path, count))
    return found


def functions(text):
    """(name, first line, lines from brace to brace) of each function of a C or C++ file."""
    text = blank_comments(text, strings=True)
    text = re.sub(r'^[ \t]*#(?:[^\n]*\\\n)*[^\n]*', lambda m: '\n' * m.group(0).count('\n'), text, flags=re.MULTILINE)
    found, start, stack = [], 0, []
    for match in re.finditer(r'[{};]', text):
        if match.group(0) == '{':
            head = text[start:match.start()]
            plain = re.sub(r'\([^()]*(\([^()]*\)[^()]*)*\)', '()', head)
            # The last one: a macro without a semicolon, such as G_DEFINE_TYPE (), may stand before it.
            names = re.findall(r'([~\w]+)\s*\(\)', plain)
            outside = all(kind == 'scope' for kind, _, _ in stack)
            if outside and names and '=' not in plain and not re.match(r'\s*(typedef\s+)?(enum|union)\b', head):
                stack.append(('function', names[-1], match.start()))
            elif outside and re.search(r'\b(namespace|class|struct|union|extern)\b', head) and '=' not in plain:
                stack.append(('scope', None, match.start()))
            else:
                stack.append(('block', None, match.start()))
        elif match.group(0) == '}' and stack:
            kind, name, opened = stack.pop()
            if kind == 'function':
                first = line_of(text, opened)
                found.append((name, first, line_of(text, match.start()) - first + 1))
        start = match.end()
    return found


def function_lengths(root):
    findings = []
    for path in files(root, 'src') + files(root, 'tests'):
        for name, line, count in functions(read(os.path.join(root, path))):
            limit = MAX_CLASS_INIT_LINES if name.endswith('class_init') else MAX_FUNCTION_LINES
            if count > limit:
                findings.append(f'{path}:{line}: {name} has {count} lines (at most {limit})')
    return findings


# --- words ---

def banned_calls(root):
    findings = []
    for path in files(root, 'src') + files(root, 'tests'):
        text = blank_comments(read(os.path.join(root, path)), strings=True)
        findings += [f'{path}:{line_of(text, match.start())}: {match.group(1)}; use {BANNED[match.group(1)]}'
                     for match in BANNED_CALL.finditer(text)]
    return findings


def words(root):
    """No work left open and no path of somebody's machine in what is shipped."""
    findings = []
    suffixes = SOURCE_SUFFIXES + ('.glsl', '.ui', '.css', '.xml', '.in', '.build', '.md', '.desktop', '.yml', '.svg')
    for folder in ('src', 'shaders', 'data', 'po', 'flatpak'):
        for path in files(root, folder, suffixes):
            text = read(os.path.join(root, path))
            findings += [f'{path}:{line_of(text, match.start())}: "{match.group(0)}"'
                         for pattern in (OPEN_WORK, MACHINE_PATH) for match in pattern.finditer(text)]
    return findings


# --- places ---

def design_notes(root):
    """A folder with sources says in DESIGN.md what it is."""
    folders = {os.path.dirname(path) for path in files(root, 'src')}
    return [f'{folder}: no DESIGN.md' for folder in sorted(folders)
            if not os.path.exists(os.path.join(root, folder, 'DESIGN.md'))]


def top_level(root):
    """Only the fixed names, dotfiles and build folders."""
    return [f'{name}: not one of the names of the top level' for name in sorted(os.listdir(root))
            if name not in TOP_LEVEL and not TOP_LEVEL_IGNORED.match(name)]


def header_guards(root):
    return [f'{path}: no #pragma once' for path in files(root, 'src', ('.h', '.hh'))
            if '#pragma once' not in read(os.path.join(root, path))]


# --- text of patients ---

# Fields of an instance, an entry, an order, a row of the desk, a report that tell who somebody is.
PATIENT_TEXT = re.compile(
    r'(?:->|\.)\s*(patient_name|patient_id|patient_id_issuer|patient_birth_date|birth_date|accession|accession_number|study_description|'
    r'series_description|referrer|referring|requester|performer|operators?|institution|station_name|document_title|protocol_name|'
    r'alerts|to_name|from_id|to_id)\b(?!\s*=[^=])|\bneg_series_get_title\s*\(|\b(?:report|annotation)->text\b|'
    r'\bg_variant_lookup\s*\([^;]*"(?:patient-name|patient-id|birth-date|accession)"')
# What makes it harmless, and what only compares, copies or keeps it.
PATIENT_WAY = re.compile(r'\.patient_birth_date =|\b(neg_caption_dup_\w+|NEG_TEXT_(?!SITE)\w+|neg_fiction_\w+|neg_identity_\w+|'
                         r'_neg_pen_dup_words|g_strcmp0|strcmp|g_str_equal|is_said\w*|are_near|are_names_same|parse_date|'
                         r'neg_entry_lookup|text_or_empty|dup_about)\b')
# Statements that show nothing: a header of dates for an age, what is written into objects, what rows are compared by.
NOT_SHOWN = {
    'src/reading/neg-annotation-graphics.c': 'written into a presentation state', 'src/reading/neg-annotation-text.c': 'kept',
    'src/reading/neg-annotation-words.c': 'the table that is exported, refused while fiction is on',
    'src/ui/neg-annotation-layer-text.c': 'an entry, drawn as dots', 'src/ui/neg-cache-words.c': 'a name for the statement behind',
    'src/ui/neg-main-window-states.c': 'written into an object',
    'src/ui/neg-main-window-practice.c': 'compared with the demo department', 'src/ui/neg-object-saver.c': 'written into an object',
    'src/ui/neg-quality-match.c': 'facts by their kind, shown by dup_fact()', 'src/ui/neg-quality-reader.c': 'compared, copied',
    'src/ui/neg-report-page.c': 'a text that goes through in the statement before',
}
SETTER = re.compile(r'\b(gtk_label_(?:new|set_\w+)|gtk_inscription_\w+|gtk_text_buffer_(?:set_text|insert\w*)|gtk_window_set_title|'
                    r'gtk_widget_set_tooltip_\w+|gtk_accessible_update_property|pango_layout_set_\w+|neg_quality_(?:set_text|new_label)|'
                    r'gtk_\w+_new_with_label|gtk_button_set_label|g_menu_\w+|gtk_string_list_append)\b')


def statements(text):
    """(position, statement) of C, without comments; each row of a table by itself."""
    start = 0
    for match in re.finditer(r'[;{}]', text):
        yield start, text[start:match.end()]
        start = match.end()


def patient_texts(root):
    """What tells who a patient is reaches a person's eyes by neg_text_dup_shown() alone (src/model/neg-fiction.h): a statement
    of the windows that reads such a field has to go that way, or to be of a file that shows nothing of it."""
    findings = []
    for path in files(root, 'src/ui', ('.c',)) + files(root, 'src/reading', ('.c',)):
        text = blank_comments(read(os.path.join(root, path)))
        for start, statement in statements(text):
            for match in PATIENT_TEXT.finditer(statement):
                if PATIENT_WAY.search(statement) or (path in NOT_SHOWN and not SETTER.search(statement)):
                    break
                findings.append(f'{path}:{line_of(text, start + match.start())}: {match.group(0).strip()} without neg_text_dup_shown()')
    return findings


RULES = [layers, fences, dcmtk_in_cxx, cxx_in_engine, file_lengths, function_lengths, banned_calls, words, design_notes,
         top_level, header_guards, patient_texts]
