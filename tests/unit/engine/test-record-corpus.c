/* The index record of every file of the corpus against the typed header, which DCMTK reads. */
#include "engine/neg-dataset.h"
#include "engine/neg-record-reader.h"
#include "engine/neg-scanner.h"

#include "base/neg-error.h"

#include <json-glib/json-glib.h>
#include <string.h>

static guint n_same, n_directories, n_unreadable;

static void
compare (const char *path, const NegObjectRecord *record, NegRecordField field, const char *expected)
{
  const char *found = record->text[field];

  if (g_strcmp0 (found, expected) == 0)
    return;
  g_test_message ("%s: %s is '%s' instead of '%s'", path, neg_record_field_get_keyword (field), found, expected);
  g_test_fail ();
}

static void
compare_number (const char *path, const NegObjectRecord *record, NegRecordField field, gboolean is_there,
                gint64 expected)
{
  const char *found = record->text[field];
  gint64 number;

  if (!is_there)
    return;
  if (found != NULL && found[0] == '+')
    found++;
  if (found == NULL || !g_ascii_string_to_signed (found, 10, G_MININT32, G_MAXUINT32, &number, NULL)
      || number != expected) {
    g_test_message ("%s: %s is '%s' instead of %" G_GINT64_FORMAT, path, neg_record_field_get_keyword (field), found,
                    expected);
    g_test_fail ();
  }
}

static void
compare_instance (const char *path, const NegObjectRecord *record, const NegInstance *instance)
{
  const struct {
    NegRecordField field;
    const char *text;
  } texts[] = {
    { NEG_RECORD_TRANSFER_SYNTAX_UID, instance->transfer_syntax_uid },
    { NEG_RECORD_SOP_CLASS_UID, instance->sop_class_uid },
    { NEG_RECORD_SOP_INSTANCE_UID, instance->sop_instance_uid },
    { NEG_RECORD_STUDY_UID, instance->study_uid },
    { NEG_RECORD_SERIES_UID, instance->series_uid },
    { NEG_RECORD_PATIENT_NAME, instance->patient_name },
    { NEG_RECORD_PATIENT_ID, instance->patient_id },
    { NEG_RECORD_ISSUER, instance->patient_id_issuer },
    { NEG_RECORD_BIRTH_DATE, instance->patient_birth_date },
    { NEG_RECORD_SEX, instance->patient_sex },
    { NEG_RECORD_STUDY_DATE, instance->study_date },
    { NEG_RECORD_STUDY_TIME, instance->study_time },
    { NEG_RECORD_STUDY_ID, instance->study_id },
    { NEG_RECORD_STUDY_DESCRIPTION, instance->study_description },
    { NEG_RECORD_ACCESSION, instance->accession_number },
    { NEG_RECORD_STATION, instance->station_name },
    { NEG_RECORD_MODALITY, instance->modality },
    { NEG_RECORD_SERIES_DATE, instance->series_date },
    { NEG_RECORD_SERIES_TIME, instance->series_time },
    { NEG_RECORD_SERIES_DESCRIPTION, instance->series_description },
    { NEG_RECORD_BODY_PART, instance->body_part },
    { NEG_RECORD_LATERALITY, instance->laterality },
    { NEG_RECORD_IMAGE_LATERALITY, instance->image_laterality },
    { NEG_RECORD_VIEW_POSITION, instance->view_position },
    { NEG_RECORD_PATIENT_POSITION, instance->patient_position },
    { NEG_RECORD_PROTOCOL, instance->protocol_name },
    { NEG_RECORD_MANUFACTURER, instance->manufacturer },
    { NEG_RECORD_IMAGE_TYPE, instance->image_type },
  };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    compare (path, record, texts[i].field, texts[i].text != NULL && *texts[i].text != '\0' ? texts[i].text : NULL);
  compare_number (path, record, NEG_RECORD_SERIES_NUMBER, instance->has_series_number, instance->series_number);
  compare_number (path, record, NEG_RECORD_INSTANCE_NUMBER, instance->has_instance_number, instance->instance_number);
  compare_number (path, record, NEG_RECORD_ROWS, instance->rows > 0, instance->rows);
  compare_number (path, record, NEG_RECORD_COLUMNS, instance->rows > 0, instance->columns);
  compare_number (path, record, NEG_RECORD_BITS_STORED,
                  instance->rows > 0 && record->text[NEG_RECORD_BITS_STORED] != NULL, instance->bits_stored);
  compare_number (path, record, NEG_RECORD_FRAMES, instance->frames > 1, instance->frames);
  n_same++;
}

static void
read_file (const char *folder, const char *path)
{
  g_autofree char *file = g_build_filename (folder, path, NULL);
  g_autofree char *bytes = NULL;
  g_auto (NegLayout) layout = { 0 };
  g_autoptr (NegObjectRecord) record = neg_object_record_new ();
  g_autoptr (GError) failure = NULL;
  g_autoptr (GError) error = NULL;
  NegInstance *instance;
  NegSource source;
  gboolean is_read;
  gsize length;

  g_assert_true (g_file_get_contents (file, &bytes, &length, NULL));
  neg_source_init_memory (&source, bytes, length);
  is_read = neg_record_read (&source, record, &failure);
  if (!neg_scan (&source, &layout, &error)) {
    n_unreadable++;
    return;
  }
  if (neg_dataset_is_directory (&layout, &source)) {
    n_directories++;
    g_assert_error (failure, NEG_ERROR, NEG_ERROR_UNSUPPORTED);
    return;
  }
  g_assert_no_error (failure);
  g_assert_true (is_read);
  instance = neg_dataset_read_instance (&source, &layout, NULL);
  if (instance == NULL)
    return;
  compare_instance (path, record, instance);
  neg_instance_unref (instance);
}

static void
test_corpus (void)
{
  const char *folder = g_getenv ("NEGATOSCOPE_CORPUS");
  g_autoptr (JsonParser) parser = json_parser_new ();
  g_autofree char *manifest = NULL;
  JsonArray *files;

  if (folder == NULL || !g_file_test (folder, G_FILE_TEST_IS_DIR)) {
    g_test_skip ("no corpus");
    return;
  }
  manifest = g_build_filename (folder, "manifest.json", NULL);
  g_assert_true (json_parser_load_from_file (parser, manifest, NULL));
  files = json_object_get_array_member (json_node_get_object (json_parser_get_root (parser)), "files");
  for (guint i = 0; i < json_array_get_length (files); i++)
    read_file (folder, json_object_get_string_member (json_array_get_object_element (files, i), "path"));
  g_test_message ("%u the same, %u directories, %u unreadable", n_same, n_directories, n_unreadable);
  g_assert_cmpuint (n_same, >, 100);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_assert_true (neg_dataset_preload (NULL));
  g_test_add_func ("/record/corpus", test_corpus);
  return g_test_run ();
}
