/* An archive in a folder of its own, and objects that have no pixels: what the index is told of them decides. */
#pragma once

#include "store/neg-archive.h"

G_BEGIN_DECLS

typedef struct {
  char *folder, *data, *cache; /* folders */
  NegArchive *archive;
  NegDatabase *reader;
} ArchiveHome;

void archive_home_init (ArchiveHome *home, gconstpointer data);
void archive_home_open (ArchiveHome *home);
void archive_home_close (ArchiveHome *home);
void archive_home_clear (ArchiveHome *home, gconstpointer data); /* and deletes all of it */

/* With UIDs that follow from the numbers. */
NegObjectRecord *archive_record (guint study, guint series, guint instance);
void archive_record_set (NegObjectRecord *record, NegRecordField field, const char *text);

/* Takes @text as the bytes of an object. */
gboolean archive_take (ArchiveHome *home, NegObjectClass object_class, const NegObjectRecord *record, const char *issuer,
                       const char *text, NegAdded *added, GError **error);
void archive_take_ok (ArchiveHome *home, NegObjectClass object_class, const NegObjectRecord *record, const char *text,
                      NegAdded expected);

gint64 archive_count (ArchiveHome *home, const char *sql);
guint archive_count_files (ArchiveHome *home, const char *below); /* such as "data/objects" */

G_END_DECLS
