#include "config.h"

#include "store/neg-archive-writer.h"

#include "base/neg-error.h"
#include "base/neg-fault.h"
#include "store/neg-database-private.h"

#define MAX_AT_ONCE 64u /* keeps a transaction short */

/* On the stack of the thread that waits for it. */
typedef struct {
  NegDatabaseFunc func;
  gpointer data;
  GError *error;
  gboolean kept; /* when the transaction is committed */
  gboolean done; /* guarded by the lock */
  GCond changed; /* done, or nobody leads any more */
} Request;

struct _NegArchiveWriter {
  NegDatabase *database; /* the leader's */
  GMutex lock;           /* of all below */
  GQueue requests;       /* Request */
  GThread *leader;       /* the one caller that writes now, for all that wait; NULL: nobody */
};

static gboolean
run_undoable (NegDatabase *database, Request *request, GError **error)
{
  NegStatement *begin = neg_database_prepare (database, "SAVEPOINT one", error);
  NegStatement *keep = neg_database_prepare (database, "RELEASE one", error);

  if (begin == NULL || keep == NULL || !neg_statement_run (begin, error))
    return FALSE;
  if (request->func (database, request->data, error))
    return neg_statement_run (keep, error);
  /* After some failures, such as a full disk, SQLite has undone everything by itself. */
  if (!sqlite3_get_autocommit (database->handle))
    sqlite3_exec (database->handle, "ROLLBACK TO one; RELEASE one", NULL, NULL, NULL);
  return FALSE;
}

/* A request that fails is undone, and the others go on; FALSE when the transaction as a whole has gone. */
static gboolean
run_together (NegDatabase *database, gpointer data, GError **error)
{
  GPtrArray *requests = data;

  for (guint i = 0; i < requests->len; i++) {
    Request *request = g_ptr_array_index (requests, i);

    g_clear_error (&request->error);
    request->kept = run_undoable (database, request, &request->error);
    if (sqlite3_get_autocommit (database->handle))
      return neg_fail (error, NEG_ERROR_ABORTED, database->name, "The transaction was undone");
  }
  neg_fault_point ("before-commit");
  return TRUE;
}

static gboolean
run_one (NegDatabase *database, gpointer data, GError **error)
{
  Request *request = data;

  if (!request->func (database, request->data, error))
    return FALSE;
  neg_fault_point ("before-commit");
  return TRUE;
}

static void
run_alone (NegDatabase *database, Request *request)
{
  g_clear_error (&request->error);
  request->kept = neg_database_transact (database, run_one, request, &request->error);
}

/* Together, or when that cannot be committed, each for itself: one bad request takes no other along. */
static void
run_requests (NegDatabase *database, GPtrArray *requests)
{
  if (requests->len > 1 && neg_database_transact (database, run_together, requests, NULL))
    return;
  for (guint i = 0; i < requests->len; i++)
    run_alone (database, g_ptr_array_index (requests, i));
}

NegArchiveWriter *
neg_archive_writer_new (NegDatabase *database)
{
  NegArchiveWriter *writer = g_new0 (NegArchiveWriter, 1);

  writer->database = database;
  g_mutex_init (&writer->lock);
  g_queue_init (&writer->requests);
  return writer;
}

void
neg_archive_writer_free (NegArchiveWriter *writer)
{
  if (writer == NULL)
    return;
  neg_database_free (writer->database);
  g_mutex_clear (&writer->lock);
  g_free (writer);
}

/* With the lock held, but for the time of the transaction. */
static void
write_waiting (NegArchiveWriter *writer)
{
  g_autoptr (GPtrArray) requests = g_ptr_array_new ();

  while (requests->len < MAX_AT_ONCE && !g_queue_is_empty (&writer->requests))
    g_ptr_array_add (requests, g_queue_pop_head (&writer->requests));
  g_mutex_unlock (&writer->lock);
  run_requests (writer->database, requests);
  neg_fault_point ("committed");
  g_mutex_lock (&writer->lock);
  for (guint i = 0; i < requests->len; i++) {
    Request *request = g_ptr_array_index (requests, i);

    request->done = TRUE;
    g_cond_signal (&request->changed);
  }
}

/* With the lock held: until the leader's own request is done; then one of those that wait leads. */
static void
lead (NegArchiveWriter *writer, const Request *own)
{
  Request *next;

  writer->leader = g_thread_self ();
  while (!own->done)
    write_waiting (writer);
  writer->leader = NULL;
  next = g_queue_peek_head (&writer->requests);
  if (next != NULL)
    g_cond_signal (&next->changed);
}

gboolean
neg_archive_writer_run (NegArchiveWriter *writer, NegDatabaseFunc func, gpointer data, GError **error)
{
  Request request = { .func = func, .data = data };

  g_mutex_lock (&writer->lock);
  if (writer->leader == g_thread_self ()) {
    g_mutex_unlock (&writer->lock);
    return neg_fail (error, NEG_ERROR_USAGE, NULL, "A change to the archive does not wait for another one");
  }
  g_cond_init (&request.changed);
  g_queue_push_tail (&writer->requests, &request);
  while (!request.done && writer->leader != NULL)
    g_cond_wait (&request.changed, &writer->lock);
  if (!request.done)
    lead (writer, &request);
  g_mutex_unlock (&writer->lock);
  g_cond_clear (&request.changed);
  if (request.error != NULL)
    g_propagate_error (error, request.error);
  return request.kept;
}
