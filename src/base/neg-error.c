#include "config.h"

#include "base/neg-error.h"

#include <gio/gio.h>

typedef struct {
  char *where;
} NegErrorPrivate;

static void
neg_error_private_init (NegErrorPrivate *priv)
{
  priv->where = NULL;
}

static void
neg_error_private_copy (const NegErrorPrivate *source, NegErrorPrivate *target)
{
  target->where = g_strdup (source->where);
}

static void
neg_error_private_clear (NegErrorPrivate *priv)
{
  g_clear_pointer (&priv->where, g_free);
}

G_DEFINE_EXTENDED_ERROR (NegError, neg_error)

static const char *const code_names[NEG_ERROR_N_CODES] = {
  [NEG_ERROR_UNREADABLE] = "unreadable",
  [NEG_ERROR_TRUNCATED] = "truncated",
  [NEG_ERROR_NESTING] = "nesting",
  [NEG_ERROR_SIZE_OVERFLOW] = "size-overflow",
  [NEG_ERROR_INCONSISTENT] = "inconsistent",
  [NEG_ERROR_UNSUPPORTED] = "unsupported",
  [NEG_ERROR_ENGINE_DIED] = "engine-died",
  [NEG_ERROR_TIMEOUT] = "timeout",
  [NEG_ERROR_MEMORY] = "memory",
  [NEG_ERROR_DISK_FULL] = "disk-full",
  [NEG_ERROR_NOT_FOUND] = "not-found",
  [NEG_ERROR_REFUSED] = "refused",
  [NEG_ERROR_ABORTED] = "aborted",
  [NEG_ERROR_TLS] = "tls",
  [NEG_ERROR_AUTH] = "auth",
  [NEG_ERROR_PROTOCOL] = "protocol",
  [NEG_ERROR_CANCELLED] = "cancelled",
  [NEG_ERROR_BUSY] = "busy",
  [NEG_ERROR_CONFLICT] = "conflict",
  [NEG_ERROR_USAGE] = "usage",
};

gboolean
neg_fail (GError **error, NegErrorCode code, const char *where, const char *format, ...)
{
  va_list args;

  if (error == NULL)
    return FALSE;
  va_start (args, format);
  *error = g_error_new_valist (NEG_ERROR, code, format, args);
  va_end (args);
  neg_error_get_private (*error)->where = g_strdup (where);
  return FALSE;
}

const char *
neg_error_get_where (const GError *error)
{
  return error->domain == NEG_ERROR ? neg_error_get_private (error)->where : NULL;
}

const char *
neg_error_code_get_name (NegErrorCode code)
{
  return (guint) code < NEG_ERROR_N_CODES ? code_names[code] : "unreadable";
}

const char *
neg_error_get_name (const GError *error)
{
  if (error->domain == NEG_ERROR)
    return neg_error_code_get_name (error->code);
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND)
      || g_error_matches (error, G_FILE_ERROR, G_FILE_ERROR_NOENT))
    return code_names[NEG_ERROR_NOT_FOUND];
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_NO_SPACE)
      || g_error_matches (error, G_FILE_ERROR, G_FILE_ERROR_NOSPC))
    return code_names[NEG_ERROR_DISK_FULL];
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT))
    return code_names[NEG_ERROR_TIMEOUT];
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return code_names[NEG_ERROR_CANCELLED];
  return code_names[NEG_ERROR_UNREADABLE];
}
