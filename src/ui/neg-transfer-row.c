#include "config.h"

#include "ui/neg-transfer-row.h"

#include <glib/gi18n-lib.h>

#include "model/neg-fiction.h"
#include "reading/neg-captions.h"
#include "ui/neg-privacy.h"

#define CALL_MS 10000
#define FAILURES_SHOWN 100

struct _NegTransferRow {
  GtkListBoxRow parent_instance;

  NegTransfers *transfers;
  NegTransfer *transfer;
  GCancellable *cancellable;
  GtkWidget *title, *progress_text, *progress, *failures;
  GtkWidget *cancel, *pause, *resume, *retry, *dismiss, *details;
};

G_DEFINE_FINAL_TYPE (NegTransferRow, neg_transfer_row, GTK_TYPE_LIST_BOX_ROW)

/* --- showing --- */

static void
update_buttons (NegTransferRow *self, const char *state)
{
  gboolean over = neg_transfer_is_over (self->transfer), paused = g_str_equal (state, "paused");

  gtk_widget_set_visible (self->cancel, !over);
  gtk_widget_set_visible (self->pause, !over && !paused);
  gtk_widget_set_visible (self->resume, paused);
  gtk_widget_set_visible (self->retry, g_str_equal (state, "failed") || g_str_equal (state, "cancelled"));
  gtk_widget_set_visible (self->dismiss, over);
  gtk_widget_set_visible (self->details, neg_transfer_get_n_failed (self->transfer) > 0);
}

static void
update (NegTransferRow *self)
{
  const char *state = neg_transfer_get_state (self->transfer);
  g_autofree char *title = neg_transfer_dup_title (self->transfer);
  g_autofree char *progress = neg_transfer_dup_progress (self->transfer);
  g_autofree char *spoken = g_strdup_printf ("%s, %s", title, progress);
  double fraction = neg_transfer_get_fraction (self->transfer);
  const char *css = g_str_equal (state, "failed") ? "danger" : g_str_equal (state, "done") ? "arrived" : "dim";

  gtk_label_set_text (GTK_LABEL (self->title), title);
  gtk_label_set_text (GTK_LABEL (self->progress_text), progress);
  gtk_widget_set_css_classes (self->progress_text, (const char *[]){ css, NULL });
  gtk_progress_bar_set_fraction (GTK_PROGRESS_BAR (self->progress), MAX (fraction, 0));
  gtk_widget_set_visible (self->progress, !neg_transfer_is_over (self->transfer));
  update_buttons (self, state);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, spoken, -1);
}

/* What failed is asked for again by whoever wants to know. */
static void
privacy_changed_cb (NegTransferRow *self)
{
  if (self->transfer == NULL)
    return;
  gtk_widget_set_visible (self->failures, FALSE);
  gtk_label_set_text (GTK_LABEL (self->failures), "");
  update (self);
}

/* --- doing --- */

static void
controlled_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (NegTransferRow) self = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) answer = neg_network_call_finish (NEG_NETWORK (source), result, &error);
  g_autofree char *why = NULL;

  if (answer != NULL || g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  why = neg_network_dup_error (error);
  gtk_label_set_text (GTK_LABEL (self->failures), why);
  gtk_widget_set_visible (self->failures, TRUE);
}

static void
clicked_cb (GtkWidget *button, NegTransferRow *self)
{
  const char *action = g_object_get_data (G_OBJECT (button), "neg-action");

  neg_network_call_async (neg_transfers_get_network (self->transfers), "ControlJob",
                          g_variant_new ("(xs)", neg_transfer_get_id (self->transfer), action), CALL_MS,
                          self->cancellable, controlled_cb, g_object_ref (self));
}

static void
dismiss_cb (NegTransferRow *self)
{
  neg_transfers_dismiss (self->transfers, self->transfer);
}

static char *
dup_failures (GVariant *job)
{
  g_autoptr (GVariantIter) failures = NULL;
  GString *text = g_string_new (NULL);
  const char *uid, *words;
  guint32 status;
  guint n = 0;

  if (!g_variant_lookup (job, "failures", "a(sus)", &failures))
    return g_string_free (text, FALSE);
  while (n++ < FAILURES_SHOWN && g_variant_iter_next (failures, "(&su&s)", &uid, &status, &words)) {
    g_autofree char *object = neg_text_dup_shown (NEG_TEXT_UID, uid);
    g_autofree char *why = neg_text_dup_shown (NEG_TEXT_SENTENCE, words);

    g_string_append_printf (text, "%s%s: %04X %s", text->len > 0 ? "\n" : "", object, status, why);
  }
  return g_string_free (text, FALSE);
}

static void
details_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (NegTransferRow) self = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) answer = neg_network_call_finish (NEG_NETWORK (source), result, &error);
  g_autoptr (GVariant) job = NULL;
  g_autofree char *text = NULL;

  if (answer == NULL && g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  if (answer != NULL && g_variant_is_of_type (answer, G_VARIANT_TYPE ("(a{sv})"))) {
    job = g_variant_get_child_value (answer, 0);
    text = dup_failures (job);
  } else {
    text = neg_network_dup_error (error);
  }
  gtk_label_set_text (GTK_LABEL (self->failures), text);
  gtk_widget_set_visible (self->failures, TRUE);
}

static void
details_clicked_cb (NegTransferRow *self)
{
  if (gtk_widget_get_visible (self->failures)) {
    gtk_widget_set_visible (self->failures, FALSE);
    return;
  }
  neg_network_call_async (neg_transfers_get_network (self->transfers), "GetJob",
                          g_variant_new ("(x)", neg_transfer_get_id (self->transfer)), CALL_MS, self->cancellable,
                          details_cb, g_object_ref (self));
}

/* --- the widget --- */

static void
neg_transfer_row_dispose (GObject *object)
{
  NegTransferRow *self = NEG_TRANSFER_ROW (object);

  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->transfers);
  g_clear_object (&self->transfer);
  G_OBJECT_CLASS (neg_transfer_row_parent_class)->dispose (object);
}

static void
neg_transfer_row_finalize (GObject *object)
{
  g_object_unref (NEG_TRANSFER_ROW (object)->cancellable);
  G_OBJECT_CLASS (neg_transfer_row_parent_class)->finalize (object);
}

static void
neg_transfer_row_class_init (NegTransferRowClass *class)
{
  G_OBJECT_CLASS (class)->dispose = neg_transfer_row_dispose;
  G_OBJECT_CLASS (class)->finalize = neg_transfer_row_finalize;
}

static GtkWidget *
add_label (GtkWidget *box)
{
  GtkWidget *label = gtk_label_new (NULL);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_wrap_mode (GTK_LABEL (label), PANGO_WRAP_WORD_CHAR);
  gtk_box_append (GTK_BOX (box), label);
  return label;
}

/* @action: of ControlJob(); NULL: something else. */
static GtkWidget *
add_button (NegTransferRow *self, GtkWidget *box, const char *label, const char *action)
{
  GtkWidget *button = gtk_button_new_with_label (label);

  gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
  gtk_widget_add_css_class (button, "small-button");
  if (action != NULL) {
    g_object_set_data (G_OBJECT (button), "neg-action", (gpointer) action);
    g_signal_connect_object (button, "clicked", G_CALLBACK (clicked_cb), self, 0);
  }
  gtk_box_append (GTK_BOX (box), button);
  return button;
}

static void
neg_transfer_row_init (NegTransferRow *self)
{
  GtkWidget *line = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 8), *texts = gtk_box_new (GTK_ORIENTATION_VERTICAL, 2);

  self->cancellable = g_cancellable_new ();
  self->title = add_label (texts);
  self->progress_text = add_label (texts);
  self->progress = gtk_progress_bar_new ();
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->progress), GTK_ACCESSIBLE_PROPERTY_LABEL, _ ("Progress"), -1);
  gtk_box_append (GTK_BOX (texts), self->progress);
  self->failures = add_label (texts);
  gtk_label_set_selectable (GTK_LABEL (self->failures), TRUE);
  gtk_widget_set_visible (self->failures, FALSE);
  gtk_widget_set_hexpand (texts, TRUE);
  gtk_box_append (GTK_BOX (line), texts);
  self->details = add_button (self, line, _ ("What Failed"), NULL);
  self->pause = add_button (self, line, _ ("Pause"), "pause");
  self->resume = add_button (self, line, _ ("Go On"), "resume");
  self->retry = add_button (self, line, _ ("Try Again"), "retry");
  self->cancel = add_button (self, line, _ ("Cancel"), "cancel");
  self->dismiss = add_button (self, line, _ ("Dismiss"), NULL);
  g_signal_connect_object (self->details, "clicked", G_CALLBACK (details_clicked_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->dismiss, "clicked", G_CALLBACK (dismiss_cb), self, G_CONNECT_SWAPPED);
  gtk_widget_add_css_class (line, "transfer");
  gtk_list_box_row_set_child (GTK_LIST_BOX_ROW (self), line);
  gtk_list_box_row_set_activatable (GTK_LIST_BOX_ROW (self), FALSE);
}

GtkWidget *
neg_transfer_row_new (NegTransfers *transfers, NegTransfer *transfer)
{
  NegTransferRow *self = g_object_new (NEG_TYPE_TRANSFER_ROW, NULL);

  self->transfers = g_object_ref (transfers);
  self->transfer = g_object_ref (transfer);
  neg_privacy_watch (self, G_CALLBACK (privacy_changed_cb));
  g_signal_connect_object (transfer, "changed", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  update (self);
  return GTK_WIDGET (self);
}
