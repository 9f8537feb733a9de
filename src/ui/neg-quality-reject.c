#include "config.h"

#include "ui/neg-quality-reject.h"

#include <glib/gi18n-lib.h>

#include "reading/neg-captions.h"
#include "ui/neg-accessible.h"
#include "ui/neg-quality-parts.h"
#include "ui/neg-quality-words.h"

/* PS3.16 CID 7011; the one that is mostly meant comes first. */
static const char *const codes[] = { "113001", "113037", "113038", "113039" };

struct _NegQualityReject {
  NegQualityForm parent_instance;

  gint64 study;
  NegQualityParts *parts; /* nullable */
  NegQualityScope *scope;
  char **reasons;
  GtkWidget *codes[G_N_ELEMENTS (codes)], *reason, *words, *repeat;
  GCancellable *cancellable;
};

G_DEFINE_FINAL_TYPE (NegQualityReject, neg_quality_reject, NEG_TYPE_QUALITY_FORM)

static const char *
get_code (NegQualityReject *self)
{
  for (guint i = 0; i < G_N_ELEMENTS (codes); i++)
    if (gtk_check_button_get_active (GTK_CHECK_BUTTON (self->codes[i])))
      return codes[i];
  return codes[0];
}

static const char *
get_reason (NegQualityReject *self)
{
  guint selected = gtk_drop_down_get_selected (GTK_DROP_DOWN (self->reason));

  return selected > 0 && selected <= g_strv_length (self->reasons) ? self->reasons[selected - 1] : "";
}

static void
changed_cb (NegQualityReject *self)
{
  g_autoptr (GPtrArray) objects = neg_quality_scope_list (self->scope);
  gboolean says = *get_reason (self) != '\0' || *gtk_editable_get_text (GTK_EDITABLE (self->words)) != '\0';

  if (self->parts == NULL)
    neg_quality_form_set_obstacle (NEG_QUALITY_FORM (self), _ ("Reading what is there…"));
  else if (objects->len == 0)
    neg_quality_form_set_obstacle (NEG_QUALITY_FORM (self), _ ("No image is chosen."));
  else
    neg_quality_form_set_obstacle (NEG_QUALITY_FORM (self), says ? NULL : _ ("Choose a reason, or say it in words."));
}

/* Of the whole study every image is named: the note lists what it rejects. */
static char **
dup_uids (NegQualityReject *self)
{
  g_autoptr (GPtrArray) objects = neg_quality_scope_list (self->scope);
  GPtrArray *uids = g_ptr_array_new ();

  for (guint i = 0; i < objects->len; i++)
    g_ptr_array_add (uids, g_strdup (neg_quality_parts_get (g_ptr_array_index (objects, i), NEG_RECORD_SOP_INSTANCE_UID)));
  g_ptr_array_add (uids, NULL);
  return (char **) g_ptr_array_free (uids, FALSE);
}

static void
apply (NegQualityForm *form)
{
  NegQualityReject *self = NEG_QUALITY_REJECT (form);
  g_auto (GStrv) uids = dup_uids (self);

  neg_quality_form_ask (form, self->study, "Reject",
                        g_variant_new ("(x^assssb)", self->study, uids, get_code (self), get_reason (self),
                                       gtk_editable_get_text (GTK_EDITABLE (self->words)),
                                       gtk_check_button_get_active (GTK_CHECK_BUTTON (self->repeat))));
}

static GtkWidget *
get_first (NegQualityForm *form)
{
  return NEG_QUALITY_REJECT (form)->reason;
}

static void
loaded_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (NegQualityReject) self = data;
  g_autoptr (GError) error = NULL;
  NegQualityParts *parts = neg_quality_model_load_parts_finish (NEG_QUALITY_MODEL (source), result, &error);

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  if (parts == NULL) {
    neg_quality_form_set_obstacle (NEG_QUALITY_FORM (self), error->message);
    return;
  }
  self->parts = parts;
  neg_quality_scope_set_parts (self->scope, parts);
  changed_cb (self);
}

/* --- the widget --- */

static void
neg_quality_reject_dispose (GObject *object)
{
  g_cancellable_cancel (NEG_QUALITY_REJECT (object)->cancellable);
  G_OBJECT_CLASS (neg_quality_reject_parent_class)->dispose (object);
}

static void
neg_quality_reject_finalize (GObject *object)
{
  NegQualityReject *self = NEG_QUALITY_REJECT (object);

  g_clear_pointer (&self->parts, neg_quality_parts_free);
  g_strfreev (self->reasons);
  g_object_unref (self->cancellable);
  G_OBJECT_CLASS (neg_quality_reject_parent_class)->finalize (object);
}

static void
neg_quality_reject_class_init (NegQualityRejectClass *class)
{
  G_OBJECT_CLASS (class)->dispose = neg_quality_reject_dispose;
  G_OBJECT_CLASS (class)->finalize = neg_quality_reject_finalize;
  NEG_QUALITY_FORM_CLASS (class)->apply = apply;
  NEG_QUALITY_FORM_CLASS (class)->get_first = get_first;
}

static void
neg_quality_reject_init (NegQualityReject *self)
{
  self->cancellable = g_cancellable_new ();
  neg_quality_form_set_up (NEG_QUALITY_FORM (self), _ ("Reject images"), _ ("Reject"), NULL);
}

static void
add_codes (NegQualityReject *self, GtkWidget *box)
{
  gtk_box_append (GTK_BOX (box), neg_quality_new_title (_ ("Why")));
  for (guint i = 0; i < G_N_ELEMENTS (codes); i++) {
    self->codes[i] = gtk_check_button_new_with_label (neg_quality_words_get_code (codes[i]));
    if (i > 0)
      gtk_check_button_set_group (GTK_CHECK_BUTTON (self->codes[i]), GTK_CHECK_BUTTON (self->codes[0]));
    gtk_box_append (GTK_BOX (box), self->codes[i]);
  }
  gtk_check_button_set_active (GTK_CHECK_BUTTON (self->codes[0]), TRUE);
}

static void
add_reasons (NegQualityReject *self, GtkWidget *box)
{
  g_autoptr (GtkStringList) list = gtk_string_list_new (NULL);

  gtk_string_list_append (list, _ ("Reason: choose"));
  for (guint i = 0; self->reasons[i] != NULL; i++)
    gtk_string_list_append (list, _ (self->reasons[i])); /* the usual ones are translated, a site's own are as they are */
  self->reason = gtk_drop_down_new (G_LIST_MODEL (g_object_ref (list)), NULL);
  neg_accessible_set_name (self->reason, C_ ("of a rejection", "Reason"));
  g_signal_connect_object (self->reason, "notify::selected", G_CALLBACK (changed_cb), self, G_CONNECT_SWAPPED);
  self->words = gtk_entry_new ();
  gtk_entry_set_placeholder_text (GTK_ENTRY (self->words), _ ("In words"));
  neg_accessible_set_name (self->words, _ ("Reason in words"));
  g_signal_connect_object (self->words, "changed", G_CALLBACK (changed_cb), self, G_CONNECT_SWAPPED);
  self->repeat = gtk_check_button_new_with_label (_ ("They are to be made again"));
  gtk_box_append (GTK_BOX (box), self->reason);
  gtk_box_append (GTK_BOX (box), self->words);
  gtk_box_append (GTK_BOX (box), self->repeat);
}

NegQualityForm *
neg_quality_reject_new (NegQualityModel *model, gint64 study, const NegQualityPlace *place, const char *const *reasons)
{
  NegQualityReject *self = g_object_new (NEG_TYPE_QUALITY_REJECT, NULL);
  GtkWidget *box = neg_quality_form_get_box (NEG_QUALITY_FORM (self));
  gboolean has_subject = place->subject != NULL && *place->subject != '\0';

  self->study = study;
  self->reasons = g_strdupv ((char **) reasons);
  self->scope = neg_quality_scope_new (place, (1u << NEG_SCOPE_N) - 1, has_subject ? NEG_SCOPE_SUBJECT : NEG_SCOPE_IMAGE);
  if (!has_subject && place->sop_uid == NULL)
    neg_quality_scope_choose (self->scope, NEG_SCOPE_SERIES);
  gtk_box_append (GTK_BOX (box), neg_quality_new_title (_ ("What")));
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (self->scope));
  add_codes (self, box);
  add_reasons (self, box);
  g_signal_connect_object (self->scope, "changed", G_CALLBACK (changed_cb), self, G_CONNECT_SWAPPED);
  changed_cb (self);
  neg_quality_model_load_parts_async (model, study, self->cancellable, loaded_cb, g_object_ref (self));
  return NEG_QUALITY_FORM (self);
}
