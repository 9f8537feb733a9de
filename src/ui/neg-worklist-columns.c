#include "config.h"

#include "ui/neg-worklist-columns.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#define SETTINGS_KEY "worklist-columns"
#define SAVE_DELAY_MS 500 /* after the last change by dragging */

typedef struct {
  const char *name, *title;
  int width_px;
  gboolean visible;
} ColumnInfo;

static const ColumnInfo infos[NEG_COLUMN_N] = {
  [NEG_COLUMN_PRIORITY] = { "priority", N_ ("Priority"), 76, TRUE },
  [NEG_COLUMN_STATUS] = { "status", N_ ("Status"), 180, TRUE },
  [NEG_COLUMN_PATIENT] = { "patient", N_ ("Patient"), 180, TRUE },
  [NEG_COLUMN_ID] = { "id", N_ ("ID"), 100, TRUE },
  [NEG_COLUMN_BIRTH_DATE] = { "birth-date", N_ ("Born"), 130, TRUE },
  [NEG_COLUMN_SEX] = { "sex", N_ ("Sex"), 44, TRUE },
  [NEG_COLUMN_ACCESSION] = { "accession", N_ ("Accession"), 100, TRUE },
  [NEG_COLUMN_MODALITY] = { "modality", N_ ("Modality"), 76, TRUE },
  [NEG_COLUMN_DESCRIPTION] = { "description", N_ ("Description"), 200, TRUE },
  [NEG_COLUMN_BODY_PART] = { "body-part", N_ ("Body part"), 90, FALSE },
  [NEG_COLUMN_TIME] = { "time", N_ ("Time"), 130, TRUE },
  [NEG_COLUMN_LOCATION] = { "location", N_ ("Location"), 100, FALSE },
  [NEG_COLUMN_REFERRER] = { "referrer", N_ ("Referrer"), 120, FALSE },
  [NEG_COLUMN_IMAGES] = { "images", N_ ("Images"), 110, TRUE },
  [NEG_COLUMN_PRIORS] = { "priors", N_ ("Priors"), 80, TRUE },
};

/* The order in which they stand at first. */
static const NegEntryColumn first_order[NEG_COLUMN_N] = {
  NEG_COLUMN_PRIORITY,    NEG_COLUMN_STATUS,    NEG_COLUMN_PATIENT,  NEG_COLUMN_ID,       NEG_COLUMN_BIRTH_DATE,
  NEG_COLUMN_SEX,         NEG_COLUMN_MODALITY,  NEG_COLUMN_TIME,     NEG_COLUMN_DESCRIPTION,
  NEG_COLUMN_BODY_PART,   NEG_COLUMN_IMAGES,    NEG_COLUMN_PRIORS,   NEG_COLUMN_ACCESSION,
  NEG_COLUMN_LOCATION,    NEG_COLUMN_REFERRER,
};

struct _NegWorklistColumns {
  GObject parent_instance;

  GSettings *settings; /* nullable */
  NegWorklistColumn columns[NEG_COLUMN_N];
  NegEntryColumn sort;
  gboolean descending;
  guint save_source;
};

G_DEFINE_FINAL_TYPE (NegWorklistColumns, neg_worklist_columns, G_TYPE_OBJECT)

enum { CHANGED, SORT_CHANGED, N_SIGNALS };
static guint signals[N_SIGNALS];

const char *
neg_worklist_column_get_name (NegEntryColumn id)
{
  return (guint) id < NEG_COLUMN_N ? infos[id].name : "";
}

const char *
neg_worklist_column_get_title (NegEntryColumn id)
{
  return (guint) id < NEG_COLUMN_N ? _ (infos[id].title) : "";
}

static gboolean
find_name (const char *name, NegEntryColumn *id)
{
  for (guint i = 0; i < NEG_COLUMN_N; i++)
    if (g_str_equal (infos[i].name, name)) {
      *id = i;
      return TRUE;
    }
  return FALSE;
}

static void
set_defaults (NegWorklistColumns *self)
{
  for (guint i = 0; i < NEG_COLUMN_N; i++)
    self->columns[i] = (NegWorklistColumn){ .id = first_order[i],
                                            .width_px = infos[first_order[i]].width_px,
                                            .visible = infos[first_order[i]].visible };
}

static guint
index_of (NegWorklistColumns *self, NegEntryColumn id)
{
  guint i = 0;

  while (i + 1 < NEG_COLUMN_N && self->columns[i].id != id)
    i++;
  return i;
}

/* --- settings --- */

static void
save (NegWorklistColumns *self)
{
  GVariantBuilder builder;

  g_clear_handle_id (&self->save_source, g_source_remove);
  if (self->settings == NULL)
    return;
  g_variant_builder_init (&builder, G_VARIANT_TYPE ("a(sib)"));
  for (guint i = 0; i < NEG_COLUMN_N; i++)
    g_variant_builder_add (&builder, "(sib)", infos[self->columns[i].id].name, self->columns[i].width_px,
                           self->columns[i].visible);
  g_settings_set_value (self->settings, SETTINGS_KEY, g_variant_builder_end (&builder));
}

static gboolean
save_cb (gpointer data)
{
  NegWorklistColumns *self = data;

  self->save_source = 0;
  save (self);
  return G_SOURCE_REMOVE;
}

static void
changed (NegWorklistColumns *self)
{
  if (self->save_source == 0)
    self->save_source = g_timeout_add (SAVE_DELAY_MS, save_cb, self);
  g_signal_emit (self, signals[CHANGED], 0);
}

/* What a settings file says is checked like anything else from outside; what it does not name follows by itself. */
static void
load (NegWorklistColumns *self)
{
  g_autoptr (GVariant) value = g_settings_get_value (self->settings, SETTINGS_KEY);
  g_autofree char *sort = g_settings_get_string (self->settings, "worklist-sort");
  const char *name;
  gboolean visible, is_known[NEG_COLUMN_N] = { FALSE };
  guint n = 0;
  int width_px;
  GVariantIter iter;

  g_variant_iter_init (&iter, value);
  while (g_variant_iter_next (&iter, "(&sib)", &name, &width_px, &visible)) {
    NegEntryColumn id;

    if (!find_name (name, &id) || is_known[id])
      continue;
    is_known[id] = TRUE;
    self->columns[n++] = (NegWorklistColumn){
      .id = id,
      .width_px = CLAMP (width_px, NEG_WORKLIST_COLUMN_MIN_PX, NEG_WORKLIST_COLUMN_MAX_PX),
      .visible = visible,
    };
  }
  for (guint i = 0; i < NEG_COLUMN_N; i++)
    if (!is_known[first_order[i]])
      self->columns[n++] = (NegWorklistColumn){ .id = first_order[i],
                                                .width_px = infos[first_order[i]].width_px,
                                                .visible = infos[first_order[i]].visible };
  find_name (sort, &self->sort);
  self->descending = g_settings_get_boolean (self->settings, "worklist-descending");
}

/* --- what there is --- */

const NegWorklistColumn *
neg_worklist_columns_get (NegWorklistColumns *self)
{
  return self->columns;
}

int
neg_worklist_columns_get_width_px (NegWorklistColumns *self)
{
  int width_px = 0;

  for (guint i = 0; i < NEG_COLUMN_N; i++)
    width_px += self->columns[i].visible ? self->columns[i].width_px : 0;
  return width_px;
}

guint
neg_worklist_columns_get_n_visible (NegWorklistColumns *self)
{
  guint n = 0;

  for (guint i = 0; i < NEG_COLUMN_N; i++)
    n += self->columns[i].visible ? 1 : 0;
  return n;
}

NegEntryColumn
neg_worklist_columns_get_sort (NegWorklistColumns *self, gboolean *descending)
{
  *descending = self->descending;
  return self->sort;
}

/* --- changing it --- */

void
neg_worklist_columns_set_visible (NegWorklistColumns *self, NegEntryColumn id, gboolean visible)
{
  NegWorklistColumn *column = &self->columns[index_of (self, id)];

  if (column->visible == !!visible)
    return;
  /* A list without any column would be an empty one. */
  if (!visible && neg_worklist_columns_get_n_visible (self) == 1)
    return;
  column->visible = !!visible;
  changed (self);
}

void
neg_worklist_columns_set_width (NegWorklistColumns *self, NegEntryColumn id, int width_px)
{
  NegWorklistColumn *column = &self->columns[index_of (self, id)];

  width_px = CLAMP (width_px, NEG_WORKLIST_COLUMN_MIN_PX, NEG_WORKLIST_COLUMN_MAX_PX);
  if (column->width_px == width_px)
    return;
  column->width_px = width_px;
  changed (self);
}

void
neg_worklist_columns_move (NegWorklistColumns *self, NegEntryColumn id, int step)
{
  int direction = step > 0 ? 1 : -1;
  int at = index_of (self, id);

  for (int left = ABS (step); left > 0; left--) {
    NegWorklistColumn moved = self->columns[at];
    int to = at + direction;

    while (to >= 0 && to < NEG_COLUMN_N && !self->columns[to].visible)
      to += direction;
    if (to < 0 || to >= NEG_COLUMN_N)
      break;
    for (; at != to; at += direction)
      self->columns[at] = self->columns[at + direction];
    self->columns[at] = moved;
  }
  changed (self);
}

void
neg_worklist_columns_reset (NegWorklistColumns *self)
{
  set_defaults (self);
  changed (self);
}

void
neg_worklist_columns_set_sort (NegWorklistColumns *self, NegEntryColumn id, gboolean descending)
{
  if (self->sort == id && self->descending == !!descending)
    return;
  self->sort = id;
  self->descending = !!descending;
  if (self->settings != NULL) {
    g_settings_set_string (self->settings, "worklist-sort", infos[id].name);
    g_settings_set_boolean (self->settings, "worklist-descending", self->descending);
  }
  g_signal_emit (self, signals[SORT_CHANGED], 0);
}

void
neg_worklist_columns_toggle_sort (NegWorklistColumns *self, NegEntryColumn id)
{
  /* Times are looked at from the newest on. */
  neg_worklist_columns_set_sort (self, id, self->sort == id ? !self->descending : id == NEG_COLUMN_TIME);
}

/* --- actions and menu --- */

typedef struct {
  NegWorklistColumns *columns; /* owned */
  GSimpleActionGroup *group;   /* borrowed: it ends with it */
  gulong changed_handler, sort_handler;
} Actions;

static void
show_state (Actions *actions)
{
  NegWorklistColumns *self = actions->columns;
  GActionMap *map = G_ACTION_MAP (actions->group);

  for (guint i = 0; i < NEG_COLUMN_N; i++) {
    g_autofree char *name = g_strconcat ("show-", infos[self->columns[i].id].name, NULL);

    g_simple_action_set_state (G_SIMPLE_ACTION (g_action_map_lookup_action (map, name)),
                               g_variant_new_boolean (self->columns[i].visible));
  }
  g_simple_action_set_state (G_SIMPLE_ACTION (g_action_map_lookup_action (map, "sort")),
                             g_variant_new_string (infos[self->sort].name));
  g_simple_action_set_state (G_SIMPLE_ACTION (g_action_map_lookup_action (map, "descending")),
                             g_variant_new_boolean (self->descending));
}

static void
show_cb (GSimpleAction *action, GVariant *value, gpointer data)
{
  NegEntryColumn id;

  if (find_name (g_action_get_name (G_ACTION (action)) + strlen ("show-"), &id))
    neg_worklist_columns_set_visible (data, id, g_variant_get_boolean (value));
}

static void
sort_cb (GSimpleAction *action, GVariant *value, gpointer data)
{
  NegWorklistColumns *self = data;
  NegEntryColumn id;

  if (find_name (g_variant_get_string (value, NULL), &id))
    neg_worklist_columns_set_sort (self, id, self->descending);
}

static void
descending_cb (GSimpleAction *action, GVariant *value, gpointer data)
{
  NegWorklistColumns *self = data;

  neg_worklist_columns_set_sort (self, self->sort, g_variant_get_boolean (value));
}

static void
reset_cb (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  neg_worklist_columns_reset (data);
}

static void
free_actions (gpointer data)
{
  Actions *actions = data;

  g_signal_handler_disconnect (actions->columns, actions->changed_handler);
  g_signal_handler_disconnect (actions->columns, actions->sort_handler);
  g_object_unref (actions->columns);
  g_free (actions);
}

static void
add_state (GSimpleActionGroup *group, const char *name, GVariant *state, const GVariantType *type, GCallback callback,
           NegWorklistColumns *self)
{
  g_autoptr (GSimpleAction) action = g_simple_action_new_stateful (name, type, state);

  g_signal_connect_object (action, "change-state", callback, self, 0);
  g_action_map_add_action (G_ACTION_MAP (group), G_ACTION (action));
}

GActionGroup *
neg_worklist_columns_new_actions (NegWorklistColumns *self)
{
  static const GActionEntry entries[] = { { "reset", reset_cb } };
  GSimpleActionGroup *group = g_simple_action_group_new ();
  Actions *actions = g_new0 (Actions, 1);

  for (guint i = 0; i < NEG_COLUMN_N; i++) {
    g_autofree char *name = g_strconcat ("show-", infos[i].name, NULL);

    add_state (group, name, g_variant_new_boolean (FALSE), NULL, G_CALLBACK (show_cb), self);
  }
  add_state (group, "sort", g_variant_new_string (""), G_VARIANT_TYPE_STRING, G_CALLBACK (sort_cb), self);
  add_state (group, "descending", g_variant_new_boolean (FALSE), NULL, G_CALLBACK (descending_cb), self);
  g_action_map_add_action_entries (G_ACTION_MAP (group), entries, G_N_ELEMENTS (entries), self);
  actions->columns = g_object_ref (self);
  actions->group = group;
  actions->changed_handler = g_signal_connect_swapped (self, "changed", G_CALLBACK (show_state), actions);
  actions->sort_handler = g_signal_connect_swapped (self, "sort-changed", G_CALLBACK (show_state), actions);
  g_object_set_data_full (G_OBJECT (group), "neg-actions", actions, free_actions);
  show_state (actions);
  return G_ACTION_GROUP (group);
}

GMenuModel *
neg_worklist_columns_new_menu (void)
{
  g_autoptr (GMenu) shown = g_menu_new (), sorted = g_menu_new (), way = g_menu_new (), again = g_menu_new ();
  GMenu *menu = g_menu_new ();

  for (guint i = 0; i < NEG_COLUMN_N; i++) {
    NegEntryColumn id = first_order[i];
    g_autofree char *show = g_strconcat ("columns.show-", infos[id].name, NULL);
    g_autofree char *sort = g_strconcat ("columns.sort::", infos[id].name, NULL);

    g_menu_append (shown, _ (infos[id].title), show);
    g_menu_append (sorted, _ (infos[id].title), sort);
  }
  g_menu_append (way, _ ("Last first"), "columns.descending");
  g_menu_append_section (sorted, NULL, G_MENU_MODEL (way));
  g_menu_append (again, _ ("As at First"), "columns.reset");
  g_menu_append_submenu (menu, _ ("Sort By"), G_MENU_MODEL (sorted));
  g_menu_append_section (menu, _ ("Columns"), G_MENU_MODEL (shown));
  g_menu_append_section (menu, NULL, G_MENU_MODEL (again));
  return G_MENU_MODEL (menu);
}

/* --- the object --- */

static void
neg_worklist_columns_finalize (GObject *object)
{
  NegWorklistColumns *self = NEG_WORKLIST_COLUMNS (object);

  if (self->save_source != 0)
    save (self);
  g_clear_object (&self->settings);
  G_OBJECT_CLASS (neg_worklist_columns_parent_class)->finalize (object);
}

static void
neg_worklist_columns_class_init (NegWorklistColumnsClass *class)
{
  G_OBJECT_CLASS (class)->finalize = neg_worklist_columns_finalize;
  signals[CHANGED] = g_signal_new ("changed", NEG_TYPE_WORKLIST_COLUMNS, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                   G_TYPE_NONE, 0);
  signals[SORT_CHANGED] = g_signal_new ("sort-changed", NEG_TYPE_WORKLIST_COLUMNS, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                        NULL, G_TYPE_NONE, 0);
}

static void
neg_worklist_columns_init (NegWorklistColumns *self)
{
  self->sort = NEG_COLUMN_TIME;
  self->descending = TRUE;
  set_defaults (self);
}

NegWorklistColumns *
neg_worklist_columns_new (GSettings *settings)
{
  NegWorklistColumns *self = g_object_new (NEG_TYPE_WORKLIST_COLUMNS, NULL);

  if (g_set_object (&self->settings, settings) && settings != NULL)
    load (self);
  return self;
}
