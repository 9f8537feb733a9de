#include "config.h"

#include "ui/neg-monitor.h"

#include <string.h>

/* From the finest telephone to a wall of light: anything else is a mistake, or a projector that does not know. */
#define PIXEL_MIN_MM 0.02
#define PIXEL_MAX_MM 2.0

static gboolean
is_plausible (double pixel_mm)
{
  return pixel_mm >= PIXEL_MIN_MM && pixel_mm <= PIXEL_MAX_MM; /* not for NaN */
}

GdkMonitor *
neg_monitor_get (GtkWidget *widget)
{
  GtkNative *native = gtk_widget_get_native (widget);
  GdkSurface *surface = native != NULL ? gtk_native_get_surface (native) : NULL;

  if (surface == NULL || !gtk_widget_get_realized (GTK_WIDGET (native)))
    return NULL;
  return gdk_display_get_monitor_at_surface (gdk_surface_get_display (surface), surface);
}

static const char *
get_name (GdkMonitor *monitor)
{
  const char *connector = gdk_monitor_get_connector (monitor);

  return connector != NULL && *connector != '\0' ? connector : "monitor";
}

const char *
neg_monitor_get_connector (GtkWidget *widget)
{
  GdkMonitor *monitor;

  g_return_val_if_fail (GTK_IS_WIDGET (widget), NULL);

  monitor = neg_monitor_get (widget);
  return monitor != NULL ? get_name (monitor) : NULL;
}

double
neg_monitor_lookup_pixel_mm (GSettings *settings, const char *connector)
{
  g_autoptr (GVariant) value = g_settings_get_value (settings, "monitor-pixels");
  double pixel_mm = 0;

  if (!g_variant_lookup (value, connector, "d", &pixel_mm) || !is_plausible (pixel_mm))
    return 0;
  return pixel_mm;
}

/* Millimetres of the monitor's own report (EDID): often right, sometimes an aspect ratio or nothing. */
static double
get_reported_mm (GdkMonitor *monitor)
{
  GdkRectangle geometry;
  double width_px, pixel_mm;

  gdk_monitor_get_geometry (monitor, &geometry);
  width_px = (double) geometry.width * gdk_monitor_get_scale_factor (monitor);
  if (width_px <= 0)
    return 0;
  pixel_mm = gdk_monitor_get_width_mm (monitor) / width_px;
  return is_plausible (pixel_mm) ? pixel_mm : 0;
}

double
neg_monitor_get_pixel_mm (GSettings *settings, GtkWidget *widget, gboolean *measured)
{
  GdkMonitor *monitor;
  double pixel_mm = 0;

  g_return_val_if_fail (GTK_IS_WIDGET (widget), 0);

  monitor = neg_monitor_get (widget);
  if (monitor != NULL && settings != NULL)
    pixel_mm = neg_monitor_lookup_pixel_mm (settings, get_name (monitor));
  if (measured != NULL)
    *measured = pixel_mm > 0;
  if (pixel_mm > 0 || monitor == NULL)
    return pixel_mm;
  return get_reported_mm (monitor);
}

/* The setting with another entry for @connector, or without one: floating. */
static GVariant *
make_entries (GVariant *old, const char *connector, double pixel_mm)
{
  GVariantBuilder builder;
  GVariantIter iter;
  const char *name;
  double old_mm;

  g_variant_builder_init (&builder, G_VARIANT_TYPE ("a{sd}"));
  g_variant_iter_init (&iter, old);
  while (g_variant_iter_next (&iter, "{&sd}", &name, &old_mm))
    if (!g_str_equal (name, connector))
      g_variant_builder_add (&builder, "{sd}", name, old_mm);
  if (pixel_mm > 0)
    g_variant_builder_add (&builder, "{sd}", connector, pixel_mm);
  return g_variant_builder_end (&builder);
}

gboolean
neg_monitor_set_pixel_mm (GSettings *settings, GtkWidget *widget, double pixel_mm)
{
  const char *connector = neg_monitor_get_connector (widget);
  g_autoptr (GVariant) old = NULL;

  if (settings == NULL || connector == NULL || (pixel_mm != 0 && !is_plausible (pixel_mm)))
    return FALSE;
  old = g_settings_get_value (settings, "monitor-pixels");
  return g_settings_set_value (settings, "monitor-pixels", make_entries (old, connector, pixel_mm));
}

/* --- luminances --- */

static const char *
get_text (const char *text)
{
  return text != NULL ? text : "";
}

char *
neg_monitor_dup_key (GdkMonitor *monitor)
{
  return g_strdup_printf ("%s|%s|%s", get_text (gdk_monitor_get_manufacturer (monitor)),
                          get_text (gdk_monitor_get_model (monitor)), get_name (monitor));
}

char *
neg_monitor_dup_title (GdkMonitor *monitor)
{
  const char *maker = get_text (gdk_monitor_get_manufacturer (monitor));
  const char *model = get_text (gdk_monitor_get_model (monitor));
  gboolean has_model = *model != '\0' && !g_str_equal (model, get_name (monitor));
  int scale = gdk_monitor_get_scale_factor (monitor);
  GdkRectangle geometry;
  GString *title = g_string_new (get_name (monitor));

  gdk_monitor_get_geometry (monitor, &geometry);
  if (*maker != '\0' || has_model)
    g_string_append_printf (title, ", %s%s%s", maker, *maker != '\0' && has_model ? " " : "", has_model ? model : "");
  g_string_append_printf (title, ", %d × %d", geometry.width * scale, geometry.height * scale);
  return g_string_free (title, FALSE);
}

NegLuminanceTable *
neg_monitor_load_table (GSettings *settings, const char *key, GError **error)
{
  g_autoptr (GVariant) value = settings != NULL ? g_settings_get_value (settings, "monitor-luminances") : NULL;
  const char *text;

  if (value == NULL || !g_variant_lookup (value, key, "&s", &text))
    return NULL;
  return neg_luminance_table_parse (text, strlen (text), error);
}

/* The setting with another text for @key, or without one: floating. */
static GVariant *
make_texts (GVariant *old, const char *key, const char *text)
{
  GVariantBuilder builder;
  GVariantIter iter;
  const char *name, *old_text;

  g_variant_builder_init (&builder, G_VARIANT_TYPE ("a{ss}"));
  g_variant_iter_init (&iter, old);
  while (g_variant_iter_next (&iter, "{&s&s}", &name, &old_text))
    if (!g_str_equal (name, key))
      g_variant_builder_add (&builder, "{ss}", name, old_text);
  if (text != NULL)
    g_variant_builder_add (&builder, "{ss}", key, text);
  return g_variant_builder_end (&builder);
}

gboolean
neg_monitor_save_table (GSettings *settings, const char *key, const NegLuminanceTable *table)
{
  g_autofree char *text = table != NULL ? neg_luminance_table_to_text (table) : NULL;
  g_autoptr (GVariant) old = NULL;

  if (settings == NULL)
    return FALSE;
  old = g_settings_get_value (settings, "monitor-luminances");
  return g_settings_set_value (settings, "monitor-luminances", make_texts (old, key, text));
}

NegDisplayCurve *
neg_monitor_dup_curve (GSettings *settings, GdkMonitor *monitor, GError **error)
{
  g_autofree char *key = monitor != NULL ? neg_monitor_dup_key (monitor) : NULL;
  g_autoptr (NegLuminanceTable) table = key != NULL ? neg_monitor_load_table (settings, key, error) : NULL;
  g_autofree NegDisplayCurve *curve = NULL;

  if (table == NULL)
    return NULL;
  curve = g_new (NegDisplayCurve, 1);
  return neg_display_curve_init (curve, table, error) ? g_steal_pointer (&curve) : NULL;
}
