#include "config.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "base/neg-error.h"
#include "wire/neg-engine-pool-private.h"

static int
compare_entries (gconstpointer a, gconstpointer b, gpointer user_data)
{
  const NegRequest *request = user_data;
  guint32 entry_a = request->items[*(const guint *) a].extract.entry;
  guint32 entry_b = request->items[*(const guint *) b].extract.entry;

  return entry_a < entry_b ? -1 : entry_a > entry_b;
}

gboolean
_neg_request_has_blobs (const NegRequest *request)
{
  return request->kind == NEG_REQUEST_SCAN || request->kind == NEG_REQUEST_INDEX
         || request->kind == NEG_REQUEST_COMPOSE || request->kind == NEG_REQUEST_TAGS
         || request->kind == NEG_REQUEST_MODIFY;
}

NegRequest *
_neg_request_new (NegEnginePool *pool, NegRequestKind kind, NegBlob *const *blobs, guint n_blobs, int memory_fd,
                  guint n_items, NegPriority priority)
{
  NegRequest *request = g_new0 (NegRequest, 1);

  g_atomic_ref_count_init (&request->ref_count);
  request->pool = _neg_engine_pool_ref (pool);
  request->kind = kind;
  request->n_blobs = n_blobs;
  request->blobs = g_new (NegBlob *, n_blobs);
  for (guint i = 0; i < n_blobs; i++)
    request->blobs[i] = neg_blob_ref (blobs[i]);
  request->memory = _neg_request_has_blobs (request) ? NULL : _neg_shared_fd_new (memory_fd);
  request->n_items = n_items;
  request->priority = MIN ((guint) priority, NEG_PRIORITY_BACKGROUND);
  request->answered = g_new0 (guint8, n_items);
  request->order = g_new (guint, n_items);
  for (guint i = 0; i < n_items; i++)
    request->order[i] = i;
  g_queue_init (&request->returned);
  request->link.data = request;
  return request;
}

NegRequest *
neg_request_ref (NegRequest *request)
{
  g_atomic_ref_count_inc (&request->ref_count);
  return request;
}

void
neg_request_unref (NegRequest *request)
{
  if (request == NULL || !g_atomic_ref_count_dec (&request->ref_count))
    return;
  for (guint i = 0; i < request->n_blobs; i++)
    neg_blob_unref (request->blobs[i]);
  g_free (request->blobs);
  _neg_shared_fd_unref (request->memory);
  if (request->description != NULL)
    g_byte_array_unref (request->description);
  for (guint i = 0; request->outputs != NULL && i < request->n_items; i++)
    _neg_request_close_output (request, i, FALSE);
  g_free (request->outputs);
  g_free (request->items);
  g_clear_error (&request->refusal);
  g_free (request->answered);
  g_free (request->order);
  g_queue_clear (&request->returned);
  _neg_engine_pool_unref (request->pool);
  g_free (request);
}

guint
_neg_request_n_waiting (const NegRequest *request)
{
  return request->n_items - request->next + request->returned.length;
}

NegBlob *
_neg_request_get_blob (const NegRequest *request, guint index)
{
  return request->blobs[_neg_request_has_blobs (request) ? index : 0];
}

guint
_neg_request_take (NegRequest *request)
{
  if (!g_queue_is_empty (&request->returned))
    return GPOINTER_TO_UINT (g_queue_pop_head (&request->returned));
  return request->order[request->next++];
}

void
_neg_request_give_back (NegRequest *request, guint index)
{
  g_queue_push_tail (&request->returned, GUINT_TO_POINTER (index));
}

static void
call_on_item (NegRequest *request, guint index, gpointer answer, const GError *failure)
{
  switch (request->kind) {
  case NEG_REQUEST_SCAN:
    ((NegScanFunc) request->on_item) (index, answer, failure, request->user_data);
    break;
  case NEG_REQUEST_DECODE:
    ((NegDecodeFunc) request->on_item) (index, answer, failure, request->user_data);
    break;
  case NEG_REQUEST_EXTRACT:
    ((NegExtractFunc) request->on_item) (index, answer ? *(guint64 *) answer : 0, failure, request->user_data);
    break;
  case NEG_REQUEST_INDEX:
    ((NegIndexFunc) request->on_item) (index, answer, failure, request->user_data);
    break;
  case NEG_REQUEST_COMPOSE:
    ((NegComposeFunc) request->on_item) (index, answer, failure, request->user_data);
    break;
  case NEG_REQUEST_TAGS:
    ((NegTagsFunc) request->on_item) (index, answer, failure, request->user_data);
    break;
  case NEG_REQUEST_MODIFY:
    ((NegModifyFunc) request->on_item) (index, answer, failure, request->user_data);
    break;
  }
}

/* The one place where an item is answered: once, and as cancelled when the requester has cancelled. */
static void
answer (NegRequest *request, guint index, gpointer what, const GError *failure)
{
  g_autoptr (GError) cancelled = NULL;

  g_return_if_fail (!request->answered[index]);
  request->answered[index] = TRUE;
  request->n_answered++;
  if (request->cancelled)
    neg_fail (&cancelled, NEG_ERROR_CANCELLED, NULL, "cancelled");
  _neg_request_close_output (request, index, request->cancelled || failure != NULL);
  if (request->on_item != NULL)
    call_on_item (request, index, cancelled ? NULL : what, cancelled ? cancelled : failure);
}

void
_neg_request_fail_item (NegRequest *request, guint index, const GError *failure)
{
  answer (request, index, NULL, failure);
}

void
_neg_request_answer_scan (NegRequest *request, guint index, NegScanResult *result)
{
  answer (request, index, result, NULL);
}

void
_neg_request_answer_decode (NegRequest *request, guint index, const NegFrameFormat *format)
{
  NegFrameFormat copy = *format;

  answer (request, index, &copy, NULL);
}

void
_neg_request_answer_extract (NegRequest *request, guint index, guint64 bytes)
{
  answer (request, index, &bytes, NULL);
}

void
_neg_request_answer_index (NegRequest *request, guint index, NegObjectRecord **record)
{
  answer (request, index, record, NULL);
}

void
_neg_request_answer_compose (NegRequest *request, guint index, GBytes *object)
{
  answer (request, index, object, NULL);
}

void
_neg_request_answer_tags (NegRequest *request, guint index, NegTags **tags)
{
  answer (request, index, tags, NULL);
}

void
_neg_request_answer_modify (NegRequest *request, guint index, const NegModified *modified)
{
  NegModified copy = *modified;

  answer (request, index, &copy, NULL);
}

void
_neg_request_fail_waiting (NegRequest *request, NegErrorCode code, const char *message)
{
  g_autoptr (GError) failure = NULL;

  neg_fail (&failure, code, NULL, "%s", message);
  while (_neg_request_n_waiting (request) > 0)
    _neg_request_fail_item (request, _neg_request_take (request), failure);
}

void
_neg_request_finish_if_answered (NegRequest *request)
{
  if (request->done || request->n_answered < request->n_items)
    return;
  request->done = TRUE;
  if (request->on_done != NULL)
    request->on_done (request->user_data);
  neg_request_unref (request);
}

/* Sealed, or an engine could cut the file under the one who has mapped it. */
static gboolean
check_memory_file (const NegSharedFd *memory, guint64 *bytes, GError **error)
{
  const int needed = F_SEAL_SHRINK | F_SEAL_GROW;
  int fd = _neg_shared_fd_get (memory);
  int seals = fd >= 0 ? fcntl (fd, F_GET_SEALS) : -1;
  struct stat status;

  if (seals < 0 || (seals & needed) != needed || fstat (fd, &status) != 0)
    return neg_fail (error, NEG_ERROR_USAGE, NULL, "the memory file is not sealed");
  *bytes = status.st_size;
  return TRUE;
}

static gboolean
check_slot (guint64 offset, guint64 bytes, guint64 file_bytes, GError **error)
{
  if (offset > file_bytes || bytes > file_bytes - offset)
    return neg_fail (error, NEG_ERROR_USAGE, NULL, "a slot lies outside the memory file");
  return TRUE;
}

/* Hands the request to the dispatcher, which gets a reference of its own. */
void
_neg_request_submit (NegRequest *request, GCallback on_item, NegDoneFunc on_done, gpointer user_data)
{
  request->on_item = on_item;
  request->on_done = on_done;
  request->user_data = user_data;
  /* A callback that asks for more while the pool is being freed gets its answer all the same. */
  if (!_neg_engine_pool_post (request->pool, _neg_engine_pool_add, neg_request_ref (request), 0)) {
    _neg_request_fail_waiting (request, NEG_ERROR_CANCELLED, "cancelled");
    _neg_request_finish_if_answered (request);
  }
}

static NegRequest *
submit (NegRequest *request, GCallback on_item, NegDoneFunc on_done, gpointer user_data)
{
  _neg_request_submit (request, on_item, on_done, user_data);
  return request;
}

NegRequest *
neg_engine_pool_scan (NegEnginePool *pool, NegBlob *const *blobs, guint n_blobs, NegPriority priority,
                      NegScanFunc on_item, NegDoneFunc on_done, gpointer user_data)
{
  NegRequest *request = _neg_request_new (pool, NEG_REQUEST_SCAN, blobs, n_blobs, -1, n_blobs, priority);

  return submit (request, G_CALLBACK (on_item), on_done, user_data);
}

NegRequest *
neg_engine_pool_index (NegEnginePool *pool, NegBlob *const *blobs, guint n_blobs, gboolean complete,
                       NegPriority priority, NegIndexFunc on_item, NegDoneFunc on_done, gpointer user_data)
{
  NegRequest *request = _neg_request_new (pool, NEG_REQUEST_INDEX, blobs, n_blobs, -1, n_blobs, priority);

  request->is_complete = complete;
  return submit (request, G_CALLBACK (on_item), on_done, user_data);
}

NegRequest *
neg_engine_pool_tags (NegEnginePool *pool, NegBlob *const *blobs, guint n_blobs, NegPriority priority,
                      NegTagsFunc on_item, NegDoneFunc on_done, gpointer user_data)
{
  NegRequest *request = _neg_request_new (pool, NEG_REQUEST_TAGS, blobs, n_blobs, -1, n_blobs, priority);

  return submit (request, G_CALLBACK (on_item), on_done, user_data);
}

NegRequest *
neg_engine_pool_compose (NegEnginePool *pool, NegBlob *source, const NegCompose *compose, NegPriority priority,
                         NegComposeFunc on_item, NegDoneFunc on_done, gpointer user_data)
{
  NegRequest *request = _neg_request_new (pool, NEG_REQUEST_COMPOSE, &source, 1, -1, 1, priority);

  request->description = g_byte_array_new ();
  neg_compose_write (compose, request->description);
  return submit (request, G_CALLBACK (on_item), on_done, user_data);
}

NegRequest *
neg_engine_pool_decode (NegEnginePool *pool, NegBlob *blob, NegFrameForm form, int memory_fd,
                        const NegDecodeItem *items, guint n_items, NegPriority priority, NegDecodeFunc on_item,
                        NegDoneFunc on_done, gpointer user_data)
{
  NegRequest *request = _neg_request_new (pool, NEG_REQUEST_DECODE, &blob, 1, memory_fd, n_items, priority);
  guint64 file_bytes = 0;
  guint64 bytes;

  request->form = form;
  request->items = g_new0 (NegRequestItem, n_items);
  check_memory_file (request->memory, &file_bytes, &request->refusal);
  for (guint i = 0; i < n_items; i++) {
    request->items[i].decode = items[i];
    if (request->refusal == NULL && !neg_frame_format_get_bytes (&items[i].format, &bytes))
      neg_fail (&request->refusal, NEG_ERROR_USAGE, NULL, "a frame format that has no size");
    if (request->refusal == NULL)
      check_slot (items[i].slot_offset, bytes, file_bytes, &request->refusal);
  }
  return submit (request, G_CALLBACK (on_item), on_done, user_data);
}

NegRequest *
neg_engine_pool_extract (NegEnginePool *pool, NegBlob *archive, int memory_fd, const NegExtractItem *items,
                         guint n_items, NegPriority priority, NegExtractFunc on_item, NegDoneFunc on_done,
                         gpointer user_data)
{
  NegRequest *request = _neg_request_new (pool, NEG_REQUEST_EXTRACT, &archive, 1, memory_fd, n_items, priority);
  guint64 file_bytes = 0;

  request->items = g_new0 (NegRequestItem, n_items);
  check_memory_file (request->memory, &file_bytes, &request->refusal);
  for (guint i = 0; i < n_items; i++) {
    request->items[i].extract = items[i];
    if (request->refusal == NULL)
      check_slot (items[i].target_offset, items[i].bytes, file_bytes, &request->refusal);
  }
  /* An archive is read in one pass, so that is also the order in which its entries are worked on. */
  g_qsort_with_data (request->order, n_items, sizeof (guint), compare_entries, request);
  return submit (request, G_CALLBACK (on_item), on_done, user_data);
}

void
neg_request_cancel (NegRequest *request)
{
  _neg_engine_pool_post (request->pool, _neg_engine_pool_cancel, request, 0);
}

void
neg_request_set_priority (NegRequest *request, NegPriority priority)
{
  _neg_engine_pool_post (request->pool, _neg_engine_pool_set_priority, request, priority);
}
