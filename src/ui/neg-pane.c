#include "config.h"

#include "ui/neg-pane.h"

#include <glib/gi18n-lib.h>

#include "ui/neg-pane-window.h"

#define SETTINGS_KEY "panes"
/* open, width, detached; the window's width, height, maximized, full screen, monitor */
#define PLACE_TYPE "(bibiibbs)"
#define WIDTH_MIN_PX 160
#define WIDTH_DEFAULT_PX 280
#define WIDTH_MAX_PX 800 /* of what is restored: the monitor may be a smaller one today */
#define SIZE_MAX_PX 32767
#define SAVE_DELAY_S 2 /* after the last change of a width by dragging */

typedef struct {
  int width, height;
  gboolean maximized, fullscreen;
  char *connector;
} WindowPlace;

struct _NegPane {
  GtkWidget parent_instance;

  char *name, *title;
  GSettings *settings; /* nullable */
  GtkWidget *header, *content;
  NegPaneWindow *window; /* while detached */
  GtkWindow *owner;      /* weak */
  WindowPlace place;     /* of the window, when it was last there */
  gboolean open;
  int width_px;
  gboolean width_held; /* the pane asks for its width as its least until it has got it once */
  guint save_timeout, release_idle;
};

G_DEFINE_FINAL_TYPE (NegPane, neg_pane, GTK_TYPE_WIDGET)

enum { PROP_OPEN = 1, PROP_DETACHED, N_PROPERTIES };
static GParamSpec *properties[N_PROPERTIES];

enum { DETACHED, ATTACHED, CLOSED, N_SIGNALS };
static guint signals[N_SIGNALS];

GtkWidget *
neg_pane_get_content (NegPane *self)
{
  return self->content;
}

GtkWindow *
neg_pane_get_window (NegPane *self)
{
  return GTK_WINDOW (self->window);
}

gboolean
neg_pane_is_open (NegPane *self)
{
  return self->open;
}

gboolean
neg_pane_is_detached (NegPane *self)
{
  return self->window != NULL;
}

static void
note_place (NegPane *self)
{
  WindowPlace *place = &self->place;

  if (self->window == NULL || !gtk_widget_get_mapped (GTK_WIDGET (self->window)))
    return;
  g_clear_pointer (&place->connector, g_free);
  neg_pane_window_get_place (self->window, &place->width, &place->height, &place->maximized, &place->fullscreen,
                             &place->connector);
}

void
neg_pane_save (NegPane *self)
{
  g_autoptr (GVariant) stored = NULL;
  g_auto (GVariantDict) all = { 0 };

  g_return_if_fail (NEG_IS_PANE (self));

  g_clear_handle_id (&self->save_timeout, g_source_remove);
  note_place (self);
  if (self->settings == NULL)
    return;
  stored = g_settings_get_value (self->settings, SETTINGS_KEY);
  g_variant_dict_init (&all, stored);
  g_variant_dict_insert (&all, self->name, PLACE_TYPE, self->open, self->width_px, self->window != NULL,
                         self->place.width, self->place.height, self->place.maximized, self->place.fullscreen,
                         self->place.connector);
  g_settings_set_value (self->settings, SETTINGS_KEY, g_variant_dict_end (&all));
}

static gboolean
save_later_cb (gpointer data)
{
  NegPane *self = data;

  self->save_timeout = 0;
  neg_pane_save (self);
  return G_SOURCE_REMOVE;
}

static gboolean
close_request_cb (NegPane *self)
{
  neg_pane_set_open (self, FALSE);
  g_signal_emit (self, signals[CLOSED], 0);
  return TRUE;
}

static void
attach_cb (NegPane *self)
{
  neg_pane_set_detached (self, FALSE);
}

/* Nothing of it is where the pane's place is, as long as it is a window or closed. */
static void
show_now (NegPane *self)
{
  gtk_widget_set_visible (GTK_WIDGET (self), self->open && self->window == NULL);
  if (self->window != NULL)
    gtk_widget_set_visible (GTK_WIDGET (self->window), self->open);
}

static void
destroy_window (NegPane *self)
{
  GtkWindow *window = GTK_WINDOW (self->window);

  g_clear_weak_pointer (&self->window);
  gtk_window_destroy (window);
}

static void
detach (NegPane *self)
{
  const WindowPlace *place = &self->place;

  /* Weak: whoever ends the program may destroy it before the owner. */
  g_set_weak_pointer (&self->window, neg_pane_window_new (self->title));
  gtk_window_set_application (GTK_WINDOW (self->window),
                              self->owner != NULL ? gtk_window_get_application (self->owner) : NULL);
  neg_pane_window_set_place (self->window, place->width, place->height, place->maximized, place->fullscreen,
                             place->connector);
  gtk_widget_unparent (self->content);
  gtk_window_set_child (GTK_WINDOW (self->window), self->content);
  g_signal_connect_object (self->window, "close-request", G_CALLBACK (close_request_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->window, "attach", G_CALLBACK (attach_cb), self, G_CONNECT_SWAPPED);
  g_signal_emit (self, signals[DETACHED], 0, self->window);
}

static void
attach (NegPane *self)
{
  note_place (self);
  gtk_window_set_focus (GTK_WINDOW (self->window), NULL); /* it must not go on with what is elsewhere by then */
  gtk_window_set_child (GTK_WINDOW (self->window), NULL);
  gtk_widget_set_parent (self->content, GTK_WIDGET (self));
  destroy_window (self);
  g_signal_emit (self, signals[ATTACHED], 0);
}

void
neg_pane_set_open (NegPane *self, gboolean open)
{
  g_return_if_fail (NEG_IS_PANE (self));

  if (self->open == !!open)
    return;
  note_place (self);
  self->open = !!open;
  show_now (self);
  neg_pane_save (self);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_OPEN]);
}

void
neg_pane_set_detached (NegPane *self, gboolean detached)
{
  g_return_if_fail (NEG_IS_PANE (self));

  if ((self->window != NULL) == !!detached)
    return;
  if (detached)
    detach (self);
  else
    attach (self);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_DETACHED]);
  if (self->open) {
    show_now (self);
    neg_pane_save (self);
  } else {
    neg_pane_set_open (self, TRUE);
  }
}

static void
owner_destroyed_cb (NegPane *self)
{
  neg_pane_save (self);
  g_clear_weak_pointer (&self->owner);
  if (self->window != NULL)
    destroy_window (self);
}

/* What a settings file says is checked like anything else from outside. */
static gboolean
load (NegPane *self, gboolean *open, gboolean *detached)
{
  g_autoptr (GVariant) all = self->settings != NULL ? g_settings_get_value (self->settings, SETTINGS_KEY) : NULL;
  g_autoptr (GVariant) mine = NULL;
  WindowPlace *place = &self->place;

  if (all != NULL)
    mine = g_variant_lookup_value (all, self->name, G_VARIANT_TYPE (PLACE_TYPE));
  if (mine == NULL)
    return FALSE;
  g_clear_pointer (&place->connector, g_free);
  g_variant_get (mine, PLACE_TYPE, open, &self->width_px, detached, &place->width, &place->height, &place->maximized,
                 &place->fullscreen, &place->connector);
  self->width_px = CLAMP (self->width_px, WIDTH_MIN_PX, WIDTH_MAX_PX);
  place->width = CLAMP (place->width, WIDTH_MIN_PX, SIZE_MAX_PX);
  place->height = CLAMP (place->height, WIDTH_MIN_PX, SIZE_MAX_PX);
  return TRUE;
}

void
neg_pane_set_width (NegPane *self, int width_px)
{
  g_return_if_fail (NEG_IS_PANE (self));

  self->width_px = CLAMP (width_px, WIDTH_MIN_PX, WIDTH_MAX_PX);
  gtk_widget_queue_resize (GTK_WIDGET (self));
}

void
neg_pane_restore (NegPane *self, GtkWindow *owner, gboolean open)
{
  gboolean was_open = open, was_detached = FALSE;

  g_return_if_fail (NEG_IS_PANE (self));

  if (g_set_weak_pointer (&self->owner, owner) && owner != NULL)
    g_signal_connect_object (owner, "destroy", G_CALLBACK (owner_destroyed_cb), self, G_CONNECT_SWAPPED);
  load (self, &was_open, &was_detached);
  if (was_detached && self->window == NULL) {
    detach (self);
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_DETACHED]);
  }
  self->open = !!was_open;
  show_now (self);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_OPEN]);
}

void
neg_pane_add_actions (NegPane *self, GActionMap *map)
{
  g_autofree char *window_name = g_strconcat (self->name, "-window", NULL);
  g_autoptr (GPropertyAction) open = g_property_action_new (self->name, self, "open");
  g_autoptr (GPropertyAction) detached = g_property_action_new (window_name, self, "detached");

  g_action_map_add_action (map, G_ACTION (open));
  g_action_map_add_action (map, G_ACTION (detached));
}

static void
detach_action_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  neg_pane_set_detached (NEG_PANE (widget), TRUE);
}

/* A GtkPaned gives a child its least width until it is told a position, which for a child at the end depends on a width
 * that nobody knows yet. So the pane holds its width until it was laid out, then the position is made the paned's own. */
static gboolean
release_width_cb (gpointer data)
{
  NegPane *self = data;
  GtkWidget *parent = gtk_widget_get_parent (GTK_WIDGET (self));

  self->release_idle = 0;
  self->width_held = FALSE;
  /* Panes may stand one above the other in their place. */
  if (GTK_IS_PANED (parent) && gtk_orientable_get_orientation (GTK_ORIENTABLE (parent)) == GTK_ORIENTATION_VERTICAL)
    parent = gtk_widget_get_parent (parent);
  if (GTK_IS_PANED (parent))
    gtk_paned_set_position (GTK_PANED (parent), gtk_paned_get_position (GTK_PANED (parent)));
  gtk_widget_queue_resize (GTK_WIDGET (self));
  return G_SOURCE_REMOVE;
}

static void
neg_pane_size_allocate (GtkWidget *widget, int width, int height, int baseline)
{
  NegPane *self = NEG_PANE (widget);
  int header_px = 0;

  if (self->width_held && self->release_idle == 0)
    self->release_idle = g_idle_add (release_width_cb, self);
  if (!self->width_held && width != self->width_px && width >= WIDTH_MIN_PX) {
    self->width_px = width;
    g_clear_handle_id (&self->save_timeout, g_source_remove);
    self->save_timeout = g_timeout_add_seconds (SAVE_DELAY_S, save_later_cb, self);
  }
  gtk_widget_measure (self->header, GTK_ORIENTATION_VERTICAL, width, NULL, &header_px, NULL, NULL);
  gtk_widget_size_allocate (self->header, &(GtkAllocation){ 0, 0, width, header_px }, -1);
  if (self->window == NULL)
    gtk_widget_size_allocate (self->content, &(GtkAllocation){ 0, header_px, width, MAX (height - header_px, 0) }, -1);
}

static int
get_min_width_px (NegPane *self)
{
  int header_px = 0, content_px = 0;

  gtk_widget_measure (self->header, GTK_ORIENTATION_HORIZONTAL, -1, &header_px, NULL, NULL, NULL);
  if (self->window == NULL)
    gtk_widget_measure (self->content, GTK_ORIENTATION_HORIZONTAL, -1, &content_px, NULL, NULL, NULL);
  return MAX (self->width_held ? self->width_px : WIDTH_MIN_PX, MAX (header_px, content_px));
}

/* A GtkPaned asks for the height of any width, then gives the pane a narrow one, where words take more lines. */
static void
measure_height (NegPane *self, int width_px, int *minimum, int *natural)
{
  int header_min = 0, header_natural = 0, content_min = 0, content_natural = 0;

  if (width_px < 0)
    width_px = get_min_width_px (self);
  gtk_widget_measure (self->header, GTK_ORIENTATION_VERTICAL, width_px, &header_min, &header_natural, NULL, NULL);
  if (self->window == NULL)
    gtk_widget_measure (self->content, GTK_ORIENTATION_VERTICAL, width_px, &content_min, &content_natural, NULL, NULL);
  *minimum = header_min + content_min;
  *natural = header_natural + content_natural;
}

static void
neg_pane_measure (GtkWidget *widget, GtkOrientation orientation, int for_size, int *minimum, int *natural,
                  int *minimum_baseline, int *natural_baseline)
{
  NegPane *self = NEG_PANE (widget);

  if (orientation == GTK_ORIENTATION_VERTICAL) {
    measure_height (self, for_size, minimum, natural);
  } else {
    *minimum = get_min_width_px (self);
    *natural = MAX (self->width_px, *minimum);
  }
}

static GtkSizeRequestMode
neg_pane_get_request_mode (GtkWidget *widget)
{
  return GTK_SIZE_REQUEST_HEIGHT_FOR_WIDTH;
}

static void
neg_pane_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  NegPane *self = NEG_PANE (object);

  if (id == PROP_OPEN)
    g_value_set_boolean (value, self->open);
  else if (id == PROP_DETACHED)
    g_value_set_boolean (value, self->window != NULL);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
neg_pane_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  if (id == PROP_OPEN)
    neg_pane_set_open (NEG_PANE (object), g_value_get_boolean (value));
  else if (id == PROP_DETACHED)
    neg_pane_set_detached (NEG_PANE (object), g_value_get_boolean (value));
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
neg_pane_dispose (GObject *object)
{
  NegPane *self = NEG_PANE (object);

  g_clear_handle_id (&self->save_timeout, g_source_remove);
  g_clear_handle_id (&self->release_idle, g_source_remove);
  if (self->window != NULL)
    destroy_window (self);
  else if (self->content != NULL)
    gtk_widget_unparent (self->content);
  g_clear_object (&self->content);
  g_clear_pointer (&self->header, gtk_widget_unparent);
  g_clear_weak_pointer (&self->owner);
  g_clear_object (&self->settings);
  G_OBJECT_CLASS (neg_pane_parent_class)->dispose (object);
}

static void
neg_pane_finalize (GObject *object)
{
  NegPane *self = NEG_PANE (object);

  g_free (self->name);
  g_free (self->title);
  g_free (self->place.connector);
  G_OBJECT_CLASS (neg_pane_parent_class)->finalize (object);
}

static void
neg_pane_class_init (NegPaneClass *class)
{
  GObjectClass *object_class = G_OBJECT_CLASS (class);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  object_class->get_property = neg_pane_get_property;
  object_class->set_property = neg_pane_set_property;
  object_class->dispose = neg_pane_dispose;
  object_class->finalize = neg_pane_finalize;
  widget_class->measure = neg_pane_measure;
  widget_class->size_allocate = neg_pane_size_allocate;
  widget_class->get_request_mode = neg_pane_get_request_mode;
  properties[PROP_OPEN] = g_param_spec_boolean ("open", NULL, NULL, FALSE,
                                                G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  properties[PROP_DETACHED] = g_param_spec_boolean (
      "detached", NULL, NULL, FALSE, G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPERTIES, properties);
  signals[DETACHED] = g_signal_new ("detached", NEG_TYPE_PANE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1,
                                    GTK_TYPE_WINDOW);
  signals[ATTACHED] = g_signal_new ("attached", NEG_TYPE_PANE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[CLOSED] = g_signal_new ("closed", NEG_TYPE_PANE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  gtk_widget_class_install_action (widget_class, "pane.detach", NULL, detach_action_cb);
  gtk_widget_class_set_css_name (widget_class, "neg-pane");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_REGION);
}

static void
neg_pane_init (NegPane *self)
{
  self->width_px = WIDTH_DEFAULT_PX;
  self->width_held = TRUE;
  self->place = (WindowPlace){ .width = 360, .height = 720, .connector = g_strdup ("") };
  gtk_widget_add_css_class (GTK_WIDGET (self), "pane");
  gtk_widget_set_visible (GTK_WIDGET (self), FALSE);
}

static GtkWidget *
add_button (NegPane *self, const char *icon, const char *words)
{
  GtkWidget *button = gtk_button_new_from_icon_name (icon);
  g_autofree char *label = g_strdup_printf ("%s: %s", self->title, words);

  gtk_widget_set_tooltip_text (button, words);
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, label, -1);
  gtk_widget_set_focus_on_click (button, FALSE);
  gtk_widget_add_css_class (button, "flat");
  gtk_box_append (GTK_BOX (self->header), button);
  return button;
}

static void
make_header (NegPane *self)
{
  GtkWidget *title = gtk_label_new (self->title);
  GtkWidget *window_button, *close_button;

  self->header = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 0);
  gtk_widget_add_css_class (self->header, "pane-header");
  gtk_widget_add_css_class (title, "pane-title");
  gtk_label_set_xalign (GTK_LABEL (title), 0);
  gtk_label_set_ellipsize (GTK_LABEL (title), PANGO_ELLIPSIZE_END);
  gtk_widget_set_hexpand (title, TRUE);
  gtk_box_append (GTK_BOX (self->header), title);
  window_button = add_button (self, "neg-detach-symbolic", _ ("As a window of its own"));
  gtk_actionable_set_action_name (GTK_ACTIONABLE (window_button), "pane.detach");
  close_button = add_button (self, "neg-close-symbolic", _ ("Close"));
  g_signal_connect_object (close_button, "clicked", G_CALLBACK (close_request_cb), self, G_CONNECT_SWAPPED);
  gtk_widget_set_parent (self->header, GTK_WIDGET (self));
}

NegPane *
neg_pane_new (const char *name, const char *title, GtkWidget *content, GSettings *settings)
{
  NegPane *self = g_object_new (NEG_TYPE_PANE, NULL);

  self->name = g_strdup (name);
  self->title = g_strdup (title);
  self->settings = settings != NULL ? g_object_ref (settings) : NULL;
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, title, -1);
  make_header (self);
  self->content = g_object_ref_sink (content);
  gtk_widget_set_parent (content, GTK_WIDGET (self));
  return self;
}
