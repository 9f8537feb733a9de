#include "config.h"

#include "ui/neg-pane-rows.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "base/neg-error.h"
#include "model/neg-fiction.h"
#include "reading/neg-captions.h"
#include "ui/neg-fold.h"
#include "ui/neg-words.h"

const char *
neg_pane_rows_get_kind_word (NegSeriesKind kind)
{
  switch (kind) {
  case NEG_SERIES_VOLUME:
    return _ ("volume");
  case NEG_SERIES_STACK:
    return _ ("stack");
  case NEG_SERIES_CINE:
    return _ ("cine");
  case NEG_SERIES_IMAGE:
    return _ ("single image");
  case NEG_SERIES_DOCUMENT:
  default:
    return _ ("document");
  }
}

static void
add_part (GString *line, const char *text)
{
  if (text == NULL || *text == '\0')
    return;
  if (line->len > 0)
    g_string_append (line, " · ");
  g_string_append (line, text);
}

static void
take_row (GPtrArray *rows, NegPaneRowContent *content)
{
  g_ptr_array_add (rows, neg_pane_row_new (content));
}

static const NegInstance *
instance_of (NegSeries *series)
{
  return neg_series_get_n_frames (series) > 0 ? neg_series_get_frame (series, 0)->instance : NULL;
}

void
neg_pane_rows_split_title (NegSeries *series, char **name, char **description, char **about)
{
  g_autofree char *title = neg_text_dup_shown (NEG_TEXT_FREE, neg_series_get_title (series));
  char *end = title + strlen (title);
  char *open = g_strrstr (title, " (");
  char *colon;

  if (open != NULL && end[-1] == ')') {
    end[-1] = '\0';
    *open = '\0';
    *about = g_strdup (open + 2);
  } else {
    *about = g_strdup ("");
  }
  colon = strstr (title, ": ");
  *description = g_strdup (colon != NULL ? colon + 2 : "");
  if (colon != NULL)
    *colon = '\0';
  *name = g_strdup (title);
}

char *
neg_pane_rows_dup_warnings (NegSeries *series)
{
  const char *const *warnings = neg_series_get_warnings (series);
  g_autofree char *joined = NULL;

  if (warnings == NULL || warnings[0] == NULL)
    return NULL;
  joined = g_strjoinv ("; ", (char **) warnings);
  return neg_text_dup_shown (NEG_TEXT_SENTENCE, joined);
}

/* "CT, PT" of a study's series, in the order in which they come. */
static void
add_modalities (GString *text, const NegStudy *study)
{
  for (guint i = 0; i < study->series->len; i++) {
    const NegInstance *instance = instance_of (g_ptr_array_index (study->series, i));
    g_autofree char *modality = neg_text_dup_shown (NEG_TEXT_SITE, instance != NULL ? instance->modality : NULL);
    g_auto (GStrv) known = g_strsplit (text->str, ", ", -1);

    if (*modality == '\0' || g_strv_contains ((const char *const *) known, modality))
      continue;
    g_string_append_printf (text, "%s%s", text->len > 0 ? ", " : "", modality);
  }
}

static NegStudy *
newest_study (const NegPatient *patient)
{
  return patient->studies->len > 0 ? g_ptr_array_index (patient->studies, 0) : NULL;
}

/* --- patients --- */

/* As old as in the newest study. */
static char *
dup_about_person (const NegPatient *patient)
{
  const NegStudy *newest = newest_study (patient);
  const NegInstance *instance = newest != NULL ? newest->instance : patient->instance;
  g_autofree char *id = neg_text_dup_shown (NEG_TEXT_ID, instance->patient_id);
  g_autofree char *id_text = *id != '\0' ? g_strdup_printf (_ ("ID %s"), id) : NULL;
  g_autofree char *birth = neg_caption_dup_date (instance->patient_birth_date);
  g_autofree char *age = neg_caption_dup_age (instance);
  g_autofree char *sex = neg_text_dup_shown (NEG_TEXT_SITE, instance->patient_sex);
  GString *text = g_string_new (id_text);

  add_part (text, birth);
  add_part (text, age);
  add_part (text, sex);
  return g_string_free (text, FALSE);
}

static char *
dup_about_studies (const NegPatient *patient)
{
  const NegStudy *newest = newest_study (patient);
  g_autofree char *count = g_strdup_printf (ngettext ("%u study", "%u studies", patient->studies->len),
                                            patient->studies->len);
  g_autofree char *date = newest != NULL ? neg_caption_dup_date (newest->instance->study_date) : NULL;
  g_autoptr (GString) modalities = g_string_new (NULL);
  GString *text = g_string_new (count);

  for (guint i = 0; i < patient->studies->len; i++)
    add_modalities (modalities, g_ptr_array_index (patient->studies, i));
  add_part (text, date);
  add_part (text, modalities->str);
  return g_string_free (text, FALSE);
}

GPtrArray *
neg_pane_rows_build_patients (GPtrArray *patients, const char *shown_key, const char *query)
{
  GPtrArray *rows = g_ptr_array_new_with_free_func (g_object_unref);

  for (guint i = 0; patients != NULL && i < patients->len; i++) {
    const NegPatient *patient = g_ptr_array_index (patients, i);
    g_autofree char *name = neg_caption_dup_person (patient->instance->patient_name);
    NegPaneRowContent content = {
      .kind = NEG_PANE_ROW_PATIENT,
      .id = g_strdup (patient->key),
      .title = g_strdup (*name != '\0' ? name : _ ("(no name)")),
      .subtitle = dup_about_person (patient),
      .details = dup_about_studies (patient),
      .mark = patient->shares_id ? g_strdup (_ ("same ID, other name")) : NULL,
      .active = g_strcmp0 (patient->key, shown_key) == 0,
    };
    g_autofree char *all = g_strjoin (" ", content.title, content.subtitle, content.details, NULL);
    g_autofree char *folded = neg_fold_dup (all);

    if (neg_fold_matches (folded, query))
      take_row (rows, &content);
    neg_pane_row_content_clear (&content);
  }
  return rows;
}

/* --- studies --- */

static char *
dup_distance (const NegStudy *study, const NegStudy *newest)
{
  g_autofree char *interval = NULL;

  if (study == newest)
    return NULL;
  interval = neg_caption_dup_interval (study->instance->study_date, newest->instance->study_date);
  return interval != NULL ? g_strdup_printf (_ ("%s before"), interval) : NULL;
}

/* How long before, and that it names the patient as he was known then. */
static char *
dup_remarks (const NegStudy *study, const NegStudy *newest)
{
  g_autofree char *distance = dup_distance (study, newest);
  g_autofree char *known = NULL;
  g_autoptr (GString) remarks = g_string_new (distance);

  if (study->other_id || study->other_name)
    known = neg_caption_dup_known_as (study->instance, study->other_id, study->other_name, TRUE);
  add_part (remarks, known);
  return remarks->len > 0 ? g_strdup (remarks->str) : NULL;
}

static void
add_study (GPtrArray *rows, const NegStudy *study, const NegStudy *newest, gboolean folded)
{
  const NegInstance *instance = study->instance;
  g_autofree char *date = neg_caption_dup_date (instance->study_date);
  g_autofree char *time = neg_caption_dup_time (instance->study_time);
  g_autofree char *age = neg_caption_dup_age (instance);
  g_autofree char *description = neg_text_dup_shown (NEG_TEXT_FREE, instance->study_description);
  g_autofree char *accession = neg_text_dup_shown (NEG_TEXT_ACCESSION, instance->accession_number);
  g_autofree char *accession_text = *accession != '\0' ? g_strdup_printf (_ ("accession %s"), accession) : NULL;
  g_autofree char *count = g_strdup_printf (ngettext ("%u series", "%u series", study->series->len),
                                            study->series->len);
  g_autoptr (GString) title = g_string_new (date != NULL && *date != '\0' ? date : _ ("Study without a date"));
  g_autoptr (GString) about = g_string_new (description);
  g_autoptr (GString) modalities = g_string_new (NULL);
  NegPaneRowContent content = { .kind = NEG_PANE_ROW_STUDY, .id = g_strdup (study->study_uid), .active = !folded };

  if (time != NULL)
    g_string_append_printf (title, " %s", time);
  add_modalities (modalities, study);
  add_part (title, modalities->str);
  add_part (title, age);
  add_part (about, accession_text);
  add_part (about, count);
  content.title = g_strdup (title->str);
  content.subtitle = g_strdup (about->str);
  content.details = dup_remarks (study, newest);
  take_row (rows, &content);
}

static void
add_series (GPtrArray *rows, const NegStudy *study, guint n_columns)
{
  for (guint i = 0; i < study->series->len; i += n_columns) {
    NegPaneRowContent content = {
      .kind = NEG_PANE_ROW_SERIES,
      .id = g_strdup_printf ("%s/%u", study->study_uid, i / n_columns),
      .series = g_ptr_array_new_with_free_func (g_object_unref),
    };

    for (guint column = i; column < MIN (i + n_columns, study->series->len); column++)
      g_ptr_array_add (content.series, g_object_ref (g_ptr_array_index (study->series, column)));
    take_row (rows, &content);
  }
}

/* --- what is no image --- */

static const char *
object_word (NegObjectKind kind)
{
  static const char *const words[NEG_OBJECT_N_KINDS] = {
    [NEG_OBJECT_IMAGE] = N_ ("Image"),
    [NEG_OBJECT_SR] = N_ ("Structured report"),
    [NEG_OBJECT_PR] = N_ ("Presentation state"),
    [NEG_OBJECT_KO] = N_ ("Key object note"),
    [NEG_OBJECT_SEG] = N_ ("Segmentation"),
    [NEG_OBJECT_RTSTRUCT] = N_ ("Radiotherapy structures"),
    [NEG_OBJECT_RTDOSE] = N_ ("Radiotherapy dose"),
    [NEG_OBJECT_RTPLAN] = N_ ("Radiotherapy plan"),
    [NEG_OBJECT_PDF] = N_ ("PDF document"),
    [NEG_OBJECT_STL] = N_ ("Surface model"),
    [NEG_OBJECT_WAVEFORM] = N_ ("Waveform"),
    [NEG_OBJECT_VIDEO] = N_ ("Video"),
    [NEG_OBJECT_HANGING_PROTOCOL] = N_ ("Hanging protocol"),
    [NEG_OBJECT_OTHER] = N_ ("Other object"),
  };

  return (guint) kind < NEG_OBJECT_N_KINDS ? _ (words[kind]) : _ (words[NEG_OBJECT_OTHER]);
}

static char *
dup_file_name (const char *path)
{
  g_autofree char *base = g_path_get_basename (path);
  g_autofree char *valid = g_utf8_make_valid (base, -1);

  return neg_text_dup_shown (NEG_TEXT_PATH, valid);
}

NegPaneRow *
neg_pane_rows_new_object (const NegLoadedObject *object)
{
  g_autofree char *title = neg_text_dup_shown (NEG_TEXT_FREE, object->instance->document_title);
  g_autofree char *description = neg_text_dup_shown (NEG_TEXT_FREE, object->instance->series_description);
  const char *name = *title != '\0' ? title : description;
  g_autofree char *file = dup_file_name (neg_blob_get_name (object->blob));
  g_autofree char *person = neg_caption_dup_person (object->instance->patient_name);
  NegPaneRowContent content = {
    .kind = NEG_PANE_ROW_OBJECT,
    .id = g_strdup_printf ("object/%" G_GUINT64_FORMAT, neg_blob_get_id (object->blob)),
    /* Those of all patients are in one list: whose it is stands with it. */
    .subtitle = *person != '\0' ? g_strdup_printf ("%s · %s", person, file) : g_strdup (file),
  };

  content.title = *name != '\0' ? g_strdup_printf ("%s: %s", object_word (object->instance->kind), name)
                                : g_strdup (object_word (object->instance->kind));
  return neg_pane_row_new (&content);
}

NegPaneRow *
neg_pane_rows_new_unreadable (const NegUnreadable *unreadable, guint number)
{
  NegPaneRowContent content = {
    .kind = NEG_PANE_ROW_UNREADABLE,
    .id = g_strdup_printf ("unreadable/%u", number),
    .title = dup_file_name (unreadable->path),
    .subtitle = g_strdup (neg_words_for_error (unreadable->error)),
    .details = neg_text_dup_shown (NEG_TEXT_SENTENCE, unreadable->error->message),
  };

  return neg_pane_row_new (&content);
}

static NegPaneRow *
new_header (const char *id, char *title, gboolean folded)
{
  NegPaneRowContent content = { .kind = NEG_PANE_ROW_SECTION, .id = g_strdup (id), .title = title, .active = !folded };

  return neg_pane_row_new (&content);
}

NegPaneRow *
neg_pane_rows_new_objects_header (guint n, gboolean folded)
{
  return new_header ("objects", g_strdup_printf (_ ("Without images (%u)"), n), folded);
}

NegPaneRow *
neg_pane_rows_new_unreadable_header (guint n, gboolean folded)
{
  return new_header ("unreadable", g_strdup_printf (_ ("Could not be read (%u)"), n), folded);
}

GPtrArray *
neg_pane_rows_build_timeline (const NegPatient *patient, guint n_columns, NegPaneRowsFolded is_folded, gpointer data)
{
  GPtrArray *rows = g_ptr_array_new_with_free_func (g_object_unref);

  g_return_val_if_fail (n_columns > 0, rows);

  for (guint i = 0; patient != NULL && i < patient->studies->len; i++) {
    const NegStudy *study = g_ptr_array_index (patient->studies, i);
    gboolean folded = is_folded != NULL && is_folded (study->study_uid, data);

    add_study (rows, study, newest_study (patient), folded);
    if (!folded)
      add_series (rows, study, n_columns);
  }
  return rows;
}

GPtrArray *
neg_pane_rows_build_objects (NegLoader *loader, const char *study_uid)
{
  GPtrArray *rows = g_ptr_array_new_with_free_func (g_object_unref);
  GPtrArray *objects = loader != NULL ? neg_loader_get_objects (loader) : NULL;

  for (guint i = 0; objects != NULL && study_uid != NULL && i < objects->len; i++) {
    const NegLoadedObject *object = g_ptr_array_index (objects, i);

    if (g_strcmp0 (object->instance->study_uid, study_uid) == 0)
      g_ptr_array_add (rows, neg_pane_rows_new_object (object));
  }
  return rows;
}
