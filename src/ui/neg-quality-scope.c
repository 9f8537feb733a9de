#include "config.h"

#include "ui/neg-quality-scope.h"

#include <glib/gi18n-lib.h>

#include "model/neg-fiction.h"
#include "reading/neg-captions.h"
#include "ui/neg-quality-parts.h"

struct _NegQualityScope {
  GtkWidget parent_instance;

  char *series_uid, *sop_uid; /* nullable */
  char **subject;             /* nullable */
  guint mask;
  NegScope first;
  const NegQualityParts *parts; /* nullable */
  GtkWidget *box, *buttons[NEG_SCOPE_N], *series_box;
  GPtrArray *ticks; /* GtkCheckButton, by series; borrowed */
};

G_DEFINE_FINAL_TYPE (NegQualityScope, neg_quality_scope, GTK_TYPE_WIDGET)

enum { CHANGED, N_SIGNALS };
static guint signals[N_SIGNALS];

char *
neg_quality_series_dup_title (const NegQualitySeries *series)
{
  static const NegRecordField fields[]
      = { NEG_RECORD_SERIES_NUMBER, NEG_RECORD_MODALITY, NEG_RECORD_SERIES_DESCRIPTION, NEG_RECORD_LATERALITY };
  const NegDeskObject *object = g_ptr_array_index (series->objects, 0);
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < G_N_ELEMENTS (fields); i++) {
    g_autofree char *clean = neg_text_dup_shown (i == 2 ? NEG_TEXT_FREE : NEG_TEXT_SITE, neg_quality_parts_get (object, fields[i]));

    if (*clean != '\0')
      g_string_append_printf (text, "%s · ", clean);
  }
  g_string_append_printf (text, ngettext ("%u image", "%u images", series->objects->len), series->objects->len);
  return g_string_free (text, FALSE);
}

NegScope
neg_quality_scope_get (NegQualityScope *self)
{
  g_return_val_if_fail (NEG_IS_QUALITY_SCOPE (self), NEG_SCOPE_STUDY);

  for (guint i = 0; i < NEG_SCOPE_N; i++)
    if (self->buttons[i] != NULL && gtk_check_button_get_active (GTK_CHECK_BUTTON (self->buttons[i])))
      return i;
  return NEG_SCOPE_STUDY;
}

static gboolean
is_ticked (NegQualityScope *self, guint series)
{
  return series < self->ticks->len && gtk_check_button_get_active (g_ptr_array_index (self->ticks, series));
}

static void
add_all (GPtrArray *objects, const NegQualitySeries *series)
{
  for (guint i = 0; i < series->objects->len; i++)
    g_ptr_array_add (objects, g_ptr_array_index (series->objects, i));
}

/* A finding names images or whole series. */
static gboolean
is_of_subject (NegQualityScope *self, const NegDeskObject *object)
{
  const char *const *subject = (const char *const *) self->subject;

  return subject != NULL
         && (g_strv_contains (subject, neg_quality_parts_get (object, NEG_RECORD_SOP_INSTANCE_UID))
             || g_strv_contains (subject, neg_quality_parts_get (object, NEG_RECORD_SERIES_UID)));
}

static gboolean
is_chosen (NegQualityScope *self, NegScope which, const NegDeskObject *object)
{
  if (which == NEG_SCOPE_SUBJECT)
    return is_of_subject (self, object);
  if (which == NEG_SCOPE_IMAGE)
    return g_strcmp0 (self->sop_uid, neg_quality_parts_get (object, NEG_RECORD_SOP_INSTANCE_UID)) == 0;
  return which == NEG_SCOPE_STUDY && object->record != NULL;
}

GPtrArray *
neg_quality_scope_list (NegQualityScope *self)
{
  GPtrArray *objects = g_ptr_array_new ();
  NegScope which = neg_quality_scope_get (self);

  if (self->parts == NULL)
    return objects;
  for (guint i = 0; which == NEG_SCOPE_SERIES && i < self->parts->series->len; i++)
    if (is_ticked (self, i))
      add_all (objects, g_ptr_array_index (self->parts->series, i));
  for (guint i = 0; which != NEG_SCOPE_SERIES && i < self->parts->objects->len; i++)
    if (is_chosen (self, which, g_ptr_array_index (self->parts->objects, i)))
      g_ptr_array_add (objects, g_ptr_array_index (self->parts->objects, i));
  return objects;
}

char **
neg_quality_scope_dup_uids (NegQualityScope *self)
{
  g_autoptr (GPtrArray) objects = neg_quality_scope_list (self);
  GPtrArray *uids = g_ptr_array_new ();

  for (guint i = 0; i < objects->len && neg_quality_scope_get (self) != NEG_SCOPE_STUDY; i++)
    g_ptr_array_add (uids, g_strdup (neg_quality_parts_get (g_ptr_array_index (objects, i), NEG_RECORD_SOP_INSTANCE_UID)));
  g_ptr_array_add (uids, NULL);
  return (char **) g_ptr_array_free (uids, FALSE);
}

char **
neg_quality_scope_dup_series (NegQualityScope *self)
{
  GPtrArray *uids = g_ptr_array_new ();

  for (guint i = 0; self->parts != NULL && i < self->parts->series->len; i++)
    if (is_ticked (self, i))
      g_ptr_array_add (uids, g_strdup (((const NegQualitySeries *) g_ptr_array_index (self->parts->series, i))->uid));
  g_ptr_array_add (uids, NULL);
  return (char **) g_ptr_array_free (uids, FALSE);
}

static void
changed_cb (NegQualityScope *self)
{
  gtk_widget_set_visible (self->series_box, neg_quality_scope_get (self) == NEG_SCOPE_SERIES);
  g_signal_emit (self, signals[CHANGED], 0);
}

static void
count_subject (NegQualityScope *self)
{
  g_autofree char *text = NULL;
  guint n = 0;

  if (self->buttons[NEG_SCOPE_SUBJECT] == NULL)
    return;
  for (guint i = 0; i < self->parts->objects->len; i++)
    n += is_of_subject (self, g_ptr_array_index (self->parts->objects, i));
  text = g_strdup_printf (ngettext ("%u image of the finding", "%u images of the finding", n), n);
  gtk_check_button_set_label (GTK_CHECK_BUTTON (self->buttons[NEG_SCOPE_SUBJECT]), text);
}

void
neg_quality_scope_set_parts (NegQualityScope *self, const NegQualityParts *parts)
{
  g_return_if_fail (NEG_IS_QUALITY_SCOPE (self));

  self->parts = parts;
  g_ptr_array_set_size (self->ticks, 0);
  neg_quality_empty_box (self->series_box);
  for (guint i = 0; i < parts->series->len; i++) {
    const NegQualitySeries *series = g_ptr_array_index (parts->series, i);
    g_autofree char *title = neg_quality_series_dup_title (series);
    GtkWidget *tick = gtk_check_button_new_with_label (title);

    gtk_check_button_set_active (GTK_CHECK_BUTTON (tick),
                                 g_strcmp0 (series->uid, self->series_uid) == 0
                                     || (self->subject != NULL && g_strv_contains ((const char *const *) self->subject, series->uid)));
    g_signal_connect_object (tick, "toggled", G_CALLBACK (changed_cb), self, G_CONNECT_SWAPPED);
    gtk_box_append (GTK_BOX (self->series_box), tick);
    g_ptr_array_add (self->ticks, tick);
  }
  count_subject (self);
  changed_cb (self);
}

void
neg_quality_scope_choose (NegQualityScope *self, NegScope which)
{
  g_return_if_fail (NEG_IS_QUALITY_SCOPE (self));

  if (self->buttons[which] != NULL)
    gtk_check_button_set_active (GTK_CHECK_BUTTON (self->buttons[which]), TRUE);
}

/* --- the widget --- */

static void
neg_quality_scope_dispose (GObject *object)
{
  NegQualityScope *self = NEG_QUALITY_SCOPE (object);

  g_clear_pointer (&self->box, gtk_widget_unparent);
  G_OBJECT_CLASS (neg_quality_scope_parent_class)->dispose (object);
}

static void
neg_quality_scope_finalize (GObject *object)
{
  NegQualityScope *self = NEG_QUALITY_SCOPE (object);

  g_free (self->series_uid);
  g_free (self->sop_uid);
  g_strfreev (self->subject);
  g_ptr_array_unref (self->ticks);
  G_OBJECT_CLASS (neg_quality_scope_parent_class)->finalize (object);
}

static void
neg_quality_scope_class_init (NegQualityScopeClass *class)
{
  GType type = NEG_TYPE_QUALITY_SCOPE;

  G_OBJECT_CLASS (class)->dispose = neg_quality_scope_dispose;
  G_OBJECT_CLASS (class)->finalize = neg_quality_scope_finalize;
  signals[CHANGED] = g_signal_new ("changed", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  gtk_widget_class_set_layout_manager_type (GTK_WIDGET_CLASS (class), GTK_TYPE_BIN_LAYOUT);
}

static void
neg_quality_scope_init (NegQualityScope *self)
{
  self->ticks = g_ptr_array_new ();
  self->box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 2);
  self->series_box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  gtk_widget_add_css_class (self->series_box, "quality-series");
  gtk_widget_set_parent (self->box, GTK_WIDGET (self));
}

static const char *
get_label (NegScope which)
{
  switch (which) {
  case NEG_SCOPE_STUDY:
    return _ ("The whole study");
  case NEG_SCOPE_SERIES:
    return _ ("These series");
  case NEG_SCOPE_IMAGE:
    return _ ("The image on the screen");
  default:
    return _ ("The images of the finding");
  }
}

static void
add_button (NegQualityScope *self, NegScope which, GtkCheckButton **group)
{
  GtkWidget *button = gtk_check_button_new_with_label (get_label (which));

  gtk_check_button_set_group (GTK_CHECK_BUTTON (button), *group);
  *group = GTK_CHECK_BUTTON (button);
  self->buttons[which] = button;
  gtk_box_append (GTK_BOX (self->box), button);
  if (which == NEG_SCOPE_SERIES)
    gtk_box_append (GTK_BOX (self->box), self->series_box);
  g_signal_connect_object (button, "toggled", G_CALLBACK (changed_cb), self, G_CONNECT_SWAPPED);
}

NegQualityScope *
neg_quality_scope_new (const NegQualityPlace *place, guint mask, NegScope first)
{
  static const NegScope order[] = { NEG_SCOPE_SUBJECT, NEG_SCOPE_IMAGE, NEG_SCOPE_SERIES, NEG_SCOPE_STUDY };
  NegQualityScope *self = g_object_new (NEG_TYPE_QUALITY_SCOPE, NULL);
  GtkCheckButton *group = NULL;

  self->series_uid = g_strdup (place->series_uid);
  self->sop_uid = g_strdup (place->sop_uid);
  self->subject = place->subject != NULL && *place->subject != '\0' ? g_strsplit (place->subject, "\\", -1) : NULL;
  for (guint i = 0; i < G_N_ELEMENTS (order); i++)
    if (mask & (1u << order[i]) && (order[i] != NEG_SCOPE_SUBJECT || self->subject != NULL)
        && (order[i] != NEG_SCOPE_IMAGE || self->sop_uid != NULL))
      add_button (self, order[i], &group);
  if (mask == 1u << first && self->buttons[first] != NULL)
    gtk_widget_set_visible (self->buttons[first], FALSE); /* there is nothing to choose but the series below */
  if (self->buttons[first] != NULL)
    gtk_check_button_set_active (GTK_CHECK_BUTTON (self->buttons[first]), TRUE);
  else if (group != NULL)
    gtk_check_button_set_active (group, TRUE);
  return self;
}
