/* What the files of the display share: how a display answers, between the levels that were measured. */
#pragma once

#include "imaging/neg-display.h"

G_BEGIN_DECLS

/* JND index over driving level, as a curve through the measured points that never falls (Fritsch and Carlson 1980): in
 * JNDs a display is nearly straight, so that a few points are enough where luminances would need many. */
typedef struct {
  const NegLuminanceTable *table; /* borrowed */
  double *jnds;   /* of the entries */
  double *slopes; /* JNDs per level at the entries */
} NegResponse;

/* NEG_ERROR_INCONSISTENT for what is no table. */
gboolean neg_luminance_table_check (const NegLuminanceTable *table, GError **error);

/* @table is one that was checked. */
void neg_response_init (NegResponse *response, const NegLuminanceTable *table);
void neg_response_clear (NegResponse *response);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (NegResponse, neg_response_clear)

double neg_response_get_jnd (const NegResponse *response, double level);

/* With what the glass reflects. Also where the standard's range ends. */
double neg_response_get_luminance (const NegResponse *response, double level);

/* The lowest level that reaches @jnd. */
double neg_response_find_level (const NegResponse *response, double jnd);

G_END_DECLS
