/* One way back for all that a window lets a person change: what was done last is taken back first, whether it changed a
 * view or an annotation. Steps are numbered as they are done and as they are taken back; redoing gives a step its first
 * number again. Thread: main. */
#pragma once

#include "reading/neg-annotations.h"
#include "reading/neg-mpr.h"
#include "reading/neg-reading.h"

G_BEGIN_DECLS

/* Larger than all before, from 1. */
guint64 neg_undo_next_serial (void);

/* Views: @reading or @mpr, whichever is shown; the other is NULL. */
gboolean neg_undo_can_undo (NegReading *reading, NegMpr *mpr, NegAnnotations *annotations);
gboolean neg_undo_can_redo (NegReading *reading, NegMpr *mpr, NegAnnotations *annotations);

/* FALSE with what the sink of @annotations says: nothing has changed. */
gboolean neg_undo_undo (NegReading *reading, NegMpr *mpr, NegAnnotations *annotations, GError **error);
gboolean neg_undo_redo (NegReading *reading, NegMpr *mpr, NegAnnotations *annotations, GError **error);

G_END_DECLS
