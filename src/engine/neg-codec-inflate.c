#include "config.h"

#include "engine/neg-codec-private.h"

#include <zlib.h>

#include "base/neg-error.h"

static gboolean
fail_inflate (int code, GError **error)
{
  if (code == Z_MEM_ERROR)
    return neg_fail (error, NEG_ERROR_MEMORY, "deflate", "no memory to inflate a frame");
  if (code == Z_BUF_ERROR || code == Z_OK)
    return neg_fail (error, NEG_ERROR_TRUNCATED, "deflate", "the frame ends before its pixels do");
  return neg_fail (error, NEG_ERROR_UNREADABLE, "deflate", "the frame is not a deflate stream");
}

gboolean
neg_codec_inflate (const guint8 *data, gsize length, guint8 *bytes, gsize n_bytes, GError **error)
{
  z_stream stream = { .next_in = (Bytef *) data, .next_out = bytes };
  guint8 surplus[2];
  int code;

  if (length > G_MAXUINT32 || n_bytes > G_MAXUINT32)
    return neg_fail (error, NEG_ERROR_UNSUPPORTED, "deflate", "a frame of %" G_GSIZE_FORMAT " bytes", n_bytes);
  stream.avail_in = (guint) length;
  stream.avail_out = (guint) n_bytes;
  if (inflateInit2 (&stream, -MAX_WBITS) != Z_OK)
    return fail_inflate (Z_MEM_ERROR, error);
  code = inflate (&stream, Z_FINISH);
  if (stream.avail_out == 0 && code != Z_STREAM_END) {
    /* Room for the padding to even length, and to see that there is no more than that. */
    stream.next_out = surplus;
    stream.avail_out = sizeof surplus;
    code = inflate (&stream, Z_FINISH);
    if (stream.avail_out == 0) {
      inflateEnd (&stream);
      return neg_fail (error, NEG_ERROR_INCONSISTENT, "deflate", "the frame holds more than its pixels");
    }
    stream.avail_out = 0;
  }
  inflateEnd (&stream);
  return (code == Z_STREAM_END && stream.avail_out == 0) || fail_inflate (code == Z_STREAM_END ? Z_OK : code, error);
}
