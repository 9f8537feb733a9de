#include "config.h"

#include "abuse-list.h"

#include <signal.h>
#include <string.h>

#include "abuse-study.h"
#include "ui/neg-main-window-private.h"
#include "ui/neg-worklist-pane-private.h"

/* Names of patients, words of the language, and what is neither. */
static const char *const searches[] = { "",    "quill", "bramble ptarmigan", "zeph", "mod:CT", "mod:MR",
                                        "today", "unread", "\"A-2\"", "zzzz", "mod:", "stat or here", "2022" };

void
abuse_list_fill (const char *home, const char *folder)
{
  g_autofree char *program = g_build_filename (g_getenv ("NEGATOSCOPE_BUILD"), "src", "negatoscope", NULL);
  const char *argv[] = { program, "import", "--home", home, folder, NULL };
  g_autofree char *said = NULL, *problems = NULL;
  g_autoptr (GError) error = NULL;

  /* Images that are cut short are among them: what cannot be taken is told by the exit status. */
  g_spawn_sync (NULL, (char **) argv, NULL, 0, NULL, NULL, &said, &problems, NULL, &error);
  g_assert_no_error (error);
}

static guint
below (Abuse *abuse, guint n)
{
  return n > 1 ? g_rand_int_range (abuse->rand, 0, n) : 0;
}

static NegWorklistPane *
list (Abuse *abuse)
{
  return abuse->window->reading_list;
}

static NegEntry *
dup_any_entry (Abuse *abuse)
{
  GListModel *model = G_LIST_MODEL (abuse->window->worklist);
  guint n = g_list_model_get_n_items (model);
  g_autoptr (NegWorklistItem) item = n > 0 ? g_list_model_get_item (model, below (abuse, n)) : NULL;
  const NegEntry *entry = item != NULL ? neg_worklist_item_get_entry (item) : NULL;

  return entry != NULL ? neg_entry_copy (entry) : NULL;
}

/* Where nothing is found, nothing can be opened. */
static void
show_all (Abuse *abuse)
{
  gtk_editable_set_text (GTK_EDITABLE (list (abuse)->search), "");
  gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (list (abuse)->all_chip), TRUE);
}

void
abuse_list_open (Abuse *abuse)
{
  g_autoptr (NegEntry) entry = dup_any_entry (abuse);

  if (entry == NULL) {
    show_all (abuse);
    return;
  }
  neg_worklist_pane_open (list (abuse), entry);
  abuse->n_entries++;
}

static void
open_prior (Abuse *abuse)
{
  GPtrArray *priors = abuse->window->priors;
  g_autoptr (NegEntry) prior = NULL;

  if (priors == NULL || priors->len == 0)
    return;
  prior = neg_entry_copy (g_ptr_array_index (priors, below (abuse, priors->len)));
  _neg_main_window_open_prior (abuse->window, prior);
}

/* As long as somebody reads what was found, another one claims it. */
static void
open_of_another (Abuse *abuse)
{
  g_autoptr (NegEntry) entry = dup_any_entry (abuse);

  if (entry == NULL)
    return;
  entry->status = NEG_STATUS_BEING_READ;
  g_free (entry->claimed_by);
  entry->claimed_by = g_strdup ("somebody else");
  neg_worklist_pane_open (list (abuse), entry);
  if (below (abuse, 2) == 0)
    _neg_worklist_pane_answer (list (abuse), below (abuse, 2));
}

static void
search (Abuse *abuse)
{
  gtk_editable_set_text (GTK_EDITABLE (list (abuse)->search), searches[below (abuse, G_N_ELEMENTS (searches))]);
}

static void
choose_chip (Abuse *abuse)
{
  guint chip = below (abuse, NEG_WORKLIST_N_CHIPS + 1);
  GtkWidget *button = chip < NEG_WORKLIST_N_CHIPS ? list (abuse)->chips[chip] : list (abuse)->all_chip;

  gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (button), below (abuse, 3) == 0);
}

static void
sort (Abuse *abuse)
{
  neg_worklist_columns_toggle_sort (list (abuse)->columns, below (abuse, NEG_COLUMN_N));
}

static void
change_columns (Abuse *abuse)
{
  NegEntryColumn column = below (abuse, NEG_COLUMN_N);

  if (below (abuse, 2) == 0)
    neg_worklist_columns_move (list (abuse)->columns, column, (int) below (abuse, 5) - 2);
  else
    neg_worklist_columns_set_visible (list (abuse)->columns, column, below (abuse, 2));
}

static void
command (Abuse *abuse)
{
  static const char *const actions[] = { "list.open",     "list.details", "list.retrieve", "list.claim",
                                         "list.release",  "list.ask",     "list.stop-asking" };
  static const char *const states[] = { "arrived", "being-read", "read", "reported" };

  if (below (abuse, 4) == 0)
    gtk_widget_activate_action (GTK_WIDGET (list (abuse)), "list.set-status", "s",
                                states[below (abuse, G_N_ELEMENTS (states))]);
  else
    gtk_widget_activate_action (GTK_WIDGET (list (abuse)), actions[below (abuse, G_N_ELEMENTS (actions))], NULL);
}

static void
command_of_window (Abuse *abuse)
{
  static const char *const actions[] = { "worklist.next-unread", "worklist.finish", "worklist.show",
                                         "worklist.search",      "pane.worklist",   "pane.worklist-window" };

  gtk_widget_activate_action (GTK_WIDGET (abuse->window), actions[below (abuse, G_N_ELEMENTS (actions))], NULL);
}

static void
move_cursor (Abuse *abuse)
{
  neg_worklist_view_set_cursor (NEG_WORKLIST_VIEW (list (abuse)->view), below (abuse, 12));
}

/* As a person would after a failure; what is ready stays. */
static void
try_again (Abuse *abuse)
{
  neg_network_start (abuse->window->network);
}

static gboolean
is_agent (const char *name, const char *home)
{
  g_autofree char *path = g_strdup_printf ("/proc/%s/cmdline", name);
  g_autofree char *text = NULL;
  gsize length, at = 0;

  if (!g_ascii_isdigit (name[0]) || !g_file_get_contents (path, &text, &length, NULL)
      || !g_str_has_suffix (text, "negatoscope-agent"))
    return FALSE;
  while (at < length && !g_str_equal (text + at, home))
    at += strlen (text + at) + 1;
  return at < length;
}

void
abuse_list_kill_agent (Abuse *abuse)
{
  const char *home = neg_network_get_home (abuse->window->network);
  g_autoptr (GDir) processes = g_dir_open ("/proc", 0, NULL);
  const char *name;

  while (processes != NULL && (name = g_dir_read_name (processes)) != NULL)
    if (is_agent (name, home) && kill ((pid_t) g_ascii_strtoll (name, NULL, 10), SIGKILL) == 0)
      abuse->n_agents_killed++;
}

void
abuse_list_event (Abuse *abuse)
{
  static const struct {
    void (*function) (Abuse *abuse);
    guint weight;
  } events[] = {
    { abuse_list_open, 14 }, { open_prior, 6 },     { open_of_another, 2 },    { search, 10 },     { choose_chip, 6 },
    { sort, 6 },             { command, 10 },       { change_columns, 2 },     { command_of_window, 12 },
    { move_cursor, 5 },      { try_again, 3 },
  };
  guint total = 0, at;

  for (guint i = 0; i < G_N_ELEMENTS (events); i++)
    total += events[i].weight;
  at = below (abuse, total);
  for (guint i = 0; i < G_N_ELEMENTS (events); i++) {
    if (at < events[i].weight) {
      events[i].function (abuse);
      return;
    }
    at -= events[i].weight;
  }
}
