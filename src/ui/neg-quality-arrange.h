/* The forms that say what belongs where: studies joined or split, images moved, doubles put aside. Thread: main. */
#pragma once

#include "ui/neg-quality-form.h"
#include "ui/neg-quality-scope.h"

G_BEGIN_DECLS

#define NEG_TYPE_QUALITY_ARRANGE (neg_quality_arrange_get_type ())
G_DECLARE_FINAL_TYPE (NegQualityArrange, neg_quality_arrange, NEG, QUALITY_ARRANGE, NegQualityForm)

/* @study_uids: of the others, joined by backslash. */
NegQualityForm *neg_quality_arrange_new_merge (NegQualityModel *model, const NegDeskRow *row, const char *study_uids);
/* The subject of @place: what goes, ticked at first. */
NegQualityForm *neg_quality_arrange_new_split (NegQualityModel *model, const NegDeskRow *row, const NegQualityPlace *place);
NegQualityForm *neg_quality_arrange_new_move (NegQualityModel *model, const NegDeskRow *row, const NegQualityPlace *place);
NegQualityForm *neg_quality_arrange_new_drop (NegQualityModel *model, const NegDeskRow *row, const NegQualityPlace *place);

G_END_DECLS
