/* The module that writes WebM: the only code that knows GStreamer. It is loaded at the first export of a film, so that
 * a program that never makes one neither loads nor initialises it. Both sides are of one build.
 * Errors are G_IO_ERROR: NOT_SUPPORTED where a part of GStreamer is missing (the message says which), NO_SPACE, CANCELLED
 * and so on. Thread: any, one at a time; calls block. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

#define NEG_WEBM_MODULE_FILE "neg-webm.so"
#define NEG_WEBM_MODULE_SYMBOL "neg_webm_module"

typedef struct _NegWebm NegWebm;

typedef struct {
  /* A film of @width x @height (both even) into @fd, which stays the caller's and is at its beginning. */
  NegWebm *(*open) (int fd, guint width, guint height, GError **error);

  /* One picture of 1 (grey) or 3 (RGB) channels, shown for @duration_us. Its memory may go when this returns. All
   * pictures of a film have the channels of the first. */
  gboolean (*push) (NegWebm *webm, const guint8 *pixels, gsize stride, guint channels, gint64 duration_us,
                    GCancellable *cancellable, GError **error);

  /* Everything is in the file when this gives TRUE. */
  gboolean (*finish) (NegWebm *webm, GCancellable *cancellable, GError **error);
  void (*free) (NegWebm *webm);
} NegWebmModule;

G_END_DECLS
