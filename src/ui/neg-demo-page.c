#include "config.h"

#include "ui/neg-demo-page.h"

#include <glib/gi18n-lib.h>

#include "ui/neg-accessible.h"
#include "ui/neg-demo-editor.h"
#include "ui/neg-draft-work.h"
#include "ui/neg-library-model.h"
#include "ui/neg-privacy.h"

#define LIST_TIMEOUT_MS 10000

struct _NegDemoPage {
  GtkWidget parent_instance;

  NegNetwork *network;
  char *folder, *wanted; /* wanted: a draft that is opened when it is there */
  GStrv topics; /* ids, as in the drop-down; the first one is new */
  GCancellable *cancellable;
  GtkWidget *stack, *topic, *sound, *list, *empty, *published, *published_title, *editor;
};

G_DEFINE_FINAL_TYPE (NegDemoPage, neg_demo_page, GTK_TYPE_WIDGET)

enum { RECORD, N_SIGNALS };
static guint signals[N_SIGNALS];

static void
clear_box (GtkWidget *box)
{
  GtkWidget *child;

  while ((child = gtk_widget_get_first_child (box)) != NULL)
    gtk_box_remove (GTK_BOX (box), child);
}

static GtkWidget *
new_label (const char *text, const char *class)
{
  GtkWidget *label = gtk_label_new (text);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  if (class != NULL)
    gtk_widget_add_css_class (label, class);
  return label;
}

/* --- Topics --- */

static void
fill_topics (NegDemoPage *self)
{
  NegLibrary *library = neg_library_model_get_library (neg_library_model_get (self->network));
  const char *const *languages = g_get_language_names ();
  g_autoptr (GStrvBuilder) ids = g_strv_builder_new ();
  g_autoptr (GtkStringList) titles = gtk_string_list_new (NULL);
  g_autofree char *chosen = neg_demo_page_dup_topic (self);
  guint selected = 0;

  g_strv_builder_add (ids, "");
  gtk_string_list_append (titles, _ ("A new topic"));
  for (guint i = 0; i < library->topics->len; i++) {
    const NegTopic *topic = g_ptr_array_index (library->topics, i);

    if (g_str_equal (topic->id, chosen))
      selected = i + 1;
    g_strv_builder_add (ids, topic->id);
    gtk_string_list_append (titles, neg_library_choose_words (topic->title, languages));
  }
  g_strfreev (self->topics);
  self->topics = g_strv_builder_end (ids);
  gtk_drop_down_set_model (GTK_DROP_DOWN (self->topic), G_LIST_MODEL (titles));
  gtk_drop_down_set_selected (GTK_DROP_DOWN (self->topic), selected);
}

char *
neg_demo_page_dup_topic (NegDemoPage *self)
{
  guint selected = gtk_drop_down_get_selected (GTK_DROP_DOWN (self->topic));

  return g_strdup (self->topics != NULL && selected < g_strv_length (self->topics) ? self->topics[selected] : "");
}

gboolean
neg_demo_page_get_with_sound (NegDemoPage *self)
{
  return gtk_check_button_get_active (GTK_CHECK_BUTTON (self->sound));
}

/* --- Drafts --- */

static void
show_list (NegDemoPage *self)
{
  neg_accessible_show_page (GTK_STACK (self->stack), "list");
  neg_demo_editor_set_draft (NEG_DEMO_EDITOR (self->editor), NULL);
  neg_demo_page_refresh (self, NULL);
}

static void
open_draft (NegDemoPage *self, const char *folder)
{
  NegDraft *draft = neg_draft_load (folder, NULL);

  if (draft == NULL)
    return;
  neg_accessible_show_page (GTK_STACK (self->stack), "editor");
  neg_demo_editor_set_draft (NEG_DEMO_EDITOR (self->editor), draft);
}

static void
row_cb (GtkWidget *button, NegDemoPage *self)
{
  g_autofree char *folder = g_strdup (g_object_get_data (G_OBJECT (button), "neg-folder"));

  open_draft (self, folder);
}

/* What somebody has typed, and nobody else has read yet. */
static char *
dup_title (const NegDraft *draft)
{
  const char *title = neg_library_choose_words (draft->title, g_get_language_names ());

  if (*title == '\0' && *draft->topic == '\0')
    return g_strdup (_ ("Without a title"));
  return neg_text_dup_shown (NEG_TEXT_FREE, *title != '\0' ? title : draft->topic);
}

static char *
dup_facts (const NegDraft *draft)
{
  g_autoptr (GDateTime) made = g_date_time_new_from_unix_local (draft->made_us / G_USEC_PER_SEC);
  g_autofree char *when = g_date_time_format (made, "%F %H:%M");
  guint seconds = (guint) (draft->duration_us / G_USEC_PER_SEC);

  if (draft->is_recording)
    return g_strdup_printf (_ ("%s · is being recorded"), when);
  return g_strdup_printf (draft->was_interrupted ? _ ("%s · %u:%02u · interrupted") : "%s · %u:%02u", when, seconds / 60, seconds % 60);
}

static GtkWidget *
new_draft_row (NegDemoPage *self, const NegDraft *draft)
{
  GtkWidget *button = gtk_button_new (), *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 2);
  g_autofree char *facts = dup_facts (draft);
  g_autofree char *title = dup_title (draft);
  g_autofree char *name = g_strdup_printf ("%s, %s", title, facts);

  gtk_box_append (GTK_BOX (box), new_label (title, NULL));
  gtk_box_append (GTK_BOX (box), new_label (facts, "dim"));
  gtk_button_set_child (GTK_BUTTON (button), box);
  gtk_widget_add_css_class (button, "flat");
  gtk_widget_set_sensitive (button, !draft->is_recording);
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
  g_object_set_data_full (G_OBJECT (button), "neg-folder", g_strdup (draft->folder), g_free);
  g_signal_connect_object (button, "clicked", G_CALLBACK (row_cb), self, 0);
  return button;
}

static void
listed_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (NegDemoPage) self = data;
  g_autoptr (GPtrArray) drafts = neg_draft_work_list_finish (result, NULL);
  g_autofree char *wanted = NULL;

  if (drafts == NULL || self->stack == NULL)
    return;
  wanted = g_steal_pointer (&self->wanted);
  clear_box (self->list);
  for (guint i = 0; i < drafts->len; i++) {
    const NegDraft *draft = g_ptr_array_index (drafts, i);

    gtk_box_append (GTK_BOX (self->list), new_draft_row (self, draft));
    if (g_strcmp0 (draft->id, wanted) == 0)
      open_draft (self, draft->folder);
  }
  gtk_widget_set_visible (self->empty, drafts->len == 0);
}

/* --- What was published --- */

static void
withdrawn_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (NegDemoPage) self = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) answer = neg_network_call_finish (NEG_NETWORK (source), result, &error);
  g_autofree char *why = error != NULL ? neg_network_dup_error (error) : NULL;

  if (self->stack == NULL)
    return;
  if (answer == NULL)
    gtk_box_append (GTK_BOX (self->published), new_label (why, "attention"));
  else
    neg_demo_page_refresh (self, NULL);
}

static void
withdraw_cb (GtkWidget *button, NegDemoPage *self)
{
  g_autofree char *json = g_strdup_printf ("{\"topic\":\"%s\"}", (char *) g_object_get_data (G_OBJECT (button), "neg-topic"));
  GVariantBuilder files;

  gtk_widget_set_sensitive (button, FALSE);
  g_variant_builder_init (&files, G_VARIANT_TYPE ("ah"));
  neg_network_call_async (self->network, "Post", g_variant_new ("(ssah)", "withdraw", json, &files), LIST_TIMEOUT_MS,
                          self->cancellable, withdrawn_cb, g_object_ref (self));
}

/* The site's own ones. To replace one is to record it again. */
static void
fill_published (NegDemoPage *self)
{
  NegLibrary *library = neg_library_model_get_library (neg_library_model_get (self->network));
  guint n = 0;

  clear_box (self->published);
  for (guint i = 0; i < library->topics->len; i++) {
    const NegTopic *topic = g_ptr_array_index (library->topics, i);
    GtkWidget *row, *label, *button;

    if (topic->is_builtin || topic->is_withdrawn)
      continue;
    n++;
    row = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
    label = new_label (neg_library_choose_words (topic->title, g_get_language_names ()), NULL);
    gtk_widget_set_hexpand (label, TRUE);
    button = gtk_button_new_with_label (_ ("Withdraw"));
    g_object_set_data_full (G_OBJECT (button), "neg-topic", g_strdup (topic->id), g_free);
    g_signal_connect_object (button, "clicked", G_CALLBACK (withdraw_cb), self, 0);
    gtk_box_append (GTK_BOX (row), label);
    gtk_box_append (GTK_BOX (row), button);
    gtk_box_append (GTK_BOX (self->published), row);
  }
  gtk_widget_set_visible (self->published_title, n > 0);
}

static void
add_post (NegDemoPage *self, GVariant *post)
{
  const char *state = "", *problem = "";
  g_autofree char *text = NULL;

  g_variant_lookup (post, "state", "&s", &state);
  g_variant_lookup (post, "error", "&s", &problem);
  if (g_str_equal (state, "done"))
    return;
  if (g_str_equal (state, "refused"))
    text = g_strdup_printf (_ ("Not published: %s"), problem);
  else
    text = *problem != '\0' ? g_strdup_printf (_ ("Waits to be published: %s"), problem)
                            : g_strdup (_ ("Waits to be published"));
  gtk_box_append (GTK_BOX (self->published), new_label (text, "attention"));
  gtk_widget_set_visible (self->published_title, TRUE);
}

static void
posts_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (NegDemoPage) self = data;
  g_autoptr (GVariant) answer = neg_network_call_finish (NEG_NETWORK (source), result, NULL);
  g_autoptr (GVariant) posts = NULL;

  if (answer == NULL || self->stack == NULL)
    return;
  fill_published (self);
  posts = g_variant_get_child_value (answer, 0);
  for (gsize i = 0; i < g_variant_n_children (posts); i++) {
    g_autoptr (GVariant) post = g_variant_get_child_value (posts, i);

    add_post (self, post);
  }
}

static void
refresh_posts (NegDemoPage *self)
{
  fill_published (self);
  if (neg_network_get_state (self->network) == NEG_NETWORK_READY)
    neg_network_call_async (self->network, "ListPosts", g_variant_new ("(s)", "publish"), LIST_TIMEOUT_MS, self->cancellable,
                            posts_cb, g_object_ref (self));
}

static void
library_changed_cb (NegDemoPage *self)
{
  if (!gtk_widget_get_mapped (GTK_WIDGET (self)))
    return;
  fill_topics (self);
  refresh_posts (self);
}

void
neg_demo_page_refresh (NegDemoPage *self, const char *id)
{
  g_return_if_fail (NEG_IS_DEMO_PAGE (self));

  if (id != NULL) {
    g_free (self->wanted);
    self->wanted = g_strdup (id);
  }
  fill_topics (self);
  refresh_posts (self);
  neg_draft_work_list_async (self->folder, self->cancellable, listed_cb, g_object_ref (self));
}

/* The rows come back with other titles; until then nothing is there. */
static void
privacy_changed_cb (NegDemoPage *self)
{
  if (self->stack == NULL)
    return;
  clear_box (self->list);
  if (gtk_widget_get_mapped (GTK_WIDGET (self)))
    neg_demo_page_refresh (self, NULL);
}

/* --- widget --- */

static void
record_cb (NegDemoPage *self)
{
  g_autofree char *topic = neg_demo_page_dup_topic (self);

  g_signal_emit (self, signals[RECORD], 0, topic, neg_demo_page_get_with_sound (self));
}

static void
add_recording (NegDemoPage *self, GtkWidget *box)
{
  GtkWidget *button = gtk_button_new_with_label (_ ("Record: 3, 2, 1"));

  gtk_box_append (GTK_BOX (box), new_label (_ ("Record a demo"), "heading"));
  gtk_box_append (GTK_BOX (box), new_label (_ ("This window is recorded, up to three minutes. Invented people take the place of the patients "
                                               "while it goes on; other windows are not in it. Do not say names."),
                                            "dim"));
  self->topic = gtk_drop_down_new_from_strings ((const char *const[]){ _ ("A new topic"), NULL });
  neg_accessible_set_name (self->topic, _ ("Topic"));
  self->sound = gtk_check_button_new_with_label (_ ("With the microphone"));
  gtk_check_button_set_active (GTK_CHECK_BUTTON (self->sound), TRUE);
  gtk_widget_add_css_class (button, "suggested-action");
  g_signal_connect_object (button, "clicked", G_CALLBACK (record_cb), self, G_CONNECT_SWAPPED);
  gtk_box_append (GTK_BOX (box), self->topic);
  gtk_box_append (GTK_BOX (box), self->sound);
  gtk_box_append (GTK_BOX (box), button);
}

static GtkWidget *
new_list (NegDemoPage *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 8), *scroller = gtk_scrolled_window_new ();

  add_recording (self, box);
  gtk_box_append (GTK_BOX (box), new_label (_ ("Drafts"), "heading"));
  self->empty = new_label (_ ("Nothing is recorded yet. Only you can see drafts."), "dim");
  self->list = gtk_box_new (GTK_ORIENTATION_VERTICAL, 2);
  gtk_box_append (GTK_BOX (box), self->empty);
  gtk_box_append (GTK_BOX (box), self->list);
  self->published_title = new_label (_ ("The site's own topics"), "heading");
  self->published = gtk_box_new (GTK_ORIENTATION_VERTICAL, 4);
  gtk_box_append (GTK_BOX (box), self->published_title);
  gtk_box_append (GTK_BOX (box), self->published);
  gtk_widget_add_css_class (box, "demo-page");
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (scroller), GTK_POLICY_NEVER, GTK_POLICY_AUTOMATIC);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scroller), box);
  return scroller;
}

static void
neg_demo_page_map (GtkWidget *widget)
{
  GTK_WIDGET_CLASS (neg_demo_page_parent_class)->map (widget);
  neg_demo_page_refresh (NEG_DEMO_PAGE (widget), NULL);
}

static gboolean
neg_demo_page_grab_focus (GtkWidget *widget)
{
  NegDemoPage *self = NEG_DEMO_PAGE (widget);

  return gtk_widget_child_focus (gtk_stack_get_visible_child (GTK_STACK (self->stack)), GTK_DIR_TAB_FORWARD);
}

static void
neg_demo_page_dispose (GObject *object)
{
  NegDemoPage *self = NEG_DEMO_PAGE (object);

  if (self->cancellable != NULL)
    g_cancellable_cancel (self->cancellable);
  g_clear_pointer (&self->stack, gtk_widget_unparent);
  g_clear_object (&self->cancellable);
  g_clear_object (&self->network);
  g_clear_pointer (&self->folder, g_free);
  g_clear_pointer (&self->wanted, g_free);
  g_clear_pointer (&self->topics, g_strfreev);
  G_OBJECT_CLASS (neg_demo_page_parent_class)->dispose (object);
}

static void
neg_demo_page_class_init (NegDemoPageClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  G_OBJECT_CLASS (class)->dispose = neg_demo_page_dispose;
  widget_class->map = neg_demo_page_map;
  widget_class->grab_focus = neg_demo_page_grab_focus;
  signals[RECORD] = g_signal_new ("record", NEG_TYPE_DEMO_PAGE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 2,
                                  G_TYPE_STRING, G_TYPE_BOOLEAN);
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
}

static void
neg_demo_page_init (NegDemoPage *self)
{
  self->cancellable = g_cancellable_new ();
}

GtkWidget *
neg_demo_page_new (NegNetwork *network, const char *drafts_folder)
{
  NegDemoPage *self = g_object_new (NEG_TYPE_DEMO_PAGE, NULL);

  self->network = g_object_ref (network);
  self->folder = g_strdup (drafts_folder);
  self->stack = gtk_stack_new ();
  gtk_stack_set_hhomogeneous (GTK_STACK (self->stack), FALSE);
  gtk_stack_add_named (GTK_STACK (self->stack), new_list (self), "list");
  self->editor = neg_demo_editor_new (network);
  gtk_stack_add_named (GTK_STACK (self->stack), self->editor, "editor");
  neg_accessible_show_page (GTK_STACK (self->stack), "list");
  g_signal_connect_object (self->editor, "done", G_CALLBACK (show_list), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->editor, "removed", G_CALLBACK (show_list), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (neg_library_model_get (network), "changed", G_CALLBACK (library_changed_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (network, "posts-changed", G_CALLBACK (library_changed_cb), self, G_CONNECT_SWAPPED);
  neg_privacy_watch (self, G_CALLBACK (privacy_changed_cb));
  gtk_widget_set_parent (self->stack, GTK_WIDGET (self));
  return GTK_WIDGET (self);
}
