#include "config.h"

#include "ui/neg-learn-topic.h"

#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <unistd.h>

#include "learning/neg-markdown.h"
#include "learning/neg-progress.h"
#include "ui/neg-command-table.h"
#include "ui/neg-learn-picture.h"

struct _NegLearnTopic {
  GtkWidget parent_instance;

  NegKeymap *keymap;
  NegLibrary *library; /* nullable */
  const NegTopic *topic; /* of it; nullable */
  char *id, *video;      /* of the topic and video that are shown; nullable */
  NegReadingStore *store; /* borrowed, nullable */
  NegWatch *watch;        /* nullable */

  GtkWidget *box, *scrolled, *title, *length, *player, *page, *keys, *keys_title, *practise, *made;
};

G_DEFINE_FINAL_TYPE (NegLearnTopic, neg_learn_topic, GTK_TYPE_WIDGET)

enum { BACK, PRACTISE, WATCHED, N_SIGNALS };
static guint signals[N_SIGNALS];

char *
neg_learn_dup_length (const NegTopic *topic)
{
  guint seconds = topic->video != NULL ? (topic->video->duration_ms + 500) / 1000 : 0;

  if (seconds == 0)
    return NULL;
  if (seconds < 100)
    return g_strdup_printf (_ ("watch: %u s"), seconds);
  return g_strdup_printf (_ ("watch: %u min"), (seconds + 30) / 60);
}

/* --- what was watched --- */

static NegProgressVideo
get_video (NegLearnTopic *self)
{
  const NegProgressVideo video = { self->topic->id, self->topic->revision, self->topic->video->sha256, self->topic->video->duration_ms };

  return video;
}

static void
played_cb (NegLearnTopic *self, gint64 from_us, gint64 to_us)
{
  if (self->watch == NULL)
    return;
  neg_watch_played (self->watch, from_us, to_us, neg_player_get_speed (NEG_PLAYER (self->player)), g_get_real_time ());
  neg_watch_set_place (self->watch, to_us);
  g_signal_emit (self, signals[WATCHED], 0);
}

static void
end_watch (NegLearnTopic *self)
{
  NegPlay *play = neg_player_get_play (NEG_PLAYER (self->player));

  if (self->watch != NULL && play != NULL && neg_play_get_state (play) != NEG_PLAY_FAILED)
    neg_watch_set_place (self->watch, neg_play_get_position_us (play));
  neg_player_set_media (NEG_PLAYER (self->player), -1, NULL, NULL, NULL); /* tells the last stretch */
  if (self->watch != NULL)
    neg_watch_end (g_steal_pointer (&self->watch), g_get_real_time ());
  g_clear_pointer (&self->video, g_free);
}

void
neg_learn_topic_close (NegLearnTopic *self)
{
  g_return_if_fail (NEG_IS_LEARN_TOPIC (self));

  end_watch (self);
  self->store = NULL;
}

/* --- the video --- */

static NegVtt *
load_vtt (GPtrArray *files)
{
  const NegLibraryFile *file = neg_library_choose_file (files, g_get_language_names ());
  g_autofree char *data = NULL;
  gsize length;

  return file != NULL && g_file_get_contents (file->path, &data, &length, NULL) ? neg_vtt_parse (data, length, NULL) : NULL;
}

static const char *
get_note (const NegTopic *topic, int fd)
{
  if (topic->is_withdrawn)
    return _ ("This topic was withdrawn.");
  if (topic->video == NULL)
    return _ ("There is no video of this topic yet; what it says is below.");
  if (topic->video->path == NULL)
    return _ ("The video of this topic is not here yet. It comes by itself when the site's library can be reached.");
  return fd < 0 ? _ ("The video of this topic cannot be opened.") : NULL;
}

static void
set_video (NegLearnTopic *self)
{
  const NegTopic *topic = self->topic;
  const char *path = topic->video != NULL && !topic->is_withdrawn ? topic->video->path : NULL;
  int fd = path != NULL ? open (path, O_RDONLY | O_CLOEXEC) : -1;

  end_watch (self);
  neg_player_set_media (NEG_PLAYER (self->player), fd, load_vtt (topic->captions), load_vtt (topic->chapters), get_note (topic, fd));
  if (fd < 0)
    return;
  close (fd);
  self->video = g_strdup (topic->video->sha256);
  if (self->store != NULL && topic->video->duration_ms > 0) {
    const NegProgressVideo video = get_video (self);
    gint64 place_us = neg_progress_get_place_us (self->store, NULL, &video);

    self->watch = neg_watch_begin (self->store, NULL, &video, g_get_real_time ());
    if (place_us > 0)
      neg_player_seek (NEG_PLAYER (self->player), place_us);
  }
}

/* --- the page --- */

static GtkWidget *
new_label (const char *markup, const char *css_class)
{
  GtkWidget *label = gtk_label_new (NULL);

  gtk_label_set_markup (GTK_LABEL (label), markup);
  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_wrap_mode (GTK_LABEL (label), PANGO_WRAP_WORD_CHAR);
  gtk_label_set_width_chars (GTK_LABEL (label), 1);
  if (css_class != NULL)
    gtk_widget_add_css_class (label, css_class);
  return label;
}

/* Where it lies; NULL: nowhere, or it is the site's, whose pictures nobody has decoded in a cage. */
static const char *
find_picture (const NegTopic *topic, const char *name)
{
  for (guint i = 0; topic->is_builtin && i < topic->pictures->len; i++) {
    const NegLibraryFile *file = topic->pictures->pdata[i];

    if (g_str_equal (file->called, name))
      return file->path;
  }
  return NULL;
}

static void
add_block (NegLearnTopic *self, const NegMarkdownBlock *block)
{
  g_autofree char *text = NULL;
  GtkWidget *label;

  switch (block->kind) {
  case NEG_MARKDOWN_PICTURE:
    gtk_box_append (GTK_BOX (self->page), neg_learn_picture_new (find_picture (self->topic, block->picture), block->plain));
    return;
  case NEG_MARKDOWN_HEADING:
    label = new_label (block->markup, block->level == 1 ? "learn-title" : "learn-heading");
    break;
  case NEG_MARKDOWN_BULLET:
    text = g_strdup_printf ("•  %s", block->markup);
    label = new_label (text, "learn-item");
    break;
  case NEG_MARKDOWN_NUMBER:
    text = g_strdup_printf ("%u.  %s", block->number, block->markup);
    label = new_label (text, "learn-item");
    break;
  case NEG_MARKDOWN_CODE:
    text = g_strdup_printf ("<tt>%s</tt>", block->markup);
    label = new_label (text, "learn-code");
    break;
  case NEG_MARKDOWN_PARAGRAPH:
  default:
    label = new_label (block->markup, "learn-paragraph");
  }
  gtk_box_append (GTK_BOX (self->page), label);
}

static void
empty_box (GtkWidget *box)
{
  GtkWidget *child;

  while ((child = gtk_widget_get_first_child (box)) != NULL)
    gtk_box_remove (GTK_BOX (box), child);
}

/* The page's own first heading is the title, which is there already. */
static void
set_page (NegLearnTopic *self)
{
  const NegLibraryFile *file = neg_library_choose_file (self->topic->texts, g_get_language_names ());
  g_autofree char *text = NULL;
  g_autoptr (GPtrArray) blocks = NULL;

  empty_box (self->page);
  if (file == NULL || !g_file_get_contents (file->path, &text, NULL, NULL)) {
    gtk_box_append (GTK_BOX (self->page), new_label (_ ("There is no text of this topic."), "dim"));
    return;
  }
  blocks = neg_markdown_parse (text);
  for (guint i = 0; i < blocks->len; i++) {
    const NegMarkdownBlock *block = blocks->pdata[i];

    if (i > 0 || block->kind != NEG_MARKDOWN_HEADING)
      add_block (self, block);
  }
}

/* --- keys --- */

static void
set_keys (NegLearnTopic *self)
{
  guint n = 0;

  empty_box (self->keys);
  for (guint i = 0; self->id != NULL && i < neg_command_table_get_n (); i++) {
    const NegCommandInfo *command = neg_command_table_get (i);
    g_autofree char *key = neg_keymap_dup_label (self->keymap, command->action), *spoken = NULL;
    GtkWidget *row, *title, *cap;

    if (key == NULL || command->group == NULL || !g_str_equal (command->topic, self->id))
      continue;
    row = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 8);
    title = gtk_label_new (_ (command->title));
    gtk_label_set_xalign (GTK_LABEL (title), 0);
    gtk_label_set_wrap (GTK_LABEL (title), TRUE);
    gtk_widget_set_hexpand (title, TRUE);
    cap = gtk_label_new (key);
    spoken = g_strdup_printf ("%s: %s", _ (command->title), key);
    gtk_accessible_update_property (GTK_ACCESSIBLE (title), GTK_ACCESSIBLE_PROPERTY_LABEL, spoken, -1);
    gtk_widget_set_valign (cap, GTK_ALIGN_CENTER);
    gtk_widget_add_css_class (cap, "key-cap");
    gtk_box_append (GTK_BOX (row), title);
    gtk_box_append (GTK_BOX (row), cap);
    gtk_box_append (GTK_BOX (self->keys), row);
    n++;
  }
  gtk_widget_set_visible (self->keys_title, n > 0);
}

/* --- as a whole --- */

static void
set_made (NegLearnTopic *self)
{
  const NegTopic *topic = self->topic;
  g_autoptr (GDateTime) time = topic->made_us > 0 ? g_date_time_new_from_unix_local (topic->made_us / G_USEC_PER_SEC) : NULL;
  g_autofree char *day = time != NULL ? g_date_time_format (time, "%Y-%m-%d") : NULL;
  g_autofree char *made = NULL;

  if (topic->made_by != NULL && *topic->made_by != '\0')
    made = day != NULL ? g_strdup_printf (_ ("Made by %s, %s"), topic->made_by, day) : g_strdup_printf (_ ("Made by %s"), topic->made_by);
  gtk_label_set_text (GTK_LABEL (self->made), made != NULL ? made : "");
}

void
neg_learn_topic_set (NegLearnTopic *self, NegLibrary *library, const NegTopic *topic, NegReadingStore *store)
{
  g_autofree char *length = topic != NULL ? neg_learn_dup_length (topic) : NULL;
  NegLibrary *before = self->library;
  const char *video, *id;

  g_return_if_fail (NEG_IS_LEARN_TOPIC (self));

  video = topic != NULL && topic->video != NULL && topic->video->path != NULL && !topic->is_withdrawn ? topic->video->sha256 : NULL;
  id = topic != NULL ? topic->id : NULL;
  if (g_strcmp0 (id, self->id) != 0 || g_strcmp0 (video, self->video) != 0 || store != self->store)
    end_watch (self);
  self->library = library != NULL ? neg_library_ref (library) : NULL;
  self->topic = topic;
  self->store = store;
  g_free (self->id);
  self->id = g_strdup (id);
  if (topic != NULL) {
    gtk_label_set_text (GTK_LABEL (self->title), neg_library_choose_words (topic->title, g_get_language_names ()));
    gtk_label_set_text (GTK_LABEL (self->length), length != NULL ? length : "");
    if (self->video == NULL)
      set_video (self);
    set_page (self);
    set_made (self);
  }
  set_keys (self);
  g_clear_pointer (&before, neg_library_unref);
}

const char *
neg_learn_topic_get_id (NegLearnTopic *self)
{
  g_return_val_if_fail (NEG_IS_LEARN_TOPIC (self), NULL);

  return self->id;
}

void
neg_learn_topic_set_can_practise (NegLearnTopic *self, gboolean can)
{
  g_return_if_fail (NEG_IS_LEARN_TOPIC (self));

  gtk_widget_set_visible (self->practise, can);
}

NegPlayer *
neg_learn_topic_get_player (NegLearnTopic *self)
{
  g_return_val_if_fail (NEG_IS_LEARN_TOPIC (self), NULL);

  return NEG_PLAYER (self->player);
}

void
neg_learn_topic_focus (NegLearnTopic *self)
{
  g_return_if_fail (NEG_IS_LEARN_TOPIC (self));

  gtk_widget_grab_focus (self->player);
}

/* --- making it --- */

static void
back_cb (NegLearnTopic *self)
{
  g_signal_emit (self, signals[BACK], 0);
}

static void
practise_cb (NegLearnTopic *self)
{
  g_signal_emit (self, signals[PRACTISE], 0, self->id);
}

static void
add_head (NegLearnTopic *self)
{
  GtkWidget *row = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 4), *back = gtk_button_new_from_icon_name ("go-previous-symbolic");
  GtkWidget *titles = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);

  gtk_widget_set_tooltip_text (back, _ ("All topics (Escape)"));
  gtk_accessible_update_property (GTK_ACCESSIBLE (back), GTK_ACCESSIBLE_PROPERTY_LABEL, _ ("All topics"), -1);
  gtk_widget_add_css_class (back, "flat");
  gtk_widget_set_valign (back, GTK_ALIGN_CENTER);
  g_signal_connect_object (back, "clicked", G_CALLBACK (back_cb), self, G_CONNECT_SWAPPED);
  self->title = new_label ("", "learn-title");
  self->length = new_label ("", "dim");
  gtk_widget_set_hexpand (titles, TRUE);
  gtk_box_append (GTK_BOX (titles), self->title);
  gtk_box_append (GTK_BOX (titles), self->length);
  gtk_box_append (GTK_BOX (row), back);
  gtk_box_append (GTK_BOX (row), titles);
  gtk_widget_add_css_class (row, "learn-head");
  gtk_box_append (GTK_BOX (self->box), row);
}

static void
add_rest (NegLearnTopic *self)
{
  GtkWidget *content = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);

  self->player = neg_player_new ();
  g_signal_connect_object (self->player, "played", G_CALLBACK (played_cb), self, G_CONNECT_SWAPPED);
  self->practise = gtk_button_new_with_label (_ ("Practise"));
  gtk_widget_set_visible (self->practise, FALSE);
  gtk_widget_set_halign (self->practise, GTK_ALIGN_START);
  gtk_widget_add_css_class (self->practise, "learn-practise");
  g_signal_connect_object (self->practise, "clicked", G_CALLBACK (practise_cb), self, G_CONNECT_SWAPPED);
  self->page = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  gtk_widget_add_css_class (self->page, "learn-page");
  self->keys_title = new_label (_ ("Keys"), "learn-heading");
  self->keys = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  gtk_widget_add_css_class (self->keys_title, "learn-keys");
  gtk_widget_add_css_class (self->keys, "learn-keys");
  self->made = new_label ("", "dim");
  gtk_widget_add_css_class (self->made, "learn-keys");
  gtk_box_append (GTK_BOX (content), self->practise);
  gtk_box_append (GTK_BOX (content), self->page);
  gtk_box_append (GTK_BOX (content), self->keys_title);
  gtk_box_append (GTK_BOX (content), self->keys);
  gtk_box_append (GTK_BOX (content), self->made);
  self->scrolled = gtk_scrolled_window_new ();
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (self->scrolled), GTK_POLICY_NEVER, GTK_POLICY_AUTOMATIC);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (self->scrolled), content);
  gtk_widget_set_vexpand (self->scrolled, TRUE);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->scrolled), GTK_ACCESSIBLE_PROPERTY_LABEL, _ ("Text of the topic"), -1);
  gtk_box_append (GTK_BOX (self->box), self->player);
  gtk_box_append (GTK_BOX (self->box), self->scrolled);
}

static void
neg_learn_topic_dispose (GObject *object)
{
  NegLearnTopic *self = NEG_LEARN_TOPIC (object);

  if (self->box != NULL)
    end_watch (self);
  g_clear_pointer (&self->box, gtk_widget_unparent);
  g_clear_pointer (&self->library, neg_library_unref);
  g_clear_object (&self->keymap);
  g_clear_pointer (&self->id, g_free);
  g_clear_pointer (&self->video, g_free);
  G_OBJECT_CLASS (neg_learn_topic_parent_class)->dispose (object);
}

static void
neg_learn_topic_class_init (NegLearnTopicClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  G_OBJECT_CLASS (class)->dispose = neg_learn_topic_dispose;
  signals[BACK] = g_signal_new ("back", NEG_TYPE_LEARN_TOPIC, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[PRACTISE] = g_signal_new ("practise", NEG_TYPE_LEARN_TOPIC, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
  signals[WATCHED] = g_signal_new ("watched", NEG_TYPE_LEARN_TOPIC, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
}

static void
neg_learn_topic_init (NegLearnTopic *self)
{
  self->box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  add_head (self);
  add_rest (self);
  gtk_widget_set_parent (self->box, GTK_WIDGET (self));
}

GtkWidget *
neg_learn_topic_new (NegKeymap *keymap)
{
  NegLearnTopic *self = g_object_new (NEG_TYPE_LEARN_TOPIC, NULL);

  self->keymap = g_object_ref (keymap);
  g_signal_connect_object (keymap, "changed", G_CALLBACK (set_keys), self, G_CONNECT_SWAPPED);
  return GTK_WIDGET (self);
}
