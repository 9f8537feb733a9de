#include "config.h"

#include "ui/neg-feedback-window.h"

#include <glib/gi18n-lib.h>

#include "ui/neg-accessible.h"
#include "ui/neg-close-keys.h"
#include "ui/neg-feedback-list.h"
#include "ui/neg-page-picture.h"

#define WINDOW_KEY "neg-feedback-window"
#define WIDTH 560
#define HEIGHT 680
#define WORDS_HEIGHT 110
#define PICTURE_HEIGHT 180

struct _NegFeedbackWindow {
  GtkWindow parent_instance;

  NegSupportModel *model;
  char *page;
  GtkWidget *kind, *how_bad, *view, *tick, *picture, *exact, *status, *send;
  GtkTextBuffer *words;
  GBytes *bytes; /* the picture; nullable */
  GCancellable *taking; /* of a picture; nullable */
  gboolean is_sending;
};

#define NEG_TYPE_FEEDBACK_WINDOW (neg_feedback_window_get_type ())
G_DECLARE_FINAL_TYPE (NegFeedbackWindow, neg_feedback_window, NEG, FEEDBACK_WINDOW, GtkWindow)
G_DEFINE_FINAL_TYPE (NegFeedbackWindow, neg_feedback_window, GTK_TYPE_WINDOW)

static void
say (NegFeedbackWindow *self, const char *words)
{
  gtk_label_set_text (GTK_LABEL (self->status), words);
  gtk_widget_set_visible (self->status, *words != '\0');
}

/* --- what is sent --- */

static char *
dup_words (NegFeedbackWindow *self)
{
  GtkTextIter start, end;
  char *text;

  gtk_text_buffer_get_bounds (self->words, &start, &end);
  text = gtk_text_buffer_get_text (self->words, &start, &end, FALSE);
  return g_strstrip (text);
}

static char *
dup_json (NegFeedbackWindow *self, GError **error)
{
  g_autofree char *words = dup_words (self);
  g_auto (NegSender) sender = { 0 };
  const NegFeedback feedback = {
    .kind = (NegFeedbackKind) gtk_drop_down_get_selected (GTK_DROP_DOWN (self->kind)),
    .how_bad = (NegFeedbackHowBad) gtk_drop_down_get_selected (GTK_DROP_DOWN (self->how_bad)),
    .words = words,
    .has_picture = self->bytes != NULL,
  };

  neg_support_model_init_sender (self->model, self->page, &sender);
  return neg_feedback_make_json (&feedback, &sender, g_get_real_time (), error);
}

static void
update (NegFeedbackWindow *self)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *json = dup_json (self, &error);

  gtk_label_set_text (GTK_LABEL (self->exact), json != NULL ? json : error->message);
  gtk_widget_set_sensitive (self->send, json != NULL && !self->is_sending && self->taking == NULL);
}

/* --- the picture --- */

static void
set_picture (NegFeedbackWindow *self, GBytes *bytes, GdkTexture *texture)
{
  g_clear_pointer (&self->bytes, g_bytes_unref);
  if (bytes != NULL)
    self->bytes = g_bytes_ref (bytes);
  gtk_picture_set_paintable (GTK_PICTURE (self->picture), GDK_PAINTABLE (texture));
  gtk_widget_set_visible (self->picture, texture != NULL);
  update (self);
}

/* Without a picture when there is an error. */
static void
end_taking (NegFeedbackWindow *self, GBytes *bytes, GdkTexture *texture, const GError *error)
{
  g_clear_object (&self->taking);
  set_picture (self, bytes, texture);
  say (self, error != NULL ? error->message : _ ("Look at the picture before you send it."));
  if (error != NULL)
    gtk_check_button_set_active (GTK_CHECK_BUTTON (self->tick), FALSE);
}

/* That takes several frames: about 0.1 s of 2560 by 1440. */
static void
decode_thread (GTask *task, gpointer source, gpointer bytes, GCancellable *cancellable)
{
  GError *error = NULL;
  GdkTexture *texture;

  if (g_task_return_error_if_cancelled (task))
    return;
  texture = gdk_texture_new_from_bytes (bytes, &error);
  if (texture != NULL)
    g_task_return_pointer (task, texture, g_object_unref);
  else
    g_task_return_error (task, error);
}

static void
decoded_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (NegFeedbackWindow) self = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GdkTexture) texture = g_task_propagate_pointer (G_TASK (result), &error);

  if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    end_taking (self, texture != NULL ? g_task_get_task_data (G_TASK (result)) : NULL, texture, error);
}

static void
taken_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (NegFeedbackWindow) self = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = neg_page_picture_take_finish (result, &error);
  g_autoptr (GTask) task = NULL;

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  if (bytes == NULL) {
    end_taking (self, NULL, NULL, error);
    return;
  }
  task = g_task_new (NULL, self->taking, decoded_cb, g_object_ref (self));
  g_task_set_task_data (task, g_steal_pointer (&bytes), (GDestroyNotify) g_bytes_unref);
  g_task_run_in_thread (task, decode_thread);
}

static void
tick_cb (NegFeedbackWindow *self)
{
  GtkWindow *parent = gtk_window_get_transient_for (GTK_WINDOW (self));

  if (self->taking != NULL)
    g_cancellable_cancel (self->taking);
  g_clear_object (&self->taking);
  set_picture (self, NULL, NULL);
  if (!gtk_check_button_get_active (GTK_CHECK_BUTTON (self->tick)) || parent == NULL)
    return;
  self->taking = g_cancellable_new ();
  update (self);
  neg_page_picture_take_async (parent, self->taking, taken_cb, g_object_ref (self));
}

/* --- sending --- */

static void
sent_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (NegFeedbackWindow) self = data;
  g_autoptr (GError) error = NULL;
  const gboolean done = neg_support_model_send_finish (NEG_SUPPORT_MODEL (source), result, &error);

  self->is_sending = FALSE;
  if (self->model == NULL)
    return; /* closed for good meanwhile */
  if (!done) {
    g_autofree char *words = g_strdup_printf (_ ("It was not sent: %s"), error->message);

    say (self, words);
    update (self);
    return;
  }
  gtk_text_buffer_set_text (self->words, "", 0);
  gtk_check_button_set_active (GTK_CHECK_BUTTON (self->tick), FALSE);
  say (self, _ ("Thank you. It is kept here until it has arrived; below is what came of it."));
  update (self);
}

static void
send_cb (NegFeedbackWindow *self)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *json = dup_json (self, &error);

  if (json == NULL || self->is_sending) {
    if (error != NULL)
      say (self, error->message);
    return;
  }
  self->is_sending = TRUE;
  update (self);
  neg_support_model_send_async (self->model, "feedback", json, self->bytes, sent_cb, g_object_ref (self));
}

/* --- the window --- */

static void
add_row (GtkWidget *grid, int row, const char *name, GtkWidget *widget)
{
  GtkWidget *label = gtk_label_new (name);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_widget_set_valign (label, GTK_ALIGN_START);
  gtk_widget_add_css_class (label, "dim");
  neg_accessible_set_name (widget, name);
  gtk_widget_set_hexpand (widget, TRUE);
  gtk_grid_attach (GTK_GRID (grid), label, 0, row, 1, 1);
  gtk_grid_attach (GTK_GRID (grid), widget, 1, row, 1, 1);
}

static GtkWidget *
new_choice (NegFeedbackWindow *self, guint n, const char *(*get_words) (guint))
{
  g_autoptr (GtkStringList) list = gtk_string_list_new (NULL);
  GtkWidget *choice;

  for (guint i = 0; i < n; i++)
    gtk_string_list_append (list, get_words (i));
  choice = gtk_drop_down_new (G_LIST_MODEL (g_steal_pointer (&list)), NULL);
  g_signal_connect_object (choice, "notify::selected", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  return choice;
}

static const char *
get_kind_words (guint kind)
{
  return neg_feedback_kind_get_words ((NegFeedbackKind) kind);
}

static const char *
get_how_bad_words (guint how_bad)
{
  return neg_feedback_how_bad_get_words ((NegFeedbackHowBad) how_bad);
}

static GtkWidget *
new_words (NegFeedbackWindow *self)
{
  GtkWidget *scroller = gtk_scrolled_window_new (), *view = gtk_text_view_new ();

  self->words = gtk_text_view_get_buffer (GTK_TEXT_VIEW (view));
  gtk_text_view_set_wrap_mode (GTK_TEXT_VIEW (view), GTK_WRAP_WORD_CHAR);
  gtk_text_view_set_accepts_tab (GTK_TEXT_VIEW (view), FALSE);
  gtk_accessible_update_property (GTK_ACCESSIBLE (view), GTK_ACCESSIBLE_PROPERTY_LABEL, _ ("Words"), -1);
  g_signal_connect_object (self->words, "changed", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scroller), view);
  gtk_scrolled_window_set_has_frame (GTK_SCROLLED_WINDOW (scroller), TRUE);
  gtk_widget_set_size_request (scroller, -1, WORDS_HEIGHT);
  self->view = view;
  return scroller;
}

static GtkWidget *
new_picture (NegFeedbackWindow *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 4);

  self->tick = gtk_check_button_new_with_label (_ ("With a picture of the page. Invented people stand for the patients in it."));
  self->picture = gtk_picture_new ();
  gtk_picture_set_can_shrink (GTK_PICTURE (self->picture), TRUE);
  gtk_widget_set_size_request (self->picture, -1, PICTURE_HEIGHT);
  gtk_widget_set_visible (self->picture, FALSE);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->picture), GTK_ACCESSIBLE_PROPERTY_LABEL, _ ("The picture that is sent"), -1);
  g_signal_connect_object (self->tick, "toggled", G_CALLBACK (tick_cb), self, G_CONNECT_SWAPPED);
  gtk_box_append (GTK_BOX (box), self->tick);
  gtk_box_append (GTK_BOX (box), self->picture);
  return box;
}

static GtkWidget *
new_exact (NegFeedbackWindow *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 4), *title = gtk_label_new (_ ("Exactly this is sent"));

  gtk_label_set_xalign (GTK_LABEL (title), 0);
  gtk_widget_add_css_class (title, "dim");
  self->exact = gtk_label_new (NULL);
  gtk_label_set_wrap (GTK_LABEL (self->exact), TRUE);
  gtk_label_set_wrap_mode (GTK_LABEL (self->exact), PANGO_WRAP_WORD_CHAR);
  gtk_label_set_xalign (GTK_LABEL (self->exact), 0);
  gtk_widget_add_css_class (self->exact, "monospace");
  gtk_box_append (GTK_BOX (box), title);
  gtk_box_append (GTK_BOX (box), self->exact);
  return box;
}

static GtkWidget *
new_foot (NegFeedbackWindow *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 8);

  self->status = gtk_label_new (NULL);
  gtk_label_set_wrap (GTK_LABEL (self->status), TRUE);
  gtk_label_set_xalign (GTK_LABEL (self->status), 0);
  gtk_widget_set_hexpand (self->status, TRUE);
  self->send = gtk_button_new_with_mnemonic (_ ("_Send"));
  neg_accessible_set_name (self->send, _ ("Send"));
  gtk_widget_set_halign (self->send, GTK_ALIGN_END);
  gtk_widget_add_css_class (self->send, "suggested-action");
  g_signal_connect_object (self->send, "clicked", G_CALLBACK (send_cb), self, G_CONNECT_SWAPPED);
  gtk_box_append (GTK_BOX (box), self->status);
  gtk_box_append (GTK_BOX (box), self->send);
  return box;
}

static GtkWidget *
new_content (NegFeedbackWindow *self)
{
  GtkWidget *scroller = gtk_scrolled_window_new (), *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 12), *grid = gtk_grid_new ();

  gtk_grid_set_row_spacing (GTK_GRID (grid), 8);
  gtk_grid_set_column_spacing (GTK_GRID (grid), 12);
  self->kind = new_choice (self, NEG_FEEDBACK_N_KINDS, get_kind_words);
  self->how_bad = new_choice (self, NEG_FEEDBACK_N_HOW_BAD, get_how_bad_words);
  add_row (grid, 0, _ ("What it is"), self->kind);
  add_row (grid, 1, _ ("How bad"), self->how_bad);
  add_row (grid, 2, _ ("In words"), new_words (self));
  gtk_box_append (GTK_BOX (box), grid);
  gtk_box_append (GTK_BOX (box), new_picture (self));
  gtk_box_append (GTK_BOX (box), new_exact (self));
  gtk_box_append (GTK_BOX (box), new_foot (self));
  gtk_box_append (GTK_BOX (box), neg_feedback_list_new (self->model));
  gtk_widget_add_css_class (box, "window-content");
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (scroller), GTK_POLICY_NEVER, GTK_POLICY_AUTOMATIC);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scroller), box);
  return scroller;
}

static void
neg_feedback_window_dispose (GObject *object)
{
  NegFeedbackWindow *self = NEG_FEEDBACK_WINDOW (object);

  if (self->taking != NULL)
    g_cancellable_cancel (self->taking);
  g_clear_object (&self->taking);
  g_clear_object (&self->model);
  g_clear_pointer (&self->bytes, g_bytes_unref);
  g_clear_pointer (&self->page, g_free);
  G_OBJECT_CLASS (neg_feedback_window_parent_class)->dispose (object);
}

static void
neg_feedback_window_class_init (NegFeedbackWindowClass *class)
{
  G_OBJECT_CLASS (class)->dispose = neg_feedback_window_dispose;
}

static void
neg_feedback_window_init (NegFeedbackWindow *self)
{
  gtk_window_set_title (GTK_WINDOW (self), _ ("Feedback"));
  gtk_window_set_default_size (GTK_WINDOW (self), WIDTH, HEIGHT);
  gtk_window_set_hide_on_close (GTK_WINDOW (self), TRUE);
  gtk_widget_set_name (GTK_WIDGET (self), "feedback");
  gtk_widget_add_css_class (GTK_WIDGET (self), "negatoscope");
  gtk_widget_add_css_class (GTK_WIDGET (self), "pane-window");
  neg_close_keys_attach (GTK_WINDOW (self));
}

GtkWindow *
neg_feedback_window_open (NegSupportModel *model, const char *page, GtkWindow *parent)
{
  NegFeedbackWindow *self = g_object_get_data (G_OBJECT (parent), WINDOW_KEY);

  if (self == NULL) {
    self = g_object_new (NEG_TYPE_FEEDBACK_WINDOW, "transient-for", parent, "destroy-with-parent", TRUE, NULL);
    self->model = g_object_ref (model);
    gtk_window_set_modal (GTK_WINDOW (self), gtk_window_get_modal (parent)); /* else that one would keep the keys */
    gtk_window_set_child (GTK_WINDOW (self), new_content (self));
    gtk_window_set_focus (GTK_WINDOW (self), self->view);
    g_object_set_data (G_OBJECT (parent), WINDOW_KEY, self);
    g_signal_connect_object (model, "changed", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  }
  g_free (self->page);
  self->page = g_strdup (page);
  update (self);
  return GTK_WINDOW (self);
}
