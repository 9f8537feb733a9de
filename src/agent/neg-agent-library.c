#include "config.h"

#include "agent/neg-agent-library.h"

#include <string.h>

#include "agent/neg-agent-outbox.h"
#include "agent/neg-library-keep.h"
#include "base/neg-error.h"

#define ASK_MS 60000

struct _NegAgentLibrary {
  NegAgent *agent;
  GThread *thread;
  GCancellable *cancellable;
  NegLibraryKeep *keep;   /* the thread's own */
  NegLimited *limited;    /* likewise */
  char *place, *stamp;    /* likewise: of the last manifest that was taken */
  GMutex lock; /* of what follows */
  GCond changed;
  guint n_asked, n_done; /* looks */
  gboolean is_closing;
  char *told_place, *state; /* "": all is well */
  gint64 since_us, checked_us;
};

gboolean
neg_agent_library_check_site (const NegSite *site, GError **error)
{
  g_auto (NegOutboxPlaces) places = { 0 };

  return _neg_outbox_places_read (&places, site, error);
}

/* --- one look --- */

static void
set_state (NegAgentLibrary *library, const char *place, const char *state)
{
  const gint64 now_us = g_get_real_time ();
  gboolean is_other;

  g_mutex_lock (&library->lock);
  is_other = strcmp (library->state, state) != 0 || strcmp (library->told_place, place) != 0;
  if (is_other) {
    g_free (library->state);
    g_free (library->told_place);
    library->state = g_strdup (state);
    library->told_place = g_strdup (place);
    library->since_us = now_us;
  }
  if (*state == '\0')
    library->checked_us = now_us;
  g_mutex_unlock (&library->lock);
  if (is_other)
    _neg_agent_bus_emit (_neg_agent_get_bus (library->agent), "LibraryChanged", g_variant_new ("()"));
}

static gboolean
take (NegAgentLibrary *library, const NegLibrarySettings *settings, guint64 keep_free_bytes, GError **error)
{
  g_autoptr (NegLibraryFetch) fetch
      = neg_library_fetch_new (library->agent, settings, library->limited, library->cancellable, error);
  g_autofree char *stamp = NULL, *json = NULL;
  gboolean has_changed, is_complete;
  gsize length;

  if (fetch == NULL || !neg_library_fetch_manifest (fetch, library->stamp, &stamp, &json, &length, error))
    return FALSE;
  if (json == NULL)
    return TRUE;
  if (!neg_library_keep_take (library->keep, fetch, settings, keep_free_bytes, json, length, library->cancellable, &has_changed,
                              &is_complete, error))
    return FALSE;
  if (is_complete) {
    g_free (library->stamp);
    library->stamp = g_steal_pointer (&stamp);
  }
  if (has_changed)
    _neg_agent_bus_emit (_neg_agent_get_bus (library->agent), "LibraryChanged", g_variant_new ("()"));
  return TRUE;
}

static void
follow_place (NegAgentLibrary *library, const char *place)
{
  if (strcmp (library->place, place) == 0)
    return;
  g_free (library->place);
  g_free (library->stamp);
  library->place = g_strdup (place);
  library->stamp = g_strdup ("");
}

static guint
look (NegAgentLibrary *library)
{
  g_autoptr (NegSite) site = neg_agent_dup_site (library->agent);
  g_auto (NegLibrarySettings) settings = { 0 };
  g_autoptr (GError) failure = NULL;

  if (!neg_library_settings_read (&settings, site, &failure)) {
    set_state (library, "", failure->message);
    return ASK_MS / 1000;
  }
  follow_place (library, settings.folder);
  if (*settings.folder == '\0') {
    set_state (library, "", "");
    if (neg_library_keep_clear (library->keep))
      _neg_agent_bus_emit (_neg_agent_get_bus (library->agent), "LibraryChanged", g_variant_new ("()"));
  } else if (take (library, &settings, neg_site_get_keep_free_bytes (site), &failure))
    set_state (library, settings.folder, "");
  else if (!g_error_matches (failure, NEG_ERROR, NEG_ERROR_CANCELLED))
    set_state (library, settings.folder, failure->message);
  return settings.every_s;
}

/* --- its thread --- */

static gpointer
run (gpointer data)
{
  NegAgentLibrary *library = data;

  g_mutex_lock (&library->lock);
  while (!library->is_closing) {
    const guint n_asked = library->n_asked;
    gint64 next_us;
    guint every_s;

    g_mutex_unlock (&library->lock);
    every_s = look (library);
    g_mutex_lock (&library->lock);
    library->n_done = n_asked;
    g_cond_broadcast (&library->changed);
    next_us = g_get_monotonic_time () + (gint64) every_s * G_USEC_PER_SEC;
    while (!library->is_closing && library->n_asked == n_asked
           && g_cond_wait_until (&library->changed, &library->lock, next_us))
      ;
  }
  g_mutex_unlock (&library->lock);
  return NULL;
}

NegAgentLibrary *
neg_agent_library_new (NegAgent *agent, GError **error)
{
  NegAgentLibrary *library = g_new0 (NegAgentLibrary, 1);

  library->agent = agent;
  library->cancellable = g_cancellable_new ();
  library->keep = neg_library_keep_new (neg_agent_get_cache_folder (agent));
  library->limited = neg_limited_new ("folder of the library");
  library->place = g_strdup ("");
  library->stamp = g_strdup ("");
  library->told_place = g_strdup ("");
  library->state = g_strdup ("");
  library->n_asked = 1;
  g_mutex_init (&library->lock);
  g_cond_init (&library->changed);
  library->thread = g_thread_try_new ("library", run, library, error);
  if (library->thread != NULL)
    return library;
  neg_agent_library_free (library);
  return NULL;
}

void
neg_agent_library_free (NegAgentLibrary *library)
{
  if (library == NULL)
    return;
  g_cancellable_cancel (library->cancellable);
  g_mutex_lock (&library->lock);
  library->is_closing = TRUE;
  g_cond_broadcast (&library->changed);
  g_mutex_unlock (&library->lock);
  g_clear_pointer (&library->thread, g_thread_join);
  neg_library_keep_free (library->keep);
  neg_limited_free (library->limited);
  g_object_unref (library->cancellable);
  g_mutex_clear (&library->lock);
  g_cond_clear (&library->changed);
  g_free (library->place);
  g_free (library->stamp);
  g_free (library->told_place);
  g_free (library->state);
  g_free (library);
}

static guint
ask (NegAgentLibrary *library)
{
  guint ticket;

  g_mutex_lock (&library->lock);
  ticket = ++library->n_asked;
  g_cond_broadcast (&library->changed);
  g_mutex_unlock (&library->lock);
  return ticket;
}

void
neg_agent_library_kick (NegAgentLibrary *library)
{
  if (library != NULL)
    ask (library);
}

/* --- what is told of it --- */

static void
await_look (NegAgentLibrary *library, guint ticket, GCancellable *cancellable)
{
  const gint64 end_us = g_get_monotonic_time () + ASK_MS * 1000;

  g_mutex_lock (&library->lock);
  while (library->n_done < ticket && !library->is_closing && !g_cancellable_is_cancelled (cancellable)
         && g_get_monotonic_time () < end_us)
    g_cond_wait_until (&library->changed, &library->lock, MIN (end_us, g_get_monotonic_time () + 200 * 1000));
  g_mutex_unlock (&library->lock);
}

static GVariant *
list_refused (const NegLibrary *site)
{
  GVariantBuilder builder;

  g_variant_builder_init (&builder, G_VARIANT_TYPE ("a(ss)"));
  for (guint i = 0; site != NULL && i < site->refused->len; i++) {
    const NegRefusal *refusal = site->refused->pdata[i];

    g_variant_builder_add (&builder, "(ss)", refusal->what, refusal->why);
  }
  return g_variant_builder_end (&builder);
}

GVariant *
neg_agent_library_describe (NegAgentLibrary *library, gboolean now, GCancellable *cancellable)
{
  g_autoptr (NegLibrary) site = NULL;
  GVariantDict status;

  if (now)
    await_look (library, ask (library), cancellable);
  site = neg_library_load_site (neg_agent_get_cache_folder (library->agent), NULL);
  g_variant_dict_init (&status, NULL);
  g_mutex_lock (&library->lock);
  g_variant_dict_insert (&status, "place", "s", library->told_place);
  g_variant_dict_insert (&status, "state", "s", library->state);
  g_variant_dict_insert (&status, "since-us", "x", library->since_us);
  g_variant_dict_insert (&status, "checked-us", "x", library->checked_us);
  g_mutex_unlock (&library->lock);
  g_variant_dict_insert (&status, "revision", "u", site != NULL ? site->revision : 0u);
  g_variant_dict_insert_value (&status, "refused", list_refused (site));
  return g_variant_dict_end (&status);
}
