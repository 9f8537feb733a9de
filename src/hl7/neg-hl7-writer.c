#include "config.h"

#include "hl7/neg-hl7-writer.h"

#include <string.h>

#define NAME_BYTES 3
#define CHARSET_FIELD 18
#define CHARSET "UNICODE UTF-8"

struct _NegHl7Writer {
  GString *text;
  NegHl7Delimiters delimiters;
  guint field; /* of the segment under way */
};

NegHl7Writer *
neg_hl7_writer_new (const NegHl7Delimiters *delimiters)
{
  NegHl7Writer *writer = g_new0 (NegHl7Writer, 1);

  writer->text = g_string_new (NULL);
  writer->delimiters = delimiters != NULL ? *delimiters : neg_hl7_default_delimiters;
  neg_hl7_delimiters_complete (&writer->delimiters);
  return writer;
}

void
neg_hl7_writer_free (NegHl7Writer *writer)
{
  if (writer == NULL)
    return;
  g_string_free (writer->text, TRUE);
  g_free (writer);
}

static gboolean
is_name (const char *name, gsize length)
{
  if (length != NAME_BYTES || !g_ascii_isupper (name[0]))
    return FALSE;
  for (guint i = 1; i < NAME_BYTES; i++)
    if (!g_ascii_isupper (name[i]) && !g_ascii_isdigit (name[i]))
      return FALSE;
  return TRUE;
}

static gboolean
is_header_name (const char *name)
{
  return strcmp (name, "MSH") == 0 || strcmp (name, "BHS") == 0 || strcmp (name, "FHS") == 0;
}

static void
end_segment (NegHl7Writer *writer)
{
  if (writer->text->len > 0 && writer->text->str[writer->text->len - 1] != '\r')
    g_string_append_c (writer->text, '\r');
}

void
neg_hl7_writer_begin (NegHl7Writer *writer, const char *name)
{
  const NegHl7Delimiters *delimiters = &writer->delimiters;
  const char encoding[] = { delimiters->component,    delimiters->repetition, delimiters->escape,
                            delimiters->subcomponent, delimiters->truncation, '\0' };

  g_return_if_fail (is_name (name, strlen (name)));

  end_segment (writer);
  g_string_append (writer->text, name);
  writer->field = 0;
  if (is_header_name (name)) {
    g_string_append_c (writer->text, delimiters->field);
    g_string_append (writer->text, encoding);
    writer->field = 2;
  }
}

void
neg_hl7_writer_field (NegHl7Writer *writer, guint field)
{
  g_return_if_fail (writer->text->len > 0 && field > writer->field);

  for (; writer->field < field; writer->field++)
    g_string_append_c (writer->text, writer->delimiters.field);
}

void
neg_hl7_writer_next (NegHl7Writer *writer, NegHl7Level level)
{
  const char delimiters[] = { writer->delimiters.repetition, writer->delimiters.component,
                              writer->delimiters.subcomponent };

  g_return_if_fail (writer->field > 0 && level <= NEG_HL7_SUBCOMPONENT);

  g_string_append_c (writer->text, delimiters[level]);
}

void
neg_hl7_writer_add_text (NegHl7Writer *writer, const char *text)
{
  g_return_if_fail (writer->field > 0);

  if (text != NULL)
    neg_hl7_escape (writer->text, text, &writer->delimiters);
}

void
neg_hl7_writer_add_null (NegHl7Writer *writer)
{
  g_return_if_fail (writer->field > 0);

  g_string_append (writer->text, "\"\"");
}

void
neg_hl7_writer_put (NegHl7Writer *writer, guint field, const char *text)
{
  neg_hl7_writer_field (writer, field);
  neg_hl7_writer_add_text (writer, text);
}

/* @level: the first at which @value may be split; below the last one it is a text. */
static void
copy_value (NegHl7Writer *writer, const NegHl7Message *message, NegHl7Value value, NegHl7Level level)
{
  const NegHl7Delimiters *delimiters = neg_hl7_message_get_delimiters (message);
  const char delimiter[] = { delimiters->repetition, delimiters->component, delimiters->subcomponent };
  NegHl7Value part;

  if (level > NEG_HL7_SUBCOMPONENT) {
    g_autofree char *text = NULL;

    if (neg_hl7_value_get_presence (value) == NEG_HL7_NULL) {
      neg_hl7_writer_add_null (writer);
    } else {
      text = neg_hl7_value_dup_text (value, delimiters, neg_hl7_message_get_charset (message));
      neg_hl7_writer_add_text (writer, text);
    }
    return;
  }
  for (gboolean first = TRUE; neg_hl7_value_split (&value, delimiter[level], &part); first = FALSE) {
    if (!first)
      neg_hl7_writer_next (writer, level);
    copy_value (writer, message, part, level + 1);
  }
}

void
neg_hl7_writer_copy_field (NegHl7Writer *writer, guint field, const NegHl7Message *message, NegHl7Path path)
{
  NegHl7Value value = neg_hl7_message_get_value (
      message, (NegHl7Path) { .segment = path.segment, .field = path.field });

  neg_hl7_writer_field (writer, field);
  copy_value (writer, message, value, NEG_HL7_REPETITION);
}

/* The fields of a header from 3 on; MSH-18 says what is written, not what was read. */
static void
copy_header (NegHl7Writer *writer, const NegHl7Message *message, NegHl7Value rest)
{
  const NegHl7Delimiters *delimiters = neg_hl7_message_get_delimiters (message);
  gboolean ascii = strcmp (neg_hl7_message_get_charset (message), "ASCII") == 0;
  NegHl7Value part;

  neg_hl7_value_split (&rest, delimiters->field, &part); /* MSH-2: the writer has its own */
  while (neg_hl7_value_split (&rest, delimiters->field, &part)) {
    neg_hl7_writer_field (writer, writer->field + 1);
    if (writer->field == CHARSET_FIELD && (!ascii || part.length > 0))
      neg_hl7_writer_add_text (writer, CHARSET);
    else
      copy_value (writer, message, part, NEG_HL7_REPETITION);
  }
  if (writer->field < CHARSET_FIELD && !ascii)
    neg_hl7_writer_put (writer, CHARSET_FIELD, CHARSET);
}

gboolean
neg_hl7_writer_copy_segment (NegHl7Writer *writer, const NegHl7Message *message, guint segment)
{
  const NegHl7Delimiters *delimiters = neg_hl7_message_get_delimiters (message);
  NegHl7Value name = neg_hl7_message_get_name (message, segment);
  NegHl7Value rest = neg_hl7_message_get_fields (message, segment);
  g_autofree char *text = g_strndup (name.data, name.length);
  NegHl7Value part;

  if (name.data == NULL || !is_name (name.data, name.length)
      || (is_header_name (text) && !neg_hl7_message_is_header (message, segment)))
    return FALSE;
  neg_hl7_writer_begin (writer, text);
  if (neg_hl7_message_is_header (message, segment)) {
    copy_header (writer, message, rest);
    return TRUE;
  }
  while (neg_hl7_value_split (&rest, delimiters->field, &part)) {
    neg_hl7_writer_field (writer, writer->field + 1);
    copy_value (writer, message, part, NEG_HL7_REPETITION);
  }
  return TRUE;
}

GBytes *
neg_hl7_writer_finish (NegHl7Writer *writer)
{
  GString *text = writer->text;

  end_segment (writer);
  writer->text = g_string_new (NULL);
  writer->field = 0;
  return g_string_free_to_bytes (text);
}
