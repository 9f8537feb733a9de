#include "config.h"

#include "engine/neg-modify-private.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#include "base/neg-error.h"

#define ROOM_BYTES (256u << 10)

struct _NegOutput {
  int fd; /* borrowed */
  guint64 offset; /* where the next room's bytes go */
  gsize used;
  gboolean is_deflating;
  z_stream stream;
  guint8 room[ROOM_BYTES];
};

NegOutput *
neg_output_new (int fd, GError **error)
{
  NegOutput *output = g_try_new0 (NegOutput, 1);

  if (output == NULL)
    neg_fail (error, NEG_ERROR_MEMORY, NULL, "no memory to write with");
  else
    output->fd = fd;
  return output;
}

void
neg_output_free (NegOutput *output)
{
  if (output != NULL && output->is_deflating)
    deflateEnd (&output->stream);
  g_free (output);
}

static gboolean
fail_write (int code, GError **error)
{
  if (code == ENOSPC || code == EDQUOT)
    return neg_fail (error, NEG_ERROR_DISK_FULL, NULL, "no room on the disk for the new object");
  return neg_fail (error, NEG_ERROR_UNREADABLE, NULL, "the new object cannot be written: %s", g_strerror (code));
}

static gboolean
flush (NegOutput *output, GError **error)
{
  for (gsize done = 0; done < output->used;) {
    gssize n = pwrite (output->fd, output->room + done, output->used - done, output->offset + done);

    if (n < 0 && errno == EINTR)
      continue;
    if (n <= 0)
      return fail_write (n < 0 ? errno : ENOSPC, error);
    done += n;
  }
  output->offset += output->used;
  output->used = 0;
  return TRUE;
}

guint64
neg_output_tell (const NegOutput *output)
{
  return output->offset + output->used;
}

static gboolean
write_plain (NegOutput *output, const guint8 *bytes, gsize length, GError **error)
{
  while (length > 0) {
    const gsize n = MIN (length, ROOM_BYTES - output->used);

    memcpy (output->room + output->used, bytes, n);
    output->used += n;
    bytes += n;
    length -= n;
    if (output->used == ROOM_BYTES && !flush (output, error))
      return FALSE;
  }
  return TRUE;
}

/* PS3.5 A.5: a raw RFC 1951 stream. */
gboolean
neg_output_deflate (NegOutput *output, GError **error)
{
  if (deflateInit2 (&output->stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, -MAX_WBITS, 8, Z_DEFAULT_STRATEGY) != Z_OK)
    return neg_fail (error, NEG_ERROR_MEMORY, NULL, "no memory to deflate the data set");
  output->is_deflating = TRUE;
  return TRUE;
}

static gboolean
write_deflated (NegOutput *output, const guint8 *bytes, gsize length, int how, GError **error)
{
  int code = Z_OK;

  output->stream.next_in = (Bytef *) bytes;
  output->stream.avail_in = length;
  do {
    output->stream.next_out = output->room + output->used;
    output->stream.avail_out = ROOM_BYTES - output->used;
    code = deflate (&output->stream, how);
    output->used = ROOM_BYTES - output->stream.avail_out;
    if (output->stream.avail_out == 0 && !flush (output, error))
      return FALSE;
  } while (output->stream.avail_in > 0 || (how == Z_FINISH && code == Z_OK));
  return TRUE;
}

gboolean
neg_output_write (gpointer data, const void *bytes, gsize length, GError **error)
{
  NegOutput *output = data;

  if (!output->is_deflating)
    return write_plain (output, bytes, length, error);
  for (gsize done = 0; done < length; done += MIN (length - done, G_MAXINT))
    if (!write_deflated (output, (const guint8 *) bytes + done, MIN (length - done, G_MAXINT), Z_NO_FLUSH, error))
      return FALSE;
  return TRUE;
}

gboolean
neg_output_copy (NegOutput *output, NegSource *source, guint64 offset, guint64 length, GError **error)
{
  for (guint64 done = 0; done < length;) {
    const gsize step = MIN (length - done, NEG_SOURCE_WINDOW_BYTES);
    const guint8 *bytes = neg_source_peek (source, offset + done, step, error);

    if (bytes == NULL || !neg_output_write (output, bytes, step, error))
      return FALSE;
    done += step;
  }
  return TRUE;
}

gboolean
neg_output_finish (NegOutput *output, GError **error)
{
  if (output->is_deflating && !write_deflated (output, NULL, 0, Z_FINISH, error))
    return FALSE;
  if (output->is_deflating && neg_output_tell (output) % 2 != 0 && !write_plain (output, (const guint8 *) "", 1, error))
    return FALSE;
  return flush (output, error);
}
