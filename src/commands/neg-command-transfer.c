#include "config.h"

#include <glib/gi18n.h>
#include <string.h>

#include "base/neg-error.h"
#include "commands/neg-commands-agent.h"

typedef enum { TRANSFER_IMPORT, TRANSFER_RETRIEVE, TRANSFER_SEND, TRANSFER_COMMIT } Kind;

typedef struct {
  Kind kind;
  const char *peer;         /* "" of an import */
  char *study, *series;     /* "" where not given */
  gint64 entry;             /* 0 where not given */
  const char *const *paths; /* absolute */
} Transfer;

static gboolean
add_cb (NegBusAgent *proxy, gint64 *id, gpointer user_data, GError **error)
{
  const Transfer *transfer = user_data;

  switch (transfer->kind) {
  case TRANSFER_IMPORT:
    return neg_bus_agent_call_import_sync (proxy, transfer->paths, id, NULL, error);
  case TRANSFER_RETRIEVE:
    return neg_bus_agent_call_retrieve_sync (proxy, transfer->peer, transfer->study, transfer->series, 0, TRUE, id,
                                             NULL, error);
  case TRANSFER_SEND:
    return neg_bus_agent_call_send_sync (proxy, transfer->peer, transfer->paths, transfer->study, TRUE,
                                         transfer->entry, id, NULL, error);
  case TRANSFER_COMMIT:
    return neg_bus_agent_call_commit_sync (proxy, transfer->peer, transfer->paths, transfer->study, TRUE,
                                           transfer->entry, id, NULL, error);
  }
  return neg_fail (error, NEG_ERROR_USAGE, NULL, "no such transfer");
}

static GVariant *
run (const Transfer *transfer, const NegCommandPlace *place, double *seconds, GError **error)
{
  g_auto (NegCommandAgent) agent = { 0 };

  if (!neg_command_agent_open (&agent, place, error))
    return NULL;
  return neg_command_agent_run_job (&agent, add_cb, (gpointer) transfer, seconds, error);
}

static guint
get_count (GVariant *job, const char *name)
{
  guint count = 0;

  g_variant_lookup (job, name, "u", &count);
  return count;
}

/* Failure Reason (PS3.3 10.22, C.14), for people. */
static const char *
describe_reason (guint reason)
{
  switch (reason) {
  case 0x0110:
    return "processing failure";
  case 0x0112:
    return "no such object instance";
  case 0x0119:
    return "class and instance do not match";
  case 0x0122:
    return "SOP class not supported";
  case 0x0131:
    return "duplicate transaction UID";
  case 0x0213:
    return "resource limitation";
  default:
    return "refused";
  }
}

static void
add_failure (JsonBuilder *builder, Kind kind, const char *uid, guint status, const char *message)
{
  json_builder_begin_object (builder);
  neg_json_add_string (builder, kind == TRANSFER_IMPORT ? "path" : "sop_uid", uid);
  neg_json_add_int (builder, "status", status);
  if (kind == TRANSFER_COMMIT)
    neg_json_add_string (builder, "reason", *message != '\0' ? message : describe_reason (status));
  else
    neg_json_add_string (builder, "message", message);
  json_builder_end_object (builder);
}

/* Up to a thousand of them by name; how many there are is in "failed" of the job. */
static void
add_failures (JsonBuilder *builder, GVariant *job, Kind kind, gboolean json)
{
  g_autoptr (GVariant) failures = g_variant_lookup_value (job, "failures", G_VARIANT_TYPE ("a(sus)"));
  const char *uid, *message;
  GVariantIter iter;
  guint status;

  json_builder_set_member_name (builder, "failed");
  json_builder_begin_array (builder);
  if (failures != NULL) {
    g_variant_iter_init (&iter, failures);
    while (g_variant_iter_next (&iter, "(&su&s)", &uid, &status, &message)) {
      add_failure (builder, kind, uid, status, message);
      if (!json)
        g_print ("%s: %s (0x%04X)\n", uid, *message != '\0' ? message : describe_reason (status), status);
    }
  }
  json_builder_end_array (builder);
}

static void
add_commitment (JsonBuilder *builder, GVariant *job, gboolean json)
{
  g_autoptr (GVariant) result = g_variant_lookup_value (job, "result", G_VARIANT_TYPE_VARDICT);
  const char *transaction_uid = "";
  guint committed = 0, pending = 0;

  if (result != NULL) {
    g_variant_lookup (result, "transaction-uid", "&s", &transaction_uid);
    g_variant_lookup (result, "committed", "u", &committed);
    g_variant_lookup (result, "pending", "u", &pending);
  }
  neg_json_add_string (builder, "transaction_uid", transaction_uid);
  neg_json_add_int (builder, "committed", committed);
  neg_json_add_int (builder, "pending", pending);
  if (!json)
    g_print (_ ("%u committed, %u failed, %u pending\n"), committed, get_count (job, "failed"), pending);
}

static void
add_counts (JsonBuilder *builder, const Transfer *transfer, GVariant *job, double seconds, gboolean json)
{
  guint64 bytes = 0;

  g_variant_lookup (job, "bytes", "t", &bytes);
  if (transfer->kind != TRANSFER_IMPORT)
    neg_json_add_string (builder, "peer", transfer->peer);
  neg_json_add_int (builder, "objects", get_count (job, "objects"));
  neg_json_add_int (builder, "done", get_count (job, "done"));
  neg_json_add_int (builder, "bytes", bytes);
  neg_json_add_double (builder, "seconds", seconds);
  if (!json)
    g_print (_ ("%u of %u objects, %.1f MiB, %.2f s\n"), get_count (job, "done"), get_count (job, "objects"),
             (double) bytes / (1 << 20), seconds);
}

static void
print_job (const Transfer *transfer, GVariant *job, const GError *error, double seconds, gboolean json)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();

  json_builder_begin_object (builder);
  if (transfer->kind == TRANSFER_COMMIT)
    add_commitment (builder, job, json);
  else
    add_counts (builder, transfer, job, seconds, json);
  add_failures (builder, job, transfer->kind, json);
  if (error != NULL)
    neg_json_add_error (builder, error);
  json_builder_end_object (builder);
  if (json)
    neg_json_print (builder);
}

static void
print_error (const GError *error, gboolean json)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();

  if (!json)
    return;
  json_builder_begin_object (builder);
  neg_json_add_error (builder, error);
  json_builder_end_object (builder);
  neg_json_print (builder);
}

static int
run_and_print (const Transfer *transfer, const NegCommandPlace *place, gboolean json)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) job = NULL;
  const char *subject = transfer->kind == TRANSFER_IMPORT ? "import" : transfer->peer;
  double seconds = 0;
  guint n_failed;

  job = run (transfer, place, &seconds, &error);
  if (job == NULL) {
    print_error (error, json);
    return neg_command_fail (subject, error);
  }
  error = neg_command_job_get_error (job);
  n_failed = get_count (job, "failed");
  print_job (transfer, job, error, seconds, json);
  if (error == NULL && n_failed == 0)
    return NEG_EXIT_DONE;
  if (error == NULL)
    neg_fail (&error, NEG_ERROR_REFUSED, NULL,
              g_dngettext (GETTEXT_PACKAGE, "%u object has failed", "%u objects have failed", n_failed), n_failed);
  return neg_command_fail (subject, error);
}

/* The agent has another working folder. */
static char **
make_absolute (char **paths)
{
  g_autoptr (GPtrArray) absolute = g_ptr_array_new ();

  for (; *paths != NULL; paths++)
    g_ptr_array_add (absolute, g_canonicalize_filename (*paths, NULL));
  g_ptr_array_add (absolute, NULL);
  return (char **) g_ptr_array_free (g_steal_pointer (&absolute), FALSE);
}

int
neg_command_import (int argc, char **argv)
{
  g_auto (NegCommandPlace) place = { 0 };
  g_auto (GStrv) words = NULL;
  g_auto (GStrv) paths = NULL;
  gboolean json = FALSE;
  Transfer transfer = { .kind = TRANSFER_IMPORT };

  if (!neg_command_parse_place (&argc, &argv, NULL, _ ("PATH..."),
                                _ ("Copies the objects of files, folders, DICOMDIRs and ZIPs into the archive. What "
                                   "cannot be taken is named, with the reason."),
                                1, &words, &json, &place))
    return NEG_EXIT_USAGE;
  paths = make_absolute (words);
  transfer.paths = (const char *const *) paths;
  return run_and_print (&transfer, &place, json);
}

static int
check_uid (const char *uid, const char *option)
{
  if (uid == NULL || (*uid != '\0' && strspn (uid, "0123456789.") == strlen (uid) && strlen (uid) <= 64))
    return NEG_EXIT_DONE;
  return neg_command_usage (_ ("%s needs a UID"), option);
}

int
neg_command_retrieve (int argc, char **argv)
{
  g_auto (NegCommandPlace) place = { 0 };
  g_auto (GStrv) words = NULL;
  g_autofree char *study = NULL;
  g_autofree char *series = NULL;
  gboolean json = FALSE;
  const GOptionEntry entries[] = {
    { "study", 0, 0, G_OPTION_ARG_STRING, &study, N_ ("the study to fetch"), N_ ("UID") },
    { "series", 0, 0, G_OPTION_ARG_STRING, &series, N_ ("only this series of it"), N_ ("UID") },
    { NULL },
  };
  Transfer transfer = { .kind = TRANSFER_RETRIEVE };

  if (!neg_command_parse_place (&argc, &argv, entries, _ ("PEER --study UID"),
                                _ ("Fetches a study, or one series, from PEER into the archive."), 0, &words, &json,
                                &place))
    return NEG_EXIT_USAGE;
  if (g_strv_length (words) != 1 || study == NULL)
    return neg_command_usage (_ ("one PEER and --study are needed; see --help"));
  if (check_uid (study, "--study") != NEG_EXIT_DONE || check_uid (series, "--series") != NEG_EXIT_DONE)
    return NEG_EXIT_USAGE;
  transfer.peer = words[0];
  transfer.study = study;
  transfer.series = series != NULL ? series : (char *) "";
  return run_and_print (&transfer, &place, json);
}

/* PEER PATH... or PEER --study UID */
static int
run_outgoing (int argc, char **argv, Kind kind, const char *help)
{
  g_auto (NegCommandPlace) place = { 0 };
  g_auto (GStrv) words = NULL;
  g_auto (GStrv) paths = NULL;
  g_autofree char *study = NULL;
  gboolean json = FALSE;
  Transfer transfer = { .kind = kind };
  const GOptionEntry entries[] = {
    { "study", 0, 0, G_OPTION_ARG_STRING, &study, N_ ("a study of the archive"), N_ ("UID") },
    { "entry", 0, 0, G_OPTION_ARG_INT64, &transfer.entry,
      N_ ("whose study it is, as worklist names it, where several patients have its UID"), N_ ("N") },
    { NULL },
  };

  if (!neg_command_parse_place (&argc, &argv, entries, _ ("PEER PATH...|--study UID"), help, 0, &words, &json, &place))
    return NEG_EXIT_USAGE;
  if (words[0] == NULL || (words[1] == NULL) == (study == NULL) || (transfer.entry != 0 && study == NULL))
    return neg_command_usage (_ ("one PEER is needed, and either paths or --study; see --help"));
  if (check_uid (study, "--study") != NEG_EXIT_DONE)
    return NEG_EXIT_USAGE;
  paths = make_absolute (words + 1);
  transfer.peer = words[0];
  transfer.paths = (const char *const *) paths;
  transfer.study = study != NULL ? study : (char *) "";
  return run_and_print (&transfer, &place, json);
}

int
neg_command_send (int argc, char **argv)
{
  return run_outgoing (argc, argv, TRANSFER_SEND, _ ("Sends files, folders or a study of the archive to PEER."));
}

int
neg_command_commit (int argc, char **argv)
{
  return run_outgoing (argc, argv, TRANSFER_COMMIT,
                       _ ("Asks PEER to take over the responsibility for these objects (storage commitment), and says "
                          "which of them it keeps."));
}
