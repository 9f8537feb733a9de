/* Learning beside the images: the page of topics, and which of them is about what is in hand. */
#include "config.h"

#include <glib/gi18n-lib.h>

#include "learning/neg-practice.h"
#include "ui/neg-learn-page.h"
#include "ui/neg-library-model.h"
#include "ui/neg-main-window-private.h"

#define PAGE "learn"
#define LAST_RESORT "getting-help"

/* --- which topic --- */

static const char *
get_topic_of (const char *action)
{
  const NegCommandInfo *command = neg_command_table_find (action);

  return command != NULL ? command->topic : LAST_RESORT;
}

static const char *
get_topic_of_tool (NegTool tool)
{
  static const char *const actions[NEG_N_TOOLS] = {
    [NEG_TOOL_WINDOW] = "tool.window",       [NEG_TOOL_SCROLL] = "tool.scroll",       [NEG_TOOL_PAN] = "tool.pan",
    [NEG_TOOL_ZOOM] = "tool.zoom",           [NEG_TOOL_MAGNIFIER] = "tool.magnifier", [NEG_TOOL_CROSSHAIR] = "tool.crosshair",
    [NEG_TOOL_LENGTH] = "tool.length",       [NEG_TOOL_ANGLE] = "tool.angle",         [NEG_TOOL_COBB] = "tool.cobb",
    [NEG_TOOL_ELLIPSE] = "tool.ellipse",     [NEG_TOOL_RECTANGLE] = "tool.rectangle", [NEG_TOOL_FREEHAND] = "tool.freehand",
    [NEG_TOOL_ARROW] = "tool.arrow",         [NEG_TOOL_PROBE] = "tool.probe",
  };

  return get_topic_of (actions[tool]);
}

static gboolean
has_focus (GtkWidget *part)
{
  GtkRoot *root = part != NULL ? gtk_widget_get_root (part) : NULL;
  GtkWidget *focus = root != NULL ? gtk_root_get_focus (root) : NULL;

  return focus != NULL && gtk_window_is_active (GTK_WINDOW (root)) && (focus == part || gtk_widget_is_ancestor (focus, part));
}

/* Of the page where somebody is, else of the tool in hand. */
static const char *
get_topic (NegMainWindow *self)
{
  if (has_focus (GTK_WIDGET (self->quality_list)) || has_focus (GTK_WIDGET (self->quality_page)))
    return get_topic_of ("quality.show");
  if (has_focus (GTK_WIDGET (self->reading_list)))
    return get_topic_of ("list.claim");
  if (has_focus (GTK_WIDGET (self->patients)))
    return get_topic_of ("series.next");
  if (has_focus (GTK_WIDGET (self->measurements)))
    return get_topic_of ("tool.length");
  if (self->mpr_view != NULL && self->tool < NEG_TOOL_LENGTH)
    return get_topic_of ("volume.show");
  if (self->loader == NULL)
    return get_topic_of ("worklist.search");
  return get_topic_of_tool (self->tool);
}

/* --- commands --- */

static void
show_page (NegMainWindow *self)
{
  neg_pane_set_open (self->context_pane, TRUE);
  neg_context_pane_show_page (self->context, PAGE);
  gtk_window_present (GTK_WINDOW (gtk_widget_get_root (GTK_WIDGET (self->learn_page))));
  _neg_main_window_need_store (self);
}

/* There, and back to the image. */
static void
show_cb (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  NegMainWindow *self = data;
  NegLearnPage *page = self->learn_page;
  const char *topic = get_topic (self);

  if (has_focus (GTK_WIDGET (page))) {
    gtk_window_present (GTK_WINDOW (self));
    _neg_main_window_focus (self);
    return;
  }
  show_page (self);
  neg_learn_page_show_topic (page, topic);
  neg_learn_page_focus (page);
}

static void
topics_cb (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  NegMainWindow *self = data;

  show_page (self);
  neg_learn_page_show_list (self->learn_page);
  neg_learn_page_focus (self->learn_page);
}

/* learn.topic('measuring'): what a button elsewhere is about. */
static void
topic_cb (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  _neg_main_window_show_topic (data, g_variant_get_string (parameter, NULL));
}

void
_neg_main_window_show_topic (NegMainWindow *self, const char *topic)
{
  show_page (self);
  neg_learn_page_show_topic (self->learn_page, topic);
  neg_learn_page_focus (self->learn_page);
}

static void
practise_cb (NegMainWindow *self, const char *topic)
{
  gtk_widget_activate_action (GTK_WIDGET (self), "practice.topic", "s", topic);
}

/* --- what was watched --- */

void
_neg_main_window_update_learn (NegMainWindow *self)
{
  if (self->learn_page != NULL)
    neg_learn_page_set_store (self->learn_page, self->screens);
}

void
_neg_main_window_close_learn (NegMainWindow *self)
{
  if (self->learn_page != NULL)
    neg_learn_page_set_store (self->learn_page, NULL);
}

/* --- making it --- */

static void
set_exercises (NegLearnPage *page)
{
  g_autoptr (GPtrArray) topics = g_ptr_array_new ();

  for (guint i = 0; i < neg_exercises_get_n (); i++)
    g_ptr_array_add (topics, (gpointer) neg_exercises_get (i)->topic);
  g_ptr_array_add (topics, NULL);
  neg_learn_page_set_exercises (page, (const char *const *) topics->pdata);
}

void
_neg_main_window_add_learn (NegMainWindow *self)
{
  static const GActionEntry entries[]
      = { { "show", show_cb }, { "topics", topics_cb }, { "topic", topic_cb, "s" } };
  GtkWidget *page = neg_learn_page_new (neg_library_model_get (self->network), self->keymap, self->network);

  g_set_weak_pointer (&self->learn_page, NEG_LEARN_PAGE (page));
  g_signal_connect_object (page, "practise", G_CALLBACK (practise_cb), self, G_CONNECT_SWAPPED);
  set_exercises (NEG_LEARN_PAGE (page));
  neg_context_pane_add_page (self->context, PAGE, _ ("Learn"), "neg-page-learn-symbolic", page);
  _neg_main_window_add_group (self, "learn", entries, G_N_ELEMENTS (entries));
}
