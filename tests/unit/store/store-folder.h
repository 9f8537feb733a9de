/* A folder of its own for each test, and files changed behind the back of the code. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct {
  char *folder;
  char *path; /* of a database in it, not made */
} StoreFolder;

void store_folder_init (StoreFolder *folder);
void store_folder_clear (StoreFolder *folder);

/* By SQLite itself, not by what is tested. */
void store_execute (const char *path, const char *sql);
gint64 store_query_int (const char *path, const char *sql);

guint store_count_files (const char *folder, const char *part_of_name);

G_END_DECLS
