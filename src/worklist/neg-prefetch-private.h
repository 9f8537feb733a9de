/* What the parts of neg-prefetch share: regions of the body as sets, what a rule says, the sentences. */
#pragma once

#include "worklist/neg-prefetch.h"

G_BEGIN_DECLS

/* A set of them: what a study is of. 0: nobody knows. */
typedef enum {
  NEG_REGION_HEAD = 1 << 0,
  NEG_REGION_FACE = 1 << 1,
  NEG_REGION_NECK = 1 << 2,
  NEG_REGION_CERVICAL_SPINE = 1 << 3,
  NEG_REGION_THORACIC_SPINE = 1 << 4,
  NEG_REGION_LUMBAR_SPINE = 1 << 5,
  NEG_REGION_CHEST = 1 << 6,
  NEG_REGION_HEART = 1 << 7,
  NEG_REGION_BREAST = 1 << 8,
  NEG_REGION_ABDOMEN = 1 << 9,
  NEG_REGION_PELVIS = 1 << 10,
  NEG_REGION_SHOULDER = 1 << 11,
  NEG_REGION_ARM = 1 << 12,
  NEG_REGION_ELBOW = 1 << 13,
  NEG_REGION_HAND = 1 << 14,
  NEG_REGION_HIP = 1 << 15,
  NEG_REGION_LEG = 1 << 16,
  NEG_REGION_KNEE = 1 << 17,
  NEG_REGION_FOOT = 1 << 18,
  NEG_REGION_ALL = (1 << 19) - 1,
} NegRegion;

typedef enum { NEG_SIDE_UNKNOWN, NEG_SIDE_LEFT, NEG_SIDE_RIGHT, NEG_SIDE_BOTH } NegSide;

/* --- neg-prefetch-regions.c --- */

/* What the words of @text (nullable) name, in the languages that are known. */
guint _neg_regions_find (const char *text);
/* What a rule calls it ("chest", "spine", "whole-body"); 0: no such name. */
guint _neg_regions_find_named (const char *name);
/* What is read together with them: the neighbours and the pairs that one organ's images show the other in. */
guint _neg_regions_get_near (guint regions);
NegSide _neg_side_find (const char *text);
/* Words of at most 63 bytes, folded, the first 32 of a text; given. */
char **_neg_prefetch_dup_words (const char *text);

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
