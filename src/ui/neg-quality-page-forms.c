/* Which form a finding, a button or a key opens, and with what. */
#include "config.h"

#include <glib/gi18n-lib.h>

#include "model/neg-site.h"
#include "ui/neg-quality-arrange.h"
#include "ui/neg-quality-match.h"
#include "ui/neg-quality-page-private.h"
#include "ui/neg-quality-parts.h"
#include "ui/neg-quality-reject.h"
#include "ui/neg-quality-values.h"

static const NegSeriesFrame *
get_frame (NegQualityPage *self)
{
  return neg_view_state_get_frame (neg_reading_get_state (self->reading, neg_reading_get_active (self->reading)));
}

static NegQualityPlace
get_place (NegQualityPage *self, const char *subject)
{
  const NegSeriesFrame *frame = get_frame (self);
  gboolean is_ours = frame != NULL && self->sheet != NULL && g_str_equal (frame->instance->study_uid, self->sheet->row->study_uid);

  return (NegQualityPlace){ .series_uid = is_ours ? frame->instance->series_uid : NULL,
                            .sop_uid = is_ours ? frame->instance->sop_instance_uid : NULL,
                            .subject = subject };
}

/* Those of the site ("reasons" of [quality]), else the ones that most departments have. */
static char **
dup_reasons (NegQualityPage *self)
{
  g_autoptr (NegSite) site = neg_site_load (neg_network_get_home (self->network), neg_network_get_config (self->network), NULL, NULL);
  g_autofree char *value = site != NULL ? neg_site_dup_value (site, "quality", "reasons", NULL) : NULL;
  /* Those with a code of PS3.16 CID 7011. */
  static const char *const usual[] = { N_ ("positioning"), N_ ("motion"),   N_ ("underexposed"), N_ ("overexposed"),     N_ ("artefact"),
                                       N_ ("grid"),        N_ ("detector"), N_ ("processing"),   N_ ("double exposure"), N_ ("equipment") };
  GPtrArray *reasons = g_ptr_array_new ();
  g_auto (GStrv) said = g_strsplit (value != NULL ? value : "", ";", -1);

  for (guint i = 0; said[i] != NULL; i++)
    if (*g_strstrip (said[i]) != '\0')
      g_ptr_array_add (reasons, g_strdup (said[i]));
  if (reasons->len == 0)
    for (guint i = 0; i < G_N_ELEMENTS (usual); i++)
      g_ptr_array_add (reasons, g_strdup (usual[i]));
  g_ptr_array_add (reasons, NULL);
  return (char **) g_ptr_array_free (reasons, FALSE);
}

static void
open_reject (NegQualityPage *self, const char *subject)
{
  NegQualityPlace place = get_place (self, subject);
  g_auto (GStrv) reasons = dup_reasons (self);

  _neg_quality_page_open_form (self, neg_quality_reject_new (self->model, self->study, &place, (const char *const *) reasons));
}

void
_neg_quality_page_check_again (NegQualityPage *self, GtkWidget *words)
{
  neg_quality_ask (self->network, "CheckStudy", g_variant_new ("(x)", self->study), words, G_OBJECT (self), NULL, NULL);
}

static void
open_arranging (NegQualityPage *self, const NegFinding *finding)
{
  const NegDeskRow *row = self->sheet->row;
  NegQualityPlace place = get_place (self, *finding->argument != '\0' ? finding->argument : finding->subject);

  if (finding->action == NEG_ACTION_MERGE)
    _neg_quality_page_open_form (self, neg_quality_arrange_new_merge (self->model, row, finding->argument));
  else if (finding->action == NEG_ACTION_SPLIT)
    _neg_quality_page_open_form (self, neg_quality_arrange_new_split (self->model, row, &place));
  else if (finding->action == NEG_ACTION_MOVE)
    _neg_quality_page_open_form (self, neg_quality_arrange_new_move (self->model, row, &place));
  else
    _neg_quality_page_open_form (self, neg_quality_arrange_new_drop (self->model, row, &place));
}

void
_neg_quality_page_act (NegQualityPage *self, NegQualityFinding *row)
{
  g_autoptr (NegFinding) finding = neg_finding_copy (neg_quality_finding_get (row));
  NegQualityPlace place = get_place (self, finding->subject);

  switch (finding->action) {
  case NEG_ACTION_MATCH:
    _neg_quality_page_open_form (self, neg_quality_match_new (self->model, self->sheet->row, g_ascii_strtoll (finding->argument, NULL, 10)));
    break;
  case NEG_ACTION_SET:
    _neg_quality_page_open_form (self, neg_quality_values_new (self->model, self->study, &place, finding->argument));
    break;
  case NEG_ACTION_REJECT:
  case NEG_ACTION_MASK:
    open_reject (self, finding->subject);
    break;
  case NEG_ACTION_FETCH:
    _neg_quality_page_check_again (self, neg_quality_finding_get_words (row));
    break;
  default:
    open_arranging (self, finding);
    break;
  }
}

/* --- without a finding --- */

gboolean
_neg_quality_page_has_sheet (NegQualityPage *self)
{
  return self->sheet != NULL && self->study != 0;
}

gboolean
neg_quality_page_match (NegQualityPage *self)
{
  g_return_val_if_fail (NEG_IS_QUALITY_PAGE (self), FALSE);

  if (_neg_quality_page_has_sheet (self))
    _neg_quality_page_open_form (self, neg_quality_match_new (self->model, self->sheet->row, 0));
  return _neg_quality_page_has_sheet (self);
}

gboolean
neg_quality_page_correct (NegQualityPage *self)
{
  NegQualityPlace place;

  g_return_val_if_fail (NEG_IS_QUALITY_PAGE (self), FALSE);

  place = get_place (self, NULL);
  if (_neg_quality_page_has_sheet (self))
    _neg_quality_page_open_form (self, neg_quality_values_new (self->model, self->study, &place, NULL));
  return _neg_quality_page_has_sheet (self);
}

gboolean
neg_quality_page_reject (NegQualityPage *self)
{
  g_return_val_if_fail (NEG_IS_QUALITY_PAGE (self), FALSE);

  if (_neg_quality_page_has_sheet (self))
    open_reject (self, NULL);
  return _neg_quality_page_has_sheet (self);
}

void
_neg_quality_page_split (NegQualityPage *self)
{
  NegQualityPlace place = get_place (self, NULL);

  if (_neg_quality_page_has_sheet (self))
    _neg_quality_page_open_form (self, neg_quality_arrange_new_split (self->model, self->sheet->row, &place));
}

void
_neg_quality_page_move (NegQualityPage *self)
{
  NegQualityPlace place = get_place (self, NULL);

  if (_neg_quality_page_has_sheet (self))
    _neg_quality_page_open_form (self, neg_quality_arrange_new_move (self->model, self->sheet->row, &place));
}
