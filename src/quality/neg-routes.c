#include "config.h"

#include "quality/neg-routes.h"

#include <stdlib.h>
#include <string.h>

#include "base/neg-error.h"

#define GROUP "quality"
#define PREFIX "route."
#define MINUTES 1440

typedef struct {
  char *key;
  guint64 number;
  char **modalities, **stations, **locations, **peers; /* nullable but for peers */
  gboolean has_time;
  guint from_minute, until_minute;
} Route;

struct _NegRoutes {
  GPtrArray *routes; /* Route, by number */
  char *only_peer;   /* nullable */
};

static void
route_free (Route *route)
{
  g_free (route->key);
  g_strfreev (route->modalities);
  g_strfreev (route->stations);
  g_strfreev (route->locations);
  g_strfreev (route->peers);
  g_free (route);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Route, route_free)

void
neg_routes_free (NegRoutes *routes)
{
  g_ptr_array_unref (routes->routes);
  g_free (routes->only_peer);
  g_free (routes);
}

void
neg_destination_free (NegDestination *destination)
{
  g_free (destination->peer);
  g_free (destination->route);
  g_free (destination);
}

/* --- reading --- */

static gboolean
parse_minute (const char *text, guint *minute)
{
  if (strlen (text) != 5 || text[2] != ':' || !g_ascii_isdigit (text[0]) || !g_ascii_isdigit (text[1])
      || !g_ascii_isdigit (text[3]) || !g_ascii_isdigit (text[4]))
    return FALSE;
  *minute = (guint) ((text[0] - '0') * 10 + text[1] - '0') * 60 + (guint) ((text[3] - '0') * 10 + text[4] - '0');
  return *minute < MINUTES && text[3] < '6';
}

static char **
split_values (const char *text)
{
  g_auto (GStrv) values = g_strsplit (text, ";", 100);
  g_autoptr (GStrvBuilder) kept = g_strv_builder_new ();

  for (guint i = 0; values[i] != NULL; i++)
    if (*g_strstrip (values[i]) != '\0')
      g_strv_builder_add (kept, values[i]);
  return g_strv_builder_end (kept);
}

static gboolean
check_peers (const NegSite *site, const Route *route, GError **error)
{
  for (guint i = 0; route->peers[i] != NULL; i++) {
    const NegPeer *peer = neg_site_find_peer (site, route->peers[i], NULL);
    g_autofree char *why = NULL;

    if (peer != NULL && (peer->use & NEG_PEER_STORE) != 0)
      continue;
    why = g_strdup_printf (peer == NULL ? "there is no peer “%s”" : "the peer “%s” may not be sent to (use=store)",
                           route->peers[i]);
    return neg_site_fail_value (site, GROUP, route->key, why, error);
  }
  return route->peers[0] != NULL || neg_site_fail_value (site, GROUP, route->key, "to= names no peer", error);
}

static gboolean
read_word (Route *route, const char *name, const char *value)
{
  char ***lists[] = { &route->modalities, &route->stations, &route->locations, &route->peers };
  static const char *const names[] = { "modality", "station", "location", "to" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    if (strcmp (names[i], name) == 0 && *lists[i] == NULL) {
      *lists[i] = split_values (value);
      return TRUE;
    }
  if (strcmp (name, "from") != 0 && strcmp (name, "until") != 0)
    return FALSE;
  route->has_time = TRUE;
  return parse_minute (value, *name == 'f' ? &route->from_minute : &route->until_minute);
}

/* Words are apart by blanks; a value with blanks stands in quotation marks, as for a shell. */
static Route *
read_route (const NegSite *site, const char *key, GError **error)
{
  g_autofree char *text = neg_site_dup_value (site, GROUP, key, error);
  g_autoptr (Route) route = g_new0 (Route, 1);
  g_auto (GStrv) words = NULL;

  route->key = g_strdup (key);
  route->number = g_ascii_strtoull (key + strlen (PREFIX), NULL, 10);
  route->until_minute = MINUTES;
  if (text == NULL)
    return NULL;
  if (!g_shell_parse_argv (text, NULL, &words, NULL)) {
    neg_site_fail_value (site, GROUP, key, "cannot be read as words", error);
    return NULL;
  }
  for (guint i = 0; words[i] != NULL; i++) {
    char *equals = strchr (words[i], '=');
    g_autofree char *why = g_strdup_printf ("“%s” is none of modality=, station=, location=, from=HH:MM, until=HH:MM, to=", words[i]);

    if (equals != NULL)
      *equals = '\0';
    if (equals == NULL || !read_word (route, words[i], equals + 1)) {
      neg_site_fail_value (site, GROUP, key, why, error);
      return NULL;
    }
  }
  if (route->peers == NULL) {
    neg_site_fail_value (site, GROUP, key, "has no to=", error);
    return NULL;
  }
  return check_peers (site, route, error) ? g_steal_pointer (&route) : NULL;
}

static int
compare_routes (gconstpointer a, gconstpointer b)
{
  const Route *first = *(Route *const *) a;
  const Route *second = *(Route *const *) b;

  return first->number != second->number ? (first->number < second->number ? -1 : 1) : strcmp (first->key, second->key);
}

static char *
find_only_peer (const NegSite *site)
{
  GPtrArray *peers = neg_site_get_peers (site);
  const char *only = NULL;

  for (guint i = 0; i < peers->len; i++) {
    const NegPeer *peer = peers->pdata[i];

    if ((peer->use & NEG_PEER_STORE) == 0)
      continue;
    if (only != NULL)
      return NULL;
    only = peer->name;
  }
  return g_strdup (only);
}

NegRoutes *
neg_routes_new (const NegSite *site, GError **error)
{
  g_autoptr (NegRoutes) routes = g_new0 (NegRoutes, 1);
  g_auto (GStrv) keys = neg_site_list_keys (site, GROUP);

  routes->routes = g_ptr_array_new_with_free_func ((GDestroyNotify) route_free);
  for (guint i = 0; keys[i] != NULL; i++) {
    Route *route;

    if (!g_str_has_prefix (keys[i], PREFIX))
      continue;
    route = read_route (site, keys[i], error);
    if (route == NULL)
      return NULL;
    g_ptr_array_add (routes->routes, route);
  }
  g_ptr_array_sort (routes->routes, compare_routes);
  if (routes->routes->len == 0)
    routes->only_peer = find_only_peer (site);
  return g_steal_pointer (&routes);
}

/* --- choosing --- */

/* "*" and "?" as in file names; case does not count. */
static gboolean
matches (char **patterns, const char *text)
{
  g_autofree char *folded = g_utf8_casefold (text, -1);

  if (patterns == NULL)
    return TRUE;
  for (guint i = 0; patterns[i] != NULL; i++) {
    g_autofree char *pattern = g_utf8_casefold (patterns[i], -1);

    if (g_pattern_match_simple (pattern, folded))
      return TRUE;
  }
  return FALSE;
}

static gboolean
matches_any (char **patterns, const char *texts)
{
  g_auto (GStrv) values = g_strsplit (texts, "\\", 100);

  for (guint i = 0; values[i] != NULL; i++)
    if (matches (patterns, values[i]))
      return TRUE;
  return matches (patterns, "");
}

static gboolean
is_at_time (const Route *route, guint minute)
{
  if (!route->has_time)
    return TRUE;
  if (route->from_minute <= route->until_minute)
    return minute >= route->from_minute && minute < route->until_minute;
  return minute >= route->from_minute || minute < route->until_minute; /* over midnight */
}

static void
add_peer (GPtrArray *destinations, const char *peer, const char *route)
{
  NegDestination *destination;

  for (guint i = 0; i < destinations->len; i++)
    if (strcmp (((NegDestination *) destinations->pdata[i])->peer, peer) == 0)
      return;
  destination = g_new0 (NegDestination, 1);
  destination->peer = g_strdup (peer);
  destination->route = g_strdup (route);
  g_ptr_array_add (destinations, destination);
}

GPtrArray *
neg_routes_choose (const NegRoutes *routes, const NegRouted *study)
{
  GPtrArray *destinations = g_ptr_array_new_with_free_func ((GDestroyNotify) neg_destination_free);

  if (routes->only_peer != NULL)
    add_peer (destinations, routes->only_peer, "only peer");
  for (guint i = 0; i < routes->routes->len; i++) {
    const Route *route = routes->routes->pdata[i];

    if (!matches_any (route->modalities, study->modalities) || !matches (route->stations, study->station)
        || !matches (route->locations, study->location) || !is_at_time (route, study->minute))
      continue;
    for (guint k = 0; route->peers[k] != NULL; k++)
      add_peer (destinations, route->peers[k], route->key);
  }
  return destinations;
}
