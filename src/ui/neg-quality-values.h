/* The form that sets values: one that a check asks for, or any that may be edited. Thread: main. */
#pragma once

#include "ui/neg-quality-form.h"
#include "ui/neg-quality-scope.h"

G_BEGIN_DECLS

#define NEG_TYPE_QUALITY_VALUES (neg_quality_values_get_type ())
G_DECLARE_FINAL_TYPE (NegQualityValues, neg_quality_values, NEG, QUALITY_VALUES, NegQualityForm)

/* @argument: "Keyword=value" of a finding, nullable: all values. */
NegQualityForm *neg_quality_values_new (NegQualityModel *model, gint64 study, const NegQualityPlace *place, const char *argument);

G_END_DECLS
