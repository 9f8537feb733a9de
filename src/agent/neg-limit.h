/* A time limit for calls that block: a cancellable of its own, cancelled when the time is over or when another one is.
 * Needs the main loop to run on another thread. Thread: any, one at a time. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct {
  GCancellable *cancellable;
  GCancellable *other; /* nullable */
  GSource *timer;
  gulong handler;
} NegLimit;

void neg_limit_begin (NegLimit *limit, guint seconds, GCancellable *other);
void neg_limit_end (NegLimit *limit);

G_END_DECLS
