/* What the header says of an image, in words and in groups: text only, no widget. Thread: main (translated text). */
#pragma once

#include "pipeline/neg-series.h"

G_BEGIN_DECLS

typedef enum {
  NEG_CONTEXT_PATIENT,
  NEG_CONTEXT_STUDY,
  NEG_CONTEXT_SERIES,
  NEG_CONTEXT_IMAGE,
  NEG_CONTEXT_GEOMETRY,
  NEG_CONTEXT_PIXELS,
  NEG_CONTEXT_EQUIPMENT,
  NEG_CONTEXT_N_GROUPS,
} NegContextGroup;

const char *neg_context_group_get_title (NegContextGroup group); /* translated */

/* There are always the same fields in the same order, group by group; what an image does not say has no value. */
guint neg_context_get_n_fields (void);
NegContextGroup neg_context_get_group (guint field);
const char *neg_context_get_title (guint field); /* translated */
/* One line, given; NULL where there is nothing to say. */
char *neg_context_dup_value (guint field, const NegInstance *instance, guint32 frame);

/* "JPEG 2000, lossless", the UID where it is none that is known; given. */
char *neg_context_dup_transfer_syntax (const char *uid);

G_END_DECLS
