/* What a person has to settle: orders without images, images without an order, reports of nothing that is known, and IDs
 * of several names; each with what could be meant. */
#include "config.h"

#include <glib/gi18n.h>
#include <string.h>

#include "model/neg-identity.h"
#include "store/neg-entries-private.h"
#include "store/neg-orders-private.h"

#define MAX_CANDIDATES 5u
#define MAX_LOOKED_AT 100u
#define MAX_NAMESAKES 500 /* that are looked at for whether they still are some */
#define DAY_US (G_GINT64_CONSTANT (86400) * G_USEC_PER_SEC)

void
neg_unsettled_free (NegUnsettled *unsettled)
{
  g_free (unsettled->why);
  g_array_unref (unsettled->candidates);
  g_free (unsettled);
}

static NegUnsettled *
add_unsettled (GPtrArray *list, NegUnsettledKind kind, gint64 id, const char *why)
{
  NegUnsettled *unsettled = g_new0 (NegUnsettled, 1);

  unsettled->kind = kind;
  unsettled->id = id;
  unsettled->why = g_strdup (why);
  unsettled->candidates = g_array_new (FALSE, FALSE, sizeof (gint64));
  g_ptr_array_add (list, unsettled);
  return unsettled;
}

/* --- likeness --- */

typedef struct {
  const char *issuer, *patient_id, *name_key, *modality;
  gint64 time_us;
} Likeness;

typedef struct {
  gint64 id;
  guint n_same; /* of issuer, ID and name */
  gboolean has_modality;
  gint64 apart_us;
} Candidate;

static guint
count_same (const Likeness *one, const char *issuer, const char *patient_id, const char *name_key)
{
  return (guint) g_str_equal (one->issuer, issuer) + (guint) g_str_equal (one->patient_id, patient_id)
         + (guint) g_str_equal (one->name_key, name_key);
}

static void
add_candidate (GArray *candidates, const Likeness *one, gint64 id, guint n_same, const char *modalities, gint64 time_us)
{
  const Candidate candidate = { .id = id,
                                .n_same = n_same,
                                .has_modality = *one->modality != '\0' && strstr (modalities, one->modality) != NULL,
                                .apart_us = one->time_us > time_us ? one->time_us - time_us : time_us - one->time_us };

  for (guint i = 0; i < candidates->len; i++)
    if (g_array_index (candidates, Candidate, i).id == id)
      return;
  if (n_same >= 2)
    g_array_append_val (candidates, candidate);
}

static int
compare_candidates (gconstpointer a, gconstpointer b)
{
  const Candidate *x = a, *y = b;

  if (x->n_same != y->n_same)
    return x->n_same > y->n_same ? -1 : 1;
  if (x->has_modality != y->has_modality)
    return x->has_modality ? -1 : 1;
  if (x->apart_us != y->apart_us)
    return x->apart_us < y->apart_us ? -1 : 1;
  return x->id < y->id ? -1 : x->id > y->id;
}

static void
give_best (GArray *candidates, GArray *ids)
{
  g_array_sort (candidates, compare_candidates);
  for (guint i = 0; i < MIN (candidates->len, MAX_CANDIDATES); i++)
    g_array_append_val (ids, g_array_index (candidates, Candidate, i).id);
}

/* --- entries that could be meant --- */

static gboolean
has_order (NegDatabase *database, gint64 entry, gboolean *has, GError **error)
{
  NegStatement *row = neg_database_prepare (database, "SELECT 1 FROM entry_source WHERE entry_id = ?1 AND kind = 2 LIMIT 1",
                                            error);

  if (row == NULL)
    return FALSE;
  neg_statement_bind_int (row, 1, entry);
  if (!neg_statement_step (row, has, error))
    return FALSE;
  neg_statement_reset (row);
  return TRUE;
}

static gboolean
add_of_id (NegDatabase *database, const Likeness *one, gboolean with_orders, GArray *candidates, GError **error)
{
  NegStatement *rows = neg_database_prepare (
      database,
      "SELECT id, issuer, name_key, modalities, time_us FROM entry WHERE patient_id <> '' AND patient_id = ?1 AND "
      "(study_rowid <> 0 OR peers <> '') AND (?2 OR NOT EXISTS (SELECT 1 FROM entry_source s WHERE s.entry_id = entry.id "
      "AND s.kind = 2)) ORDER BY time_us DESC LIMIT ?3",
      error);
  gboolean has_row;

  if (rows == NULL)
    return FALSE;
  neg_statement_bind_text (rows, 1, one->patient_id);
  neg_statement_bind_int (rows, 2, with_orders);
  neg_statement_bind_int (rows, 3, MAX_LOOKED_AT);
  while (neg_statement_step (rows, &has_row, error)) {
    if (!has_row)
      return TRUE;
    add_candidate (candidates, one, neg_statement_get_int (rows, 0),
                   count_same (one, neg_statement_get_text (rows, 1), one->patient_id, neg_statement_get_text (rows, 2)),
                   neg_statement_get_text (rows, 3), neg_statement_get_int (rows, 4));
  }
  return FALSE;
}

/* The same name and another ID. */
static gboolean
add_of_name (NegDatabase *database, const Likeness *one, GArray *candidates, GError **error)
{
  g_auto (GStrv) words = g_strsplit_set (one->name_key, "^= ", -1);
  const NegEntryQuery query = { .words = words, .order = NEG_COLUMN_TIME, .descending = TRUE };
  g_autoptr (GPtrArray) entries = NULL;

  if (*one->name_key == '\0')
    return TRUE;
  entries = neg_entries_list (database, &query, 0, MAX_LOOKED_AT, error);
  for (guint i = 0; entries != NULL && i < entries->len; i++) {
    const NegEntry *entry = g_ptr_array_index (entries, i);
    g_autofree char *name_key = neg_identity_dup_name_key (entry->patient_name);
    gboolean has;

    if ((entry->study_rowid == 0 && *entry->peers == '\0') || !g_str_equal (name_key, one->name_key))
      continue;
    if (!has_order (database, entry->id, &has, error))
      return FALSE;
    if (!has)
      add_candidate (candidates, one, entry->id, count_same (one, entry->issuer, entry->patient_id, name_key),
                     entry->modalities, entry->time_us);
  }
  return entries != NULL;
}

/* --- orders --- */

static gboolean
list_orders (NegDatabase *database, gint64 now_us, guint limit, GPtrArray *list, GError **error)
{
  g_autoptr (GPtrArray) orders = neg_orders_list (database, NEG_ORDERS_UNMATCHED, now_us, 0, limit, error);

  for (guint i = 0; orders != NULL && i < orders->len; i++) {
    const NegOrder *order = g_ptr_array_index (orders, i);
    NegUnsettled *unsettled = add_unsettled (list, NEG_UNSETTLED_ORDER, order->id,
                                             _("The time of this order has passed and no image of it has come."));
    g_autofree char *name_key = neg_identity_dup_name_key (order->patient_name);
    const Likeness one = { order->issuer, order->patient_id, name_key, order->modality, order->scheduled_us };
    g_autoptr (GArray) candidates = g_array_new (FALSE, FALSE, sizeof (Candidate));

    if (!add_of_id (database, &one, FALSE, candidates, error) || !add_of_name (database, &one, candidates, error))
      return FALSE;
    give_best (candidates, unsettled->candidates);
  }
  return orders != NULL;
}

/* --- studies of today --- */

static gboolean
add_orders (NegDatabase *database, const Likeness *one, GArray *candidates, GError **error)
{
  NegStatement *rows = neg_database_prepare (
      database,
      "SELECT id, issuer, patient_id, name_key, modality, scheduled_us FROM (SELECT * FROM imaging_order WHERE "
      "patient_id = ?1 AND status = 1 AND has_images = 0 ORDER BY id DESC LIMIT ?2) UNION SELECT id, issuer, "
      "patient_id, name_key, modality, scheduled_us FROM (SELECT * FROM imaging_order WHERE status = 1 AND "
      "has_images = 0 AND scheduled_us > ?3 ORDER BY scheduled_us DESC LIMIT 1000) WHERE issuer = ?4 AND name_key = ?5",
      error);
  gboolean has_row;

  if (rows == NULL)
    return FALSE;
  neg_statement_bind_text (rows, 1, one->patient_id);
  neg_statement_bind_int (rows, 2, MAX_LOOKED_AT);
  neg_statement_bind_int (rows, 3, one->time_us - DAY_US);
  neg_statement_bind_text (rows, 4, one->issuer);
  neg_statement_bind_text (rows, 5, one->name_key);
  while (neg_statement_step (rows, &has_row, error)) {
    if (!has_row)
      return TRUE;
    add_candidate (candidates, one, neg_statement_get_int (rows, 0),
                   count_same (one, neg_statement_get_text (rows, 1), neg_statement_get_text (rows, 2),
                               neg_statement_get_text (rows, 3)),
                   neg_statement_get_text (rows, 4), neg_statement_get_int (rows, 5));
  }
  return FALSE;
}

static gboolean
are_orders_known (NegDatabase *database, gboolean *known, GError **error)
{
  NegStatement *row = neg_database_prepare (database, "SELECT 1 FROM imaging_order LIMIT 1", error);

  if (row == NULL || !neg_statement_step (row, known, error))
    return FALSE;
  neg_statement_reset (row);
  return TRUE;
}

static gboolean
add_study (NegDatabase *database, const NegEntry *entry, GPtrArray *list, GError **error)
{
  g_autofree char *name_key = neg_identity_dup_name_key (entry->patient_name);
  const Likeness one = { entry->issuer, entry->patient_id, name_key, "", entry->time_us };
  g_autoptr (GArray) candidates = g_array_new (FALSE, FALSE, sizeof (Candidate));
  NegUnsettled *unsettled = add_unsettled (list, NEG_UNSETTLED_STUDY, entry->id,
                                           _("No order asked for these images of today."));

  if (!add_orders (database, &one, candidates, error))
    return FALSE;
  give_best (candidates, unsettled->candidates);
  return TRUE;
}

static gboolean
list_studies (NegDatabase *database, gint64 now_us, guint limit, GPtrArray *list, GError **error)
{
  const NegEntryQuery today = { .from_us = now_us - DAY_US, .to_us = now_us + DAY_US, .order = NEG_COLUMN_TIME,
                                .descending = TRUE };
  g_autoptr (GPtrArray) entries = NULL;
  gboolean known;

  if (!are_orders_known (database, &known, error))
    return FALSE;
  if (!known)
    return TRUE;
  entries = neg_entries_list (database, &today, 0, 10 * MAX_LOOKED_AT, error);
  for (guint i = 0, n = 0; entries != NULL && i < entries->len && n < limit; i++) {
    const NegEntry *entry = g_ptr_array_index (entries, i);
    gboolean has = entry->n_here == 0;

    if (!has && !has_order (database, entry->id, &has, error))
      return FALSE;
    if (has)
      continue;
    if (!add_study (database, entry, list, error))
      return FALSE;
    n++;
  }
  return entries != NULL;
}

/* --- reports --- */

static gboolean
add_report (NegDatabase *database, NegStatement *row, GPtrArray *list, GError **error)
{
  NegUnsettled *unsettled = add_unsettled (list, NEG_UNSETTLED_REPORT, neg_statement_get_int (row, 0),
                                           _("This report is of no study or order that is known."));
  g_autoptr (GArray) candidates = g_array_new (FALSE, FALSE, sizeof (Candidate));
  g_auto (NegPatient) now = { 0 };
  Likeness one;

  if (!_neg_patient_resolve (database, neg_statement_get_text (row, 1), neg_statement_get_text (row, 2),
                             neg_statement_get_text (row, 3), &now, error))
    return FALSE;
  one = (Likeness){ now.issuer, now.id, now.name_key, "", neg_statement_get_int (row, 4) };
  if (!add_of_id (database, &one, TRUE, candidates, error))
    return FALSE;
  give_best (candidates, unsettled->candidates);
  return TRUE;
}

static gboolean
list_reports (NegDatabase *database, guint limit, GPtrArray *list, GError **error)
{
  NegStatement *rows = neg_database_prepare (
      database,
      "SELECT id, issuer, patient_id, name_key, time_us FROM report WHERE n_entries = 0 AND status <> 3 "
      "ORDER BY id DESC LIMIT ?1",
      error);
  gboolean has_row;

  if (rows == NULL)
    return FALSE;
  neg_statement_bind_int (rows, 1, limit);
  while (neg_statement_step (rows, &has_row, error)) {
    if (!has_row)
      return TRUE;
    if (!add_report (database, rows, list, error))
      return FALSE;
  }
  return FALSE;
}

/* --- patients --- */

/* The newest entry of each name of an ID. */
static gboolean
add_namesakes (NegDatabase *database, const char *id, const char *issuer, GPtrArray *list, GError **error)
{
  NegStatement *rows = neg_database_prepare (
      database,
      "SELECT id, max (time_us), EXISTS (SELECT 1 FROM patient_link WHERE from_id = ?1 AND from_issuer = ?2 AND "
      "from_key <> name_key AND undone_us = 0 AND replaced_by = 0) FROM entry WHERE patient_id <> '' AND "
      "patient_id = ?1 AND issuer = ?2 GROUP BY name_key ORDER BY max (time_us) DESC LIMIT ?3",
      error);
  g_autoptr (GArray) ids = g_array_new (FALSE, FALSE, sizeof (gint64));
  gboolean has_row = TRUE, is_left = FALSE;
  NegUnsettled *unsettled;

  if (rows == NULL)
    return FALSE;
  neg_statement_bind_text (rows, 1, id);
  neg_statement_bind_text (rows, 2, issuer);
  neg_statement_bind_int (rows, 3, MAX_CANDIDATES + 1);
  while (has_row) {
    gint64 entry;

    if (!neg_statement_step (rows, &has_row, error))
      return FALSE;
    if (!has_row)
      break;
    entry = neg_statement_get_int (rows, 0);
    is_left |= neg_statement_get_int (rows, 2) != 0;
    g_array_append_val (ids, entry);
  }
  if (ids->len == 0 || (ids->len == 1 && !is_left))
    return TRUE; /* settled since */
  unsettled = add_unsettled (list, NEG_UNSETTLED_PATIENT, g_array_index (ids, gint64, 0),
                             ids->len > 1 ? _("The same patient ID has another name elsewhere.")
                                          : _("This patient ID was merged into another one, under another name."));
  g_array_remove_index (ids, 0);
  g_array_append_vals (unsettled->candidates, ids->data, ids->len);
  return TRUE;
}

static gboolean
list_patients (NegDatabase *database, guint limit, GPtrArray *list, GError **error)
{
  NegStatement *rows = neg_database_prepare (database, "SELECT patient_id, issuer FROM patient_namesake "
                                             "ORDER BY id DESC LIMIT ?1",
                                             error);
  const guint end = list->len + limit;
  gboolean has_row = TRUE;

  if (rows == NULL)
    return FALSE;
  neg_statement_bind_int (rows, 1, MAX_NAMESAKES);
  while (has_row && list->len < end) {
    if (!neg_statement_step (rows, &has_row, error)
        || (has_row
            && !add_namesakes (database, neg_statement_get_text (rows, 0), neg_statement_get_text (rows, 1), list,
                               error)))
      return FALSE;
  }
  neg_statement_reset (rows);
  return TRUE;
}

/* What a person can decide now comes first. A report of nothing that is here is nothing to decide: a department reports
 * more than ever comes to one workstation, and its study finds it when it comes. Takes @list. */
static GPtrArray *
put_first (GPtrArray *list)
{
  GPtrArray *sorted = g_ptr_array_new_with_free_func ((GDestroyNotify) neg_unsettled_free);

  g_ptr_array_set_free_func (list, NULL);
  for (guint pass = 0; pass < 2; pass++)
    for (guint i = 0; i < list->len; i++) {
      NegUnsettled *one = g_ptr_array_index (list, i);

      if ((one->candidates->len == 0) != (pass == 1))
        continue;
      if (pass == 1 && one->kind == NEG_UNSETTLED_REPORT)
        neg_unsettled_free (one);
      else
        g_ptr_array_add (sorted, one);
    }
  g_ptr_array_unref (list);
  return sorted;
}

/* A fourth for each kind, so that many of one hide none of the others. */
GPtrArray *
neg_orders_list_unsettled (NegDatabase *database, gint64 now_us, guint limit, GError **error)
{
  g_autoptr (GPtrArray) list = g_ptr_array_new_with_free_func ((GDestroyNotify) neg_unsettled_free);
  const guint each = limit / 4 + (limit % 4 != 0);

  if (!list_orders (database, now_us, each, list, error) || !list_studies (database, now_us, each, list, error)
      || !list_reports (database, each, list, error) || !list_patients (database, each, list, error))
    return NULL;
  list = put_first (list);
  if (list->len > limit)
    g_ptr_array_set_size (list, (int) limit);
  return g_steal_pointer (&list);
}
