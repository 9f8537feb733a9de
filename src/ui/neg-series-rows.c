#include "config.h"

#include "ui/neg-series-rows.h"

#include <glib/gi18n-lib.h>

#include "base/neg-error.h"
#include "reading/neg-captions.h"
#include "ui/neg-words.h"

typedef struct {
  NegSeries *series;
  guint patient_rank, study_rank, position;
} Entry;

const char *
neg_series_rows_get_kind_word (NegSeriesKind kind)
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

static const NegInstance *
first_instance (NegSeries *series)
{
  return neg_series_get_frame (series, 0)->instance;
}

static const char *
text_or_empty (const char *text)
{
  return text != NULL ? text : "";
}

/* RAD TF-2 4.16.4.2.2.5.3: the same person has the same ID and the same name. Studies that name nobody are not of one
 * person for that. */
static char *
dup_patient_key (const NegInstance *instance)
{
  const char *id = text_or_empty (instance->patient_id);
  const char *name = text_or_empty (instance->patient_name);
  gboolean nobody = *id == '\0' && *name == '\0';

  return g_strdup_printf ("%s\n%s\n%s\n%s", id, text_or_empty (instance->patient_id_issuer), name,
                          nobody ? text_or_empty (instance->study_uid) : "");
}

static guint
rank_of (GHashTable *ranks, char *key)
{
  gpointer value;

  if (g_hash_table_lookup_extended (ranks, key, NULL, &value)) {
    g_free (key);
    return GPOINTER_TO_UINT (value);
  }
  value = GUINT_TO_POINTER (g_hash_table_size (ranks));
  g_hash_table_insert (ranks, key, value);
  return GPOINTER_TO_UINT (value);
}

static int
compare_entries (gconstpointer a, gconstpointer b)
{
  const Entry *one = a, *other = b;

  if (one->patient_rank != other->patient_rank)
    return one->patient_rank < other->patient_rank ? -1 : 1;
  if (one->study_rank != other->study_rank)
    return one->study_rank < other->study_rank ? -1 : 1;
  return one->position < other->position ? -1 : 1;
}

static GArray *
sort_entries (GListModel *series)
{
  g_autoptr (GHashTable) patients = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (GHashTable) studies = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  guint n = g_list_model_get_n_items (series);
  GArray *entries = g_array_sized_new (FALSE, FALSE, sizeof (Entry), n);

  for (guint i = 0; i < n; i++) {
    g_autoptr (NegSeries) item = g_list_model_get_item (series, i); /* the model holds it on */
    Entry entry = { .series = item, .position = i };
    const NegInstance *instance;

    if (neg_series_get_n_frames (item) == 0)
      continue;
    instance = first_instance (item);
    entry.patient_rank = rank_of (patients, dup_patient_key (instance));
    entry.study_rank = rank_of (studies, g_strdup (text_or_empty (instance->study_uid)));
    g_array_append_val (entries, entry);
  }
  g_array_sort (entries, compare_entries);
  return entries;
}

static char *
dup_series_subtitle (NegSeries *series)
{
  const NegInstance *instance = first_instance (series);

  return g_strdup_printf ("%s · %u × %u", neg_series_rows_get_kind_word (neg_series_get_kind (series)),
                          instance->columns, instance->rows);
}

static char *
dup_warnings (NegSeries *series)
{
  const char *const *warnings = neg_series_get_warnings (series);
  g_autofree char *joined = warnings != NULL && warnings[0] != NULL ? g_strjoinv ("; ", (char **) warnings) : NULL;

  return joined != NULL ? neg_caption_dup_clean (joined) : NULL;
}

static char *
dup_study_title (const NegInstance *instance)
{
  g_autofree char *study = neg_caption_dup_study (instance);

  return *study != '\0' ? g_steal_pointer (&study) : g_strdup (_ ("Study without a date"));
}

static void
add_row (GPtrArray *rows, NegListItemKind kind, char *title, char *subtitle, char *details, NegSeries *series)
{
  g_ptr_array_add (rows, neg_list_item_new (kind, title, subtitle, details, series));
  g_free (title);
  g_free (subtitle);
  g_free (details);
}

GPtrArray *
neg_series_rows_build (GListModel *series)
{
  g_autoptr (GArray) entries = sort_entries (series);
  GPtrArray *rows = g_ptr_array_new_with_free_func (g_object_unref);

  for (guint i = 0; i < entries->len; i++) {
    const Entry *entry = &g_array_index (entries, Entry, i);
    const Entry *before = i > 0 ? entry - 1 : NULL;
    const NegInstance *instance = first_instance (entry->series);
    gboolean new_patient = before == NULL || before->patient_rank != entry->patient_rank;

    if (new_patient)
      add_row (rows, NEG_LIST_ITEM_PATIENT, neg_caption_dup_patient (instance), NULL, NULL, NULL);
    if (new_patient || before->study_rank != entry->study_rank)
      add_row (rows, NEG_LIST_ITEM_STUDY, dup_study_title (instance), NULL, NULL, NULL);
    add_row (rows, NEG_LIST_ITEM_SERIES, neg_caption_dup_clean (neg_series_get_title (entry->series)),
             dup_series_subtitle (entry->series), dup_warnings (entry->series), entry->series);
  }
  return rows;
}

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

  return neg_caption_dup_clean (valid);
}

NegListItem *
neg_series_rows_new_object (const NegLoadedObject *object)
{
  g_autofree char *title = neg_caption_dup_clean (object->instance->document_title);
  g_autofree char *description = neg_caption_dup_clean (object->instance->series_description);
  g_autofree char *file = dup_file_name (neg_blob_get_name (object->blob));
  const char *name = *title != '\0' ? title : description;
  g_autofree char *line = *name != '\0' ? g_strdup_printf ("%s: %s", object_word (object->instance->kind), name)
                                        : g_strdup (object_word (object->instance->kind));

  return neg_list_item_new (NEG_LIST_ITEM_OBJECT, line, file, NULL, NULL);
}

NegListItem *
neg_series_rows_new_unreadable (const NegUnreadable *unreadable)
{
  g_autofree char *file = dup_file_name (unreadable->path);
  g_autofree char *message = neg_caption_dup_clean (unreadable->error->message);

  return neg_list_item_new (NEG_LIST_ITEM_UNREADABLE, file, neg_words_for_error (unreadable->error), message, NULL);
}
