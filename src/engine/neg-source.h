/* Bytes of one object, read by position with a checked range: a stretch of a descriptor, or memory.
 * A read either gives all bytes asked for or fails; nothing is mapped, so a file that shrinks cannot kill the engine.
 * Thread: one at a time. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define NEG_SOURCE_WINDOW_BYTES 16384

typedef struct {
  int fd; /* borrowed; -1: memory */
  const guint8 *memory;
  guint64 base;   /* of the object in fd */
  guint64 length; /* of the object */
  guint8 *window; /* NEG_SOURCE_WINDOW_BYTES of read-ahead, owned; NULL for memory */
  guint64 window_start;
  gsize window_length;
} NegSource;

/* @length is what the requester says and is cut to what the file holds. */
void neg_source_init_fd (NegSource *source, int fd, guint64 base, guint64 length);
void neg_source_init_memory (NegSource *source, const void *memory, guint64 length);
void neg_source_clear (NegSource *source);

/* NEG_ERROR_TRUNCATED beyond the end, NEG_ERROR_UNREADABLE for I/O errors. */
gboolean neg_source_read (NegSource *source, guint64 offset, void *target, gsize length, GError **error);

/* Up to NEG_SOURCE_WINDOW_BYTES at @offset, borrowed until the next call; NULL as above. */
const guint8 *neg_source_peek (NegSource *source, guint64 offset, gsize length, GError **error);

G_END_DECLS
