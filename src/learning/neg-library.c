#include "config.h"

#include "learning/neg-library-private.h"

#include <string.h>

#include "base/neg-error.h"
#include "base/neg-paths.h"

#define FORMAT "negatoscope-library"
#define VERSION 1
#define ANNOUNCEMENTS_MAX 500
#define CONTACTS_MAX 200
#define FEATURES_MAX 200
#define REFUSED_MAX 2000
#define CACHE_FOLDER "library"

/* --- a manifest --- */

static gboolean
read_head (JsonObject *root, NegLibrary *library, GError **error)
{
  const char *format;
  gint64 version, revision;

  if (!neg_json_read_text (root, "format", TRUE, 64, &format, error))
    return FALSE;
  if (strcmp (format, FORMAT) != 0)
    return neg_fail (error, NEG_ERROR_UNSUPPORTED, "format", "it is not the manifest of a library (“format”)");
  if (!neg_json_read_number (root, "version", TRUE, 1, G_MAXINT32, &version, error))
    return FALSE;
  if (version != VERSION)
    return neg_fail (error, NEG_ERROR_UNSUPPORTED, "version", "it is of version %d, and this program reads version %d",
                     (int) version, VERSION);
  if (!neg_json_read_number (root, "revision", TRUE, 0, G_MAXINT32, &revision, error))
    return FALSE;
  library->revision = (guint) revision;
  return neg_json_read_time (root, "published", FALSE, &library->published_us, error);
}

static void
refuse (NegLibrary *library, const char *kind, const char *id, guint number, const char *why)
{
  const gboolean is_named = neg_library_is_id (id);
  g_autofree char *what = is_named ? g_strdup_printf ("%s %s", kind, id) : g_strdup_printf ("%s %u", kind, number + 1);

  if (library->refused->len < REFUSED_MAX)
    g_ptr_array_add (library->refused, neg_refusal_new (what, why, is_named ? id : ""));
}

/* What the entry is called, to tell of it: "" where it says nothing. */
static const char *
peek_id (JsonNode *node)
{
  const char *id = "";

  if (JSON_NODE_HOLDS_OBJECT (node) && !neg_json_read_text (json_node_get_object (node), "id", FALSE, 200, &id, NULL))
    id = "";
  return id;
}

typedef gpointer (*ReadFunc) (JsonObject *object, GError **error);
typedef const char *(*IdFunc) (gconstpointer entry);

static const char *
get_topic_id (gconstpointer entry)
{
  return ((const NegTopic *) entry)->id;
}

static const char *
get_announcement_id (gconstpointer entry)
{
  return ((const NegAnnouncement *) entry)->id;
}

static gboolean
has_id (GPtrArray *entries, IdFunc get_id, const char *id)
{
  for (guint i = 0; i < entries->len; i++)
    if (strcmp (get_id (entries->pdata[i]), id) == 0)
      return TRUE;
  return FALSE;
}

/* A list that is none is refused as one. */
static void
read_entries (JsonObject *root, const char *name, const char *kind, guint n_max, ReadFunc read, IdFunc get_id,
              NegLibrary *library, GPtrArray *entries)
{
  g_autoptr (GError) whole = NULL;
  JsonArray *array;

  if (!neg_json_read_array (root, name, n_max, &array, &whole)) {
    refuse (library, name, "", 0, whole->message);
    return;
  }
  for (guint i = 0; array != NULL && i < json_array_get_length (array); i++) {
    g_autoptr (GError) failure = NULL;
    JsonNode *node = json_array_get_element (array, i);
    gpointer entry = NULL;

    if (!JSON_NODE_HOLDS_OBJECT (node))
      neg_fail (&failure, NEG_ERROR_INCONSISTENT, NULL, "it is not an object");
    else if (get_id != NULL && has_id (entries, get_id, peek_id (node)))
      neg_fail (&failure, NEG_ERROR_CONFLICT, NULL, "its id is there twice");
    else
      entry = read (json_node_get_object (node), &failure);
    if (entry != NULL)
      g_ptr_array_add (entries, entry);
    else
      refuse (library, kind, peek_id (node), i, failure->message);
  }
}

static void
read_features (JsonObject *root, NegLibrary *library)
{
  g_autoptr (GError) whole = NULL;
  g_autoptr (GList) names = NULL;
  JsonObject *features;

  if (!neg_json_read_object (root, "features", &features, &whole)) {
    refuse (library, "features", "", 0, whole->message);
    return;
  }
  names = features != NULL ? json_object_get_members (features) : NULL;
  for (GList *l = names; l != NULL && library->features->len < FEATURES_MAX; l = l->next) {
    g_autoptr (GError) failure = NULL;
    JsonNode *node = json_object_get_member (features, l->data);
    NegFeature *feature = NULL;

    if (JSON_NODE_HOLDS_OBJECT (node))
      feature = _neg_feature_read (l->data, json_node_get_object (node), &failure);
    else
      neg_fail (&failure, NEG_ERROR_INCONSISTENT, NULL, "it is not an object");
    if (feature != NULL)
      g_ptr_array_add (library->features, feature);
    else
      refuse (library, "feature", l->data, 0, failure->message);
  }
}

NegLibrary *
neg_library_parse (const char *json, gsize length, GError **error)
{
  g_autoptr (JsonObject) root = neg_json_parse (json, length, NEG_LIBRARY_BYTES_MAX, error);
  g_autoptr (NegLibrary) library = NULL;

  if (root == NULL)
    return NULL;
  library = _neg_library_new ();
  if (!read_head (root, library, error))
    return NULL;
  read_entries (root, "topics", "topic", NEG_LIBRARY_TOPICS_MAX, (ReadFunc) _neg_topic_read, get_topic_id, library,
                library->topics);
  read_entries (root, "announcements", "announcement", ANNOUNCEMENTS_MAX, (ReadFunc) _neg_announcement_read, get_announcement_id,
                library, library->announcements);
  read_entries (root, "contacts", "contact", CONTACTS_MAX, (ReadFunc) _neg_contact_read, NULL, library, library->contacts);
  read_features (root, library);
  return g_steal_pointer (&library);
}

/* --- and again --- */

static void
add_raw (JsonObject *root, const char *name, GPtrArray *entries, gboolean are_topics)
{
  JsonArray *array = json_array_new ();

  for (guint i = 0; i < entries->len; i++) {
    const char *json = are_topics ? ((const NegTopic *) entries->pdata[i])->json : ((const NegAnnouncement *) entries->pdata[i])->json;
    JsonNode *node = json_from_string (json, NULL);

    if (node != NULL)
      json_array_add_element (array, node);
  }
  json_object_set_array_member (root, name, array);
}

static void
add_contacts (JsonObject *root, GPtrArray *contacts)
{
  JsonArray *array = json_array_new ();

  for (guint i = 0; i < contacts->len; i++) {
    const NegContact *contact = contacts->pdata[i];
    JsonObject *object = json_object_new ();

    json_object_set_string_member (object, "role", contact->role);
    json_object_set_string_member (object, "name", contact->name);
    json_object_set_string_member (object, "phone", contact->phone);
    json_object_set_string_member (object, "hours", contact->hours);
    json_array_add_object_element (array, object);
  }
  json_object_set_array_member (root, "contacts", array);
}

static void
add_features (JsonObject *root, GPtrArray *features)
{
  JsonObject *all = json_object_new ();

  for (guint i = 0; i < features->len; i++) {
    const NegFeature *feature = features->pdata[i];
    g_autofree char *from = feature->from_us != 0 ? neg_json_dup_time (feature->from_us) : NULL;
    JsonObject *object = json_object_new ();
    JsonArray *groups = json_array_new ();

    for (guint j = 0; feature->groups[j] != NULL; j++)
      json_array_add_string_element (groups, feature->groups[j]);
    json_object_set_array_member (object, "groups", groups);
    if (from != NULL)
      json_object_set_string_member (object, "from", from);
    json_object_set_object_member (all, feature->name, object);
  }
  json_object_set_object_member (root, "features", all);
}

char *
neg_library_to_json (const NegLibrary *library)
{
  g_autoptr (JsonObject) root = json_object_new ();
  g_autofree char *published = library->published_us != 0 ? neg_json_dup_time (library->published_us) : NULL;

  json_object_set_string_member (root, "format", FORMAT);
  json_object_set_int_member (root, "version", VERSION);
  json_object_set_int_member (root, "revision", library->revision);
  if (published != NULL)
    json_object_set_string_member (root, "published", published);
  add_raw (root, "topics", library->topics, TRUE);
  add_raw (root, "announcements", library->announcements, FALSE);
  add_contacts (root, library->contacts);
  add_features (root, library->features);
  return neg_json_write (root);
}

/* --- where they lie --- */

/* NULL without an error: there is none. */
static NegLibrary *
load_manifest (const char *path, GError **error)
{
  g_autofree char *json = NULL;
  g_autoptr (GError) failure = NULL;
  gsize length;

  if (g_file_get_contents (path, &json, &length, &failure))
    return neg_library_parse (json, length, error);
  if (!g_error_matches (failure, G_FILE_ERROR, G_FILE_ERROR_NOENT))
    neg_fail (error, NEG_ERROR_UNREADABLE, path, "%s cannot be read", path);
  return NULL;
}

static void
find_files (NegLibrary *library, const char *folder, gboolean is_builtin)
{
  for (guint i = 0; i < library->topics->len; i++) {
    NegTopic *topic = library->topics->pdata[i];
    g_autoptr (GPtrArray) files = neg_topic_list_files (topic);

    topic->is_builtin = is_builtin;
    for (guint j = 0; j < files->len; j++) {
      NegLibraryFile *file = files->pdata[j];
      char *path = is_builtin ? g_build_filename (folder, file->name, NULL) : neg_library_dup_file_path (folder, file);

      if (g_file_test (path, G_FILE_TEST_IS_REGULAR))
        file->path = path;
      else
        g_free (path);
    }
  }
}

NegLibrary *
neg_library_load_folder (const char *folder, GError **error)
{
  g_autofree char *path = g_build_filename (folder, NEG_LIBRARY_MANIFEST, NULL);
  g_autoptr (GError) failure = NULL;
  NegLibrary *library = load_manifest (path, &failure);

  if (failure != NULL) {
    g_propagate_error (error, g_steal_pointer (&failure));
    return NULL;
  }
  if (library == NULL)
    return _neg_library_new ();
  find_files (library, folder, TRUE);
  return library;
}

/* Programs in a build folder have what belongs to them in its data/learning. */
char *
neg_library_dup_builtin_folder (void)
{
  const char *override = g_getenv ("NEGATOSCOPE_LEARNING");
  g_autofree char *self = g_file_read_link ("/proc/self/exe", NULL);
  g_autofree char *folder = self != NULL ? g_path_get_dirname (self) : g_strdup (".");

  if (override != NULL && *override != '\0')
    return g_strdup (override);
  for (guint up = 0; up < 4; up++) {
    g_autofree char *beside = g_build_filename (folder, "data", "learning", NULL);
    g_autofree char *manifest = g_build_filename (beside, NEG_LIBRARY_MANIFEST, NULL);
    char *above = g_path_get_dirname (folder);

    if (g_file_test (manifest, G_FILE_TEST_IS_REGULAR)) {
      g_free (above);
      return g_steal_pointer (&beside);
    }
    g_free (folder);
    folder = above;
  }
  return g_build_filename (NEG_DATA_DIR, "learning", NULL);
}

NegLibrary *
neg_library_load_builtin (GError **error)
{
  g_autofree char *folder = neg_library_dup_builtin_folder ();

  return neg_library_load_folder (folder, error);
}

char *
neg_library_dup_file_path (const char *cache_folder, const NegLibraryFile *file)
{
  g_autofree char *name = g_strconcat (file->sha256, strrchr (file->name, '.'), NULL);

  return g_build_filename (cache_folder, CACHE_FOLDER, name, NULL);
}

/* [{"what","why","id"}]; a file that the agent wrote, and still read with care. */
static void
load_refused (NegLibrary *library, const char *path)
{
  g_autofree char *json = NULL;
  g_autoptr (JsonObject) root = NULL;
  JsonArray *array;
  gsize length;

  if (!g_file_get_contents (path, &json, &length, NULL))
    return;
  root = neg_json_parse (json, length, NEG_LIBRARY_BYTES_MAX, NULL);
  if (root == NULL || !neg_json_read_array (root, "refused", REFUSED_MAX, &array, NULL) || array == NULL)
    return;
  g_ptr_array_set_size (library->refused, 0);
  for (guint i = 0; i < json_array_get_length (array); i++) {
    JsonNode *node = json_array_get_element (array, i);
    JsonObject *object = JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
    const char *what, *why, *id;

    if (object != NULL && neg_json_read_text (object, "what", TRUE, 500, &what, NULL)
        && neg_json_read_text (object, "why", TRUE, 2000, &why, NULL) && neg_json_read_text (object, "id", FALSE, 200, &id, NULL))
      g_ptr_array_add (library->refused, neg_refusal_new (what, why, id));
  }
}

NegLibrary *
neg_library_load_site (const char *cache_folder, GError **error)
{
  g_autofree char *current = g_build_filename (cache_folder, CACHE_FOLDER, NEG_LIBRARY_CURRENT, NULL);
  g_autofree char *refused = g_build_filename (cache_folder, CACHE_FOLDER, NEG_LIBRARY_REFUSED, NULL);
  g_autoptr (GError) failure = NULL;
  NegLibrary *library = load_manifest (current, &failure);

  if (failure != NULL) {
    g_propagate_error (error, g_steal_pointer (&failure));
    return NULL;
  }
  if (library == NULL)
    library = _neg_library_new ();
  find_files (library, cache_folder, FALSE);
  load_refused (library, refused);
  return library;
}

/* --- what a person sees --- */

static void
add_all_but_topics (NegLibrary *library, const NegLibrary *source)
{
  for (guint i = 0; i < source->announcements->len; i++) {
    JsonNode *node = json_from_string (((const NegAnnouncement *) source->announcements->pdata[i])->json, NULL);
    NegAnnouncement *copy = node != NULL ? _neg_announcement_read (json_node_get_object (node), NULL) : NULL;

    g_clear_pointer (&node, json_node_unref);
    if (copy != NULL)
      g_ptr_array_add (library->announcements, copy);
  }
  for (guint i = 0; i < source->contacts->len; i++) {
    const NegContact *contact = source->contacts->pdata[i];
    NegContact copy = { g_strdup (contact->role), g_strdup (contact->name), g_strdup (contact->phone), g_strdup (contact->hours) };

    g_ptr_array_add (library->contacts, g_memdup2 (&copy, sizeof copy));
  }
  for (guint i = 0; i < source->features->len; i++) {
    const NegFeature *feature = source->features->pdata[i];
    NegFeature copy = { g_strdup (feature->name), g_strdupv (feature->groups), feature->from_us };

    g_ptr_array_add (library->features, g_memdup2 (&copy, sizeof copy));
  }
  for (guint i = 0; i < source->refused->len; i++) {
    const NegRefusal *refusal = source->refused->pdata[i];

    g_ptr_array_add (library->refused, neg_refusal_new (refusal->what, refusal->why, refusal->id));
  }
}

static void
add_topic (NegLibrary *library, const NegTopic *topic)
{
  if (topic != NULL && !topic->is_withdrawn)
    g_ptr_array_add (library->topics, _neg_topic_copy (topic));
}

NegLibrary *
neg_library_merge (NegLibrary *builtin, NegLibrary *site)
{
  NegLibrary *library = _neg_library_new ();

  library->revision = site->revision;
  library->published_us = site->published_us;
  for (guint i = 0; i < builtin->topics->len; i++) {
    const NegTopic *topic = builtin->topics->pdata[i];
    const NegTopic *own = neg_library_find_topic (site, topic->id);

    add_topic (library, own != NULL ? own : topic);
  }
  for (guint i = 0; i < site->topics->len; i++) {
    const NegTopic *topic = site->topics->pdata[i];

    if (neg_library_find_topic (builtin, topic->id) == NULL)
      add_topic (library, topic);
  }
  add_all_but_topics (library, builtin);
  add_all_but_topics (library, site);
  return library;
}
