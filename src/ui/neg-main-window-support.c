/* Help from people, and news: feedback, elbow support, what the site announces, what is not on for everybody yet. */
#include "config.h"

#include <glib/gi18n-lib.h>

#include "ui/neg-ask-window.h"
#include "ui/neg-feedback-window.h"
#include "ui/neg-library-model.h"
#include "ui/neg-main-window-private.h"
#include "ui/neg-news-window.h"
#include "ui/neg-support-button.h"

static NegSupportModel *
get_support (NegMainWindow *self)
{
  return neg_support_model_get (self->network);
}

/* Where somebody is, by names of ours. */
static const char *
get_page (NegMainWindow *self)
{
  GtkWidget *focus = gtk_window_get_focus (GTK_WINDOW (self));

  if (focus != NULL && gtk_widget_is_ancestor (focus, GTK_WIDGET (self->quality_list)))
    return "quality-list";
  if (focus != NULL && gtk_widget_is_ancestor (focus, GTK_WIDGET (self->reading_list)))
    return "reading-list";
  if (focus != NULL && gtk_widget_is_ancestor (focus, GTK_WIDGET (self->context)))
    return "details";
  if (focus != NULL && gtk_widget_is_ancestor (focus, GTK_WIDGET (self->patients)))
    return "patients";
  if (self->mpr_view != NULL)
    return "planes";
  return self->loader != NULL ? "images" : "start";
}

static void
feedback_cb (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  NegMainWindow *self = data;

  gtk_window_present (neg_feedback_window_open (get_support (self), get_page (self), GTK_WINDOW (self)));
}

/* Of a window that belongs to this one. */
static void
feedback_of_cb (GtkWindow *main_window, GtkWindow *window, const char *page)
{
  gtk_window_present (neg_feedback_window_open (get_support (NEG_MAIN_WINDOW (main_window)), page, window));
}

static void
ask_cb (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  NegMainWindow *self = data;
  const char *page = get_page (self);
  GtkWindow *window = neg_ask_window_open (get_support (self), self->network, GTK_WINDOW (self));

  gtk_window_present (window);
  neg_ask_window_ask (window, page);
}

static void
news_cb (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  NegMainWindow *self = data;

  neg_news_set_version_seen (self->settings);
  gtk_window_present (neg_news_window_open (neg_library_model_get (self->network), self->settings, GTK_WINDOW (self)));
}

/* --- The status line --- */

/* News waits here: nothing comes over what somebody reads. */
static void
update_news (NegMainWindow *self)
{
  const guint n_answers = neg_support_model_get_n_unseen (get_support (self));
  const guint n_news = neg_news_count_unread (neg_library_model_get (self->network), self->settings);
  g_autofree char *news = n_news > 0 ? g_strdup_printf (ngettext ("%u piece of news", "%u pieces of news", n_news), n_news) : NULL;
  g_autofree char *answers = NULL;

  if (n_news == 0 && neg_news_is_version_new (self->settings))
    news = g_strdup_printf (_ ("What is new in %s"), NEG_VERSION);
  gtk_button_set_label (self->news_button, news != NULL ? news : "");
  gtk_widget_set_visible (GTK_WIDGET (self->news_button), news != NULL);
  if (n_answers > 0)
    answers = g_strdup_printf (ngettext ("%u answer to your feedback", "%u answers to your feedback", n_answers), n_answers);
  gtk_button_set_label (self->answers_button, answers != NULL ? answers : "");
  gtk_widget_set_visible (GTK_WIDGET (self->answers_button), answers != NULL);
}

/* --- What is on for some first --- */

gboolean
_neg_main_window_is_rolled_out (NegMainWindow *self, const char *prefix, const char *name)
{
  g_autofree char *feature = g_strdup_printf ("%s.%s", prefix, name);

  return self->network == NULL
         || (neg_library_model_is_feature_on (neg_library_model_get (self->network), feature)
             && neg_library_model_is_feature_on (neg_library_model_get (self->network), prefix));
}

/* A feature is a command (“volume.fuse”) or all commands of one beginning (“volume”). */
static void
library_changed_cb (NegMainWindow *self)
{
  GHashTableIter iter;
  gpointer prefix, group;

  g_hash_table_iter_init (&iter, self->groups);
  while (g_hash_table_iter_next (&iter, &prefix, &group)) {
    g_auto (GStrv) names = g_action_group_list_actions (G_ACTION_GROUP (group));

    for (guint i = 0; names[i] != NULL; i++)
      if (!_neg_main_window_is_rolled_out (self, prefix, names[i]))
        g_simple_action_set_enabled (G_SIMPLE_ACTION (g_action_map_lookup_action (group, names[i])), FALSE);
  }
  _neg_main_window_update_actions (self);
  update_news (self);
}

static const GActionEntry entries[] = { { "feedback", feedback_cb }, { "ask", ask_cb }, { "news", news_cb } };

void
_neg_main_window_add_support (NegMainWindow *self)
{
  _neg_main_window_add_group (self, "support", entries, G_N_ELEMENTS (entries));
  neg_support_button_set_handler (GTK_WINDOW (self), feedback_of_cb);
  g_signal_connect_object (get_support (self), "changed", G_CALLBACK (update_news), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (neg_library_model_get (self->network), "changed", G_CALLBACK (library_changed_cb), self,
                           G_CONNECT_SWAPPED);
  if (self->settings != NULL) {
    g_autofree char *seen = g_settings_get_string (self->settings, "version-seen");

    if (*seen == '\0')
      neg_news_set_version_seen (self->settings);
    g_signal_connect_object (self->settings, "changed::news-seen", G_CALLBACK (update_news), self, G_CONNECT_SWAPPED);
    g_signal_connect_object (self->settings, "changed::version-seen", G_CALLBACK (update_news), self, G_CONNECT_SWAPPED);
  }
  update_news (self);
}
