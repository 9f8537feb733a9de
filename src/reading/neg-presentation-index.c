#include "config.h"

#include "reading/neg-presentation-private.h"

typedef struct {
  guint32 item; /* of the VOIs */
  const NegImageReference *reference;
} Mention;

struct _NegPresentationIndex {
  const NegPresentation *presentation;
  GHashTable *references; /* SOP Instance UID -> GArray of Mention */
  GHashTable *vois;       /* the same, in the order of the items */
  GArray *everywhere;     /* guint32: VOIs of all images */
};

static GHashTable *
new_table (void)
{
  return g_hash_table_new_full (g_str_hash, g_str_equal, NULL, (GDestroyNotify) g_array_unref);
}

static void
add (GHashTable *table, const NegImageReferences *references, guint32 item)
{
  for (guint32 i = 0; i < references->n; i++) {
    const Mention mention = { item, &references->items[i] };
    GArray *mentions = g_hash_table_lookup (table, mention.reference->sop_instance_uid);

    if (mentions == NULL) {
      mentions = g_array_new (FALSE, FALSE, sizeof (Mention));
      g_hash_table_insert (table, mention.reference->sop_instance_uid, mentions);
    }
    g_array_append_val (mentions, mention);
  }
}

NegPresentationIndex *
_neg_presentation_index_new (const NegPresentation *presentation)
{
  NegPresentationIndex *self = g_new0 (NegPresentationIndex, 1);

  self->presentation = presentation;
  self->references = new_table ();
  self->vois = new_table ();
  self->everywhere = g_array_new (FALSE, FALSE, sizeof (guint32));
  add (self->references, &presentation->references, 0);
  for (guint32 i = 0; i < presentation->n_vois; i++) {
    add (self->vois, &presentation->vois[i].references, i);
    if (presentation->vois[i].references.n == 0)
      g_array_append_val (self->everywhere, i);
  }
  return self;
}

void
_neg_presentation_index_free (NegPresentationIndex *self)
{
  if (self == NULL)
    return;
  g_hash_table_unref (self->references);
  g_hash_table_unref (self->vois);
  g_array_unref (self->everywhere);
  g_free (self);
}

static gboolean
has_frame (const NegImageReference *reference, guint32 frame)
{
  for (guint32 i = 0; i < reference->n_frames; i++)
    if (reference->frames[i] - 1 == frame)
      return TRUE;
  return reference->n_frames == 0;
}

gboolean
_neg_presentation_index_means (NegPresentationIndex *self, const char *sop_instance_uid, guint32 frame)
{
  const GArray *mentions = sop_instance_uid != NULL ? g_hash_table_lookup (self->references, sop_instance_uid) : NULL;

  for (guint i = 0; mentions != NULL && i < mentions->len; i++)
    if (has_frame (g_array_index (mentions, Mention, i).reference, frame))
      return TRUE;
  return FALSE;
}

/* Of one item; *@alternative: how many are still to be passed over. */
static gboolean
find_alternative (const NegSoftcopyVoi *item, guint *alternative, NegVoi *voi, const char **explanation)
{
  for (guint32 i = 0; i < item->n_windows + item->n_luts; i++) {
    const gboolean is_window = i < item->n_windows;

    if (*alternative > 0) {
      (*alternative)--;
      continue;
    }
    *voi = is_window ? (NegVoi){ item->function, item->windows[i].center, item->windows[i].width, NULL }
                     : (NegVoi){ .lut = &item->luts[i - item->n_windows] };
    *explanation = is_window ? item->windows[i].explanation : item->luts[i - item->n_windows].explanation;
    if (neg_voi_is_valid (voi))
      return TRUE;
  }
  return FALSE;
}

/* Items of this image and those of all images, in the order of the state. */
gboolean
_neg_presentation_index_find_voi (NegPresentationIndex *self, const char *sop_instance_uid, guint32 frame,
                                  guint alternative, NegVoi *voi, const char **explanation)
{
  const GArray *mentions = sop_instance_uid != NULL ? g_hash_table_lookup (self->vois, sop_instance_uid) : NULL;
  const guint n = mentions != NULL ? mentions->len : 0;
  guint32 last = G_MAXUINT32;

  for (guint i = 0, j = 0; i < n || j < self->everywhere->len;) {
    const guint32 own = i < n ? g_array_index (mentions, Mention, i).item : G_MAXUINT32;
    const guint32 other = j < self->everywhere->len ? g_array_index (self->everywhere, guint32, j) : G_MAXUINT32;
    const gboolean is_meant = own > other || has_frame (g_array_index (mentions, Mention, i).reference, frame);
    const guint32 item = MIN (own, other);

    if (own < other)
      i++;
    else
      j++;
    if (!is_meant || item == last)
      continue;
    last = item;
    if (find_alternative (&self->presentation->vois[item], &alternative, voi, explanation))
      return TRUE;
  }
  return FALSE;
}
