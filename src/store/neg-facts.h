/* All that an object's record says, kept beside its row (instance_facts) for what may be on the desk: whoever judges a study of
 * thousands of objects reads rows instead of files. Thread: as the database's. */
#pragma once

#include "model/neg-object-record.h"
#include "store/neg-database.h"

G_BEGIN_DECLS

/* Of a row that has none. Within neg_archive_write(). */
gboolean neg_facts_add (NegDatabase *database, gint64 instance_id, const NegObjectRecord *record, GError **error);

/* What the pixels of a file are like, as its reader writes it: kept while an object has that file. Replaces what was said. */
gboolean neg_facts_set_pixels (NegDatabase *database, const char *name, const char *digest, const char *facts, GError **error);

/* A column of instance_facts; NULL where there is none. Given. */
NegObjectRecord *neg_facts_read (NegStatement *row, int column);
/* One text of it, borrowed until the statement's next step; NULL: it is not there. */
const char *neg_facts_get (NegStatement *row, int column, NegRecordField field);

G_END_DECLS
