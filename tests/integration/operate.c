/* The operations of the agent without the agent: one operation at a peer of a site file, or the listener, on a home.
 *
 *   operate HOME listen                            until the standard input ends; says the ports
 *   operate HOME echo PEER
 *   operate HOME query PEER LEVEL LIMIT KEY=VALUE...
 *   operate HOME retrieve PEER STUDY [SERIES]       with a listener
 *   operate HOME send PEER PATH...
 *   operate HOME commit PEER WAIT PATH...           with a listener
 *   operate HOME diagnose PEER
 *
 * Lines of JSON; exit status 1 and the error's name and sentence when it failed. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <json-glib/json-glib.h>

#include "agent/neg-agent-opened.h"
#include "agent/neg-agent-pledges.h"
#include "agent/neg-agent-prefetch.h"
#include "agent/neg-agent-private.h"
#include "agent/neg-listener.h"
#include "agent/neg-operation.h"
#include "base/neg-error.h"
#include "base/neg-paths.h"

struct _NegAgent {
  char *data_folder, *cache_folder;
  NegSite *site;
  NegArchive *archive;
  NegNetEngines *engines;
  NegEnginePool *pool;
  NegExpected *expected;
  NegAgentOpened *opened;
  NegListener *listener;
};

const char *
neg_agent_get_data_folder (NegAgent *agent)
{
  return agent->data_folder;
}

const char *
neg_agent_get_cache_folder (NegAgent *agent)
{
  return agent->cache_folder;
}

NegArchive *
neg_agent_get_archive (NegAgent *agent)
{
  return agent->archive;
}

NegNetEngines *
neg_agent_get_engines (NegAgent *agent)
{
  return agent->engines;
}

NegEnginePool *
neg_agent_get_pool (NegAgent *agent)
{
  return agent->pool;
}

NegExpected *
neg_agent_get_expected (NegAgent *agent)
{
  return agent->expected;
}

NegAgentOpened *
_neg_agent_get_opened (NegAgent *agent)
{
  return agent->opened;
}

NegSite *
neg_agent_dup_site (NegAgent *agent)
{
  return neg_site_ref (agent->site);
}

NegDatabase *
neg_agent_open_reader (NegAgent *agent, GError **error)
{
  return neg_archive_open_reader (agent->data_folder, error);
}

void
neg_agent_announce (NegAgent *agent, const char *study_uid)
{
}

/* Nothing is fetched ahead here, so that nothing waits. */
NegAgentPrefetch *
_neg_agent_get_prefetch (NegAgent *agent)
{
  return NULL;
}

void
neg_agent_prefetch_pace (NegAgentPrefetch *prefetch, guint64 bytes, gboolean (*goes_on) (gpointer user_data),
                         gpointer user_data)
{
}

/* Nobody is promised anything here, as there are no jobs that would tell him. */
guint
neg_agent_pledges_take (NegAgent *agent, const char *source, gboolean is_peer, const char *transaction_uid,
                        const char *step_uid, GVariant *objects)
{
  return 0x0110; /* processing failure (PS3.7 10.1.4.1.10) */
}

GVariant *
neg_agent_pledges_judge (NegAgent *agent, const char *transaction_uid, GError **error)
{
  neg_fail (error, NEG_ERROR_NOT_FOUND, NULL, "nothing is to be reported");
  return NULL;
}

gboolean
neg_agent_pledges_note_told (NegAgent *agent, const char *transaction_uid, guint status, GError **error)
{
  return TRUE;
}

gboolean
neg_agent_pledges_resume (NegAgent *agent, GError **error)
{
  return TRUE;
}

/* --- output --- */

static void
print_text (JsonBuilder *builder)
{
  g_autoptr (JsonNode) root = json_builder_get_root (builder);
  g_autofree char *text = json_to_string (root, FALSE);

  printf ("%s\n", text);
  fflush (stdout);
}

static void
print_row (GHashTable *row)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  GHashTableIter iter;
  gpointer path, value;

  json_builder_begin_object (builder);
  g_hash_table_iter_init (&iter, row);
  while (g_hash_table_iter_next (&iter, &path, &value)) {
    json_builder_set_member_name (builder, path);
    json_builder_add_string_value (builder, value);
  }
  json_builder_end_object (builder);
  print_text (builder);
}

static void
print_object (const NegJobObject *object)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();

  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "sop-uid");
  json_builder_add_string_value (builder, object->sop_uid);
  json_builder_set_member_name (builder, "failed");
  json_builder_add_boolean_value (builder, object->failed);
  json_builder_set_member_name (builder, "status");
  json_builder_add_int_value (builder, object->status);
  json_builder_set_member_name (builder, "message");
  json_builder_add_string_value (builder, object->message);
  json_builder_end_object (builder);
  print_text (builder);
}

static void
print_transfer (const NegTransfer *transfer)
{
  for (guint i = 0; i < transfer->objects->len; i++)
    print_object (g_ptr_array_index (transfer->objects, i));
  printf ("{\"objects\":%u,\"done\":%u,\"failed\":%u,\"bytes\":%" G_GUINT64_FORMAT "}\n", transfer->progress.objects,
          transfer->progress.done, transfer->progress.failed, transfer->progress.bytes);
}

/* --- what is sent: files as our archive writes them, so the meta header is read here by its fixed form --- */

static const char *
find_element (const guint8 *bytes, gsize length, guint16 element, guint16 *found)
{
  for (gsize at = 132; at + 12 <= length;) {
    const gboolean is_long = memcmp (bytes + at + 4, "OB", 2) == 0;
    const guint16 number = bytes[at + 2] | bytes[at + 3] << 8;
    const guint32 size = is_long ? bytes[at + 8] | bytes[at + 9] << 8 : bytes[at + 6] | bytes[at + 7] << 8;

    if (bytes[at] != 2 || bytes[at + 1] != 0)
      break;
    if (number == element) {
      *found = size;
      return (const char *) bytes + at + 8;
    }
    at += size + (is_long ? 12 : 8);
  }
  *found = 0;
  return "";
}

static char *
dup_uid (const guint8 *bytes, gsize length, guint16 element)
{
  guint16 size;
  const char *text = find_element (bytes, length, element, &size);

  return g_strndup (text, size);
}

static NegOutgoingObject *
read_outgoing (const char *path)
{
  NegOutgoingObject *object = g_new0 (NegOutgoingObject, 1);
  g_autofree char *text = NULL;
  const guint8 *bytes;
  guint16 size;
  gsize length;

  object->path = g_strdup (path);
  if (!g_file_get_contents (path, &text, &length, NULL) || length < 144)
    exit (2);
  bytes = (const guint8 *) text;
  object->sop_class_uid = dup_uid (bytes, length, 2);
  object->sop_instance_uid = dup_uid (bytes, length, 3);
  object->transfer_syntax_uid = dup_uid (bytes, length, 0x10);
  find_element (bytes, length, 0, &size);
  object->dataset_offset = 144 + (bytes[140] | bytes[141] << 8 | (guint32) bytes[142] << 16);
  return object;
}

static GPtrArray *
read_all (char **paths)
{
  GPtrArray *objects = g_ptr_array_new_with_free_func ((GDestroyNotify) neg_outgoing_object_free);

  for (; *paths != NULL; paths++)
    g_ptr_array_add (objects, read_outgoing (*paths));
  return objects;
}

/* --- the verbs, each with what follows its name --- */

static gboolean
do_echo (NegAgent *agent, const NegPeer *peer, char **words, GError **error)
{
  double ms;

  if (!neg_operation_echo (agent, peer, NULL, &ms, error))
    return FALSE;
  printf ("{\"ms\":%.3f}\n", ms);
  return TRUE;
}

static gboolean
do_query (NegAgent *agent, const NegPeer *peer, char **words, GError **error)
{
  g_autoptr (GHashTable) keys = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g_autoptr (GPtrArray) rows = NULL;
  g_autofree char *cut_reason = NULL;

  for (char **word = words + 2; *word != NULL; word++) {
    g_auto (GStrv) pair = g_strsplit (*word, "=", 2);

    g_hash_table_insert (keys, g_strdup (pair[0]), g_strdup (pair[1] != NULL ? pair[1] : ""));
  }
  rows = neg_operation_query (agent, peer, words[0], keys, g_ascii_strtoull (words[1], NULL, 10), NULL, &cut_reason,
                              error);
  if (rows == NULL)
    return FALSE;
  for (guint i = 0; i < rows->len; i++)
    print_row (g_ptr_array_index (rows, i));
  printf ("{\"rows\":%u,\"cut\":\"%s\"}\n", rows->len, cut_reason != NULL ? cut_reason : "");
  return TRUE;
}

static gboolean
do_retrieve (NegAgent *agent, const NegPeer *peer, char **words, GError **error)
{
  g_auto (NegTransfer) transfer = { 0 };
  gboolean is_complete;

  neg_transfer_init (&transfer);
  is_complete = neg_operation_retrieve (agent, peer, words[0], words[1], NULL, NULL, NULL, &transfer, error);
  print_transfer (&transfer);
  return is_complete;
}

static gboolean
do_send (NegAgent *agent, const NegPeer *peer, char **words, GError **error)
{
  g_autoptr (GPtrArray) objects = read_all (words);
  g_auto (NegTransfer) transfer = { 0 };
  gboolean is_sent;

  neg_transfer_init (&transfer);
  is_sent = neg_operation_send (agent, peer, objects, NULL, NULL, NULL, &transfer, error);
  print_transfer (&transfer);
  return is_sent;
}

static gboolean
do_commit (NegAgent *agent, const NegPeer *peer, char **words, GError **error)
{
  g_autoptr (GPtrArray) objects = read_all (words + 1);
  NegCommitment commitment;
  const gboolean is_asked = neg_operation_commit (agent, peer, objects, NULL, g_ascii_strtoull (words[0], NULL, 10), NULL,
                                                  &commitment, error);

  for (guint i = 0; i < commitment.failed->len; i++)
    print_object (g_ptr_array_index (commitment.failed, i));
  printf ("{\"committed\":%u,\"pending\":%u}\n", commitment.n_committed, commitment.n_pending);
  neg_commitment_clear (&commitment);
  return is_asked;
}

static gboolean
do_diagnose (NegAgent *agent, const NegPeer *peer, char **words, GError **error)
{
  g_autoptr (GPtrArray) steps = neg_operation_diagnose (agent, peer, NULL, NULL, NULL);

  for (guint i = 0; i < steps->len; i++) {
    const NegDiagnosisStep *step = g_ptr_array_index (steps, i);
    g_autoptr (GHashTable) row = g_hash_table_new (g_str_hash, g_str_equal);

    g_hash_table_insert (row, (char *) "step", step->step);
    g_hash_table_insert (row, (char *) "ok", (char *) (step->ok ? "yes" : "no"));
    g_hash_table_insert (row, (char *) "message", step->message);
    g_hash_table_insert (row, (char *) "advice", step->advice);
    print_row (row);
  }
  return TRUE;
}

/* --- the agent --- */

static gboolean
set_up (NegAgent *agent, const char *home, GError **error)
{
  agent->data_folder = neg_paths_dup_data_folder (home);
  agent->cache_folder = neg_paths_dup_cache_folder (home);
  agent->site = neg_site_load (home, NULL, NULL, error);
  if (agent->site == NULL)
    return FALSE;
  agent->archive = neg_archive_open (agent->data_folder, agent->cache_folder,
                                     neg_site_get_default_issuer (agent->site), error);
  if (agent->archive == NULL)
    return FALSE;
  agent->engines = neg_net_engines_new (NULL, 1, error);
  agent->pool = neg_engine_pool_new (NULL, NULL);
  agent->expected = neg_expected_new ();
  agent->opened = _neg_agent_opened_new ();
  return agent->engines != NULL;
}

static void
tear_down (NegAgent *agent)
{
  neg_listener_free (agent->listener);
  neg_engine_pool_free (agent->pool);
  neg_net_engines_free (agent->engines);
  neg_archive_free (agent->archive);
  neg_expected_free (agent->expected);
  _neg_agent_opened_free (agent->opened);
  g_clear_pointer (&agent->site, neg_site_unref);
  g_free (agent->data_folder);
  g_free (agent->cache_folder);
}

static gboolean
run_verb (NegAgent *agent, char **words, GError **error)
{
  static const struct {
    const char *name;
    gboolean (*func) (NegAgent *agent, const NegPeer *peer, char **words, GError **error);
  } verbs[] = {
    { "echo", do_echo }, { "query", do_query },   { "retrieve", do_retrieve },
    { "send", do_send }, { "commit", do_commit }, { "diagnose", do_diagnose },
  };
  const NegPeer *peer = neg_site_find_peer (agent->site, words[1], error);

  for (guint i = 0; i < G_N_ELEMENTS (verbs) && peer != NULL; i++)
    if (g_str_equal (words[0], verbs[i].name))
      return verbs[i].func (agent, peer, words + 2, error);
  return FALSE;
}

typedef struct {
  NegAgent *agent;
  char **words;
  GMainLoop *loop;
  GError *error;
  gboolean ok;
} Job;

static gboolean
end_cb (gpointer loop)
{
  g_main_loop_quit (loop);
  return G_SOURCE_REMOVE;
}

static gpointer
work (gpointer data)
{
  Job *job = data;

  if (g_str_equal (job->words[0], "listen")) {
    while (getchar () != EOF)
      ;
    job->ok = TRUE;
  } else {
    job->ok = run_verb (job->agent, job->words, &job->error);
  }
  /* From within: a loop that has not begun yet cannot be ended. */
  g_idle_add (end_cb, job->loop);
  return NULL;
}

static gboolean
run (NegAgent *agent, char **words, GError **error)
{
  Job job = { .agent = agent, .words = words };
  GThread *thread;

  agent->listener = neg_listener_new (agent, error);
  if (agent->listener == NULL)
    return FALSE;
  printf ("{\"port\":%u,\"tls-port\":%u}\n", neg_listener_get_port (agent->listener),
          neg_listener_get_tls_port (agent->listener));
  fflush (stdout);
  job.loop = g_main_loop_new (NULL, FALSE);
  thread = g_thread_new ("work", work, &job);
  g_main_loop_run (job.loop);
  g_thread_join (thread);
  g_main_loop_unref (job.loop);
  if (!job.ok && job.error != NULL)
    g_propagate_error (error, job.error);
  return job.ok;
}

int
main (int argc, char **argv)
{
  NegAgent agent = { 0 };
  g_autoptr (GError) error = NULL;
  gboolean ok = argc >= 3 && set_up (&agent, argv[1], &error) && run (&agent, argv + 2, &error);

  tear_down (&agent);
  if (ok)
    return 0;
  fprintf (stderr, "%s: %s [%s]\n", error != NULL ? neg_error_get_name (error) : "usage",
           error != NULL ? error->message : "operate HOME VERB ...",
           error != NULL && neg_error_get_where (error) != NULL ? neg_error_get_where (error) : "");
  return 1;
}
