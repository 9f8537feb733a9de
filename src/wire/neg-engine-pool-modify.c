/* Requests that write to files of the requester: what each item's file is before, while and after an engine has it. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/neg-error.h"
#include "wire/neg-engine-pool-private.h"

static gboolean
fail_file (GError **error)
{
  return neg_fail (error, NEG_ERROR_UNREADABLE, NULL, "the file for the new object cannot be used: %s",
                   g_strerror (errno));
}

/* An engine that has ended may have left something. */
int
_neg_request_open_output (NegRequest *request, guint index, GError **error)
{
  const int fd = request->outputs[index];
  int copy;

  if (fd < 0 || ftruncate (fd, 0) != 0) {
    fail_file (error);
    return -1;
  }
  copy = fcntl (fd, F_DUPFD_CLOEXEC, 3);
  if (copy < 0)
    fail_file (error);
  return copy;
}

gboolean
_neg_request_read_modified (NegRequest *request, guint index, NegReader *reader, NegModified *modified, GError **error)
{
  struct stat status;

  if (!neg_modified_read (modified, reader, error))
    return FALSE;
  if (!neg_reader_finished (reader) || fstat (request->outputs[index], &status) != 0
      || (guint64) status.st_size != modified->bytes)
    return neg_fail (error, NEG_ERROR_PROTOCOL, NULL, "another file than was announced");
  return TRUE;
}

void
_neg_request_close_output (NegRequest *request, guint index, gboolean has_failed)
{
  if (request->outputs == NULL || request->outputs[index] < 0)
    return;
  /* What cannot be emptied is told as failed all the same. */
  if (has_failed)
    (void) !ftruncate (request->outputs[index], 0);
  close (request->outputs[index]);
  request->outputs[index] = -1;
}

NegRequest *
neg_engine_pool_modify (NegEnginePool *pool, NegBlob *const *blobs, const int *outputs, guint n_blobs,
                        const NegModify *modify, NegPriority priority, NegModifyFunc on_item, NegDoneFunc on_done,
                        gpointer user_data)
{
  NegRequest *request = _neg_request_new (pool, NEG_REQUEST_MODIFY, blobs, n_blobs, -1, n_blobs, priority);

  request->description = g_byte_array_new ();
  neg_modify_write (modify, request->description);
  request->outputs = g_new (int, n_blobs);
  for (guint i = 0; i < n_blobs; i++)
    request->outputs[i] = fcntl (outputs[i], F_DUPFD_CLOEXEC, 3);
  _neg_request_submit (request, G_CALLBACK (on_item), on_done, user_data);
  return request;
}
