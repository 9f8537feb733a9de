/* Standardized uptake value by body weight: PS3.3 C.8.9; the rule is QIBA's FDG-PET/CT profile App. G, step by step as
 * in DESIGN.md. Refuses rather than guesses. Thread: any, no state. */
#pragma once

#include "model/neg-instance.h"

G_BEGIN_DECLS

typedef struct {
  double factor;        /* SUV = factor * modality value (after the slice's own rescale) */
  char unit[8];         /* "g/ml" */
  gboolean is_assumed;  /* the reference time had to be taken from the acquisition: said beside every number */
  double decay_s;       /* from injection to the reference */
} NegSuv;

/* @series_earliest_acquisition: date and time ("YYYYMMDDHHMMSS.ffffff") of the earliest acquisition of the series;
 * NULL: this instance's own. NEG_ERROR_UNSUPPORTED with the reason in words. */
gboolean neg_suv_init (NegSuv *suv, const NegInstance *instance, guint32 frame,
                       const char *series_earliest_acquisition, GError **error);

G_END_DECLS
