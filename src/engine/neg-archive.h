/* ZIP archives through libarchive: the list of entries, and one entry's bytes to a descriptor. Thread: the engine's
 * one thread. */
#pragma once

#include "engine/neg-source.h"
#include "wire/neg-message.h"

G_BEGIN_DECLS

#define NEG_ARCHIVE_ENTRIES_MAX 100000
#define NEG_ARCHIVE_BYTES_MAX ((guint64) 4 << 30) /* unpacked, all entries */

/* Once, before the engine is sealed: names that are not ASCII need a locale (the process's LC_CTYPE becomes UTF-8),
 * dates the time zone. */
gboolean neg_archive_preload (GError **error);

/* Fills result->entries; sizes are what the archive says and are checked again when unpacking. */
gboolean neg_archive_list (NegSource *source, NegScanResult *result, GError **error);

/* Unpacks the given entries in one pass. @write gets each stretch of an item; @done once per item with its size or its
 * error. An entry that holds more or fewer bytes than its item says is NEG_ERROR_INCONSISTENT. A write that fails with
 * NEG_ERROR_CANCELLED ends all. FALSE only when nothing was begun and @done never called. */
typedef gboolean (*NegArchiveWriteFunc) (guint index, guint64 offset, const void *bytes, gsize length,
                                         gpointer user_data, GError **error);
typedef void (*NegArchiveDoneFunc) (guint index, guint64 bytes, const GError *error, gpointer user_data);

typedef struct {
  guint32 entry;
  guint64 bytes;
} NegArchiveItem;

gboolean neg_archive_extract (NegSource *source, const NegArchiveItem *items, guint n_items,
                              NegArchiveWriteFunc write, NegArchiveDoneFunc done, gpointer user_data,
                              GError **error);

G_END_DECLS
