/* Writes an object as another version of itself (wire/neg-modify.h). Our own C but for the dictionary, which is handed over,
 * and for other transfer syntaxes. Thread: the engine's one thread. */
#pragma once

#include "engine/neg-node.h"
#include "engine/neg-scanner.h"
#include "wire/neg-modify.h"

G_BEGIN_DECLS

/* The object that @layout was scanned from, changed, into the file @fd from its byte 0, in its own transfer syntax; nothing is
 * written where nothing changes. @modify as neg_modify_read() gives it. NEG_ERROR_REFUSED: a path that may not be changed;
 * _UNSUPPORTED: texts that cannot be read in their character set would have to be written in another; _USAGE: a value that is
 * none of its attribute; _TRUNCATED: the object ends within its attributes; _DISK_FULL. */
gboolean neg_modify_object (NegSource *source, const NegLayout *layout, const NegModify *modify,
                            const NegDictionary *dictionary, int fd, NegModified *modified, GError **error);

/* Between frames of an object that is decoded: FALSE: nobody wants it any more (NEG_ERROR_CANCELLED). Nullable. */
typedef gboolean (*NegModifyGoOn) (gpointer user_data);

/* The same, in modify->transfer_syntax_uid where that is another. NEG_ERROR_UNSUPPORTED: a video, or pixels that take more than
 * 4 GiB when they are decoded. */
gboolean neg_modify_convert (NegSource *source, const NegLayout *layout, const NegModify *modify, int fd,
                             NegModifyGoOn go_on, gpointer user_data, NegModified *modified, GError **error);

/* DCMTK's, loaded by neg_dataset_preload(). */
const NegDictionary *neg_modify_get_dictionary (void);

G_END_DECLS
