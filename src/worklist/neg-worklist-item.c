#include "config.h"

#include "worklist/neg-worklist-item-private.h"

enum { CHANGED, N_SIGNALS };
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (NegWorklistItem, neg_worklist_item, G_TYPE_OBJECT)

static void
neg_worklist_item_finalize (GObject *object)
{
  NegWorklistItem *self = NEG_WORKLIST_ITEM (object);

  neg_entry_free (self->entry);
  g_weak_ref_clear (&self->model);
  G_OBJECT_CLASS (neg_worklist_item_parent_class)->finalize (object);
}

static void
neg_worklist_item_class_init (NegWorklistItemClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = neg_worklist_item_finalize;
  signals[CHANGED] = g_signal_new ("changed", NEG_TYPE_WORKLIST_ITEM, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                   G_TYPE_NONE, 0);
}

static void
neg_worklist_item_init (NegWorklistItem *self)
{
  g_weak_ref_init (&self->model, NULL);
}

NegWorklistItem *
_neg_worklist_item_new (NegWorklistModel *model)
{
  NegWorklistItem *self = g_object_new (NEG_TYPE_WORKLIST_ITEM, NULL);

  g_weak_ref_set (&self->model, model);
  return self;
}

static gboolean
has_same_texts (const NegEntry *a, const NegEntry *b)
{
  const char *pairs[][2] = {
    { a->study_uid, b->study_uid },     { a->patient_name, b->patient_name },
    { a->patient_id, b->patient_id },   { a->issuer, b->issuer },
    { a->birth_date, b->birth_date },   { a->sex, b->sex },
    { a->accession, b->accession },     { a->accession_issuer, b->accession_issuer },
    { a->modalities, b->modalities },   { a->description, b->description },
    { a->body_part, b->body_part },     { a->location, b->location },
    { a->referrer, b->referrer },       { a->study_date, b->study_date },
    { a->study_time, b->study_time },   { a->claimed_by, b->claimed_by },
    { a->claimed_at, b->claimed_at },   { a->peers, b->peers },
  };

  for (guint i = 0; i < G_N_ELEMENTS (pairs); i++)
    if (g_strcmp0 (pairs[i][0], pairs[i][1]) != 0)
      return FALSE;
  return TRUE;
}

static gboolean
is_same (const NegEntry *a, const NegEntry *b)
{
  return a != NULL && b != NULL && a->id == b->id && a->study_rowid == b->study_rowid && a->time_us == b->time_us
         && a->arrived_us == b->arrived_us && a->urgency == b->urgency && a->status == b->status
         && a->claimed_us == b->claimed_us && a->n_here == b->n_here && a->n_there == b->n_there
         && a->n_series_here == b->n_series_here && a->n_priors == b->n_priors
         && a->n_priors_here == b->n_priors_here && a->is_conflict == b->is_conflict && a->is_pinned == b->is_pinned
         && has_same_texts (a, b);
}

void
_neg_worklist_item_take_entry (NegWorklistItem *self, NegEntry *entry)
{
  if (entry != NULL)
    self->id = entry->id;
  if (is_same (self->entry, entry) || (self->entry == NULL && entry == NULL)) {
    neg_entry_free (entry);
    return;
  }
  neg_entry_free (self->entry);
  self->entry = entry;
  if (entry != NULL)
    g_signal_emit (self, signals[CHANGED], 0);
}

const NegEntry *
neg_worklist_item_get_entry (NegWorklistItem *self)
{
  g_return_val_if_fail (NEG_IS_WORKLIST_ITEM (self), NULL);
  if (self->entry == NULL) {
    g_autoptr (NegWorklistModel) model = g_weak_ref_get (&self->model);

    if (model != NULL)
      _neg_worklist_model_need_page (model, self->page);
  }
  return self->entry;
}
