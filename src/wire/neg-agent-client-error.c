#include "config.h"

#include "wire/neg-agent-client-private.h"

#include <string.h>

#include "base/neg-error.h"

#define PREFIX "org.negatoscope.Error."

/* "size-overflow" is SizeOverflow. */
static char *
dup_bus_name (NegErrorCode code)
{
  GString *name = g_string_new (PREFIX);
  gboolean is_first = TRUE;

  for (const char *at = neg_error_code_get_name (code); *at != '\0'; at++) {
    if (*at != '-')
      g_string_append_c (name, is_first ? g_ascii_toupper (*at) : *at);
    is_first = *at == '-';
  }
  return g_string_free (name, FALSE);
}

static gboolean
find_code (const char *bus_name, NegErrorCode *code)
{
  for (guint i = 0; i < NEG_ERROR_N_CODES; i++) {
    g_autofree char *name = dup_bus_name (i);

    if (strcmp (name, bus_name) == 0) {
      *code = i;
      return TRUE;
    }
  }
  return FALSE;
}

static NegErrorCode
find_code_of_name (const char *name)
{
  for (guint i = 0; i < NEG_ERROR_N_CODES; i++)
    if (strcmp (neg_error_code_get_name (i), name) == 0)
      return i;
  return NEG_ERROR_UNREADABLE;
}

/* Empty brackets keep those apart that belong to the sentence. */
char *
neg_agent_error_encode (const GError *error, char **message)
{
  const char *where = neg_error_get_where (error);
  g_autofree char *text = g_utf8_make_valid (error->message, -1);

  *message = where != NULL || g_str_has_suffix (text, "]") ? g_strdup_printf ("%s [%s]", text, where ? where : "")
                                                            : g_strdup (text);
  return dup_bus_name (find_code_of_name (neg_error_get_name (error)));
}

static GError *
decode (NegErrorCode code, const char *message)
{
  g_autofree char *text = g_strdup (message);
  char *bracket = g_str_has_suffix (text, "]") ? g_strrstr (text, " [") : NULL;
  g_autofree char *where = NULL;
  GError *error = NULL;

  if (bracket != NULL) {
    where = g_strndup (bracket + 2, strlen (bracket) - 3);
    *bracket = '\0';
  }
  neg_fail (&error, code, where != NULL && *where != '\0' ? where : NULL, "%s", text);
  return error;
}

/* What the bus itself says. */
static GError *
make_bus_error (const GError *error)
{
  NegErrorCode code = NEG_ERROR_PROTOCOL;
  const char *words = "the agent gave an answer that it should not give";
  GError *made = NULL;

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED)) {
    code = NEG_ERROR_CANCELLED;
    words = "cancelled";
  } else if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT)
             || g_error_matches (error, G_DBUS_ERROR, G_DBUS_ERROR_TIMEOUT)
             || g_error_matches (error, G_DBUS_ERROR, G_DBUS_ERROR_NO_REPLY)) {
    code = NEG_ERROR_TIMEOUT;
    words = "the agent does not answer";
  } else if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CLOSED)
             || g_error_matches (error, G_IO_ERROR, G_IO_ERROR_BROKEN_PIPE)
             || g_error_matches (error, G_DBUS_ERROR, G_DBUS_ERROR_DISCONNECTED)) {
    code = NEG_ERROR_ABORTED;
    words = "the agent ended while it was asked";
  }
  neg_fail (&made, code, "agent", "%s", words);
  return made;
}

void
neg_agent_client_translate_error (GError **error)
{
  g_autofree char *name = NULL;
  GError *made;
  NegErrorCode code;

  if (error == NULL || *error == NULL || (*error)->domain == NEG_ERROR)
    return;
  name = g_dbus_error_get_remote_error (*error);
  if (name != NULL && find_code (name, &code)) {
    g_dbus_error_strip_remote_error (*error);
    made = decode (code, (*error)->message);
  } else
    made = make_bus_error (*error);
  g_error_free (*error);
  *error = made;
}
