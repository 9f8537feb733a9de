/* Laid out texts, kept: most cells of a list that is filtered say what others said just before. Thread: main. */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

typedef struct _NegWorklistTexts NegWorklistTexts;

/* @widget is borrowed and outlives it. */
NegWorklistTexts *neg_worklist_texts_new (GtkWidget *widget);
void neg_worklist_texts_free (NegWorklistTexts *texts);

/* One line of @text that is cut at @width_px; borrowed until the next call. */
PangoLayout *neg_worklist_texts_get (NegWorklistTexts *texts, const char *text, int width_px, gboolean bold);
void neg_worklist_texts_clear (NegWorklistTexts *texts); /* font or scale are other ones */

G_END_DECLS
