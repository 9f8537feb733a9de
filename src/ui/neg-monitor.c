#include "config.h"

#include "ui/neg-monitor.h"

/* From the finest telephone to a wall of light: anything else is a mistake, or a projector that does not know. */
#define PIXEL_MIN_MM 0.02
#define PIXEL_MAX_MM 2.0

static gboolean
is_plausible (double pixel_mm)
{
  return pixel_mm >= PIXEL_MIN_MM && pixel_mm <= PIXEL_MAX_MM; /* not for NaN */
}

static GdkMonitor *
get_monitor (GtkWidget *widget)
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

  monitor = get_monitor (widget);
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

  monitor = get_monitor (widget);
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
