#include "config.h"

#include "ui/neg-quality-values.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "ui/neg-quality-field.h"
#include "ui/neg-quality-parts.h"

struct _NegQualityValues {
  NegQualityForm parent_instance;

  gint64 study;
  GPtrArray *fields; /* NegQualityField, borrowed */
  NegQualityParts *parts; /* nullable */
  NegQualityScope *scope; /* NULL: all images have what is set */
  GCancellable *cancellable;
};

G_DEFINE_FINAL_TYPE (NegQualityValues, neg_quality_values, NEG_TYPE_QUALITY_FORM)

/* --- what it is now --- */

static char *
dup_now (GPtrArray *objects, NegRecordField field)
{
  const char *first = NULL;

  for (guint i = 0; i < objects->len; i++) {
    const char *text = neg_quality_parts_get (g_ptr_array_index (objects, i), field);

    if (first != NULL && !g_str_equal (first, text))
      return NULL;
    first = text;
  }
  return g_strdup (first != NULL ? first : "");
}

static void
show_now (NegQualityValues *self)
{
  g_autoptr (GPtrArray) chosen = NULL;

  if (self->parts == NULL)
    return;
  chosen = self->scope != NULL ? neg_quality_scope_list (self->scope) : NULL;
  for (guint i = 0; i < self->fields->len; i++) {
    NegQualityField *field = g_ptr_array_index (self->fields, i);
    const NegValueInfo *info = neg_quality_field_get_info (field);
    GPtrArray *objects = chosen != NULL && !neg_quality_field_is_of_study (field) ? chosen : self->parts->objects;
    g_autofree char *now = info != NULL ? dup_now (objects, info->field) : g_strdup ("");

    neg_quality_field_set_now (field, now);
  }
}

/* --- what it becomes --- */

static char *
dup_obstacle (NegQualityValues *self)
{
  guint n_of_study = 0, n_of_images = 0;

  for (guint i = 0; i < self->fields->len; i++) {
    NegQualityField *field = g_ptr_array_index (self->fields, i);
    g_autofree char *value = neg_quality_field_dup (field);

    if (!neg_quality_field_is_changed (field))
      continue;
    if (value == NULL)
      return g_strdup (_ ("A date is not valid."));
    if (neg_quality_field_is_of_study (field))
      n_of_study++;
    else
      n_of_images++;
  }
  if (self->parts == NULL)
    return g_strdup (_ ("Reading what is there…"));
  if (n_of_study + n_of_images == 0)
    return g_strdup (_ ("Nothing is changed yet."));
  if (n_of_study > 0 && n_of_images > 0)
    return g_strdup (_ ("Values of the patient or study, and values of images, are two corrections: one after the other."));
  if (n_of_images > 0 && self->scope != NULL) {
    g_autoptr (GPtrArray) objects = neg_quality_scope_list (self->scope);

    if (objects->len == 0)
      return g_strdup (_ ("No image is chosen."));
  }
  return NULL;
}

static void
changed_cb (NegQualityValues *self)
{
  g_autofree char *obstacle = dup_obstacle (self);

  neg_quality_form_set_obstacle (NEG_QUALITY_FORM (self), obstacle);
}

static void
scope_changed_cb (NegQualityValues *self)
{
  show_now (self);
  changed_cb (self);
}

static gboolean
is_about_images (NegQualityValues *self)
{
  for (guint i = 0; i < self->fields->len; i++)
    if (neg_quality_field_is_changed (g_ptr_array_index (self->fields, i))
        && neg_quality_field_is_of_study (g_ptr_array_index (self->fields, i)))
      return FALSE;
  return TRUE;
}

static void
add_scope (NegQualityValues *self, GVariantDict *spec)
{
  g_auto (GStrv) uids = NULL;
  gboolean is_series;

  if (self->scope == NULL || !is_about_images (self))
    return;
  is_series = neg_quality_scope_get (self->scope) == NEG_SCOPE_SERIES;
  uids = is_series ? neg_quality_scope_dup_series (self->scope) : neg_quality_scope_dup_uids (self->scope);
  if (uids[0] != NULL)
    g_variant_dict_insert (spec, is_series ? "series" : "objects", "^as", uids);
}

static void
apply (NegQualityForm *form)
{
  NegQualityValues *self = NEG_QUALITY_VALUES (form);
  GVariantBuilder values;
  GVariantDict spec;

  g_variant_builder_init (&values, G_VARIANT_TYPE ("a(ss)"));
  for (guint i = 0; i < self->fields->len; i++) {
    NegQualityField *field = g_ptr_array_index (self->fields, i);
    g_autofree char *value = neg_quality_field_dup (field);

    if (value != NULL && neg_quality_field_is_changed (field))
      g_variant_builder_add (&values, "(ss)", neg_quality_field_get_path (field), value);
  }
  g_variant_dict_init (&spec, NULL);
  g_variant_dict_insert (&spec, "kind", "s", "set");
  g_variant_dict_insert_value (&spec, "values", g_variant_builder_end (&values));
  add_scope (self, &spec);
  neg_quality_form_correct (form, self->study, g_variant_dict_end (&spec));
}

static GtkWidget *
get_first (NegQualityForm *form)
{
  NegQualityValues *self = NEG_QUALITY_VALUES (form);
  NegQualityField *field = g_ptr_array_index (self->fields, 0);

  return neg_quality_field_is_changed (field) ? NULL : neg_quality_field_get_entry (field);
}

static void
loaded_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (NegQualityValues) self = data;
  g_autoptr (GError) error = NULL;
  NegQualityParts *parts = neg_quality_model_load_parts_finish (NEG_QUALITY_MODEL (source), result, &error);

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  if (parts == NULL) {
    neg_quality_form_set_obstacle (NEG_QUALITY_FORM (self), error->message);
    return;
  }
  self->parts = parts;
  if (self->scope != NULL)
    neg_quality_scope_set_parts (self->scope, parts);
  show_now (self);
  changed_cb (self);
}

/* --- the widget --- */

static void
neg_quality_values_dispose (GObject *object)
{
  g_cancellable_cancel (NEG_QUALITY_VALUES (object)->cancellable);
  G_OBJECT_CLASS (neg_quality_values_parent_class)->dispose (object);
}

static void
neg_quality_values_finalize (GObject *object)
{
  NegQualityValues *self = NEG_QUALITY_VALUES (object);

  g_ptr_array_unref (self->fields);
  g_clear_pointer (&self->parts, neg_quality_parts_free);
  g_object_unref (self->cancellable);
  G_OBJECT_CLASS (neg_quality_values_parent_class)->finalize (object);
}

static void
neg_quality_values_class_init (NegQualityValuesClass *class)
{
  G_OBJECT_CLASS (class)->dispose = neg_quality_values_dispose;
  G_OBJECT_CLASS (class)->finalize = neg_quality_values_finalize;
  NEG_QUALITY_FORM_CLASS (class)->apply = apply;
  NEG_QUALITY_FORM_CLASS (class)->get_first = get_first;
}

static void
neg_quality_values_init (NegQualityValues *self)
{
  self->fields = g_ptr_array_new ();
  self->cancellable = g_cancellable_new ();
}

static NegQualityField *
add_field (NegQualityValues *self, const NegValueInfo *info, const char *path)
{
  NegQualityField *field = neg_quality_field_new (info, path);

  g_signal_connect_object (field, "changed", G_CALLBACK (changed_cb), self, G_CONNECT_SWAPPED);
  g_ptr_array_add (self->fields, field);
  gtk_box_append (GTK_BOX (neg_quality_form_get_box (NEG_QUALITY_FORM (self))), GTK_WIDGET (field));
  return field;
}

static void
add_scope_chooser (NegQualityValues *self, const NegQualityPlace *place, NegScope first)
{
  GtkWidget *box = neg_quality_form_get_box (NEG_QUALITY_FORM (self));

  self->scope = neg_quality_scope_new (place, 1u << NEG_SCOPE_STUDY | 1u << NEG_SCOPE_SERIES | 1u << NEG_SCOPE_IMAGE | 1u << NEG_SCOPE_SUBJECT,
                                       first);
  g_signal_connect_object (self->scope, "changed", G_CALLBACK (scope_changed_cb), self, G_CONNECT_SWAPPED);
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (self->scope));
}

static void
add_single (NegQualityValues *self, const NegQualityPlace *place, const char *argument)
{
  const char *equals = strchr (argument, '=');
  g_autofree char *path = g_strndup (argument, equals != NULL ? (gsize) (equals - argument) : strlen (argument));
  const NegValueInfo *info = neg_quality_values_find (path);
  NegQualityField *field = add_field (self, info, path);

  if (info == NULL || !info->is_of_study)
    add_scope_chooser (self, place, place->subject != NULL && *place->subject != '\0' ? NEG_SCOPE_SUBJECT : NEG_SCOPE_STUDY);
  if (equals != NULL && equals[1] != '\0')
    neg_quality_field_put (field, equals + 1);
}

static void
add_all (NegQualityValues *self, const NegQualityPlace *place)
{
  GtkWidget *box = neg_quality_form_get_box (NEG_QUALITY_FORM (self));
  gboolean was_of_study = TRUE;

  gtk_box_append (GTK_BOX (box), neg_quality_new_title (_ ("Patient and study, of all images")));
  for (guint i = 0; i < neg_quality_values_get_n (); i++) {
    const NegValueInfo *info = neg_quality_values_get (i);

    if (was_of_study && !info->is_of_study) {
      gtk_box_append (GTK_BOX (box), neg_quality_new_title (_ ("Series and images")));
      add_scope_chooser (self, place, NEG_SCOPE_SERIES);
    }
    was_of_study = info->is_of_study;
    add_field (self, info, info->path);
  }
}

NegQualityForm *
neg_quality_values_new (NegQualityModel *model, gint64 study, const NegQualityPlace *place, const char *argument)
{
  NegQualityValues *self = g_object_new (NEG_TYPE_QUALITY_VALUES, NULL);

  self->study = study;
  neg_quality_form_set_up (NEG_QUALITY_FORM (self), argument != NULL ? _ ("Set a value") : _ ("Correct values"), _ ("Correct"),
                           _ ("Why it is corrected"));
  if (argument != NULL)
    add_single (self, place, argument);
  else
    add_all (self, place);
  changed_cb (self);
  neg_quality_model_load_parts_async (model, study, self->cancellable, loaded_cb, g_object_ref (self));
  return NEG_QUALITY_FORM (self);
}
