#include "config.h"

#include "ui/neg-cache-page.h"

#include <glib/gi18n-lib.h>

#include "ui/neg-cache-words.h"
#include "ui/neg-privacy.h"

#define CALL_MS 10000
#define STUDIES_MAX 200u
#define AGAIN_MS 1000 /* between two questions: objects come many times a second */

struct _NegCachePage {
  GtkWidget parent_instance;

  NegNetwork *network;
  GCancellable *cancellable;
  guint again_source;
  gboolean is_asking, ask_again, updating;
  GtkWidget *box, *size, *level, *free_space, *today, *today_priors, *month, *month_priors, *message, *list, *more;
  GPtrArray *studies; /* GVariant, in the order of the rows */
};

G_DEFINE_FINAL_TYPE (NegCachePage, neg_cache_page, GTK_TYPE_WIDGET)

static void ask (NegCachePage *self);

static void
say (NegCachePage *self, const char *text)
{
  gtk_label_set_text (GTK_LABEL (self->message), text);
  gtk_widget_set_visible (self->message, text != NULL);
}

/* --- keeping a study --- */

static void
pinned_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (NegCachePage) self = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) answer = neg_network_call_finish (NEG_NETWORK (source), result, &error);
  g_autofree char *why = NULL;

  if (self->box == NULL || g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  why = answer == NULL ? neg_network_dup_error (error) : NULL;
  say (self, why);
  ask (self); /* also after a failure: the button says what is true */
}

static void
toggled_cb (GtkToggleButton *button, NegCachePage *self)
{
  GVariant *study = g_object_get_data (G_OBJECT (button), "neg-study");
  const char *study_uid = "";
  gint64 entry = 0;

  if (self->updating)
    return;
  g_variant_lookup (study, "study-uid", "&s", &study_uid);
  g_variant_lookup (study, "entry", "x", &entry);
  neg_network_call_async (self->network, "Pin",
                          g_variant_new ("(sxb)", study_uid, entry, gtk_toggle_button_get_active (button)), CALL_MS,
                          self->cancellable, pinned_cb, g_object_ref (self));
}

/* --- rows --- */

static GtkWidget *
new_label (const char *text, const char *css_class)
{
  GtkWidget *label = gtk_label_new (text);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_END);
  if (css_class != NULL)
    gtk_widget_add_css_class (label, css_class);
  return label;
}

static GtkWidget *
new_pin (NegCachePage *self, GVariant *study, const char *title)
{
  GtkWidget *button = gtk_toggle_button_new_with_label (_ ("Keep Here"));
  g_autofree char *spoken = g_strdup_printf (_ ("Keep here: %s"), title);
  gint64 pinned_us = 0;

  g_variant_lookup (study, "pinned-us", "x", &pinned_us);
  gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (button), pinned_us != 0);
  gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
  gtk_widget_add_css_class (button, "small-button");
  gtk_widget_set_tooltip_text (button, _ ("It does not go for room until you let it"));
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, spoken, -1);
  g_object_set_data_full (G_OBJECT (button), "neg-study", g_variant_ref (study), (GDestroyNotify) g_variant_unref);
  g_signal_connect_object (button, "toggled", G_CALLBACK (toggled_cb), self, 0);
  return button;
}

static GtkWidget *
new_row (NegCachePage *self, GVariant *study)
{
  g_autofree char *title = neg_cache_words_dup_title (study);
  g_autofree char *patient = neg_cache_words_dup_patient (study);
  g_autofree char *why = neg_cache_words_dup_why (study, neg_network_get_timezone (self->network), g_get_real_time ());
  g_autofree char *amount = neg_cache_words_dup_amount (study);
  g_autofree char *first = g_strdup_printf ("%s — %s", title, patient);
  g_autofree char *second = g_strdup_printf ("%s · %s", why, amount);
  g_autofree char *spoken = g_strdup_printf ("%s, %s", first, second);
  GtkWidget *row = gtk_list_box_row_new (), *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 8);
  GtkWidget *texts = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);

  gtk_box_append (GTK_BOX (texts), new_label (first, NULL));
  gtk_box_append (GTK_BOX (texts), new_label (second, "dim"));
  gtk_widget_set_hexpand (texts, TRUE);
  gtk_box_append (GTK_BOX (box), texts);
  gtk_box_append (GTK_BOX (box), new_pin (self, study, title));
  gtk_widget_add_css_class (box, "preferences-row");
  gtk_list_box_row_set_child (GTK_LIST_BOX_ROW (row), box);
  gtk_list_box_row_set_activatable (GTK_LIST_BOX_ROW (row), FALSE);
  gtk_accessible_update_property (GTK_ACCESSIBLE (row), GTK_ACCESSIBLE_PROPERTY_LABEL, spoken, -1);
  return row;
}

static gboolean
is_same (GVariantIter *studies, GPtrArray *shown)
{
  GVariant *study;
  guint i = 0;

  while ((study = g_variant_iter_next_value (studies)) != NULL) {
    gboolean same = i < shown->len && g_variant_equal (study, g_ptr_array_index (shown, i));

    g_variant_unref (study);
    if (!same)
      return FALSE;
    i++;
  }
  return i == shown->len;
}

/* Where the focus was it is again: rows that say the same are not made anew, and of others the place stays. */
static int
get_focus_row (NegCachePage *self, gboolean *on_button)
{
  GtkRoot *root = gtk_widget_get_root (GTK_WIDGET (self));
  GtkWidget *focus = root != NULL ? gtk_root_get_focus (root) : NULL;
  GtkWidget *row = focus != NULL ? gtk_widget_get_ancestor (focus, GTK_TYPE_LIST_BOX_ROW) : NULL;

  *on_button = GTK_IS_TOGGLE_BUTTON (focus);
  return row != NULL && gtk_widget_is_ancestor (row, self->list) ? gtk_list_box_row_get_index (GTK_LIST_BOX_ROW (row))
                                                                 : -1;
}

static void
set_focus_row (NegCachePage *self, int index, gboolean on_button)
{
  GtkListBoxRow *row = index >= 0 ? gtk_list_box_get_row_at_index (GTK_LIST_BOX (self->list), index) : NULL;

  if (row == NULL)
    return;
  if (on_button)
    gtk_widget_grab_focus (gtk_widget_get_last_child (gtk_list_box_row_get_child (row)));
  else
    gtk_widget_grab_focus (GTK_WIDGET (row));
}

static void
show_studies (NegCachePage *self, GVariant *studies)
{
  GVariantIter iter;
  GtkWidget *child;
  GVariant *study;
  gboolean on_button;
  int focus = get_focus_row (self, &on_button);

  g_variant_iter_init (&iter, studies);
  if (is_same (&iter, self->studies))
    return;
  self->updating = TRUE;
  while ((child = GTK_WIDGET (gtk_list_box_get_row_at_index (GTK_LIST_BOX (self->list), 0))) != NULL)
    gtk_list_box_remove (GTK_LIST_BOX (self->list), child);
  g_ptr_array_set_size (self->studies, 0);
  g_variant_iter_init (&iter, studies);
  while ((study = g_variant_iter_next_value (&iter)) != NULL) {
    gtk_list_box_append (GTK_LIST_BOX (self->list), new_row (self, study));
    g_ptr_array_add (self->studies, study);
  }
  self->updating = FALSE;
  set_focus_row (self, focus, on_button);
}

/* --- figures --- */

static void
set_text (GtkWidget *label, char *text)
{
  gtk_label_set_text (GTK_LABEL (label), text);
  g_free (text);
}

static void
show_counts (GVariant *status, const char *key, GtkWidget *rate, GtkWidget *priors)
{
  g_autoptr (GVariant) counts = g_variant_lookup_value (status, key, G_VARIANT_TYPE_VARDICT);

  if (counts == NULL)
    return;
  set_text (rate, neg_cache_words_dup_rate (counts));
  set_text (priors, neg_cache_words_dup_priors (counts));
}

static void
show_status (NegCachePage *self, GVariant *status)
{
  guint n = 0;

  set_text (self->size, neg_cache_words_dup_size (status));
  set_text (self->free_space, neg_cache_words_dup_free (status));
  gtk_level_bar_set_value (GTK_LEVEL_BAR (self->level), neg_cache_words_get_fraction (status));
  show_counts (status, "today", self->today, self->today_priors);
  show_counts (status, "month", self->month, self->month_priors);
  g_variant_lookup (status, "studies", "u", &n);
  gtk_widget_set_visible (self->more, n > STUDIES_MAX);
  set_text (self->more, g_strdup_printf (_ ("These are the %u used last, of %u."), STUDIES_MAX, n));
}

static void
answered_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (NegCachePage) self = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) answer = neg_network_call_finish (NEG_NETWORK (source), result, &error);
  g_autoptr (GVariant) status = NULL, studies = NULL;
  g_autofree char *why = NULL;

  self->is_asking = FALSE;
  if (self->box == NULL || g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  if (answer == NULL) {
    why = neg_network_dup_error (error);
    say (self, why);
  } else if (g_variant_is_of_type (answer, G_VARIANT_TYPE ("(a{sv}aa{sv})"))) {
    status = g_variant_get_child_value (answer, 0);
    studies = g_variant_get_child_value (answer, 1);
    show_status (self, status);
    show_studies (self, studies);
  }
  if (self->ask_again)
    ask (self);
}

static void
ask (NegCachePage *self)
{
  self->ask_again = self->is_asking;
  if (self->is_asking || neg_network_get_state (self->network) != NEG_NETWORK_READY)
    return;
  self->is_asking = TRUE;
  neg_network_call_async (self->network, "CacheStatus", g_variant_new ("(u)", STUDIES_MAX), CALL_MS, self->cancellable,
                          answered_cb, g_object_ref (self));
}

static void
again_cb (gpointer data)
{
  NegCachePage *self = data;

  self->again_source = 0;
  ask (self);
}

static void
changed_cb (NegCachePage *self)
{
  if (gtk_widget_get_mapped (GTK_WIDGET (self)) && self->again_source == 0)
    self->again_source = g_timeout_add_once (AGAIN_MS, again_cb, self);
}

/* --- the widget --- */

/* All rows anew, of the same studies. */
static void
privacy_changed_cb (NegCachePage *self)
{
  GVariantBuilder builder;
  g_autoptr (GVariant) studies = NULL;

  if (self->box == NULL)
    return;
  g_variant_builder_init (&builder, G_VARIANT_TYPE ("aa{sv}"));
  for (guint i = 0; i < self->studies->len; i++)
    g_variant_builder_add_value (&builder, g_ptr_array_index (self->studies, i));
  studies = g_variant_ref_sink (g_variant_builder_end (&builder));
  g_ptr_array_set_size (self->studies, 0);
  show_studies (self, studies);
}

static void
neg_cache_page_map (GtkWidget *widget)
{
  NegCachePage *self = NEG_CACHE_PAGE (widget);

  GTK_WIDGET_CLASS (neg_cache_page_parent_class)->map (widget);
  say (self, NULL);
  ask (self);
}

static void
neg_cache_page_dispose (GObject *object)
{
  NegCachePage *self = NEG_CACHE_PAGE (object);

  g_cancellable_cancel (self->cancellable);
  g_clear_handle_id (&self->again_source, g_source_remove);
  g_clear_pointer (&self->box, gtk_widget_unparent);
  g_clear_object (&self->network);
  G_OBJECT_CLASS (neg_cache_page_parent_class)->dispose (object);
}

static void
neg_cache_page_finalize (GObject *object)
{
  g_ptr_array_unref (NEG_CACHE_PAGE (object)->studies);
  g_object_unref (NEG_CACHE_PAGE (object)->cancellable);
  G_OBJECT_CLASS (neg_cache_page_parent_class)->finalize (object);
}

static void
neg_cache_page_class_init (NegCachePageClass *class)
{
  G_OBJECT_CLASS (class)->dispose = neg_cache_page_dispose;
  G_OBJECT_CLASS (class)->finalize = neg_cache_page_finalize;
  GTK_WIDGET_CLASS (class)->map = neg_cache_page_map;
  gtk_widget_class_set_layout_manager_type (GTK_WIDGET_CLASS (class), GTK_TYPE_BIN_LAYOUT);
}

static GtkWidget *
add_label (NegCachePage *self, const char *text, const char *css_class)
{
  GtkWidget *label = gtk_label_new (text);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  if (css_class != NULL)
    gtk_widget_add_css_class (label, css_class);
  gtk_box_append (GTK_BOX (self->box), label);
  return label;
}

static void
make_figures (NegCachePage *self)
{
  add_label (self, _ ("On this disk"), "preferences-title");
  self->size = add_label (self, NULL, NULL);
  self->level = gtk_level_bar_new ();
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->level), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("How much of what is allowed is used"), -1);
  gtk_box_append (GTK_BOX (self->box), self->level);
  self->free_space = add_label (self, NULL, "dim");
  add_label (self, _ ("Today"), "preferences-title");
  self->today = add_label (self, NULL, NULL);
  self->today_priors = add_label (self, NULL, "dim");
  add_label (self, _ ("Last 30 days"), "preferences-title");
  self->month = add_label (self, NULL, NULL);
  self->month_priors = add_label (self, NULL, "dim");
}

static void
make_list (NegCachePage *self)
{
  GtkWidget *scrolled = gtk_scrolled_window_new ();
  GtkWidget *empty = gtk_label_new (_ ("Studies that peers hold and that were fetched come here. Nothing was fetched yet: "
                                       "retrieve a study in the reading list."));

  add_label (self, _ ("Studies"), "preferences-title");
  self->message = add_label (self, NULL, "danger");
  gtk_widget_set_visible (self->message, FALSE);
  gtk_label_set_wrap (GTK_LABEL (empty), TRUE);
  gtk_widget_add_css_class (empty, "empty-page");
  self->list = gtk_list_box_new ();
  gtk_list_box_set_selection_mode (GTK_LIST_BOX (self->list), GTK_SELECTION_NONE);
  gtk_list_box_set_placeholder (GTK_LIST_BOX (self->list), empty);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->list), GTK_ACCESSIBLE_PROPERTY_LABEL, _ ("Studies in the cache"),
                                  -1);
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (scrolled), GTK_POLICY_NEVER, GTK_POLICY_AUTOMATIC);
  gtk_scrolled_window_set_overlay_scrolling (GTK_SCROLLED_WINDOW (scrolled), FALSE);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scrolled), self->list);
  gtk_widget_set_vexpand (scrolled, TRUE);
  gtk_box_append (GTK_BOX (self->box), scrolled);
  self->more = add_label (self, NULL, "dim");
  gtk_widget_set_visible (self->more, FALSE);
}

static void
neg_cache_page_init (NegCachePage *self)
{
  self->cancellable = g_cancellable_new ();
  self->studies = g_ptr_array_new_with_free_func ((GDestroyNotify) g_variant_unref);
  self->box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 4);
  gtk_widget_add_css_class (self->box, "preferences-page");
  gtk_widget_add_css_class (self->box, "cache-page");
  make_figures (self);
  make_list (self);
  gtk_widget_set_parent (self->box, GTK_WIDGET (self));
  neg_privacy_watch (self, G_CALLBACK (privacy_changed_cb));
}

GtkWidget *
neg_cache_page_new (NegNetwork *network)
{
  NegCachePage *self = g_object_new (NEG_TYPE_CACHE_PAGE, NULL);

  self->network = g_object_ref (network);
  g_signal_connect_object (network, "changed", G_CALLBACK (changed_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (network, "archive-changed", G_CALLBACK (changed_cb), self, G_CONNECT_SWAPPED);
  return GTK_WIDGET (self);
}
