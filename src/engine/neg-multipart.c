#include "config.h"

#include "engine/neg-multipart.h"

#include <string.h>

#include "base/neg-error.h"

#define BOUNDARY_MAX 70 /* RFC 2046 5.1.1 */
#define HEADERS_MAX (16u << 10)

typedef enum {
  IN_PREAMBLE,
  BEHIND_DELIMITER, /* "--" or the end of the line comes */
  IN_HEADERS,
  IN_BODY,
  AT_END, /* an epilogue may follow */
} State;

struct _NegMultipart {
  const NegMultipartHandler *handler;
  gpointer user_data;
  char *delimiter; /* "\r\n--" and the boundary */
  gsize delimiter_length;
  State state;
  GByteArray *pending;
};

/* The value of @name among the parameters of a header field, without quotes; NULL where it is not. */
static char *
dup_parameter (const char *field, const char *name)
{
  const char *at = field;
  gsize length = strlen (name);

  while ((at = strchr (at, ';')) != NULL) {
    at++;
    at += strspn (at, " \t");
    if (g_ascii_strncasecmp (at, name, length) != 0 || at[length] != '=')
      continue;
    at += length + 1;
    if (*at == '"') {
      const char *end = strchr (at + 1, '"');

      return end != NULL ? g_strndup (at + 1, (gsize) (end - at - 1)) : NULL;
    }
    return g_strndup (at, strcspn (at, "; \t\r\n"));
  }
  return NULL;
}

NegMultipart *
neg_multipart_new (const char *content_type, const NegMultipartHandler *handler, gpointer user_data, GError **error)
{
  g_autofree char *boundary = NULL;
  NegMultipart *multipart;

  if (content_type != NULL && g_ascii_strncasecmp (content_type, "multipart/related", 17) == 0)
    boundary = dup_parameter (content_type, "boundary");
  if (boundary == NULL || *boundary == '\0' || strlen (boundary) > BOUNDARY_MAX) {
    neg_fail (error, NEG_ERROR_PROTOCOL, NULL, "the answer is not multipart/related with a boundary");
    return NULL;
  }
  multipart = g_new0 (NegMultipart, 1);
  multipart->handler = handler;
  multipart->user_data = user_data;
  multipart->delimiter = g_strconcat ("\r\n--", boundary, NULL);
  multipart->delimiter_length = strlen (multipart->delimiter);
  multipart->pending = g_byte_array_new ();
  /* The first delimiter may be the first bytes: the line break before it is as good as there. */
  g_byte_array_append (multipart->pending, (const guint8 *) "\r\n", 2);
  return multipart;
}

void
neg_multipart_free (NegMultipart *multipart)
{
  if (multipart == NULL)
    return;
  g_byte_array_unref (multipart->pending);
  g_free (multipart->delimiter);
  g_free (multipart);
}

static void
consume (NegMultipart *multipart, gsize length)
{
  if (length > 0)
    g_byte_array_remove_range (multipart->pending, 0, (guint) length);
}

/* How much of the end of @bytes may be the beginning of a delimiter. */
static gsize
measure_tail (const NegMultipart *multipart, const guint8 *bytes, gsize length)
{
  for (gsize n = MIN (length, multipart->delimiter_length - 1); n > 0; n--)
    if (memcmp (bytes + length - n, multipart->delimiter, n) == 0)
      return n;
  return 0;
}

static gboolean
end_part (NegMultipart *multipart, GError **error)
{
  multipart->state = BEHIND_DELIMITER;
  return multipart->handler->end (multipart->user_data, error);
}

/* A body's bytes as they come, without a copy; what is not taken is left in *bytes. */
static gboolean
take_body (NegMultipart *multipart, const guint8 **bytes, gsize *length, GError **error)
{
  const guint8 *found = memmem (*bytes, *length, multipart->delimiter, multipart->delimiter_length);
  gsize n = found != NULL ? (gsize) (found - *bytes) : *length - measure_tail (multipart, *bytes, *length);

  if (n > 0 && !multipart->handler->data (*bytes, n, multipart->user_data, error))
    return FALSE;
  if (found != NULL)
    n += multipart->delimiter_length;
  *bytes += n;
  *length -= n;
  return found == NULL || end_part (multipart, error);
}

/* The preamble or a part's body up to the delimiter, or up to what may be the beginning of one. FALSE in *goes_on when
 * more bytes are needed. */
static gboolean
take_text (NegMultipart *multipart, gboolean *goes_on, GError **error)
{
  GByteArray *pending = multipart->pending;
  const guint8 *found = memmem (pending->data, pending->len, multipart->delimiter, multipart->delimiter_length);
  gsize length = found != NULL ? (gsize) (found - pending->data)
                               : pending->len - measure_tail (multipart, pending->data, pending->len);
  gboolean is_body = multipart->state == IN_BODY;

  if (is_body && length > 0 && !multipart->handler->data (pending->data, length, multipart->user_data, error))
    return FALSE;
  *goes_on = found != NULL;
  if (found == NULL) {
    consume (multipart, length);
    return TRUE;
  }
  consume (multipart, length + multipart->delimiter_length);
  multipart->state = BEHIND_DELIMITER;
  return !is_body || end_part (multipart, error);
}

/* "--" closes; white space and a line break lead to the headers (RFC 2046 5.1.1, transport padding). */
static gboolean
take_delimiter_end (NegMultipart *multipart, gboolean *goes_on, GError **error)
{
  const guint8 *data = multipart->pending->data;
  gsize length = multipart->pending->len;
  gsize at = 0;

  *goes_on = FALSE;
  if (length < 2)
    return TRUE;
  if (data[0] == '-' && data[1] == '-') {
    multipart->state = AT_END;
    *goes_on = TRUE;
    return TRUE;
  }
  while (at < length && (data[at] == ' ' || data[at] == '\t'))
    at++;
  if (at > HEADERS_MAX || (at + 1 < length && (data[at] != '\r' || data[at + 1] != '\n')))
    return neg_fail (error, NEG_ERROR_PROTOCOL, NULL, "a part of the answer does not begin with a line break");
  if (at + 1 >= length)
    return TRUE;
  /* The line break stays: without headers it is half of the empty line. */
  consume (multipart, at);
  multipart->state = IN_HEADERS;
  *goes_on = TRUE;
  return TRUE;
}

static char *
dup_content_type (const char *headers)
{
  g_auto (GStrv) lines = g_strsplit (headers, "\r\n", -1);

  for (guint i = 0; lines[i] != NULL; i++)
    if (g_ascii_strncasecmp (lines[i], "Content-Type:", 13) == 0)
      return g_strstrip (g_strdup (lines[i] + 13));
  return g_strdup ("");
}

static gboolean
take_headers (NegMultipart *multipart, gboolean *goes_on, GError **error)
{
  GByteArray *pending = multipart->pending;
  const guint8 *end = memmem (pending->data, pending->len, "\r\n\r\n", 4);
  g_autofree char *headers = NULL;
  g_autofree char *content_type = NULL;

  *goes_on = end != NULL;
  if (end == NULL && pending->len <= HEADERS_MAX)
    return TRUE;
  if (end == NULL || (gsize) (end - pending->data) > HEADERS_MAX)
    return neg_fail (error, NEG_ERROR_PROTOCOL, NULL, "the headers of a part of the answer are too long");
  headers = g_strndup ((const char *) pending->data, (gsize) (end - pending->data));
  content_type = dup_content_type (headers);
  if (!multipart->handler->begin (content_type, multipart->user_data, error))
    return FALSE;
  /* The second line break stays in sight of the delimiter that may follow at once: an empty part. */
  consume (multipart, (gsize) (end - pending->data) + 4);
  multipart->state = IN_BODY;
  return TRUE;
}

gboolean
neg_multipart_feed (NegMultipart *multipart, const guint8 *bytes, gsize length, GError **error)
{
  gboolean goes_on = TRUE;

  if (multipart->state == IN_BODY && multipart->pending->len == 0
      && !take_body (multipart, &bytes, &length, error))
    return FALSE;
  g_byte_array_append (multipart->pending, bytes, (guint) length);
  while (goes_on) {
    gboolean done;

    switch (multipart->state) {
    case IN_PREAMBLE:
    case IN_BODY:
      done = take_text (multipart, &goes_on, error);
      break;
    case BEHIND_DELIMITER:
      done = take_delimiter_end (multipart, &goes_on, error);
      break;
    case IN_HEADERS:
      done = take_headers (multipart, &goes_on, error);
      break;
    case AT_END:
    default:
      consume (multipart, multipart->pending->len);
      return TRUE;
    }
    if (!done)
      return FALSE;
  }
  return TRUE;
}

gboolean
neg_multipart_finish (NegMultipart *multipart, GError **error)
{
  if (multipart->state == AT_END)
    return TRUE;
  return neg_fail (error, NEG_ERROR_TRUNCATED, NULL, "the answer ends before its last part");
}
