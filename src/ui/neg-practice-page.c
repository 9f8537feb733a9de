#include "config.h"

#include "ui/neg-practice-page.h"

#include <glib/gi18n-lib.h>

#include "ui/neg-command-table.h"
#include "ui/neg-quality-parts.h"

#define STEPS_MAX 8
#define SPACING 8

struct _NegPracticePage {
  GtkWidget parent_instance;

  NegKeymap *keymap;
  NegPracticeTruth truth;
  NegPractice *practice; /* nullable: one chooses */
  gboolean has_videos, was_told;
  GtkWidget *stack, *list, *waiting;
  GtkWidget **buttons; /* of the exercises */
  guint *n_done;
  GtkWidget *title, *steps, *hint, *remark, *words, *hint_button, *watch_button, *again_button, *next_button, *leave_button;
  GtkWidget *step_labels[STEPS_MAX];
};

G_DEFINE_FINAL_TYPE (NegPracticePage, neg_practice_page, GTK_TYPE_WIDGET)

enum { ENDED, WATCH, RENEW, N_SIGNALS };
static guint signals[N_SIGNALS];

/* --- an exercise --- */

static void
show_step (NegPracticePage *self, guint index)
{
  const NegExercise *exercise = neg_practice_get_exercise (self->practice);
  const guint at = neg_practice_get_step (self->practice);
  const char *mark = index < at ? "✓" : index == at ? "▸" : "○";
  const char *spoken = index < at ? _ ("Done: %s") : index == at ? _ ("Now: %s") : _ ("Later: %s");
  const char *words = _ (exercise->steps[index].text);
  g_autofree char *text = g_strdup_printf ("%s  %s", mark, words);
  g_autofree char *name = g_strdup_printf (spoken, words);

  gtk_label_set_text (GTK_LABEL (self->step_labels[index]), text);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->step_labels[index]), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
  (index == at ? gtk_widget_add_css_class : gtk_widget_remove_css_class) (self->step_labels[index], "group-title");
}

/* The command that does it, with its key as it is now. */
static char *
dup_command (NegPracticePage *self, const NegPracticeStep *step)
{
  const NegCommandInfo *command = step->action != NULL ? neg_command_table_find (step->action) : NULL;
  g_autofree char *key = command != NULL ? neg_keymap_dup_label (self->keymap, step->action) : NULL;

  if (command == NULL)
    return g_strdup ("");
  return key != NULL ? g_strdup_printf (_ ("“%s”: the key %s."), _ (command->title), key)
                     : g_strdup_printf (_ ("“%s”."), _ (command->title));
}

static void
show_hint (NegPracticePage *self)
{
  const NegExercise *exercise = neg_practice_get_exercise (self->practice);
  const guint at = neg_practice_get_step (self->practice);
  g_autofree char *command = NULL, *text = NULL;

  if (!neg_practice_is_hinted (self->practice) || at >= exercise->n_steps) {
    neg_quality_set_text (self->hint, NULL);
    return;
  }
  command = dup_command (self, &exercise->steps[at]);
  text = g_strdup_printf ("%s %s", _ (exercise->steps[at].hint), command);
  neg_quality_set_text (self->hint, g_strchomp (text));
}

static char *
dup_result (NegPractice *practice)
{
  const guint seconds
      = (guint) ((neg_practice_get_done_us (practice) - neg_practice_get_began_us (practice)) / G_USEC_PER_SEC);
  const guint n_hints = neg_practice_get_n_hints (practice);
  g_autofree char *hints = n_hints == 0 ? g_strdup (_ ("without a hint"))
                                        : g_strdup_printf (ngettext ("with %u hint", "with %u hints", n_hints), n_hints);

  return g_strdup_printf (_ ("Done in %u:%02u minutes, %s."), seconds / 60, seconds % 60, hints);
}

static void
show_practice (NegPracticePage *self)
{
  const gboolean is_done = neg_practice_is_done (self->practice);
  const char *remark = neg_practice_get_remark (self->practice);
  g_autofree char *result = is_done ? dup_result (self->practice) : NULL;

  for (guint i = 0; i < neg_practice_get_exercise (self->practice)->n_steps; i++)
    show_step (self, i);
  show_hint (self);
  if (remark == NULL && neg_practice_is_so_already (self->practice))
    remark = N_ ("It is so already: bring it back first, then do it.");
  neg_quality_set_text (self->remark, remark != NULL ? _ (remark) : NULL);
  neg_quality_set_text (self->words, result);
  gtk_widget_set_visible (self->hint_button, !is_done);
  gtk_widget_set_sensitive (self->hint_button, !neg_practice_is_hinted (self->practice));
  gtk_widget_set_visible (self->next_button, is_done);
  gtk_widget_set_visible (self->watch_button, self->has_videos);
}

static void
show_exercise (NegPracticePage *self)
{
  const NegExercise *exercise = neg_practice_get_exercise (self->practice);

  gtk_label_set_text (GTK_LABEL (self->title), _ (exercise->title));
  for (guint i = 0; i < STEPS_MAX; i++)
    gtk_widget_set_visible (self->step_labels[i], i < exercise->n_steps);
  show_practice (self);
  gtk_stack_set_visible_child_name (GTK_STACK (self->stack), "exercise");
}

static void
end_practice (NegPracticePage *self)
{
  if (self->practice != NULL && !self->was_told) {
    self->was_told = TRUE;
    g_signal_emit (self, signals[ENDED], 0, self->practice);
  }
}

static void
begin (NegPracticePage *self, const NegExercise *exercise)
{
  end_practice (self);
  g_clear_pointer (&self->practice, neg_practice_free);
  self->practice = neg_practice_new (exercise, &self->truth, g_get_real_time ());
  self->was_told = FALSE;
  show_exercise (self);
}

void
neg_practice_page_begin (NegPracticePage *self, const char *id)
{
  const NegExercise *exercise = neg_exercises_find (id);

  g_return_if_fail (NEG_IS_PRACTICE_PAGE (self));

  if (exercise != NULL)
    begin (self, exercise);
}

static const NegExercise *
choose (NegPracticePage *self, const char *topic)
{
  const NegExercise *chosen = NULL;

  for (guint i = 0; i < neg_exercises_get_n (); i++) {
    const NegExercise *exercise = neg_exercises_get (i);

    if (!g_str_equal (exercise->topic, topic))
      continue;
    if (self->n_done[i] == 0)
      return exercise;
    if (chosen == NULL)
      chosen = exercise;
  }
  return chosen;
}

void
neg_practice_page_begin_topic (NegPracticePage *self, const char *topic)
{
  const NegExercise *exercise;

  g_return_if_fail (NEG_IS_PRACTICE_PAGE (self) && topic != NULL);

  exercise = choose (self, topic);
  if (neg_practice_page_is_practising (self) && g_str_equal (neg_practice_get_exercise (self->practice)->topic, topic))
    return;
  if (exercise != NULL)
    begin (self, exercise);
}

void
neg_practice_page_leave (NegPracticePage *self)
{
  g_return_if_fail (NEG_IS_PRACTICE_PAGE (self));

  end_practice (self);
  g_clear_pointer (&self->practice, neg_practice_free);
  gtk_stack_set_visible_child_name (GTK_STACK (self->stack), "list");
}

gboolean
neg_practice_page_is_practising (NegPracticePage *self)
{
  g_return_val_if_fail (NEG_IS_PRACTICE_PAGE (self), FALSE);

  return self->practice != NULL && !neg_practice_is_done (self->practice);
}

void
neg_practice_page_update (NegPracticePage *self, const NegPracticeFacts *facts, gint64 now_us)
{
  g_return_if_fail (NEG_IS_PRACTICE_PAGE (self));

  if (self->practice == NULL || !neg_practice_update (self->practice, facts, now_us))
    return;
  show_practice (self);
  if (neg_practice_is_done (self->practice))
    end_practice (self);
}

static void
hint_cb (NegPracticePage *self)
{
  neg_practice_ask_hint (self->practice);
  show_practice (self);
}

static void
watch_cb (NegPracticePage *self)
{
  g_signal_emit (self, signals[WATCH], 0, neg_practice_get_exercise (self->practice)->topic);
}

static void
again_cb (NegPracticePage *self)
{
  begin (self, neg_practice_get_exercise (self->practice));
}

static void
next_cb (NegPracticePage *self)
{
  const NegExercise *now = neg_practice_get_exercise (self->practice);

  for (guint i = 0; i + 1 < neg_exercises_get_n (); i++)
    if (neg_exercises_get (i) == now) {
      begin (self, neg_exercises_get (i + 1));
      return;
    }
  neg_practice_page_leave (self);
}

static GtkWidget *
new_box (void)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, SPACING);

  gtk_widget_set_margin_start (box, 12);
  gtk_widget_set_margin_end (box, 12);
  gtk_widget_set_margin_top (box, 12);
  gtk_widget_set_margin_bottom (box, 12);
  return box;
}

static GtkWidget *
new_scroller (GtkWidget *child)
{
  GtkWidget *scroller = gtk_scrolled_window_new ();

  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (scroller), GTK_POLICY_NEVER, GTK_POLICY_AUTOMATIC);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scroller), child);
  gtk_widget_set_vexpand (scroller, TRUE);
  return scroller;
}

static GtkWidget *
add_label (GtkWidget *box, const char *css_class)
{
  GtkWidget *label = neg_quality_new_label ("", css_class);

  gtk_widget_set_visible (label, FALSE);
  gtk_box_append (GTK_BOX (box), label);
  return label;
}

static GtkWidget *
add_button (NegPracticePage *self, GtkWidget *box, const char *text, GCallback callback)
{
  GtkWidget *button = neg_quality_new_button (text, NULL, callback, self);

  gtk_box_append (GTK_BOX (box), button);
  return button;
}

static GtkWidget *
new_exercise (NegPracticePage *self)
{
  GtkWidget *box = new_box ();

  self->title = neg_quality_new_title ("");
  gtk_box_append (GTK_BOX (box), self->title);
  self->steps = gtk_box_new (GTK_ORIENTATION_VERTICAL, SPACING);
  for (guint i = 0; i < STEPS_MAX; i++)
    self->step_labels[i] = add_label (self->steps, NULL);
  gtk_box_append (GTK_BOX (box), self->steps);
  self->remark = add_label (box, "attention");
  self->hint = add_label (box, "subtitle");
  self->words = add_label (box, "group-title");
  self->hint_button = add_button (self, box, _ ("Show a hint"), G_CALLBACK (hint_cb));
  self->watch_button = add_button (self, box, _ ("Watch the video"), G_CALLBACK (watch_cb));
  self->next_button = add_button (self, box, _ ("Next exercise"), G_CALLBACK (next_cb));
  self->again_button = add_button (self, box, _ ("From the beginning"), G_CALLBACK (again_cb));
  self->leave_button = add_button (self, box, _ ("Other exercises"), G_CALLBACK (neg_practice_page_leave));
  return new_scroller (box);
}

/* --- choosing --- */

static void
chosen_cb (GtkButton *button, NegPracticePage *self)
{
  for (guint i = 0; i < neg_exercises_get_n (); i++)
    if (self->buttons[i] == GTK_WIDGET (button))
      begin (self, neg_exercises_get (i));
}

static void
show_n_done (NegPracticePage *self, guint index)
{
  const char *title = _ (neg_exercises_get (index)->title);
  const guint n = self->n_done[index];
  g_autofree char *times = n > 0 ? g_strdup_printf (ngettext ("done %u time", "done %u times", n), n) : NULL;
  g_autofree char *text = n > 0 ? g_strdup_printf ("✓  %s — %s", title, times) : g_strdup_printf ("○  %s", title);
  g_autofree char *name = n > 0 ? g_strdup_printf ("%s, %s", title, times) : g_strdup_printf (_ ("%s, not done yet"), title);
  GtkWidget *label = gtk_button_get_child (GTK_BUTTON (self->buttons[index]));

  gtk_label_set_text (GTK_LABEL (label), text);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->buttons[index]), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
}

static void
add_exercise (NegPracticePage *self, guint index)
{
  GtkWidget *button = gtk_button_new (), *label = neg_quality_new_label ("", NULL);

  gtk_button_set_child (GTK_BUTTON (button), label);
  gtk_widget_add_css_class (button, "small-button");
  g_signal_connect_object (button, "clicked", G_CALLBACK (chosen_cb), self, 0);
  self->buttons[index] = button;
  gtk_box_append (GTK_BOX (self->list), button);
  show_n_done (self, index);
}

static void
renew_cb (NegPracticePage *self)
{
  g_signal_emit (self, signals[RENEW], 0);
}

static GtkWidget *
new_list (NegPracticePage *self)
{
  const guint n = neg_exercises_get_n ();

  self->buttons = g_new0 (GtkWidget *, n);
  self->n_done = g_new0 (guint, n);
  self->list = new_box ();
  gtk_box_append (GTK_BOX (self->list), neg_quality_new_title (_ ("Practice")));
  gtk_box_append (GTK_BOX (self->list),
                  neg_quality_new_label (_ ("Everybody in this window is fictitious, and nothing here reaches your own studies. Each exercise "
                                            "sees for itself what you have done."),
                                         "subtitle"));
  for (guint i = 0; i < n; i++)
    add_exercise (self, i);
  add_button (self, self->list, _ ("Make the Department Anew"), G_CALLBACK (renew_cb));
  return new_scroller (self->list);
}

void
neg_practice_page_set_n_done (NegPracticePage *self, const char *id, guint n)
{
  g_return_if_fail (NEG_IS_PRACTICE_PAGE (self));

  for (guint i = 0; i < neg_exercises_get_n (); i++)
    if (g_str_equal (neg_exercises_get (i)->id, id)) {
      self->n_done[i] = n;
      show_n_done (self, i);
    }
}

void
neg_practice_page_set_waiting (NegPracticePage *self, const char *text)
{
  g_return_if_fail (NEG_IS_PRACTICE_PAGE (self));

  gtk_label_set_text (GTK_LABEL (self->waiting), text != NULL ? text : "");
  gtk_stack_set_visible_child_name (GTK_STACK (self->stack), text != NULL ? "waiting" : self->practice != NULL ? "exercise" : "list");
}

void
neg_practice_page_set_has_videos (NegPracticePage *self, gboolean has_videos)
{
  g_return_if_fail (NEG_IS_PRACTICE_PAGE (self));

  self->has_videos = has_videos;
  gtk_widget_set_visible (self->watch_button, has_videos);
}

/* --- widget --- */

/* To the first thing that can be done here, also from further down. */
static gboolean
neg_practice_page_grab_focus (GtkWidget *widget)
{
  NegPracticePage *self = NEG_PRACTICE_PAGE (widget);
  const char *shown = gtk_stack_get_visible_child_name (GTK_STACK (self->stack));

  if (g_strcmp0 (shown, "list") == 0)
    return gtk_widget_grab_focus (self->buttons[0]);
  if (g_strcmp0 (shown, "exercise") != 0)
    return FALSE;
  if (gtk_widget_get_visible (self->hint_button) && gtk_widget_get_sensitive (self->hint_button))
    return gtk_widget_grab_focus (self->hint_button);
  return gtk_widget_grab_focus (gtk_widget_get_visible (self->next_button) ? self->next_button : self->again_button);
}

static void
neg_practice_page_dispose (GObject *object)
{
  NegPracticePage *self = NEG_PRACTICE_PAGE (object);

  g_clear_pointer (&self->stack, gtk_widget_unparent);
  g_clear_pointer (&self->practice, neg_practice_free);
  g_clear_pointer (&self->buttons, g_free);
  g_clear_pointer (&self->n_done, g_free);
  g_clear_object (&self->keymap);
  G_OBJECT_CLASS (neg_practice_page_parent_class)->dispose (object);
}

static void
neg_practice_page_class_init (NegPracticePageClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  G_OBJECT_CLASS (class)->dispose = neg_practice_page_dispose;
  widget_class->grab_focus = neg_practice_page_grab_focus;
  signals[ENDED]
      = g_signal_new ("ended", NEG_TYPE_PRACTICE_PAGE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_POINTER);
  signals[WATCH]
      = g_signal_new ("watch", NEG_TYPE_PRACTICE_PAGE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
  signals[RENEW] = g_signal_new ("renew", NEG_TYPE_PRACTICE_PAGE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_css_name (widget_class, "neg-practice-page");
}

static void
neg_practice_page_init (NegPracticePage *self)
{
  GtkWidget *waiting = new_box ();

  self->stack = gtk_stack_new ();
  gtk_stack_set_vhomogeneous (GTK_STACK (self->stack), FALSE);
  self->waiting = neg_quality_new_label ("", NULL);
  gtk_box_append (GTK_BOX (waiting), self->waiting);
  gtk_stack_add_named (GTK_STACK (self->stack), new_list (self), "list");
  gtk_stack_add_named (GTK_STACK (self->stack), new_exercise (self), "exercise");
  gtk_stack_add_named (GTK_STACK (self->stack), waiting, "waiting");
  gtk_widget_set_parent (self->stack, GTK_WIDGET (self));
}

NegPracticePage *
neg_practice_page_new (NegKeymap *keymap, const NegPracticeTruth *truth)
{
  NegPracticePage *self = g_object_new (NEG_TYPE_PRACTICE_PAGE, NULL);

  self->keymap = g_object_ref (keymap);
  self->truth = *truth;
  return self;
}
