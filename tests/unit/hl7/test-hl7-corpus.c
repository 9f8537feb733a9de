/* Every message of a folder of real ones: found, parsed, and the same after it was written anew. */
#include "config.h"

#include <string.h>

#include "hl7-dump.h"
#include "hl7/neg-hl7-batch.h"
#include "hl7/neg-hl7-framer.h"

static const NegHl7Delimiters other = { '#', '@', '*', '!', '%', '$' };

static char *
dup_path (const char *name)
{
  const char *folder = g_getenv ("NEGATOSCOPE_HL7");

  return g_build_filename (folder != NULL ? folder : "", name, NULL);
}

/* MANIFEST.tsv: file, bytes, types/versions with ; between them, line ends, traits. */
static char **
read_manifest (void)
{
  g_autofree char *path = dup_path ("MANIFEST.tsv");
  g_autofree char *text = NULL;

  if (!g_file_get_contents (path, &text, NULL, NULL))
    return NULL;
  return g_strsplit (text, "\n", -1);
}

static NegHl7Batch *
split_file (const char *name)
{
  g_autofree char *path = dup_path (name);
  char *data;
  gsize length;
  g_autoptr (GBytes) body = NULL;
  g_autoptr (GError) error = NULL;
  NegHl7Batch *batch;

  g_assert_true (g_file_get_contents (path, &data, &length, &error));
  body = g_bytes_new_take (data, length);
  batch = neg_hl7_batch_split (body, &error);
  g_assert_no_error (error);
  return batch;
}

static guint
get_n_messages (const char *traits)
{
  const char *word = strstr (traits, "-messages");
  guint n = 0, ten = 1;

  if (word == NULL)
    return 1;
  for (const char *p = word - 1; p >= traits && g_ascii_isdigit (*p); p--, ten *= 10)
    n += ten * (*p - '0');
  return n;
}

static void
check_rewritten (const NegHl7Message *message)
{
  g_autoptr (NegHl7Message) usual = hl7_rewrite (message, NULL), strange = hl7_rewrite (message, &other);
  g_autofree char *expected = hl7_dump (message);
  g_autofree char *a = hl7_dump (usual), *b = hl7_dump (strange);

  g_assert_cmpstr (a, ==, expected);
  g_assert_cmpstr (b, ==, expected);
}

/* Through a frame, a byte at a time. */
static void
check_framed (GBytes *bytes)
{
  g_autoptr (NegHl7Framer) framer = neg_hl7_framer_new (NEG_HL7_BYTES_MAX);
  g_autoptr (GBytes) frame = neg_hl7_frame (bytes, NULL), found = NULL;
  const guint8 *data = g_bytes_get_data (frame, NULL);

  for (gsize i = 0; i < g_bytes_get_size (frame); i++) {
    const guint8 *p = data + i;
    gsize left = 1;

    g_assert_null (found);
    g_assert_true (neg_hl7_framer_feed (framer, &p, &left, &found, NULL));
  }
  g_assert_true (g_bytes_equal (found, bytes));
}

static void
check_message (GBytes *bytes, const char *types)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (NegHl7Message) message = neg_hl7_message_parse (bytes, &error);
  g_autofree char *type = NULL, *version = NULL, *both = NULL;
  g_auto (GStrv) known = g_strsplit (types, ";", -1);

  g_assert_no_error (error);
  type = neg_hl7_message_dup_type (message);
  version = neg_hl7_message_dup_text (message, (NegHl7Path) { .field = 12 });
  both = g_strconcat (type, "/", version, NULL);
  g_test_message ("%s", both);
  g_assert_true (g_strv_contains ((const char *const *) known, both));
  check_rewritten (message);
  check_framed (bytes);
}

static void
test_all (void)
{
  g_auto (GStrv) lines = read_manifest ();
  guint n_files = 0, n_messages = 0;

  if (lines == NULL) {
    g_test_skip ("no folder of HL7 messages (NEGATOSCOPE_HL7)");
    return;
  }
  for (guint i = 1; lines[i] != NULL && *lines[i] != '\0'; i++) {
    g_auto (GStrv) columns = g_strsplit (lines[i], "\t", -1);
    g_autoptr (NegHl7Batch) batch = NULL;

    g_assert_cmpuint (g_strv_length (columns), >, 4);
    g_test_message ("%s", columns[0]);
    batch = split_file (columns[0]);
    g_assert_cmpuint (batch->messages->len, ==, get_n_messages (columns[4]));
    for (guint j = 0; j < batch->messages->len; j++)
      check_message (g_ptr_array_index (batch->messages, j), columns[2]);
    n_files++;
    n_messages += batch->messages->len;
  }
  g_test_message ("%u files, %u messages", n_files, n_messages);
  g_assert_cmpuint (n_files, >, 0);
}

/* Values that somebody looked up in the files. */
static const struct {
  const char *file;
  const char *segment;
  NegHl7Path path;
  const char *text;
} values[] = {
  { "dcm4che_siu_s12_hexescape.hl7", "AIS", { .field = 3, .component = 2 }, "SEPTOPLASTIA (OPERAÇÃO ISOLADA)" },
  { "dcm4che_siu_s12_hexescape.hl7", "PID", { .field = 3, .component = 4 }, "ADT1" },
  { "dcm4che_adt_a40_merge.hl7", "MSH", { .field = 18 }, "8859/1" },
  { "mirth_repetitions.hl7", "OBX", { .field = 2, .repetition = 3 }, "baz" },
  { "mirth_repetitions.hl7", "OBX", { .field = 3 }, NULL },
  { "mirth_whitespace.hl7", "PID", { .field = 1 }, "1 " },
  { "mirth_batch_input.hl7", "OBR", { .field = 4, .component = 3, .subcomponent = 2 }, "W/O CONTRAST" },
  { "msfhir_adt01_23.hl7", "PID", { .field = 5, .component = 1 }, "DUCK" },
  { "msfhir_adt01_23.hl7", "EVN", { .field = 7 }, " " },
  { "hapi_zdt_custom.hl7", "ZFA", { .field = 4 }, "YARDI" },
  { "hapi_zdt_custom.hl7", "PID", { .field = 3, .repetition = 2, .component = 4 }, "BKDMDM" },
  { "lfh_oru_multi_lf.hl7", "OBX", { .field = 2 }, "ST" },
  { "lfh_oru_multi_lf.hl7", "MSH", { .field = 23, .component = 2 }, NULL },
  { "pacsbridge_orm_o01_ca.hl7", "ORC", { .field = 1 }, "CA" },
};

static void
test_values (void)
{
  g_auto (GStrv) lines = read_manifest ();

  if (lines == NULL) {
    g_test_skip ("no folder of HL7 messages (NEGATOSCOPE_HL7)");
    return;
  }
  for (guint i = 0; i < G_N_ELEMENTS (values); i++) {
    g_autoptr (NegHl7Batch) batch = split_file (values[i].file);
    g_autoptr (NegHl7Message) message = neg_hl7_message_parse (g_ptr_array_index (batch->messages, 0), NULL);
    NegHl7Path path = values[i].path;
    g_autofree char *text = NULL;

    path.segment = neg_hl7_message_find (message, values[i].segment, 0);
    g_assert_cmpuint (path.segment, !=, NEG_HL7_NO_SEGMENT);
    text = neg_hl7_message_dup_text (message, path);
    g_test_message ("%s %s-%u", values[i].file, values[i].segment, path.field);
    g_assert_cmpstr (text, ==, values[i].text);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/hl7-corpus/all", test_all);
  g_test_add_func ("/hl7-corpus/values", test_values);
  return g_test_run ();
}
