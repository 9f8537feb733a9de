/* The technologist's desk in the window: its list in place of the reading list, its page beside the images. Opening a study from it
 * claims nothing and marks nothing as read. */
#include "config.h"

#include <glib/gi18n-lib.h>

#include "base/neg-error.h"
#include "base/neg-paths.h"
#include "ui/neg-entry-lookup.h"
#include "ui/neg-main-window-private.h"

#define PAGE "quality"

/* --- the page --- */

/* Whoever only reads has no page of it: it is there with the list, and of what waits to leave. */
static void
update_page (NegMainWindow *self)
{
  gboolean shown = neg_pane_is_open (self->quality_pane) || neg_quality_page_is_on_desk (self->quality_page);

  neg_context_pane_set_page_visible (self->context, PAGE, shown);
}

static void
show_page (NegMainWindow *self)
{
  neg_context_pane_set_page_visible (self->context, PAGE, TRUE);
  neg_pane_set_open (self->context_pane, TRUE);
  neg_context_pane_show_page (self->context, PAGE);
}

void
_neg_main_window_update_quality (NegMainWindow *self)
{
  gint64 study = self->entry == NULL ? 0 : self->desk_study != 0 ? self->desk_study : self->entry->study_rowid;

  if (self->quality_page == NULL || self->is_opening_again)
    return;
  neg_quality_page_set_study (self->quality_page, study);
  neg_quality_pane_set_open (self->quality_list, study);
  update_page (self);
}

void
_neg_main_window_quality_changed (NegMainWindow *self)
{
  if (self->quality_page == NULL)
    return;
  if (gtk_widget_get_mapped (GTK_WIDGET (self->quality_list)))
    neg_quality_model_refresh (self->quality);
  neg_quality_page_refresh (self->quality_page);
}

/* --- opening --- */

typedef struct {
  NegMainWindow *self;
  gint64 study;
} Opening;

static void
found_cb (NegEntry *entry, const GError *error, gpointer data)
{
  g_autofree Opening *opening = data;
  g_autoptr (NegMainWindow) self = opening->self;

  if (self->quality_page == NULL)
    return;
  if (entry == NULL) {
    _neg_main_window_hint (self, error->message);
    return;
  }
  _neg_main_window_open_entry (self, entry);
  self->desk_study = opening->study;
  _neg_main_window_update_quality (self);
  show_page (self);
}

static void
open_row (NegMainWindow *self, const NegDeskRow *row)
{
  Opening *opening = g_new0 (Opening, 1);

  opening->self = g_object_ref (self);
  opening->study = row->study_id;
  neg_entry_lookup (self->home, row->entry, row->study_uid, found_cb, opening);
}

static void
open_cb (NegMainWindow *self, gint64 study)
{
  NegQualityItem *item = neg_quality_model_find (self->quality, study, NULL);

  if (item != NULL)
    open_row (self, neg_quality_item_get_row (item));
}

static void
moved_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (NegMainWindow) self = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (NegQualitySheet) sheet = neg_quality_model_load_finish (NEG_QUALITY_MODEL (source), result, &error);

  if (self->quality_page == NULL || sheet == NULL)
    return; /* nothing of it is left on the desk */
  if (self->entry == NULL || self->entry->id != sheet->row->entry || self->desk_study != sheet->row->study_id)
    open_row (self, sheet->row);
}

/* A correction may have made another study of it; of the same one the files are listed anew by themselves. */
static void
images_changed_cb (NegMainWindow *self, gint64 study)
{
  neg_quality_model_load_async (self->quality, study, NULL, moved_cb, g_object_ref (self));
}

/* --- before and after --- */

static void
versions_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (NegMainWindow) self = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) versions = neg_quality_model_list_versions_finish (NEG_QUALITY_MODEL (source), result, &error);
  const char *shown[2] = { NULL, NULL };

  if (self->quality_page == NULL)
    return;
  if (versions == NULL) {
    _neg_main_window_hint (self, error->message);
    return;
  }
  for (guint i = 0; shown[0] == NULL && i < versions->len; i++) {
    const NegCorrectionObject *object = g_ptr_array_index (versions, i);

    if (object->new_id != 0 && object->old_path != NULL)
      shown[0] = object->new_sop_uid;
  }
  if (shown[0] != NULL && neg_quality_page_show (self->quality_page, shown))
    _neg_main_window_show_difference (self);
  else
    _neg_main_window_hint (self, _ ("No image of this correction is on the screen now."));
}

static void
difference_cb (NegMainWindow *self, gint64 correction)
{
  neg_quality_model_list_versions_async (self->quality, correction, NULL, versions_cb, g_object_ref (self));
}

/* --- commands --- */

static gboolean
has_focus (GtkWidget *part)
{
  return gtk_widget_get_mapped (part) && gtk_widget_get_focus_child (part) != NULL
         && gtk_window_is_active (GTK_WINDOW (gtk_widget_get_root (part)));
}

gboolean
_neg_main_window_is_mending (NegMainWindow *self)
{
  return self->quality_page != NULL && has_focus (GTK_WIDGET (self->quality_page));
}

static void
go_back (NegMainWindow *self)
{
  gtk_window_present (GTK_WINDOW (self));
  _neg_main_window_focus (self);
}

/* There, and back: a second time it goes, and the reading list is there again. */
static void
show_cb (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  NegMainWindow *self = data;

  if (has_focus (GTK_WIDGET (self->quality_list))) {
    neg_pane_set_open (self->quality_pane, FALSE);
    go_back (self);
    return;
  }
  neg_pane_set_open (self->quality_pane, TRUE);
  gtk_window_present (GTK_WINDOW (gtk_widget_get_root (GTK_WIDGET (self->quality_list))));
  neg_quality_pane_focus_list (self->quality_list);
}

static gboolean
need_study (NegMainWindow *self)
{
  if (neg_quality_page_is_on_desk (self->quality_page)) {
    show_page (self);
    gtk_window_present (GTK_WINDOW (gtk_widget_get_root (GTK_WIDGET (self->quality_page))));
    return TRUE;
  }
  _neg_main_window_hint (self, _ ("What is open is not of the quality list (F7)."));
  return FALSE;
}

static void
page_cb (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  NegMainWindow *self = data;

  if (has_focus (GTK_WIDGET (self->quality_page)))
    go_back (self);
  else if (need_study (self))
    neg_quality_page_focus (self->quality_page);
}

static void
match_cb (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  NegMainWindow *self = data;

  if (need_study (self))
    neg_quality_page_match (self->quality_page);
}

static void
correct_cb (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  NegMainWindow *self = data;

  if (need_study (self))
    neg_quality_page_correct (self->quality_page);
}

static void
reject_cb (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  NegMainWindow *self = data;

  if (need_study (self))
    neg_quality_page_reject (self->quality_page);
}

static void
release_cb (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  NegMainWindow *self = data;

  if (need_study (self))
    neg_quality_page_release (self->quality_page);
}

/* --- making it --- */

/* Both are lists on the left: in the window one of them is there. */
static void
pane_opened_cb (NegMainWindow *self, GParamSpec *spec, NegPane *pane)
{
  NegPane *other = pane == self->quality_pane ? self->worklist_pane : self->quality_pane;

  if (neg_pane_is_open (pane) && !neg_pane_is_detached (pane) && neg_pane_is_open (other) && !neg_pane_is_detached (other)) {
    self->was_worklist_open = pane == self->quality_pane;
    neg_pane_set_open (other, FALSE);
  } else if (pane == self->quality_pane && !neg_pane_is_open (pane) && self->was_worklist_open) {
    self->was_worklist_open = FALSE;
    neg_pane_set_open (self->worklist_pane, TRUE);
  }
  update_page (self);
}

/* After the panes are as they were left. */
void
_neg_main_window_follow_quality (NegMainWindow *self)
{
  self->was_worklist_open = neg_pane_is_open (self->quality_pane);
  g_signal_connect_object (self->quality_pane, "notify::open", G_CALLBACK (pane_opened_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->worklist_pane, "notify::open", G_CALLBACK (pane_opened_cb), self, G_CONNECT_SWAPPED);
  update_page (self);
}

static void
add_actions (NegMainWindow *self)
{
  static const GActionEntry entries[] = {
    { "show", show_cb },       { "page", page_cb },     { "match", match_cb },
    { "correct", correct_cb }, { "reject", reject_cb }, { "release", release_cb },
  };

  _neg_main_window_add_group (self, "quality", entries, G_N_ELEMENTS (entries));
}

GtkWidget *
_neg_main_window_add_quality (NegMainWindow *self)
{
  g_autofree char *data = neg_paths_dup_data_folder (self->home), *cache = neg_paths_dup_cache_folder (self->home);

  self->quality = neg_quality_model_new (data, cache);
  self->quality_list = NEG_QUALITY_PANE (neg_quality_pane_new (self->quality));
  g_signal_connect_object (self->quality_list, "open-requested", G_CALLBACK (open_cb), self, G_CONNECT_SWAPPED);
  add_actions (self);
  return GTK_WIDGET (self->quality_list);
}

void
_neg_main_window_add_quality_page (NegMainWindow *self)
{
  g_set_weak_pointer (&self->quality_page, NEG_QUALITY_PAGE (neg_quality_page_new (self->network, self->quality, self->reading)));
  g_signal_connect_object (self->quality_page, "images-changed", G_CALLBACK (images_changed_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->quality_page, "compare-requested", G_CALLBACK (_neg_main_window_compare), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->quality_page, "difference", G_CALLBACK (difference_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->quality_page, "known", G_CALLBACK (update_page), self, G_CONNECT_SWAPPED);
  neg_context_pane_add_page (self->context, PAGE, _ ("Quality"), "neg-page-quality-symbolic", GTK_WIDGET (self->quality_page));
}

void
_neg_main_window_close_quality (NegMainWindow *self)
{
  g_clear_weak_pointer (&self->quality_page);
  g_clear_object (&self->quality);
}
