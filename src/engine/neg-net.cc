#include "config.h"

#include <new>
#include <string.h>
#include <unistd.h>

#include "engine/neg-net-private.hh"

extern "C" {
#include "base/neg-error.h"
#include "engine/neg-net-part10.h"
#include "engine/neg-net.h"
}

#include "engine/neg-net-peer.hh"
#include "engine/neg-net-tls.hh"
#include "engine/neg-net-web.hh"

namespace neg {

static WebHandles *web;

constexpr guint timeout_default_s = 30;
constexpr guint timeout_max_s = 3600;
constexpr gsize title_bytes_max = 16; // PS3.8 9.3.2, PS3.5 6.2: AE

struct Role {
  const char *name;
  bool (*propose) (NetChannel &channel, T_ASC_Parameters *parameters, GError **error);
  bool (*run) (NetChannel &channel, T_ASC_Association *association, GError **error);
};

static const Role requestors[] = {
  { "echo", net_propose_query, net_run_query },
  { "query", net_propose_query, net_run_query },
  { "worklist", net_propose_query, net_run_query },
  { "move", net_propose_query, net_run_query },
  { "store", net_propose_store, net_run_store },
  { "get", net_propose_get, net_run_get },
  { "commit", net_propose_commit, net_run_commit },
  { "mpps", net_propose_step, net_run_step },
  { "report", net_propose_report, net_run_report },
};

// --- What the agent is told ---

static GVariant *
list_contexts (T_ASC_Parameters *parameters)
{
  GVariantBuilder contexts;

  g_variant_builder_init (&contexts, G_VARIANT_TYPE ("a(ssy)"));
  for (int i = 0; i < ASC_countPresentationContexts (parameters); i++) {
    T_ASC_PresentationContext context;

    if (ASC_getPresentationContext (parameters, i, &context).bad ())
      continue;
    g_autofree char *sop_class = g_utf8_make_valid (context.abstractSyntax, -1);
    g_autofree char *syntax = g_utf8_make_valid (context.acceptedTransferSyntax, -1);
    bool is_accepted = context.resultReason == ASC_P_ACCEPTANCE;
    g_variant_builder_add (&contexts, "(ssy)", sop_class, is_accepted ? syntax : "", context.resultReason & 0xff);
  }
  return g_variant_builder_end (&contexts);
}

static void
add_string (GVariantBuilder *options, const char *name, const char *value)
{
  g_autofree char *valid = g_utf8_make_valid (value, -1);

  g_variant_builder_add (options, "{sv}", name, g_variant_new_string (valid));
}

static void
tell_opened (NetChannel &channel, T_ASC_Parameters *parameters, bool is_acceptor)
{
  GVariantBuilder options;

  g_variant_builder_init (&options, G_VARIANT_TYPE_VARDICT);
  add_string (&options, "implementation", parameters->theirImplementationVersionName);
  g_variant_builder_add (&options, "{sv}", "contexts", list_contexts (parameters));
  if (is_acceptor) {
    g_autofree char *subject = net_dup_peer_subject ();

    add_string (&options, "calling-ae", parameters->DULparams.callingAPTitle);
    add_string (&options, "called-ae", parameters->DULparams.calledAPTitle);
    if (subject != nullptr)
      add_string (&options, "peer-subject", subject);
  }
  net_send (channel, NEG_NET_OPENED, g_variant_builder_end (&options));
}

static void
tell_end (NetChannel &channel, const GError *error)
{
  g_autofree char *words = error != nullptr ? g_utf8_make_valid (error->message, -1) : g_strdup ("");
  const char *where = error != nullptr ? neg_error_get_where (error) : nullptr;
  g_autofree char *place = where != nullptr ? g_utf8_make_valid (where, -1) : g_strdup ("");
  guint32 code = 0;

  if (error != nullptr)
    code = error->domain == NEG_ERROR ? static_cast<guint32> (error->code) + 1 : NEG_ERROR_PROTOCOL + 1;
  net_send (channel, NEG_NET_END, g_variant_new ("(uss)", code, words, place));
}

// --- The association ---

static bool
set_titles (NetChannel &channel, T_ASC_Parameters *parameters, GError **error)
{
  const char *calling = net_option_string (channel, NEG_NET_CALLING_AE);
  const char *called = net_option_string (channel, NEG_NET_CALLED_AE);

  if (calling == nullptr || called == nullptr || *calling == '\0' || *called == '\0'
      || strlen (calling) > title_bytes_max || strlen (called) > title_bytes_max)
    return neg_fail (error, NEG_ERROR_USAGE, "association", "an AE title has 1 to 16 characters");
  ASC_setAPTitles (parameters, calling, called, nullptr);
  g_strlcpy (parameters->ourImplementationClassUID, NEG_IMPLEMENTATION_CLASS_UID,
             sizeof parameters->ourImplementationClassUID);
  g_strlcpy (parameters->ourImplementationVersionName, NEG_IMPLEMENTATION_VERSION,
             sizeof parameters->ourImplementationVersionName);
  return true;
}

static void
end_association (T_ASC_Association *association, bool is_well)
{
  if (is_well) {
    ASC_releaseAssociation (association);
    return;
  }
  NetPeer::begin_abort ();
  ASC_abortAssociation (association);
}

// Nothing was accepted: said in the name of what was asked for first.
static bool
check_accepted (T_ASC_Parameters *parameters, GError **error)
{
  T_ASC_PresentationContext context;

  if (ASC_countAcceptedPresentationContexts (parameters) > 0)
    return true;
  if (ASC_getPresentationContext (parameters, 0, &context).bad ())
    context.abstractSyntax[0] = '\0';
  return neg_fail (error, NEG_ERROR_UNSUPPORTED, context.abstractSyntax,
                   "the peer accepted the association and none of what was proposed");
}

static bool
request (NetChannel &channel, int socket, const Role &role, GError **error)
{
  T_ASC_Parameters *parameters = nullptr;
  T_ASC_Network *network = nullptr;
  T_ASC_Association *association = nullptr;
  bool done;

  if (ASC_createAssociationParameters (&parameters, net_pdu_bytes_max).bad ())
    return neg_fail (error, NEG_ERROR_MEMORY, nullptr, "no memory for an association");
  if (!set_titles (channel, parameters, error) || !role.propose (channel, parameters, error)
      || !net_request (channel, socket, parameters, &network, &association, error))
    return false;
  if (!check_accepted (association->params, error)) {
    end_association (association, true);
    return false;
  }
  tell_opened (channel, association->params, false);
  done = role.run (channel, association, error);
  end_association (association, done);
  return done;
}

static const Role *
find_requestor (const char *name)
{
  for (const auto &role : requestors)
    if (strcmp (role.name, name) == 0)
      return &role;
  return nullptr;
}

// --- The other way round ---

// PS3.8 9.3.4: of the service user, that is, of us.
static bool
reject (T_ASC_Association *association, guint result, guint reason, GError **error)
{
  T_ASC_RejectParameters rejection
      = { result == 2 ? ASC_RESULT_REJECTEDTRANSIENT : ASC_RESULT_REJECTEDPERMANENT, ASC_SOURCE_SERVICEUSER,
          static_cast<T_ASC_RejectParametersReason> (ASC_SOURCE_SERVICEUSER << 8 | (reason & 0xff)) };

  ASC_rejectAssociation (association, &rejection);
  return neg_fail (error, NEG_ERROR_REFUSED, "association", "the caller was refused");
}

static bool
await_verdict (NetChannel &channel, guint *result, guint *reason, GError **error)
{
  g_autoptr (GVariant) body = nullptr;
  guint16 type = 0;

  while (!channel.is_cancelled && !channel.is_finished && body == nullptr)
    net_receive (channel, true, &type, &body, nullptr);
  if (body == nullptr)
    return neg_fail (error, NEG_ERROR_CANCELLED, "association", "cancelled");
  if (type != NEG_NET_VERDICT)
    return neg_fail (error, NEG_ERROR_PROTOCOL, nullptr, "a message of type %u at the wrong time", type);
  g_variant_get (body, "(uu)", result, reason);
  return true;
}

static bool
serve_caller (NetChannel &channel, T_ASC_Association *association, GError **error)
{
  guint result = 0;
  guint reason = 0;
  OFCondition condition;

  if (!net_accept_scp (channel, association->params, error))
    return false;
  tell_opened (channel, association->params, true);
  if (!await_verdict (channel, &result, &reason, error))
    return false;
  if (result != 0)
    return reject (association, result, reason, error);
  g_strlcpy (association->params->ourImplementationClassUID, NEG_IMPLEMENTATION_CLASS_UID,
             sizeof association->params->ourImplementationClassUID);
  g_strlcpy (association->params->ourImplementationVersionName, NEG_IMPLEMENTATION_VERSION,
             sizeof association->params->ourImplementationVersionName);
  condition = ASC_acknowledgeAssociation (association);
  if (condition.bad ())
    return net_fail (error, condition, "association");
  return net_run_scp (channel, association, error);
}

static bool
accept (NetChannel &channel, int socket, GError **error)
{
  T_ASC_Network *network = nullptr;
  T_ASC_Association *association = nullptr;
  bool done;

  if (!net_await (channel, socket, &network, &association, error))
    return false;
  done = serve_caller (channel, association, error);
  if (!done || channel.is_finished)
    end_association (association, false);
  return done;
}

static bool
run (NetChannel &channel, int socket, GError **error)
{
  const char *name = net_option_string (channel, NEG_NET_ROLE);
  const Role *role = name != nullptr ? find_requestor (name) : nullptr;

  if (g_strcmp0 (name, "scp") == 0)
    return accept (channel, socket, error);
  if (g_str_has_prefix (name != nullptr ? name : "", "web-"))
    return web_run (channel, socket, web, error);
  if (role == nullptr)
    return neg_fail (error, NEG_ERROR_USAGE, nullptr, "an engine with a role that is none");
  return request (channel, socket, *role, error);
}

static bool
run_guarded (NetChannel &channel, int socket, GError **error) noexcept
{
  try {
    return run (channel, socket, error);
  } catch (const std::bad_alloc &) {
    g_clear_error (error);
    return neg_fail (error, NEG_ERROR_MEMORY, nullptr, "no memory for what the peer sends");
  } catch (...) {
    g_clear_error (error);
    return neg_fail (error, NEG_ERROR_PROTOCOL, nullptr, "what the peer sends cannot be read");
  }
}

static bool
begin (NetChannel &channel, int *socket, GError **error)
{
  g_autoptr (GArray) fds = g_array_new (FALSE, FALSE, sizeof (int));
  guint16 type = 0;

  channel.options = neg_net_message_receive (channel.socket, &type, fds, error);
  if (channel.options == nullptr)
    return false;
  if (type != NEG_NET_BEGIN)
    return neg_fail (error, NEG_ERROR_PROTOCOL, nullptr, "a network engine was told something else first");
  *socket = g_array_index (fds, int, 0);
  channel.timeout_s = timeout_default_s;
  g_variant_lookup (channel.options, NEG_NET_TIMEOUT_S, "u", &channel.timeout_s);
  channel.timeout_s = CLAMP (channel.timeout_s, 1, timeout_max_s);
  return true;
}

} // namespace neg

gboolean
neg_net_preload (GError **error)
{
  neg::web = neg::web_preload ();
  if (neg::web == nullptr)
    return neg_fail (error, NEG_ERROR_MEMORY, nullptr, "the web client cannot be set up");
  return neg::net_tls_preload (error);
}

/* A spare engine whose agent leaves is not in the wrong. */
gboolean
neg_net_serve (int socket, GError **error)
{
  neg::NetChannel channel = {};
  g_autoptr (GError) failure = nullptr;
  int peer = -1;

  channel.socket = socket;
  channel.peer = -1;
  if (!neg::begin (channel, &peer, &failure)) {
    if (g_error_matches (failure, NEG_ERROR, NEG_ERROR_ABORTED))
      return TRUE;
    g_propagate_error (error, g_steal_pointer (&failure));
    return FALSE;
  }
  neg::run_guarded (channel, peer, &failure);
  neg::tell_end (channel, failure);
  return TRUE;
}
