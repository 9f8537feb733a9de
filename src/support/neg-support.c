#include "config.h"

#include "support/neg-support-private.h"

#include <string.h>

#include "base/neg-error.h"

#define GROUP "support"
#define CONTACT_PREFIX "contact."
#define HOURS_BYTES_MAX 300

void
neg_support_free (NegSupport *support)
{
  g_free (support->room);
  g_strfreev (support->allow_hosts);
  g_free (support->webhook);
  g_free (support->answers);
  g_free (support->tls_ca);
  g_free (support->hours);
  g_clear_pointer (&support->contacts, g_ptr_array_unref);
  g_free (support);
}

static gboolean
read_value (const NegSite *site, const char *key, char **value, GError **error)
{
  *value = neg_site_dup_value (site, GROUP, key, error);
  return *value != NULL;
}

/* --- addresses --- */

static gboolean
is_loopback (const char *host)
{
  g_autoptr (GInetAddress) address = g_inet_address_new_from_string (host);

  return address != NULL ? g_inet_address_get_is_loopback (address) : g_ascii_strcasecmp (host, "localhost") == 0;
}

static gboolean
has_strange_letters (const char *address)
{
  for (const char *at = address; *at != '\0'; at++)
    if (*at <= 0x20 || *at > 0x7e || strchr ("\"<>\\^`{|}", *at) != NULL)
      return TRUE;
  return FALSE;
}

/* NULL: it is one. */
static const char *
judge_address (const char *address, gboolean allows_loopback, char **host)
{
  g_autoptr (GUri) uri = has_strange_letters (address) ? NULL : g_uri_parse (address, G_URI_FLAGS_HAS_PASSWORD, NULL);
  const char *scheme = uri != NULL ? g_uri_get_scheme (uri) : NULL;

  if (uri == NULL || g_uri_get_host (uri) == NULL || *g_uri_get_host (uri) == '\0')
    return "it is no address such as https://meet.example/elbow";
  if (g_uri_get_userinfo (uri) != NULL)
    return "no user and no password in it";
  if (g_uri_get_fragment (uri) != NULL)
    return "nothing behind a # in it";
  if (strcmp (scheme, "https") != 0
      && !(allows_loopback && strcmp (scheme, "http") == 0 && is_loopback (g_uri_get_host (uri))))
    return "it has to begin with https://";
  *host = g_ascii_strdown (g_uri_get_host (uri), -1);
  return NULL;
}

static gboolean
check_room (const NegSite *site, const NegSupport *support, GError **error)
{
  g_autofree char *host = NULL;
  const char *why;

  if (*support->room == '\0')
    return TRUE;
  why = judge_address (support->room, FALSE, &host);
  if (why != NULL)
    return neg_site_fail_value (site, GROUP, "room", why, error);
  for (guint i = 0; support->allow_hosts[i] != NULL; i++)
    if (g_ascii_strcasecmp (support->allow_hosts[i], host) == 0)
      return TRUE;
  return neg_site_fail_value (site, GROUP, "room", "its host is not one of allow-hosts", error);
}

static gboolean
check_web (const NegSite *site, const char *key, const char *address, GError **error)
{
  g_autofree char *host = NULL;
  const char *why = *address != '\0' ? judge_address (address, TRUE, &host) : NULL;

  return why == NULL || neg_site_fail_value (site, GROUP, key, why, error);
}

/* --- whom to ask --- */

/* contact.1=role;name;phone;hours */
static gboolean
add_contact (const NegSite *site, const char *key, NegSupport *support, GError **error)
{
  g_auto (GStrv) parts = NULL;
  g_autofree char *value = NULL;
  NegContact contact = { 0 };
  guint n;

  if (!read_value (site, key, &value, error))
    return FALSE;
  parts = g_strsplit (value, ";", -1);
  n = g_strv_length (parts);
  if (n < 2 || n > 4 || strlen (value) > HOURS_BYTES_MAX || !g_utf8_validate (value, -1, NULL))
    return neg_site_fail_value (site, GROUP, key, "it is not role;name;phone;hours", error);
  contact.role = g_strdup (g_strstrip (parts[0]));
  contact.name = g_strdup (g_strstrip (parts[1]));
  contact.phone = g_strdup (n > 2 ? g_strstrip (parts[2]) : "");
  contact.hours = g_strdup (n > 3 ? g_strstrip (parts[3]) : "");
  g_ptr_array_add (support->contacts, g_memdup2 (&contact, sizeof contact));
  return TRUE;
}

static int
compare_keys (gconstpointer a, gconstpointer b)
{
  g_autofree char *first = g_utf8_collate_key_for_filename (*(const char *const *) a, -1);
  g_autofree char *second = g_utf8_collate_key_for_filename (*(const char *const *) b, -1);

  return strcmp (first, second);
}

static gboolean
read_contacts (const NegSite *site, NegSupport *support, GError **error)
{
  g_auto (GStrv) keys = neg_site_list_keys (site, GROUP);

  qsort (keys, g_strv_length (keys), sizeof *keys, compare_keys);
  for (guint i = 0; keys[i] != NULL; i++)
    if (g_str_has_prefix (keys[i], CONTACT_PREFIX) && !add_contact (site, keys[i], support, error))
      return FALSE;
  return TRUE;
}

static gboolean
read_hosts (const NegSite *site, NegSupport *support, GError **error)
{
  g_autofree char *value = NULL;

  if (!read_value (site, "allow-hosts", &value, error))
    return FALSE;
  support->allow_hosts = g_strsplit (value, ";", -1);
  for (guint i = 0; support->allow_hosts[i] != NULL; i++)
    g_strstrip (support->allow_hosts[i]);
  return TRUE;
}

static gboolean
read_path (const NegSite *site, NegSupport *support, GError **error)
{
  if (!read_value (site, "tls-ca", &support->tls_ca, error))
    return FALSE;
  return *support->tls_ca == '\0' || g_path_is_absolute (support->tls_ca)
         || neg_site_fail_value (site, GROUP, "tls-ca", "it is not a path that begins with /", error);
}

NegSupport *
neg_support_new (const NegSite *site, GError **error)
{
  g_autoptr (NegSupport) support = g_new0 (NegSupport, 1);

  support->contacts = g_ptr_array_new_with_free_func ((GDestroyNotify) neg_contact_free);
  if (read_value (site, "room", &support->room, error) && read_hosts (site, support, error) && check_room (site, support, error)
      && read_value (site, "webhook", &support->webhook, error) && check_web (site, "webhook", support->webhook, error)
      && read_value (site, "answers", &support->answers, error) && check_web (site, "answers", support->answers, error)
      && read_path (site, support, error) && read_value (site, "hours", &support->hours, error)
      && read_contacts (site, support, error))
    return g_steal_pointer (&support);
  return NULL;
}

char *
neg_support_make_json (const NegSender *sender, gint64 now_us, GError **error)
{
  g_autoptr (JsonObject) object = json_object_new ();
  g_autofree char *time = neg_json_dup_time (now_us);

  json_object_set_string_member (object, "kind", "support");
  if (!_neg_sender_write (sender, object, error))
    return NULL;
  json_object_set_string_member (object, "at", time);
  return neg_json_write (object);
}
