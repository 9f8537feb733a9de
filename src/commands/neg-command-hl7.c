#include "config.h"

#include <glib/gi18n.h>
#include <string.h>

#include "base/neg-error.h"
#include "commands/neg-command-hl7-private.h"
#include "hl7/neg-hl7-batch.h"
#include "hl7/neg-hl7-framer.h"
#include "hl7/neg-hl7-message.h"
#include "hl7/neg-hl7-segments.h"

typedef struct {
  const char *path;
  gboolean json;
  int status;
} Run;

static void
add_text (JsonBuilder *builder, const NegHl7Message *message, NegHl7Value value, gboolean verbatim)
{
  NegHl7Delimiters delimiters = *neg_hl7_message_get_delimiters (message);
  g_autofree char *text = NULL;

  if (verbatim)
    delimiters.escape = '\0';
  text = neg_hl7_value_dup_text (value, &delimiters, neg_hl7_message_get_charset (message));
  json_builder_add_string_value (builder, text);
}

/* Repetitions, components, subcomponents: @level 0 to 2. */
static void
add_parts (JsonBuilder *builder, const NegHl7Message *message, NegHl7Value value, guint level)
{
  const NegHl7Delimiters *delimiters = neg_hl7_message_get_delimiters (message);
  const char by_level[] = { delimiters->repetition, delimiters->component, delimiters->subcomponent };
  NegHl7Value part;

  json_builder_begin_array (builder);
  while (neg_hl7_value_split (&value, by_level[level], &part)) {
    if (level + 1 < G_N_ELEMENTS (by_level))
      add_parts (builder, message, part, level + 1);
    else
      add_text (builder, message, part, FALSE);
  }
  json_builder_end_array (builder);
}

static gboolean
has_parts (NegHl7Value value, const NegHl7Delimiters *delimiters)
{
  const char all[] = { delimiters->repetition, delimiters->component, delimiters->subcomponent };

  for (guint i = 0; i < G_N_ELEMENTS (all); i++)
    if (all[i] != '\0' && value.length > 0 && memchr (value.data, all[i], value.length) != NULL)
      return TRUE;
  return FALSE;
}

static void
add_segment (JsonBuilder *builder, const NegHl7Message *message, guint segment)
{
  const NegHl7Delimiters *delimiters = neg_hl7_message_get_delimiters (message);
  NegHl7Value rest = neg_hl7_message_get_fields (message, segment);
  gboolean verbatim = neg_hl7_message_is_header (message, segment);
  NegHl7Value field;

  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "name");
  add_text (builder, message, neg_hl7_message_get_name (message, segment), TRUE);
  json_builder_set_member_name (builder, "fields");
  json_builder_begin_array (builder);
  if (verbatim)
    add_text (builder, message, (NegHl7Value) { &delimiters->field, 1 }, TRUE);
  /* MSH-2 holds the delimiters. */
  for (; neg_hl7_value_split (&rest, delimiters->field, &field); verbatim = FALSE) {
    if (!verbatim && has_parts (field, delimiters))
      add_parts (builder, message, field, 0);
    else
      add_text (builder, message, field, verbatim);
  }
  json_builder_end_array (builder);
  json_builder_end_object (builder);
}

static char *
dup_header_text (const NegHl7Message *message, guint field)
{
  return neg_hl7_message_dup_text (message, (NegHl7Path) { .field = field, .component = 1 });
}

static void
print_json (const NegHl7Message *message, const char *const *warnings)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autofree char *type = neg_hl7_message_dup_type (message);
  g_autofree char *control_id = dup_header_text (message, 10);
  g_autofree char *version = dup_header_text (message, 12);

  json_builder_begin_object (builder);
  neg_json_add_string (builder, "type", type);
  neg_json_add_string (builder, "control_id", control_id);
  neg_json_add_string (builder, "version", version);
  neg_json_add_string (builder, "charset", neg_hl7_message_get_charset (message));
  neg_json_add_strings (builder, "warnings", warnings);
  json_builder_set_member_name (builder, "segments");
  json_builder_begin_array (builder);
  for (guint i = 0; i < neg_hl7_message_get_n_segments (message); i++)
    add_segment (builder, message, i);
  json_builder_end_array (builder);
  json_builder_end_object (builder);
  neg_json_print (builder);
}

/* A value as it was written, fit for a terminal: what a message holds must not command it. */
static char *
dup_printable (NegHl7Value value)
{
  g_autofree char *valid = g_utf8_make_valid (value.data != NULL ? value.data : "", value.length);
  GString *text = g_string_new (NULL);

  for (const char *p = valid; *p != '\0'; p = g_utf8_next_char (p)) {
    gunichar c = g_utf8_get_char (p);

    if (c < 0x20 || (c >= 0x7F && c < 0xA0))
      g_string_append_printf (text, "\\x%02X", c);
    else
      g_string_append_unichar (text, c);
  }
  return g_string_free (text, FALSE);
}

static void
print_fields (const NegHl7Message *message, guint segment)
{
  g_autofree char *name = dup_printable (neg_hl7_message_get_name (message, segment));
  NegHl7Value rest = neg_hl7_message_get_fields (message, segment);
  guint number = neg_hl7_message_is_header (message, segment) ? 2 : 1;
  NegHl7Value field;

  g_print ("%s\n", name);
  for (; neg_hl7_value_split (&rest, neg_hl7_message_get_delimiters (message)->field, &field); number++) {
    g_autofree char *text = dup_printable (field);

    if (field.length > 0)
      g_print ("  %2u  %s\n", number, text);
  }
}

static void
print_text (const NegHl7Message *message, const char *const *warnings)
{
  g_autofree char *type = dup_printable (neg_hl7_message_get_value (message, (NegHl7Path) { .field = 9 }));
  g_autofree char *control_id = dup_printable (neg_hl7_message_get_value (message, (NegHl7Path) { .field = 10 }));
  g_autofree char *version = dup_printable (neg_hl7_message_get_value (message, (NegHl7Path) { .field = 12 }));

  g_print ("# %s  %s  %s  %s\n", type, control_id, version, neg_hl7_message_get_charset (message));
  for (guint i = 0; warnings[i] != NULL; i++)
    g_print ("! %s\n", warnings[i]);
  for (guint i = 0; i < neg_hl7_message_get_n_segments (message); i++)
    print_fields (message, i);
}

static void
print_error (Run *run, const GError *error)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();

  run->status = neg_command_fail (run->path, error);
  if (!run->json)
    return;
  json_builder_begin_object (builder);
  neg_json_add_error (builder, error);
  json_builder_end_object (builder);
  neg_json_print (builder);
}

/* @more: warnings about the batch, nullable. */
static void
print_message (Run *run, GBytes *bytes, GPtrArray *more)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (NegHl7Message) message = neg_hl7_message_parse (bytes, &error);
  g_autoptr (GPtrArray) warnings = g_ptr_array_new ();
  const char *const *own;

  if (message == NULL) {
    print_error (run, error);
    return;
  }
  own = neg_hl7_message_get_warnings (message);
  for (guint i = 0; own[i] != NULL; i++)
    g_ptr_array_add (warnings, (gpointer) own[i]);
  for (guint i = 0; more != NULL && i < more->len; i++)
    g_ptr_array_add (warnings, g_ptr_array_index (more, i));
  g_ptr_array_add (warnings, NULL);
  if (run->json)
    print_json (message, (const char *const *) warnings->pdata);
  else
    print_text (message, (const char *const *) warnings->pdata);
}

/* What is said about a batch is known at its end, and said with its last message. */
static void
print_body (Run *run, GBytes *body)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (NegHl7Batch) batch = neg_hl7_batch_split (body, &error);

  if (batch == NULL) {
    print_error (run, error);
    return;
  }
  for (guint i = 0; i < batch->messages->len; i++)
    print_message (run, g_ptr_array_index (batch->messages, i), i + 1 == batch->messages->len ? batch->warnings : NULL);
}

/* What a listener received, frames and all. */
static void
print_frames (Run *run, const guint8 *data, gsize length)
{
  g_autoptr (NegHl7Framer) framer = neg_hl7_framer_new (NEG_HL7_BYTES_MAX);
  g_autoptr (GError) error = NULL;
  gboolean going = TRUE;

  while (going) {
    g_autoptr (GBytes) message = NULL;
    gsize partial;

    going = length > 0;
    if (!(going ? neg_hl7_framer_feed (framer, &data, &length, &message, &error)
                : neg_hl7_framer_flush (framer, &message, &error))) {
      print_error (run, error);
      return;
    }
    if (message != NULL)
      print_body (run, message);
    neg_hl7_framer_get_partial (framer, &partial);
    if (!going && partial > 0) {
      neg_fail (&error, NEG_ERROR_TRUNCATED, NULL, "the last message has no end");
      print_error (run, error);
    }
  }
}

static int
parse_file (const char *path, gboolean json)
{
  Run run = { path, json, NEG_EXIT_DONE };
  g_autofree char *data = NULL;
  g_autoptr (GBytes) body = NULL;
  g_autoptr (GError) error = NULL;
  gsize length, start;
  gboolean has_bom;

  if (!g_file_get_contents (path, &data, &length, &error)) {
    print_error (&run, error);
    return run.status;
  }
  start = neg_hl7_segments_get_start (data, length, &has_bom);
  if (start < length && data[start] == NEG_HL7_FRAME_START) {
    print_frames (&run, (const guint8 *) data + start, length - start);
  } else {
    body = g_bytes_new_static (data, length);
    print_body (&run, body);
  }
  return run.status;
}

int
neg_command_hl7 (int argc, char **argv)
{
  g_auto (NegCommandPlace) place = { 0 };
  g_auto (GStrv) words = NULL;
  gboolean json = FALSE;

  if (!neg_command_parse_place (&argc, &argv, NULL, _ ("parse FILE | send HOST:PORT FILE | take FILE"),
                                _ ("parse shows the HL7 v2 messages of FILE: one, several, a batch, or MLLP frames as a "
                                   "listener received them. With --json one line per message, its fields as text or as "
                                   "nested arrays (repetition, component, subcomponent), unescaped. send sends them over "
                                   "MLLP, one after the other, and shows each acknowledgement; tls://HOST:PORT with TLS. take gives "
                                   "them to the agent of this home, as if they had come by the network."),
                                1, &words, &json, &place))
    return NEG_EXIT_USAGE;
  if (g_str_equal (words[0], "parse") && g_strv_length (words) == 2)
    return parse_file (words[1], json);
  if (g_str_equal (words[0], "send") && g_strv_length (words) == 3)
    return neg_command_hl7_send (&place, words[1], words[2], json);
  if (g_str_equal (words[0], "take") && g_strv_length (words) == 2)
    return neg_command_hl7_take (&place, words[1], json);
  return neg_command_usage (_ ("parse or take and one FILE are needed, or send, HOST:PORT and one FILE; see --help"));
}
