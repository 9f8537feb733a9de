#include "config.h"

#include "agent/neg-expected.h"

#define MOVED_US (10 * 60 * (gint64) G_USEC_PER_SEC) /* what a C-MOVE that was given up still brings */

/* One operation's. */
typedef struct {
  char *source;
  NegArrived arrived;
  guint n_held; /* answered and not committed */
  gint message_id; /* of the C-MOVE; -1: none */
} Study;

/* A C-MOVE without its final answer. */
typedef struct {
  char *study_uid, *source;
  gint64 until_us; /* monotonic; while it runs G_MAXINT64 */
  guint16 message_id;
} Move;

typedef struct {
  GVariant *committed, *failed; /* NULL: no answer yet */
} Transaction;

struct _NegExpected {
  GMutex lock; /* guards what follows */
  GCond changed;
  GHashTable *studies;      /* UID and source: Study */
  GHashTable *transactions; /* UID: Transaction */
  GHashTable *paced;        /* UIDs and sources, as of studies */
  GPtrArray *moves;         /* Move: of each operation one, and those of the last minutes */
};

static void
study_free (Study *study)
{
  g_free (study->source);
  g_free (study);
}

static void
move_free (gpointer data)
{
  Move *move = data;

  g_free (move->study_uid);
  g_free (move->source);
  g_free (move);
}

static void
transaction_free (Transaction *transaction)
{
  g_clear_pointer (&transaction->committed, g_variant_unref);
  g_clear_pointer (&transaction->failed, g_variant_unref);
  g_free (transaction);
}

NegExpected *
neg_expected_new (void)
{
  NegExpected *expected = g_new0 (NegExpected, 1);

  g_mutex_init (&expected->lock);
  g_cond_init (&expected->changed);
  expected->studies = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) study_free);
  expected->transactions = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) transaction_free);
  expected->moves = g_ptr_array_new_with_free_func (move_free);
  expected->paced = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  return expected;
}

void
neg_expected_free (NegExpected *expected)
{
  if (expected == NULL)
    return;
  g_hash_table_unref (expected->studies);
  g_hash_table_unref (expected->transactions);
  g_hash_table_unref (expected->paced);
  g_ptr_array_unref (expected->moves);
  g_mutex_clear (&expected->lock);
  g_cond_clear (&expected->changed);
  g_free (expected);
}

/* --- studies --- */

/* With the lock held. */
static Study *
find_study (NegExpected *expected, const char *study_uid, const char *source)
{
  g_autofree char *key = g_strconcat (study_uid, " ", source, NULL);

  return g_hash_table_lookup (expected->studies, key);
}

void
neg_expected_set_paced (NegExpected *expected, const char *study_uid, const char *source, gboolean is_paced)
{
  char *key = g_strconcat (study_uid, " ", source, NULL);

  g_mutex_lock (&expected->lock);
  if (is_paced)
    g_hash_table_add (expected->paced, g_steal_pointer (&key));
  else
    g_hash_table_remove (expected->paced, key);
  g_mutex_unlock (&expected->lock);
  g_free (key);
}

static gboolean
is_of_study (gpointer key, gpointer value, gpointer prefix)
{
  return g_str_has_prefix (key, prefix);
}

void
neg_expected_stop_pacing (NegExpected *expected, const char *study_uid)
{
  g_autofree char *prefix = g_strconcat (study_uid, " ", NULL);

  g_mutex_lock (&expected->lock);
  g_hash_table_foreach_remove (expected->paced, is_of_study, prefix);
  g_mutex_unlock (&expected->lock);
}

gboolean
neg_expected_is_paced (NegExpected *expected, const char *study_uid, const char *source)
{
  g_autofree char *key = g_strconcat (study_uid, " ", source, NULL);
  gboolean is_paced;

  g_mutex_lock (&expected->lock);
  is_paced = g_hash_table_contains (expected->paced, key);
  g_mutex_unlock (&expected->lock);
  return is_paced;
}

gboolean
neg_expected_begin_study (NegExpected *expected, const char *study_uid, const char *source, guint timeout_ms)
{
  const gint64 deadline_us = g_get_monotonic_time () + (gint64) timeout_ms * 1000;
  g_autoptr (GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new (&expected->lock);
  Study *study;

  while (find_study (expected, study_uid, source) != NULL)
    if (!g_cond_wait_until (&expected->changed, &expected->lock, deadline_us))
      return FALSE;
  study = g_new0 (Study, 1);
  study->source = g_strdup (source);
  study->message_id = -1;
  g_hash_table_insert (expected->studies, g_strconcat (study_uid, " ", source, NULL), study);
  return TRUE;
}

/* With the lock held. */
static void
give_up_moves (NegExpected *expected, const char *study_uid, const char *source)
{
  const gint64 now_us = g_get_monotonic_time ();

  for (guint i = expected->moves->len; i > 0; i--) {
    Move *move = expected->moves->pdata[i - 1];

    if (move->until_us < now_us)
      g_ptr_array_remove_index_fast (expected->moves, i - 1);
    else if (move->until_us == G_MAXINT64 && g_str_equal (move->study_uid, study_uid)
             && g_str_equal (move->source, source))
      move->until_us = now_us + MOVED_US;
  }
}

void
neg_expected_end_study (NegExpected *expected, const char *study_uid, const char *source)
{
  g_autofree char *key = g_strconcat (study_uid, " ", source, NULL);
  g_autoptr (GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new (&expected->lock);

  g_hash_table_remove (expected->studies, key);
  give_up_moves (expected, study_uid, source);
  g_cond_broadcast (&expected->changed);
}

gboolean
neg_expected_has_any (NegExpected *expected, const char *source)
{
  g_autoptr (GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new (&expected->lock);
  GHashTableIter iter;
  gpointer study;

  g_hash_table_iter_init (&iter, expected->studies);
  while (g_hash_table_iter_next (&iter, NULL, &study))
    if (g_str_equal (((Study *) study)->source, source))
      return TRUE;
  for (guint i = 0; i < expected->moves->len; i++) {
    const Move *move = expected->moves->pdata[i];

    if (g_str_equal (move->source, source) && move->until_us >= g_get_monotonic_time ())
      return TRUE;
  }
  return FALSE;
}

gboolean
neg_expected_has_study (NegExpected *expected, const char *study_uid, const char *source)
{
  g_autoptr (GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new (&expected->lock);

  return find_study (expected, study_uid, source) != NULL;
}

void
neg_expected_set_move (NegExpected *expected, const char *study_uid, const char *source, guint16 message_id)
{
  g_autoptr (GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new (&expected->lock);
  Study *study = find_study (expected, study_uid, source);

  Move *move;

  if (study == NULL)
    return;
  study->message_id = message_id;
  move = g_new0 (Move, 1);
  move->study_uid = g_strdup (study_uid);
  move->source = g_strdup (source);
  move->message_id = message_id;
  move->until_us = G_MAXINT64;
  g_ptr_array_add (expected->moves, move);
}

gboolean
neg_expected_is_moved (NegExpected *expected, const char *study_uid, const char *source, guint message_id)
{
  g_autoptr (GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new (&expected->lock);
  const Study *study = find_study (expected, study_uid, source);

  return study != NULL && study->message_id >= 0 && (guint) study->message_id == message_id;
}

void
neg_expected_end_move (NegExpected *expected, const char *study_uid, const char *source, guint16 message_id)
{
  g_autoptr (GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new (&expected->lock);

  for (guint i = 0; i < expected->moves->len; i++) {
    const Move *move = expected->moves->pdata[i];

    if (move->until_us == G_MAXINT64 && move->message_id == message_id && g_str_equal (move->study_uid, study_uid)
        && g_str_equal (move->source, source)) {
      g_ptr_array_remove_index_fast (expected->moves, i);
      return;
    }
  }
}

gboolean
neg_expected_was_moved (NegExpected *expected, const char *study_uid, const char *source, guint message_id)
{
  g_autoptr (GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new (&expected->lock);

  for (guint i = 0; i < expected->moves->len; i++) {
    const Move *move = expected->moves->pdata[i];

    if (move->message_id == message_id && g_str_equal (move->study_uid, study_uid)
        && g_str_equal (move->source, source) && move->until_us >= g_get_monotonic_time ())
      return TRUE;
  }
  return FALSE;
}

/* With the lock held. */
static void
count (NegExpected *expected, Study *study, guint n_objects, guint64 bytes)
{
  study->arrived.n_objects += n_objects;
  study->arrived.bytes += bytes;
  study->arrived.last_us = g_get_monotonic_time ();
  g_cond_broadcast (&expected->changed);
}

void
neg_expected_hold (NegExpected *expected, const char *study_uid, const char *source)
{
  g_autoptr (GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new (&expected->lock);
  Study *study = find_study (expected, study_uid, source);

  if (study != NULL)
    study->n_held++;
}

void
neg_expected_settle (NegExpected *expected, const char *study_uid, const char *source, guint n_objects, guint64 bytes)
{
  g_autoptr (GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new (&expected->lock);
  Study *study = find_study (expected, study_uid, source);

  if (study == NULL)
    return;
  /* One that a former operation for the same study left behind was held by that one. */
  study->n_held -= MIN (study->n_held, 1);
  study->arrived.n_refused += n_objects == 0 ? 1 : 0;
  count (expected, study, n_objects, bytes);
}

void
neg_expected_count (NegExpected *expected, const char *study_uid, const char *source, guint n_objects, guint64 bytes)
{
  g_autoptr (GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new (&expected->lock);
  Study *study = find_study (expected, study_uid, source);

  if (study != NULL)
    count (expected, study, n_objects, bytes);
}

void
neg_expected_get_arrived (NegExpected *expected, const char *study_uid, const char *source, NegArrived *arrived)
{
  g_autoptr (GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new (&expected->lock);
  const Study *study = find_study (expected, study_uid, source);

  *arrived = study != NULL ? study->arrived : (NegArrived) { 0 };
  arrived->is_held = study != NULL && study->n_held > 0;
  if (arrived->is_held)
    arrived->last_us = g_get_monotonic_time ();
}

void
neg_expected_wait_for_study (NegExpected *expected, const char *study_uid, const char *source,
                             const NegArrived *known, guint timeout_ms)
{
  const gint64 deadline_us = g_get_monotonic_time () + (gint64) timeout_ms * 1000;
  g_autoptr (GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new (&expected->lock);
  const Study *study;

  do
    study = find_study (expected, study_uid, source);
  while (study != NULL && study->arrived.n_objects == known->n_objects && study->arrived.bytes == known->bytes
         && study->arrived.last_us <= known->last_us
         && g_cond_wait_until (&expected->changed, &expected->lock, deadline_us));
}

/* --- storage commitment --- */

void
neg_expected_begin_transaction (NegExpected *expected, const char *transaction_uid)
{
  g_autoptr (GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new (&expected->lock);

  g_hash_table_insert (expected->transactions, g_strdup (transaction_uid), g_new0 (Transaction, 1));
}

void
neg_expected_end_transaction (NegExpected *expected, const char *transaction_uid)
{
  g_autoptr (GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new (&expected->lock);

  g_hash_table_remove (expected->transactions, transaction_uid);
}

gboolean
neg_expected_wait_for_answer (NegExpected *expected, const char *transaction_uid, guint timeout_ms,
                              GVariant **committed, GVariant **failed)
{
  const gint64 deadline_us = g_get_monotonic_time () + (gint64) timeout_ms * 1000;
  g_autoptr (GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new (&expected->lock);
  Transaction *transaction;

  do
    transaction = g_hash_table_lookup (expected->transactions, transaction_uid);
  while (transaction != NULL && transaction->committed == NULL
         && g_cond_wait_until (&expected->changed, &expected->lock, deadline_us));
  if (transaction == NULL || transaction->committed == NULL)
    return FALSE;
  *committed = g_variant_ref (transaction->committed);
  *failed = g_variant_ref (transaction->failed);
  return TRUE;
}

gboolean
neg_expected_answer (NegExpected *expected, const char *transaction_uid, GVariant *committed, GVariant *failed)
{
  g_autoptr (GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new (&expected->lock);
  Transaction *transaction = g_hash_table_lookup (expected->transactions, transaction_uid);

  if (transaction == NULL)
    return FALSE;
  if (transaction->committed == NULL) {
    transaction->committed = g_variant_ref (committed);
    transaction->failed = g_variant_ref (failed);
    g_cond_broadcast (&expected->changed);
  }
  return TRUE;
}
