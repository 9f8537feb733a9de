#include "config.h"

#include "ui/neg-worklist-texts.h"

/* Some screens full: beyond that all go, as cheap as keeping an order of age. */
#define TEXTS_MAX 4096

typedef struct {
  const char *text;
  int width_px;
  gboolean bold;
} Key;

typedef struct {
  Key key;
  char *text;
  PangoLayout *layout;
  int height_px, baseline; /* the latter and the next in units of Pango */
  int line_x;              /* right to left it begins farther on */
} Text;

struct _NegWorklistTexts {
  GtkWidget *widget;
  GHashTable *texts; /* Key of Text -> Text */
};

static guint
hash_key (gconstpointer data)
{
  const Key *key = data;

  return g_str_hash (key->text) ^ (guint) key->width_px ^ (key->bold ? 1u << 31 : 0);
}

static gboolean
equal_keys (gconstpointer a, gconstpointer b)
{
  const Key *one = a, *other = b;

  return one->width_px == other->width_px && one->bold == other->bold && g_str_equal (one->text, other->text);
}

static void
free_text (gpointer data)
{
  Text *text = data;

  g_free (text->text);
  g_object_unref (text->layout);
  g_free (text);
}

NegWorklistTexts *
neg_worklist_texts_new (GtkWidget *widget)
{
  NegWorklistTexts *self = g_new0 (NegWorklistTexts, 1);

  self->widget = widget;
  self->texts = g_hash_table_new_full (hash_key, equal_keys, NULL, free_text);
  return self;
}

void
neg_worklist_texts_free (NegWorklistTexts *self)
{
  if (self == NULL)
    return;
  g_hash_table_unref (self->texts);
  g_free (self);
}

void
neg_worklist_texts_clear (NegWorklistTexts *self)
{
  g_hash_table_remove_all (self->texts);
}

static PangoLayout *
new_layout (NegWorklistTexts *self, const Key *key)
{
  PangoLayout *layout = gtk_widget_create_pango_layout (self->widget, key->text);

  if (key->bold) {
    g_autoptr (PangoAttrList) attributes = pango_attr_list_new ();

    pango_attr_list_insert (attributes, pango_attr_weight_new (PANGO_WEIGHT_BOLD));
    pango_layout_set_attributes (layout, attributes);
  }
  pango_layout_set_single_paragraph_mode (layout, TRUE);
  pango_layout_set_ellipsize (layout, PANGO_ELLIPSIZE_END);
  pango_layout_set_width (layout, MAX (key->width_px, 1) * PANGO_SCALE);
  return layout;
}

static void
measure (Text *text)
{
  PangoLayoutIter *iter = pango_layout_get_iter (text->layout);
  PangoRectangle line;

  pango_layout_get_pixel_size (text->layout, NULL, &text->height_px);
  pango_layout_iter_get_line_extents (iter, NULL, &line);
  text->line_x = line.x;
  text->baseline = pango_layout_iter_get_baseline (iter);
  pango_layout_iter_free (iter);
}

/* Borrowed until the next call. */
static const Text *
get_text (NegWorklistTexts *self, const char *text, int width_px, gboolean bold)
{
  const Key key = { text, width_px, bold };
  Text *known = g_hash_table_lookup (self->texts, &key);

  if (known != NULL)
    return known;
  if (g_hash_table_size (self->texts) >= TEXTS_MAX)
    g_hash_table_remove_all (self->texts);
  known = g_new0 (Text, 1);
  known->text = g_strdup (text);
  known->key = (Key){ known->text, width_px, bold };
  known->layout = new_layout (self, &known->key);
  measure (known);
  g_hash_table_insert (self->texts, &known->key, known);
  return known;
}

int
neg_worklist_texts_get_width_px (NegWorklistTexts *self, const char *text, int width_px, gboolean bold)
{
  int text_px;

  pango_layout_get_pixel_size (get_text (self, text, width_px, bold)->layout, &text_px, NULL);
  return text_px;
}

/* Each run at its place. A whole layout is drawn at the origin, so it needs a transformation around it, and a list has
 * hundreds of cells to draw with every key. */
void
neg_worklist_texts_draw (NegWorklistTexts *self, GtkSnapshot *snapshot, const char *text, int width_px, gboolean bold,
                         const graphene_rect_t *place, const GdkRGBA *color)
{
  const Text *known = get_text (self, text, width_px, bold);
  const PangoLayoutLine *line = pango_layout_get_line_readonly (known->layout, 0);
  const double top = place->origin.y + (int) ((place->size.height - known->height_px) / 2);
  int x = known->line_x;

  for (const GSList *link = line->runs; link != NULL; link = link->next) {
    PangoLayoutRun *run = link->data;
    g_autoptr (GskRenderNode) node = NULL;

    node = gsk_text_node_new (run->item->analysis.font, run->glyphs, color,
                              &GRAPHENE_POINT_INIT (place->origin.x + (float) x / PANGO_SCALE,
                                                    top + (float) known->baseline / PANGO_SCALE));
    if (node != NULL) /* a run may have nothing to be seen */
      gtk_snapshot_append_node (snapshot, node);
    x += pango_glyph_string_get_width (run->glyphs);
  }
}
