/* What the files of the quality page share. */
#pragma once

#include "ui/neg-quality-finding.h"
#include "ui/neg-quality-form.h"
#include "ui/neg-quality-page.h"

G_BEGIN_DECLS

struct _NegQualityPage {
  GtkWidget parent_instance;

  NegNetwork *network;
  NegQualityModel *model;
  NegReading *reading;
  gint64 study; /* 0: none */
  NegQualitySheet *sheet; /* of it; nullable */
  GCancellable *cancellable; /* of what is asked about it */
  guint again_source;
  gboolean is_loading, load_again;
  gint64 following;    /* a correction that may take the study elsewhere; 0 */
  gboolean to_waiting; /* with the next sheet, to the second look */
  GtkWidget *box, *stack, *empty, *patient, *about, *state, *findings, *nothing, *corrections, *deliveries, *words, *buttons;
  GtkWidget *form; /* in place of all that; nullable */
};

void _neg_quality_page_open_form (NegQualityPage *self, NegQualityForm *form); /* taken */
gboolean _neg_quality_page_has_sheet (NegQualityPage *self);                   /* a study of the desk is open */

/* neg-quality-page-forms.c: */
void _neg_quality_page_act (NegQualityPage *self, NegQualityFinding *row); /* what mends it */
void _neg_quality_page_check_again (NegQualityPage *self, GtkWidget *words);
void _neg_quality_page_split (NegQualityPage *self);
void _neg_quality_page_move (NegQualityPage *self);

G_END_DECLS
