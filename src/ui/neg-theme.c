#include "config.h"

#include "ui/neg-theme.h"

#define PORTAL_LIMIT_MS 2000
#define COLOR_SCHEME_LIGHT 2 /* of org.freedesktop.appearance color-scheme: 0 no preference, 1 dark */

/* As the values of the setting. */
enum { THEME_DARK, THEME_LIGHT, THEME_SYSTEM };

struct _NegTheme {
  GObject parent_instance;

  GSettings *settings;     /* nullable */
  GtkCssProvider *style, *panes; /* the rules */
  GtkCssProvider *palette; /* the colours */
  gboolean is_dark;

  GCancellable *cancellable; /* of the question to the desktop */
  GDBusProxy *portal;        /* nullable: asked only when it matters */
};

enum { PROP_0, PROP_DARK, N_PROPERTIES };
static GParamSpec *properties[N_PROPERTIES];

G_DEFINE_FINAL_TYPE (NegTheme, neg_theme, G_TYPE_OBJECT)

static void
show (NegTheme *self, gboolean is_dark)
{
  if (self->is_dark == is_dark)
    return;
  self->is_dark = is_dark;
  gtk_css_provider_load_from_resource (self->palette, is_dark ? "/org/negatoscope/ui/neg-dark.css"
                                                              : "/org/negatoscope/ui/neg-light.css");
  g_object_set (gtk_settings_get_default (), "gtk-application-prefer-dark-theme", is_dark, NULL);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_DARK]);
}

static int
get_wish (NegTheme *self)
{
  return self->settings != NULL ? g_settings_get_enum (self->settings, "theme") : THEME_DARK;
}

/* A desktop that has no preference gets what the reading room needs. @value: a number, in one or two boxes. */
static void
take_color_scheme (NegTheme *self, GVariant *value)
{
  g_autoptr (GVariant) inner = g_variant_ref (value);

  while (g_variant_is_of_type (inner, G_VARIANT_TYPE_VARIANT)) {
    GVariant *box = inner;

    inner = g_variant_get_variant (box);
    g_variant_unref (box);
  }
  if (get_wish (self) == THEME_SYSTEM && g_variant_is_of_type (inner, G_VARIANT_TYPE_UINT32))
    show (self, g_variant_get_uint32 (inner) != COLOR_SCHEME_LIGHT);
}

static void
portal_signal_cb (GDBusProxy *portal, const char *sender, const char *signal, GVariant *arguments, NegTheme *self)
{
  const char *namespace, *key;
  g_autoptr (GVariant) value = NULL;

  if (!g_str_equal (signal, "SettingChanged") || !g_variant_is_of_type (arguments, G_VARIANT_TYPE ("(ssv)")))
    return;
  g_variant_get (arguments, "(&s&sv)", &namespace, &key, &value);
  if (g_str_equal (namespace, "org.freedesktop.appearance") && g_str_equal (key, "color-scheme"))
    take_color_scheme (self, value);
}

/* The object may be gone: then the call was cancelled, and @data is not looked at. */
static void
read_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GVariant) answer = g_dbus_proxy_call_finish (G_DBUS_PROXY (source), result, NULL);
  g_autoptr (GVariant) value = NULL;

  if (answer == NULL || !g_variant_is_of_type (answer, G_VARIANT_TYPE ("(v)")))
    return;
  g_variant_get (answer, "(v)", &value);
  take_color_scheme (data, value);
}

static void
ask (NegTheme *self)
{
  g_dbus_proxy_call (self->portal, "Read", g_variant_new ("(ss)", "org.freedesktop.appearance", "color-scheme"),
                     G_DBUS_CALL_FLAGS_NONE, PORTAL_LIMIT_MS, self->cancellable, read_cb, self);
}

static void
portal_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GError) error = NULL;
  GDBusProxy *portal = g_dbus_proxy_new_for_bus_finish (result, &error);
  NegTheme *self = data;

  if (portal == NULL)
    return; /* no desktop that could tell */
  g_set_object (&self->portal, portal);
  g_object_unref (portal);
  g_signal_connect_object (self->portal, "g-signal", G_CALLBACK (portal_signal_cb), self, 0);
  ask (self);
}

static void
follow_desktop (NegTheme *self)
{
  if (self->portal != NULL) {
    ask (self);
    return;
  }
  if (self->cancellable != NULL)
    return;
  self->cancellable = g_cancellable_new ();
  g_dbus_proxy_new_for_bus (G_BUS_TYPE_SESSION, G_DBUS_PROXY_FLAGS_DO_NOT_LOAD_PROPERTIES, NULL,
                            "org.freedesktop.portal.Desktop", "/org/freedesktop/portal/desktop",
                            "org.freedesktop.portal.Settings", self->cancellable, portal_cb, self);
}

static void
theme_changed_cb (NegTheme *self)
{
  int wish = get_wish (self);

  if (wish == THEME_SYSTEM)
    follow_desktop (self);
  else
    show (self, wish == THEME_DARK);
}

static void
neg_theme_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  if (id == PROP_DARK)
    g_value_set_boolean (value, NEG_THEME (object)->is_dark);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
neg_theme_dispose (GObject *object)
{
  NegTheme *self = NEG_THEME (object);

  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  g_clear_object (&self->portal);
  if (self->settings != NULL)
    g_signal_handlers_disconnect_by_data (self->settings, self);
  g_clear_object (&self->settings);
  G_OBJECT_CLASS (neg_theme_parent_class)->dispose (object);
}

static void
drop_provider (GtkCssProvider **provider)
{
  GdkDisplay *display = gdk_display_get_default ();

  if (display != NULL)
    gtk_style_context_remove_provider_for_display (display, GTK_STYLE_PROVIDER (*provider));
  g_clear_object (provider);
}

static void
neg_theme_finalize (GObject *object)
{
  NegTheme *self = NEG_THEME (object);

  drop_provider (&self->panes);
  drop_provider (&self->style);
  drop_provider (&self->palette);
  G_OBJECT_CLASS (neg_theme_parent_class)->finalize (object);
}

static void
neg_theme_class_init (NegThemeClass *class)
{
  GObjectClass *object_class = G_OBJECT_CLASS (class);

  object_class->get_property = neg_theme_get_property;
  object_class->dispose = neg_theme_dispose;
  object_class->finalize = neg_theme_finalize;
  properties[PROP_DARK] = g_param_spec_boolean ("dark", NULL, NULL, TRUE, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPERTIES, properties);
}

static GtkCssProvider *
add_provider (const char *resource)
{
  GtkCssProvider *provider = gtk_css_provider_new ();

  gtk_css_provider_load_from_resource (provider, resource);
  gtk_style_context_add_provider_for_display (gdk_display_get_default (), GTK_STYLE_PROVIDER (provider),
                                              GTK_STYLE_PROVIDER_PRIORITY_APPLICATION);
  return provider;
}

static void
neg_theme_init (NegTheme *self)
{
  self->is_dark = TRUE;
  self->palette = add_provider ("/org/negatoscope/ui/neg-dark.css");
  self->style = add_provider ("/org/negatoscope/ui/neg-style.css");
  self->panes = add_provider ("/org/negatoscope/ui/neg-panes.css"); /* last: it says more about some */
  gtk_icon_theme_add_resource_path (gtk_icon_theme_get_for_display (gdk_display_get_default ()),
                                    "/org/negatoscope/ui/icons");
  /* A blinking caret keeps the frame clock of GTK running: what is typed would wait for the clock's next frame. */
  g_object_set (gtk_settings_get_default (), "gtk-application-prefer-dark-theme", TRUE, "gtk-cursor-blink", FALSE, NULL);
}

NegTheme *
neg_theme_new (GSettings *settings)
{
  NegTheme *self = g_object_new (NEG_TYPE_THEME, NULL);

  if (g_set_object (&self->settings, settings)) {
    g_signal_connect_swapped (settings, "changed::theme", G_CALLBACK (theme_changed_cb), self);
    theme_changed_cb (self);
  }
  return self;
}
