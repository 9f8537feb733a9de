#include "config.h"

#include "ui/neg-news-window.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "learning/neg-markdown.h"
#include "ui/neg-close-keys.h"

#define WINDOW_KEY "neg-news-window"
#define WIDTH 560
#define HEIGHT 640
#define SEEN_MAX 500u
#define WHATS_NEW "whats-new" /* an announcement of the built-in library */

struct _NegNewsWindow {
  GtkWindow parent_instance;

  NegLibraryModel *model;
  GSettings *settings; /* nullable */
  GtkWidget *list, *problem;
};

#define NEG_TYPE_NEWS_WINDOW (neg_news_window_get_type ())
G_DECLARE_FINAL_TYPE (NegNewsWindow, neg_news_window, NEG, NEWS_WINDOW, GtkWindow)
G_DEFINE_FINAL_TYPE (NegNewsWindow, neg_news_window, GTK_TYPE_WINDOW)

/* --- what was read --- */

static gboolean
is_current (const NegAnnouncement *announcement, gint64 now_us)
{
  return announcement->from_us <= now_us && (announcement->until_us == 0 || announcement->until_us > now_us);
}

guint
neg_news_count_unread (NegLibraryModel *model, GSettings *settings)
{
  g_auto (GStrv) seen = settings != NULL ? g_settings_get_strv (settings, "news-seen") : g_new0 (char *, 1);
  GPtrArray *announcements = neg_library_model_get_announcements (model);
  const gint64 now_us = g_get_real_time ();
  guint n = 0;

  for (guint i = 0; i < announcements->len; i++) {
    const NegAnnouncement *announcement = announcements->pdata[i];

    n += is_current (announcement, now_us) && !g_str_equal (announcement->id, WHATS_NEW)
         && !g_strv_contains ((const char *const *) seen, announcement->id);
  }
  return n;
}

gboolean
neg_news_is_version_new (GSettings *settings)
{
  g_autofree char *seen = settings != NULL ? g_settings_get_string (settings, "version-seen") : g_strdup ("");

  return *seen != '\0' && strcmp (seen, NEG_VERSION) != 0;
}

void
neg_news_set_version_seen (GSettings *settings)
{
  if (settings != NULL)
    g_settings_set_string (settings, "version-seen", NEG_VERSION);
}

/* The newest are kept: what fell out has long ended. */
static void
set_seen (NegNewsWindow *self)
{
  g_auto (GStrv) seen = NULL;
  g_autoptr (GPtrArray) all = g_ptr_array_new ();
  GPtrArray *announcements = neg_library_model_get_announcements (self->model);
  const gint64 now_us = g_get_real_time ();

  if (self->settings == NULL || neg_news_count_unread (self->model, self->settings) == 0)
    return;
  seen = g_settings_get_strv (self->settings, "news-seen");
  for (guint i = 0; i < announcements->len; i++) {
    const NegAnnouncement *announcement = announcements->pdata[i];

    if (is_current (announcement, now_us) && !g_strv_contains ((const char *const *) seen, announcement->id))
      g_ptr_array_add (all, announcement->id);
  }
  for (guint i = 0; seen[i] != NULL && all->len < SEEN_MAX; i++)
    g_ptr_array_add (all, seen[i]);
  g_ptr_array_add (all, NULL);
  g_settings_set_strv (self->settings, "news-seen", (const char *const *) all->pdata);
}

/* --- the list --- */

static GtkWidget *
add_label (GtkWidget *box, const char *text, const char *css_class)
{
  GtkWidget *label = gtk_label_new (text);

  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_wrap_mode (GTK_LABEL (label), PANGO_WRAP_WORD_CHAR);
  gtk_label_set_xalign (GTK_LABEL (label), 0);
  if (css_class != NULL)
    gtk_widget_add_css_class (label, css_class);
  gtk_box_append (GTK_BOX (box), label);
  return label;
}

static char *
dup_day (gint64 when_us)
{
  g_autoptr (GDateTime) utc = g_date_time_new_from_unix_utc (when_us / G_USEC_PER_SEC);
  g_autoptr (GDateTime) local = utc != NULL ? g_date_time_to_local (utc) : NULL;

  return local != NULL ? g_date_time_format (local, "%Y-%m-%d") : g_strdup ("");
}

/* "Changes on 2026-12-01 · for radiologist, technologist · from 2026-11-20". */
static char *
dup_when (const NegAnnouncement *announcement)
{
  GString *text = g_string_new (NULL);
  g_autofree char *from = dup_day (announcement->from_us);
  g_autofree char *roles = announcement->roles != NULL && announcement->roles[0] != NULL
                               ? g_strjoinv (", ", announcement->roles)
                               : NULL;

  if (announcement->changes_us != 0) {
    g_autofree char *day = dup_day (announcement->changes_us);

    g_string_append_printf (text, announcement->changes_us > g_get_real_time () ? _ ("Changes on %s") : _ ("Changed on %s"), day);
  }
  if (roles != NULL) {
    g_string_append (text, text->len > 0 ? " · " : "");
    g_string_append_printf (text, _ ("for %s"), roles);
  }
  if (announcement->from_us != 0)
    g_string_append_printf (text, "%s%s", text->len > 0 ? " · " : "", from);
  return g_string_free (text, FALSE);
}

static char *
dup_contact (NegLibrary *library, const char *role)
{
  for (guint i = 0; i < library->contacts->len; i++) {
    const NegContact *contact = library->contacts->pdata[i];

    if (g_str_equal (contact->role, role)) {
      g_autofree char *way = g_strjoin (", ", contact->name, *contact->phone != '\0' ? contact->phone : NULL, NULL);
      g_autofree char *hours = *contact->hours != '\0' ? g_strdup_printf (" (%s)", contact->hours) : g_strdup ("");

      return g_strdup_printf (_ ("Whom to ask: %s%s"), way, hours);
    }
  }
  return g_strdup_printf (_ ("Whom to ask: %s"), role);
}

static gboolean
link_cb (GtkLabel *label, const char *uri)
{
  return !neg_markdown_is_link (uri); /* nothing but https is opened */
}

static void
add_announcement (NegNewsWindow *self, const NegAnnouncement *announcement)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 4), *text;
  const char *const *languages = g_get_language_names ();
  g_autofree char *markup = neg_markdown_to_markup (neg_library_choose_words (announcement->text, languages));
  g_autofree char *when = dup_when (announcement);

  add_label (box, neg_library_choose_words (announcement->title, languages), "title");
  if (*when != '\0')
    add_label (box, when, "dim");
  text = add_label (box, "", NULL);
  gtk_label_set_markup (GTK_LABEL (text), markup);
  g_signal_connect (text, "activate-link", G_CALLBACK (link_cb), NULL);
  if (*announcement->contact != '\0') {
    g_autofree char *contact = dup_contact (neg_library_model_get_library (self->model), announcement->contact);

    add_label (box, contact, "dim");
  }
  gtk_widget_add_css_class (box, "row-content");
  gtk_box_append (GTK_BOX (self->list), box);
}

/* What changes first stands first: then what was told last. */
static int
compare_cb (gconstpointer a, gconstpointer b)
{
  const NegAnnouncement *one = *(const NegAnnouncement *const *) a, *other = *(const NegAnnouncement *const *) b;
  const gint64 now_us = g_get_real_time ();
  const gboolean one_comes = one->changes_us > now_us, other_comes = other->changes_us > now_us;

  if (one_comes != other_comes)
    return other_comes - one_comes;
  if (one_comes)
    return (one->changes_us > other->changes_us) - (one->changes_us < other->changes_us);
  return (one->from_us < other->from_us) - (one->from_us > other->from_us);
}

static void
show_news (NegNewsWindow *self)
{
  GPtrArray *announcements = neg_library_model_get_announcements (self->model);
  g_autoptr (GPtrArray) sorted = g_ptr_array_copy (announcements, NULL, NULL);
  const char *problem = neg_library_model_get_problem (self->model);
  const gint64 now_us = g_get_real_time ();
  guint n = 0;
  GtkWidget *child;

  while ((child = gtk_widget_get_first_child (self->list)) != NULL)
    gtk_box_remove (GTK_BOX (self->list), child);
  g_ptr_array_sort (sorted, compare_cb);
  for (guint i = 0; i < sorted->len; i++)
    if (is_current (sorted->pdata[i], now_us)) {
      add_announcement (self, sorted->pdata[i]);
      n++;
    }
  if (n == 0)
    add_label (self->list, _ ("Updates of your site come here: what changes, when, and whom to ask. There are none."), "dim");
  gtk_label_set_text (GTK_LABEL (self->problem), problem);
  gtk_widget_set_visible (self->problem, *problem != '\0');
  if (gtk_widget_get_mapped (GTK_WIDGET (self)))
    set_seen (self);
}

/* --- the window --- */

static void
neg_news_window_map (GtkWidget *widget)
{
  GTK_WIDGET_CLASS (neg_news_window_parent_class)->map (widget);
  set_seen (NEG_NEWS_WINDOW (widget));
}

static void
neg_news_window_dispose (GObject *object)
{
  g_clear_object (&NEG_NEWS_WINDOW (object)->model);
  g_clear_object (&NEG_NEWS_WINDOW (object)->settings);
  G_OBJECT_CLASS (neg_news_window_parent_class)->dispose (object);
}

static void
neg_news_window_class_init (NegNewsWindowClass *class)
{
  G_OBJECT_CLASS (class)->dispose = neg_news_window_dispose;
  GTK_WIDGET_CLASS (class)->map = neg_news_window_map;
}

static void
neg_news_window_init (NegNewsWindow *self)
{
  GtkWidget *scroller = gtk_scrolled_window_new (), *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 8);

  self->problem = add_label (box, "", "attention");
  self->list = gtk_box_new (GTK_ORIENTATION_VERTICAL, 12);
  gtk_box_append (GTK_BOX (box), self->list);
  gtk_widget_add_css_class (box, "window-content");
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (scroller), GTK_POLICY_NEVER, GTK_POLICY_AUTOMATIC);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scroller), box);
  gtk_accessible_update_property (GTK_ACCESSIBLE (scroller), GTK_ACCESSIBLE_PROPERTY_LABEL, _ ("News"), -1);
  gtk_window_set_child (GTK_WINDOW (self), scroller);
  gtk_window_set_title (GTK_WINDOW (self), _ ("News"));
  gtk_window_set_default_size (GTK_WINDOW (self), WIDTH, HEIGHT);
  gtk_window_set_hide_on_close (GTK_WINDOW (self), TRUE);
  gtk_widget_set_name (GTK_WIDGET (self), "news");
  gtk_widget_add_css_class (GTK_WIDGET (self), "negatoscope");
  gtk_widget_add_css_class (GTK_WIDGET (self), "pane-window");
  neg_close_keys_attach (GTK_WINDOW (self));
}

GtkWindow *
neg_news_window_open (NegLibraryModel *model, GSettings *settings, GtkWindow *parent)
{
  NegNewsWindow *self = g_object_get_data (G_OBJECT (parent), WINDOW_KEY);

  if (self != NULL)
    return GTK_WINDOW (self);
  self = g_object_new (NEG_TYPE_NEWS_WINDOW, "transient-for", parent, "destroy-with-parent", TRUE, NULL);
  self->model = g_object_ref (model);
  g_set_object (&self->settings, settings);
  g_object_set_data (G_OBJECT (parent), WINDOW_KEY, self);
  g_signal_connect_object (model, "changed", G_CALLBACK (show_news), self, G_CONNECT_SWAPPED);
  show_news (self);
  return GTK_WINDOW (self);
}
