/* Objects that no viewport shows (reports, presentation states, notes, plans): one of them can be looked at in the image's place. */
#include "config.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "reading/neg-captions.h"
#include "ui/neg-accessible.h"
#include "ui/neg-pane-rows.h"
#include "ui/neg-tags-window-private.h"

#define CHARS_MAX 28 /* a title of any length makes the window no wider */

static void
document_free (gpointer data)
{
  NegTagsDocument *document = data;

  neg_blob_unref (document->blob);
  neg_instance_unref (document->instance);
  g_free (document->name);
  g_free (document);
}

/* Where nothing but such objects is open nobody's images are shown, and all of them are listed. */
static gboolean
is_of_patient (const NegPatient *patient, const NegInstance *instance)
{
  g_autofree char *key = NULL;

  if (patient == NULL)
    return TRUE;
  if (instance->study_uid != NULL && *instance->study_uid != '\0' && neg_patient_find_study (patient, instance->study_uid) != NULL)
    return TRUE;
  key = neg_patient_dup_key (instance);
  return strcmp (key, patient->key) == 0;
}

/* "Key object note: for the surgeon · 2026-11-22 · 14:05" */
static char *
dup_name (const NegLoadedObject *object)
{
  const NegInstance *instance = object->instance;
  g_autoptr (NegPaneRow) row = neg_pane_rows_new_object (object);
  g_autofree char *date
      = neg_caption_dup_date (instance->content_date != NULL ? instance->content_date : instance->study_date);
  g_autofree char *time = instance->content_date != NULL ? neg_caption_dup_time (instance->content_time) : NULL;
  GString *name = g_string_new (neg_pane_row_get (row)->title);

  if (date != NULL && *date != '\0')
    g_string_append_printf (name, " · %s", date);
  if (time != NULL)
    g_string_append_printf (name, " · %s", time);
  return g_string_free (name, FALSE);
}

static GPtrArray *
list_documents (NegTagsWindow *self)
{
  const NegPatient *patient = neg_reading_get_patient (self->reading);
  GPtrArray *objects = self->objects != NULL ? self->objects (self->user_data) : NULL;
  GPtrArray *documents = g_ptr_array_new_with_free_func (document_free);

  for (guint i = 0; objects != NULL && i < objects->len; i++) {
    const NegLoadedObject *object = g_ptr_array_index (objects, i);
    NegTagsDocument *document;

    if (!is_of_patient (patient, object->instance))
      continue;
    document = g_new0 (NegTagsDocument, 1);
    document->blob = neg_blob_ref (object->blob);
    document->instance = neg_instance_ref (object->instance);
    document->name = dup_name (object);
    g_ptr_array_add (documents, document);
  }
  return documents;
}

static gboolean
are_same (GPtrArray *a, GPtrArray *b)
{
  if (a == NULL || a->len != b->len)
    return FALSE;
  for (guint i = 0; i < a->len; i++) {
    const NegTagsDocument *one = g_ptr_array_index (a, i), *other = g_ptr_array_index (b, i);

    if (one->blob != other->blob || strcmp (one->name, other->name) != 0)
      return FALSE;
  }
  return TRUE;
}

static void
show_list (NegTagsWindow *self)
{
  g_autoptr (GtkStringList) names = gtk_string_list_new (NULL);
  guint selected = 0;

  gtk_string_list_append (names, _ ("The image in the viewport"));
  for (guint i = 0; i < self->documents->len; i++) {
    const NegTagsDocument *document = g_ptr_array_index (self->documents, i);

    gtk_string_list_append (names, document->name);
    if (neg_blob_get_id (document->blob) == self->document_id)
      selected = i + 1;
  }
  self->is_choosing = TRUE;
  gtk_drop_down_set_model (self->document, G_LIST_MODEL (names));
  gtk_drop_down_set_selected (self->document, selected);
  self->is_choosing = FALSE;
}

const NegTagsDocument *
_neg_tags_window_get_document (NegTagsWindow *self)
{
  for (guint i = 0; self->document_id != 0 && i < self->documents->len; i++) {
    const NegTagsDocument *document = g_ptr_array_index (self->documents, i);

    if (neg_blob_get_id (document->blob) == self->document_id)
      return document;
  }
  return NULL;
}

gboolean
_neg_tags_window_update_documents (NegTagsWindow *self)
{
  g_autoptr (GPtrArray) documents = list_documents (self);

  if (are_same (self->documents, documents))
    return FALSE;
  g_clear_pointer (&self->documents, g_ptr_array_unref);
  self->documents = g_steal_pointer (&documents);
  show_list (self);
  return TRUE;
}

gboolean
_neg_tags_window_leave_document (NegTagsWindow *self)
{
  if (self->document_id == 0)
    return FALSE;
  self->document_id = 0;
  self->is_choosing = TRUE;
  gtk_drop_down_set_selected (self->document, 0);
  self->is_choosing = FALSE;
  return TRUE;
}

/* --- the list --- */

static void
set_up_cb (GtkListItemFactory *factory, GtkListItem *item, gpointer max_chars)
{
  GtkWidget *label = gtk_label_new (NULL);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  if (max_chars != NULL) {
    gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_END);
    gtk_label_set_max_width_chars (GTK_LABEL (label), GPOINTER_TO_INT (max_chars));
  }
  gtk_list_item_set_child (item, label);
}

static void
bind_cb (GtkListItemFactory *factory, GtkListItem *item, gpointer data)
{
  gtk_label_set_text (GTK_LABEL (gtk_list_item_get_child (item)),
                      gtk_string_object_get_string (GTK_STRING_OBJECT (gtk_list_item_get_item (item))));
}

static GtkListItemFactory *
new_factory (int max_chars)
{
  GtkListItemFactory *factory = gtk_signal_list_item_factory_new ();

  g_signal_connect (factory, "setup", G_CALLBACK (set_up_cb), GINT_TO_POINTER (max_chars));
  g_signal_connect (factory, "bind", G_CALLBACK (bind_cb), NULL);
  return factory;
}

GtkDropDown *
_neg_tags_window_new_list (const char *name)
{
  GtkWidget *list = gtk_drop_down_new (NULL, NULL);
  g_autoptr (GtkListItemFactory) shown = new_factory (CHARS_MAX), whole = new_factory (0);

  gtk_drop_down_set_factory (GTK_DROP_DOWN (list), shown);
  gtk_drop_down_set_list_factory (GTK_DROP_DOWN (list), whole);
  neg_accessible_set_name (list, name);
  return GTK_DROP_DOWN (list);
}

static void
chosen_cb (NegTagsWindow *self)
{
  const guint selected = gtk_drop_down_get_selected (self->document);

  if (self->is_choosing)
    return;
  if (selected == 0 || selected > self->documents->len) {
    gtk_toggle_button_set_active (self->follow, TRUE); /* which leaves what was chosen */
    return;
  }
  self->document_id = neg_blob_get_id (((const NegTagsDocument *) g_ptr_array_index (self->documents, selected - 1))->blob);
  gtk_toggle_button_set_active (self->follow, FALSE);
  _neg_tags_window_load (self);
}

GtkWidget *
_neg_tags_window_new_documents (NegTagsWindow *self)
{
  self->documents = g_ptr_array_new_with_free_func (document_free);
  self->document = _neg_tags_window_new_list (_ ("Object"));
  show_list (self);
  g_signal_connect_object (self->document, "notify::selected", G_CALLBACK (chosen_cb), self, G_CONNECT_SWAPPED);
  return GTK_WIDGET (self->document);
}
