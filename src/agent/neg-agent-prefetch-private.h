/* What the parts of neg-agent-prefetch share. */
#pragma once

#include "agent/neg-agent-prefetch.h"
#include "worklist/neg-prefetch.h"

G_BEGIN_DECLS

/* A bucket of bytes: how long whoever took some has to wait. */
typedef struct {
  GMutex lock;
  gint64 free_us; /* monotonic: when what was taken is paid for */
} NegPace;

struct _NegAgentPrefetch {
  NegAgent *agent;
  GThread *planner;
  GCancellable *cancellable;
  NegPace pace;
  GHashTable *answers; /* the planner's: patient to NegPrefetchAnswer */
  gint64 stuck_until_us; /* the planner's, monotonic: nothing could be written */
  GMutex lock;         /* of what follows */
  GCond cond;
  gboolean is_kicked, is_ending;
  NegPrefetchRules *rules;
  char *waiting; /* why nothing is fetched now; "" */
};

NegPrefetchRules *_neg_agent_prefetch_ref_rules (NegAgentPrefetch *prefetch);
void _neg_agent_prefetch_set_waiting (NegAgentPrefetch *prefetch, const char *why);

/* --- neg-agent-prefetch-hours.c: pure --- */

gboolean _neg_prefetch_is_quiet (const NegSitePrefetch *site, GTimeZone *zone, gint64 now_us);
/* The day (YYYYMMDD, given) that has to be looked at by @now_us, and when it is; FALSE: not yet today, or never. */
gboolean _neg_prefetch_find_day (const NegSitePrefetch *site, GTimeZone *zone, gint64 now_us, char **day,
                                 gint64 *from_us, gint64 *to_us);
/* Takes @bytes; how long to wait for that. */
gint64 _neg_pace_take (NegPace *pace, guint64 bytes_per_s, guint64 bytes, gint64 now_us);
/* When a question that nobody answered is asked again. */
gint64 _neg_prefetch_back_off_us (guint attempts);

/* --- neg-agent-prefetch-ask.c --- */

typedef struct {
  char *study_uid, *peer, *modalities, *description;
  gint64 time_us;
  guint n_there;
  char *doubt; /* nullable: why it may be another patient's */
} NegPrefetchFound;

typedef struct {
  GPtrArray *found; /* NegPrefetchFound */
  char *note;       /* which peers did not answer, and why; "" */
  gint64 asked_us;
} NegPrefetchAnswer;

void _neg_prefetch_answer_free (NegPrefetchAnswer *answer);

typedef struct {
  char *issuer, *id, *name_key; /* as they are now */
  GPtrArray *ids;               /* NegSaidId: all that he has had; NULL where nobody asked for them */
} NegPrefetchPatient;

void _neg_prefetch_patient_clear (NegPrefetchPatient *patient);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (NegPrefetchPatient, _neg_prefetch_patient_clear)
gboolean _neg_prefetch_patient_read (NegPrefetchPatient *patient, NegDatabase *database, const NegEntry *entry,
                                     GError **error);

char *_neg_prefetch_patient_dup_key (const NegPrefetchPatient *patient); /* the same for the same person and IDs */

/* The site lets it be asked and fetched from for this. */
gboolean _neg_prefetch_is_asked (const NegSitePrefetch *prefetch, const NegPeer *peer);
/* What the peers have of the patient; kept for the site's interval. Borrowed until the next question. */
const NegPrefetchAnswer *_neg_prefetch_ask (NegAgentPrefetch *prefetch, NegDatabase *reader,
                                            const NegPrefetchPatient *patient);
/* It was judged while it changed who he is. */
void _neg_prefetch_forget_answer (NegAgentPrefetch *prefetch, const NegPrefetchPatient *patient);

/* --- neg-agent-prefetch-plan.c --- */

/* Everything that is due now. FALSE: nothing can be written, so that it would be the same at once again. */
gboolean _neg_prefetch_plan_due (NegAgentPrefetch *prefetch, NegDatabase *reader);

/* --- neg-agent-prefetch-feed.c --- */

/* Puts what is needed next into the queue, as far as there is room. */
void _neg_prefetch_feed (NegAgentPrefetch *prefetch, NegDatabase *reader);

G_END_DECLS
