/* Which images of a study a form is about: the one on the screen, those of a finding, a series, some series, all. Thread: main. */
#pragma once

#include <gtk/gtk.h>

#include "ui/neg-quality-model.h"

G_BEGIN_DECLS

#define NEG_TYPE_QUALITY_SCOPE (neg_quality_scope_get_type ())
G_DECLARE_FINAL_TYPE (NegQualityScope, neg_quality_scope, NEG, QUALITY_SCOPE, GtkWidget)

typedef enum { NEG_SCOPE_STUDY, NEG_SCOPE_SERIES, NEG_SCOPE_IMAGE, NEG_SCOPE_SUBJECT, NEG_SCOPE_N } NegScope;

/* What is on the screen, and what a finding is about; all nullable. */
typedef struct {
  const char *series_uid, *sop_uid;
  const char *subject; /* joined by backslash */
} NegQualityPlace;

/* Signal "changed" (). @mask: bits of NegScope that may be chosen. The parts come with neg_quality_scope_set_parts(). */
NegQualityScope *neg_quality_scope_new (const NegQualityPlace *place, guint mask, NegScope first);
void neg_quality_scope_set_parts (NegQualityScope *scope, const NegQualityParts *parts); /* borrowed: they stay */

NegScope neg_quality_scope_get (NegQualityScope *scope);
void neg_quality_scope_choose (NegQualityScope *scope, NegScope which); /* as far as there is such a one */
/* The objects that are chosen: NegDeskObject, borrowed of the parts; given. */
GPtrArray *neg_quality_scope_list (NegQualityScope *scope);
/* Their SOP instance UIDs, NULL-terminated; given. Of the whole study: empty. */
char **neg_quality_scope_dup_uids (NegQualityScope *scope);

/* The ticked series, likewise. */
char **neg_quality_scope_dup_series (NegQualityScope *scope);

/* "2 · CT · Thorax 1.0 · 120 images"; given. */
char *neg_quality_series_dup_title (const NegQualitySeries *series);

G_END_DECLS
