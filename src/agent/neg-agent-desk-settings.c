#include "config.h"

#include "agent/neg-agent-desk-private.h"

#include <string.h>

#include "base/neg-error.h"

#define QUIET_US 300000
#define QUIET_MAX_S 3600
#define GROUP "quality"

void
_neg_desk_settings_clear (NegDeskSettings *settings)
{
  g_clear_pointer (&settings->rules, neg_quality_rules_unref);
  g_clear_pointer (&settings->zone, g_time_zone_unref);
}

static gboolean
read_quiet (const NegSite *site, gint64 *quiet_us, GError **error)
{
  g_autofree char *text = neg_site_dup_value (site, GROUP, "quiet", error);
  char *end = NULL;
  double seconds;

  if (text == NULL)
    return FALSE;
  *quiet_us = QUIET_US;
  if (*text == '\0')
    return TRUE;
  seconds = g_ascii_strtod (text, &end);
  if (strspn (text, "0123456789.") != strlen (text) || *end != '\0' || !(seconds >= 0 && seconds <= QUIET_MAX_S))
    return neg_site_fail_value (site, GROUP, "quiet", "is no number of seconds between 0 and 3600", error);
  *quiet_us = (gint64) (seconds * G_USEC_PER_SEC);
  return TRUE;
}

static gboolean
read_is_on (const NegSite *site, gboolean *is_on, GError **error)
{
  g_autofree char *text = neg_site_dup_value (site, GROUP, "checks", error);

  if (text == NULL)
    return FALSE;
  *is_on = !g_str_equal (text, "false");
  return *text == '\0' || g_str_equal (text, "true") || g_str_equal (text, "false")
         || neg_site_fail_value (site, GROUP, "checks", "is neither true nor false", error);
}

gboolean
_neg_desk_settings_read (const NegSite *site, NegDeskSettings *settings, GError **error)
{
  *settings = (NegDeskSettings){ 0 };
  if (!read_quiet (site, &settings->quiet_us, error) || !read_is_on (site, &settings->is_on, error))
    return FALSE;
  settings->rules = neg_quality_rules_new (site, error);
  if (settings->rules == NULL)
    return FALSE;
  settings->zone = g_time_zone_ref (neg_site_get_timezone (site));
  return TRUE;
}
