/* What the forms and sections of the quality page are made of. Thread: main. */
#pragma once

#include <gtk/gtk.h>

#include "ui/neg-network.h"

G_BEGIN_DECLS

GtkWidget *neg_quality_new_label (const char *text, const char *css_class); /* wraps; @css_class nullable */
GtkWidget *neg_quality_new_title (const char *text);
/* @spoken: for a screen reader, where the label alone does not say of what; nullable. */
GtkWidget *neg_quality_new_button (const char *label, const char *spoken, GCallback callback, gpointer data);
void neg_quality_empty_box (GtkWidget *box);
void neg_quality_set_text (GtkWidget *label, const char *text); /* "" and NULL hide it */

/* What the agent answered; @answer is borrowed. */
typedef void (*NegQualityAnswered) (GVariant *answer, gpointer data);

/* Asks the agent. What went wrong stands in @words, a label beside what was pressed, until the next time; one call of @words at a
 * time. @owner is what @data belongs to: once it is gone nobody is told. */
void neg_quality_ask (NegNetwork *network, const char *method, GVariant *parameters, GtkWidget *words, GObject *owner,
                      NegQualityAnswered answered, gpointer data);

G_END_DECLS
