#include "config.h"

#include "hl7/neg-hl7-message.h"

#include <string.h>

#include "base/neg-error.h"
#include "hl7/neg-hl7-charset.h"
#include "hl7/neg-hl7-segments.h"

#define NAME_BYTES 3
#define N_USUAL_ENCODING 4

typedef struct {
  guint32 start;
  guint32 length;
} Segment;

struct _NegHl7Message {
  gatomicrefcount references;
  GBytes *bytes; /* UTF-8, or what could not be read as such */
  const char *data;
  gsize length;
  GArray *segments;
  NegHl7Delimiters delimiters;
  const char *charset;
  GPtrArray *warnings; /* NULL-terminated once parsed */
};

static gboolean
starts_with (const char *data, gsize length, const char *start, gsize n)
{
  return length >= n && memcmp (data, start, n) == 0;
}

/* The message without what stands before MSH. */
static GBytes *
strip_start (GBytes *bytes, gboolean *has_bom, GError **error)
{
  gsize length, start;
  const char *data = g_bytes_get_data (bytes, &length);

  data = data != NULL ? data : "";
  if (length > NEG_HL7_BYTES_MAX) {
    neg_fail (error, NEG_ERROR_SIZE_OVERFLOW, NULL, "a message of %" G_GSIZE_FORMAT " bytes (at most %d)", length,
              NEG_HL7_BYTES_MAX);
    return NULL;
  }
  start = neg_hl7_segments_get_start (data, length, has_bom);
  if (neg_hl7_segments_is_utf16 (data, length)) {
    neg_fail (error, NEG_ERROR_UNSUPPORTED, "byte 1", "text of 16 bits per character (UTF-16)");
    return NULL;
  }
  if (!starts_with (data + start, length - start, "MSH", NAME_BYTES)) {
    g_autofree char *where = g_strdup_printf ("byte %" G_GSIZE_FORMAT, start + 1);

    neg_fail (error, NEG_ERROR_UNREADABLE, where, "%s", start == length ? "nothing" : "no MSH segment at the start");
    return NULL;
  }
  return g_bytes_new_from_bytes (bytes, start, length - start);
}

static NegHl7Value
first_segment (const char *data, gsize length)
{
  NegHl7Segments segments;
  NegHl7Value segment = { data, 0 };

  neg_hl7_segments_init (&segments, data, length);
  neg_hl7_segments_next (&segments, &segment);
  return segment;
}

/* Delimiters and character set are read from the bytes as they came: all sets are ASCII where MSH matters. */
static gboolean
read_header (NegHl7Message *message, GBytes *bytes, gboolean has_bom, GError **error)
{
  gsize length;
  const char *data = g_bytes_get_data (bytes, &length);
  NegHl7Value header = first_segment (data, length);
  NegHl7Value declared;

  if (!neg_hl7_delimiters_read (&message->delimiters, header, error))
    return FALSE;
  if (message->delimiters.subcomponent == '\0')
    g_ptr_array_add (message->warnings, g_strdup_printf ("MSH-2 has fewer than %d characters", N_USUAL_ENCODING));
  if (neg_hl7_value_get_part (header, message->delimiters.field, 2).length > N_USUAL_ENCODING
      && message->delimiters.truncation == '\0')
    g_ptr_array_add (message->warnings, g_strdup ("MSH-2 has its escape character twice"));
  declared = neg_hl7_value_get_part (header, message->delimiters.field, 18);
  message->bytes = neg_hl7_charset_decode (bytes, declared, message->delimiters.repetition, has_bom, &message->charset,
                                           message->warnings, error);
  return message->bytes != NULL;
}

/* Bounds what a caller may have to walk. */
static gboolean
check_delimiters (NegHl7Message *message, GError **error)
{
  const NegHl7Delimiters *delimiters = &message->delimiters;
  gboolean counts[256] = { FALSE };
  gsize n = 0;

  counts[(guint8) delimiters->field] = counts[(guint8) delimiters->component] = TRUE;
  counts[(guint8) delimiters->repetition] = counts[(guint8) delimiters->subcomponent] = TRUE;
  counts[0] = FALSE;
  for (gsize i = 0; i < message->length; i++)
    n += counts[(guint8) message->data[i]];
  if (n > NEG_HL7_DELIMITERS_MAX)
    return neg_fail (error, NEG_ERROR_SIZE_OVERFLOW, NULL, "%" G_GSIZE_FORMAT " delimiters (at most %d)", n,
                     NEG_HL7_DELIMITERS_MAX);
  return TRUE;
}

static gboolean
is_well_named (NegHl7Value segment, char field)
{
  return segment.length >= NAME_BYTES && g_ascii_isupper (segment.data[0])
         && (g_ascii_isupper (segment.data[1]) || g_ascii_isdigit (segment.data[1]))
         && (g_ascii_isupper (segment.data[2]) || g_ascii_isdigit (segment.data[2]))
         && (segment.length == NAME_BYTES || segment.data[NAME_BYTES] == field);
}

static gboolean
names_message (NegHl7Value segment, char field)
{
  return starts_with (segment.data, segment.length, "MSH", NAME_BYTES) && is_well_named (segment, field);
}

/* One sentence about names is enough for however many segments have none. */
static void
warn_of_name (NegHl7Message *message, guint number, guint32 start)
{
  for (guint i = 0; i < message->warnings->len; i++)
    if (g_str_has_prefix (g_ptr_array_index (message->warnings, i), "segment "))
      return;
  g_ptr_array_add (message->warnings, g_strdup_printf ("segment %u, byte %u: no segment name", number, start + 1));
}

static gboolean
add_segment (NegHl7Message *message, NegHl7Value segment, GError **error)
{
  Segment item = { segment.data - message->data, segment.length };
  guint number = message->segments->len + 1;
  g_autofree char *where = NULL;

  if (number > NEG_HL7_SEGMENTS_MAX)
    return neg_fail (error, NEG_ERROR_SIZE_OVERFLOW, NULL, "more than %d segments", NEG_HL7_SEGMENTS_MAX);
  if (number > 1 && (neg_hl7_value_is_header (segment) || names_message (segment, message->delimiters.field))) {
    where = g_strdup_printf ("segment %u, byte %u", number, item.start + 1);
    return neg_fail (error, NEG_ERROR_INCONSISTENT, where, "a second header in one message");
  }
  if (!is_well_named (segment, message->delimiters.field))
    warn_of_name (message, number, item.start);
  g_array_append_val (message->segments, item);
  return TRUE;
}

static gboolean
read_segments (NegHl7Message *message, GError **error)
{
  NegHl7Segments segments;
  NegHl7Value segment;

  neg_hl7_segments_init (&segments, message->data, message->length);
  while (neg_hl7_segments_next (&segments, &segment))
    if (!add_segment (message, segment, error))
      return FALSE;
  if (segments.n_remarks > 0)
    g_ptr_array_add (message->warnings, g_strdup ("a remark behind the message was left out"));
  g_ptr_array_add (message->warnings, NULL);
  return TRUE;
}

NegHl7Message *
neg_hl7_message_parse (GBytes *bytes, GError **error)
{
  g_autoptr (NegHl7Message) message = g_new0 (NegHl7Message, 1);
  gboolean has_bom;
  g_autoptr (GBytes) stripped = strip_start (bytes, &has_bom, error);

  g_atomic_ref_count_init (&message->references);
  message->warnings = g_ptr_array_new_with_free_func (g_free);
  message->segments = g_array_new (FALSE, FALSE, sizeof (Segment));
  if (stripped == NULL || !read_header (message, stripped, has_bom, error))
    return NULL;
  message->data = g_bytes_get_data (message->bytes, &message->length);
  if (!check_delimiters (message, error) || !read_segments (message, error))
    return NULL;
  return g_steal_pointer (&message);
}

NegHl7Message *
neg_hl7_message_ref (NegHl7Message *message)
{
  g_atomic_ref_count_inc (&message->references);
  return message;
}

void
neg_hl7_message_unref (NegHl7Message *message)
{
  if (message == NULL || !g_atomic_ref_count_dec (&message->references))
    return;
  g_clear_pointer (&message->bytes, g_bytes_unref);
  g_clear_pointer (&message->segments, g_array_unref);
  g_clear_pointer (&message->warnings, g_ptr_array_unref);
  g_free (message);
}

const char *const *
neg_hl7_message_get_warnings (const NegHl7Message *message)
{
  return (const char *const *) message->warnings->pdata;
}

const char *
neg_hl7_message_get_charset (const NegHl7Message *message)
{
  return message->charset;
}

const NegHl7Delimiters *
neg_hl7_message_get_delimiters (const NegHl7Message *message)
{
  return &message->delimiters;
}

guint
neg_hl7_message_get_n_segments (const NegHl7Message *message)
{
  return message->segments->len;
}

NegHl7Value
neg_hl7_message_get_segment (const NegHl7Message *message, guint segment)
{
  const Segment *item;

  if (segment >= message->segments->len)
    return (NegHl7Value) { NULL, 0 };
  item = &g_array_index (message->segments, Segment, segment);
  return (NegHl7Value) { message->data + item->start, item->length };
}

NegHl7Value
neg_hl7_message_get_name (const NegHl7Message *message, guint segment)
{
  return neg_hl7_value_get_part (neg_hl7_message_get_segment (message, segment), message->delimiters.field, 1);
}

guint
neg_hl7_message_find (const NegHl7Message *message, const char *name, guint from)
{
  for (guint i = from; i < message->segments->len; i++)
    if (neg_hl7_value_equals (neg_hl7_message_get_name (message, i), name))
      return i;
  return NEG_HL7_NO_SEGMENT;
}

/* Only the first segment can be one: a second is refused. */
gboolean
neg_hl7_message_is_header (const NegHl7Message *message, guint segment)
{
  return segment == 0;
}

NegHl7Value
neg_hl7_message_get_fields (const NegHl7Message *message, guint segment)
{
  NegHl7Value rest = neg_hl7_message_get_segment (message, segment);
  NegHl7Value name;

  neg_hl7_value_split (&rest, message->delimiters.field, &name);
  return rest;
}

static NegHl7Value
get_field (const NegHl7Message *message, guint segment, guint field)
{
  if (field == 0)
    return neg_hl7_message_get_segment (message, segment);
  if (neg_hl7_message_is_header (message, segment)) {
    if (field == 1)
      return (NegHl7Value) { message->data + NAME_BYTES, 1 };
    field--;
  }
  return neg_hl7_value_get_part (neg_hl7_message_get_fields (message, segment), message->delimiters.field, field);
}

/* MSH-1 and MSH-2 hold delimiters: they are never split and never unescaped. */
static gboolean
is_verbatim (const NegHl7Message *message, NegHl7Path path)
{
  return neg_hl7_message_is_header (message, path.segment) && path.field <= 2;
}

NegHl7Value
neg_hl7_message_get_value (const NegHl7Message *message, NegHl7Path path)
{
  const NegHl7Delimiters *delimiters = &message->delimiters;
  NegHl7Value value = get_field (message, path.segment, path.field);

  if (is_verbatim (message, path) || path.field == 0)
    return value;
  if (path.repetition > 0 || path.component > 0 || path.subcomponent > 0)
    value = neg_hl7_value_get_part (value, delimiters->repetition, MAX (path.repetition, 1));
  if (path.component > 0 || path.subcomponent > 0)
    value = neg_hl7_value_get_part (value, delimiters->component, MAX (path.component, 1));
  if (path.subcomponent > 0)
    value = neg_hl7_value_get_part (value, delimiters->subcomponent, path.subcomponent);
  return value;
}

NegHl7Presence
neg_hl7_message_get_presence (const NegHl7Message *message, NegHl7Path path)
{
  return neg_hl7_value_get_presence (neg_hl7_message_get_value (message, path));
}

guint
neg_hl7_message_get_n_repetitions (const NegHl7Message *message, guint segment, guint field)
{
  NegHl7Path path = { .segment = segment, .field = field };
  NegHl7Value rest = neg_hl7_message_get_value (message, path), part;
  guint n = 0;

  if (rest.length == 0)
    return 0;
  while (neg_hl7_value_split (&rest, is_verbatim (message, path) ? '\0' : message->delimiters.repetition, &part))
    n++;
  return n;
}

char *
neg_hl7_message_dup_text (const NegHl7Message *message, NegHl7Path path)
{
  NegHl7Value value = neg_hl7_message_get_value (message, path);
  NegHl7Delimiters delimiters = message->delimiters;

  if (value.length == 0)
    return NULL;
  if (is_verbatim (message, path))
    delimiters.escape = '\0';
  return neg_hl7_value_dup_text (value, &delimiters, message->charset);
}

char *
neg_hl7_message_dup_type (const NegHl7Message *message)
{
  NegHl7Value rest = neg_hl7_message_get_value (message, (NegHl7Path) { .field = 9, .repetition = 1 });
  NegHl7Value part;
  GString *type;

  if (rest.length == 0)
    return NULL;
  type = g_string_new (NULL);
  for (gboolean first = TRUE; neg_hl7_value_split (&rest, message->delimiters.component, &part); first = FALSE) {
    g_autofree char *text = neg_hl7_value_dup_text (part, &message->delimiters, message->charset);

    g_string_append_printf (type, "%s%s", first ? "" : "^", text);
  }
  return g_string_free (type, FALSE);
}
