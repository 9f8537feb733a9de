#include "config.h"

#include "hl7-dump.h"

#include <string.h>

#include "hl7/neg-hl7-writer.h"

static void
dump_value (GString *dump, const NegHl7Message *message, NegHl7Value value, guint level)
{
  static const char marks[] = "~^&";
  const NegHl7Delimiters *delimiters = neg_hl7_message_get_delimiters (message);
  const char by_level[] = { delimiters->repetition, delimiters->component, delimiters->subcomponent };
  g_autofree char *text = NULL;
  NegHl7Value part;

  if (level < G_N_ELEMENTS (by_level)) {
    while (neg_hl7_value_split (&value, by_level[level], &part)) {
      g_string_append_c (dump, marks[level]);
      dump_value (dump, message, part, level + 1);
    }
    return;
  }
  text = neg_hl7_value_dup_text (value, delimiters, neg_hl7_message_get_charset (message));
  /* A null is not the text "". What is merely a format (\H\) says as little as nothing. */
  g_string_append_printf (dump, "%s<%s>", neg_hl7_value_get_presence (value) == NEG_HL7_NULL ? "null" : "", text);
}

/* What has no proper name is not written, so it is not compared. */
static gboolean
is_named (NegHl7Value name)
{
  for (gsize i = 0; i < name.length; i++)
    if (!g_ascii_isupper (name.data[i]) && !(i > 0 && g_ascii_isdigit (name.data[i])))
      return FALSE;
  return name.length == 3 && !neg_hl7_value_equals (name, "BHS") && !neg_hl7_value_equals (name, "FHS");
}

char *
hl7_dump (const NegHl7Message *message)
{
  GString *dump = g_string_new (NULL);

  for (guint i = 0; i < neg_hl7_message_get_n_segments (message); i++) {
    NegHl7Value name = neg_hl7_message_get_name (message, i);
    NegHl7Value rest = neg_hl7_message_get_fields (message, i), field;
    guint number = neg_hl7_message_is_header (message, i) ? 2 : 1;

    if (!is_named (name))
      continue;
    for (; neg_hl7_value_split (&rest, neg_hl7_message_get_delimiters (message)->field, &field); number++) {
      if (neg_hl7_message_is_header (message, i) && (number == 2 || number == 18 || field.length == 0))
        continue;
      g_string_append_printf (dump, "%.3s-%u ", name.data, number);
      dump_value (dump, message, field, 0);
      g_string_append_c (dump, '\n');
    }
  }
  return g_string_free (dump, FALSE);
}

NegHl7Message *
hl7_parse (const char *text)
{
  g_autoptr (GBytes) bytes = g_bytes_new (text, strlen (text));
  g_autoptr (GError) error = NULL;
  NegHl7Message *message = neg_hl7_message_parse (bytes, &error);

  g_assert_no_error (error);
  return message;
}

NegHl7Message *
hl7_rewrite (const NegHl7Message *message, const NegHl7Delimiters *delimiters)
{
  g_autoptr (NegHl7Writer) writer = neg_hl7_writer_new (delimiters);
  g_autoptr (GBytes) written = NULL;
  g_autoptr (GError) error = NULL;
  NegHl7Message *again;

  for (guint i = 0; i < neg_hl7_message_get_n_segments (message); i++)
    neg_hl7_writer_copy_segment (writer, message, i);
  written = neg_hl7_writer_finish (writer);
  again = neg_hl7_message_parse (written, &error);
  g_assert_no_error (error);
  return again;
}
