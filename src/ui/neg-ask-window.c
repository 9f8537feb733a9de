#include "config.h"

#include "ui/neg-ask-window.h"

#include <glib/gi18n-lib.h>

#include "model/neg-roles.h"
#include "model/neg-site.h"
#include "support/neg-support.h"
#include "ui/neg-close-keys.h"
#include "ui/neg-day-plot.h"

#define WINDOW_KEY "neg-ask-window"
#define WIDTH 460
#define DAYS 90

struct _NegAskWindow {
  GtkWindow parent_instance;

  NegSupportModel *model;
  NegNetwork *network;
  char *page;
  gboolean asked, is_waiting; /* asked before the site was read */
  GtkWidget *room, *told, *hours, *contacts, *exact_title, *exact, *plot, *plot_title;
  GCancellable *cancellable;
};

#define NEG_TYPE_ASK_WINDOW (neg_ask_window_get_type ())
G_DECLARE_FINAL_TYPE (NegAskWindow, neg_ask_window, NEG, ASK_WINDOW, GtkWindow)
G_DEFINE_FINAL_TYPE (NegAskWindow, neg_ask_window, GTK_TYPE_WINDOW)

static void
set_text (GtkWidget *label, const char *text)
{
  gtk_label_set_text (GTK_LABEL (label), text);
  gtk_widget_set_visible (label, *text != '\0');
}

/* --- how often it was pressed --- */

typedef struct {
  char *home, *config;
  GPtrArray *days; /* NegSupportDay; nullable */
} Presses;

static void
presses_free (gpointer data)
{
  Presses *presses = data;

  g_free (presses->home);
  g_free (presses->config);
  g_clear_pointer (&presses->days, g_ptr_array_unref);
  g_free (presses);
}

static void
presses_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Presses *presses = data;
  const gint64 now_us = g_get_real_time ();
  GError *error = NULL;
  g_autoptr (NegSite) site = neg_site_load (presses->home, presses->config, NULL, &error);
  g_autofree char *folder = site != NULL ? neg_site_dup_value (site, "library", "folder", &error) : NULL;

  if (folder != NULL && g_path_is_absolute (folder))
    presses->days = neg_support_count_days (folder, now_us - DAYS * G_TIME_SPAN_DAY, now_us, neg_site_get_timezone (site), &error);
  if (error != NULL)
    g_task_return_error (task, error);
  else
    g_task_return_boolean (task, TRUE);
}

static void
presses_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  NegAskWindow *self = NEG_ASK_WINDOW (source);
  const Presses *presses = g_task_get_task_data (G_TASK (result));
  g_autoptr (GError) error = NULL;
  g_autoptr (GArray) numbers = g_array_new (FALSE, FALSE, sizeof (NegDayNumber));

  if (!g_task_propagate_boolean (G_TASK (result), &error)) {
    if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
      set_text (self->plot_title, error->message);
    return;
  }
  for (guint i = 0; presses->days != NULL && i < presses->days->len; i++) {
    const NegSupportDay *day = presses->days->pdata[i];
    const NegDayNumber number = { day->day, day->n_presses };

    g_array_append_val (numbers, number);
  }
  neg_day_plot_set (NEG_DAY_PLOT (self->plot), (const NegDayNumber *) numbers->data, numbers->len);
  set_text (self->plot_title, numbers->len > 0 ? _ ("How often help was asked for, each day") : "");
}

static void
read_presses (NegAskWindow *self)
{
  g_autoptr (GTask) task = NULL;
  Presses *presses;

  if (!(neg_support_model_get_roles (self->model) & (NEG_ROLE_SUPERUSER | NEG_ROLE_ADMINISTRATOR)))
    return;
  presses = g_new0 (Presses, 1);
  presses->home = g_strdup (neg_network_get_home (self->network));
  presses->config = g_strdup (neg_network_get_config (self->network));
  task = g_task_new (self, self->cancellable, presses_cb, NULL);
  g_task_set_task_data (task, presses, presses_free);
  g_task_run_in_thread (task, presses_thread);
}

/* --- whom to ask --- */

static void
show_contacts (NegAskWindow *self, const NegSupport *support)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < support->contacts->len; i++) {
    const NegContact *contact = support->contacts->pdata[i];

    g_string_append_printf (text, "%s%s%s%s%s%s", text->len > 0 ? "\n" : "", contact->role, *contact->role != '\0' ? ": " : "",
                            contact->name, *contact->phone != '\0' ? ", " : "", contact->phone);
    if (*contact->hours != '\0')
      g_string_append_printf (text, " (%s)", contact->hours);
  }
  set_text (self->contacts, text->str);
  g_string_free (text, TRUE);
}

static void
show_site (NegAskWindow *self)
{
  const NegSupport *support = neg_support_model_get_support (self->model);
  g_autofree char *hours = NULL;

  if (support == NULL) {
    const char *problem = neg_support_model_get_problem (self->model);

    set_text (self->room, *problem != '\0' ? problem : _ ("Looking for whom to ask…"));
    return;
  }
  hours = *support->hours != '\0' ? g_strdup_printf (_ ("Hours: %s"), support->hours) : g_strdup ("");
  set_text (self->hours, hours);
  show_contacts (self, support);
  if (!self->asked)
    set_text (self->room, "");
}

/* --- the press --- */

static void
told_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (NegAskWindow) self = data;
  g_autoptr (GError) error = NULL;

  const gboolean done = neg_support_model_send_finish (NEG_SUPPORT_MODEL (source), result, &error);

  if (self->model == NULL)
    return; /* closed for good meanwhile */
  if (done) {
    set_text (self->told, _ ("The support team is told that you ask, from this workstation and page. Nothing of a patient is in it."));
  } else {
    g_autofree char *words = g_strdup_printf (_ ("The support team could not be told: %s"), error->message);

    set_text (self->told, words);
  }
  read_presses (self);
}

static void
opened_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (NegAskWindow) self = data;
  g_autoptr (GError) error = NULL;
  const NegSupport *support = self->model != NULL ? neg_support_model_get_support (self->model) : NULL;

  if (!gtk_show_uri_full_finish (GTK_WINDOW (source), result, &error) && support != NULL) {
    g_autofree char *words
        = g_strdup_printf (_ ("The room could not be opened: %s. Its address: %s"), error->message, support->room);

    set_text (self->room, words);
  }
}

static void
open_room (NegAskWindow *self, const NegSupport *support)
{
  g_autoptr (GUri) uri = g_uri_parse (support->room, G_URI_FLAGS_NONE, NULL);
  g_autofree char *words = NULL;

  if (uri == NULL) {
    set_text (self->room, _ ("This site has no room for help: ask the people named here."));
    return;
  }
  words = g_strdup_printf (_ ("The room at %s opens in the browser."), g_uri_get_host (uri));
  set_text (self->room, words);
  gtk_show_uri_full (GTK_WINDOW (self), support->room, GDK_CURRENT_TIME, self->cancellable, opened_cb, g_object_ref (self));
}

static void
tell (NegAskWindow *self)
{
  g_auto (NegSender) sender = { 0 };
  g_autoptr (GError) error = NULL;
  g_autofree char *json = NULL;

  neg_support_model_init_sender (self->model, self->page, &sender);
  json = neg_support_make_json (&sender, g_get_real_time (), &error);
  if (json == NULL) {
    set_text (self->told, error->message);
    return;
  }
  set_text (self->exact_title, _ ("Exactly this was sent"));
  set_text (self->exact, json);
  neg_support_model_send_async (self->model, "support", json, NULL, told_cb, g_object_ref (self));
}

static void
ask_now (NegAskWindow *self)
{
  const NegSupport *support = neg_support_model_get_support (self->model);

  self->is_waiting = support == NULL && *neg_support_model_get_problem (self->model) == '\0';
  if (support != NULL)
    open_room (self, support);
  if (!self->is_waiting)
    tell (self);
}

static void
changed_cb (NegAskWindow *self)
{
  show_site (self);
  if (self->is_waiting)
    ask_now (self);
}

void
neg_ask_window_ask (GtkWindow *window, const char *page)
{
  NegAskWindow *self = NEG_ASK_WINDOW (window);

  g_free (self->page);
  self->page = g_strdup (page);
  self->asked = TRUE;
  ask_now (self);
}

/* --- the window --- */

static GtkWidget *
add_label (GtkWidget *box, const char *css_class)
{
  GtkWidget *label = gtk_label_new (NULL);

  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_wrap_mode (GTK_LABEL (label), PANGO_WRAP_WORD_CHAR);
  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_selectable (GTK_LABEL (label), TRUE);
  gtk_widget_set_visible (label, FALSE);
  if (css_class != NULL)
    gtk_widget_add_css_class (label, css_class);
  gtk_box_append (GTK_BOX (box), label);
  return label;
}

static GtkWidget *
new_content (NegAskWindow *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 10);

  self->room = add_label (box, "title");
  self->told = add_label (box, NULL);
  self->hours = add_label (box, NULL);
  self->contacts = add_label (box, NULL);
  self->exact_title = add_label (box, "dim");
  self->exact = add_label (box, "monospace");
  self->plot_title = add_label (box, "dim");
  self->plot = neg_day_plot_new (_ ("Presses of the button"));
  gtk_box_append (GTK_BOX (box), self->plot);
  gtk_widget_add_css_class (box, "window-content");
  return box;
}

static void
neg_ask_window_dispose (GObject *object)
{
  NegAskWindow *self = NEG_ASK_WINDOW (object);

  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->model);
  g_clear_object (&self->network);
  g_clear_pointer (&self->page, g_free);
  G_OBJECT_CLASS (neg_ask_window_parent_class)->dispose (object);
}

static void
neg_ask_window_finalize (GObject *object)
{
  g_object_unref (NEG_ASK_WINDOW (object)->cancellable);
  G_OBJECT_CLASS (neg_ask_window_parent_class)->finalize (object);
}

static void
neg_ask_window_class_init (NegAskWindowClass *class)
{
  G_OBJECT_CLASS (class)->dispose = neg_ask_window_dispose;
  G_OBJECT_CLASS (class)->finalize = neg_ask_window_finalize;
}

static void
neg_ask_window_init (NegAskWindow *self)
{
  self->cancellable = g_cancellable_new ();
  gtk_window_set_title (GTK_WINDOW (self), _ ("Ask for Help"));
  gtk_window_set_default_size (GTK_WINDOW (self), WIDTH, -1);
  gtk_window_set_hide_on_close (GTK_WINDOW (self), TRUE);
  gtk_widget_set_name (GTK_WIDGET (self), "ask");
  gtk_widget_add_css_class (GTK_WIDGET (self), "negatoscope");
  gtk_widget_add_css_class (GTK_WIDGET (self), "pane-window");
  neg_close_keys_attach (GTK_WINDOW (self));
}

GtkWindow *
neg_ask_window_open (NegSupportModel *model, NegNetwork *network, GtkWindow *parent)
{
  NegAskWindow *self = g_object_get_data (G_OBJECT (parent), WINDOW_KEY);

  if (self != NULL)
    return GTK_WINDOW (self);
  self = g_object_new (NEG_TYPE_ASK_WINDOW, "transient-for", parent, "destroy-with-parent", TRUE, NULL);
  self->model = g_object_ref (model);
  self->network = g_object_ref (network);
  gtk_window_set_child (GTK_WINDOW (self), new_content (self));
  g_object_set_data (G_OBJECT (parent), WINDOW_KEY, self);
  g_signal_connect_object (model, "changed", G_CALLBACK (changed_cb), self, G_CONNECT_SWAPPED);
  show_site (self);
  return GTK_WINDOW (self);
}
