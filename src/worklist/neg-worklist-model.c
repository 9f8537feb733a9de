#include "config.h"

#include "worklist/neg-worklist-model.h"

#include <string.h>

#include "base/neg-error.h"
#include "store/neg-archive.h"
#include "worklist/neg-worklist-item-private.h"
#include "worklist/neg-worklist-reader-private.h"

#define KEPT_PAGES 10u

struct _NegWorklistModel {
  GObject parent_instance;
  NegWorklistReader *reader;
  GPtrArray *slots;  /* NegWorklistItem by position, owned; NULL where nobody has looked */
  GHashTable *by_id; /* gint64 * in the item: item, borrowed of slots */
  GHashTable *pages; /* guint: whether it is there (1) or on its way (2) */
  guint looked_at;   /* page */
  guint n_found;
  gboolean is_counting, is_refreshing, refresh_again;
  NegEntryCounts counts;
  GError *failure;
};

enum { PROP_FAILURE = 1, N_PROPERTIES };
enum { UPDATED, N_SIGNALS };
enum { PAGE_THERE = 1, PAGE_COMING };
static GParamSpec *properties[N_PROPERTIES];
static guint signals[N_SIGNALS];

/* --- the list --- */

static GType
get_item_type (GListModel *list)
{
  return NEG_TYPE_WORKLIST_ITEM;
}

static guint
get_n_items (GListModel *list)
{
  return NEG_WORKLIST_MODEL (list)->slots->len;
}

static gpointer
get_item (GListModel *list, guint position)
{
  NegWorklistModel *self = NEG_WORKLIST_MODEL (list);
  NegWorklistItem *item;

  if (position >= self->slots->len)
    return NULL;
  item = g_ptr_array_index (self->slots, position);
  if (item == NULL) {
    item = _neg_worklist_item_new (self);
    item->page = position / NEG_WORKLIST_PAGE;
    g_ptr_array_index (self->slots, position) = item;
  }
  if (item->entry == NULL)
    _neg_worklist_model_need_page (self, position / NEG_WORKLIST_PAGE);
  self->looked_at = position / NEG_WORKLIST_PAGE;
  return g_object_ref (item);
}

static void
list_model_init (GListModelInterface *interface)
{
  interface->get_item_type = get_item_type;
  interface->get_n_items = get_n_items;
  interface->get_item = get_item;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (NegWorklistModel, neg_worklist_model, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL, list_model_init))

void
_neg_worklist_model_need_page (NegWorklistModel *self, guint page)
{
  g_autoptr (GArray) pages = NULL;

  if (page * NEG_WORKLIST_PAGE >= self->slots->len || g_hash_table_contains (self->pages, GUINT_TO_POINTER (page)))
    return;
  self->looked_at = page;
  pages = g_array_new (FALSE, FALSE, sizeof (guint));
  g_array_append_val (pages, page);
  g_hash_table_insert (self->pages, GUINT_TO_POINTER (page), GUINT_TO_POINTER (PAGE_COMING));
  _neg_worklist_reader_ask_pages (self->reader, NEG_WORKLIST_PAGES, pages);
}

/* --- entries come --- */

/* The item of @entry, the same one while it is on the list; takes @entry. Given. */
static NegWorklistItem *
item_of (NegWorklistModel *self, NegEntry *entry, guint position)
{
  NegWorklistItem *item = g_hash_table_lookup (self->by_id, &entry->id);

  item = item != NULL ? g_object_ref (item) : _neg_worklist_item_new (self);
  item->page = position / NEG_WORKLIST_PAGE;
  _neg_worklist_item_take_entry (item, entry);
  return item;
}

static void
free_slot (gpointer item)
{
  if (item != NULL)
    g_object_unref (item);
}

static GPtrArray *
new_slots (void)
{
  return g_ptr_array_new_with_free_func (free_slot);
}

static void
index_items (NegWorklistModel *self)
{
  g_hash_table_remove_all (self->by_id);
  for (guint i = 0; i < self->slots->len; i++) {
    NegWorklistItem *item = g_ptr_array_index (self->slots, i);

    if (item != NULL && item->id != 0)
      g_hash_table_replace (self->by_id, &item->id, item);
  }
}

static void
replace_slots (NegWorklistModel *self, GPtrArray *slots)
{
  g_autoptr (GPtrArray) old = self->slots;

  self->slots = slots;
  index_items (self);
  g_list_model_items_changed (G_LIST_MODEL (self), 0, old->len, slots->len);
}

static GPtrArray *
take_entries (NegWorklistModel *self, GPtrArray *entries)
{
  GPtrArray *slots = new_slots ();

  for (guint i = 0; i < entries->len; i++)
    g_ptr_array_add (slots, item_of (self, g_steal_pointer (&g_ptr_array_index (entries, i)), i));
  return slots;
}

static void
set_length (NegWorklistModel *self, guint n)
{
  guint old = self->slots->len;

  if (n == old)
    return;
  g_ptr_array_set_size (self->slots, (int) n);
  index_items (self);
  g_list_model_items_changed (G_LIST_MODEL (self), MIN (old, n), old > n ? old - n : 0, n > old ? n - old : 0);
}

/* Takes @entry. TRUE when another item is there now. */
static gboolean
fill_slot (NegWorklistModel *self, guint position, NegEntry *entry)
{
  NegWorklistItem *slot = g_ptr_array_index (self->slots, position);
  NegWorklistItem *item;

  if (slot != NULL && slot->id == 0) { /* it is now known whose it is */
    _neg_worklist_item_take_entry (slot, entry);
    g_hash_table_replace (self->by_id, &slot->id, slot);
    return FALSE;
  }
  item = item_of (self, entry, position);
  if (slot != NULL && slot != item && g_hash_table_lookup (self->by_id, &slot->id) == slot)
    g_hash_table_remove (self->by_id, &slot->id);
  g_ptr_array_index (self->slots, position) = item;
  g_hash_table_replace (self->by_id, &item->id, item);
  if (slot != NULL)
    g_object_unref (slot);
  return slot != NULL && slot != item;
}

static void
fill_page (NegWorklistModel *self, guint page, GPtrArray *entries, guint first)
{
  guint start = page * NEG_WORKLIST_PAGE, changed_from = G_MAXUINT, changed_to = 0;

  for (guint i = 0; i < NEG_WORKLIST_PAGE && first + i < entries->len && start + i < self->slots->len; i++)
    if (fill_slot (self, start + i, g_steal_pointer (&g_ptr_array_index (entries, first + i)))) {
      changed_from = MIN (changed_from, start + i);
      changed_to = start + i + 1;
    }
  g_hash_table_insert (self->pages, GUINT_TO_POINTER (page), GUINT_TO_POINTER (PAGE_THERE));
  if (changed_from < changed_to)
    g_list_model_items_changed (G_LIST_MODEL (self), changed_from, changed_to - changed_from,
                                changed_to - changed_from);
}

static guint
distance (guint a, guint b)
{
  return a > b ? a - b : b - a;
}

static void
let_go_page (NegWorklistModel *self, guint page)
{
  for (guint i = page * NEG_WORKLIST_PAGE; i < (page + 1) * NEG_WORKLIST_PAGE && i < self->slots->len; i++) {
    NegWorklistItem *item = g_ptr_array_index (self->slots, i);

    if (item != NULL)
      _neg_worklist_item_take_entry (item, NULL);
  }
  g_hash_table_remove (self->pages, GUINT_TO_POINTER (page));
}

/* The pages that are farthest from where somebody looks. */
static void
let_go (NegWorklistModel *self)
{
  for (;;) {
    guint n = 0, farthest = self->looked_at;
    GHashTableIter iter;
    gpointer page, state;

    g_hash_table_iter_init (&iter, self->pages);
    while (g_hash_table_iter_next (&iter, &page, &state)) {
      if (GPOINTER_TO_UINT (state) != PAGE_THERE)
        continue;
      n++;
      if (distance (GPOINTER_TO_UINT (page), self->looked_at) > distance (farthest, self->looked_at))
        farthest = GPOINTER_TO_UINT (page);
    }
    if (n <= KEPT_PAGES || farthest == self->looked_at)
      return;
    let_go_page (self, farthest);
  }
}

/* --- short lists change by what came and what went --- */

static GHashTable *
new_set (GPtrArray *items)
{
  GHashTable *set = g_hash_table_new (NULL, NULL);

  for (guint i = 0; i < items->len; i++)
    g_hash_table_insert (set, g_ptr_array_index (items, i), GUINT_TO_POINTER (i + 1));
  return set;
}

/* What stays keeps its order in both; the rest of @wanted comes anew. */
static void
remove_gone (NegWorklistModel *self, GPtrArray *wanted)
{
  g_autoptr (GHashTable) places = new_set (wanted);
  g_autofree gboolean *stays = g_new0 (gboolean, self->slots->len + 1);
  guint last = 0;

  for (guint i = 0; i < self->slots->len; i++) {
    guint place = GPOINTER_TO_UINT (g_hash_table_lookup (places, g_ptr_array_index (self->slots, i)));

    stays[i] = place > last;
    last = MAX (last, place);
  }
  for (guint end = self->slots->len; end > 0;) {
    guint start = end;

    while (start > 0 && !stays[start - 1])
      start--;
    if (start < end) {
      g_ptr_array_remove_range (self->slots, start, end - start);
      g_list_model_items_changed (G_LIST_MODEL (self), start, end - start, 0);
    }
    end = start > 0 ? start - 1 : 0;
  }
}

static void
insert_new (NegWorklistModel *self, GPtrArray *wanted)
{
  for (guint i = 0; i < wanted->len;) {
    gpointer next = i < self->slots->len ? g_ptr_array_index (self->slots, i) : NULL;
    guint end = i;

    while (end < wanted->len && g_ptr_array_index (wanted, end) != next) {
      g_ptr_array_insert (self->slots, (int) end, g_object_ref (g_ptr_array_index (wanted, end)));
      end++;
    }
    if (end > i)
      g_list_model_items_changed (G_LIST_MODEL (self), i, 0, end - i);
    i = MAX (end, i + 1);
  }
}

static void
change_short (NegWorklistModel *self, GPtrArray *entries)
{
  g_autoptr (GPtrArray) wanted = take_entries (self, entries);

  remove_gone (self, wanted);
  insert_new (self, wanted);
  index_items (self);
  g_hash_table_remove_all (self->pages);
  for (guint i = 0; i < wanted->len; i += NEG_WORKLIST_PAGE)
    g_hash_table_insert (self->pages, GUINT_TO_POINTER (i / NEG_WORKLIST_PAGE), GUINT_TO_POINTER (PAGE_THERE));
}

/* --- answers --- */

static void
take_first (NegWorklistModel *self, NegWorklistAnswer *answer)
{
  g_hash_table_remove_all (self->pages);
  if (answer->entries->len > 0)
    g_hash_table_insert (self->pages, GUINT_TO_POINTER (0), GUINT_TO_POINTER (PAGE_THERE));
  self->looked_at = 0;
  self->n_found = answer->entries->len;
  self->is_counting = TRUE; /* the count follows */
  replace_slots (self, take_entries (self, answer->entries));
}

static void
take_count (NegWorklistModel *self, guint n)
{
  self->n_found = MAX (n, MIN (self->slots->len, NEG_WORKLIST_PAGE));
  self->is_counting = FALSE;
  set_length (self, MIN (self->n_found, NEG_ENTRIES_REACH));
}

static void
take_pages (NegWorklistModel *self, NegWorklistAnswer *answer)
{
  for (guint i = 0; i < answer->pages->len; i++)
    fill_page (self, g_array_index (answer->pages, guint, i), answer->entries, i * NEG_WORKLIST_PAGE);
  let_go (self);
}

static void
take_again (NegWorklistModel *self, NegWorklistAnswer *answer)
{
  if (answer->n_found <= NEG_WORKLIST_SHORT && self->slots->len <= NEG_WORKLIST_SHORT) {
    self->n_found = answer->entries->len;
    self->is_counting = FALSE;
    change_short (self, answer->entries);
    return;
  }
  take_count (self, answer->n_found);
  take_pages (self, answer);
}

static void
set_failure (NegWorklistModel *self, const GError *error)
{
  if (error == NULL && self->failure == NULL)
    return;
  g_clear_error (&self->failure);
  self->failure = error != NULL ? g_error_copy (error) : NULL;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_FAILURE]);
}

/* What is shown is never of another query than the one that was asked. */
static void
take_failure (NegWorklistModel *self, NegWorklistAnswer *answer)
{
  self->is_counting = answer->what == NEG_WORKLIST_FIRST; /* which the count follows */
  if (answer->what == NEG_WORKLIST_FIRST) {
    self->n_found = 0;
    g_hash_table_remove_all (self->pages);
    replace_slots (self, new_slots ());
  }
  for (guint i = 0; i < answer->pages->len && answer->what == NEG_WORKLIST_PAGES; i++)
    g_hash_table_remove (self->pages, GUINT_TO_POINTER (g_array_index (answer->pages, guint, i)));
}

static void
take_answer (NegWorklistModel *self, NegWorklistAnswer *answer)
{
  switch (answer->what) {
  case NEG_WORKLIST_FIRST:
    self->counts = answer->counts;
    take_first (self, answer);
    break;
  case NEG_WORKLIST_COUNT:
    take_count (self, answer->n_found);
    break;
  case NEG_WORKLIST_PAGES:
    take_pages (self, answer);
    break;
  case NEG_WORKLIST_AGAIN:
    self->counts = answer->counts;
    take_again (self, answer);
    break;
  }
}

static void
answered (NegWorklistAnswer *answer, gpointer user_data)
{
  g_autoptr (NegWorklistModel) self = g_object_ref (NEG_WORKLIST_MODEL (user_data));

  if (answer->error != NULL)
    take_failure (self, answer);
  else
    take_answer (self, answer);
  if (answer->what == NEG_WORKLIST_PAGES && answer->error == NULL)
    return;
  set_failure (self, answer->error);
  if (answer->what == NEG_WORKLIST_AGAIN) {
    self->is_refreshing = FALSE;
    if (self->refresh_again)
      neg_worklist_model_refresh (self);
  }
  g_signal_emit (self, signals[UPDATED], 0);
}

/* --- the object --- */

static void
neg_worklist_model_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  NegWorklistModel *self = NEG_WORKLIST_MODEL (object);

  if (id == PROP_FAILURE)
    g_value_set_boxed (value, self->failure);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
neg_worklist_model_dispose (GObject *object)
{
  NegWorklistModel *self = NEG_WORKLIST_MODEL (object);

  g_clear_pointer (&self->reader, _neg_worklist_reader_free);
  G_OBJECT_CLASS (neg_worklist_model_parent_class)->dispose (object);
}

static void
neg_worklist_model_finalize (GObject *object)
{
  NegWorklistModel *self = NEG_WORKLIST_MODEL (object);

  g_hash_table_unref (self->by_id);
  g_hash_table_unref (self->pages);
  g_ptr_array_unref (self->slots);
  g_clear_error (&self->failure);
  G_OBJECT_CLASS (neg_worklist_model_parent_class)->finalize (object);
}

static void
neg_worklist_model_class_init (NegWorklistModelClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = neg_worklist_model_get_property;
  object_class->dispose = neg_worklist_model_dispose;
  object_class->finalize = neg_worklist_model_finalize;
  properties[PROP_FAILURE] = g_param_spec_boxed ("failure", NULL, NULL, G_TYPE_ERROR,
                                                 G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY);
  g_object_class_install_properties (object_class, N_PROPERTIES, properties);
  signals[UPDATED] = g_signal_new ("updated", NEG_TYPE_WORKLIST_MODEL, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                   G_TYPE_NONE, 0);
}

static void
neg_worklist_model_init (NegWorklistModel *self)
{
  self->slots = new_slots ();
  self->by_id = g_hash_table_new (g_int64_hash, g_int64_equal);
  self->pages = g_hash_table_new (NULL, NULL);
}

NegWorklistModel *
neg_worklist_model_new (const char *data_folder, const char *cache_folder)
{
  NegWorklistModel *self = g_object_new (NEG_TYPE_WORKLIST_MODEL, NULL);
  const NegEntryQuery all = { .order = NEG_COLUMN_TIME, .descending = TRUE };

  self->reader = _neg_worklist_reader_new (data_folder, cache_folder, answered, self);
  neg_worklist_model_set_query (self, &all);
  return self;
}

void
neg_worklist_model_set_query (NegWorklistModel *self, const NegEntryQuery *query)
{
  g_return_if_fail (NEG_IS_WORKLIST_MODEL (self));
  self->is_counting = TRUE;
  self->is_refreshing = self->refresh_again = FALSE;
  g_hash_table_remove_all (self->pages); /* of the old list: none of it is on its way any more */
  _neg_worklist_reader_ask (self->reader, query);
}

void
neg_worklist_model_wait (NegWorklistModel *self, guint limit_ms)
{
  g_return_if_fail (NEG_IS_WORKLIST_MODEL (self));
  _neg_worklist_reader_wait (self->reader, limit_ms * G_TIME_SPAN_MILLISECOND);
}

void
neg_worklist_model_refresh (NegWorklistModel *self)
{
  g_autoptr (GArray) pages = NULL;
  GHashTableIter iter;
  gpointer page;

  g_return_if_fail (NEG_IS_WORKLIST_MODEL (self));
  self->refresh_again = self->is_refreshing;
  if (self->is_refreshing)
    return;
  self->is_refreshing = TRUE;
  pages = g_array_new (FALSE, FALSE, sizeof (guint));
  g_hash_table_iter_init (&iter, self->pages);
  while (g_hash_table_iter_next (&iter, &page, NULL)) {
    guint number = GPOINTER_TO_UINT (page);

    g_array_append_val (pages, number);
  }
  if (pages->len == 0)
    g_array_set_size (pages, 1); /* the first one */
  _neg_worklist_reader_ask_pages (self->reader, NEG_WORKLIST_AGAIN, pages);
}

guint
neg_worklist_model_get_n_found (NegWorklistModel *self)
{
  return self->n_found;
}

gboolean
neg_worklist_model_is_counting (NegWorklistModel *self)
{
  return self->is_counting;
}

const NegEntryCounts *
neg_worklist_model_get_counts (NegWorklistModel *self)
{
  return &self->counts;
}

const GError *
neg_worklist_model_get_failure (NegWorklistModel *self)
{
  return self->failure;
}

gboolean
neg_worklist_model_find (NegWorklistModel *self, gint64 entry_id, guint *position)
{
  NegWorklistItem *item = g_hash_table_lookup (self->by_id, &entry_id);

  return item != NULL && g_ptr_array_find (self->slots, item, position);
}

NegWorklistReader *
_neg_worklist_model_get_reader (NegWorklistModel *self)
{
  return self->reader;
}
