#include "config.h"

#include "engine/neg-archive.h"
#include "engine/neg-engine-private.h"

#include "base/neg-error.h"

typedef struct {
  NegEngineLoop *loop;
  int memory_fd;
  guint32 n;
  NegArchiveItem *items;
  guint64 *target_offsets;
  gboolean *answered;
} Job;

static gboolean
write_cb (guint index, guint64 offset, const void *bytes, gsize length, gpointer user_data, GError **error)
{
  Job *job = user_data;

  if (!_neg_engine_begin_item (job->loop))
    return neg_fail (error, NEG_ERROR_CANCELLED, NULL, "cancelled");
  if (index >= job->n || offset > job->items[index].bytes || length > job->items[index].bytes - offset)
    return neg_fail (error, NEG_ERROR_INCONSISTENT, NULL, "an entry holds more than the archive says");
  return _neg_engine_write (job->memory_fd, bytes, length, job->target_offsets[index] + offset, error);
}

static void
done_cb (guint index, guint64 bytes, const GError *failure, gpointer user_data)
{
  Job *job = user_data;
  g_autoptr (GByteArray) answer = NULL;
  g_autoptr (GError) other = NULL;

  /* What was let go of in the middle stays unanswered: the requester may want it again later. */
  if (index >= job->n || job->answered[index] || job->loop->current->cancelled)
    return;
  job->answered[index] = TRUE;
  if (failure == NULL && bytes != job->items[index].bytes)
    neg_fail (&other, NEG_ERROR_INCONSISTENT, NULL, "an entry holds fewer bytes than the archive says");
  if (failure != NULL || other != NULL) {
    _neg_engine_send_failure (job->loop, index, failure ? failure : other);
    return;
  }
  answer = _neg_engine_new_answer ();
  neg_write_u64 (answer, bytes);
  _neg_engine_send_answer (job->loop, index, answer);
}

static void
extract_all (Job *job, NegSource *source)
{
  g_autoptr (GError) failure = NULL;

  if (!_neg_engine_begin_item (job->loop))
    return;
  if (!neg_archive_extract (source, job->items, job->n, write_cb, done_cb, job, &failure) && failure == NULL)
    neg_fail (&failure, NEG_ERROR_UNREADABLE, NULL, "the archive cannot be read");
  if (job->loop->current->cancelled)
    return;
  if (failure == NULL)
    neg_fail (&failure, NEG_ERROR_NOT_FOUND, NULL, "no such entry");
  for (guint32 i = 0; i < job->n; i++)
    if (!job->answered[i])
      done_cb (i, 0, failure, job);
}

gboolean
_neg_engine_extract (NegEngineLoop *loop, NegReader *reader, GError **error)
{
  GArray *fds = loop->current->fds;
  guint64 offset = neg_reader_u64 (reader);
  guint64 length = neg_reader_u64 (reader);
  guint32 n = neg_reader_count (reader, 20);
  g_autofree NegArchiveItem *items = g_new0 (NegArchiveItem, n);
  g_autofree guint64 *target_offsets = g_new0 (guint64, n);
  g_autofree gboolean *answered = g_new0 (gboolean, n);
  NegSource source;
  Job job;

  if (reader->failed || fds->len != 2 || n > NEG_DECODE_BATCH_MAX || neg_reader_remaining (reader) != (gsize) n * 20)
    return neg_fail (error, NEG_ERROR_PROTOCOL, NULL, "an extract request that is none");
  for (guint32 i = 0; i < n; i++) {
    items[i].entry = neg_reader_u32 (reader);
    target_offsets[i] = neg_reader_u64 (reader);
    items[i].bytes = neg_reader_u64 (reader);
  }
  job = (Job){ loop, g_array_index (fds, int, 1), n, items, target_offsets, answered };
  neg_source_init_fd (&source, g_array_index (fds, int, 0), offset, length);
  extract_all (&job, &source);
  neg_source_clear (&source);
  return TRUE;
}
