/* Files that a DICOMDIR names. Thread: any. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The file of @file_id, components joined by '/', below @folder, never a way out of it (PS3.10 8.5); also where a file system kept the
 * case or the version number of ISO 9660 names: "IM1" may lie there as "im1" or "IM1;1". Given; NULL: it is not there. */
char *neg_file_id_find (const char *folder, const char *file_id);

G_END_DECLS
