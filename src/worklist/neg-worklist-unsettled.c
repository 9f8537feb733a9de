#include "config.h"

#include "worklist/neg-worklist-unsettled.h"

#include <string.h>

#include "base/neg-error.h"
#include "model/neg-identity.h"
#include "store/neg-archive.h"
#include "worklist/neg-worklist-item-private.h"
#include "worklist/neg-worklist-reader-private.h"

static void
side_free (NegSettleSide *side)
{
  for (guint i = 0; i < NEG_FACT_N; i++)
    g_free (side->facts[i]);
  g_free (side->issuer);
  g_free (side);
}

void
neg_settle_item_free (NegSettleItem *item)
{
  neg_unsettled_free (item->unsettled);
  g_clear_pointer (&item->subject, side_free);
  g_ptr_array_unref (item->candidates);
  g_free (item);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NegSettleItem, neg_settle_item_free)

/* --- what differs --- */

#define DAY_CHARS 8 /* of a time: YYYYMMDD */

static gboolean
have_modality_in_common (const char *a, const char *b)
{
  g_auto (GStrv) ours = g_strsplit (a, "\\", -1), theirs = g_strsplit (b, "\\", -1);

  for (guint i = 0; ours[i] != NULL; i++)
    if (g_strv_contains ((const char *const *) theirs, ours[i]))
      return TRUE;
  return FALSE;
}

static gboolean
are_names_same (const char *a, const char *b)
{
  g_autofree char *a_key = neg_identity_dup_name_key (a), *b_key = neg_identity_dup_name_key (b);

  return g_str_equal (a_key, b_key);
}

gboolean
neg_settle_sides_differ (const NegSettleSide *a, const NegSettleSide *b, NegFact fact)
{
  const char *ours = a->facts[fact], *theirs = b->facts[fact];

  if (*ours == '\0' || *theirs == '\0')
    return FALSE;
  switch (fact) {
  case NEG_FACT_PATIENT:
    return !are_names_same (ours, theirs);
  case NEG_FACT_ID:
    return !g_str_equal (ours, theirs) || !g_str_equal (a->issuer, b->issuer);
  case NEG_FACT_MODALITY:
    return !have_modality_in_common (ours, theirs);
  case NEG_FACT_DESCRIPTION:
    return FALSE;
  case NEG_FACT_TIME:
    return strncmp (ours, theirs, DAY_CHARS) != 0;
  default:
    return !g_str_equal (ours, theirs);
  }
}

static gboolean
are_sides_equal (const NegSettleSide *a, const NegSettleSide *b)
{
  gboolean equal = a->id == b->id && a->entry == b->entry && g_str_equal (a->issuer, b->issuer);

  for (guint i = 0; equal && i < NEG_FACT_N; i++)
    equal = g_str_equal (a->facts[i], b->facts[i]);
  return equal;
}

gboolean
neg_settle_items_equal (const NegSettleItem *a, const NegSettleItem *b)
{
  gboolean equal = a->unsettled->kind == b->unsettled->kind && are_sides_equal (a->subject, b->subject)
                   && g_str_equal (a->unsettled->why, b->unsettled->why) && a->candidates->len == b->candidates->len;

  for (guint i = 0; equal && i < a->candidates->len; i++)
    equal = are_sides_equal (g_ptr_array_index (a->candidates, i), g_ptr_array_index (b->candidates, i));
  return equal;
}

/* --- reading the facts --- */

/* The longest that is a moment as a person reads one. */
static char *
dup_time (const char *date, const char *time)
{
  return strlen (date) == DAY_CHARS ? g_strdup_printf ("%s%.6s", date, time) : g_strdup (date);
}

static NegSettleSide *
new_side (gint64 id, gint64 entry, const char *issuer, const char *const facts[NEG_FACT_N])
{
  NegSettleSide *side = g_new0 (NegSettleSide, 1);

  side->id = id;
  side->entry = entry;
  side->issuer = g_strdup (issuer);
  for (guint i = 0; i < NEG_FACT_N; i++)
    side->facts[i] = g_strdup (facts[i] != NULL ? facts[i] : "");
  return side;
}

static NegSettleSide *
read_entry (NegDatabase *database, gint64 id, GError **error)
{
  g_autoptr (NegEntry) entry = neg_entries_find (database, id, error);
  g_autofree char *time = entry != NULL ? dup_time (entry->study_date, entry->study_time) : NULL;

  if (entry == NULL)
    return NULL;
  return new_side (id, id, entry->issuer,
                   (const char *const[NEG_FACT_N]){ [NEG_FACT_PATIENT] = entry->patient_name,
                                                    [NEG_FACT_ID] = entry->patient_id,
                                                    [NEG_FACT_BIRTH_DATE] = entry->birth_date,
                                                    [NEG_FACT_SEX] = entry->sex,
                                                    [NEG_FACT_ACCESSION] = entry->accession,
                                                    [NEG_FACT_MODALITY] = entry->modalities,
                                                    [NEG_FACT_DESCRIPTION] = entry->description,
                                                    [NEG_FACT_TIME] = time });
}

static NegSettleSide *
read_order (NegDatabase *database, gint64 id, GError **error)
{
  g_autoptr (NegOrder) order = neg_orders_find (database, id, error);
  g_autofree char *time = order != NULL ? dup_time (order->date, order->time) : NULL;

  if (order == NULL)
    return NULL;
  return new_side (id, order->entry, order->issuer,
                   (const char *const[NEG_FACT_N]){ [NEG_FACT_PATIENT] = order->patient_name,
                                                    [NEG_FACT_ID] = order->patient_id,
                                                    [NEG_FACT_BIRTH_DATE] = order->birth_date,
                                                    [NEG_FACT_SEX] = order->sex,
                                                    [NEG_FACT_ACCESSION] = order->accession,
                                                    [NEG_FACT_MODALITY] = order->modality,
                                                    [NEG_FACT_DESCRIPTION] = order->procedure,
                                                    [NEG_FACT_TIME] = time });
}

static NegSettleSide *
read_report (NegDatabase *database, gint64 id, GError **error)
{
  g_autoptr (NegReport) report = neg_reports_find (database, id, error);

  if (report == NULL)
    return NULL;
  return new_side (id, report->entry, report->issuer,
                   (const char *const[NEG_FACT_N]){ [NEG_FACT_PATIENT] = report->patient_name,
                                                    [NEG_FACT_ID] = report->patient_id,
                                                    [NEG_FACT_ACCESSION] = report->accession,
                                                    [NEG_FACT_DESCRIPTION] = report->title,
                                                    [NEG_FACT_TIME] = report->time });
}

typedef NegSettleSide *(*ReadSide) (NegDatabase *database, gint64 id, GError **error);

static NegSettleItem *
read_item (NegDatabase *database, NegUnsettled *unsettled, GError **error)
{
  static const struct {
    ReadSide subject, candidate;
  } readers[] = { [NEG_UNSETTLED_ORDER] = { read_order, read_entry },
                  [NEG_UNSETTLED_STUDY] = { read_entry, read_order },
                  [NEG_UNSETTLED_REPORT] = { read_report, read_entry },
                  [NEG_UNSETTLED_PATIENT] = { read_entry, read_entry } };
  g_autoptr (NegSettleItem) item = g_new0 (NegSettleItem, 1);

  item->unsettled = unsettled;
  item->candidates = g_ptr_array_new_with_free_func ((GDestroyNotify) side_free);
  item->subject = readers[unsettled->kind].subject (database, unsettled->id, error);
  if (item->subject == NULL)
    return NULL;
  for (guint i = 0; i < unsettled->candidates->len; i++) {
    NegSettleSide *side
        = readers[unsettled->kind].candidate (database, g_array_index (unsettled->candidates, gint64, i), error);

    if (side == NULL)
      return NULL;
    g_ptr_array_add (item->candidates, side);
  }
  return g_steal_pointer (&item);
}

static gpointer
fail_without_archive (GError **error)
{
  neg_fail (error, NEG_ERROR_NOT_FOUND, NEG_ARCHIVE_FILE, "There is no archive yet");
  return NULL;
}

/* Items of what is gone, or settled, since it was listed are left out. */
static gboolean
read_items (NegDatabase *database, GPtrArray *all, GPtrArray *items, GError **error)
{
  while (all->len > 0) {
    g_autoptr (GError) failure = NULL;
    NegSettleItem *item = read_item (database, g_ptr_array_steal_index (all, 0), &failure);

    if (item != NULL) {
      g_ptr_array_add (items, item);
    } else if (!g_error_matches (failure, NEG_ERROR, NEG_ERROR_NOT_FOUND)) {
      g_propagate_error (error, g_steal_pointer (&failure));
      return FALSE;
    }
  }
  return TRUE;
}

static gboolean
has_candidate (const NegSettleItem *item, gint64 id)
{
  for (guint i = 0; i < item->candidates->len; i++)
    if (((const NegSettleSide *) g_ptr_array_index (item->candidates, i))->id == id)
      return TRUE;
  return FALSE;
}

/* An order, @order or with 0 any, is listed with the study of @item as what it could mean. */
static gboolean
is_listed_with (GPtrArray *items, gint64 order, const NegSettleItem *item)
{
  for (guint i = 0; i < items->len; i++) {
    const NegSettleItem *other = g_ptr_array_index (items, i);

    if (other->unsettled->kind == NEG_UNSETTLED_ORDER && (order == 0 || other->unsettled->id == order)
        && has_candidate (other, item->unsettled->id))
      return TRUE;
  }
  return FALSE;
}

static void
drop_listed_studies (GPtrArray *items)
{
  for (guint i = items->len; i > 0; i--) {
    const NegSettleItem *item = g_ptr_array_index (items, i - 1);
    gboolean listed = item->unsettled->kind == NEG_UNSETTLED_STUDY && is_listed_with (items, 0, item);

    for (guint k = 0; listed && k < item->candidates->len; k++)
      listed = is_listed_with (items, ((const NegSettleSide *) g_ptr_array_index (item->candidates, k))->id, item);
    if (listed)
      g_ptr_array_remove_index (items, i - 1);
  }
}

static gpointer
list_unsettled (NegWorklistReader *reader, NegDatabase *database, const NegEntryQuery *query, gint64 entry_id,
                const char *user, GError **error)
{
  g_autoptr (GPtrArray) items = g_ptr_array_new_with_free_func ((GDestroyNotify) neg_settle_item_free);
  g_autoptr (GPtrArray) all = NULL;

  if (database == NULL)
    return fail_without_archive (error);
  all = neg_orders_list_unsettled (database, g_get_real_time (), NEG_UNSETTLED_MAX, error);
  if (all == NULL || !read_items (database, all, items, error))
    return NULL;
  drop_listed_studies (items);
  return g_steal_pointer (&items);
}

static void
start (NegWorklistModel *model, gpointer tag, NegWorklistWork work, GCancellable *cancellable,
       GAsyncReadyCallback callback, gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (model, cancellable, callback, user_data);

  g_task_set_source_tag (task, tag);
  _neg_worklist_reader_run (_neg_worklist_model_get_reader (model), task, work, 0, NULL,
                            (GDestroyNotify) g_ptr_array_unref);
}

void
neg_worklist_model_list_unsettled_async (NegWorklistModel *model, GCancellable *cancellable,
                                         GAsyncReadyCallback callback, gpointer user_data)
{
  start (model, neg_worklist_model_list_unsettled_async, list_unsettled, cancellable, callback, user_data);
}

GPtrArray *
neg_worklist_model_list_unsettled_finish (NegWorklistModel *model, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

static gpointer
list_links (NegWorklistReader *reader, NegDatabase *database, const NegEntryQuery *query, gint64 entry_id,
            const char *user, GError **error)
{
  return database != NULL ? neg_patients_list_links (database, NEG_UNSETTLED_MAX, error) : fail_without_archive (error);
}

void
neg_worklist_model_list_links_async (NegWorklistModel *model, GCancellable *cancellable, GAsyncReadyCallback callback,
                                     gpointer user_data)
{
  start (model, neg_worklist_model_list_links_async, list_links, cancellable, callback, user_data);
}

GPtrArray *
neg_worklist_model_list_links_finish (NegWorklistModel *model, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}
