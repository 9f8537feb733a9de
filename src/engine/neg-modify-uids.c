#include "config.h"

#include "engine/neg-modify-private.h"

#include <string.h>

/* Original attributes: history is not rewritten. */
#define TAG_ORIGINALS 0x04000561u
#define WELL_KNOWN "1.2.840.10008."

/* What names a kind of thing and no thing of its own (PS3.6 table A-1): classes, transfer syntaxes, coding schemes, contexts,
 * templates and who made them. */
static gboolean
names_a_kind (guint32 tag)
{
  static const guint32 tags[] = {
    0x00080016, 0x0008001A, 0x0008001B, 0x00080062, 0x0008010C, 0x0008010D, 0x00080117, 0x00080118,
    0x00081150, 0x0008115A, 0x00083002, 0x0040DB0C, 0x0040DB0D, 0x04000010,
  };

  for (guint i = 0; i < G_N_ELEMENTS (tags); i++)
    if (tags[i] == tag)
      return TRUE;
  return FALSE;
}

/* The pairs are sorted by the old UID. */
static const char *
look_up (const GPtrArray *uids, const char *uid)
{
  guint low = 0, high = uids->len / 2;

  if (g_str_has_prefix (uid, WELL_KNOWN))
    return NULL;
  while (low < high) {
    const guint middle = low + (high - low) / 2;
    const int order = strcmp (uids->pdata[2 * middle], uid);

    if (order == 0)
      return uids->pdata[2 * middle + 1];
    if (order < 0)
      low = middle + 1;
    else
      high = middle;
  }
  return NULL;
}

/* The value with what is mapped in it; NULL where nothing is. Given. */
static char *
map_value (const GPtrArray *uids, const NegNode *leaf)
{
  g_autofree char *text = g_strndup ((const char *) leaf->value, leaf->length);
  g_auto (GStrv) values = g_strsplit (text, "\\", -1);
  gboolean is_mapped = FALSE;

  for (char **value = values; *value != NULL; value++) {
    const char *mapped = look_up (uids, g_strstrip (*value));

    if (mapped == NULL || strcmp (mapped, *value) == 0)
      continue;
    g_free (*value);
    *value = g_strdup (mapped);
    is_mapped = TRUE;
  }
  return is_mapped ? g_strjoinv ("\\", values) : NULL;
}

static gboolean map_item (NegChange *change, NegNode *item, gboolean is_top, GError **error);

static gboolean
map_leaf (NegChange *change, NegNode *leaf, gboolean is_top, GError **error)
{
  g_autofree char *mapped = NULL;

  if (leaf->is_fragments || leaf->length == 0 || strcmp (neg_tree_get_vr (&change->tree, leaf), "UI") != 0
      || names_a_kind (leaf->tag))
    return TRUE;
  mapped = map_value (change->modify->uids, leaf);
  if (mapped == NULL)
    return TRUE;
  change->is_changed = TRUE;
  return (!is_top || neg_change_remember (change, leaf->tag, error))
         && neg_tree_set_value (&change->tree, leaf, mapped, strlen (mapped), error);
}

static gboolean
map_node (NegChange *change, NegNode *node, gboolean is_top, GError **error)
{
  if (node->kind == NEG_NODE_LEAF)
    return map_leaf (change, node, is_top, error);
  if (node->tag == TAG_ORIGINALS)
    return TRUE;
  for (NegNode *item = node->first; item != NULL; item = item->next) {
    if (!map_item (change, item, FALSE, error))
      return FALSE;
    node->is_changed |= item->is_changed;
  }
  return TRUE;
}

static gboolean
map_item (NegChange *change, NegNode *item, gboolean is_top, GError **error)
{
  for (NegNode *child = item->first; child != NULL; child = child->next) {
    if (!map_node (change, child, is_top, error))
      return FALSE;
    item->is_changed |= child->is_changed;
  }
  return TRUE;
}

gboolean
neg_change_map_uids (NegChange *change, GError **error)
{
  if (change->modify->uids->len == 0)
    return TRUE;
  return map_item (change, change->root, TRUE, error) && map_item (change, change->rest, TRUE, error);
}
