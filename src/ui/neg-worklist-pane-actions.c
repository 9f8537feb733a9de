/* The commands of the reading list: open, claim, release, retrieve, ask; and what becomes of them, in words. */
#include "config.h"

#include <glib/gi18n-lib.h>

#include "base/neg-error.h"
#include "model/neg-fiction.h"
#include "reading/neg-captions.h"
#include "ui/neg-order-words.h"
#include "ui/neg-popover.h"
#include "ui/neg-worklist-pane-private.h"
#include "ui/neg-worklist-words.h"
#include "worklist/neg-worklist-case.h"
#include "worklist/neg-worklist-language.h"

#define CALL_MS 30000
#define ASK_NAME "typed" /* with a number that each question has of its own: the answers to the one before go */
#define KEYS_MAX 4

NegEntry *
_neg_worklist_pane_dup_cursor (NegWorklistPane *self)
{
  NegWorklistItem *item = neg_worklist_view_get_cursor (NEG_WORKLIST_VIEW (self->view));
  const NegEntry *entry = item != NULL ? neg_worklist_item_get_entry (item) : NULL;

  return entry != NULL ? neg_entry_copy (entry) : NULL;
}

/* --- calls whose failure is said in the pane --- */

static void
called_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (NegWorklistPane) self = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) answer = neg_network_call_finish (NEG_NETWORK (source), result, &error);
  g_autofree char *text = NULL;

  if (self->box == NULL || answer != NULL || g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  text = neg_network_dup_error (error);
  neg_worklist_pane_say (self, text, TRUE);
}

static void
call (NegWorklistPane *self, const char *method, GVariant *parameters)
{
  neg_network_call_async (self->network, method, parameters, CALL_MS, self->cancellable, called_cb,
                          g_object_ref (self));
}

/* --- opening and claiming --- */

static gboolean
is_of_another (NegWorklistPane *self, const NegEntry *entry)
{
  return *entry->claimed_by != '\0' && g_strcmp0 (entry->claimed_by, neg_network_get_user (self->network)) != 0;
}

static void
open_now (NegWorklistPane *self, const NegEntry *entry, gboolean by_force)
{
  gboolean to_read = entry->status == NEG_STATUS_ARRIVED || entry->status == NEG_STATUS_BEING_READ;

  if (to_read && (entry->n_here > 0 || *entry->peers != '\0'))
    call (self, "Claim", g_variant_new ("(xb)", entry->id, by_force));
  g_signal_emit_by_name (self, "open-requested", entry);
}

static void
ask_about_claim (NegWorklistPane *self, const NegEntry *entry)
{
  g_autofree char *claim = neg_worklist_words_dup_claim (entry);
  g_autofree char *name = neg_caption_dup_person (entry->patient_name);
  g_autofree char *text = g_strdup_printf (_ ("%s is %s. Take it over?"), name, claim);

  g_clear_pointer (&self->asked_about, neg_entry_free);
  self->asked_about = neg_entry_copy (entry);
  gtk_label_set_text (GTK_LABEL (self->question_text), text);
  gtk_widget_set_visible (self->question, TRUE);
  gtk_widget_grab_focus (self->question_no);
}

/* A name that is out of sight is not kept either: invented people may be shown next. */
static void
end_question (NegWorklistPane *self)
{
  gtk_widget_set_visible (self->question, FALSE);
  gtk_label_set_text (GTK_LABEL (self->question_text), "");
}

void
_neg_worklist_pane_answer (NegWorklistPane *self, gboolean yes)
{
  g_autoptr (NegEntry) entry = g_steal_pointer (&self->asked_about);

  end_question (self);
  gtk_widget_grab_focus (self->view);
  if (yes && entry != NULL)
    open_now (self, entry, TRUE);
}

void
neg_worklist_pane_open (NegWorklistPane *self, const NegEntry *entry)
{
  g_return_if_fail (NEG_IS_WORKLIST_PANE (self));

  gtk_widget_set_visible (self->message, FALSE);
  end_question (self);
  if (entry->n_here == 0 && *entry->peers == '\0')
    neg_worklist_pane_say (self, _ ("Nothing has been taken yet: no image is here nor at an archive."), FALSE);
  else if (entry->status == NEG_STATUS_BEING_READ && is_of_another (self, entry))
    ask_about_claim (self, entry);
  else
    open_now (self, entry, FALSE);
}

/* The first that may be asked for it; else the first, so that it is said what keeps it there. */
static char *
dup_peer (NegWorklistPane *self, const NegEntry *entry)
{
  g_auto (GStrv) peers = g_strsplit (entry->peers, "\\", -1);

  for (guint i = 0; peers[i] != NULL; i++)
    if (*peers[i] != '\0' && neg_network_may (self->network, peers[i], "retrieve"))
      return g_strdup (peers[i]);
  return peers[0] != NULL && *peers[0] != '\0' ? g_strdup (peers[0]) : NULL;
}

void
neg_worklist_pane_retrieve (NegWorklistPane *self, const NegEntry *entry)
{
  g_autofree char *peer = dup_peer (self, entry);

  g_return_if_fail (NEG_IS_WORKLIST_PANE (self));

  if (peer == NULL || *entry->study_uid == '\0')
    neg_worklist_pane_say (self, _ ("No archive is known to have this study."), FALSE);
  else
    call (self, "Retrieve", g_variant_new ("(sssib)", peer, entry->study_uid, "", 0, FALSE));
}

/* --- asking the archives --- */

static void
say_answer (NegWorklistPane *self)
{
  g_autoptr (GString) text = g_string_new (NULL);
  GHashTableIter iter;
  gpointer peer, why;

  g_string_append_printf (text, ngettext ("The archives have %u study.", "The archives have %u studies.",
                                          self->n_found),
                          self->n_found);
  g_hash_table_iter_init (&iter, self->problems);
  while (g_hash_table_iter_next (&iter, &peer, &why))
    g_string_append_printf (text, "\n⚠ %s: %s", (const char *) peer, (const char *) why);
  neg_worklist_pane_say (self, text->str, g_hash_table_size (self->problems) > 0);
}

static void
take_failures (NegWorklistPane *self, GVariant *answer)
{
  g_autoptr (GVariantIter) failures = NULL;
  const char *peer, *why;
  guint32 found;

  g_variant_get (answer, "(ua(ss))", &found, &failures);
  self->n_found += found;
  while (g_variant_iter_next (failures, "(&s&s)", &peer, &why))
    g_hash_table_insert (self->problems, neg_text_dup_shown (NEG_TEXT_SITE, peer), neg_text_dup_shown (NEG_TEXT_SENTENCE, why));
}

static void
asked_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (NegWorklistPane) self = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) answer = neg_network_call_finish (NEG_NETWORK (source), result, &error);

  if (self->box == NULL || g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  if (answer != NULL && g_variant_is_of_type (answer, G_VARIANT_TYPE ("(ua(ss))")))
    take_failures (self, answer);
  else
    g_hash_table_insert (self->problems, g_strdup (_ ("Network")), neg_network_dup_error (error));
  if (--self->n_asked > 0)
    return;
  g_clear_object (&self->asking);
  _neg_worklist_pane_update_actions (self);
  say_answer (self);
  neg_worklist_model_refresh (self->model);
}

static GVariant *
new_keys (GHashTable *keys)
{
  GVariantBuilder builder;
  GHashTableIter iter;
  gpointer keyword, value;

  g_variant_builder_init (&builder, G_VARIANT_TYPE ("a{ss}"));
  g_hash_table_iter_init (&iter, keys);
  while (g_hash_table_iter_next (&iter, &keyword, &value))
    g_variant_builder_add (&builder, "{ss}", (const char *) keyword, (const char *) value);
  return g_variant_builder_end (&builder);
}

static void
ask_for (NegWorklistPane *self, guint index, GHashTable *keys)
{
  g_autofree char *name = g_strdup_printf (ASK_NAME "-%" G_GINT64_FORMAT "/%u", self->asked_us, index + 1);

  self->n_asked++;
  neg_network_call_async (self->network, "Ask", g_variant_new ("(s@as@a{ss})", name, g_variant_new_strv (NULL, 0),
                                                               new_keys (keys)),
                          -1, self->asking, asked_cb, g_object_ref (self));
}

void
_neg_worklist_pane_ask (NegWorklistPane *self)
{
  g_autofree char *text = _neg_worklist_pane_dup_text (self);
  g_autoptr (GPtrArray) keys
      = neg_worklist_language_get_keys (text, neg_network_get_timezone (self->network), g_get_real_time ());

  if (self->asking != NULL)
    return;
  if (keys == NULL || keys->len == 0) {
    neg_worklist_pane_say (self, _ ("Type what to ask for: a name, an ID, an accession number, “today”, “mod:CT”."),
                           FALSE);
    return;
  }
  self->asking = g_cancellable_new ();
  self->asked_us = g_get_real_time ();
  self->n_asked = self->n_found = 0;
  g_hash_table_remove_all (self->problems);
  neg_worklist_pane_say (self, _ ("Asking the archives…"), FALSE);
  for (guint i = 0; i < MIN (keys->len, KEYS_MAX); i++)
    ask_for (self, i, g_ptr_array_index (keys, i));
  _neg_worklist_pane_update_actions (self);
}

/* --- details --- */

static void
priors_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (NegWorklistPane) self = data;
  g_autoptr (GPtrArray) priors
      = neg_worklist_model_list_priors_finish (NEG_WORKLIST_MODEL (source), result, NULL); /* none is no harm */

  if (self->box != NULL)
    neg_prior_list_set_entries (NEG_PRIOR_LIST (self->priors), priors, NULL, 0);
}

static void
show_orders (NegWorklistPane *self, GPtrArray *orders)
{
  g_autofree char *words = orders != NULL ? neg_order_words_dup_all (orders) : g_strdup ("");
  g_autofree char *attention = orders != NULL ? neg_order_words_dup_attention (orders) : g_strdup ("");

  gtk_label_set_text (GTK_LABEL (self->orders_text), words);
  gtk_label_set_text (GTK_LABEL (self->orders_attention), attention);
  gtk_widget_set_visible (self->orders_text, *words != '\0');
  gtk_widget_set_visible (self->orders_attention, *attention != '\0');
}

static void
orders_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (NegWorklistPane) self = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) orders
      = neg_worklist_model_list_orders_finish (NEG_WORKLIST_MODEL (source), result, &error);

  if (self->box != NULL && !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    show_orders (self, orders); /* none is no harm */
}

void
_neg_worklist_pane_update_details (NegWorklistPane *self)
{
  g_autoptr (NegEntry) entry = NULL;
  g_autofree char *text = NULL;

  if (!gtk_widget_get_visible (self->details))
    return;
  entry = _neg_worklist_pane_dup_cursor (self);
  text = entry != NULL ? neg_worklist_words_dup_all (entry) : NULL;
  gtk_label_set_text (GTK_LABEL (self->details_text), text);
  if (entry == NULL)
    show_orders (self, NULL);
  else
    neg_worklist_model_list_orders_async (self->model, entry->id, self->cancellable, orders_cb, g_object_ref (self));
  if (entry != NULL)
    neg_worklist_model_list_priors_async (self->model, entry->id, self->cancellable, priors_cb, g_object_ref (self));
  else
    neg_prior_list_set_entries (NEG_PRIOR_LIST (self->priors), NULL, NULL, 0);
}

/* --- actions --- */

static void
open_cb (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  g_autoptr (NegEntry) entry = _neg_worklist_pane_dup_cursor (data);

  if (entry != NULL)
    neg_worklist_pane_open (data, entry);
}

static void
details_cb (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  NegWorklistPane *self = data;

  gtk_widget_set_visible (self->details, !gtk_widget_get_visible (self->details));
  _neg_worklist_pane_update_details (self);
}

static void
retrieve_cb (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  g_autoptr (NegEntry) entry = _neg_worklist_pane_dup_cursor (data);

  if (entry != NULL)
    neg_worklist_pane_retrieve (data, entry);
}

static void
claim_cb (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  NegWorklistPane *self = data;
  g_autoptr (NegEntry) entry = _neg_worklist_pane_dup_cursor (self);

  if (entry != NULL)
    call (self, "Claim", g_variant_new ("(xb)", entry->id, FALSE));
}

static void
release_cb (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  NegWorklistPane *self = data;
  g_autoptr (NegEntry) entry = _neg_worklist_pane_dup_cursor (self);

  if (entry != NULL)
    call (self, "Release", g_variant_new ("(x)", entry->id));
}

static void
set_status_cb (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  NegWorklistPane *self = data;
  g_autoptr (NegEntry) entry = _neg_worklist_pane_dup_cursor (self);

  if (entry != NULL)
    call (self, "SetStatus", g_variant_new ("(xs)", entry->id, g_variant_get_string (parameter, NULL)));
}

static void
ask_cb (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  _neg_worklist_pane_ask (data);
}

static void
stop_asking_cb (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  NegWorklistPane *self = data;

  if (self->asking == NULL)
    return;
  g_cancellable_cancel (self->asking);
  g_clear_object (&self->asking);
  _neg_worklist_pane_update_actions (self);
  neg_worklist_pane_say (self, _ ("Cancelled: not all archives have answered."), FALSE);
}

void
_neg_worklist_pane_add_actions (NegWorklistPane *self)
{
  static const GActionEntry entries[] = {
    { "open", open_cb },       { "details", details_cb },         { "retrieve", retrieve_cb }, { "claim", claim_cb },
    { "release", release_cb }, { "set-status", set_status_cb, "s" }, { "ask", ask_cb },
    { "stop-asking", stop_asking_cb },
  };
  g_autoptr (GSimpleActionGroup) group = g_simple_action_group_new ();
  GActionGroup *columns = neg_worklist_columns_new_actions (self->columns);

  g_action_map_add_action_entries (G_ACTION_MAP (group), entries, G_N_ELEMENTS (entries), self);
  gtk_widget_insert_action_group (GTK_WIDGET (self), "list", G_ACTION_GROUP (group));
  gtk_widget_insert_action_group (GTK_WIDGET (self), "columns", columns);
  g_object_unref (columns);
}

void
_neg_worklist_pane_update_actions (NegWorklistPane *self)
{
  gtk_widget_set_sensitive (self->ask_button, self->asking == NULL);
  gtk_button_set_label (GTK_BUTTON (self->message_button), self->asking != NULL ? _ ("Cancel") : _ ("Dismiss"));
}

/* --- menu --- */

static GMenuModel *
new_menu (void)
{
  GMenu *menu = g_menu_new ();
  g_autoptr (GMenu) reading = g_menu_new (), state = g_menu_new ();

  g_menu_append (menu, _ ("Open"), "list.open");
  g_menu_append (menu, _ ("Retrieve Without Opening"), "list.retrieve");
  g_menu_append (menu, _ ("Details and Priors"), "list.details");
  g_menu_append (reading, _ ("Claim: I Read This"), "list.claim");
  g_menu_append (reading, _ ("Release the Claim"), "list.release");
  g_menu_append_section (menu, NULL, G_MENU_MODEL (reading));
  g_menu_append (state, _ ("Mark as Unread"), "list.set-status::arrived");
  g_menu_append (state, _ ("Mark as Read"), "list.set-status::read");
  g_menu_append (state, _ ("Mark as Reported"), "list.set-status::reported");
  g_menu_append_section (menu, NULL, G_MENU_MODEL (state));
  return G_MENU_MODEL (menu);
}

void
_neg_worklist_pane_popup_menu (NegWorklistPane *self, double x, double y)
{
  if (self->menu == NULL) {
    g_autoptr (GMenuModel) model = new_menu ();

    self->menu = gtk_popover_menu_new_from_model (model);
    gtk_popover_set_has_arrow (GTK_POPOVER (self->menu), FALSE);
    gtk_widget_set_halign (self->menu, GTK_ALIGN_START);
    gtk_widget_set_parent (self->menu, self->view);
  }
  neg_popover_point_to (GTK_POPOVER (self->menu), &(GdkRectangle){ (int) x, (int) y, 1, 1 });
  gtk_popover_popup (GTK_POPOVER (self->menu));
}
