/* Regions of the body and sides, as sets, by the words of descriptions and by codes. Thread: any. */
#pragma once

#include <glib.h>

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

/* What the words of @text (nullable) name, in the languages that are known. */
guint neg_regions_find (const char *text);
/* What a rule calls it ("chest", "spine", "whole-body"); 0: no such name. */
guint neg_regions_find_named (const char *name);
/* What is read together with them: the neighbours and the pairs that one organ's images show the other in. */
guint neg_regions_get_near (guint regions);
NegSide neg_side_find (const char *text);
/* Words of at most 63 bytes, folded, the first 32 of a text; given. */
char **neg_words_split (const char *text);

G_END_DECLS
