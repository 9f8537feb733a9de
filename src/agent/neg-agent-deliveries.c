#include "config.h"

#include "agent/neg-agent-deliveries.h"

#include <string.h>

#include "agent/neg-agent-jobs.h"
#include "agent/neg-agent-steps.h"
#include "base/neg-error.h"
#include "base/neg-fault.h"
#include "quality/neg-routes.h"
#include "store/neg-corrections.h"
#include "store/neg-deliveries.h"
#include "store/neg-desk.h"

#define PRIORITY_RELEASED 5 /* behind what somebody waits for */
#define BY_HAND "by hand"
#define END_WAIT_MS 10000 /* of a job, once it has nothing to do any more */
#define END_STEP_MS 20

static gboolean
add_job (NegAgent *agent, gint64 id, const char *peer, GError **error)
{
  GVariantDict arguments;

  g_variant_dict_init (&arguments, NULL);
  g_variant_dict_insert (&arguments, "delivery", "x", id);
  return neg_agent_jobs_add (_neg_agent_get_jobs (agent), "deliver", peer, "", g_variant_dict_end (&arguments),
                             PRIORITY_RELEASED, NULL, error);
}

static void
announce (NegAgent *agent, NegDatabase *reader, gint64 study_id)
{
  g_autoptr (NegDeskRow) row = neg_desk_find (reader, study_id, g_get_real_time (), NULL);

  neg_agent_announce (agent, row != NULL ? row->study_uid : NULL);
}

/* --- may it leave? --- */

static gboolean
check_ready (const NegDeskRow *row, GError **error)
{
  if (row->n_waiting_looks > 0)
    return neg_fail (error, NEG_ERROR_REFUSED, "correction", "a correction waits for a second look");
  if (row->due_us != 0)
    return neg_fail (error, NEG_ERROR_REFUSED, "checks", "it is still being checked");
  if (*row->failure != '\0')
    return neg_fail (error, NEG_ERROR_REFUSED, "checks", "it could not be checked: %s", row->failure);
  if (row->worst >= NEG_SEVERITY_ERROR)
    return neg_fail (error, NEG_ERROR_REFUSED, "findings", "an error is neither mended nor accepted");
  if (row->n_objects == 0)
    return neg_fail (error, NEG_ERROR_CONFLICT, "study", "there is nothing of this study");
  return TRUE;
}

static gboolean
check_corrections (NegDatabase *reader, gint64 study_id, GError **error)
{
  g_autoptr (GPtrArray) corrections = neg_corrections_list (reader, study_id, 1000, error);

  for (guint i = 0; corrections != NULL && i < corrections->len; i++)
    if (((NegCorrection *) corrections->pdata[i])->state == NEG_CORRECTION_WORKING)
      return neg_fail (error, NEG_ERROR_REFUSED, "correction", "it is being corrected");
  return corrections != NULL;
}

static guint
get_minute (GTimeZone *zone)
{
  g_autoptr (GDateTime) now = g_date_time_new_now (zone);

  return (guint) (g_date_time_get_hour (now) * 60 + g_date_time_get_minute (now));
}

static GPtrArray *
choose_named (const NegSite *site, const char *const *peers, GError **error)
{
  g_autoptr (GPtrArray) chosen = g_ptr_array_new_with_free_func ((GDestroyNotify) neg_destination_free);

  for (; *peers != NULL; peers++) {
    NegDestination *destination;

    if (_neg_agent_find_peer (site, *peers, NEG_PEER_STORE, error) == NULL)
      return NULL;
    destination = g_new0 (NegDestination, 1);
    destination->peer = g_strdup (*peers);
    destination->route = g_strdup (BY_HAND);
    g_ptr_array_add (chosen, destination);
  }
  return g_steal_pointer (&chosen);
}

static GPtrArray *
choose (NegAgent *agent, const NegDeskRow *row, const char *const *peers, GError **error)
{
  g_autoptr (NegSite) site = neg_agent_dup_site (agent);
  const NegRouted study = { row->modalities, row->station, "", get_minute (neg_site_get_timezone (site)) };
  g_autoptr (NegRoutes) routes = NULL;
  g_autoptr (GPtrArray) chosen = NULL;

  if (peers[0] != NULL)
    return choose_named (site, peers, error);
  routes = neg_routes_new (site, error);
  if (routes == NULL)
    return NULL;
  chosen = neg_routes_choose (routes, &study);
  if (chosen->len > 0)
    return g_steal_pointer (&chosen);
  neg_fail (error, NEG_ERROR_REFUSED, "route", "no route of the site says where it goes: name a destination");
  return NULL;
}

/* --- leaving --- */

typedef struct {
  NegAgent *agent;
  const NegDeskRow *row;
  GPtrArray *destinations, *steps; /* steps: NegPerformedStep, told of it */
  gboolean with_rejected;
  GArray *ids; /* gint64, in their order; 0: nothing for that one */
} Release;

static gboolean
add_delivery (NegDatabase *database, const Release *release, const NegDestination *destination, gint64 *id, GError **error)
{
  NegDelivery delivery = { .study_id = release->row->study_id, .peer = destination->peer, .route = destination->route,
                           .user = (char *) _neg_agent_get_user (release->agent), .made_us = g_get_real_time () };
  g_autoptr (GError) failure = NULL;

  *id = 0;
  if (neg_deliveries_add (database, &delivery, release->with_rejected, &failure)) {
    *id = delivery.id;
    return TRUE;
  }
  /* One that has all of it already is no reason against the others. */
  if (!g_error_matches (failure, NEG_ERROR, NEG_ERROR_CONFLICT)) {
    g_propagate_error (error, g_steal_pointer (&failure));
    return FALSE;
  }
  return neg_deliveries_forget (database, delivery.id, error);
}

static gboolean
release_cb (NegDatabase *database, gpointer data, GError **error)
{
  Release *release = data;
  const char *user = _neg_agent_get_user (release->agent);
  const NegAuditEntry audit = { .event = NEG_AUDIT_ORDER_RECORD, .user = user, .study_uid = release->row->study_uid,
                                .patient_id = release->row->patient_id, .issuer = release->row->issuer,
                                .detail = "released to leave" };
  gboolean has_any = FALSE;

  g_array_set_size (release->ids, 0);
  for (guint i = 0; i < release->destinations->len; i++) {
    gint64 id;

    if (!add_delivery (database, release, release->destinations->pdata[i], &id, error))
      return FALSE;
    has_any = has_any || id != 0;
    g_array_append_val (release->ids, id);
  }
  if (!has_any)
    return neg_fail (error, NEG_ERROR_CONFLICT, "study", "every destination has all of it already");
  return neg_agent_steps_add (database, release->steps, error)
         && neg_desk_set_state (database, release->row->study_id, NEG_DESK_RELEASED, user, "", g_get_real_time (), error)
         && neg_audit_append_within (database, &audit, error);
}

static gboolean
get_with_rejected (NegAgent *agent)
{
  g_autoptr (NegSite) site = neg_agent_dup_site (agent);
  g_autofree char *value = neg_site_dup_value (site, "quality", "send-rejected", NULL);

  return g_strcmp0 (value, "true") == 0;
}

gboolean
neg_agent_deliveries_release (NegAgent *agent, gint64 study_id, const char *const *peers, GArray **deliveries, GError **error)
{
  g_autoptr (NegDatabase) reader = neg_agent_open_reader (agent, error);
  g_autoptr (NegDeskRow) row = reader != NULL ? neg_desk_find (reader, study_id, g_get_real_time (), error) : NULL;
  g_autoptr (GPtrArray) destinations = NULL, steps = NULL;
  g_autoptr (GArray) ids = g_array_new (FALSE, TRUE, sizeof (gint64));
  Release release = { .agent = agent, .row = row, .ids = ids };

  if (row == NULL || !check_ready (row, error) || !check_corrections (reader, study_id, error))
    return FALSE;
  destinations = release.destinations = choose (agent, row, peers, error);
  release.with_rejected = get_with_rejected (agent);
  steps = release.steps = destinations != NULL ? neg_agent_steps_prepare (agent, reader, row, error) : NULL;
  if (steps == NULL || !neg_agent_deliveries_reject_replaced (agent, reader, study_id, error)
      || !neg_archive_write (neg_agent_get_archive (agent), release_cb, &release, error))
    return FALSE;
  neg_fault_point ("delivery-released");
  for (guint i = 0; i < ids->len; i++) {
    const NegDestination *destination = destinations->pdata[i];
    gint64 id = g_array_index (ids, gint64, i);

    if (id != 0 && !add_job (agent, id, destination->peer, error))
      return FALSE;
  }
  if (steps->len > 0 && !neg_agent_steps_resume (agent, error))
    return FALSE;
  neg_agent_announce (agent, row->study_uid);
  *deliveries = g_steal_pointer (&ids);
  return TRUE;
}

/* One at a time: two would give what is left a job each. */
gboolean
neg_agent_deliveries_recover (NegAgent *agent, GError **error)
{
  static GMutex one;
  g_autoptr (GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new (&one);
  g_autoptr (NegDatabase) reader = neg_agent_open_reader (agent, error);
  g_autoptr (GArray) left = reader != NULL ? neg_deliveries_list_left (reader, error) : NULL;

  for (guint i = 0; left != NULL && i < left->len; i++) {
    gint64 id = g_array_index (left, gint64, i);
    g_autoptr (NegDelivery) delivery = neg_deliveries_find (reader, id, 0, error);

    if (delivery == NULL || !add_job (agent, id, delivery->peer, error))
      return FALSE;
  }
  return left != NULL;
}

/* --- what a person decides --- */

typedef struct {
  NegAgent *agent;
  const NegDelivery *delivery;
  const char *words;
} Control;

static gboolean
retry_cb (NegDatabase *database, gpointer data, GError **error)
{
  const Control *control = data;

  return neg_deliveries_requeue (database, control->delivery->id, g_get_real_time (), error)
         && neg_deliveries_update_desk (database, control->delivery->study_id, g_get_real_time (), error);
}

static gboolean
settle_cb (NegDatabase *database, gpointer data, GError **error)
{
  const Control *control = data;
  const char *user = _neg_agent_get_user (control->agent);
  const gint64 now_us = g_get_real_time ();
  g_autoptr (NegDeskRow) row = neg_desk_find (database, control->delivery->study_id, now_us, error);
  const NegAuditEntry audit = { .event = NEG_AUDIT_TRANSFERRED, .failed = TRUE, .user = user, .peer = control->delivery->peer,
                                .study_uid = row != NULL ? row->study_uid : NULL,
                                .patient_id = row != NULL ? row->patient_id : NULL,
                                .detail = "what is missing of a delivery was settled by a person" };

  return row != NULL && neg_deliveries_settle (database, control->delivery->id, user, control->words, now_us, error)
         && neg_deliveries_update_desk (database, control->delivery->study_id, now_us, error)
         && neg_audit_append_within (database, &audit, error);
}

/* A job that is at its end has looked at the objects already and does not see that some of them wait again. */
static gboolean
recover_after_end (NegAgent *agent, NegDatabase *reader, gint64 id, GError **error)
{
  gboolean is_between = TRUE;

  for (guint i = 0; is_between && i < END_WAIT_MS / END_STEP_MS; i++) {
    if (!neg_deliveries_is_between (reader, id, &is_between, error))
      return FALSE;
    if (is_between)
      g_usleep (END_STEP_MS * 1000);
  }
  return neg_agent_deliveries_recover (agent, error);
}

gboolean
neg_agent_deliveries_control (NegAgent *agent, gint64 id, const char *action, const char *words, GError **error)
{
  g_autoptr (NegDatabase) reader = neg_agent_open_reader (agent, error);
  g_autoptr (NegDelivery) delivery = reader != NULL ? neg_deliveries_find (reader, id, g_get_real_time (), error) : NULL;
  Control control = { agent, delivery, words };
  const gboolean settles = strcmp (action, "settle") == 0;

  if (delivery == NULL)
    return FALSE;
  if (!settles && strcmp (action, "retry") != 0)
    return neg_fail (error, NEG_ERROR_USAGE, "action", "“%s” is neither retry nor settle", action);
  if (settles && *words == '\0')
    return neg_fail (error, NEG_ERROR_USAGE, "words", "what is settled needs a reason in words");
  if (delivery->settled_us != 0)
    return neg_fail (error, NEG_ERROR_CONFLICT, NULL, "it is settled already");
  if (!neg_archive_write (neg_agent_get_archive (agent), settles ? settle_cb : retry_cb, &control, error))
    return FALSE;
  if (delivery->job_id != 0) /* its end is no failure of this */
    neg_agent_jobs_control (_neg_agent_get_jobs (agent), delivery->job_id, settles ? "cancel" : "retry", NULL);
  if (!settles && !recover_after_end (agent, reader, id, error))
    return FALSE;
  announce (agent, reader, delivery->study_id);
  return TRUE;
}

/* --- methods --- */

static GVariant *
release_study (NegAgent *agent, GVariant *parameters, GCancellable *cancellable, GError **error)
{
  g_autofree const char **peers = NULL;
  g_autoptr (GArray) ids = NULL;
  GVariantBuilder builder;
  gint64 study_id;

  g_variant_get (parameters, "(x^a&s)", &study_id, &peers);
  if (!neg_agent_deliveries_release (agent, study_id, peers, &ids, error))
    return NULL;
  g_variant_builder_init (&builder, G_VARIANT_TYPE ("ax"));
  for (guint i = 0; i < ids->len; i++)
    g_variant_builder_add (&builder, "x", g_array_index (ids, gint64, i));
  return g_variant_new ("(ax)", &builder);
}

static GVariant *
control_delivery (NegAgent *agent, GVariant *parameters, GCancellable *cancellable, GError **error)
{
  const char *action, *words;
  gint64 id;

  g_variant_get (parameters, "(x&s&s)", &id, &action, &words);
  return neg_agent_deliveries_control (agent, id, action, words, error) ? g_variant_new ("()") : NULL;
}

const NegAgentMethod _neg_agent_deliveries_methods[] = {
  { "ReleaseStudy", release_study, FALSE },
  { "ControlDelivery", control_delivery, FALSE },
  { NULL, NULL, FALSE },
};
