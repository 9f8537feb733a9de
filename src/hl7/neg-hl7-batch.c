#include "config.h"

#include "hl7/neg-hl7-batch.h"

#include <string.h>

#include "base/neg-error.h"
#include "hl7/neg-hl7-segments.h"

#define NAME_BYTES 3
#define N_DIGITS_MAX 9

/* One pass over a body. */
typedef struct {
  NegHl7Batch *batch;
  GBytes *body;
  const char *data;
  gsize start;          /* where the messages begin */
  gssize message;       /* where the message under way does; -1 when none is */
  guint n_before_batch; /* messages before this BHS */
  guint n_batches;
  char field; /* the first header's field separator */
} Pass;

void
neg_hl7_batch_free (NegHl7Batch *batch)
{
  if (batch == NULL)
    return;
  g_ptr_array_unref (batch->messages);
  g_ptr_array_unref (batch->warnings);
  g_free (batch);
}

static gboolean
has_name (NegHl7Value segment, const char *name)
{
  return segment.length >= NAME_BYTES && memcmp (segment.data, name, NAME_BYTES) == 0
         && (segment.length == NAME_BYTES || g_ascii_ispunct (segment.data[NAME_BYTES]));
}

static gboolean
names_header (NegHl7Value segment)
{
  return has_name (segment, "MSH") || has_name (segment, "BHS") || has_name (segment, "FHS");
}

static gboolean
end_message (Pass *pass, gsize end, GError **error)
{
  if (pass->message < 0)
    return TRUE;
  if (pass->batch->messages->len >= NEG_HL7_BATCH_MESSAGES_MAX)
    return neg_fail (error, NEG_ERROR_SIZE_OVERFLOW, NULL, "more than %d messages", NEG_HL7_BATCH_MESSAGES_MAX);
  /* What stands before the first message, a byte order mark above all, is about it. */
  if (pass->batch->messages->len == 0 && pass->message == (gssize) pass->start
      && pass->batch->n_outside == 0)
    pass->message = 0;
  g_ptr_array_add (pass->batch->messages, g_bytes_new_from_bytes (pass->body, pass->message, end - pass->message));
  pass->message = -1;
  return TRUE;
}

/* A count that a trailer states and that is not what there is. */
static void
check_count (Pass *pass, NegHl7Value segment, const char *name, guint n)
{
  NegHl7Value stated = { NULL, 0 };
  guint64 value = 0;

  if (segment.length > NAME_BYTES)
    stated = neg_hl7_value_get_part (segment, segment.data[NAME_BYTES], 2);
  if (stated.length == 0)
    return;
  for (gsize i = 0; i < stated.length; i++) {
    if (!g_ascii_isdigit (stated.data[i]) || i == N_DIGITS_MAX) {
      g_ptr_array_add (pass->batch->warnings, g_strdup_printf ("%s-1 is not a count", name));
      return;
    }
    value = value * 10 + (stated.data[i] - '0');
  }
  if (value != n)
    g_ptr_array_add (pass->batch->warnings, g_strdup_printf ("%s-1 says %" G_GUINT64_FORMAT ", there are %u", name,
                                                             value, n));
}

static void
note_outside (Pass *pass, gsize position)
{
  if (pass->batch->n_outside++ == 0)
    g_ptr_array_add (pass->batch->warnings, g_strdup_printf ("byte %" G_GSIZE_FORMAT ": segments outside of any message",
                                                             position + 1));
}

static gboolean
take_segment (Pass *pass, NegHl7Value segment, GError **error)
{
  gsize position = segment.data - pass->data;
  gboolean message = has_name (segment, "MSH") && segment.length > NAME_BYTES && segment.data[NAME_BYTES] == pass->field;
  gboolean header = message || neg_hl7_value_is_header (segment);
  gboolean batch_end = has_name (segment, "BTS");
  gboolean file_end = has_name (segment, "FTS");

  if (!header && !batch_end && !file_end) {
    if (pass->message < 0)
      note_outside (pass, position);
    return TRUE;
  }
  if (!end_message (pass, position, error))
    return FALSE;
  if (header && has_name (segment, "MSH")) {
    pass->message = position;
  } else if (header && has_name (segment, "BHS")) {
    pass->n_before_batch = pass->batch->messages->len;
    pass->n_batches++;
  } else if (batch_end) {
    check_count (pass, segment, "BTS", pass->batch->messages->len - pass->n_before_batch);
  } else if (file_end) {
    check_count (pass, segment, "FTS", pass->n_batches);
  }
  return TRUE;
}

/* The first segment, from which the others are told. */
static gboolean
check_start (Pass *pass, NegHl7Value segment, GError **error)
{
  g_autofree char *where = NULL;
  NegHl7Delimiters delimiters;

  if (names_header (segment)) {
    pass->field = segment.length > NAME_BYTES ? segment.data[NAME_BYTES] : '\0';
    return neg_hl7_delimiters_read (&delimiters, segment, error);
  }
  where = g_strdup_printf ("byte %" G_GSIZE_FORMAT, pass->start + 1);
  return neg_fail (error, NEG_ERROR_UNREADABLE, where, "no MSH, BHS or FHS segment at the start");
}

/* Past what stands before the first header, where one comes at all. */
static gsize
find_start (Pass *pass, gsize length)
{
  gboolean has_bom;
  gsize start = neg_hl7_segments_get_start (pass->data, length, &has_bom);
  gsize header;

  if (names_header ((NegHl7Value) { pass->data + start, length - start }))
    return start;
  header = start + neg_hl7_segments_find_header (pass->data + start, length - start);
  if (header == length)
    return start;
  note_outside (pass, start);
  return header;
}

static gboolean
split (Pass *pass, gsize length, GError **error)
{
  NegHl7Segments segments;
  NegHl7Value segment = { "", 0 };

  pass->start = find_start (pass, length);
  neg_hl7_segments_init (&segments, pass->data + pass->start, length - pass->start);
  neg_hl7_segments_next (&segments, &segment);
  if (neg_hl7_segments_is_utf16 (pass->data, length))
    return neg_fail (error, NEG_ERROR_UNSUPPORTED, "byte 1", "text of 16 bits per character (UTF-16)");
  if (!check_start (pass, segment, error))
    return FALSE;
  do {
    if (!take_segment (pass, segment, error))
      return FALSE;
  } while (neg_hl7_segments_next (&segments, &segment));
  if (!end_message (pass, length, error))
    return FALSE;
  if (pass->batch->messages->len == 0)
    return neg_fail (error, NEG_ERROR_UNREADABLE, NULL, "a batch without a message");
  return TRUE;
}

NegHl7Batch *
neg_hl7_batch_split (GBytes *body, GError **error)
{
  g_autoptr (NegHl7Batch) batch = g_new0 (NegHl7Batch, 1);
  Pass pass = { .batch = batch, .body = body, .message = -1 };
  gsize length;

  batch->messages = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  batch->warnings = g_ptr_array_new_with_free_func (g_free);
  pass.data = g_bytes_get_data (body, &length);
  pass.data = pass.data != NULL ? pass.data : "";
  if (!split (&pass, length, error))
    return NULL;
  return g_steal_pointer (&batch);
}
