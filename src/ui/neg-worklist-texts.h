/* Laid out texts, kept: most cells of a list that is filtered say what others said just before. Thread: main. */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

typedef struct _NegWorklistTexts NegWorklistTexts;

/* @widget is borrowed and outlives it. */
NegWorklistTexts *neg_worklist_texts_new (GtkWidget *widget);
void neg_worklist_texts_free (NegWorklistTexts *texts);

/* One line of @text, cut at @width_px. */
int neg_worklist_texts_get_width_px (NegWorklistTexts *texts, const char *text, int width_px, gboolean bold);
/* At the left of @place, in the middle of its height. */
void neg_worklist_texts_draw (NegWorklistTexts *texts, GtkSnapshot *snapshot, const char *text, int width_px,
                              gboolean bold, const graphene_rect_t *place, const GdkRGBA *color);
void neg_worklist_texts_clear (NegWorklistTexts *texts); /* font or scale are other ones */

G_END_DECLS
