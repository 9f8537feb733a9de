/* What a recording shows beside the window itself: the pointer, rings where it clicks, words of keys. Nothing of what is typed into
 * entries. Thread: main. */
#pragma once

#include <gtk/gtk.h>

#include "ui/neg-window-picture.h"

G_BEGIN_DECLS

typedef struct _NegRecorderMarks NegRecorderMarks;

/* Listens to what happens in the window until it is freed. */
NegRecorderMarks *neg_recorder_marks_new (GtkWindow *window, NegWindowPicture *picture);
void neg_recorder_marks_free (NegRecorderMarks *marks);

/* TRUE: they are different from what was drawn last. */
gboolean neg_recorder_marks_have_changed (NegRecorderMarks *marks, gint64 now_us);
void neg_recorder_marks_draw (NegRecorderMarks *marks, cairo_t *cr, gint64 now_us); /* in pixels of the picture */

G_END_DECLS
