#include "config.h"

#include "ui/neg-learn-page.h"

#include <glib/gi18n-lib.h>

#include "learning/neg-markdown.h"
#include "learning/neg-progress.h"
#include "ui/neg-accessible.h"
#include "ui/neg-fold.h"
#include "ui/neg-learn-required.h"
#include "ui/neg-learn-topic.h"

struct _NegLearnPage {
  GtkWidget parent_instance;

  NegLibraryModel *model;
  NegNetwork *network;
  NegReadingStore *store; /* borrowed, nullable */
  NegLearnRequired *required; /* NULL until it is read */
  GCancellable *cancellable;
  char **exercises;    /* nullable */
  char *wanted;        /* a topic that was asked for before the library was read; nullable */
  GHashTable *texts;   /* topic id to what a search looks through */

  GtkWidget *stack, *search, *role, *rows, *empty, *problem, *topic;
};

G_DEFINE_FINAL_TYPE (NegLearnPage, neg_learn_page, GTK_TYPE_WIDGET)

enum { PRACTISE, N_SIGNALS };
static guint signals[N_SIGNALS];

/* Of the drop-down, in its order. */
static const guint filters[] = { 0, NEG_ROLE_RADIOLOGIST, NEG_ROLE_TECHNOLOGIST, NEG_ROLE_SUPERUSER, NEG_ROLE_ADMINISTRATOR };

/* --- what of a topic is known --- */

static const char *
get_due (NegLearnPage *self, const NegTopic *topic)
{
  return self->required != NULL ? g_hash_table_lookup (self->required->days, topic->id) : NULL;
}

static double
get_fraction (NegLearnPage *self, const NegTopic *topic)
{
  NegProgressVideo video = { topic->id, topic->revision };

  if (self->store == NULL || topic->video == NULL || topic->video->duration_ms == 0)
    return 0;
  video.video = topic->video->sha256;
  video.duration_ms = topic->video->duration_ms;
  return neg_progress_get_fraction (self->store, NULL, &video);
}

static gboolean
is_for (const NegTopic *topic, guint roles)
{
  gboolean found = topic->roles == NULL || topic->roles[0] == NULL;

  for (guint i = 0; !found && topic->roles[i] != NULL; i++)
    found = (neg_role_find (topic->roles[i]) & roles) != 0;
  return found;
}

/* Title, summary and page, in all languages that people may type. */
static const char *
get_text (NegLearnPage *self, const NegTopic *topic)
{
  const char *known = g_hash_table_lookup (self->texts, topic->id);
  const NegLibraryFile *file = neg_library_choose_file (topic->texts, g_get_language_names ());
  g_autoptr (GString) text = g_string_new (topic->id);
  g_autofree char *page = NULL, *plain = NULL;
  GHashTableIter iter;
  gpointer words;

  if (known != NULL)
    return known;
  g_hash_table_iter_init (&iter, topic->title);
  while (g_hash_table_iter_next (&iter, NULL, &words))
    g_string_append_printf (text, " %s", (char *) words);
  g_hash_table_iter_init (&iter, topic->summary);
  while (g_hash_table_iter_next (&iter, NULL, &words))
    g_string_append_printf (text, " %s", (char *) words);
  if (file != NULL && g_file_get_contents (file->path, &page, NULL, NULL)) {
    plain = neg_markdown_to_plain (page);
    g_string_append_printf (text, " %s", plain);
  }
  g_hash_table_insert (self->texts, g_strdup (topic->id), neg_fold_dup (text->str));
  return g_hash_table_lookup (self->texts, topic->id);
}

/* "Required by 2026-12-15 · watch: 40 s · 55 %"; given. */
static char *
dup_state (NegLearnPage *self, const NegTopic *topic)
{
  g_autoptr (GString) state = g_string_new (NULL);
  g_autofree char *length = neg_learn_dup_length (topic);
  const char *due = get_due (self, topic);
  double fraction = get_fraction (self, topic);
  gboolean is_done = fraction >= NEG_PROGRESS_DONE;

  if (due != NULL && !is_done && *due != '\0')
    g_string_append_printf (state, _ ("required by %s"), due);
  else if (due != NULL && !is_done)
    g_string_append (state, _ ("required"));
  else if (!topic->is_builtin && fraction == 0)
    g_string_append (state, _ ("new"));
  if (length != NULL)
    g_string_append_printf (state, "%s%s", state->len > 0 ? " · " : "", length);
  if (is_done)
    g_string_append_printf (state, "%s%s", state->len > 0 ? " · " : "", _ ("watched"));
  else if (fraction > 0)
    g_string_append_printf (state, " · %d %%", (int) (fraction * 100));
  return g_string_free (g_steal_pointer (&state), FALSE);
}

/* --- the list --- */

static GtkWidget *
new_label (const char *text, const char *css_class)
{
  GtkWidget *label = gtk_label_new (text);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_wrap_mode (GTK_LABEL (label), PANGO_WRAP_WORD_CHAR);
  gtk_label_set_width_chars (GTK_LABEL (label), 1);
  gtk_widget_add_css_class (label, css_class);
  return label;
}

static void
add_row (NegLearnPage *self, const NegTopic *topic)
{
  const char *const *languages = g_get_language_names ();
  const char *title = neg_library_choose_words (topic->title, languages), *summary = neg_library_choose_words (topic->summary, languages);
  g_autofree char *state = dup_state (self, topic);
  g_autofree char *spoken = g_strdup_printf ("%s. %s%s%s", title, state, *state != '\0' ? ". " : "", summary);
  gboolean is_due = get_due (self, topic) != NULL && get_fraction (self, topic) < NEG_PROGRESS_DONE;
  GtkWidget *row = gtk_list_box_row_new (), *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);

  gtk_widget_add_css_class (box, "row-content");
  gtk_box_append (GTK_BOX (box), new_label (title, "title"));
  if (*state != '\0')
    gtk_box_append (GTK_BOX (box), new_label (state, is_due ? "attention" : "subtitle"));
  if (*summary != '\0')
    gtk_box_append (GTK_BOX (box), new_label (summary, "subtitle"));
  gtk_list_box_row_set_child (GTK_LIST_BOX_ROW (row), box);
  gtk_accessible_update_property (GTK_ACCESSIBLE (row), GTK_ACCESSIBLE_PROPERTY_LABEL, spoken, -1);
  g_object_set_data_full (G_OBJECT (row), "topic", g_strdup (topic->id), g_free);
  gtk_list_box_append (GTK_LIST_BOX (self->rows), row);
}

static gboolean
is_shown (NegLearnPage *self, const NegTopic *topic, const char *query, guint roles)
{
  return !topic->is_withdrawn && (roles == 0 || is_for (topic, roles)) && neg_fold_matches (get_text (self, topic), query);
}

/* What is required and not done yet comes first. */
static void
fill_list (NegLearnPage *self)
{
  NegLibrary *library = neg_library_model_get_library (self->model);
  const char *query = gtk_editable_get_text (GTK_EDITABLE (self->search));
  guint roles = filters[MIN (gtk_drop_down_get_selected (GTK_DROP_DOWN (self->role)), G_N_ELEMENTS (filters) - 1)], n = 0;
  g_autofree char *folded = neg_fold_dup (query);
  GtkListBoxRow *row;

  while ((row = gtk_list_box_get_row_at_index (GTK_LIST_BOX (self->rows), 0)) != NULL)
    gtk_list_box_remove (GTK_LIST_BOX (self->rows), GTK_WIDGET (row));
  for (guint pass = 0; pass < 2; pass++)
    for (guint i = 0; i < library->topics->len; i++) {
      const NegTopic *topic = library->topics->pdata[i];
      gboolean is_first = get_due (self, topic) != NULL && get_fraction (self, topic) < NEG_PROGRESS_DONE;

      if (is_first == (pass == 0) && is_shown (self, topic, folded, roles)) {
        add_row (self, topic);
        n++;
      }
    }
  gtk_label_set_text (GTK_LABEL (self->empty), library->topics->len > 0 ? _ ("No topic matches. Other words, or another role, may find one.")
                                                                       : _ ("Topics come here: those of the program and those of the site. There are none."));
  gtk_widget_set_visible (self->empty, n == 0);
  gtk_widget_set_visible (self->rows, n > 0);
}

static void
update_problem (NegLearnPage *self)
{
  const char *problem = neg_library_model_get_problem (self->model);

  if (*problem == '\0' && self->required != NULL && self->required->problem != NULL)
    problem = self->required->problem;
  gtk_label_set_text (GTK_LABEL (self->problem), problem);
  gtk_widget_set_visible (self->problem, *problem != '\0');
}

/* --- a topic --- */

static gboolean
has_exercise (NegLearnPage *self, const char *id)
{
  return self->exercises != NULL && g_strv_contains ((const char *const *) self->exercises, id);
}

static gboolean
set_topic (NegLearnPage *self, const char *id)
{
  NegLibrary *library = neg_library_model_get_library (self->model);
  const NegTopic *topic = id != NULL ? neg_library_find_topic (library, id) : NULL;

  neg_learn_topic_set (NEG_LEARN_TOPIC (self->topic), topic != NULL ? library : NULL, topic, self->store);
  if (topic != NULL)
    neg_learn_topic_set_can_practise (NEG_LEARN_TOPIC (self->topic), has_exercise (self, id));
  neg_accessible_show_page (GTK_STACK (self->stack), topic != NULL ? "topic" : "list");
  return topic != NULL;
}

gboolean
neg_learn_page_show_topic (NegLearnPage *self, const char *id)
{
  g_return_val_if_fail (NEG_IS_LEARN_PAGE (self) && id != NULL, FALSE);

  g_free (self->wanted);
  self->wanted = g_strdup (id);
  return set_topic (self, id);
}

void
neg_learn_page_show_list (NegLearnPage *self)
{
  g_return_if_fail (NEG_IS_LEARN_PAGE (self));

  g_clear_pointer (&self->wanted, g_free);
  set_topic (self, NULL);
  fill_list (self);
}

const char *
neg_learn_page_get_topic (NegLearnPage *self)
{
  g_return_val_if_fail (NEG_IS_LEARN_PAGE (self), NULL);

  return neg_learn_topic_get_id (NEG_LEARN_TOPIC (self->topic));
}

void
neg_learn_page_focus (NegLearnPage *self)
{
  g_return_if_fail (NEG_IS_LEARN_PAGE (self));

  if (neg_learn_page_get_topic (self) != NULL)
    neg_learn_topic_focus (NEG_LEARN_TOPIC (self->topic));
  else
    gtk_widget_grab_focus (self->search);
}

static void
focus_row (NegLearnPage *self, const char *id)
{
  GtkListBoxRow *row;

  for (int i = 0; (row = gtk_list_box_get_row_at_index (GTK_LIST_BOX (self->rows), i)) != NULL; i++)
    if (g_strcmp0 (g_object_get_data (G_OBJECT (row), "topic"), id) == 0) {
      gtk_widget_grab_focus (GTK_WIDGET (row));
      return;
    }
  gtk_widget_grab_focus (self->search);
}

static void
back_cb (NegLearnPage *self)
{
  g_autofree char *id = g_strdup (neg_learn_page_get_topic (self));

  neg_learn_page_show_list (self);
  focus_row (self, id);
}

static void
row_cb (NegLearnPage *self, GtkListBoxRow *row)
{
  g_autofree char *id = g_strdup (g_object_get_data (G_OBJECT (row), "topic"));

  if (neg_learn_page_show_topic (self, id))
    neg_learn_page_focus (self);
}

/* Return in the search: the first that was found. */
static void
search_activate_cb (NegLearnPage *self)
{
  GtkListBoxRow *row;

  fill_list (self); /* what was typed last may not have been looked for yet */
  row = gtk_list_box_get_row_at_index (GTK_LIST_BOX (self->rows), 0);
  if (row != NULL)
    row_cb (self, row);
}

static gboolean
search_key_cb (NegLearnPage *self, guint keyval, guint keycode, GdkModifierType modifiers)
{
  GtkListBoxRow *row = gtk_list_box_get_row_at_index (GTK_LIST_BOX (self->rows), 0);

  if ((keyval != GDK_KEY_Down && keyval != GDK_KEY_KP_Down) || row == NULL)
    return FALSE;
  gtk_widget_grab_focus (GTK_WIDGET (row));
  return TRUE;
}

static void
practise_cb (NegLearnPage *self, const char *topic)
{
  g_signal_emit (self, signals[PRACTISE], 0, topic);
}

void
neg_learn_page_set_exercises (NegLearnPage *self, const char *const *topics)
{
  const char *id;

  g_return_if_fail (NEG_IS_LEARN_PAGE (self));

  g_strfreev (self->exercises);
  self->exercises = g_strdupv ((char **) topics);
  id = neg_learn_page_get_topic (self);
  if (id != NULL)
    neg_learn_topic_set_can_practise (NEG_LEARN_TOPIC (self->topic), has_exercise (self, id));
}

void
neg_learn_page_set_store (NegLearnPage *self, NegReadingStore *store)
{
  g_return_if_fail (NEG_IS_LEARN_PAGE (self));

  if (store == self->store)
    return;
  if (store == NULL)
    neg_learn_topic_close (NEG_LEARN_TOPIC (self->topic));
  self->store = store;
  if (self->wanted != NULL)
    set_topic (self, self->wanted);
  fill_list (self);
}

/* --- what changes --- */

static void
library_cb (NegLearnPage *self)
{
  g_hash_table_remove_all (self->texts);
  if (self->wanted != NULL)
    set_topic (self, self->wanted);
  fill_list (self);
  update_problem (self);
}

static void
required_cb (NegLearnRequired *required, gpointer data)
{
  NegLearnPage *self = data;

  g_clear_pointer (&self->required, neg_learn_required_free);
  self->required = required;
  fill_list (self);
  update_problem (self);
}

/* What was learned in the meantime, and what the site asks for now. */
static void
neg_learn_page_map (GtkWidget *widget)
{
  NegLearnPage *self = NEG_LEARN_PAGE (widget);

  GTK_WIDGET_CLASS (neg_learn_page_parent_class)->map (widget);
  if (neg_learn_page_get_topic (self) == NULL)
    fill_list (self);
  if (self->required == NULL)
    neg_learn_required_load (neg_network_get_home (self->network), neg_network_get_config (self->network), self->cancellable,
                             required_cb, self);
}

static gboolean
key_cb (NegLearnPage *self, guint keyval, guint keycode, GdkModifierType modifiers)
{
  if (keyval != GDK_KEY_Escape || neg_learn_page_get_topic (self) == NULL)
    return FALSE;
  back_cb (self);
  return TRUE;
}

/* --- making it --- */

static GtkWidget *
new_list (NegLearnPage *self)
{
  const char *const roles[]
      = { _ ("For everybody"), _ ("Radiologist"), _ ("Technologist"), _ ("Superuser"), _ ("Administrator"), NULL };
  GtkWidget *page = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0), *scrolled = gtk_scrolled_window_new ();
  GtkWidget *content = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  GtkEventController *keys = gtk_event_controller_key_new ();

  self->search = gtk_search_entry_new ();
  g_object_set (self->search, "placeholder-text", _ ("What do you want to do?"), NULL);
  gtk_widget_add_css_class (self->search, "pane-search");
  neg_accessible_set_name (self->search, _ ("Search the topics"));
  g_signal_connect_object (self->search, "search-changed", G_CALLBACK (fill_list), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->search, "activate", G_CALLBACK (search_activate_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (keys, "key-pressed", G_CALLBACK (search_key_cb), self, G_CONNECT_SWAPPED);
  gtk_event_controller_set_propagation_phase (keys, GTK_PHASE_CAPTURE);
  gtk_widget_add_controller (self->search, keys);
  self->role = gtk_drop_down_new_from_strings (roles);
  gtk_widget_add_css_class (self->role, "pane-search");
  neg_accessible_set_name (self->role, _ ("Topics for"));
  g_signal_connect_object (self->role, "notify::selected", G_CALLBACK (fill_list), self, G_CONNECT_SWAPPED);
  self->problem = new_label ("", "attention");
  gtk_widget_add_css_class (self->problem, "learn-problem");
  self->empty = new_label ("", "empty-page");
  self->rows = gtk_list_box_new ();
  gtk_list_box_set_selection_mode (GTK_LIST_BOX (self->rows), GTK_SELECTION_NONE);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->rows), GTK_ACCESSIBLE_PROPERTY_LABEL, _ ("Topics"), -1);
  g_signal_connect_object (self->rows, "row-activated", G_CALLBACK (row_cb), self, G_CONNECT_SWAPPED);
  gtk_box_append (GTK_BOX (content), self->empty);
  gtk_box_append (GTK_BOX (content), self->rows);
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (scrolled), GTK_POLICY_NEVER, GTK_POLICY_AUTOMATIC);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scrolled), content);
  gtk_widget_set_vexpand (scrolled, TRUE);
  gtk_box_append (GTK_BOX (page), self->search);
  gtk_box_append (GTK_BOX (page), self->role);
  gtk_box_append (GTK_BOX (page), self->problem);
  gtk_box_append (GTK_BOX (page), scrolled);
  return page;
}

static void
neg_learn_page_dispose (GObject *object)
{
  NegLearnPage *self = NEG_LEARN_PAGE (object);

  g_cancellable_cancel (self->cancellable);
  g_clear_pointer (&self->stack, gtk_widget_unparent);
  g_clear_pointer (&self->required, neg_learn_required_free);
  g_clear_object (&self->cancellable);
  g_clear_object (&self->model);
  g_clear_object (&self->network);
  g_clear_pointer (&self->exercises, g_strfreev);
  g_clear_pointer (&self->wanted, g_free);
  g_clear_pointer (&self->texts, g_hash_table_unref);
  G_OBJECT_CLASS (neg_learn_page_parent_class)->dispose (object);
}

static void
neg_learn_page_class_init (NegLearnPageClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  G_OBJECT_CLASS (class)->dispose = neg_learn_page_dispose;
  widget_class->map = neg_learn_page_map;
  signals[PRACTISE] = g_signal_new ("practise", NEG_TYPE_LEARN_PAGE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
}

static void
neg_learn_page_init (NegLearnPage *self)
{
  GtkEventController *keys = gtk_event_controller_key_new ();

  self->cancellable = g_cancellable_new ();
  self->texts = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->stack = gtk_stack_new ();
  gtk_stack_set_hhomogeneous (GTK_STACK (self->stack), FALSE);
  gtk_widget_set_parent (self->stack, GTK_WIDGET (self));
  gtk_stack_add_named (GTK_STACK (self->stack), new_list (self), "list");
  g_signal_connect_object (keys, "key-pressed", G_CALLBACK (key_cb), self, G_CONNECT_SWAPPED);
  gtk_widget_add_controller (GTK_WIDGET (self), keys);
}

GtkWidget *
neg_learn_page_new (NegLibraryModel *model, NegKeymap *keymap, NegNetwork *network)
{
  NegLearnPage *self = g_object_new (NEG_TYPE_LEARN_PAGE, NULL);

  self->model = g_object_ref (model);
  self->network = g_object_ref (network);
  self->topic = neg_learn_topic_new (keymap);
  gtk_stack_add_named (GTK_STACK (self->stack), self->topic, "topic");
  g_signal_connect_object (self->topic, "back", G_CALLBACK (back_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->topic, "practise", G_CALLBACK (practise_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (model, "changed", G_CALLBACK (library_cb), self, G_CONNECT_SWAPPED);
  neg_accessible_show_page (GTK_STACK (self->stack), "list");
  library_cb (self);
  return GTK_WIDGET (self);
}
