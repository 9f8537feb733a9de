#include "store-folder.h"

#include <glib/gstdio.h>
#include <sqlite3.h>
#include <string.h>

void
store_folder_init (StoreFolder *folder)
{
  g_autoptr (GError) error = NULL;

  folder->folder = g_dir_make_tmp ("negatoscope-store-XXXXXX", &error);
  g_assert_no_error (error);
  folder->path = g_build_filename (folder->folder, "test.db", NULL);
}

void
store_folder_clear (StoreFolder *folder)
{
  g_autoptr (GDir) dir = NULL;
  const char *name;

  g_chmod (folder->folder, 0700);
  dir = g_dir_open (folder->folder, 0, NULL);
  while ((name = g_dir_read_name (dir)) != NULL) {
    g_autofree char *path = g_build_filename (folder->folder, name, NULL);

    g_remove (path);
  }
  g_rmdir (folder->folder);
  g_free (folder->folder);
  g_free (folder->path);
}

void
store_execute (const char *path, const char *sql)
{
  sqlite3 *handle = NULL;

  g_assert_cmpint (sqlite3_open (path, &handle), ==, SQLITE_OK);
  sqlite3_busy_timeout (handle, 5000);
  g_assert_cmpint (sqlite3_exec (handle, sql, NULL, NULL, NULL), ==, SQLITE_OK);
  sqlite3_close (handle);
}

gint64
store_query_int (const char *path, const char *sql)
{
  sqlite3_stmt *statement = NULL;
  sqlite3 *handle = NULL;
  gint64 value;

  g_assert_cmpint (sqlite3_open (path, &handle), ==, SQLITE_OK);
  sqlite3_busy_timeout (handle, 5000);
  g_assert_cmpint (sqlite3_prepare_v2 (handle, sql, -1, &statement, NULL), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_step (statement), ==, SQLITE_ROW);
  value = sqlite3_column_int64 (statement, 0);
  sqlite3_finalize (statement);
  sqlite3_close (handle);
  return value;
}

guint
store_count_files (const char *folder, const char *part_of_name)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;
  guint n = 0;

  while ((name = g_dir_read_name (dir)) != NULL)
    n += strstr (name, part_of_name) != NULL;
  return n;
}
