#include "config.h"

#include "ui/neg-list-item.h"

struct _NegListItem {
  GObject parent_instance;

  NegListItemKind kind;
  char *title, *subtitle, *details;
  NegSeries *series;
};

G_DEFINE_FINAL_TYPE (NegListItem, neg_list_item, G_TYPE_OBJECT)

enum { CHANGED, N_SIGNALS };
static guint signals[N_SIGNALS];

NegListItem *
neg_list_item_new (NegListItemKind kind, const char *title, const char *subtitle, const char *details,
                   NegSeries *series)
{
  NegListItem *self = g_object_new (NEG_TYPE_LIST_ITEM, NULL);

  self->kind = kind;
  self->title = g_strdup (title);
  self->subtitle = g_strdup (subtitle);
  self->details = g_strdup (details);
  g_set_object (&self->series, series);
  return self;
}

static gboolean
take_text (char **text, const char *other)
{
  if (g_strcmp0 (*text, other) == 0)
    return FALSE;
  g_free (*text);
  *text = g_strdup (other);
  return TRUE;
}

void
neg_list_item_become (NegListItem *self, NegListItem *other)
{
  gboolean changed = self->kind != other->kind;

  self->kind = other->kind;
  changed |= take_text (&self->title, other->title);
  changed |= take_text (&self->subtitle, other->subtitle);
  changed |= take_text (&self->details, other->details);
  changed |= g_set_object (&self->series, other->series);
  if (changed)
    g_signal_emit (self, signals[CHANGED], 0);
}

NegListItemKind
neg_list_item_get_kind (NegListItem *self)
{
  return self->kind;
}

const char *
neg_list_item_get_title (NegListItem *self)
{
  return self->title;
}

const char *
neg_list_item_get_subtitle (NegListItem *self)
{
  return self->subtitle;
}

const char *
neg_list_item_get_details (NegListItem *self)
{
  return self->details;
}

NegSeries *
neg_list_item_get_series (NegListItem *self)
{
  return self->series;
}

static void
neg_list_item_finalize (GObject *object)
{
  NegListItem *self = NEG_LIST_ITEM (object);

  g_free (self->title);
  g_free (self->subtitle);
  g_free (self->details);
  g_clear_object (&self->series);
  G_OBJECT_CLASS (neg_list_item_parent_class)->finalize (object);
}

static void
neg_list_item_class_init (NegListItemClass *class)
{
  G_OBJECT_CLASS (class)->finalize = neg_list_item_finalize;
  signals[CHANGED]
      = g_signal_new ("changed", NEG_TYPE_LIST_ITEM, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
neg_list_item_init (NegListItem *self)
{
}
