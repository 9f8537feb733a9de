/* What the parts of neg-prefetch share: what a rule says, the sentences. */
#pragma once

#include "model/neg-regions.h"
#include "worklist/neg-prefetch.h"

G_BEGIN_DECLS

/* --- neg-prefetch-rules.c --- */

typedef enum { NEG_MATCH_ANY, NEG_MATCH_SAME, NEG_MATCH_OTHER, NEG_MATCH_NEAR, NEG_MATCH_UNKNOWN, NEG_MATCH_LIST } NegMatch;

/* The newest @last of the studies that fit. */
typedef struct {
  guint last;
  guint days_max; /* 0: of any age */
  NegMatch modality, region; /* modality: ANY SAME OTHER LIST; region: ANY SAME NEAR UNKNOWN LIST */
  char **modalities;         /* of LIST */
  guint regions;             /* of LIST */
  gboolean same_side;
} NegPrefetchSelection;

typedef struct {
  char *name;
  char **modalities, **codes, **procedures, **locations; /* conditions; nullable: any. procedures: folded words */
  guint regions;      /* 0: any */
  guint sides;        /* bits of NegSide, 0: any */
  guint urgency_mask; /* bits of NegUrgency, 0: any */
  GPtrArray *selections; /* NegPrefetchSelection; none: nothing is fetched */
  gboolean has_default;  /* and then what the built-in rule says */
} NegPrefetchRule;

struct _NegPrefetchRules {
  gatomicrefcount references;
  GPtrArray *site, *built_in; /* NegPrefetchRule; the last built-in one fits every case */
};

typedef struct {
  guint regions;
  NegSide side;
} NegPrefetchFacts;

/* "CT\SR" has one of @list, or of what comes to the same (CR and DX are both plain radiographs). */
gboolean _neg_modalities_have (const char *modalities, const char *const *list);
gboolean _neg_prefetch_rule_fits (const NegPrefetchRule *rule, const NegPrefetchCase *subject,
                                  const NegPrefetchFacts *facts);

/* --- neg-prefetch-words.c: sentences, given --- */

char *_neg_prefetch_dup_chosen (const NegPrefetchSelection *selection, const NegPrefetchPrior *prior, guint number,
                                gint64 age_us);

typedef enum {
  NEG_LEFT_NEWER,
  NEG_LEFT_REJECTED,
  NEG_LEFT_NO_PEER,
  NEG_LEFT_ENOUGH,
  NEG_LEFT_OLD,
  NEG_LEFT_OLD_ELSEWHERE,
  NEG_LEFT_ELSEWHERE,
  NEG_LEFT_NO_RULE,
} NegPrefetchLeft;

char *_neg_prefetch_dup_left (NegPrefetchLeft left, guint days_max);

G_END_DECLS
