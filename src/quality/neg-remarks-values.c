#include "config.h"

#include "quality/neg-remarks-private.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#define REPLACEMENT "\xEF\xBF\xBD" /* what could not be decoded */
#define TAG_CHARSET 0x00080005u

typedef gboolean (*FormatFunc) (const char *value);

static gboolean
has_only (const char *value, const char *allowed)
{
  return strspn (value, allowed) == strlen (value);
}

static gboolean
all_digits (const char *text, gsize n)
{
  for (gsize i = 0; i < n; i++)
    if (!g_ascii_isdigit (text[i]))
      return FALSE;
  return TRUE;
}

static guint
two_digits (const char *text)
{
  return (text[0] - '0') * 10 + (text[1] - '0');
}

static gboolean
is_date (const char *value)
{
  if (strlen (value) != 8 || !all_digits (value, 8))
    return FALSE;
  return g_date_valid_dmy (two_digits (value + 6), two_digits (value + 4),
                           two_digits (value) * 100 + two_digits (value + 2));
}

/* HH, HHMM, HHMMSS, HHMMSS.F to .FFFFFF; 60 is a leap second. */
static gboolean
is_time (const char *value)
{
  const gsize digits = strspn (value, "0123456789");
  const char *rest = value + digits;
  gsize fraction;

  if ((digits != 2 && digits != 4 && digits != 6) || two_digits (value) > 23
      || (digits > 2 && two_digits (value + 2) > 59) || (digits > 4 && two_digits (value + 4) > 60))
    return FALSE;
  if (*rest == '\0')
    return TRUE;
  fraction = strspn (rest + 1, "0123456789");
  return digits == 6 && *rest == '.' && fraction >= 1 && fraction <= 6 && rest[1 + fraction] == '\0';
}

/* YYYY to YYYYMMDD, then a time, then an offset. */
static gboolean
is_datetime (const char *value)
{
  const gsize length = strcspn (value, "+-");
  const gsize date = MIN (length, 8);
  g_autofree char *whole = g_strndup ("00000101", 8);
  g_autofree char *time = g_strndup (value + date, length - date);

  if (length < 4 || date % 2 == 1 || !all_digits (value, date))
    return FALSE;
  memcpy (whole, value, date);
  if (!is_date (whole) || (*time != '\0' && (date < 8 || !is_time (time))))
    return FALSE;
  return value[length] == '\0' || (strlen (value + length) == 5 && all_digits (value + length + 1, 4));
}

static gboolean
is_uid (const char *value)
{
  g_auto (GStrv) parts = g_strsplit (value, ".", -1);

  if (strlen (value) > 64)
    return FALSE;
  for (char **part = parts; *part != NULL; part++)
    if (**part == '\0' || !all_digits (*part, strlen (*part)) || ((*part)[0] == '0' && (*part)[1] != '\0'))
      return FALSE;
  return parts[0] != NULL;
}

static gboolean
is_code (const char *value)
{
  return has_only (value, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_ ");
}

static gboolean
is_age (const char *value)
{
  return strlen (value) == 4 && all_digits (value, 3) && strchr ("DWMY", value[3]) != NULL;
}

static gboolean
is_integer (const char *value)
{
  const char *digits = *value == '+' || *value == '-' ? value + 1 : value;
  gint64 number;

  return g_ascii_isdigit (*digits)
         && g_ascii_string_to_signed (*value == '+' ? digits : value, 10, G_MININT32, G_MAXINT32, &number, NULL);
}

static gboolean
is_decimal (const char *value)
{
  char *end = NULL;

  if (!has_only (value, "0123456789+-.eE") || strpbrk (value, "0123456789") == NULL)
    return FALSE;
  g_ascii_strtod (value, &end);
  return *end == '\0';
}

/* PS3.5 table 6.2-1; lengths are of characters. */
static const struct {
  char vr[3];
  gboolean has_values; /* separated by backslash */
  glong most;
  FormatFunc is_right; /* nullable */
} kinds[] = {
  { "AE", TRUE, 16, NULL },       { "AS", TRUE, 4, is_age },      { "CS", TRUE, 16, is_code },   { "DA", TRUE, 8, is_date },
  { "DS", TRUE, 16, is_decimal }, { "DT", TRUE, 26, is_datetime }, { "IS", TRUE, 12, is_integer }, { "LO", TRUE, 64, NULL },
  { "LT", FALSE, 10240, NULL },   { "SH", TRUE, 16, NULL },       { "ST", FALSE, 1024, NULL },   { "TM", TRUE, 14, is_time },
  { "UI", TRUE, 64, is_uid },
};

/* Values that the standard enumerates: nothing else is allowed. */
static const struct {
  guint32 tag;
  guint value;        /* which of several, from 0 */
  const char *values; /* separated by backslash */
  const char *clause;
} enumerated[] = {
  { 0x00080008, 0, "ORIGINAL\\DERIVED", "PS3.3 C.7.6.1.1.2" },
  { 0x00080008, 1, "PRIMARY\\SECONDARY", "PS3.3 C.7.6.1.1.2" },
  { 0x00080068, 0, "FOR PRESENTATION\\FOR PROCESSING", "PS3.3 C.8.11.1" },
  { 0x00100040, 0, "M\\F\\O", "PS3.3 C.7.1.1" },
  { 0x00102203, 0, "ALTERED\\UNALTERED", "PS3.3 C.7.2.3" },
  { 0x00120062, 0, "YES\\NO", "PS3.3 C.7.1.1" },
  { 0x00200060, 0, "R\\L", "PS3.3 C.7.3.1" },
  { 0x00200062, 0, "R\\L\\U\\B", "PS3.3 C.7.6.1" },
  { 0x00280006, 0, "0\\1", "PS3.3 C.7.6.3.1.3" },
  { 0x00280103, 0, "0\\1", "PS3.3 C.7.6.3" },
  { 0x00280301, 0, "YES\\NO", "PS3.3 C.7.6.1" },
  { 0x00281041, 0, "1\\-1", "PS3.3 C.8.11.3" },
  { 0x00282110, 0, "00\\01", "PS3.3 C.7.6.1.1.5" },
  { 0x0040A491, 0, "PARTIAL\\COMPLETE", "PS3.3 C.17.2" },
  { 0x0040A493, 0, "UNVERIFIED\\VERIFIED", "PS3.3 C.17.2" },
};

/* PS3.3 C.12.1.1.2 */
static const char *const charsets[] = {
  "", "ISO_IR 6", "ISO_IR 100", "ISO_IR 101", "ISO_IR 109", "ISO_IR 110", "ISO_IR 144", "ISO_IR 127", "ISO_IR 126", "ISO_IR 138",
  "ISO_IR 148", "ISO_IR 203", "ISO_IR 13", "ISO_IR 166", "ISO_IR 192", "GB18030", "GBK", "ISO 2022 IR 6", "ISO 2022 IR 100",
  "ISO 2022 IR 101", "ISO 2022 IR 109", "ISO 2022 IR 110", "ISO 2022 IR 144", "ISO 2022 IR 127", "ISO 2022 IR 126",
  "ISO 2022 IR 138", "ISO 2022 IR 148", "ISO 2022 IR 203", "ISO 2022 IR 13", "ISO 2022 IR 166", "ISO 2022 IR 87",
  "ISO 2022 IR 159", "ISO 2022 IR 149", "ISO 2022 IR 58", NULL,
};

static gboolean
is_one_of (const char *value, const char *values)
{
  g_auto (GStrv) parts = g_strsplit (values, "\\", -1);

  return g_strv_contains ((const char *const *) parts, value);
}

static void
check_enumerated (NegRemarking *remarking, const NegTag *tag, guint place, guint index, const char *value)
{
  for (guint i = 0; i < G_N_ELEMENTS (enumerated); i++) {
    g_autofree char *name = NULL;
    g_autofree char *allowed = NULL;

    if (enumerated[i].tag != tag->tag || enumerated[i].value != index || is_one_of (value, enumerated[i].values))
      continue;
    name = _neg_remark_dup_name (tag);
    allowed = g_strdelimit (g_strdup (enumerated[i].values), "\\", ',');
    _neg_remark (remarking, NEG_SEVERITY_ERROR, place, tag->tag, enumerated[i].clause, _ ("%s has a value that is not allowed: only %s."),
                 name, allowed);
  }
}

/* Values are not quoted: a remark names no patient. */
static void
check_one (NegRemarking *remarking, const NegTag *tag, guint place, guint kind, const char *value)
{
  g_autofree char *name = _neg_remark_dup_name (tag);

  if (g_utf8_strlen (value, -1) > kinds[kind].most)
    _neg_remark (remarking, NEG_SEVERITY_ERROR, place, tag->tag, "PS3.5 6.2", _ ("A value of %s is too long: at most %d characters (%s)."), name,
                 (int) kinds[kind].most, tag->vr);
  else if (kinds[kind].is_right != NULL && !kinds[kind].is_right (value))
    _neg_remark (remarking, NEG_SEVERITY_ERROR, place, tag->tag, "PS3.5 6.2", _ ("A value of %s is not written as its VR %s asks."), name,
                 tag->vr);
}

static int
find_kind (const char *vr)
{
  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    if (strcmp (kinds[i].vr, vr) == 0)
      return i;
  return -1;
}

static void
check_values (NegRemarking *remarking, const NegTag *tag, guint place)
{
  const int kind = find_kind (tag->vr);
  g_auto (GStrv) values = g_strsplit (tag->value, kind < 0 || kinds[kind].has_values ? "\\" : "\1", -1);

  for (guint i = 0; values[i] != NULL; i++) {
    const char *value = g_strstrip (values[i]);

    if (*value == '\0')
      continue;
    if (kind >= 0 && !(tag->has_more && values[i + 1] == NULL))
      check_one (remarking, tag, place, kind, value);
    check_enumerated (remarking, tag, place, i, value);
  }
}

/* What is text as a whole has one value whatever is in it; of private elements no dictionary knows for certain. */
static gboolean
may_be_counted (const NegTag *tag)
{
  static const char *const others[] = { "LT", "ST", "UT", "UR", "UN", "SQ", "??", NULL };

  return (tag->tag >> 16) % 2 == 0 && *tag->value != '\0' && !tag->has_more && tag->vr[0] != 'O' && tag->vm_max > 0 && !g_strv_contains (others, tag->vr);
}

static void
check_count (NegRemarking *remarking, const NegTag *tag, guint place)
{
  g_autofree char *name = NULL;
  guint n = 1;

  if (!may_be_counted (tag))
    return;
  for (const char *p = strchr (tag->value, '\\'); p != NULL; p = strchr (p + 1, '\\'))
    n++;
  if (n >= tag->vm_min && n <= tag->vm_max)
    return;
  name = _neg_remark_dup_name (tag);
  if (tag->vm_max == G_MAXUINT32)
    _neg_remark (remarking, NEG_SEVERITY_ERROR, place, tag->tag, "PS3.6 6", _ ("%s has %u values instead of at least %u."), name, n, tag->vm_min);
  else if (tag->vm_min == tag->vm_max)
    _neg_remark (remarking, NEG_SEVERITY_ERROR, place, tag->tag, "PS3.6 6", _ ("%s has %u values instead of %u."), name, n, tag->vm_min);
  else
    _neg_remark (remarking, NEG_SEVERITY_ERROR, place, tag->tag, "PS3.6 6", _ ("%s has %u values instead of %u to %u."), name, n, tag->vm_min,
                 tag->vm_max);
}

static void
check_charset (NegRemarking *remarking, const NegTag *tag, guint place)
{
  g_auto (GStrv) values = g_strsplit (tag->value, "\\", -1);

  for (guint i = 0; values[i] != NULL; i++) {
    if (!g_strv_contains (charsets, g_strstrip (values[i]))) {
      _neg_remark (remarking, NEG_SEVERITY_ERROR, place, tag->tag, "PS3.3 C.12.1.1.2", _ ("Specific Character Set names a set that the standard does not know."));
      return;
    }
    if (i > 0 && is_one_of (values[i], "ISO_IR 192\\GB18030\\GBK")) {
      _neg_remark (remarking, NEG_SEVERITY_ERROR, place, tag->tag, "PS3.3 C.12.1.1.2", _ ("A character set that cannot be extended stands beside another."));
      return;
    }
  }
}

void
_neg_remark_value (NegRemarking *remarking, guint place)
{
  const NegTag *tag = &g_array_index (remarking->tags->tags, NegTag, place);

  if (tag->kind != NEG_TAG_KIND_ELEMENT || *tag->value == '\0')
    return;
  if (strstr (tag->value, REPLACEMENT) != NULL) {
    g_autofree char *name = _neg_remark_dup_name (tag);

    _neg_remark (remarking, NEG_SEVERITY_ERROR, place, tag->tag, "PS3.3 C.12.1.1.2", _ ("%s has characters that are not of the character set: they show wrong."),
                 name);
  }
  check_values (remarking, tag, place);
  check_count (remarking, tag, place);
  if (tag->tag == TAG_CHARSET)
    check_charset (remarking, tag, place);
}
