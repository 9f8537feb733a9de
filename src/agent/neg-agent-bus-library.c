#include "config.h"

#include "agent/neg-agent-private.h"

#include "agent/neg-agent-library.h"
#include "agent/neg-agent-outbox.h"
#include "base/neg-error.h"

/* The descriptors that the handles of @list name, in their order; borrowed from the message. FALSE: some did not come. */
static gboolean
find_fds (GVariant *list, const int *sent, int n_sent, GArray *fds, GError **error)
{
  const gsize n = g_variant_n_children (list);

  if (n > NEG_OUTBOX_FILES_MAX)
    return neg_fail (error, NEG_ERROR_SIZE_OVERFLOW, "files", "more than %d files", NEG_OUTBOX_FILES_MAX);
  for (gsize i = 0; i < n; i++) {
    gint32 handle;

    g_variant_get_child (list, i, "h", &handle);
    if (handle < 0 || handle >= n_sent)
      return neg_fail (error, NEG_ERROR_USAGE, "files", "a file did not come along");
    g_array_append_val (fds, sent[handle]);
  }
  return TRUE;
}

static GVariant *
post (NegAgent *agent, GVariant *parameters, GCancellable *cancellable, GError **error)
{
  g_autoptr (GVariant) list = NULL;
  g_autoptr (GArray) fds = g_array_new (FALSE, FALSE, sizeof (int));
  const char *name, *json;
  NegPostKind kind;
  const int *sent;
  int n_sent;
  gint64 id;

  g_variant_get (parameters, "(&s&s@ah)", &name, &json, &list);
  sent = _neg_agent_bus_get_fds (&n_sent);
  if (!neg_post_kind_parse (name, &kind)) {
    neg_fail (error, NEG_ERROR_USAGE, "kind", "“%s” is no kind of message to the site", name);
    return NULL;
  }
  if (!find_fds (list, sent, n_sent, fds, error)
      || !neg_agent_outbox_post (_neg_agent_get_outbox (agent), kind, json, (const int *) (gpointer) fds->data, fds->len, &id, error))
    return NULL;
  return g_variant_new ("(x)", id);
}

static GVariant *
list_posts (NegAgent *agent, GVariant *parameters, GCancellable *cancellable, GError **error)
{
  const char *name;
  NegPostKind kind;
  GVariant *posts;

  g_variant_get (parameters, "(&s)", &name);
  if (*name != '\0' && !neg_post_kind_parse (name, &kind)) {
    neg_fail (error, NEG_ERROR_USAGE, "kind", "“%s” is no kind of message to the site", name);
    return NULL;
  }
  posts = neg_agent_outbox_describe (_neg_agent_get_outbox (agent), *name != '\0' ? (int) kind : -1, error);
  return posts != NULL ? g_variant_new ("(@aa{sv})", posts) : NULL;
}

static GVariant *
control_post (NegAgent *agent, GVariant *parameters, GCancellable *cancellable, GError **error)
{
  const char *action;
  gint64 id;

  g_variant_get (parameters, "(x&s)", &id, &action);
  return neg_agent_outbox_control (_neg_agent_get_outbox (agent), id, action, error) ? g_variant_new ("()") : NULL;
}

static GVariant *
sync_library (NegAgent *agent, GVariant *parameters, GCancellable *cancellable, GError **error)
{
  gboolean now;

  g_variant_get (parameters, "(b)", &now);
  if (now)
    neg_agent_outbox_kick (_neg_agent_get_outbox (agent));
  return g_variant_new ("(@a{sv})", neg_agent_library_describe (_neg_agent_get_library (agent), now, cancellable));
}

const NegAgentMethod _neg_agent_library_methods[] = {
  { "Post", post, FALSE },
  { "ListPosts", list_posts, FALSE },
  { "ControlPost", control_post, FALSE },
  { "SyncLibrary", sync_library, FALSE },
  { NULL, NULL, FALSE },
};
