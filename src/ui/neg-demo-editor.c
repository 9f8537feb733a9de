#include "config.h"

#include "ui/neg-demo-editor.h"

#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <string.h>
#include <unistd.h>

#include "base/neg-error.h"
#include "ui/neg-accessible.h"
#include "ui/neg-demo-cues.h"
#include "ui/neg-draft-work.h"
#include "ui/neg-player.h"
#include "ui/neg-words.h"

#define PLAYER_HEIGHT_PX 300
#define PROGRESS_MS 200

typedef enum { IDLE, CUTTING_TO_SEE, CUTTING_TO_PUBLISH, PUBLISHING } Work;

struct _NegDemoEditor {
  GtkWidget parent_instance;

  NegNetwork *network;
  NegDraft *draft;
  gboolean is_filling, is_preview;
  Work work;
  gint *permille;
  GCancellable *cancellable;
  guint progress_source;
  GtkWidget *scroller, *player, *keeps, *cues, *start_button, *end_button, *all_button;
  GtkWidget *topic, *titles[NEG_DRAFT_N_LANGUAGES], *summaries[NEG_DRAFT_N_LANGUAGES], *roles;
  GtkWidget *preview_button, *publish_button, *remove_button, *progress, *cancel_button, *state;
};

G_DEFINE_FINAL_TYPE (NegDemoEditor, neg_demo_editor, GTK_TYPE_WIDGET)

enum { DONE, REMOVED, N_SIGNALS };
static guint signals[N_SIGNALS];

static const char *const languages[] = NEG_DRAFT_LANGUAGES;

static void
say (NegDemoEditor *self, const char *text)
{
  gtk_label_set_text (GTK_LABEL (self->state), text != NULL ? text : "");
}

static NegLibrary *
get_library (NegDemoEditor *self)
{
  return neg_library_model_get_library (neg_library_model_get (self->network));
}

/* --- What is seen --- */

static char *
dup_time (gint64 time_us)
{
  return g_strdup_printf ("%u:%02u", (guint) (time_us / (60 * G_USEC_PER_SEC)), (guint) (time_us / G_USEC_PER_SEC % 60));
}

static void
update_keeps (NegDemoEditor *self)
{
  gint64 end_us = self->draft->end_us > 0 ? self->draft->end_us : self->draft->duration_us;
  g_autofree char *start = dup_time (self->draft->start_us);
  g_autofree char *end = dup_time (end_us);
  g_autofree char *length = dup_time (end_us - self->draft->start_us);
  g_autofree char *text = g_strdup_printf (_ ("Kept: %s to %s (%s)"), start, end, length);

  gtk_label_set_text (GTK_LABEL (self->keeps), text);
}

static void
update_buttons (NegDemoEditor *self)
{
  gboolean is_idle = self->work == IDLE;
  GtkWidget *of_take[] = { self->start_button, self->end_button, self->all_button, self->cues };

  for (guint i = 0; i < G_N_ELEMENTS (of_take); i++)
    gtk_widget_set_sensitive (of_take[i], is_idle && !self->is_preview);
  gtk_widget_set_sensitive (self->preview_button, is_idle);
  gtk_widget_set_sensitive (self->publish_button, is_idle);
  gtk_widget_set_sensitive (self->remove_button, is_idle);
  gtk_widget_set_visible (self->progress, !is_idle);
  gtk_widget_set_visible (self->cancel_button, !is_idle);
  gtk_button_set_label (GTK_BUTTON (self->preview_button),
                        self->is_preview ? _ ("Back to the Recording") : _ ("As Others Will See It"));
}

static void
play_file (NegDemoEditor *self, const char *name, gboolean is_cut)
{
  g_autofree char *path = neg_draft_dup_path (self->draft, name);
  g_autoptr (NegVtt) captions = neg_demo_cues_load (NEG_DEMO_CUES (self->cues), "captions");
  g_autoptr (NegVtt) chapters = neg_demo_cues_load (NEG_DEMO_CUES (self->cues), "chapters");
  int fd = open (path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);

  neg_player_set_media (NEG_PLAYER (self->player), fd,
                        is_cut ? neg_draft_cut_cues (self->draft, captions) : g_steal_pointer (&captions),
                        is_cut ? neg_draft_cut_cues (self->draft, chapters) : g_steal_pointer (&chapters),
                        fd < 0 ? _ ("The recording is not there any more.") : NULL);
  if (fd >= 0)
    close (fd);
}

static void
cues_changed_cb (NegDemoEditor *self)
{
  if (self->draft != NULL && !self->is_preview)
    neg_player_set_captions (NEG_PLAYER (self->player), neg_demo_cues_load (NEG_DEMO_CUES (self->cues), "captions"));
}

static void
seek_cb (NegDemoEditor *self, gint64 time_us)
{
  neg_player_seek (NEG_PLAYER (self->player), time_us);
}

static void
player_changed_cb (NegDemoEditor *self)
{
  if (self->draft != NULL && !self->is_preview)
    neg_demo_cues_set_position (NEG_DEMO_CUES (self->cues), neg_player_get_position_us (NEG_PLAYER (self->player)));
}

/* --- What is kept of it --- */

static void
keep (NegDemoEditor *self)
{
  g_autoptr (GError) error = NULL;

  if (!neg_draft_save (self->draft, &error))
    say (self, neg_words_for_error (error));
}

static void
keep_from_to (NegDemoEditor *self, gint64 start_us, gint64 end_us)
{
  if (end_us > 0 && end_us <= start_us + G_USEC_PER_SEC) {
    say (self, _ ("At least a second has to be left."));
    return;
  }
  self->draft->start_us = start_us;
  self->draft->end_us = end_us;
  keep (self);
  update_keeps (self);
}

static void
start_cb (NegDemoEditor *self)
{
  gint64 end_us = self->draft->end_us > 0 ? self->draft->end_us : self->draft->duration_us;
  gint64 at_us = neg_player_get_position_us (NEG_PLAYER (self->player));

  if (at_us + G_USEC_PER_SEC < end_us)
    keep_from_to (self, at_us, self->draft->end_us);
  else
    say (self, _ ("At least a second has to be left."));
}

static void
end_cb (NegDemoEditor *self)
{
  keep_from_to (self, self->draft->start_us, MAX (neg_player_get_position_us (NEG_PLAYER (self->player)), 1));
}

static void
all_cb (NegDemoEditor *self)
{
  keep_from_to (self, 0, 0);
}

static void
set_words (GHashTable *words, const char *language, GtkWidget *entry)
{
  g_hash_table_insert (words, g_strdup (language), g_strdup (gtk_editable_get_text (GTK_EDITABLE (entry))));
}

/* A new topic is called after its first title, until somebody calls it otherwise. */
static void
fields_changed_cb (NegDemoEditor *self, GtkWidget *entry)
{
  if (self->draft == NULL || self->is_filling)
    return;
  for (guint i = 0; i < G_N_ELEMENTS (languages); i++) {
    g_autofree char *before
        = neg_draft_dup_topic_id (i == 0 && g_hash_table_contains (self->draft->title, "en")
                                      ? g_hash_table_lookup (self->draft->title, "en") : "");
    gboolean is_called_after = i == 0 && g_str_equal (before, self->draft->topic);
    g_autofree char *now = NULL;

    set_words (self->draft->title, languages[i], self->titles[i]);
    set_words (self->draft->summary, languages[i], self->summaries[i]);
    now = neg_draft_dup_topic_id (gtk_editable_get_text (GTK_EDITABLE (self->titles[i])));
    if (is_called_after && entry == self->titles[i])
      gtk_editable_set_text (GTK_EDITABLE (self->topic), now);
  }
  g_free (self->draft->topic);
  self->draft->topic = g_strdup (gtk_editable_get_text (GTK_EDITABLE (self->topic)));
  g_strfreev (self->draft->roles);
  self->draft->roles = g_strsplit_set (gtk_editable_get_text (GTK_EDITABLE (self->roles)), " ,;", 20);
  keep (self);
}

static void
fill_words (GHashTable *words, GHashTable *others, guint i, GtkWidget *entry)
{
  const char *text = g_hash_table_lookup (words, languages[i]);

  if (text == NULL && others != NULL)
    text = g_hash_table_lookup (others, languages[i]);
  gtk_editable_set_text (GTK_EDITABLE (entry), text != NULL ? text : "");
}

/* What a topic that is replaced says already need not be written again. */
static void
fill_fields (NegDemoEditor *self)
{
  const NegTopic *topic = neg_library_find_topic (get_library (self), self->draft->topic);
  g_autofree char *roles = g_strjoinv (", ", *self->draft->roles != NULL || topic == NULL || topic->roles == NULL
                                                 ? self->draft->roles : topic->roles);

  self->is_filling = TRUE;
  gtk_editable_set_text (GTK_EDITABLE (self->topic), self->draft->topic);
  for (guint i = 0; i < G_N_ELEMENTS (languages); i++) {
    fill_words (self->draft->title, topic != NULL ? topic->title : NULL, i, self->titles[i]);
    fill_words (self->draft->summary, topic != NULL ? topic->summary : NULL, i, self->summaries[i]);
  }
  gtk_editable_set_text (GTK_EDITABLE (self->roles), roles);
  self->is_filling = FALSE;
}

/* --- Work in threads --- */

static gboolean
progress_cb (gpointer data)
{
  NegDemoEditor *self = data;

  if (self->work == PUBLISHING)
    gtk_progress_bar_pulse (GTK_PROGRESS_BAR (self->progress));
  else
    gtk_progress_bar_set_fraction (GTK_PROGRESS_BAR (self->progress), g_atomic_int_get (self->permille) / 1000.0);
  return G_SOURCE_CONTINUE;
}

static void
set_work (NegDemoEditor *self, Work work)
{
  self->work = work;
  g_clear_handle_id (&self->progress_source, g_source_remove);
  if (work != IDLE)
    self->progress_source = g_timeout_add (PROGRESS_MS, progress_cb, self);
  update_buttons (self);
}

static void
fail (NegDemoEditor *self, const GError *error)
{
  set_work (self, IDLE);
  if (g_error_matches (error, NEG_ERROR, NEG_ERROR_CANCELLED) || g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    say (self, _ ("Cancelled."));
  else
    say (self, error->domain == NEG_ERROR && error->code == NEG_ERROR_REFUSED ? error->message : neg_words_for_error (error));
}

static void
published_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (NegDemoEditor) self = data;
  g_autoptr (GError) error = NULL;
  gint64 post = neg_draft_work_publish_finish (result, &error);

  if (self->draft == NULL || self->work != PUBLISHING)
    return;
  if (error != NULL) {
    fail (self, error);
    return;
  }
  g_free (self->draft->published);
  self->draft->published = g_strdup_printf ("%" G_GINT64_FORMAT, post);
  keep (self);
  set_work (self, IDLE);
  say (self, _ ("Handed over: it is published as soon as the site's library can be reached. The list of demos says how far it is."));
}

static void
publish (NegDemoEditor *self)
{
  set_work (self, PUBLISHING);
  neg_draft_work_publish_async (self->draft, neg_library_find_topic (get_library (self), self->draft->topic), self->network,
                                self->cancellable, published_cb, g_object_ref (self));
}

static void
show_preview (NegDemoEditor *self)
{
  self->is_preview = TRUE;
  set_work (self, IDLE);
  play_file (self, NEG_DRAFT_FINAL, TRUE);
  neg_player_set_playing (NEG_PLAYER (self->player), TRUE);
  say (self, _ ("This is what others will see."));
}

static void
cut_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (NegDemoEditor) self = data;
  g_autoptr (GError) error = NULL;
  gboolean ok = neg_draft_work_cut_finish (result, &error);

  if (self->draft == NULL || (self->work != CUTTING_TO_SEE && self->work != CUTTING_TO_PUBLISH))
    return;
  if (!ok)
    fail (self, error);
  else if (self->work == CUTTING_TO_SEE)
    show_preview (self);
  else
    publish (self);
}

static void
cut (NegDemoEditor *self, Work work)
{
  g_clear_object (&self->cancellable);
  self->cancellable = g_cancellable_new ();
  g_atomic_int_set (self->permille, 0);
  set_work (self, work);
  say (self, _ ("The film is being cut…"));
  neg_draft_work_cut_async (self->draft, self->permille, self->cancellable, cut_cb, g_object_ref (self));
}

static void
preview_cb (NegDemoEditor *self)
{
  if (!self->is_preview) {
    cut (self, CUTTING_TO_SEE);
    return;
  }
  self->is_preview = FALSE;
  play_file (self, NEG_DRAFT_TAKE, FALSE);
  update_buttons (self);
  say (self, NULL);
}

static void
publish_cb (NegDemoEditor *self)
{
  const char *missing;

  fields_changed_cb (self, NULL);
  missing = neg_draft_work_find_missing (self->draft);
  if (missing != NULL)
    say (self, missing);
  else
    cut (self, CUTTING_TO_PUBLISH);
}

static void
cancel_cb (NegDemoEditor *self)
{
  g_cancellable_cancel (self->cancellable);
}

static void
remove_cb (NegDemoEditor *self)
{
  g_autoptr (GError) error = NULL;
  NegDraft *draft = g_steal_pointer (&self->draft);

  neg_demo_cues_set_draft (NEG_DEMO_CUES (self->cues), NULL);
  neg_player_set_media (NEG_PLAYER (self->player), -1, NULL, NULL, NULL);
  neg_draft_remove (draft, &error);
  neg_draft_free (draft);
  g_signal_emit (self, signals[REMOVED], 0);
}

static void
done_cb (NegDemoEditor *self)
{
  g_signal_emit (self, signals[DONE], 0);
}

/* --- One after the other --- */

static void
leave (NegDemoEditor *self)
{
  if (self->cancellable != NULL)
    g_cancellable_cancel (self->cancellable);
  self->work = IDLE;
  g_clear_handle_id (&self->progress_source, g_source_remove);
  self->is_preview = FALSE;
  if (self->cues != NULL)
    neg_demo_cues_set_draft (NEG_DEMO_CUES (self->cues), NULL);
  g_clear_pointer (&self->draft, neg_draft_free);
}

void
neg_demo_editor_set_draft (NegDemoEditor *self, NegDraft *draft)
{
  g_return_if_fail (NEG_IS_DEMO_EDITOR (self));

  leave (self);
  if (draft == NULL) {
    neg_player_set_media (NEG_PLAYER (self->player), -1, NULL, NULL, NULL);
    return;
  }
  self->draft = draft;
  neg_demo_cues_set_draft (NEG_DEMO_CUES (self->cues), draft);
  fill_fields (self);
  play_file (self, NEG_DRAFT_TAKE, FALSE);
  update_keeps (self);
  update_buttons (self);
  say (self, draft->was_interrupted ? _ ("The program ended while this was recorded: it goes up to the last seconds before that.")
                                    : NULL);
}

/* --- widget --- */

static GtkWidget *
add_label (GtkWidget *box, const char *text, const char *class)
{
  GtkWidget *label = gtk_label_new (text);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  if (class != NULL)
    gtk_widget_add_css_class (label, class);
  gtk_box_append (GTK_BOX (box), label);
  return label;
}

static GtkWidget *
add_button (NegDemoEditor *self, GtkWidget *box, const char *label, void (*clicked) (NegDemoEditor *))
{
  GtkWidget *button = gtk_button_new_with_label (label);

  gtk_widget_set_hexpand (button, TRUE);
  g_signal_connect_object (button, "clicked", G_CALLBACK (clicked), self, G_CONNECT_SWAPPED);
  gtk_box_append (GTK_BOX (box), button);
  return button;
}

static GtkWidget *
add_entry (NegDemoEditor *self, GtkWidget *box, const char *name)
{
  GtkWidget *entry = gtk_entry_new ();

  add_label (box, name, "dim");
  neg_accessible_set_name (entry, name);
  gtk_editable_set_width_chars (GTK_EDITABLE (entry), 8);
  g_signal_connect_object (entry, "changed", G_CALLBACK (fields_changed_cb), self, G_CONNECT_SWAPPED);
  gtk_box_append (GTK_BOX (box), entry);
  return entry;
}

static GtkWidget *
add_row (GtkWidget *box)
{
  GtkWidget *row = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 4);

  gtk_box_set_homogeneous (GTK_BOX (row), TRUE);
  gtk_box_append (GTK_BOX (box), row);
  return row;
}

static void
add_film (NegDemoEditor *self, GtkWidget *box)
{
  GtkWidget *row;

  self->player = neg_player_new ();
  gtk_widget_set_size_request (self->player, -1, PLAYER_HEIGHT_PX);
  gtk_box_append (GTK_BOX (box), self->player);
  g_signal_connect_object (self->player, "changed", G_CALLBACK (player_changed_cb), self, G_CONNECT_SWAPPED);
  self->keeps = add_label (box, NULL, NULL);
  row = add_row (box);
  self->start_button = add_button (self, row, _ ("Start Here"), start_cb);
  self->end_button = add_button (self, row, _ ("End Here"), end_cb);
  self->all_button = add_button (self, row, _ ("Keep All"), all_cb);
  self->cues = neg_demo_cues_new ();
  g_signal_connect_object (self->cues, "changed", G_CALLBACK (cues_changed_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->cues, "seek", G_CALLBACK (seek_cb), self, G_CONNECT_SWAPPED);
  gtk_box_append (GTK_BOX (box), self->cues);
}

static void
add_fields (NegDemoEditor *self, GtkWidget *box)
{
  self->titles[0] = add_entry (self, box, _ ("Title, English"));
  self->titles[1] = add_entry (self, box, _ ("Title, German"));
  self->summaries[0] = add_entry (self, box, _ ("What is shown, English"));
  self->summaries[1] = add_entry (self, box, _ ("What is shown, German"));
  self->topic = add_entry (self, box, _ ("Topic (one that is there is replaced)"));
  self->roles = add_entry (self, box, _ ("For the roles (none: everybody)"));
  gtk_entry_set_placeholder_text (GTK_ENTRY (self->roles), "radiologist, technologist");
}

static void
add_end (NegDemoEditor *self, GtkWidget *box)
{
  GtkWidget *row;

  self->preview_button = add_button (self, box, "", preview_cb);
  self->publish_button = add_button (self, box, _ ("Publish for Everybody"), publish_cb);
  gtk_widget_add_css_class (self->publish_button, "suggested-action");
  row = add_row (box);
  self->progress = gtk_progress_bar_new ();
  gtk_widget_set_valign (self->progress, GTK_ALIGN_CENTER);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->progress), GTK_ACCESSIBLE_PROPERTY_LABEL, _ ("Progress"), -1);
  gtk_box_append (GTK_BOX (row), self->progress);
  self->cancel_button = add_button (self, row, _ ("Cancel"), cancel_cb);
  self->state = add_label (box, NULL, "attention");
  self->remove_button = add_button (self, box, _ ("Delete This Draft"), remove_cb);
}

static void
neg_demo_editor_dispose (GObject *object)
{
  NegDemoEditor *self = NEG_DEMO_EDITOR (object);

  leave (self);
  g_clear_pointer (&self->scroller, gtk_widget_unparent);
  self->cues = NULL;
  g_clear_object (&self->cancellable);
  g_clear_object (&self->network);
  g_clear_pointer (&self->permille, g_atomic_rc_box_release);
  G_OBJECT_CLASS (neg_demo_editor_parent_class)->dispose (object);
}

static void
neg_demo_editor_class_init (NegDemoEditorClass *class)
{
  G_OBJECT_CLASS (class)->dispose = neg_demo_editor_dispose;
  signals[DONE] = g_signal_new ("done", NEG_TYPE_DEMO_EDITOR, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[REMOVED]
      = g_signal_new ("removed", NEG_TYPE_DEMO_EDITOR, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  gtk_widget_class_set_layout_manager_type (GTK_WIDGET_CLASS (class), GTK_TYPE_BIN_LAYOUT);
}

static void
neg_demo_editor_init (NegDemoEditor *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);
  GtkWidget *back = add_button (self, box, _ ("All Demos"), done_cb);

  gtk_widget_set_halign (back, GTK_ALIGN_START);
  self->permille = g_atomic_rc_box_new0 (gint);
  add_film (self, box);
  add_fields (self, box);
  add_end (self, box);
  gtk_widget_add_css_class (box, "demo-page");
  self->scroller = gtk_scrolled_window_new ();
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (self->scroller), GTK_POLICY_NEVER, GTK_POLICY_AUTOMATIC);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (self->scroller), box);
  gtk_widget_set_parent (self->scroller, GTK_WIDGET (self));
  update_buttons (self);
}

GtkWidget *
neg_demo_editor_new (NegNetwork *network)
{
  NegDemoEditor *self = g_object_new (NEG_TYPE_DEMO_EDITOR, NULL);

  self->network = g_object_ref (network);
  return GTK_WIDGET (self);
}
