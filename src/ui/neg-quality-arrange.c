#include "config.h"

#include "ui/neg-quality-arrange.h"

#include <glib/gi18n-lib.h>

#include "ui/neg-accessible.h"
#include "ui/neg-quality-parts.h"
#include "ui/neg-quality-words.h"

typedef enum { MERGE, SPLIT, MOVE, DROP } Kind;

/* A study that may be joined, or stay. */
typedef struct {
  gint64 id;
  GtkWidget *tick, *stays; /* borrowed */
} Side;

struct _NegQualityArrange {
  NegQualityForm parent_instance;

  Kind kind;
  gint64 study;
  NegQualityParts *parts; /* nullable */
  NegQualityScope *scope; /* nullable */
  GArray *sides;          /* Side; the study itself first */
  GtkWidget *targets, *description;
  GPtrArray *target_uids; /* char, of the rows of targets */
  GCancellable *cancellable;
};

G_DEFINE_FINAL_TYPE (NegQualityArrange, neg_quality_arrange, NEG_TYPE_QUALITY_FORM)

static GtkWidget *
get_box (NegQualityArrange *self)
{
  return neg_quality_form_get_box (NEG_QUALITY_FORM (self));
}

static void
set_obstacle (NegQualityArrange *self, const char *obstacle)
{
  neg_quality_form_set_obstacle (NEG_QUALITY_FORM (self), obstacle);
}

/* --- joining --- */

static const Side *
get_side (NegQualityArrange *self, guint index)
{
  return &g_array_index (self->sides, Side, index);
}

static gboolean
is_active (GtkWidget *button)
{
  return gtk_check_button_get_active (GTK_CHECK_BUTTON (button));
}

static void
sides_changed_cb (NegQualityArrange *self)
{
  guint n = 0;

  for (guint i = 0; i < self->sides->len; i++) {
    if (is_active (get_side (self, i)->stays))
      gtk_check_button_set_active (GTK_CHECK_BUTTON (get_side (self, i)->tick), TRUE);
    n += is_active (get_side (self, i)->tick);
  }
  set_obstacle (self, n < 2 ? _ ("Choose at least two studies.") : NULL);
}

static void
add_side (NegQualityArrange *self, const NegDeskRow *row)
{
  g_autofree char *patient = neg_quality_words_dup_patient (row), *about = neg_quality_words_dup_about (row);
  g_autofree char *title = g_strdup_printf ("%s · %s", patient, about), *stays = g_strdup_printf (_ ("Stays: %s"), title);
  Side side = { row->study_id, gtk_check_button_new (), gtk_check_button_new_with_label (_ ("its number and description stay")) };
  GtkWidget *label = neg_quality_new_label (title, NULL);

  gtk_check_button_set_active (GTK_CHECK_BUTTON (side.tick), TRUE);
  gtk_accessible_update_property (GTK_ACCESSIBLE (side.tick), GTK_ACCESSIBLE_PROPERTY_LABEL, title, -1);
  gtk_accessible_update_property (GTK_ACCESSIBLE (side.stays), GTK_ACCESSIBLE_PROPERTY_LABEL, stays, -1);
  if (self->sides->len > 0)
    gtk_check_button_set_group (GTK_CHECK_BUTTON (side.stays), GTK_CHECK_BUTTON (get_side (self, 0)->stays));
  else
    gtk_check_button_set_active (GTK_CHECK_BUTTON (side.stays), TRUE);
  for (guint i = 0; i < 2; i++) {
    GtkWidget *line = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 4);

    gtk_box_append (GTK_BOX (line), i == 0 ? side.tick : side.stays);
    if (i == 0)
      gtk_box_append (GTK_BOX (line), label);
    else
      gtk_widget_add_css_class (line, "quality-series");
    gtk_box_append (GTK_BOX (get_box (self)), line);
  }
  g_signal_connect_object (side.tick, "toggled", G_CALLBACK (sides_changed_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (side.stays, "toggled", G_CALLBACK (sides_changed_cb), self, G_CONNECT_SWAPPED);
  g_array_append_val (self->sides, side);
}

static void
studies_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (NegQualityArrange) self = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) rows = neg_quality_model_list_studies_finish (NEG_QUALITY_MODEL (source), result, &error);

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  if (rows == NULL) {
    set_obstacle (self, error->message);
    return;
  }
  for (guint i = 0; i < rows->len; i++)
    if (((const NegDeskRow *) g_ptr_array_index (rows, i))->study_id != self->study)
      add_side (self, g_ptr_array_index (rows, i));
  sides_changed_cb (self);
}

/* The one that stays is asked, the others come to it. */
static void
apply_merge (NegQualityArrange *self, GVariantDict *spec, gint64 *study)
{
  GVariantBuilder others;

  g_variant_builder_init (&others, G_VARIANT_TYPE ("ax"));
  for (guint i = 0; i < self->sides->len; i++) {
    const Side *side = get_side (self, i);

    if (is_active (side->stays))
      *study = side->id;
    else if (is_active (side->tick))
      g_variant_builder_add (&others, "x", side->id);
  }
  g_variant_dict_insert (spec, "kind", "s", "merge");
  g_variant_dict_insert_value (spec, "studies", g_variant_builder_end (&others));
}

/* --- splitting, moving, dropping --- */

static const char *
get_target (NegQualityArrange *self)
{
  guint selected = self->targets != NULL ? gtk_drop_down_get_selected (GTK_DROP_DOWN (self->targets)) : 0;

  return selected < self->target_uids->len ? g_ptr_array_index (self->target_uids, selected) : "";
}

static void
chosen_cb (NegQualityArrange *self)
{
  g_autoptr (GPtrArray) objects = neg_quality_scope_list (self->scope);

  if (self->parts == NULL)
    return;
  if (objects->len == 0)
    set_obstacle (self, _ ("Choose what goes."));
  else if (self->kind == SPLIT && objects->len == self->parts->objects->len)
    set_obstacle (self, _ ("Nothing would stay: leave a series."));
  else
    set_obstacle (self, NULL);
}

static void
fill_targets (NegQualityArrange *self)
{
  g_autoptr (GtkStringList) titles = gtk_string_list_new (NULL);

  gtk_string_list_append (titles, _ ("A new series"));
  g_ptr_array_add (self->target_uids, g_strdup (""));
  for (guint i = 0; i < self->parts->series->len; i++) {
    const NegQualitySeries *series = g_ptr_array_index (self->parts->series, i);
    g_autofree char *title = neg_quality_series_dup_title (series);

    gtk_string_list_append (titles, title);
    g_ptr_array_add (self->target_uids, g_strdup (series->uid));
  }
  gtk_drop_down_set_model (GTK_DROP_DOWN (self->targets), G_LIST_MODEL (titles));
}

static void
parts_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (NegQualityArrange) self = data;
  g_autoptr (GError) error = NULL;
  NegQualityParts *parts = neg_quality_model_load_parts_finish (NEG_QUALITY_MODEL (source), result, &error);

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  if (parts == NULL) {
    set_obstacle (self, error->message);
    return;
  }
  self->parts = parts;
  neg_quality_scope_set_parts (self->scope, parts);
  if (self->targets != NULL)
    fill_targets (self);
  chosen_cb (self);
}

static void
apply_parts (NegQualityArrange *self, GVariantDict *spec)
{
  gboolean is_series = neg_quality_scope_get (self->scope) == NEG_SCOPE_SERIES;
  g_auto (GStrv) uids
      = is_series ? neg_quality_scope_dup_series (self->scope) : neg_quality_scope_dup_uids (self->scope);

  g_variant_dict_insert (spec, "kind", "s", self->kind == SPLIT ? "split" : self->kind == MOVE ? "move" : "drop");
  g_variant_dict_insert (spec, is_series ? "series" : "objects", "^as", uids);
  if (self->kind == DROP)
    return;
  g_variant_dict_insert (spec, "into", "s", get_target (self));
  g_variant_dict_insert (spec, "description", "s", gtk_editable_get_text (GTK_EDITABLE (self->description)));
}

static void
apply (NegQualityForm *form)
{
  NegQualityArrange *self = NEG_QUALITY_ARRANGE (form);
  gint64 study = self->study;
  GVariantDict spec;

  g_variant_dict_init (&spec, NULL);
  if (self->kind == MERGE)
    apply_merge (self, &spec, &study);
  else
    apply_parts (self, &spec);
  neg_quality_form_correct (form, study, g_variant_dict_end (&spec));
}

/* --- the widget --- */

static void
neg_quality_arrange_dispose (GObject *object)
{
  g_cancellable_cancel (NEG_QUALITY_ARRANGE (object)->cancellable);
  G_OBJECT_CLASS (neg_quality_arrange_parent_class)->dispose (object);
}

static void
neg_quality_arrange_finalize (GObject *object)
{
  NegQualityArrange *self = NEG_QUALITY_ARRANGE (object);

  g_clear_pointer (&self->parts, neg_quality_parts_free);
  g_array_unref (self->sides);
  g_ptr_array_unref (self->target_uids);
  g_object_unref (self->cancellable);
  G_OBJECT_CLASS (neg_quality_arrange_parent_class)->finalize (object);
}

static void
neg_quality_arrange_class_init (NegQualityArrangeClass *class)
{
  G_OBJECT_CLASS (class)->dispose = neg_quality_arrange_dispose;
  G_OBJECT_CLASS (class)->finalize = neg_quality_arrange_finalize;
  NEG_QUALITY_FORM_CLASS (class)->apply = apply;
}

static void
neg_quality_arrange_init (NegQualityArrange *self)
{
  self->sides = g_array_new (FALSE, FALSE, sizeof (Side));
  self->target_uids = g_ptr_array_new_with_free_func (g_free);
  self->cancellable = g_cancellable_new ();
}

static NegQualityArrange *
new_form (const NegDeskRow *row, Kind kind, const char *title, const char *button, const char *about)
{
  NegQualityArrange *self = g_object_new (NEG_TYPE_QUALITY_ARRANGE, NULL);

  self->kind = kind;
  self->study = row->study_id;
  neg_quality_form_set_up (NEG_QUALITY_FORM (self), title, button, _ ("Why it is corrected"));
  set_obstacle (self, _ ("Reading what is there…"));
  gtk_box_append (GTK_BOX (get_box (self)), neg_quality_new_label (about, "dim"));
  return self;
}

NegQualityForm *
neg_quality_arrange_new_merge (NegQualityModel *model, const NegDeskRow *row, const char *study_uids)
{
  NegQualityArrange *self = new_form (row, MERGE, _ ("Join studies"), _ ("Join"),
                                      _ ("The images of all that are ticked come to the one that stays."));

  add_side (self, row);
  neg_quality_model_list_studies_async (model, study_uids, self->cancellable, studies_cb, g_object_ref (self));
  return NEG_QUALITY_FORM (self);
}

static NegQualityArrange *
new_parts (NegQualityModel *model, NegQualityArrange *self, const NegQualityPlace *place, guint mask, NegScope first)
{
  self->scope = neg_quality_scope_new (place, mask, first);
  g_signal_connect_object (self->scope, "changed", G_CALLBACK (chosen_cb), self, G_CONNECT_SWAPPED);
  gtk_box_append (GTK_BOX (get_box (self)), GTK_WIDGET (self->scope));
  neg_quality_model_load_parts_async (model, self->study, self->cancellable, parts_cb, g_object_ref (self));
  return self;
}

static void
add_description (NegQualityArrange *self, const char *title)
{
  self->description = gtk_entry_new ();
  neg_accessible_set_name (self->description, title);
  gtk_box_append (GTK_BOX (get_box (self)), neg_quality_new_label (title, "dim"));
  gtk_box_append (GTK_BOX (get_box (self)), self->description);
}

NegQualityForm *
neg_quality_arrange_new_split (NegQualityModel *model, const NegDeskRow *row, const NegQualityPlace *place)
{
  NegQualityArrange *self = new_form (row, SPLIT, _ ("Split the study"), _ ("Split"),
                                      _ ("The series that are ticked become a study of their own."));

  new_parts (model, self, place, 1u << NEG_SCOPE_SERIES, NEG_SCOPE_SERIES);
  add_description (self, _ ("Description of the new study"));
  return NEG_QUALITY_FORM (self);
}

NegQualityForm *
neg_quality_arrange_new_move (NegQualityModel *model, const NegDeskRow *row, const NegQualityPlace *place)
{
  NegQualityArrange *self = new_form (row, MOVE, _ ("Move images"), _ ("Move"), _ ("The images go to another series of this study."));

  new_parts (model, self, place, 1u << NEG_SCOPE_SUBJECT | 1u << NEG_SCOPE_IMAGE | 1u << NEG_SCOPE_SERIES, NEG_SCOPE_SUBJECT);
  self->targets = gtk_drop_down_new (NULL, NULL);
  neg_accessible_set_name (self->targets, _ ("To this series"));
  gtk_box_append (GTK_BOX (get_box (self)), neg_quality_new_label (_ ("To this series"), "dim"));
  gtk_box_append (GTK_BOX (get_box (self)), self->targets);
  add_description (self, _ ("Description of a new series"));
  return NEG_QUALITY_FORM (self);
}

NegQualityForm *
neg_quality_arrange_new_drop (NegQualityModel *model, const NegDeskRow *row, const NegQualityPlace *place)
{
  NegQualityArrange *self = new_form (row, DROP, _ ("Put doubles aside"), _ ("Put Aside"),
                                      _ ("They are kept here, are in no list and are not sent."));

  new_parts (model, self, place, 1u << NEG_SCOPE_SUBJECT | 1u << NEG_SCOPE_IMAGE | 1u << NEG_SCOPE_SERIES, NEG_SCOPE_SUBJECT);
  neg_quality_form_set_reason (NEG_QUALITY_FORM (self), _ ("They are there twice"));
  return NEG_QUALITY_FORM (self);
}
