/* The module that records: with neg-play's the only code of this folder that knows GStreamer. Both sides are of one
 * build. Errors are G_IO_ERROR: NOT_SUPPORTED where a part of GStreamer is missing (the message says which), NO_SPACE,
 * CANCELLED, INVALID_DATA and so on. What the functions mean: neg-take.h. */
#pragma once

#include "media/neg-take.h"

G_BEGIN_DECLS

#define NEG_TAKE_MODULE_FILE "neg-take.so"
#define NEG_TAKE_MODULE_SYMBOL "neg_take_module"

typedef struct {
  NegTake *(*new) (int fd, const NegTakeOptions *options, GError **error);
  gboolean (*push) (NegTake *take, GBytes *pixels, gsize stride, gint64 time_us, gboolean *kept, GError **error);
  void (*pause) (NegTake *take, gint64 time_us);
  void (*resume) (NegTake *take, gint64 time_us);
  void (*get_state) (NegTake *take, NegTakeState *state);
  gboolean (*finish) (NegTake *take, gint64 time_us, GCancellable *cancellable, GError **error);
  void (*free) (NegTake *take);
  gboolean (*trim) (int from_fd, int to_fd, const NegTakeCut *cut, NegTakeProgress progress, gpointer data,
                    GCancellable *cancellable, GError **error);
  gboolean (*mend) (int from_fd, int to_fd, GCancellable *cancellable, GError **error);
  gboolean (*measure) (int fd, NegTakeFacts *facts, GCancellable *cancellable, GError **error);
} NegTakeModule;

G_END_DECLS
