/* What is known of objects at a peer: only what it has committed to has arrived. */
#include <string.h>

#include "archive-home.h"
#include "base/neg-error.h"
#include "store/neg-corrections.h"
#include "store/neg-deliveries.h"
#include "store/neg-jobs.h"

typedef gboolean (*Func) (NegDatabase *database, gpointer data, GError **error);

static void
write_ok (ArchiveHome *home, Func func, gpointer data)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (neg_archive_write (home->archive, func, data, &error));
  g_assert_no_error (error);
}

static char *uids[3];

static gboolean
add_cb (NegDatabase *database, gpointer data, GError **error)
{
  return neg_deliveries_add (database, data, FALSE, error);
}

static gboolean
release_cb (NegDatabase *database, gpointer data, GError **error)
{
  NegStatement *update = neg_database_prepare (database, "UPDATE desk SET state = 1", error);

  return update != NULL && neg_statement_run (update, error);
}

/* Three objects on their way to PACS. */
static gint64
deliver (ArchiveHome *home)
{
  NegDelivery delivery = { .peer = (char *) "PACS", .route = (char *) "by hand", .user = (char *) "tech", .made_us = 1000 };

  for (guint i = 0; i < G_N_ELEMENTS (uids); i++) {
    g_autoptr (NegObjectRecord) record = archive_record (1, 1, i + 1);
    g_autofree char *bytes = g_strdup_printf ("object %u", i);

    archive_take_ok (home, NEG_OBJECT_DATA, record, bytes, NEG_ADDED_NEW);
    g_free (uids[i]);
    uids[i] = g_strdup (record->text[NEG_RECORD_SOP_INSTANCE_UID]);
  }
  delivery.study_id = archive_count (home, "SELECT id FROM study");
  write_ok (home, add_cb, &delivery);
  write_ok (home, release_cb, NULL);
  return delivery.id;
}

static NegDelivery *
find (ArchiveHome *home, gint64 id, gint64 now_us)
{
  g_autoptr (GError) error = NULL;
  NegDelivery *delivery = neg_deliveries_find (home->reader, id, now_us, &error);

  g_assert_no_error (error);
  return delivery;
}

static gboolean
accept_cb (NegDatabase *database, gpointer data, GError **error)
{
  g_autoptr (GPtrArray) objects = neg_deliveries_list_objects (database, *(gint64 *) data, 100, error);

  for (guint i = 0; objects != NULL && i < objects->len; i++) {
    const NegDeliveryObject *object = objects->pdata[i];
    const NegDeliveryChange change = { object->instance_id, NEG_DELIVERY_ACCEPTED, 0, NULL };

    if (!neg_deliveries_set_objects (database, *(gint64 *) data, &change, 1, 2000, error))
      return FALSE;
  }
  return objects != NULL;
}

static gboolean
ask_cb (NegDatabase *database, gpointer data, GError **error)
{
  return neg_deliveries_ask (database, *(gint64 *) data, "2.25.1", 5000, 2000, error);
}

typedef struct {
  const char *uid, *peer;
  GVariant *committed, *failed;
  gint64 study_id;
} Answer;

static gboolean
answer_cb (NegDatabase *database, gpointer data, GError **error)
{
  Answer *answer = data;

  return neg_deliveries_answer (database, answer->uid, answer->peer, answer->committed, answer->failed, 3000,
                                &answer->study_id, error);
}

static void
answer (ArchiveHome *home, const char *uid, const char *peer, guint n_committed, gboolean last_failed, gint64 *study_id)
{
  GVariantBuilder committed, failed;
  Answer said = { .uid = uid, .peer = peer };

  g_variant_builder_init (&committed, G_VARIANT_TYPE ("a(ss)"));
  g_variant_builder_init (&failed, G_VARIANT_TYPE ("a(ssu)"));
  for (guint i = 0; i < n_committed; i++)
    g_variant_builder_add (&committed, "(ss)", "1.2", uids[i]);
  /* Something that nobody asked about. */
  g_variant_builder_add (&committed, "(ss)", "1.2", "1.2.3.99999");
  if (last_failed)
    g_variant_builder_add (&failed, "(ssu)", "1.2", uids[2], 0x0112);
  said.committed = g_variant_ref_sink (g_variant_builder_end (&committed));
  said.failed = g_variant_ref_sink (g_variant_builder_end (&failed));
  write_ok (home, answer_cb, &said);
  g_variant_unref (said.committed);
  g_variant_unref (said.failed);
  *study_id = said.study_id;
}

static gint64
desk_state (ArchiveHome *home)
{
  return archive_count (home, "SELECT state FROM desk");
}

static void
test_partly (ArchiveHome *home, gconstpointer data)
{
  gint64 id = deliver (home), study_id;
  g_autoptr (NegDelivery) queued = find (home, id, 0), late = NULL, partly = NULL, all = NULL;
  g_autoptr (GPtrArray) objects = NULL;

  g_assert_cmpuint (queued->n[NEG_DELIVERY_QUEUED], ==, 3);
  write_ok (home, accept_cb, &id);
  write_ok (home, ask_cb, &id);
  late = find (home, id, 6000);
  g_assert_true (late->is_late);
  g_assert_cmpuint (late->n[NEG_DELIVERY_ACCEPTED], ==, 3);

  answer (home, "2.25.1", "PACS", 2, TRUE, &study_id);
  g_assert_cmpint (study_id, >, 0);
  partly = find (home, id, 6000);
  g_assert_cmpuint (partly->n[NEG_DELIVERY_COMMITTED], ==, 2);
  g_assert_cmpuint (partly->n[NEG_DELIVERY_REFUSED], ==, 1);
  g_assert_false (partly->is_late);
  g_assert_cmpint (desk_state (home), ==, 1);
  objects = neg_deliveries_list_objects (home->reader, id, 10, NULL);
  g_assert_cmpstr (((NegDeliveryObject *) objects->pdata[2])->words, ==, "the peer does not have it");

  /* It is sent again and now it is kept. */
  answer (home, "2.25.1", "PACS", 3, FALSE, &study_id);
  all = find (home, id, 6000);
  g_assert_cmpuint (all->n[NEG_DELIVERY_COMMITTED], ==, 3);
  g_assert_cmpint (desk_state (home), ==, 2);
}

/* What was queued and never sent is not arrived by a peer's word, and another peer's word is none. */
static void
test_not_asked (ArchiveHome *home, gconstpointer data)
{
  gint64 id = deliver (home), study_id;
  g_autoptr (NegDelivery) still = NULL;

  write_ok (home, ask_cb, &id);
  answer (home, "2.25.1", "OTHER", 3, FALSE, &study_id);
  g_assert_cmpint (study_id, ==, 0);
  answer (home, "2.25.2", "PACS", 3, FALSE, &study_id);
  g_assert_cmpint (study_id, ==, 0);
  answer (home, "2.25.1", "PACS", 3, FALSE, &study_id);
  still = find (home, id, 0);
  g_assert_cmpuint (still->n[NEG_DELIVERY_QUEUED], ==, 3);
  g_assert_cmpint (desk_state (home), ==, 1);
}

static gboolean
refuse_cb (NegDatabase *database, gpointer data, GError **error)
{
  const NegDeliveryChange change = { archive_count (data, "SELECT min(id) FROM instance"), NEG_DELIVERY_REFUSED, 0xa700, "no room" };

  return neg_deliveries_set_objects (database, archive_count (data, "SELECT max(id) FROM delivery"), &change, 1, 4000, error);
}

static gboolean
settle_cb (NegDatabase *database, gpointer data, GError **error)
{
  return neg_deliveries_settle (database, *(gint64 *) data, "tech", "is on the other archive", 4000, error)
         && neg_deliveries_update_desk (database, 1, 4000, error);
}

static void
test_settled (ArchiveHome *home, gconstpointer data)
{
  gint64 id = deliver (home), study_id;
  g_autoptr (NegDelivery) settled = NULL;

  write_ok (home, accept_cb, &id);
  write_ok (home, ask_cb, &id);
  answer (home, "2.25.1", "PACS", 1, FALSE, &study_id);
  /* What is committed is not refused by a later word. */
  write_ok (home, refuse_cb, home);
  write_ok (home, settle_cb, &id);
  settled = find (home, id, 0);
  g_assert_cmpuint (settled->n[NEG_DELIVERY_COMMITTED], ==, 1);
  g_assert_cmpuint (settled->n[NEG_DELIVERY_SETTLED], ==, 2);
  g_assert_cmpstr (settled->settled_words, ==, "is on the other archive");
  g_assert_cmpint (desk_state (home), ==, 2);
}

/* --- what may be there, and what is forgotten --- */

typedef struct {
  gint64 delivery;
  guint number; /* from 1 */
  NegDeliveryState state;
  const char *words;
} Step;

static gboolean
step_cb (NegDatabase *database, gpointer data, GError **error)
{
  const Step *step = data;
  const NegDeliveryChange change = { step->number, step->state, 0, step->words };

  return neg_deliveries_set_objects (database, step->delivery, &change, 1, 4000, error);
}

static void
set (ArchiveHome *home, gint64 delivery, guint number, NegDeliveryState state, const char *words)
{
  Step step = { delivery, number, state, words };

  write_ok (home, step_cb, &step);
}

static gboolean
step_sql (NegDatabase *database, gpointer data, GError **error)
{
  NegStatement *statement = neg_database_prepare (database, data, error);

  return statement != NULL && neg_statement_run (statement, error);
}

static gboolean
requeue_cb (NegDatabase *database, gpointer data, GError **error)
{
  return neg_deliveries_requeue (database, *(gint64 *) data, 5000, error);
}

static gboolean
may_have_left (ArchiveHome *home, gint64 instance_id)
{
  g_autoptr (GError) error = NULL;
  gboolean may = FALSE;

  g_assert_true (neg_deliveries_may_have_left (home->reader, instance_id, &may, &error));
  g_assert_no_error (error);
  return may;
}

/* On an association that broke, and refused, once more queued: a peer may have them under their UIDs, whichever version comes next. One
 * that was not begun with has not left. */
static void
test_left (ArchiveHome *home, gconstpointer data)
{
  gint64 id = deliver (home);
  g_autoptr (NegObjectRecord) record = archive_record (1, 1, 1);

  g_assert_false (may_have_left (home, 1));
  for (guint i = 1; i <= 3; i++)
    set (home, id, i, NEG_DELIVERY_SENT, NULL);
  set (home, id, 1, NEG_DELIVERY_QUEUED, "the connection was lost");
  set (home, id, 2, NEG_DELIVERY_QUEUED, "");
  set (home, id, 3, NEG_DELIVERY_REFUSED, "no room");
  write_ok (home, requeue_cb, &id);
  g_assert_true (may_have_left (home, 1));
  g_assert_false (may_have_left (home, 2));
  g_assert_true (may_have_left (home, 3));
  set (home, id, 1, NEG_DELIVERY_SENT, NULL);
  set (home, id, 1, NEG_DELIVERY_QUEUED, "");
  g_assert_true (may_have_left (home, 1));
  archive_take_ok (home, NEG_OBJECT_DATA, record, "other bytes", NEG_ADDED_VERSION);
  g_assert_true (may_have_left (home, 4));
}

static void
test_rebuilt (ArchiveHome *home, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  deliver (home);
  g_assert_true (neg_archive_write (home->archive, step_sql, (gpointer) "UPDATE instance SET source = 'rebuild'", &error));
  g_assert_true (may_have_left (home, 1));
}

/* Replaced while it was queued: the old one is not sent, and the study is not through without the new one. */
static void
test_replaced (ArchiveHome *home, gconstpointer data)
{
  gint64 id = deliver (home), study_id;
  g_autoptr (NegObjectRecord) record = archive_record (1, 1, 1);
  g_autoptr (NegDelivery) delivery = NULL;

  archive_take_ok (home, NEG_OBJECT_DATA, record, "other bytes", NEG_ADDED_VERSION);
  set (home, id, 1, NEG_DELIVERY_SENT, NULL);
  g_assert_cmpint (archive_count (home, "SELECT state FROM delivery_object WHERE instance_id = 1"), ==, NEG_DELIVERY_QUEUED);
  write_ok (home, accept_cb, &id);
  write_ok (home, ask_cb, &id);
  answer (home, "2.25.1", "PACS", 3, FALSE, &study_id);
  delivery = find (home, id, 0);
  g_assert_cmpuint (delivery->n[NEG_DELIVERY_COMMITTED], ==, 2);
  g_assert_cmpint (desk_state (home), ==, 0);
}

/* One more image comes while the others are on their way. */
static void
test_more (ArchiveHome *home, gconstpointer data)
{
  gint64 id = deliver (home), study_id;
  g_autoptr (NegObjectRecord) record = archive_record (1, 1, 4);

  archive_take_ok (home, NEG_OBJECT_DATA, record, "one more", NEG_ADDED_NEW);
  g_assert_cmpint (desk_state (home), ==, 1);
  write_ok (home, accept_cb, &id);
  write_ok (home, ask_cb, &id);
  answer (home, "2.25.1", "PACS", 3, FALSE, &study_id);
  g_assert_cmpint (desk_state (home), ==, 0);
}

/* Its job waits in the queue and has not begun. */
static void
test_has_job (ArchiveHome *home, gconstpointer data)
{
  gint64 id = deliver (home);
  NegJob job = { .kind = (char *) "deliver", .peer = (char *) "PACS", .study_uid = (char *) "", .message = (char *) "",
                 .error_code = (char *) "" };
  g_autoptr (GArray) before = neg_deliveries_list_left (home->reader, NULL), after = NULL, ended = NULL;
  g_autoptr (GError) error = NULL;
  GVariantDict arguments;

  g_variant_dict_init (&arguments, NULL);
  g_variant_dict_insert (&arguments, "delivery", "x", id);
  job.arguments = g_variant_ref_sink (g_variant_dict_end (&arguments));
  g_assert_cmpuint (before->len, ==, 1);
  g_assert_true (neg_jobs_add (home->archive, &job, &error));
  after = neg_deliveries_list_left (home->reader, NULL);
  g_assert_cmpuint (after->len, ==, 0);
  job.state = NEG_JOB_DONE;
  g_assert_true (neg_jobs_update (home->archive, &job, &error));
  ended = neg_deliveries_list_left (home->reader, NULL);
  g_assert_cmpuint (ended->len, ==, 1);
  g_variant_unref (job.arguments);
}

static gboolean
correct_cb (NegDatabase *database, gpointer data, GError **error)
{
  return neg_corrections_add (database, data, error);
}

/* It was planned that the object keeps its UID; then it was sent. */
static void
test_sent_meanwhile (ArchiveHome *home, gconstpointer data)
{
  gint64 id = deliver (home);
  g_autoptr (NegObjectRecord) record = archive_record (1, 1, 1);
  g_autoptr (NegCorrection) correction = g_new0 (NegCorrection, 1);
  const NegCorrectedObject object = { .old_id = 1, .record = record, .name = "0", .bytes = 1 };
  g_autoptr (GError) error = NULL;

  correction->study_id = 1;
  correction->spec = g_variant_ref_sink (g_variant_new ("a{sv}", NULL));
  correction->user = g_strdup ("tech");
  correction->reason = g_strdup ("wrong patient");
  write_ok (home, correct_cb, correction);
  set (home, id, 1, NEG_DELIVERY_SENT, NULL);
  g_assert_false (neg_corrections_apply (home->archive, correction->id, &object, 1, NULL, &error));
  g_assert_error (error, NEG_ERROR, NEG_ERROR_CONFLICT);
  g_assert_nonnull (strstr (error->message, "being sent"));
}

static gboolean
syntax_cb (NegDatabase *database, gpointer data, GError **error)
{
  return neg_deliveries_note_syntax (database, "PACS", "1.2", "1.2.4", FALSE, 1, error)
         && neg_deliveries_note_syntax (database, "PACS", "1.2", "1.2.5", FALSE, 1, error)
         && neg_deliveries_note_syntax (database, "PACS", "1.2", "1.2.4", TRUE, 2, error);
}

static void
test_syntaxes (ArchiveHome *home, gconstpointer data)
{
  g_autoptr (GHashTable) refused = NULL;

  write_ok (home, syntax_cb, NULL);
  refused = neg_deliveries_list_refused (home->reader, "PACS", NULL);
  g_assert_cmpuint (g_hash_table_size (refused), ==, 1);
  g_assert_true (g_hash_table_contains (refused, "1.2\\1.2.5"));
}

static void
add (const char *path, void (*func) (ArchiveHome *, gconstpointer))
{
  g_test_add (path, ArchiveHome, NULL, archive_home_init, func, archive_home_clear);
}

int
main (int argc, char **argv)
{
  int status;

  g_test_init (&argc, &argv, NULL);
  add ("/deliveries/partly-committed", test_partly);
  add ("/deliveries/not-asked", test_not_asked);
  add ("/deliveries/settled", test_settled);
  add ("/deliveries/may-have-left", test_left);
  add ("/deliveries/may-have-left-rebuilt", test_rebuilt);
  add ("/deliveries/replaced", test_replaced);
  add ("/deliveries/more", test_more);
  add ("/deliveries/has-job", test_has_job);
  add ("/deliveries/sent-meanwhile", test_sent_meanwhile);
  add ("/deliveries/syntaxes", test_syntaxes);
  status = g_test_run ();
  for (guint i = 0; i < G_N_ELEMENTS (uids); i++)
    g_free (uids[i]);
  return status;
}
