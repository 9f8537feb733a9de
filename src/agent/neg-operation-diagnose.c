#include "config.h"

#include <string.h>
#include <unistd.h>

#include "agent/neg-operation-private.h"
#include "base/neg-error.h"

typedef struct {
  NegAgent *agent;
  const NegPeer *peer;
  NegDiagnosisFunc func; /* nullable */
  gpointer user_data;
  GCancellable *cancellable;
  char *own_ae; /* as the peer is told it */
  guint16 own_port;
  gint64 start_us; /* of the step */
  GPtrArray *steps;
} Diagnosis;

void
neg_diagnosis_step_free (NegDiagnosisStep *step)
{
  if (step == NULL)
    return;
  g_free (step->step);
  g_free (step->message);
  g_free (step->advice);
  g_free (step);
}

/* @message and @advice are taken. */
static void
add_step (Diagnosis *diagnosis, const char *name, gboolean ok, char *message, char *advice)
{
  NegDiagnosisStep *step = g_new0 (NegDiagnosisStep, 1);
  const gint64 now_us = g_get_monotonic_time ();

  step->step = g_strdup (name);
  step->ok = ok;
  step->ms = (now_us - diagnosis->start_us) / 1e3;
  step->message = message;
  step->advice = advice != NULL ? advice : g_strdup ("");
  g_ptr_array_add (diagnosis->steps, step);
  if (diagnosis->func != NULL && !g_cancellable_is_cancelled (diagnosis->cancellable))
    diagnosis->func (diagnosis->peer, step, diagnosis->user_data);
  diagnosis->start_us = now_us;
}

/* --- what to try next --- */

static char *
advise_port (Diagnosis *diagnosis, const GError *failure)
{
  const NegPeer *peer = diagnosis->peer;

  if (g_error_matches (failure, NEG_ERROR, NEG_ERROR_TIMEOUT))
    return g_strdup_printf ("Ask whether %s is switched on, and whether a firewall on the way lets port %u pass.",
                            peer->host, peer->port);
  return g_strdup_printf ("Compare the port %u with the peer's settings, and ask whether its DICOM service is running.",
                          peer->port);
}

static char *
advise_rejection (Diagnosis *diagnosis, const char *words)
{
  if (strstr (words, "called AE") != NULL)
    return g_strdup_printf ("The peer does not know itself by the name %s: compare with its AE title setting, also upper "
                            "and lower case.", diagnosis->peer->called_ae);
  if (strstr (words, "calling AE") != NULL)
    return g_strdup_printf ("The peer does not know us: register %s at the peer, with this computer's address and "
                            "port %u.", diagnosis->own_ae, diagnosis->own_port);
  if (strstr (words, "congestion") != NULL || strstr (words, "limit") != NULL)
    return g_strdup ("The peer has too many associations at the moment: try again later, or raise its limit.");
  return g_strdup_printf ("Register %s at the peer, with this computer's address and port %u; its log says why it "
                          "refuses.", diagnosis->own_ae, diagnosis->own_port);
}

static char *
advise_association (Diagnosis *diagnosis, const GError *failure)
{
  if (g_error_matches (failure, NEG_ERROR, NEG_ERROR_REFUSED))
    return advise_rejection (diagnosis, failure->message);
  if (g_error_matches (failure, NEG_ERROR, NEG_ERROR_TIMEOUT))
    return g_strdup ("Somebody listens but says nothing: is it a DICOM port, and does it expect TLS?");
  if (g_error_matches (failure, NEG_ERROR, NEG_ERROR_ABORTED))
    return g_strdup_printf ("The peer hangs up: it may expect TLS (dicoms://), or not know %s from this address.",
                            diagnosis->own_ae);
  return g_strdup ("Compare with the peer's log at this time.");
}

static char *
advise_tls (const GError *failure)
{
  if (strstr (failure->message, "during the TLS handshake") != NULL)
    return g_strdup ("The peer may not speak TLS at this port, or does not accept our certificate: compare tls-certificate "
                     "with the authorities that it trusts.");
  return g_strdup ("Compare tls-ca with the authority that signed the peer's certificate, and the host name in the "
                   "address with the names in that certificate.");
}

static char *
advise_query (Diagnosis *diagnosis, gboolean is_worklist)
{
  return g_strdup_printf ("The peer lets us in but does not answer: allow %s to %s there, or take \"%s\" out of use=.",
                          diagnosis->own_ae, is_worklist ? "read the worklist" : "query",
                          is_worklist ? "worklist" : "query");
}

/* --- the steps; each FALSE when nothing below can work --- */

static GList *
resolve (Diagnosis *diagnosis)
{
  const NegPeer *peer = diagnosis->peer;
  g_autoptr (GError) failure = NULL;
  g_autofree char *address = NULL;
  GList *addresses = _neg_peer_resolve (peer, NEG_CONNECT_MS, diagnosis->cancellable, &failure);

  if (addresses != NULL) {
    address = g_inet_address_to_string (addresses->data);
    add_step (diagnosis, "name", TRUE, g_strdup_printf ("%s is %s.", peer->host, address), NULL);
  } else {
    add_step (diagnosis, "name", FALSE, g_strdup (failure->message),
              g_strdup_printf ("Compare the name \"%s\" with the peer's, or write its address in digits; else ask who "
                               "runs the name server.", peer->host));
  }
  return addresses;
}

static int
connect_port (Diagnosis *diagnosis)
{
  g_autoptr (GError) failure = NULL;
  GList *addresses = resolve (diagnosis);
  int fd;

  if (addresses == NULL)
    return -1;
  fd = _neg_peer_connect_addresses (diagnosis->peer, addresses, NEG_CONNECT_MS, diagnosis->cancellable, &failure);
  g_resolver_free_addresses (addresses);
  if (fd >= 0)
    add_step (diagnosis, "port", TRUE, g_strdup_printf ("Port %u answers.", diagnosis->peer->port), NULL);
  else
    add_step (diagnosis, "port", FALSE, g_strdup (failure->message), advise_port (diagnosis, failure));
  return fd;
}

static gboolean
open_association (Diagnosis *diagnosis, NegAssociation *association, int fd)
{
  const gboolean is_tls = diagnosis->peer->kind == NEG_PEER_DICOM_TLS;
  g_autoptr (GError) failure = NULL;
  const gboolean is_open = _neg_association_open_on (association, fd, diagnosis->agent, diagnosis->peer, "echo", NULL,
                                                     diagnosis->cancellable, &failure);

  if (!is_open && g_error_matches (failure, NEG_ERROR, NEG_ERROR_TLS)) {
    add_step (diagnosis, "tls", FALSE, g_strdup (failure->message), advise_tls (failure));
    return FALSE;
  }
  if (is_tls)
    add_step (diagnosis, "tls", TRUE, g_strdup_printf ("The certificate is of %s.", diagnosis->peer->host), NULL);
  if (is_open)
    add_step (diagnosis, "association", TRUE,
              g_strdup_printf ("%s accepts %s.", diagnosis->peer->called_ae, diagnosis->own_ae), NULL);
  else
    add_step (diagnosis, "association", FALSE, g_strdup (failure->message), advise_association (diagnosis, failure));
  return is_open;
}

static gboolean
echo (Diagnosis *diagnosis, NegAssociation *association)
{
  g_autoptr (GError) failure = NULL;

  if (_neg_echo_await (association, &failure)) {
    add_step (diagnosis, "echo", TRUE, g_strdup ("The peer answers."), NULL);
    _neg_association_finish (association, NULL);
    diagnosis->start_us = g_get_monotonic_time ();
    return TRUE;
  }
  add_step (diagnosis, "echo", FALSE, g_strdup (failure->message), g_strdup ("Compare with the peer's log at this time."));
  return FALSE;
}

/* A question that costs the peer little and tells nobody anything: a study and a patient that there is not. */
static gboolean
query (Diagnosis *diagnosis, gboolean is_worklist)
{
  g_autoptr (GHashTable) keys = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GPtrArray) rows = NULL;
  g_autoptr (GError) failure = NULL;
  g_autofree char *cut_reason = NULL;

  if (is_worklist)
    g_hash_table_insert (keys, (char *) "PatientID", (char *) "NEGATOSCOPE-DIAGNOSIS");
  g_hash_table_insert (keys, (char *) "StudyInstanceUID", (char *) (is_worklist ? "" : "2.25.0"));
  rows = neg_operation_query (diagnosis->agent, diagnosis->peer, is_worklist ? "worklist" : "study", keys, 1,
                              diagnosis->cancellable, &cut_reason, &failure);
  if (rows != NULL)
    add_step (diagnosis, is_worklist ? "worklist" : "query", TRUE,
              g_strdup (is_worklist ? "The worklist answers." : "A query is answered."), NULL);
  else
    add_step (diagnosis, is_worklist ? "worklist" : "query", FALSE, g_strdup (failure->message),
              advise_query (diagnosis, is_worklist));
  return rows != NULL;
}

static gboolean
diagnose_dicom (Diagnosis *diagnosis, int fd)
{
  g_auto (NegAssociation) association = { 0 };

  return open_association (diagnosis, &association, fd) && echo (diagnosis, &association);
}

static gboolean
diagnose_web (Diagnosis *diagnosis, int fd)
{
  g_auto (NegAssociation) association = { 0 };
  g_autoptr (GError) failure = NULL;

  if (_neg_association_open_on (&association, fd, diagnosis->agent, diagnosis->peer, "echo", NULL,
                                diagnosis->cancellable, &failure)
      && _neg_echo_await (&association, &failure)) {
    _neg_association_finish (&association, NULL);
    if (g_str_has_prefix (diagnosis->peer->address, "https:"))
      add_step (diagnosis, "tls", TRUE, g_strdup_printf ("The certificate is of %s.", diagnosis->peer->host), NULL);
    add_step (diagnosis, "web", TRUE, g_strdup ("The archive answers."), NULL);
    return TRUE;
  }
  if (g_error_matches (failure, NEG_ERROR, NEG_ERROR_TLS))
    add_step (diagnosis, "tls", FALSE, g_strdup (failure->message), advise_tls (failure));
  else if (g_error_matches (failure, NEG_ERROR, NEG_ERROR_AUTH))
    add_step (diagnosis, "web", FALSE, g_strdup (failure->message),
              g_strdup ("Compare user= and the password in password-file= with the archive's accounts."));
  else
    add_step (diagnosis, "web", FALSE, g_strdup (failure->message),
              g_strdup_printf ("Compare the path %s with the archive's DICOMweb settings.", diagnosis->peer->path));
  return FALSE;
}

GPtrArray *
neg_operation_diagnose (NegAgent *agent, const NegPeer *peer, NegDiagnosisFunc func, gpointer user_data,
                        GCancellable *cancellable)
{
  g_autoptr (NegSite) site = neg_agent_dup_site (agent);
  g_autofree char *own_ae = g_strdup (*peer->calling_ae != '\0' ? peer->calling_ae : neg_site_get_ae_title (site));
  Diagnosis diagnosis = {
    .agent = agent,
    .peer = peer,
    .func = func,
    .user_data = user_data,
    .cancellable = cancellable,
    .own_ae = own_ae,
    .own_port = neg_site_get_port (site),
    .start_us = g_get_monotonic_time (),
    .steps = g_ptr_array_new_with_free_func ((GDestroyNotify) neg_diagnosis_step_free),
  };
  const gboolean is_web = peer->kind == NEG_PEER_WEB;
  const int fd = connect_port (&diagnosis);

  if (fd >= 0 && (is_web ? diagnose_web (&diagnosis, fd) : diagnose_dicom (&diagnosis, fd))) {
    if ((peer->use & NEG_PEER_QUERY) != 0 && !query (&diagnosis, FALSE))
      return diagnosis.steps;
    if ((peer->use & NEG_PEER_WORKLIST) != 0 && !is_web)
      query (&diagnosis, TRUE);
  }
  return diagnosis.steps;
}
