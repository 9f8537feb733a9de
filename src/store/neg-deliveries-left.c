/* What a peer may have by now. */
#include "config.h"

#include "store/neg-archive-private.h"
#include "store/neg-deliveries.h"

/* By a delivery, or by a job that sent the study after the object had come: under its UID, whichever of its versions that was. What a
 * peer has refused counts: it had it; so does what waits again after an association that broke (it has words then). A job that was
 * never begun has sent nothing. Of an index that was made anew nobody knows what has left. */
#define MAY_HAVE_LEFT                                                                                                  \
  "SELECT EXISTS (SELECT 1 FROM instance i CROSS JOIN delivery_object o ON o.sop_instance_uid = i.sop_instance_uid"    \
  " WHERE i.id = ?1 AND (o.state >= ?2 OR o.words <> '')) OR EXISTS ("                                                 \
  "SELECT 1 FROM instance i CROSS JOIN series s ON s.id = i.series_id CROSS JOIN study t ON t.id = s.study_id"         \
  " CROSS JOIN job j ON j.study_uid = t.study_uid AND j.study_uid <> ''"                                               \
  " WHERE i.id = ?1 AND j.kind = 'send' AND j.attempts > 0 AND (j.finished_us = 0 OR j.finished_us >="                 \
  " (SELECT min (n.received_us) FROM instance n WHERE n.sop_instance_uid = i.sop_instance_uid)))"                      \
  " OR EXISTS (SELECT 1 FROM instance WHERE id = ?1 AND source = 'rebuild')"

gboolean
neg_deliveries_may_have_left (NegDatabase *database, gint64 instance_id, gboolean *may, GError **error)
{
  NegStatement *ask = neg_database_prepare (database, MAY_HAVE_LEFT, error);
  gint64 found;

  if (ask == NULL)
    return FALSE;
  neg_statement_bind_int (ask, 1, instance_id);
  neg_statement_bind_int (ask, 2, NEG_DELIVERY_SENT);
  if (!_neg_archive_query_int (ask, 0, &found, error))
    return FALSE;
  *may = found != 0;
  return TRUE;
}

gboolean
neg_deliveries_is_between (NegDatabase *database, gint64 id, gboolean *is_between, GError **error)
{
  NegStatement *row = neg_database_prepare (database,
                                            "SELECT EXISTS (SELECT 1 FROM delivery d, job j WHERE d.id = ?1 AND d.job_id = 0"
                                            " AND j.state = 1 AND j.kind = 'deliver'"
                                            " AND j.arguments = '{''delivery'': <int64 ' || d.id || '>}')",
                                            error);
  gint64 found;

  if (row == NULL)
    return FALSE;
  neg_statement_bind_int (row, 1, id);
  if (!_neg_archive_query_int (row, 0, &found, error))
    return FALSE;
  *is_between = found != 0;
  return TRUE;
}
