#include "config.h"

#include "ui/neg-library-model.h"

#include "base/neg-paths.h"
#include "model/neg-roles.h"

#define MODEL_KEY "neg-library-model"
#define SYNC_LIMIT_MS 30000

struct _NegLibraryModel {
  GObject parent_instance;

  NegNetwork *network; /* weak: it owns the model */
  NegLibrary *library;
  GHashTable *features; /* names of those that are not on for who works here; nullable */
  GPtrArray *announcements; /* of the library: for who works here */
  char *problem;        /* of reading */
  char *state;          /* as the agent tells */
  gboolean is_reading, read_again;
  GCancellable *cancellable;
};

G_DEFINE_FINAL_TYPE (NegLibraryModel, neg_library_model, G_TYPE_OBJECT)

enum { CHANGED, N_SIGNALS };
static guint signals[N_SIGNALS];

/* --- reading --- */

typedef struct {
  char *home, *config, *cache;
  NegLibrary *library;
  GHashTable *off; /* features */
  GPtrArray *announcements;
  char *problem;
} Reading;

static void
reading_free (gpointer data)
{
  Reading *reading = data;

  g_free (reading->home);
  g_free (reading->config);
  g_free (reading->cache);
  g_free (reading->problem);
  g_clear_pointer (&reading->announcements, g_ptr_array_unref);
  g_clear_pointer (&reading->library, neg_library_unref);
  g_clear_pointer (&reading->off, g_hash_table_unref);
  g_free (reading);
}

/* Here, in a thread: whose group somebody is may have to be asked of a directory. */
static GHashTable *
list_features_off (NegLibrary *library)
{
  GHashTable *off = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (guint i = 0; i < library->features->len; i++) {
    const NegFeature *feature = library->features->pdata[i];
    const gint64 now_us = g_get_real_time ();

    if ((feature->from_us == 0 || feature->from_us > now_us)
        && !neg_roles_is_in_group (NULL, (const char *const *) feature->groups))
      g_hash_table_add (off, g_strdup (feature->name));
  }
  return off;
}

static gboolean
is_for (const NegAnnouncement *announcement, guint roles)
{
  gboolean is_mine = announcement->roles == NULL || announcement->roles[0] == NULL;

  for (guint i = 0; !is_mine && announcement->roles[i] != NULL; i++)
    is_mine = (neg_role_find (announcement->roles[i]) & roles) != 0;
  return is_mine
         && (announcement->groups == NULL || announcement->groups[0] == NULL
             || neg_roles_is_in_group (NULL, (const char *const *) announcement->groups));
}

/* What is wrong with the site file is said elsewhere: who has no role hears of what is for all. */
static GPtrArray *
list_announcements (const Reading *reading)
{
  GPtrArray *announcements = g_ptr_array_new ();
  g_autoptr (NegSite) site = neg_site_load (reading->home, reading->config, NULL, NULL);
  guint roles = 0;

  if (site != NULL && !neg_roles_of_user (site, NULL, &roles, NULL))
    roles = 0;
  for (guint i = 0; i < reading->library->announcements->len; i++)
    if (is_for (reading->library->announcements->pdata[i], roles))
      g_ptr_array_add (announcements, reading->library->announcements->pdata[i]);
  return announcements;
}

static NegLibrary *
new_empty (void)
{
  static const char nothing[] = "{\"format\":\"negatoscope-library\",\"version\":1,\"revision\":0}";

  return neg_library_parse (nothing, sizeof nothing - 1, NULL);
}

/* What is built in serves without the site's, and the other way round. */
static void
read_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Reading *reading = data;
  g_autoptr (GError) builtin_error = NULL, site_error = NULL;
  g_autoptr (NegLibrary) builtin = neg_library_load_builtin (&builtin_error);
  g_autoptr (NegLibrary) site = neg_library_load_site (reading->cache, &site_error);
  g_autoptr (NegLibrary) empty = new_empty ();

  if (builtin_error != NULL || site_error != NULL)
    reading->problem = g_strdup (builtin_error != NULL ? builtin_error->message : site_error->message);
  reading->library = neg_library_merge (builtin != NULL ? builtin : empty, site != NULL ? site : empty);
  reading->off = list_features_off (reading->library);
  reading->announcements = list_announcements (reading);
  g_task_return_boolean (task, TRUE);
}

static void start_reading (NegLibraryModel *self);

static void
read_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  NegLibraryModel *self = NEG_LIBRARY_MODEL (source);
  Reading *reading = g_task_get_task_data (G_TASK (result));

  self->is_reading = FALSE;
  if (g_cancellable_is_cancelled (self->cancellable))
    return;
  neg_library_unref (self->library);
  self->library = g_steal_pointer (&reading->library);
  g_clear_pointer (&self->features, g_hash_table_unref);
  self->features = g_steal_pointer (&reading->off);
  g_ptr_array_unref (self->announcements);
  self->announcements = g_steal_pointer (&reading->announcements);
  g_free (self->problem);
  self->problem = g_steal_pointer (&reading->problem);
  g_signal_emit (self, signals[CHANGED], 0);
  if (self->read_again)
    start_reading (self);
}

static void
start_reading (NegLibraryModel *self)
{
  Reading *reading;
  g_autoptr (GTask) task = NULL;

  self->read_again = self->is_reading;
  if (self->is_reading || self->network == NULL)
    return;
  self->is_reading = TRUE;
  reading = g_new0 (Reading, 1);
  reading->home = g_strdup (neg_network_get_home (self->network));
  reading->config = g_strdup (neg_network_get_config (self->network));
  reading->cache = neg_paths_dup_cache_folder (neg_network_get_home (self->network));
  task = g_task_new (self, self->cancellable, read_cb, NULL);
  g_task_set_task_data (task, reading, reading_free);
  g_task_run_in_thread (task, read_thread);
}

/* --- what the agent tells --- */

static void
synced_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (NegLibraryModel) self = data;
  g_autoptr (GVariant) answer = neg_network_call_finish (NEG_NETWORK (source), result, NULL);
  g_autoptr (GVariant) status = NULL;
  const char *state = "";

  if (answer == NULL || !g_variant_is_of_type (answer, G_VARIANT_TYPE ("(a{sv})")))
    return;
  status = g_variant_get_child_value (answer, 0);
  g_variant_lookup (status, "state", "&s", &state);
  if (g_strcmp0 (state, self->state) == 0)
    return;
  g_free (self->state);
  self->state = g_strdup (state);
  g_signal_emit (self, signals[CHANGED], 0);
}

static void
ask_state (NegLibraryModel *self, gboolean now)
{
  neg_network_call_async (self->network, "SyncLibrary", g_variant_new ("(b)", now), SYNC_LIMIT_MS, self->cancellable,
                          synced_cb, g_object_ref (self));
}

static void
library_changed_cb (NegLibraryModel *self)
{
  start_reading (self);
  ask_state (self, FALSE);
}

/* --- for windows --- */

NegLibraryModel *
neg_library_model_get (NegNetwork *network)
{
  NegLibraryModel *self = g_object_get_data (G_OBJECT (network), MODEL_KEY);

  if (self != NULL)
    return self;
  self = g_object_new (NEG_TYPE_LIBRARY_MODEL, NULL);
  g_set_weak_pointer (&self->network, network);
  g_object_set_data_full (G_OBJECT (network), MODEL_KEY, self, g_object_unref);
  g_signal_connect_object (network, "library-changed", G_CALLBACK (library_changed_cb), self, G_CONNECT_SWAPPED);
  start_reading (self);
  return self;
}

NegLibrary *
neg_library_model_get_library (NegLibraryModel *self)
{
  return self->library;
}

const char *
neg_library_model_get_problem (NegLibraryModel *self)
{
  if (self->state != NULL && *self->state != '\0')
    return self->state;
  return self->problem != NULL ? self->problem : "";
}

GPtrArray *
neg_library_model_get_announcements (NegLibraryModel *self)
{
  return self->announcements;
}

gboolean
neg_library_model_is_feature_on (NegLibraryModel *self, const char *name)
{
  return self->features == NULL || !g_hash_table_contains (self->features, name);
}

void
neg_library_model_refresh (NegLibraryModel *self)
{
  start_reading (self);
  ask_state (self, TRUE);
}

static void
neg_library_model_dispose (GObject *object)
{
  NegLibraryModel *self = NEG_LIBRARY_MODEL (object);

  g_cancellable_cancel (self->cancellable);
  g_clear_weak_pointer (&self->network);
  G_OBJECT_CLASS (neg_library_model_parent_class)->dispose (object);
}

static void
neg_library_model_finalize (GObject *object)
{
  NegLibraryModel *self = NEG_LIBRARY_MODEL (object);

  neg_library_unref (self->library);
  g_clear_pointer (&self->features, g_hash_table_unref);
  g_ptr_array_unref (self->announcements);
  g_free (self->problem);
  g_free (self->state);
  g_object_unref (self->cancellable);
  G_OBJECT_CLASS (neg_library_model_parent_class)->finalize (object);
}

static void
neg_library_model_class_init (NegLibraryModelClass *class)
{
  G_OBJECT_CLASS (class)->dispose = neg_library_model_dispose;
  G_OBJECT_CLASS (class)->finalize = neg_library_model_finalize;
  signals[CHANGED]
      = g_signal_new ("changed", NEG_TYPE_LIBRARY_MODEL, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
neg_library_model_init (NegLibraryModel *self)
{
  self->cancellable = g_cancellable_new ();
  self->library = new_empty ();
  self->announcements = g_ptr_array_new ();
}
