/* What a microphone hears, with the time at which it did. Inside of the module only. */
#pragma once

#include "media/neg-take-module.h"

G_BEGIN_DECLS

typedef struct _NegTakeEar NegTakeEar;

/* In a thread of GStreamer's. @time_us: g_get_monotonic_time() when the first sample was heard. */
typedef void (*NegTakeHeard) (const gint16 *samples, gsize n, gint64 time_us, gpointer data);

/* NULL where nothing can hear: no error, the take is silent then. */
NegTakeEar *neg_take_ear_new (NegTakeSound sound, NegTakeHeard heard, gpointer data);
void neg_take_ear_free (NegTakeEar *ear); /* nothing is heard after this */

G_END_DECLS
