/* Recording a demo of this window: commands, the count-down over it, the red mark while it goes on. */
#include "config.h"

#include <glib/gi18n-lib.h>

#include "base/neg-paths.h"
#include "model/neg-roles.h"
#include "ui/neg-demo-page.h"
#include "ui/neg-main-window-private.h"
#include "ui/neg-recorder.h"

/* One for each window, as long as that lives. */
typedef struct {
  NegMainWindow *window;
  NegRecorder *recorder;
  GtkWidget *page; /* weak: a pane may go first */
  GtkWidget *count, *controls, *pause_button, *time_label, *status_label;
} Record;

#define RECORD_KEY "neg-record"
#define PAGE "demos"

static Record *
get_record (NegMainWindow *self)
{
  return g_object_get_data (G_OBJECT (self), RECORD_KEY);
}

static char *
dup_drafts_folder (NegMainWindow *self)
{
  g_autofree char *data = neg_paths_dup_data_folder (self->home);

  return g_build_filename (data, "drafts", NULL);
}

/* A site that names superusers means that nobody else records. */
static gboolean
may_record (NegMainWindow *self)
{
  g_autoptr (NegSite) site
      = neg_site_load (neg_network_get_home (self->network), neg_network_get_config (self->network), NULL, NULL);
  guint roles = 0;

  return site != NULL && neg_roles_of_user (site, NULL, &roles, NULL) && (roles & NEG_ROLE_SUPERUSER) != 0;
}

/* --- What is seen of it --- */

static void
set_class (GtkWidget *widget, const char *name, gboolean on)
{
  if (on)
    gtk_widget_add_css_class (widget, name);
  else
    gtk_widget_remove_css_class (widget, name);
}

static void
show_time (Record *record, gboolean is_paused)
{
  g_autofree char *time = NULL, *status = NULL;
  NegTakeState facts;

  neg_recorder_get_facts (record->recorder, &facts);
  time = g_strdup_printf ("● %u:%02u", (guint) (facts.duration_us / (60 * G_USEC_PER_SEC)),
                          (guint) (facts.duration_us / G_USEC_PER_SEC % 60));
  if (is_paused)
    status = g_strdup (_ ("Recording paused"));
  else if (facts.n_dropped > 0)
    status = g_strdup_printf (_ ("● Recording: %lu pictures left out"), (gulong) facts.n_dropped);
  else
    status = g_strdup (facts.has_sound ? _ ("● Recording with sound") : _ ("● Recording without sound"));
  gtk_label_set_text (GTK_LABEL (record->time_label), time);
  gtk_label_set_text (GTK_LABEL (record->status_label), status);
}

static void
changed_cb (Record *record)
{
  NegRecorderState state = neg_recorder_get_state (record->recorder);
  gboolean goes_on = state == NEG_RECORDER_RECORDING || state == NEG_RECORDER_PAUSED;
  g_autofree char *count = g_strdup_printf ("%u", neg_recorder_get_count (record->recorder));

  gtk_label_set_text (GTK_LABEL (record->count), count);
  gtk_widget_set_visible (record->count, state == NEG_RECORDER_COUNTING);
  gtk_widget_set_visible (record->controls, state != NEG_RECORDER_IDLE);
  gtk_widget_set_visible (record->status_label, state != NEG_RECORDER_IDLE);
  gtk_widget_set_sensitive (record->pause_button, goes_on);
  gtk_button_set_icon_name (GTK_BUTTON (record->pause_button), state == NEG_RECORDER_PAUSED ? "media-playback-start-symbolic"
                                                                                           : "media-playback-pause-symbolic");
  gtk_accessible_update_property (GTK_ACCESSIBLE (record->pause_button), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  state == NEG_RECORDER_PAUSED ? _ ("Go on recording") : _ ("Pause the recording"), -1);
  set_class (record->time_label, "recording", state == NEG_RECORDER_RECORDING);
  set_class (record->status_label, "recording", state == NEG_RECORDER_RECORDING);
  _neg_main_window_enable (record->window, "record", "pause", goes_on);
  show_time (record, state == NEG_RECORDER_PAUSED);
  if (state == NEG_RECORDER_COUNTING)
    gtk_label_set_text (GTK_LABEL (record->status_label), _ ("Recording begins"));
}

/* Not for everybody: it is there for who has asked for it. */
static void
show_page (Record *record)
{
  NegMainWindow *self = record->window;

  if (record->page == NULL)
    return;
  neg_pane_set_open (self->context_pane, TRUE);
  neg_context_pane_set_page_visible (self->context, PAGE, TRUE);
  neg_context_pane_show_page (self->context, PAGE);
}

static void
ended_cb (Record *record, const char *why)
{
  const NegDraft *draft = neg_recorder_get_draft (record->recorder);

  if (why != NULL)
    neg_main_window_report (record->window, why);
  if (draft == NULL || gtk_widget_in_destruction (GTK_WIDGET (record->window)))
    return;
  show_page (record);
  if (record->page != NULL)
    neg_demo_page_refresh (NEG_DEMO_PAGE (record->page), draft->id);
}

/* --- Commands --- */

static gboolean
check_role (NegMainWindow *self)
{
  if (may_record (self))
    return TRUE;
  _neg_main_window_hint (self, _ ("Demos are recorded by superusers: the site file says who that is."));
  return FALSE;
}

static void
record_cb (Record *record, const char *topic, gboolean with_sound)
{
  if (check_role (record->window))
    neg_recorder_start (record->recorder, topic, with_sound);
}

static void
toggle_cb (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  Record *record = get_record (data);
  g_autofree char *topic = NULL;

  if (neg_recorder_get_state (record->recorder) != NEG_RECORDER_IDLE) {
    neg_recorder_stop (record->recorder);
    return;
  }
  topic = record->page != NULL ? neg_demo_page_dup_topic (NEG_DEMO_PAGE (record->page)) : g_strdup ("");
  record_cb (record, topic, record->page == NULL || neg_demo_page_get_with_sound (NEG_DEMO_PAGE (record->page)));
}

/* There, and back to the image. */
static void
page_cb (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  NegMainWindow *self = data;
  Record *record = get_record (self);

  if (record->page != NULL && gtk_widget_get_mapped (record->page) && gtk_widget_get_focus_child (record->page) != NULL) {
    gtk_window_present (GTK_WINDOW (self));
    _neg_main_window_focus (self);
  } else if (record->page != NULL && check_role (self)) {
    show_page (record);
    gtk_window_present (GTK_WINDOW (gtk_widget_get_root (record->page)));
    gtk_widget_grab_focus (record->page);
  }
}

static void
pause_cb (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  NegRecorder *recorder = get_record (data)->recorder;

  if (neg_recorder_get_state (recorder) == NEG_RECORDER_PAUSED)
    neg_recorder_resume (recorder);
  else
    neg_recorder_pause (recorder);
}

/* --- Its widgets --- */

static GtkWidget *
new_button (const char *icon_name, const char *action, const char *name)
{
  GtkWidget *button = gtk_button_new_from_icon_name (icon_name);

  gtk_actionable_set_action_name (GTK_ACTIONABLE (button), action);
  gtk_widget_set_focus_on_click (button, FALSE);
  gtk_widget_set_tooltip_text (button, name);
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
  return button;
}

static void
add_controls (Record *record)
{
  GtkWidget *bar = gtk_window_get_titlebar (GTK_WINDOW (record->window));
  GtkWidget *stop = new_button ("media-playback-stop-symbolic", "record.toggle", _ ("Stop recording"));

  record->controls = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 4);
  record->time_label = gtk_label_new (NULL);
  record->pause_button = new_button ("media-playback-pause-symbolic", "record.pause", _ ("Pause the recording"));
  gtk_widget_add_css_class (record->time_label, "recording-time");
  gtk_box_append (GTK_BOX (record->controls), record->time_label);
  gtk_box_append (GTK_BOX (record->controls), record->pause_button);
  gtk_box_append (GTK_BOX (record->controls), stop);
  gtk_widget_set_visible (record->controls, FALSE);
  gtk_header_bar_pack_end (GTK_HEADER_BAR (bar), record->controls);
  record->status_label = gtk_label_new (NULL);
  gtk_widget_set_visible (record->status_label, FALSE);
  gtk_box_append (GTK_BOX (gtk_widget_get_parent (GTK_WIDGET (record->window->status_label))), record->status_label);
  neg_recorder_hide (record->recorder, record->controls);
  neg_recorder_hide (record->recorder, record->status_label);
}

/* Over everything: whoever records sees that it begins. */
static void
add_count (Record *record)
{
  GtkWindow *window = GTK_WINDOW (record->window);
  GtkWidget *child = g_object_ref (gtk_window_get_child (window));
  GtkWidget *overlay = gtk_overlay_new ();

  gtk_window_set_child (window, NULL);
  gtk_overlay_set_child (GTK_OVERLAY (overlay), child);
  record->count = gtk_label_new (NULL);
  gtk_widget_set_halign (record->count, GTK_ALIGN_CENTER);
  gtk_widget_set_valign (record->count, GTK_ALIGN_CENTER);
  gtk_widget_set_can_target (record->count, FALSE);
  gtk_widget_add_css_class (record->count, "count-down");
  gtk_widget_set_visible (record->count, FALSE);
  gtk_overlay_add_overlay (GTK_OVERLAY (overlay), record->count);
  gtk_window_set_child (window, overlay);
  g_object_unref (child);
}

static void
add_page (Record *record, const char *folder)
{
  NegMainWindow *self = record->window;

  g_set_weak_pointer (&record->page, neg_demo_page_new (self->network, folder));
  neg_context_pane_add_page (self->context, PAGE, _ ("Demos"), "media-record-symbolic", record->page);
  neg_context_pane_set_page_visible (self->context, PAGE, FALSE);
  g_signal_connect_swapped (record->page, "record", G_CALLBACK (record_cb), record);
}

static void
record_free (gpointer data)
{
  Record *record = data;

  if (record->page != NULL)
    g_signal_handlers_disconnect_by_data (record->page, record);
  g_clear_weak_pointer (&record->page);
  g_signal_handlers_disconnect_by_data (record->recorder, record);
  g_object_unref (record->recorder);
  g_free (record);
}

/* What is recorded is kept as it is, before the window goes. */
void
_neg_main_window_close_record (NegMainWindow *self)
{
  g_object_set_data (G_OBJECT (self), RECORD_KEY, NULL);
}

void
_neg_main_window_add_record (NegMainWindow *self)
{
  static const GActionEntry entries[] = { { "toggle", toggle_cb }, { "pause", pause_cb }, { "page", page_cb } };
  g_autofree char *folder = dup_drafts_folder (self);
  Record *record = g_new0 (Record, 1);

  _neg_main_window_add_group (self, "record", entries, G_N_ELEMENTS (entries));
  _neg_main_window_enable (self, "record", "pause", FALSE);
  record->window = self;
  record->recorder = neg_recorder_new (GTK_WINDOW (self), folder);
  g_object_set_data_full (G_OBJECT (self), RECORD_KEY, record, record_free);
  add_controls (record);
  add_count (record);
  add_page (record, folder);
  g_signal_connect_swapped (record->recorder, "changed", G_CALLBACK (changed_cb), record);
  g_signal_connect_swapped (record->recorder, "ended", G_CALLBACK (ended_cb), record);
}
