/* Work on a disk that may not answer: a share that is unplugged holds whoever asks it, in the kernel, for as long as it likes. The work
 * is done by a thread of its own; when nothing has been heard of it for a while its caller goes on, and the thread is left to its
 * fate. No other work is begun meanwhile.
 * Thread: one at a time. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct _NegLimited NegLimited;

/* Does the work; it has nothing but @data, for the rest may be gone when the disk answers. */
typedef gboolean (*NegLimitedFunc) (gpointer data, GError **error);

/* @name: of the place, for errors. */
NegLimited *neg_limited_new (const char *name);
void neg_limited_free (NegLimited *limited); /* nullable; a thread that is held up is left behind */

/* @data: an atomic reference-counted box (g_atomic_rc_box), of which the thread holds a reference of its own, given up by
 * g_atomic_rc_box_release_full (data, @clear). TIMEOUT: nothing was heard for @silence_ms, or what was begun before is still held up;
 * then *data is the thread's. CANCELLED likewise. */
gboolean neg_limited_run (NegLimited *limited, NegLimitedFunc func, gpointer data, GDestroyNotify clear, guint silence_ms,
                          GCancellable *cancellable, GError **error);

/* Called by the work where it goes on: it is not held up. Elsewhere it does nothing. */
void neg_limited_beat (void);

/* Since when it is held up, UTC; 0: it is not. */
gint64 neg_limited_get_stuck_us (NegLimited *limited);

G_END_DECLS
