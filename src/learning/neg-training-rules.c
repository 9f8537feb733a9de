#include "config.h"

#include "learning/neg-training.h"

#include <string.h>

#include "base/neg-error.h"

#define GROUP "training"
#define REQUIRED "required."
#define BY " by "
#define DEFAULT_HOME_PAGE "https://negatoscope.invalid" /* RFC 2606: nobody's */

static void
requirement_free (gpointer data)
{
  NegRequirement *requirement = data;

  g_free (requirement->topic);
  g_free (requirement->due);
  g_free (requirement);
}

void
neg_training_rules_free (NegTrainingRules *rules)
{
  if (rules == NULL)
    return;
  g_ptr_array_unref (rules->requirements);
  g_strfreev (rules->renew);
  g_free (rules->home_page);
  g_free (rules);
}

/* "2026-12-15": its end. */
static gboolean
parse_day (const char *text, GTimeZone *zone, gint64 *end_us)
{
  g_auto (GStrv) parts = g_strsplit (text, "-", 4);
  g_autoptr (GDateTime) day = NULL;
  g_autoptr (GDateTime) next = NULL;
  guint64 numbers[3] = { 0 };
  gboolean is_day = g_strv_length (parts) == 3 && strlen (parts[0]) == 4 && strlen (parts[1]) == 2 && strlen (parts[2]) == 2;

  for (guint i = 0; is_day && i < 3; i++)
    is_day = g_ascii_string_to_unsigned (parts[i], 10, 1, 9998, &numbers[i], NULL);
  if (!is_day || !g_date_valid_dmy ((GDateDay) numbers[2], (GDateMonth) numbers[1], (GDateYear) numbers[0]))
    return FALSE;
  day = g_date_time_new (zone, (int) numbers[0], (int) numbers[1], (int) numbers[2], 0, 0, 0);
  next = day != NULL ? g_date_time_add_days (day, 1) : NULL;
  *end_us = next != NULL ? g_date_time_to_unix (next) * G_USEC_PER_SEC : 0;
  return next != NULL;
}

/* Topics with ';' between them; given. NULL: one of them is no topic's name. */
static char **
parse_topics (const char *text)
{
  g_auto (GStrv) parts = g_strsplit (text, ";", -1);
  g_autoptr (GStrvBuilder) topics = g_strv_builder_new ();

  for (guint i = 0; parts[i] != NULL; i++) {
    g_strstrip (parts[i]);
    if (*parts[i] == '\0')
      continue;
    if (!neg_library_is_id (parts[i]))
      return NULL;
    g_strv_builder_add (topics, parts[i]);
  }
  return g_strv_builder_end (topics);
}

static gboolean
add_required (const NegSite *site, NegTrainingRules *rules, const char *key, NegRole role, GError **error)
{
  g_autofree char *value = neg_site_dup_value (site, GROUP, key, error);
  char *by = value != NULL ? strstr (value, BY) : NULL;
  g_autofree char *due = g_strstrip (g_strdup (by != NULL ? by + strlen (BY) : ""));
  g_auto (GStrv) topics = NULL;
  gint64 due_us = 0;

  if (value == NULL)
    return FALSE;
  if (by != NULL)
    *by = '\0';
  if (by != NULL && !parse_day (due, neg_site_get_timezone (site), &due_us))
    return neg_site_fail_value (site, GROUP, key, "after “by” there is a day such as 2026-12-15", error);
  topics = parse_topics (value);
  if (topics == NULL || *topics == NULL)
    return neg_site_fail_value (site, GROUP, key, "it is a list such as measuring;mpr by 2026-12-15", error);
  for (guint i = 0; topics[i] != NULL; i++) {
    NegRequirement *requirement = g_new0 (NegRequirement, 1);

    requirement->role = role;
    requirement->topic = g_strdup (topics[i]);
    requirement->due = g_strdup (due);
    requirement->due_us = due_us;
    g_ptr_array_add (rules->requirements, requirement);
  }
  return TRUE;
}

static gboolean
read_home_page (const NegSite *site, NegTrainingRules *rules, GError **error)
{
  rules->home_page = neg_site_dup_value (site, GROUP, "home-page", error);
  if (rules->home_page == NULL)
    return FALSE;
  if (*rules->home_page == '\0') {
    g_free (rules->home_page);
    rules->home_page = g_strdup (DEFAULT_HOME_PAGE);
  }
  return (g_str_has_prefix (rules->home_page, "https://") && g_uri_is_valid (rules->home_page, G_URI_FLAGS_NONE, NULL))
         || neg_site_fail_value (site, GROUP, "home-page", "it is an address that begins with https://", error);
}

static gboolean
read_key (const NegSite *site, NegTrainingRules *rules, const char *key, GError **error)
{
  g_auto (GStrv) parts = g_strsplit (key, ".", 3);
  const guint role = g_str_has_prefix (key, REQUIRED) ? neg_role_find (parts[1]) : 0;

  if (role != 0)
    return add_required (site, rules, key, role, error);
  if (strcmp (key, "renew") == 0 || strcmp (key, "home-page") == 0)
    return TRUE;
  return neg_site_fail_value (site, GROUP, key,
                              "it is required.ROLE (radiologist, technologist, superuser, administrator), renew or home-page", error);
}

NegTrainingRules *
neg_training_rules_read (const NegSite *site, GError **error)
{
  g_autoptr (NegTrainingRules) rules = g_new0 (NegTrainingRules, 1);
  g_auto (GStrv) keys = neg_site_list_keys (site, GROUP);
  g_autofree char *renew = NULL;

  rules->requirements = g_ptr_array_new_with_free_func (requirement_free);
  for (guint i = 0; keys[i] != NULL; i++)
    if (!read_key (site, rules, keys[i], error))
      return NULL;
  renew = neg_site_dup_value (site, GROUP, "renew", error);
  if (renew == NULL || !read_home_page (site, rules, error))
    return NULL;
  rules->renew = parse_topics (renew);
  if (rules->renew == NULL) {
    neg_site_fail_value (site, GROUP, "renew", "it is a list of topics such as measuring;mpr", error);
    return NULL;
  }
  return g_steal_pointer (&rules);
}

static NegRequirement *
find_topic (GPtrArray *list, const char *topic, guint *place)
{
  for (*place = 0; *place < list->len; (*place)++)
    if (strcmp (((NegRequirement *) list->pdata[*place])->topic, topic) == 0)
      return list->pdata[*place];
  return NULL;
}

GPtrArray *
neg_training_list_required (const NegTrainingRules *rules, guint roles)
{
  GPtrArray *list = g_ptr_array_new ();

  for (guint i = 0; i < rules->requirements->len; i++) {
    NegRequirement *requirement = rules->requirements->pdata[i];
    NegRequirement *known;
    guint place;

    if ((requirement->role & roles) == 0)
      continue;
    known = find_topic (list, requirement->topic, &place);
    if (known == NULL)
      g_ptr_array_add (list, requirement);
    else if (requirement->due_us != 0 && (known->due_us == 0 || requirement->due_us < known->due_us))
      list->pdata[place] = requirement;
  }
  return list;
}
