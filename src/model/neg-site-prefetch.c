#include "config.h"

#include "model/neg-site-private.h"

#include <string.h>

#include "base/neg-error.h"

#define GROUP "prefetch"
#define RULE_PREFIX "rule."
#define DEFAULT_TRANSFERS 1
#define TRANSFERS_MAX 8
#define DEFAULT_LEAD_S (24 * 3600)
#define DEFAULT_INTERVAL_S 3600
#define SECONDS_MAX (366 * 86400)
#define PERIODS_MAX 8
#define DAY_MINUTES 1440

gboolean
_neg_site_is_prefetch_key (const char *key)
{
  static const char *const keys[] = { "peers", "quota", "keep-free", "transfers", "bandwidth", "quiet",
                                      "daily", "lead",  "interval",  NULL };
  guint64 number;

  return g_strv_contains (keys, key)
         || (g_str_has_prefix (key, RULE_PREFIX)
             && g_ascii_string_to_unsigned (key + strlen (RULE_PREFIX), 10, 1, G_MAXUINT32, &number, NULL));
}

/* "07:30" to minutes since midnight; "24:00" is the end of a day. */
static gboolean
parse_minute (const char *text, guint *minute)
{
  if (strlen (text) != 5 || !g_ascii_isdigit (text[0]) || !g_ascii_isdigit (text[1]) || text[2] != ':'
      || !g_ascii_isdigit (text[3]) || !g_ascii_isdigit (text[4]) || text[3] > '5')
    return FALSE;
  *minute = (guint) ((text[0] - '0') * 600 + (text[1] - '0') * 60 + (text[3] - '0') * 10 + (text[4] - '0'));
  return *minute <= DAY_MINUTES;
}

static gboolean
parse_period (char *text, NegSitePeriod *period)
{
  char *dash = strchr (text, '-');

  if (dash == NULL)
    return FALSE;
  *dash = '\0';
  return parse_minute (g_strstrip (text), &period->from_minute) && parse_minute (g_strstrip (dash + 1), &period->to_minute)
         && period->from_minute != period->to_minute && period->from_minute < DAY_MINUTES;
}

static gboolean
read_quiet (NegSite *site, GError **error)
{
  g_autofree char *text = NULL;
  g_auto (GStrv) words = NULL;

  if (!_neg_site_read_text (site, GROUP, "quiet", &text, error))
    return FALSE;
  words = g_strsplit_set (text, ";,", PERIODS_MAX + 1);
  for (guint i = 0; words[i] != NULL; i++) {
    NegSitePeriod period;

    if (*g_strstrip (words[i]) == '\0')
      continue;
    if (i >= PERIODS_MAX || !parse_period (words[i], &period))
      return _neg_site_fail (site, GROUP, "quiet", error, "“%s” is not of periods such as 07:00-09:00", text);
    g_array_append_val (site->prefetch.quiet, period);
  }
  return TRUE;
}

static gboolean
read_daily (NegSite *site, GError **error)
{
  g_autofree char *text = NULL;
  guint minute;

  if (!_neg_site_read_text (site, GROUP, "daily", &text, error))
    return FALSE;
  if (*text == '\0')
    return TRUE;
  if (!parse_minute (text, &minute) || minute == DAY_MINUTES)
    return _neg_site_fail (site, GROUP, "daily", error, "“%s” is not a time of the day such as 19:30", text);
  site->prefetch.daily_minute = (int) minute;
  return TRUE;
}

/* "24h", "90min", "30s", "2d". */
static gboolean
read_duration (const NegSite *site, const char *key, guint *seconds, GError **error)
{
  static const struct {
    const char *unit;
    guint factor;
  } units[] = { { "s", 1 }, { "min", 60 }, { "h", 3600 }, { "d", 86400 } };
  g_autofree char *text = NULL;
  g_autofree char *digits = NULL;
  gsize n_digits;
  guint64 value;

  if (!_neg_site_read_text (site, GROUP, key, &text, error))
    return FALSE;
  if (*text == '\0')
    return TRUE;
  n_digits = strspn (text, "0123456789");
  digits = g_strndup (text, n_digits);
  for (guint i = 0; i < G_N_ELEMENTS (units); i++)
    if (strcmp (text + n_digits, units[i].unit) == 0
        && g_ascii_string_to_unsigned (digits, 10, 0, SECONDS_MAX / units[i].factor, &value, NULL)) {
      *seconds = (guint) value * units[i].factor;
      return TRUE;
    }
  return _neg_site_fail (site, GROUP, key, error, "“%s” is not a duration such as 24h, 90min, 30s or 2d", text);
}

static gboolean
read_transfers (NegSite *site, GError **error)
{
  g_autofree char *text = NULL;
  guint64 value;

  if (!_neg_site_read_text (site, GROUP, "transfers", &text, error))
    return FALSE;
  if (*text == '\0')
    return TRUE;
  if (!g_ascii_string_to_unsigned (text, 10, 0, TRANSFERS_MAX, &value, NULL))
    return _neg_site_fail (site, GROUP, "transfers", error, "“%s” is not a number from 0 (none) to %d", text,
                           TRANSFERS_MAX);
  site->prefetch.transfers = (guint) value;
  return TRUE;
}

/* "10MiB/s". */
static gboolean
read_bandwidth (NegSite *site, GError **error)
{
  g_autofree char *text = NULL;

  if (!_neg_site_read_text (site, GROUP, "bandwidth", &text, error))
    return FALSE;
  if (g_str_has_suffix (text, "/s"))
    text[strlen (text) - 2] = '\0';
  return _neg_site_parse_size (text, &site->prefetch.bytes_per_s)
         || _neg_site_fail (site, GROUP, "bandwidth", error, "“%s” is not a rate such as 10MiB/s", text);
}

/* What is fetched ahead has to be asked for first. */
static gboolean
read_peers (NegSite *site, GError **error)
{
  g_autofree char *text = NULL;
  g_autoptr (GStrvBuilder) names = g_strv_builder_new ();
  g_auto (GStrv) words = NULL;

  if (!_neg_site_read_text (site, GROUP, "peers", &text, error))
    return FALSE;
  words = g_strsplit (text, ";", -1);
  for (guint i = 0; words[i] != NULL; i++) {
    const NegPeer *peer;

    if (*g_strstrip (words[i]) == '\0')
      continue;
    peer = neg_site_find_peer (site, words[i], NULL);
    if (peer == NULL)
      return _neg_site_fail (site, GROUP, "peers", error, "there is no peer “%s”", words[i]);
    if ((peer->use & (NEG_PEER_QUERY | NEG_PEER_RETRIEVE)) != (NEG_PEER_QUERY | NEG_PEER_RETRIEVE))
      return _neg_site_fail (site, GROUP, "peers", error, "the peer “%s” is not to be asked and to be retrieved from",
                             words[i]);
    g_strv_builder_add (names, words[i]);
  }
  site->prefetch.peers = g_strv_builder_end (names);
  return TRUE;
}

static guint
get_number (const char *name)
{
  guint64 number;

  return g_ascii_string_to_unsigned (name + strlen (RULE_PREFIX), 10, 1, G_MAXUINT32, &number, NULL) ? (guint) number : 0;
}

static int
compare_rules (gconstpointer a, gconstpointer b)
{
  guint first = get_number (*(const char *const *) a), second = get_number (*(const char *const *) b);

  return first < second ? -1 : first > second;
}

/* Of all files together, in the order of their numbers; an empty one is none. */
static gboolean
read_rules (NegSite *site, GError **error)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GStrvBuilder) kept = g_strv_builder_new ();
  g_autoptr (GStrvBuilder) texts = g_strv_builder_new ();

  for (guint i = 0; i < site->layers->len; i++) {
    const NegSiteLayer *layer = site->layers->pdata[i];
    g_auto (GStrv) keys = g_key_file_get_keys (layer->keys, GROUP, NULL, NULL);

    for (guint j = 0; keys != NULL && keys[j] != NULL; j++)
      if (g_str_has_prefix (keys[j], RULE_PREFIX) && get_number (keys[j]) != 0
          && !g_ptr_array_find_with_equal_func (names, keys[j], g_str_equal, NULL))
        g_ptr_array_add (names, g_strdup (keys[j]));
  }
  g_ptr_array_sort (names, compare_rules);
  for (guint i = 0; i < names->len; i++) {
    g_autofree char *text = NULL;

    if (!_neg_site_read_text (site, GROUP, names->pdata[i], &text, error))
      return FALSE;
    if (*text == '\0')
      continue;
    g_strv_builder_add (kept, names->pdata[i]);
    g_strv_builder_add (texts, text);
  }
  site->prefetch.rule_names = g_strv_builder_end (kept);
  site->prefetch.rule_texts = g_strv_builder_end (texts);
  return TRUE;
}

gboolean
_neg_site_read_prefetch (NegSite *site, GError **error)
{
  NegSitePrefetch *prefetch = &site->prefetch;

  prefetch->quiet = g_array_new (FALSE, FALSE, sizeof (NegSitePeriod));
  prefetch->daily_minute = -1;
  prefetch->transfers = DEFAULT_TRANSFERS;
  prefetch->lead_s = DEFAULT_LEAD_S;
  prefetch->interval_s = DEFAULT_INTERVAL_S;
  /* There is one cache. These are the names that the documentation has; [archive] has them too. */
  return _neg_site_read_size (site, GROUP, "quota", &site->quota_bytes, error)
         && _neg_site_read_size (site, GROUP, "keep-free", &site->keep_free_bytes, error) && read_peers (site, error)
         && read_transfers (site, error) && read_bandwidth (site, error) && read_quiet (site, error)
         && read_daily (site, error) && read_duration (site, "lead", &prefetch->lead_s, error)
         && read_duration (site, "interval", &prefetch->interval_s, error) && read_rules (site, error);
}

void
_neg_site_clear_prefetch (NegSite *site)
{
  g_strfreev (site->prefetch.peers);
  g_strfreev (site->prefetch.rule_names);
  g_strfreev (site->prefetch.rule_texts);
  g_clear_pointer (&site->prefetch.quiet, g_array_unref);
}

const NegSitePrefetch *
neg_site_get_prefetch (const NegSite *site)
{
  return &site->prefetch;
}

gboolean
neg_site_fail_rule (const NegSite *site, const char *name, const char *why, GError **error)
{
  return _neg_site_fail (site, GROUP, name, error, "%s", why);
}
