/* The form that rejects images: which, why, and whether they are made again. Thread: main. */
#pragma once

#include "ui/neg-quality-form.h"
#include "ui/neg-quality-scope.h"

G_BEGIN_DECLS

#define NEG_TYPE_QUALITY_REJECT (neg_quality_reject_get_type ())
G_DECLARE_FINAL_TYPE (NegQualityReject, neg_quality_reject, NEG, QUALITY_REJECT, NegQualityForm)

/* @reasons: of the site, NULL-terminated. */
NegQualityForm *neg_quality_reject_new (NegQualityModel *model, gint64 study, const NegQualityPlace *place, const char *const *reasons);

G_END_DECLS
