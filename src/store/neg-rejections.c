#include "config.h"

#include "store/neg-rejections.h"

#include <string.h>

#include "base/neg-error.h"
#include "model/neg-object-record.h"
#include "store/neg-facts.h"

void
neg_rejection_free (NegRejection *rejection)
{
  if (rejection == NULL)
    return;
  g_free (rejection->note_sop_uid);
  g_free (rejection->code);
  g_free (rejection->reason);
  g_free (rejection->words);
  g_free (rejection->user);
  g_free (rejection->undone_by);
  g_free (rejection);
}

static NegRejection *
read_rejection (NegStatement *row)
{
  NegRejection *rejection = g_new0 (NegRejection, 1);

  rejection->id = neg_statement_get_int (row, 0);
  rejection->study_id = neg_statement_get_int (row, 1);
  rejection->note_sop_uid = g_strdup (neg_statement_get_text (row, 2));
  rejection->code = g_strdup (neg_statement_get_text (row, 3));
  rejection->reason = g_strdup (neg_statement_get_text (row, 4));
  rejection->words = g_strdup (neg_statement_get_text (row, 5));
  rejection->repeat = neg_statement_get_int (row, 6) != 0;
  rejection->user = g_strdup (neg_statement_get_text (row, 7));
  rejection->made_us = neg_statement_get_int (row, 8);
  rejection->undone_us = neg_statement_get_int (row, 9);
  rejection->undone_by = g_strdup (neg_statement_get_text (row, 10));
  rejection->n_images = (guint) neg_statement_get_int (row, 11);
  return rejection;
}

#define COLUMNS                                                                                                        \
  "id, study_id, note_sop_uid, code, reason, words, repeat, user, made_us, undone_us, undone_by,"                     \
  " (SELECT count(*) FROM rejection_object WHERE rejection_id = rejection.id)"

NegRejection *
neg_rejections_find (NegDatabase *database, gint64 id, GError **error)
{
  NegStatement *row = neg_database_prepare (database, "SELECT " COLUMNS " FROM rejection WHERE id = ?1", error);
  NegRejection *rejection;
  gboolean has_row;

  if (row == NULL)
    return NULL;
  neg_statement_bind_int (row, 1, id);
  if (!neg_statement_step (row, &has_row, error))
    return NULL;
  if (!has_row) {
    neg_fail (error, NEG_ERROR_NOT_FOUND, NULL, "There is no such rejection");
    return NULL;
  }
  rejection = read_rejection (row);
  neg_statement_reset (row);
  return rejection;
}

GHashTable *
neg_rejections_list_named (NegDatabase *database, gint64 study_id, GError **error)
{
  g_autoptr (GHashTable) named = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  NegStatement *rows = neg_database_prepare (
      database,
      "SELECT o.sop_instance_uid FROM rejection r JOIN rejection_object o ON o.rejection_id = r.id"
      " WHERE r.study_id = ?1 AND r.undone_us = 0 UNION SELECT note_sop_uid FROM rejection WHERE study_id = ?1",
      error);
  gboolean has_row;

  if (rows == NULL)
    return NULL;
  neg_statement_bind_int (rows, 1, study_id);
  while (neg_statement_step (rows, &has_row, error)) {
    if (!has_row)
      return g_steal_pointer (&named);
    g_hash_table_add (named, g_strdup (neg_statement_get_text (rows, 0)));
  }
  return NULL;
}

GPtrArray *
neg_rejections_list (NegDatabase *database, gint64 study_id, guint limit, GError **error)
{
  g_autoptr (GPtrArray) rejections = g_ptr_array_new_with_free_func ((GDestroyNotify) neg_rejection_free);
  NegStatement *rows = neg_database_prepare (
      database, "SELECT " COLUMNS " FROM rejection WHERE study_id = ?1 ORDER BY id DESC LIMIT ?2", error);
  gboolean has_row;

  if (rows == NULL)
    return NULL;
  neg_statement_bind_int (rows, 1, study_id);
  neg_statement_bind_int (rows, 2, limit);
  while (neg_statement_step (rows, &has_row, error)) {
    if (!has_row)
      return g_steal_pointer (&rejections);
    g_ptr_array_add (rejections, read_rejection (rows));
  }
  return NULL;
}

GPtrArray *
neg_rejections_list_objects (NegDatabase *database, gint64 id, GError **error)
{
  g_autoptr (GPtrArray) uids = g_ptr_array_new_with_free_func (g_free);
  NegStatement *rows
      = neg_database_prepare (database, "SELECT sop_instance_uid FROM rejection_object WHERE rejection_id = ?1", error);
  gboolean has_row;

  if (rows == NULL)
    return NULL;
  neg_statement_bind_int (rows, 1, id);
  while (neg_statement_step (rows, &has_row, error)) {
    if (!has_row)
      return g_steal_pointer (&uids);
    g_ptr_array_add (uids, g_strdup (neg_statement_get_text (rows, 0)));
  }
  return NULL;
}

/* --- what an image was --- */

static char *
dup_day (gint64 us, GTimeZone *zone)
{
  g_autoptr (GDateTime) utc = g_date_time_new_from_unix_utc (us / G_USEC_PER_SEC);
  g_autoptr (GDateTime) local = utc != NULL ? g_date_time_to_timezone (utc, zone) : NULL;

  return local != NULL ? g_date_time_format (local, "%Y%m%d") : g_strdup ("");
}

typedef struct {
  char *day, *technologist, *station, *modality, *body_part, *view;
} Image;

static void
image_clear (Image *image)
{
  g_free (image->day);
  g_free (image->technologist);
  g_free (image->station);
  g_free (image->modality);
  g_free (image->body_part);
  g_free (image->view);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Image, image_clear)

/* What the object says, else the column. */
static char *
dup_text (NegStatement *row, NegRecordField field, const char *column)
{
  const char *fact = neg_facts_get (row, 0, field);

  return g_strdup (fact != NULL ? fact : column != NULL ? column : "");
}

/* A row of IMAGE_COLUMNS. */
static void
read_image (NegStatement *row, GTimeZone *zone, Image *image)
{
  image->day = dup_day (neg_statement_get_int (row, 4), zone);
  image->technologist = dup_text (row, NEG_RECORD_OPERATOR, NULL);
  image->view = dup_text (row, NEG_RECORD_VIEW_POSITION, NULL);
  image->station = dup_text (row, NEG_RECORD_STATION, neg_statement_get_text (row, 1));
  image->modality = dup_text (row, NEG_RECORD_MODALITY, neg_statement_get_text (row, 2));
  image->body_part = dup_text (row, NEG_RECORD_BODY_PART, neg_statement_get_text (row, 3));
}

#define IMAGE_COLUMNS "f.facts, s.station, s.modality, s.body_part, i.received_us"
#define IMAGE_TABLES "instance i JOIN series s ON s.id = i.series_id LEFT JOIN instance_facts f ON f.instance_id = i.id"

/* --- writing --- */

static gboolean
find_image (NegDatabase *database, gint64 study_id, const char *sop_uid, GTimeZone *zone, Image *image, GError **error)
{
  NegStatement *row = neg_database_prepare (database,
                                            "SELECT " IMAGE_COLUMNS " FROM " IMAGE_TABLES
                                            " WHERE i.sop_instance_uid = ?1 AND s.study_id = ?2"
                                            /* Or what a correction has replaced. */
                                            " ORDER BY i.superseded_by IS NOT NULL, i.id DESC LIMIT 1",
                                            error);
  gboolean has_row;

  if (row == NULL)
    return FALSE;
  neg_statement_bind_text (row, 1, sop_uid);
  neg_statement_bind_int (row, 2, study_id);
  if (!neg_statement_step (row, &has_row, error))
    return FALSE;
  if (!has_row)
    return neg_fail (error, NEG_ERROR_NOT_FOUND, sop_uid, "This study has no such object");
  read_image (row, zone, image);
  neg_statement_reset (row);
  return TRUE;
}

static gboolean
add_object (NegDatabase *database, const NegRejection *rejection, const char *sop_uid, GTimeZone *zone, GError **error)
{
  g_auto (Image) image = { 0 };
  NegStatement *insert;

  if (!find_image (database, rejection->study_id, sop_uid, zone, &image, error))
    return FALSE;
  insert = neg_database_prepare (database,
                                 "INSERT OR IGNORE INTO rejection_object (rejection_id, sop_instance_uid, day, technologist,"
                                 " station, modality, body_part, view) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
                                 error);
  if (insert == NULL)
    return FALSE;
  neg_statement_bind_int (insert, 1, rejection->id);
  neg_statement_bind_text (insert, 2, sop_uid);
  neg_statement_bind_text (insert, 3, image.day);
  neg_statement_bind_text (insert, 4, image.technologist);
  neg_statement_bind_text (insert, 5, image.station);
  neg_statement_bind_text (insert, 6, image.modality);
  neg_statement_bind_text (insert, 7, image.body_part);
  neg_statement_bind_text (insert, 8, image.view);
  return neg_statement_run (insert, error);
}

static gboolean
insert (NegDatabase *database, NegRejection *rejection, GError **error)
{
  NegStatement *row = neg_database_prepare (
      database,
      "INSERT INTO rejection (study_id, note_sop_uid, code, reason, words, repeat, user, made_us)"
      " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
      error);

  if (row == NULL)
    return FALSE;
  neg_statement_bind_int (row, 1, rejection->study_id);
  neg_statement_bind_text (row, 2, rejection->note_sop_uid);
  neg_statement_bind_text (row, 3, rejection->code);
  neg_statement_bind_text (row, 4, rejection->reason);
  neg_statement_bind_text (row, 5, rejection->words);
  neg_statement_bind_int (row, 6, rejection->repeat);
  neg_statement_bind_text (row, 7, rejection->user);
  neg_statement_bind_int (row, 8, rejection->made_us);
  if (!neg_statement_run (row, error))
    return FALSE;
  rejection->id = neg_database_get_last_id (database);
  return TRUE;
}

gboolean
neg_rejections_add (NegDatabase *database, NegRejection *rejection, const char *const *sop_uids, GTimeZone *zone,
                    GError **error)
{
  if (!insert (database, rejection, error))
    return FALSE;
  for (; *sop_uids != NULL; sop_uids++)
    if (!add_object (database, rejection, *sop_uids, zone, error))
      return FALSE;
  return TRUE;
}

gboolean
neg_rejections_restore (NegDatabase *database, NegRejection *rejection, const char *const *sop_uids, GTimeZone *zone,
                        GError **error)
{
  if (!insert (database, rejection, error))
    return FALSE;
  for (; *sop_uids != NULL; sop_uids++) {
    g_autoptr (GError) failure = NULL;

    if (!add_object (database, rejection, *sop_uids, zone, &failure) && !g_error_matches (failure, NEG_ERROR, NEG_ERROR_NOT_FOUND)) {
      g_propagate_error (error, g_steal_pointer (&failure));
      return FALSE;
    }
  }
  return TRUE;
}

gboolean
neg_rejections_undo (NegDatabase *database, gint64 id, const char *user, gint64 now_us, GError **error)
{
  NegStatement *update = neg_database_prepare (
      database, "UPDATE rejection SET undone_us = ?2, undone_by = ?3 WHERE id = ?1 AND undone_us = 0 RETURNING id", error);
  gboolean has_row;

  if (update == NULL)
    return FALSE;
  neg_statement_bind_int (update, 1, id);
  neg_statement_bind_int (update, 2, now_us);
  neg_statement_bind_text (update, 3, user);
  if (!neg_statement_step (update, &has_row, error))
    return FALSE;
  neg_statement_reset (update);
  return has_row || neg_fail (error, NEG_ERROR_CONFLICT, NULL, "This rejection does not hold any more");
}

/* --- how many were made --- */

static gboolean
clear_made (NegDatabase *database, gint64 study_id, GError **error)
{
  NegStatement *clear = neg_database_prepare (database, "DELETE FROM made WHERE study_id = ?1", error);

  if (clear == NULL)
    return FALSE;
  neg_statement_bind_int (clear, 1, study_id);
  return neg_statement_run (clear, error);
}

static gboolean
write_made (NegDatabase *database, gint64 study_id, GHashTable *counts, GError **error)
{
  GHashTableIter iter;
  gpointer key, value;

  g_hash_table_iter_init (&iter, counts);
  while (g_hash_table_iter_next (&iter, &key, &value)) {
    g_auto (GStrv) parts = g_strsplit (key, "\n", 6);
    NegStatement *insert = neg_database_prepare (
        database,
        "INSERT INTO made (study_id, day, technologist, station, modality, body_part, view, n_images)"
        " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        error);

    if (insert == NULL)
      return FALSE;
    neg_statement_bind_int (insert, 1, study_id);
    for (int i = 0; i < 6; i++)
      neg_statement_bind_text (insert, i + 2, parts[i]);
    neg_statement_bind_int (insert, 8, GPOINTER_TO_UINT (value));
    if (!neg_statement_run (insert, error))
      return FALSE;
  }
  return TRUE;
}

/* A line break ends a part of the key. */
static char *
clean (char *text)
{
  return g_strdelimit (text, "\n", ' ');
}

GHashTable *
neg_rejections_count_made (NegDatabase *reader, gint64 study_id, GTimeZone *zone, GError **error)
{
  g_autoptr (GHashTable) counts = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  NegStatement *rows = neg_database_prepare (reader,
                                             "SELECT " IMAGE_COLUMNS " FROM " IMAGE_TABLES
                                             " WHERE s.study_id = ?1 AND i.superseded_by IS NULL"
                                             " AND s.modality NOT IN ('SR', 'PR', 'KO', 'SEG', 'REG', 'DOC')",
                                             error);
  gboolean has_row = rows != NULL;

  if (rows == NULL)
    return NULL;
  neg_statement_bind_int (rows, 1, study_id);
  while (has_row) {
    g_auto (Image) image = { 0 };
    char *key;

    if (!neg_statement_step (rows, &has_row, error))
      return NULL;
    if (!has_row)
      break;
    read_image (rows, zone, &image);
    key = g_strjoin ("\n", image.day, clean (image.technologist), clean (image.station), clean (image.modality),
                     clean (image.body_part), clean (image.view), NULL);
    g_hash_table_insert (counts, key, GUINT_TO_POINTER (GPOINTER_TO_UINT (g_hash_table_lookup (counts, key)) + 1));
  }
  return g_steal_pointer (&counts);
}

gboolean
neg_rejections_note_made (NegDatabase *database, gint64 study_id, GHashTable *made, GError **error)
{
  return clear_made (database, study_id, error) && write_made (database, study_id, made, error);
}
