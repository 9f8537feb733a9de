#include "archive-home.h"

#include <gio/gio.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

void
archive_home_open (ArchiveHome *home)
{
  g_autoptr (GError) error = NULL;

  home->archive = neg_archive_open (home->data, home->cache, "", &error);
  g_assert_no_error (error);
  home->reader = neg_archive_open_reader (home->data, &error);
  g_assert_no_error (error);
}

void
archive_home_close (ArchiveHome *home)
{
  g_clear_pointer (&home->reader, neg_database_free);
  g_clear_pointer (&home->archive, neg_archive_free);
}

/* In memory where there is such a place: what is synced a thousand times would wait for a busy disk. */
static char *
make_folder (void)
{
  g_autofree char *folder = g_strdup ("/dev/shm/negatoscope-archive-XXXXXX");
  g_autoptr (GError) error = NULL;
  char *other;

  if (g_mkdtemp (folder) != NULL)
    return g_steal_pointer (&folder);
  other = g_dir_make_tmp ("negatoscope-archive-XXXXXX", &error);
  g_assert_no_error (error);
  return other;
}

void
archive_home_init (ArchiveHome *home, gconstpointer data)
{
  home->folder = make_folder ();
  home->data = g_build_filename (home->folder, "data", NULL);
  home->cache = g_build_filename (home->folder, "cache", NULL);
  archive_home_open (home);
}

static void
delete_tree (const char *path)
{
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL) {
    g_autofree char *child = g_build_filename (path, name, NULL);

    if (g_file_test (child, G_FILE_TEST_IS_DIR) && !g_file_test (child, G_FILE_TEST_IS_SYMLINK))
      delete_tree (child);
    else
      g_unlink (child);
  }
  g_rmdir (path);
}

void
archive_home_clear (ArchiveHome *home, gconstpointer data)
{
  archive_home_close (home);
  delete_tree (home->folder);
  g_free (home->folder);
  g_free (home->data);
  g_free (home->cache);
}

void
archive_record_set (NegObjectRecord *record, NegRecordField field, const char *text)
{
  g_free (record->text[field]);
  record->text[field] = g_strdup (text);
}

NegObjectRecord *
archive_record (guint study, guint series, guint instance)
{
  NegObjectRecord *record = neg_object_record_new ();

  record->text[NEG_RECORD_SOP_CLASS_UID] = g_strdup ("1.2.840.10008.5.1.4.1.1.2");
  record->text[NEG_RECORD_TRANSFER_SYNTAX_UID] = g_strdup ("1.2.840.10008.1.2.1");
  record->text[NEG_RECORD_STUDY_UID] = g_strdup_printf ("2.25.%u", study);
  record->text[NEG_RECORD_SERIES_UID] = g_strdup_printf ("2.25.%u.%u", study, series);
  record->text[NEG_RECORD_SOP_INSTANCE_UID] = g_strdup_printf ("2.25.%u.%u.%u", study, series, instance);
  record->text[NEG_RECORD_PATIENT_NAME] = g_strdup_printf ("Test^Person %u", study);
  record->text[NEG_RECORD_PATIENT_ID] = g_strdup_printf ("ID%u", study);
  record->text[NEG_RECORD_STUDY_DATE] = g_strdup ("20260102");
  record->text[NEG_RECORD_MODALITY] = g_strdup ("CT");
  record->text[NEG_RECORD_SERIES_NUMBER] = g_strdup_printf ("%u", series);
  record->text[NEG_RECORD_INSTANCE_NUMBER] = g_strdup_printf ("%u", instance);
  record->dataset_offset = 300;
  return record;
}

gboolean
archive_take (ArchiveHome *home, NegObjectClass object_class, const NegObjectRecord *record, const char *issuer,
              const char *text, NegAdded *added, GError **error)
{
  g_autoptr (NegIncoming) incoming = neg_object_store_begin (neg_archive_get_objects (home->archive), object_class,
                                                             error);
  NegArchiveObject object = { .record = record, .bytes = strlen (text), .source = "test", .issuer = issuer };

  if (incoming == NULL)
    return FALSE;
  g_assert_cmpint (write (incoming->fd, text, strlen (text)), ==, strlen (text));
  return neg_archive_take (home->archive, incoming, &object, added, error);
}

void
archive_take_ok (ArchiveHome *home, NegObjectClass object_class, const NegObjectRecord *record, const char *text,
                 NegAdded expected)
{
  g_autoptr (GError) error = NULL;
  NegAdded added = NEG_ADDED_NEW;

  archive_take (home, object_class, record, NULL, text, &added, &error);
  g_assert_no_error (error);
  g_assert_cmpint (added, ==, expected);
}

gint64
archive_count (ArchiveHome *home, const char *sql)
{
  g_autoptr (GError) error = NULL;
  NegStatement *statement = neg_database_prepare (home->reader, sql, &error);
  gboolean has_row;
  gint64 value;

  g_assert_no_error (error);
  neg_statement_step (statement, &has_row, &error);
  g_assert_no_error (error);
  g_assert_true (has_row);
  value = neg_statement_get_int (statement, 0);
  neg_statement_reset (statement);
  return value;
}

static guint
count_below (const char *path)
{
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  const char *name;
  guint n = 0;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL) {
    g_autofree char *child = g_build_filename (path, name, NULL);

    n += g_file_test (child, G_FILE_TEST_IS_DIR) ? count_below (child) : 1;
  }
  return n;
}

guint
archive_count_files (ArchiveHome *home, const char *below)
{
  g_autofree char *path = g_build_filename (home->folder, below, NULL);

  return count_below (path);
}
