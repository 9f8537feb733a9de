#include "config.h"

#include "ui/neg-quality-row.h"

#include <glib/gi18n-lib.h>

#include "model/neg-fiction.h"
#include "reading/neg-captions.h"
#include "ui/neg-privacy.h"
#include "ui/neg-quality-words.h"

struct _NegQualityRow {
  GtkListBoxRow parent_instance;

  NegQualityItem *item;
  gboolean is_open;
  GtkWidget *severity, *patient, *id, *about, *matter, *sending;
  const char *severity_class, *sending_class; /* as they are on the labels */
};

G_DEFINE_FINAL_TYPE (NegQualityRow, neg_quality_row, GTK_TYPE_LIST_BOX_ROW)

static void
set_class (GtkWidget *label, const char **now, const char *css_class)
{
  if (g_strcmp0 (*now, css_class) == 0)
    return;
  if (*now != NULL)
    gtk_widget_remove_css_class (label, *now);
  gtk_widget_add_css_class (label, css_class);
  *now = css_class;
}

static void
update_spoken (NegQualityRow *self)
{
  g_autofree char *all = neg_quality_words_dup_all (neg_quality_item_get_row (self->item), neg_quality_item_get_worst (self->item));
  g_autofree char *spoken = self->is_open ? g_strdup_printf (_ ("%s, open"), all) : g_strdup (all);

  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, spoken, -1);
  gtk_widget_set_tooltip_text (GTK_WIDGET (self), all);
}

static void
update (NegQualityRow *self)
{
  const NegDeskRow *row = neg_quality_item_get_row (self->item);
  const NegFinding *worst = neg_quality_item_get_worst (self->item);
  gboolean is_proved, is_problem;
  g_autofree char *patient = neg_quality_words_dup_patient (row), *about = neg_quality_words_dup_about (row);
  g_autofree char *matter = neg_quality_words_dup_matter (row, worst), *id = neg_text_dup_shown (NEG_TEXT_ID, row->patient_id);
  g_autofree char *sending = neg_quality_words_dup_sending (row, &is_proved, &is_problem);
  gboolean is_unknown = row->checked_us == 0 || *row->failure != '\0';

  gtk_label_set_text (GTK_LABEL (self->severity), is_unknown && row->n_findings == 0
                                                      ? _ ("◌ not checked")
                                                      : neg_quality_words_get_severity (row->worst, TRUE));
  set_class (self->severity, &self->severity_class, neg_quality_words_get_severity_class (row->worst));
  gtk_label_set_text (GTK_LABEL (self->patient), patient);
  gtk_label_set_text (GTK_LABEL (self->id), id);
  gtk_label_set_text (GTK_LABEL (self->about), about);
  gtk_label_set_text (GTK_LABEL (self->matter), matter);
  gtk_label_set_text (GTK_LABEL (self->sending), sending);
  set_class (self->sending, &self->sending_class, is_proved ? "arrived" : is_problem ? "danger" : "dim");
  update_spoken (self);
}

gint64
neg_quality_row_get_study (NegQualityRow *self)
{
  g_return_val_if_fail (NEG_IS_QUALITY_ROW (self), 0);
  return neg_quality_item_get_row (self->item)->study_id;
}

void
neg_quality_row_set_open (NegQualityRow *self, gboolean is_open)
{
  g_return_if_fail (NEG_IS_QUALITY_ROW (self));

  if (self->is_open == !!is_open)
    return;
  self->is_open = !!is_open;
  if (is_open)
    gtk_widget_add_css_class (GTK_WIDGET (self), "shown");
  else
    gtk_widget_remove_css_class (GTK_WIDGET (self), "shown");
  update_spoken (self);
}

static GtkWidget *
new_label (const char *css_class)
{
  GtkWidget *label = gtk_label_new (NULL);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_END);
  if (css_class != NULL)
    gtk_widget_add_css_class (label, css_class);
  return label;
}

/* What must not be cut off stands at the right; the rest has what that leaves. */
static GtkWidget *
new_line (GtkWidget *start, GtkWidget *end)
{
  GtkWidget *line = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 8);

  gtk_widget_set_hexpand (start, TRUE);
  gtk_box_append (GTK_BOX (line), start);
  gtk_box_append (GTK_BOX (line), end);
  return line;
}

static void
neg_quality_row_dispose (GObject *object)
{
  g_clear_object (&NEG_QUALITY_ROW (object)->item);
  G_OBJECT_CLASS (neg_quality_row_parent_class)->dispose (object);
}

static void
neg_quality_row_class_init (NegQualityRowClass *class)
{
  G_OBJECT_CLASS (class)->dispose = neg_quality_row_dispose;
}

static void
neg_quality_row_init (NegQualityRow *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);

  self->severity = new_label ("severity");
  self->patient = new_label ("title");
  self->id = new_label ("dim");
  gtk_label_set_max_width_chars (GTK_LABEL (self->id), 14);
  self->about = new_label ("dim");
  self->matter = new_label (NULL);
  gtk_label_set_wrap (GTK_LABEL (self->matter), TRUE);
  gtk_label_set_wrap_mode (GTK_LABEL (self->matter), PANGO_WRAP_WORD_CHAR);
  gtk_label_set_lines (GTK_LABEL (self->matter), 2);
  self->sending = new_label (NULL);
  gtk_box_append (GTK_BOX (box), new_line (self->patient, self->severity));
  gtk_box_append (GTK_BOX (box), new_line (self->about, self->id));
  gtk_box_append (GTK_BOX (box), self->matter);
  gtk_box_append (GTK_BOX (box), self->sending);
  gtk_widget_add_css_class (box, "row-content");
  gtk_widget_add_css_class (GTK_WIDGET (self), "quality-row");
  gtk_list_box_row_set_child (GTK_LIST_BOX_ROW (self), box);
}

GtkWidget *
neg_quality_row_new (NegQualityItem *item)
{
  NegQualityRow *self = g_object_new (NEG_TYPE_QUALITY_ROW, NULL);

  self->item = g_object_ref (item);
  g_signal_connect_object (item, "changed", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  neg_privacy_watch (self, G_CALLBACK (update));
  update (self);
  return GTK_WIDGET (self);
}
