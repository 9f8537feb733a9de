/* Rejections follow their images: a corrected image that was rejected is rejected still, under whatever UID and in whatever study. */
#include "config.h"

#include "store/neg-rejections.h"

/* What became what in correction ?1: "f" before, "t" after, each with its study. */
#define PAIR(f, t)                                                                                                     \
  "correction_object c CROSS JOIN instance a ON a.id = c." f "_id CROSS JOIN series fs ON fs.id = a.series_id"         \
  " CROSS JOIN instance b ON b.id = c." t "_id CROSS JOIN series ts ON ts.id = b.series_id"                            \
  " WHERE c.correction_id = ?1"

/* Images first, as long as their rejection is still in its old study; then the note. */
#define OBJECTS(f, t)                                                                                                  \
  "UPDATE OR REPLACE rejection_object SET sop_instance_uid = n.new_uid FROM (SELECT r.id AS rejection, c." f           \
  "_sop_uid AS old_uid, c." t "_sop_uid AS new_uid FROM rejection r JOIN " PAIR (f, t)                                 \
  " AND c." f "_sop_uid <> c." t "_sop_uid AND fs.study_id = r.study_id) n"                                           \
  " WHERE rejection_id = n.rejection AND sop_instance_uid = n.old_uid"
#define NOTES(f, t)                                                                                                    \
  "UPDATE rejection SET note_sop_uid = n.new_uid, study_id = n.study FROM (SELECT fs.study_id AS old_study, c." f      \
  "_sop_uid AS old_uid, c." t "_sop_uid AS new_uid, ts.study_id AS study FROM " PAIR (f, t)                            \
  ") n WHERE note_sop_uid = n.old_uid AND study_id = n.old_study"

static gboolean
run (NegDatabase *database, const char *sql, gint64 correction, GError **error)
{
  NegStatement *update = neg_database_prepare (database, sql, error);

  if (update == NULL)
    return FALSE;
  neg_statement_bind_int (update, 1, correction);
  return neg_statement_run (update, error);
}

gboolean
neg_rejections_follow (NegDatabase *database, gint64 correction, gboolean back, GError **error)
{
  return run (database, back ? OBJECTS ("new", "old") : OBJECTS ("old", "new"), correction, error)
         && run (database, back ? NOTES ("new", "old") : NOTES ("old", "new"), correction, error);
}
