#include "config.h"

#include "ui/neg-quality-field.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "model/neg-fiction.h"
#include "reading/neg-captions.h"
#include "ui/neg-accessible.h"
#include "ui/neg-quality-parts.h"
#include "ui/neg-quality-words.h"

static const NegValueInfo infos[] = {
  { "PatientName", NEG_RECORD_PATIENT_NAME, N_ ("Name"), NEG_VALUE_NAME, TRUE },
  { "PatientID", NEG_RECORD_PATIENT_ID, N_ ("Patient ID"), NEG_VALUE_TEXT, TRUE },
  { "IssuerOfPatientID", NEG_RECORD_ISSUER, N_ ("Issuer of the ID"), NEG_VALUE_TEXT, TRUE },
  { "PatientBirthDate", NEG_RECORD_BIRTH_DATE, N_ ("Birth date"), NEG_VALUE_DATE, TRUE },
  { "PatientSex", NEG_RECORD_SEX, N_ ("Sex"), NEG_VALUE_SEX, TRUE },
  { "AccessionNumber", NEG_RECORD_ACCESSION, N_ ("Accession number"), NEG_VALUE_TEXT, TRUE },
  { "StudyDescription", NEG_RECORD_STUDY_DESCRIPTION, N_ ("Study description"), NEG_VALUE_TEXT, TRUE },
  { "StudyID", NEG_RECORD_STUDY_ID, N_ ("Study ID"), NEG_VALUE_TEXT, TRUE },
  { "StudyDate", NEG_RECORD_STUDY_DATE, N_ ("Study date"), NEG_VALUE_DATE, TRUE },
  { "ReferringPhysicianName", NEG_RECORD_REFERRER, N_ ("Referrer"), NEG_VALUE_NAME, TRUE },
  { "SeriesDescription", NEG_RECORD_SERIES_DESCRIPTION, N_ ("Series description"), NEG_VALUE_TEXT, FALSE },
  { "BodyPartExamined", NEG_RECORD_BODY_PART, N_ ("Body part"), NEG_VALUE_TEXT, FALSE },
  { "Laterality", NEG_RECORD_LATERALITY, N_ ("Side of the series"), NEG_VALUE_SIDE, FALSE },
  { "ImageLaterality", NEG_RECORD_IMAGE_LATERALITY, N_ ("Side of the image"), NEG_VALUE_SIDE, FALSE },
  { "ViewPosition", NEG_RECORD_VIEW_POSITION, N_ ("View"), NEG_VALUE_TEXT, FALSE },
  { "PatientPosition", NEG_RECORD_PATIENT_POSITION, N_ ("Patient position"), NEG_VALUE_POSITION, FALSE },
  { "PatientOrientation", NEG_RECORD_PATIENT_ORIENTATION, N_ ("Orientation"), NEG_VALUE_TEXT, FALSE },
  { "OperatorsName", NEG_RECORD_OPERATOR, N_ ("Technologist"), NEG_VALUE_NAME, FALSE },
};

guint
neg_quality_values_get_n (void)
{
  return G_N_ELEMENTS (infos);
}

const NegValueInfo *
neg_quality_values_get (guint index)
{
  return index < G_N_ELEMENTS (infos) ? &infos[index] : NULL;
}

const NegValueInfo *
neg_quality_values_find (const char *path)
{
  for (guint i = 0; i < G_N_ELEMENTS (infos); i++)
    if (g_str_equal (infos[i].path, path))
      return &infos[i];
  return NULL;
}

#define CHOICES_MAX 9

struct _NegQualityField {
  GtkWidget parent_instance;

  const NegValueInfo *info; /* nullable */
  char *path;
  char *now; /* nullable: several */
  gboolean is_touched, updating;
  GtkWidget *box, *entry, *choices[CHOICES_MAX], *words;
};

G_DEFINE_FINAL_TYPE (NegQualityField, neg_quality_field, GTK_TYPE_WIDGET)

enum { CHANGED, N_SIGNALS };
static guint signals[N_SIGNALS];

static NegValueKind
get_kind (const NegQualityField *self)
{
  return self->info != NULL ? self->info->kind : NEG_VALUE_TEXT;
}

static const char *
get_title (const NegQualityField *self)
{
  return self->info != NULL ? _ (self->info->title) : self->path;
}

/* --- choices --- */

static const char *const *
get_choices (NegValueKind kind)
{
  static const char *const sexes[] = { "F", "M", "O", NULL };
  static const char *const sides[] = { "R", "L", "B", "U", NULL };
  static const char *const positions[] = { "HFS", "HFP", "HFDR", "HFDL", "FFS", "FFP", "FFDR", "FFDL", NULL };

  return kind == NEG_VALUE_SEX        ? sexes
         : kind == NEG_VALUE_SIDE     ? sides
         : kind == NEG_VALUE_POSITION ? positions
                                      : NULL;
}

static const char *
get_choice_words (NegValueKind kind, const char *value)
{
  if (kind == NEG_VALUE_SIDE)
    return neg_quality_words_get_side (value);
  if (kind != NEG_VALUE_SEX)
    return value;
  return *value == 'F' ? _ ("female") : *value == 'M' ? _ ("male") : _ ("other");
}

static void
choose (NegQualityField *self, const char *value)
{
  const char *const *choices = get_choices (get_kind (self));

  for (guint i = 0; choices[i] != NULL; i++)
    gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (self->choices[i]), g_str_equal (choices[i], value));
}

static const char *
get_chosen (NegQualityField *self)
{
  const char *const *choices = get_choices (get_kind (self));

  for (guint i = 0; choices[i] != NULL; i++)
    if (gtk_toggle_button_get_active (GTK_TOGGLE_BUTTON (self->choices[i])))
      return choices[i];
  return "";
}

/* --- values --- */

static char *
dup_shown (const NegQualityField *self, const char *value)
{
  g_autofree char *date = get_kind (self) == NEG_VALUE_DATE ? neg_caption_dup_date (value) : NULL;

  return date != NULL ? g_steal_pointer (&date) : g_strdup (value);
}

static void
show (NegQualityField *self, const char *value)
{
  g_autofree char *shown = dup_shown (self, value);

  self->updating = TRUE;
  if (self->entry != NULL)
    gtk_editable_set_text (GTK_EDITABLE (self->entry), shown);
  else
    choose (self, value);
  self->updating = FALSE;
}

/* YYYY-MM-DD or YYYYMMDD, of a day that there is. */
static char *
dup_date (const char *text)
{
  g_auto (GStrv) parts = g_strsplit (text, "-", -1);
  g_autofree char *digits = g_strjoinv ("", parts);
  guint64 number;

  if (strlen (digits) != 8 || !g_ascii_string_to_unsigned (digits, 10, 10101, 99991231, &number, NULL)
      || !g_date_valid_dmy ((GDateDay) (number % 100), (GDateMonth) (number / 100 % 100), (GDateYear) (number / 10000)))
    return NULL;
  return g_steal_pointer (&digits);
}

char *
neg_quality_field_dup (NegQualityField *self)
{
  g_autofree char *text = NULL;

  g_return_val_if_fail (NEG_IS_QUALITY_FIELD (self), NULL);

  if (self->entry == NULL)
    return g_strdup (get_chosen (self));
  text = g_strstrip (g_strdup (gtk_editable_get_text (GTK_EDITABLE (self->entry))));
  return get_kind (self) == NEG_VALUE_DATE && *text != '\0' ? dup_date (text) : g_steal_pointer (&text);
}

gboolean
neg_quality_field_is_changed (NegQualityField *self)
{
  g_autofree char *value = NULL;

  g_return_val_if_fail (NEG_IS_QUALITY_FIELD (self), FALSE);

  if (!self->is_touched)
    return FALSE;
  value = neg_quality_field_dup (self);
  return value == NULL || self->now == NULL || !g_str_equal (value, self->now);
}

/* What is in the field stays as it is, and is drawn as dots while fiction is on. */
static char *
dup_was (const NegQualityField *self)
{
  if (self->now == NULL)
    return g_strdup (_ ("several values"));
  return get_kind (self) == NEG_VALUE_DATE ? neg_caption_dup_date (self->now)
                                           : neg_text_dup_shown (neg_text_kind_of_keyword (self->path), self->now);
}

/* What it was, and how it reads. */
static void
update_words (NegQualityField *self)
{
  g_autofree char *value = neg_quality_field_dup (self);
  g_autofree char *clean = dup_was (self), *person = NULL, *words = NULL;

  if (value == NULL)
    words = g_strdup (_ ("A date is written as 2026-01-31."));
  else if (neg_quality_field_is_changed (self))
    words = g_strdup_printf (_ ("was: %s"), *clean != '\0' ? clean : _ ("nothing"));
  if (value != NULL && words != NULL && get_kind (self) == NEG_VALUE_NAME) {
    g_autofree char *before = g_steal_pointer (&words);

    person = neg_caption_dup_person (value);
    words = g_strdup_printf (_ ("reads: %s; %s"), person, before);
  }
  neg_quality_set_text (self->words, words);
}

static void
touched (NegQualityField *self)
{
  if (self->updating)
    return;
  self->is_touched = TRUE;
  update_words (self);
  g_signal_emit (self, signals[CHANGED], 0);
}

/* One at most; pressed again, none: the value goes. */
static void
toggled_cb (GtkToggleButton *button, NegQualityField *self)
{
  if (self->updating)
    return;
  self->updating = TRUE;
  for (guint i = 0; i < CHOICES_MAX && self->choices[i] != NULL; i++)
    if (self->choices[i] != GTK_WIDGET (button))
      gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (self->choices[i]), FALSE);
  self->updating = FALSE;
  touched (self);
}

void
neg_quality_field_set_now (NegQualityField *self, const char *value)
{
  g_return_if_fail (NEG_IS_QUALITY_FIELD (self));

  g_free (self->now);
  self->now = g_strdup (value);
  if (!self->is_touched)
    show (self, value != NULL ? value : "");
  if (self->entry != NULL)
    gtk_entry_set_placeholder_text (GTK_ENTRY (self->entry), value == NULL ? _ ("several values") : NULL);
  update_words (self);
}

void
neg_quality_field_put (NegQualityField *self, const char *value)
{
  g_return_if_fail (NEG_IS_QUALITY_FIELD (self));

  show (self, value);
  touched (self);
}

const char *
neg_quality_field_get_path (NegQualityField *self)
{
  return self->path;
}

gboolean
neg_quality_field_is_of_study (NegQualityField *self)
{
  return self->info != NULL && self->info->is_of_study;
}

const NegValueInfo *
neg_quality_field_get_info (NegQualityField *self)
{
  return self->info;
}

GtkWidget *
neg_quality_field_get_entry (NegQualityField *self)
{
  return self->entry != NULL ? self->entry : self->choices[0];
}

/* --- the widget --- */

static void
neg_quality_field_dispose (GObject *object)
{
  g_clear_pointer (&NEG_QUALITY_FIELD (object)->box, gtk_widget_unparent);
  G_OBJECT_CLASS (neg_quality_field_parent_class)->dispose (object);
}

static void
neg_quality_field_finalize (GObject *object)
{
  NegQualityField *self = NEG_QUALITY_FIELD (object);

  g_free (self->path);
  g_free (self->now);
  G_OBJECT_CLASS (neg_quality_field_parent_class)->finalize (object);
}

static void
neg_quality_field_class_init (NegQualityFieldClass *class)
{
  G_OBJECT_CLASS (class)->dispose = neg_quality_field_dispose;
  G_OBJECT_CLASS (class)->finalize = neg_quality_field_finalize;
  signals[CHANGED]
      = g_signal_new ("changed", NEG_TYPE_QUALITY_FIELD, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  gtk_widget_class_set_layout_manager_type (GTK_WIDGET_CLASS (class), GTK_TYPE_BIN_LAYOUT);
}

static void
neg_quality_field_init (NegQualityField *self)
{
  self->now = g_strdup ("");
  self->box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 2);
  gtk_widget_add_css_class (self->box, "quality-field");
  gtk_widget_set_parent (self->box, GTK_WIDGET (self));
}

static void
add_choices (NegQualityField *self, const char *const *choices)
{
  gboolean is_long = get_kind (self) == NEG_VALUE_POSITION;
  GtkWidget *grid = gtk_grid_new ();

  gtk_grid_set_column_spacing (GTK_GRID (grid), 4);
  gtk_grid_set_row_spacing (GTK_GRID (grid), 4);
  for (int i = 0; choices[i] != NULL; i++) {
    const char *words = get_choice_words (get_kind (self), choices[i]);
    g_autofree char *spoken = g_strdup_printf ("%s: %s", get_title (self), words);

    self->choices[i] = gtk_toggle_button_new_with_label (words);
    gtk_widget_add_css_class (self->choices[i], "small-button");
    gtk_accessible_update_property (GTK_ACCESSIBLE (self->choices[i]), GTK_ACCESSIBLE_PROPERTY_LABEL, spoken, -1);
    g_signal_connect_object (self->choices[i], "toggled", G_CALLBACK (toggled_cb), self, 0);
    gtk_grid_attach (GTK_GRID (grid), self->choices[i], is_long ? i % 4 : i, is_long ? i / 4 : 0, 1, 1);
  }
  gtk_box_append (GTK_BOX (self->box), grid);
}

static void
add_entry (NegQualityField *self)
{
  self->entry = gtk_entry_new ();
  gtk_editable_set_width_chars (GTK_EDITABLE (self->entry), 10);
  neg_accessible_set_name (self->entry, get_title (self));
  g_signal_connect_object (self->entry, "changed", G_CALLBACK (touched), self, G_CONNECT_SWAPPED);
  gtk_box_append (GTK_BOX (self->box), self->entry);
}

NegQualityField *
neg_quality_field_new (const NegValueInfo *info, const char *path)
{
  NegQualityField *self = g_object_new (NEG_TYPE_QUALITY_FIELD, NULL);
  const char *const *choices;

  self->info = info;
  self->path = g_strdup (path);
  gtk_box_append (GTK_BOX (self->box), neg_quality_new_label (get_title (self), "dim"));
  choices = get_choices (get_kind (self));
  if (choices != NULL)
    add_choices (self, choices);
  else
    add_entry (self);
  self->words = neg_quality_new_label (NULL, "change");
  gtk_widget_set_visible (self->words, FALSE);
  gtk_box_append (GTK_BOX (self->box), self->words);
  return self;
}
