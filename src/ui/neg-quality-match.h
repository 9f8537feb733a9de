/* The form that takes over an order: the candidates, best first, each with what it would change. Thread: main. */
#pragma once

#include "ui/neg-quality-form.h"
#include "ui/neg-quality-model.h"

G_BEGIN_DECLS

#define NEG_TYPE_QUALITY_MATCH (neg_quality_match_get_type ())
G_DECLARE_FINAL_TYPE (NegQualityMatch, neg_quality_match, NEG, QUALITY_MATCH, NegQualityForm)

/* @order: the one that a check proposes; 0: none. */
NegQualityForm *neg_quality_match_new (NegQualityModel *model, const NegDeskRow *row, gint64 order);

G_END_DECLS
