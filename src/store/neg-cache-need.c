/* Why a study of the cache is still needed, from what the list, the queue and persons say of it at this moment. */
#include "config.h"

#include "store/neg-cache-private.h"

#include "base/neg-error.h"
#include "store/neg-archive-private.h"
#include "store/neg-entries.h"

#define DAY_US (24 * 3600 * (gint64) G_USEC_PER_SEC)
/* An appointment that nothing came of is not waited for any longer. */
#define SCHEDULED_UNTIL_US (7 * DAY_US)
/* A case that nobody has marked as read, for studies that were not brought for it. */
#define ARRIVED_UNTIL_US (30 * DAY_US)

/* --- of its own --- */

#define IS_ASKED_FOR(entry) "EXISTS (SELECT 1 FROM entry_source o WHERE o.entry_id = " entry " AND o.kind > 0 AND o.is_over = 0)"
#define IS_WANTED(uid) "EXISTS (SELECT 1 FROM cache_purpose w WHERE w.study_uid = " uid " AND w.kind = 0)"

/* A job that is not over and names files: ours are called by their hash, wherever the folder is said to be. */
#define IS_NAMED_BY_FILE                                                                                               \
  "EXISTS (SELECT 1 FROM job f WHERE (f.state > 2) = 0 AND f.study_uid = '' AND f.kind IN ('send', 'commit')"          \
  " AND EXISTS (SELECT 1 FROM series r CROSS JOIN instance i ON i.series_id = r.id WHERE r.study_id = s.id"            \
  " AND i.name IS NOT NULL AND instr (f.arguments, i.name) > 0))"

/* Released to leave, and not proved to have arrived. */
#define IS_DELIVERED                                                                                                   \
  "EXISTS (SELECT 1 FROM delivery d WHERE d.study_id = s.id AND d.settled_us = 0 AND EXISTS (SELECT 1"                 \
  " FROM delivery_object o WHERE o.delivery_id = d.id AND (o.state IN (1, 4) OR (o.state = 2 AND d.commit_by_us > 0)"    \
  " OR (o.state = 0 AND EXISTS (SELECT 1 FROM instance x WHERE x.id = o.instance_id AND x.superseded_by IS NULL)))))"

/* Of jobs: waiting, running, paused; and what failed to be sent, for a person may try that again. */
#define OWN                                                                                                            \
  "SELECT s.pinned_us <> 0, EXISTS (SELECT 1 FROM job j WHERE j.study_uid <> '' AND j.study_uid = s.study_uid"         \
  " AND (j.state < 3 OR (j.state = 4 AND j.kind IN ('send', 'commit')))) OR " IS_NAMED_BY_FILE " OR " IS_DELIVERED ","                     \
  " e.status = 2 OR (e.status = 1 AND (" IS_ASKED_FOR ("e.id") " OR " IS_WANTED ("s.study_uid") ")), e.id"             \
  " FROM study s LEFT JOIN entry e ON e.study_rowid <> 0 AND e.study_rowid = s.id WHERE s.id = ?1 LIMIT 1"

static gboolean
look_at_own (NegDatabase *database, gint64 study_rowid, NegCacheFinding *finding, gint64 *entry, GError **error)
{
  static const NegCacheReason reasons[] = { NEG_CACHE_REASON_PINNED, NEG_CACHE_REASON_SENDING,
                                            NEG_CACHE_REASON_UNREAD };
  NegStatement *row = neg_database_prepare (database, OWN, error);
  gboolean has_row;

  if (row == NULL)
    return FALSE;
  neg_statement_bind_int (row, 1, study_rowid);
  if (!neg_statement_step (row, &has_row, error))
    return FALSE;
  if (!has_row)
    return neg_fail (error, NEG_ERROR_NOT_FOUND, NULL, "The archive has no such study");
  for (guint i = G_N_ELEMENTS (reasons); i > 0; i--)
    if (neg_statement_get_int (row, (int) i - 1) != 0) {
      finding->need = NEG_CACHE_STAYS;
      finding->reason = reasons[i - 1];
    }
  *entry = neg_statement_get_int (row, 3);
  neg_statement_reset (row);
  return TRUE;
}

/* --- of a case --- */

#define IS_AHEAD "(c.status <> 0 OR c.time_us = 0 OR c.time_us > ?2)"

/* Those that it was fetched for, and what else of the patient is to be read: announced, being read, ordered, asked for by
 * a person, or sent to us. What only lies at a peer is no case. */
#define CASES                                                                                                          \
  "SELECT c.id, c.time_us FROM study s CROSS JOIN cache_purpose p ON p.study_uid = s.study_uid AND p.kind <> 0"        \
  " CROSS JOIN entry c ON c.id = p.entry_id WHERE s.id = ?1 AND s.study_uid <> '' AND c.status < 3"                    \
  " AND c.study_rowid <> ?1 AND " IS_AHEAD                                                                             \
  " UNION ALL SELECT c.id, c.time_us FROM entry e CROSS JOIN (SELECT id FROM entry x WHERE x.patient_id <> ''"         \
  " AND x.patient_id = (SELECT patient_id FROM entry WHERE id = ?3) ORDER BY x.time_us DESC LIMIT 200) n"              \
  " CROSS JOIN entry c ON c.id = n.id"                                                                                 \
  " WHERE e.id = ?3 AND c.id <> e.id AND c.issuer = e.issuer AND c.name_key = e.name_key AND c.status < 3 AND "        \
  IS_AHEAD " AND (c.status <> 1 OR (c.time_us > ?4 AND (" IS_ASKED_FOR ("c.id") " OR " IS_WANTED ("c.study_uid")       \
  " OR EXISTS (SELECT 1 FROM study d WHERE d.id = c.study_rowid AND d.cache_bytes = 0))))"                             \
  " ORDER BY 2 LIMIT 1"

static gboolean
look_at_cases (NegDatabase *database, gint64 study_rowid, gint64 entry, gint64 now_us, NegCacheFinding *finding,
               GError **error)
{
  NegStatement *row = neg_database_prepare (database, CASES, error);
  gboolean has_row;

  if (row == NULL)
    return FALSE;
  neg_statement_bind_int (row, 1, study_rowid);
  neg_statement_bind_int (row, 2, now_us - SCHEDULED_UNTIL_US);
  neg_statement_bind_int (row, 3, entry);
  neg_statement_bind_int (row, 4, now_us - ARRIVED_UNTIL_US);
  if (!neg_statement_step (row, &has_row, error))
    return FALSE;
  if (!has_row)
    return TRUE;
  finding->need = NEG_CACHE_NEEDED;
  finding->reason = NEG_CACHE_REASON_CASE;
  finding->case_entry = neg_statement_get_int (row, 0);
  finding->case_us = -neg_statement_get_int (row, 1);
  neg_statement_reset (row);
  return TRUE;
}

gboolean
_neg_cache_look (NegDatabase *database, gint64 study_rowid, gint64 now_us, NegCacheFinding *finding, GError **error)
{
  gint64 entry = 0;

  *finding = (NegCacheFinding){ .need = NEG_CACHE_GOES, .reason = NEG_CACHE_REASON_AGE };
  return look_at_own (database, study_rowid, finding, &entry, error)
         && (finding->need == NEG_CACHE_STAYS
             || look_at_cases (database, study_rowid, entry, now_us, finding, error));
}

gboolean
neg_cache_find_need (NegDatabase *database, gint64 study_rowid, gint64 now_us, NegCacheNeed *need, gint64 *case_us,
                     GError **error)
{
  NegCacheFinding finding;

  if (!_neg_cache_look (database, study_rowid, now_us, &finding, error))
    return FALSE;
  *need = finding.need;
  *case_us = finding.case_us;
  return TRUE;
}
