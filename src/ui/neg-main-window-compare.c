/* The prior that answers best to the case that is open: it is chosen by the rules that it was fetched by, and one key
 * shows it beside. */
#include "config.h"

#include <glib/gi18n-lib.h>

#include "model/neg-site.h"
#include "ui/neg-main-window-private.h"
#include "worklist/neg-prefetch.h"

/* The built-in rules where the site file cannot be read: the agent says what is wrong with it. */
static NegPrefetchRules *
load_rules (NegNetwork *network)
{
  g_autoptr (NegSite) site = neg_site_load (neg_network_get_home (network), neg_network_get_config (network), NULL, NULL);
  const NegSitePrefetch *prefetch = site != NULL ? neg_site_get_prefetch (site) : NULL;
  NegPrefetchRules *rules = prefetch == NULL
                                ? NULL
                                : neg_prefetch_rules_new ((const char *const *) prefetch->rule_names,
                                                          (const char *const *) prefetch->rule_texts, NULL);

  return rules != NULL ? rules : neg_prefetch_rules_new (NULL, NULL, NULL);
}

static NegPrefetchCase
describe_case (const NegEntry *entry)
{
  return (NegPrefetchCase){ .study_uid = entry->study_uid,
                            .modality = entry->modalities,
                            .body_part = entry->body_part,
                            .laterality = "",
                            .procedure_code = "",
                            .procedure = "",
                            .description = entry->description,
                            .location = entry->location,
                            .time_us = entry->time_us,
                            .urgency = entry->urgency };
}

static NegPrefetchPrior
describe_prior (const NegEntry *entry)
{
  return (NegPrefetchPrior){ .study_uid = entry->study_uid,
                             .peer = entry->peers,
                             .modalities = entry->modalities,
                             .body_part = entry->body_part,
                             .description = entry->description,
                             .time_us = entry->time_us,
                             .n_instances = entry->n_there,
                             .n_here = entry->n_here };
}

static gboolean
is_prior (const NegEntry *entry, const NegEntry *subject)
{
  return *entry->study_uid != '\0' && entry->status != NEG_STATUS_SCHEDULED && !entry->is_conflict
         && (subject->time_us == 0 || entry->time_us <= subject->time_us);
}

void
_neg_main_window_choose_relevant (NegMainWindow *self)
{
  g_autoptr (GArray) priors = g_array_new (FALSE, FALSE, sizeof (NegPrefetchPrior));
  g_autoptr (GArray) ids = g_array_new (FALSE, FALSE, sizeof (gint64));
  NegPrefetchCase subject = describe_case (self->entry);
  guint found;

  for (guint i = 0; i < self->priors->len; i++) {
    const NegEntry *entry = g_ptr_array_index (self->priors, i);

    if (is_prior (entry, self->entry)) {
      NegPrefetchPrior prior = describe_prior (entry);

      g_array_append_val (priors, prior);
      g_array_append_val (ids, entry->id);
    }
  }
  if (self->prefetch_rules == NULL)
    self->prefetch_rules = load_rules (self->network);
  found = neg_prefetch_find_relevant (self->prefetch_rules, &subject, (const NegPrefetchPrior *) priors->data,
                                      priors->len, g_get_real_time ());
  self->relevant = found < ids->len ? g_array_index (ids, gint64, found) : 0;
}

static const NegEntry *
find_relevant (NegMainWindow *self)
{
  for (guint i = 0; self->relevant != 0 && self->priors != NULL && i < self->priors->len; i++) {
    const NegEntry *entry = g_ptr_array_index (self->priors, i);

    if (entry->id == self->relevant)
      return entry;
  }
  return NULL;
}

void
_neg_main_window_compare (NegMainWindow *self)
{
  const NegEntry *entry = find_relevant (self);

  if (self->entry == NULL) {
    _neg_main_window_hint (self, _ ("What is open is not of the reading list."));
    return;
  }
  if (entry == NULL) {
    _neg_main_window_hint (self, _ ("No prior that answers to this study is here. Others are in the list of studies."));
    return;
  }
  _neg_main_window_leave_volume (self); /* images are compared */
  if (neg_reading_compare (self->reading, entry->study_uid))
    return;
  g_free (self->comparing);
  self->comparing = g_strdup (entry->study_uid);
  _neg_main_window_open_prior (self, entry);
}

void
_neg_main_window_go_on_comparing (NegMainWindow *self)
{
  if (self->comparing == NULL || !neg_loader_is_finished (self->loader))
    return;
  neg_reading_update (self->reading);
  if (neg_reading_compare (self->reading, self->comparing))
    g_clear_pointer (&self->comparing, g_free);
}

void
_neg_main_window_end_comparing (NegMainWindow *self)
{
  g_clear_pointer (&self->comparing, g_free);
  self->relevant = 0;
}

void
_neg_main_window_close_comparing (NegMainWindow *self)
{
  g_clear_pointer (&self->prefetch_rules, neg_prefetch_rules_unref);
}
