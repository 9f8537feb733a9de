/* Which priors a case needs: rules and the choice by them. Pure: what peers and the archive have is handed in. The agent
 * asks and fetches (agent/neg-agent-prefetch.h). Thread: any; rules are immutable. */
#pragma once

#include "model/neg-order.h"

G_BEGIN_DECLS

typedef struct _NegPrefetchRules NegPrefetchRules;

/* From the site's texts ("rule.1=..." in the order of their numbers; nullable: none), with the built-in rules behind
 * them. An error names the rule and what is wrong in it. The language is in worklist/DESIGN.md. */
NegPrefetchRules *neg_prefetch_rules_new (const char *const *names, const char *const *texts, GError **error);
NegPrefetchRules *neg_prefetch_rules_ref (NegPrefetchRules *rules);
void neg_prefetch_rules_unref (NegPrefetchRules *rules);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NegPrefetchRules, neg_prefetch_rules_unref)

/* The case. Texts never NULL. */
typedef struct {
  const char *study_uid; /* "" : not known yet */
  const char *modality, *body_part, *laterality, *procedure_code, *procedure, *description, *location;
  gint64 time_us;     /* of the study, or for when it is scheduled */
  guint urgency;      /* NegUrgency */
} NegPrefetchCase;

/* A study of the same patient (whoever hands it in has made sure of that). */
typedef struct {
  const char *study_uid;
  const char *peer; /* "" : in the archive only */
  const char *modalities; /* backslash */
  const char *body_part, *description;
  gint64 time_us;
  guint n_instances; /* at the peer; 0: not told */
  guint n_here;
  gboolean is_rejected_here; /* a person removed it, or a note rejected all of it */
} NegPrefetchPrior;

typedef enum { NEG_PREFETCH_FETCH, NEG_PREFETCH_HERE, NEG_PREFETCH_LEAVE } NegPrefetchVerdict;

typedef struct {
  guint prior;   /* index into the priors */
  NegPrefetchVerdict verdict;
  guint rank;    /* reading need: 0 first; G_MAXUINT of LEAVE */
  char *rule;    /* its name, "built-in ..." */
  char *why;     /* one sentence for a person, translated, no patient's name: "Newest CT of the same region, 8 months old" */
} NegPrefetchChoice;

void neg_prefetch_choice_free (NegPrefetchChoice *choice);

/* One choice per prior, by rank, then LEAVE. Given with its free function. */
GPtrArray *neg_prefetch_choose (const NegPrefetchRules *rules, const NegPrefetchCase *subject,
                                const NegPrefetchPrior *priors, guint n, gint64 now_us);

/* The most relevant prior for a comparison on screen (what the choice would rank first among those that are here);
 * G_MAXUINT: none. A subset of what is fetched, by construction. */
guint neg_prefetch_find_relevant (const NegPrefetchRules *rules, const NegPrefetchCase *subject,
                                  const NegPrefetchPrior *priors, guint n, gint64 now_us);

G_END_DECLS
