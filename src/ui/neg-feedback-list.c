#include "config.h"

#include "ui/neg-feedback-list.h"

#include <glib/gi18n-lib.h>

#include "learning/neg-markdown.h"
#include "ui/neg-accessible.h"

#define ROWS_MAX 50u

struct _NegFeedbackList {
  GtkBox parent_instance;

  NegSupportModel *model;
  GtkWidget *rows;
};

#define NEG_TYPE_FEEDBACK_LIST (neg_feedback_list_get_type ())
G_DECLARE_FINAL_TYPE (NegFeedbackList, neg_feedback_list, NEG, FEEDBACK_LIST, GtkBox)
G_DEFINE_FINAL_TYPE (NegFeedbackList, neg_feedback_list, GTK_TYPE_BOX)

static char *
dup_day (gint64 when_us)
{
  g_autoptr (GDateTime) utc = g_date_time_new_from_unix_utc (when_us / G_USEC_PER_SEC);
  g_autoptr (GDateTime) local = utc != NULL ? g_date_time_to_local (utc) : NULL;

  return local != NULL ? g_date_time_format (local, "%Y-%m-%d %H:%M") : g_strdup ("");
}

static char *
dup_state (const NegSentFeedback *sent)
{
  if (g_str_equal (sent->state, "done"))
    return g_strdup (_ ("arrived"));
  if (g_str_equal (sent->state, "refused"))
    return g_strdup_printf (_ ("refused: %s"), sent->problem);
  if (*sent->problem != '\0')
    return g_strdup_printf (_ ("waits: %s"), sent->problem);
  return g_strdup (_ ("on its way"));
}

static GtkWidget *
add_label (GtkWidget *box, const char *text, const char *css_class)
{
  GtkWidget *label = gtk_label_new (text);

  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_wrap_mode (GTK_LABEL (label), PANGO_WRAP_WORD_CHAR);
  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_widget_add_css_class (label, css_class);
  gtk_box_append (GTK_BOX (box), label);
  return label;
}

static void
retry_cb (GtkButton *button, NegFeedbackList *self)
{
  const gint64 *post = g_object_get_data (G_OBJECT (button), "post");

  neg_support_model_retry (self->model, *post);
}

static void
add_retry (NegFeedbackList *self, GtkWidget *box, gint64 post)
{
  GtkWidget *button = gtk_button_new_with_label (_ ("Try again now"));

  gtk_widget_set_halign (button, GTK_ALIGN_START);
  g_object_set_data_full (G_OBJECT (button), "post", g_memdup2 (&post, sizeof post), g_free);
  g_signal_connect_object (button, "clicked", G_CALLBACK (retry_cb), self, 0);
  gtk_box_append (GTK_BOX (box), button);
}

/* "You said, we did." */
static void
add_answer (GtkWidget *box, const NegFeedbackAnswer *answer)
{
  g_autofree char *markup = neg_markdown_to_markup (answer->words);
  g_autofree char *day = dup_day (answer->at_us);
  g_autofree char *head = *answer->done != '\0'
                              ? g_strdup_printf (_ ("We did: %s"), answer->done)
                              : g_strdup_printf (_ ("Answer of %s"), *answer->by != '\0' ? answer->by : _ ("the site"));

  add_label (box, head, "title");
  gtk_label_set_markup (GTK_LABEL (add_label (box, "", "subtitle")), markup);
  add_label (box, day, "dim");
}

static GtkWidget *
new_row (NegFeedbackList *self, const NegSentFeedback *sent)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 2);
  g_autofree char *day = dup_day (sent->made_us);
  g_autofree char *state = dup_state (sent);
  g_autofree char *head = g_strdup_printf ("%s · %s · %s", day, neg_feedback_kind_get_words (sent->item->feedback.kind), state);

  add_label (box, head, g_str_equal (sent->state, "refused") ? "problem" : "dim");
  add_label (box, sent->item->feedback.words, "title");
  if (!g_str_equal (sent->state, "done") && *sent->problem != '\0')
    add_retry (self, box, sent->post);
  if (sent->answer != NULL)
    add_answer (box, sent->answer);
  gtk_widget_add_css_class (box, "row-content");
  return box;
}

static void
show_sent (NegFeedbackList *self)
{
  GPtrArray *feedback = neg_support_model_get_feedback (self->model);
  GtkWidget *child;

  while ((child = gtk_widget_get_first_child (self->rows)) != NULL)
    gtk_box_remove (GTK_BOX (self->rows), child);
  if (feedback->len == 0)
    add_label (self->rows, _ ("What you send stands here, with its answer."), "dim");
  for (guint i = 0; i < MIN (feedback->len, ROWS_MAX); i++)
    gtk_box_append (GTK_BOX (self->rows), new_row (self, feedback->pdata[i]));
}

/* Who sees an answer has seen it. */
static void
set_seen (NegFeedbackList *self)
{
  GPtrArray *feedback = neg_support_model_get_feedback (self->model);

  for (guint i = 0; gtk_widget_get_mapped (GTK_WIDGET (self)) && i < MIN (feedback->len, ROWS_MAX); i++) {
    const NegSentFeedback *sent = feedback->pdata[i];

    if (sent->answer != NULL && !sent->is_seen)
      neg_support_model_set_seen (self->model, sent->post);
  }
}

static void
changed_cb (NegFeedbackList *self)
{
  show_sent (self);
  set_seen (self);
}

static void
neg_feedback_list_map (GtkWidget *widget)
{
  GTK_WIDGET_CLASS (neg_feedback_list_parent_class)->map (widget);
  set_seen (NEG_FEEDBACK_LIST (widget));
}

static void
neg_feedback_list_dispose (GObject *object)
{
  g_clear_object (&NEG_FEEDBACK_LIST (object)->model);
  G_OBJECT_CLASS (neg_feedback_list_parent_class)->dispose (object);
}

static void
neg_feedback_list_class_init (NegFeedbackListClass *class)
{
  G_OBJECT_CLASS (class)->dispose = neg_feedback_list_dispose;
  GTK_WIDGET_CLASS (class)->map = neg_feedback_list_map;
}

static void
neg_feedback_list_init (NegFeedbackList *self)
{
  gtk_orientable_set_orientation (GTK_ORIENTABLE (self), GTK_ORIENTATION_VERTICAL);
  gtk_box_set_spacing (GTK_BOX (self), 4);
  add_label (GTK_WIDGET (self), _ ("You said, we did"), "heading");
  self->rows = gtk_box_new (GTK_ORIENTATION_VERTICAL, 8);
  gtk_box_append (GTK_BOX (self), self->rows);
}

GtkWidget *
neg_feedback_list_new (NegSupportModel *model)
{
  NegFeedbackList *self = g_object_new (NEG_TYPE_FEEDBACK_LIST, NULL);

  self->model = g_object_ref (model);
  g_signal_connect_object (model, "changed", G_CALLBACK (changed_cb), self, G_CONNECT_SWAPPED);
  show_sent (self);
  return GTK_WIDGET (self);
}
