#include "config.h"

#include "agent/neg-agent-jobs-private.h"

static const char *
or_empty (const char *text)
{
  return text != NULL ? text : "";
}

/* -1: nobody knows. */
static double
estimate_remaining_s (const NegRunningJob *running)
{
  const NegTransferProgress *progress = &running->progress;
  double elapsed_s = (g_get_monotonic_time () - running->started_us) / (double) G_USEC_PER_SEC;
  guint ended = progress->done + progress->failed;

  if (ended == 0 || progress->objects < ended)
    return -1;
  return elapsed_s * (progress->objects - ended) / ended;
}

static void
fill (GVariantDict *dict, const NegJob *job, const NegRunningJob *running)
{
  guint before = running != NULL ? running->done_before : 0;
  guint objects = running != NULL ? running->progress.objects : job->objects;

  g_variant_dict_init (dict, NULL);
  g_variant_dict_insert (dict, "id", "x", job->id);
  g_variant_dict_insert (dict, "kind", "s", or_empty (job->kind));
  g_variant_dict_insert (dict, "peer", "s", or_empty (job->peer));
  g_variant_dict_insert (dict, "study-uid", "s", or_empty (job->study_uid));
  g_variant_dict_insert (dict, "state", "s", neg_job_state_get_name (job->state));
  g_variant_dict_insert (dict, "message", "s", or_empty (job->message));
  g_variant_dict_insert (dict, "error-code", "s", or_empty (job->error_code));
  g_variant_dict_insert (dict, "priority", "i", job->priority);
  g_variant_dict_insert (dict, "attempts", "u", job->attempts);
  g_variant_dict_insert (dict, "objects", "u", objects != 0 ? objects + before : job->objects);
  g_variant_dict_insert (dict, "done", "u", running != NULL ? before + running->progress.done : job->done);
  g_variant_dict_insert (dict, "failed", "u", running != NULL ? running->progress.failed : job->n_failed);
  g_variant_dict_insert (dict, "bytes", "t", running != NULL ? running->progress.bytes : job->bytes);
  g_variant_dict_insert (dict, "bytes-per-s", "d", running != NULL ? running->bytes_per_s : 0.0);
  g_variant_dict_insert (dict, "remaining-s", "d", running != NULL ? estimate_remaining_s (running) : -1.0);
  g_variant_dict_insert (dict, "created-us", "x", job->created_us);
  g_variant_dict_insert (dict, "next-us", "x", job->next_us);
  g_variant_dict_insert (dict, "finished-us", "x", job->finished_us);
}

GVariant *
_neg_job_to_variant (const NegJob *job, const NegRunningJob *running)
{
  GVariantDict dict;

  fill (&dict, job, running);
  return g_variant_dict_end (&dict);
}

GVariant *
_neg_job_to_full_variant (const NegJob *job, const NegRunningJob *running, GPtrArray *objects, GVariant *result)
{
  GVariantBuilder failures;
  GVariantDict dict;

  fill (&dict, job, running);
  g_variant_builder_init (&failures, G_VARIANT_TYPE ("a(sus)"));
  for (guint i = 0; i < objects->len; i++) {
    const NegJobObject *object = objects->pdata[i];

    g_variant_builder_add (&failures, "(sus)", or_empty (object->sop_uid), object->status, or_empty (object->message));
  }
  g_variant_dict_insert_value (&dict, "failures", g_variant_builder_end (&failures));
  if (result != NULL)
    g_variant_dict_insert_value (&dict, "result", result);
  return g_variant_dict_end (&dict);
}
