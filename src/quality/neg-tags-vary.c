#include "config.h"

#include "quality/neg-tags-vary.h"

#include <math.h>
#include <string.h>

#define COMPONENTS_MAX 6

typedef struct {
  NegTagsVaryRow shown;
  char *key;          /* sorts as the elements do */
  GHashTable *values; /* a set of texts */
  gboolean is_number;
  guint n_components;
  double minima[COMPONENTS_MAX], maxima[COMPONENTS_MAX];
  char *first, *last; /* in the order of text */
  guint seen_in;      /* the object that had it last, from 1 */
} Row;

struct _NegTagsVary {
  GHashTable *rows; /* key -> Row */
  GPtrArray *all;   /* Row, owned */
  guint n_objects;
  gsize n_bytes;
};

static void
row_free (gpointer data)
{
  Row *row = data;

  neg_tag_clear (&row->shown.tag);
  g_free (row->shown.place);
  g_free (row->shown.least);
  g_free (row->shown.most);
  g_free (row->key);
  g_hash_table_unref (row->values);
  g_free (row->first);
  g_free (row->last);
  g_free (row);
}

NegTagsVary *
neg_tags_vary_new (void)
{
  NegTagsVary *vary = g_new0 (NegTagsVary, 1);

  vary->rows = g_hash_table_new (g_str_hash, g_str_equal);
  vary->all = g_ptr_array_new_with_free_func (row_free);
  return vary;
}

void
neg_tags_vary_free (NegTagsVary *vary)
{
  if (vary == NULL)
    return;
  g_hash_table_unref (vary->rows);
  g_ptr_array_unref (vary->all);
  g_free (vary);
}

guint
neg_tags_vary_get_n_objects (const NegTagsVary *vary)
{
  return vary->n_objects;
}

/* All components of @value as numbers: how many; 0 where one is none. */
static guint
parse_numbers (const char *value, double numbers[COMPONENTS_MAX])
{
  g_auto (GStrv) parts = g_strsplit (value, "\\", COMPONENTS_MAX + 1);
  const guint n = g_strv_length (parts);

  if (n == 0 || n > COMPONENTS_MAX)
    return 0;
  for (guint i = 0; i < n; i++) {
    const char *text = g_strstrip (parts[i]);
    char *end = NULL;

    if (*text == '\0' || strspn (text, "0123456789+-.eE") != strlen (text))
      return 0;
    numbers[i] = g_ascii_strtod (text, &end);
    if (*end != '\0' || !isfinite (numbers[i]))
      return 0;
  }
  return n;
}

/* Dates, times and UIDs look like numbers and are none; what nobody knows may be. */
static gboolean
may_be_number (const char *vr)
{
  return strstr ("DS IS US SS UL SL FL FD UV SV UN ??", vr) != NULL && strlen (vr) == 2;
}

static void
take_number (Row *row, const char *value)
{
  double numbers[COMPONENTS_MAX];
  const guint n = parse_numbers (value, numbers);

  if (n == 0 || (row->n_components > 0 && row->n_components != n)) {
    row->is_number = FALSE;
    return;
  }
  for (guint i = 0; i < n; i++) {
    row->minima[i] = row->n_components == 0 ? numbers[i] : MIN (row->minima[i], numbers[i]);
    row->maxima[i] = row->n_components == 0 ? numbers[i] : MAX (row->maxima[i], numbers[i]);
  }
  row->n_components = n;
}

static void
take_value (NegTagsVary *vary, Row *row, const NegTag *tag)
{
  g_autofree char *value = NULL;

  if (tag->kind != NEG_TAG_KIND_ELEMENT)
    return;
  /* Of what is not shown only the length is known. */
  value = *tag->value != '\0' || tag->length == 0 ? g_strdup (tag->value) : g_strdup_printf ("(%u)", tag->length);
  if (g_hash_table_contains (row->values, value))
    return;
  if (row->is_number)
    take_number (row, value);
  if (row->first == NULL || strcmp (value, row->first) < 0) {
    g_free (row->first);
    row->first = g_strdup (value);
  }
  if (row->last == NULL || strcmp (value, row->last) > 0) {
    g_free (row->last);
    row->last = g_strdup (value);
  }
  vary->n_bytes += strlen (value) + 32;
  if (g_hash_table_size (row->values) >= NEG_TAGS_VARY_VALUES_MAX || vary->n_bytes > NEG_TAGS_VARY_BYTES_MAX)
    row->shown.is_more = TRUE;
  else
    g_hash_table_add (row->values, g_steal_pointer (&value));
}

static Row *
new_row (NegTagsVary *vary, const NegTag *tag, const char *key, const char *place)
{
  Row *row = g_new0 (Row, 1);

  row->shown.tag = *tag;
  row->shown.tag.name = g_strdup (tag->name);
  row->shown.tag.keyword = g_strdup (tag->keyword);
  row->shown.tag.creator = g_strdup (tag->creator);
  row->shown.tag.value = g_strdup (tag->value);
  row->shown.place = g_strdup (place);
  row->key = g_strdup (key);
  row->values = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  row->is_number = may_be_number (tag->vr);
  g_ptr_array_add (vary->all, row);
  g_hash_table_insert (vary->rows, row->key, row);
  return row;
}

static void
take_tag (NegTagsVary *vary, const NegTag *tag, const char *key, const char *place)
{
  Row *row = g_hash_table_lookup (vary->rows, key);

  if (row == NULL && vary->all->len >= NEG_TAGS_VARY_ROWS_MAX)
    return;
  if (row == NULL)
    row = new_row (vary, tag, key, place);
  row->shown.n_objects += row->seen_in != vary->n_objects;
  row->seen_in = vary->n_objects;
  take_value (vary, row, tag);
}

/* Keys and places grow and shrink with the depth: @lengths is where they were. */
void
neg_tags_vary_add (NegTagsVary *vary, const NegTags *tags)
{
  g_autoptr (GString) key = g_string_new (NULL);
  g_autoptr (GString) place = g_string_new (NULL);
  gsize key_lengths[NEG_TAGS_DEPTH_MAX + 2] = { 0 };
  gsize place_lengths[NEG_TAGS_DEPTH_MAX + 2] = { 0 };

  vary->n_objects++;
  for (guint i = 0; i < tags->tags->len; i++) {
    const NegTag *tag = &g_array_index (tags->tags, NegTag, i);
    const guint depth = MIN (tag->depth, NEG_TAGS_DEPTH_MAX);

    g_string_truncate (key, key_lengths[depth]);
    g_string_truncate (place, place_lengths[depth]);
    if (tag->kind == NEG_TAG_KIND_ITEM) {
      g_string_append_printf (key, "%06u/", tag->number);
      g_string_append_printf (place, "[%u]", tag->number);
    } else {
      g_string_append_printf (key, "%08X/", tag->tag);
      take_tag (vary, tag, key->str, place->str);
      g_string_append_printf (place, "%s(%04X,%04X)", place->len > 0 ? " " : "", tag->tag >> 16, tag->tag & 0xFFFF);
    }
    key_lengths[depth + 1] = key->len;
    place_lengths[depth + 1] = place->len;
  }
}

static char *
join_numbers (const double *numbers, guint n)
{
  GString *joined = g_string_new (NULL);

  for (guint i = 0; i < n; i++) {
    char text[G_ASCII_DTOSTR_BUF_SIZE];

    g_ascii_formatd (text, sizeof text, "%.10g", numbers[i]);
    g_string_append_printf (joined, "%s%s", i > 0 ? "\\" : "", text);
  }
  return g_string_free (joined, FALSE);
}

static void
sum_up (Row *row)
{
  row->shown.n_values = g_hash_table_size (row->values);
  g_free (row->shown.least);
  g_free (row->shown.most);
  if (row->is_number && row->n_components > 0) {
    row->shown.least = join_numbers (row->minima, row->n_components);
    row->shown.most = join_numbers (row->maxima, row->n_components);
  } else {
    row->shown.least = g_strdup (row->first != NULL ? row->first : "");
    row->shown.most = g_strdup (row->last != NULL ? row->last : "");
  }
}

static int
compare_rows (gconstpointer a, gconstpointer b)
{
  return strcmp ((*(Row *const *) a)->key, (*(Row *const *) b)->key);
}

GPtrArray *
neg_tags_vary_list (NegTagsVary *vary, gboolean all)
{
  GPtrArray *list = g_ptr_array_new ();

  g_ptr_array_sort (vary->all, compare_rows);
  for (guint i = 0; i < vary->all->len; i++) {
    Row *row = g_ptr_array_index (vary->all, i);

    sum_up (row);
    if (all || row->shown.n_values > 1 || row->shown.is_more || row->shown.n_objects < vary->n_objects)
      g_ptr_array_add (list, &row->shown);
  }
  return list;
}
