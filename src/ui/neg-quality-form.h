/* A form in place of the quality page: what it is about, its content, why (where a person has to say so), one button that does it,
 * one that goes back. The page asks the agent; what it answers in the way of an error stands here. Thread: main. */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define NEG_TYPE_QUALITY_FORM (neg_quality_form_get_type ())
G_DECLARE_DERIVABLE_TYPE (NegQualityForm, neg_quality_form, NEG, QUALITY_FORM, GtkWidget)

struct _NegQualityFormClass {
  GtkWidgetClass parent_class;

  void (*apply) (NegQualityForm *form); /* the button; only when it is ready */
  GtkWidget *(*get_first) (NegQualityForm *form); /* what has the focus at first; NULL: the reason or the button */
};

/* Signals: "cancel" ();
 *          "ask" (gint64 study, char *method, GVariant *parameters). */

/* What every form has. @reason: the title of the line that says why; NULL: nobody has to. */
void neg_quality_form_set_up (NegQualityForm *form, const char *title, const char *button, const char *reason);
GtkWidget *neg_quality_form_get_box (NegQualityForm *form);   /* for its content; borrowed */
GtkWidget *neg_quality_form_get_words (NegQualityForm *form); /* for errors; borrowed */
const char *neg_quality_form_get_reason (NegQualityForm *form); /* "" : not said */
void neg_quality_form_set_reason (NegQualityForm *form, const char *reason); /* what is mostly meant */
/* NULL: it can be done; else what is missing, in words. */
void neg_quality_form_set_obstacle (NegQualityForm *form, const char *obstacle);
void neg_quality_form_start (NegQualityForm *form); /* takes the focus */
/* From the content with Tab, to the reason, or back to the button that goes back: where Tab would choose something on its way. */
void neg_quality_form_leave (NegQualityForm *form, gboolean forwards);

/* Correct() of that study. @spec: a{sv}, consumed when floating. */
void neg_quality_form_correct (NegQualityForm *form, gint64 study, GVariant *spec);
void neg_quality_form_ask (NegQualityForm *form, gint64 study, const char *method, GVariant *parameters);

G_END_DECLS
