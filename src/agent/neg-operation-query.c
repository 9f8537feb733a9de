#include "config.h"

#include <string.h>

#include "agent/neg-operation-private.h"
#include "base/neg-error.h"

#define LEVEL_KEY "QueryRetrieveLevel"
#define CANCELLED 0xfe00

/* Of all rows of one question: a peer decides how large they are. */
#define ROWS_BYTES_MAX ((gsize) 64 << 20)
#define ROWS_MAX 200000
/* Between two answers, whatever else the engine says meanwhile: it may be the peer's. */
#define ANSWER_US (300 * G_USEC_PER_SEC)

/* --- rows --- */

/* A data set as a(ss); NULL values do not travel. */
static GHashTable *
read_row (GVariant *attributes)
{
  GHashTable *row = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  GVariantIter iter;
  char *path, *value;

  g_variant_iter_init (&iter, attributes);
  while (g_variant_iter_next (&iter, "(ss)", &path, &value))
    g_hash_table_replace (row, path, value);
  return row;
}

static void
add_rows (GPtrArray *rows, GVariant *body, guint limit)
{
  g_autoptr (GVariant) list = g_variant_get_child_value (body, 1);
  GVariantIter iter;
  GVariant *attributes;

  g_variant_iter_init (&iter, list);
  while ((attributes = g_variant_iter_next_value (&iter)) != NULL) {
    if (rows->len < limit)
      g_ptr_array_add (rows, read_row (attributes));
    g_variant_unref (attributes);
  }
}

/* The end of the answer. Cancelled by the limit is no failure, but the answer is not complete; the peer's own comment may
 * be the same word. A web archive's is the engine's: why it is not all. */
static gboolean
take_status (const NegPeer *peer, GVariant *body, guint n_rows, char **cut_reason, GError **error)
{
  g_autofree const char **comments = NULL;
  g_autofree char *words = NULL;
  guint32 id, status;

  g_variant_get (body, "(uu^a&s)", &id, &status, &comments);
  if (g_strcmp0 (comments[0], "limit") == 0 && (status == 0 || status == CANCELLED)) {
    *cut_reason = g_strdup_printf ("the first %u of more", n_rows);
    return TRUE;
  }
  if (status == 0 && peer->kind == NEG_PEER_WEB && comments[0] != NULL && *comments[0] != '\0')
    *cut_reason = g_strdup (comments[0]);
  if (status == 0)
    return TRUE;
  words = _neg_status_describe (status, comments[0]);
  return neg_fail (error, _neg_status_get_code (status), peer->name, "%s", words);
}

static GVariant *
make_keys (const char *level, GHashTable *keys)
{
  g_autoptr (GHashTable) with_level = g_hash_table_new (g_str_hash, g_str_equal);
  g_autofree char *upper = g_ascii_strup (level, -1);
  GHashTableIter iter;
  gpointer path, value;

  g_hash_table_iter_init (&iter, keys);
  while (g_hash_table_iter_next (&iter, &path, &value))
    g_hash_table_insert (with_level, path, value);
  if (!g_str_equal (level, "worklist"))
    g_hash_table_insert (with_level, (char *) LEVEL_KEY, upper);
  return _neg_keys_to_variant (with_level);
}

gboolean
_neg_query_run (NegAssociation *association, const char *level, GHashTable *keys, guint limit, GPtrArray *rows,
                char **cut_reason, GError **error)
{
  g_auto (NegNetMessage) message = { 0 };
  const guint n_before = rows->len;
  gint64 answered_us = g_get_monotonic_time ();
  gsize bytes = 0;

  *cut_reason = NULL;
  if (!_neg_association_send (association, NEG_NET_KEYS,
                              g_variant_new ("(uub@a(ss))", 0, limit, FALSE, make_keys (level, keys)), error))
    return FALSE;
  for (;;) {
    if (!_neg_association_receive (association, &message, error))
      return FALSE;
    if (message.type == NEG_NET_ROWS)
      answered_us = g_get_monotonic_time ();
    else if (g_get_monotonic_time () - answered_us > ANSWER_US)
      return neg_fail (error, NEG_ERROR_TIMEOUT, association->peer->name, "no answer for %d s",
                       (int) (ANSWER_US / G_USEC_PER_SEC));
    bytes += g_variant_get_size (message.body);
    if (bytes > ROWS_BYTES_MAX || rows->len - n_before > ROWS_MAX)
      return neg_fail (error, NEG_ERROR_SIZE_OVERFLOW, association->peer->name,
                       "the answer is larger than %u MiB: ask for less", (guint) (ROWS_BYTES_MAX >> 20));
    if (message.type == NEG_NET_ROWS)
      add_rows (rows, message.body, limit != 0 && limit <= G_MAXUINT - n_before ? n_before + limit : G_MAXUINT);
    else if (message.type == NEG_NET_DONE)
      return take_status (association->peer, message.body, rows->len - n_before, cut_reason, error);
  }
}

/* --- the operation --- */

static const char *const levels[] = { "patient", "study", "series", "image", "worklist", NULL };

static GVariantDict *
make_options (const char *level)
{
  GVariantDict *options = g_variant_dict_new (NULL);

  if (g_str_equal (level, "patient"))
    g_variant_dict_insert (options, NEG_NET_MODEL, "s", "patient");
  return options;
}

static gboolean
query (NegAgent *agent, const NegPeer *peer, const char *level, GHashTable *keys, guint limit,
       GCancellable *cancellable, GPtrArray *rows, char **cut_reason, GError **error)
{
  g_auto (NegAssociation) association = { 0 };

  if (!_neg_association_open (&association, agent, peer, g_str_equal (level, "worklist") ? "worklist" : "query",
                              make_options (level), cancellable, error)
      || !_neg_query_run (&association, level, keys, limit, rows, cut_reason, error))
    return FALSE;
  /* All answers are here: how the peer takes its leave changes nothing. */
  _neg_association_finish (&association, NULL);
  return TRUE;
}

static int
compare_paths (gconstpointer a, gconstpointer b)
{
  return strcmp (a, b);
}

/* What was asked, as RFC 3881 has it: base64 (it holds names of patients, and the audit's text otherwise does not). */
static char *
encode_question (const char *level, GHashTable *keys)
{
  g_autoptr (GString) text = g_string_new (level);
  g_autoptr (GList) paths = g_list_sort (g_hash_table_get_keys (keys), compare_paths);

  for (GList *l = paths; l != NULL; l = l->next)
    g_string_append_printf (text, "\n%s=%s", (const char *) l->data, (const char *) g_hash_table_lookup (keys, l->data));
  return g_base64_encode ((const guint8 *) text->str, text->len);
}

GPtrArray *
neg_operation_query (NegAgent *agent, const NegPeer *peer, const char *level, GHashTable *keys, guint limit,
                     GCancellable *cancellable, char **cut_reason, GError **error)
{
  g_autoptr (GPtrArray) rows = g_ptr_array_new_with_free_func ((GDestroyNotify) g_hash_table_unref);
  g_autofree char *question = encode_question (level, keys);
  g_autofree char *reason = NULL;
  gboolean is_answered;

  if (!g_strv_contains (levels, level)) {
    neg_fail (error, NEG_ERROR_USAGE, level, "no level of a query");
    return NULL;
  }
  is_answered = query (agent, peer, level, keys, limit, cancellable, rows, &reason, error);
  if (!_neg_operation_audit (agent, peer, NEG_AUDIT_QUERY, !is_answered, NULL, question, is_answered ? error : NULL)
      || !is_answered)
    return NULL;
  if (cut_reason != NULL)
    *cut_reason = g_steal_pointer (&reason);
  return g_steal_pointer (&rows);
}
