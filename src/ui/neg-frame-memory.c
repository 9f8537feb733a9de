#include "config.h"

#include "ui/neg-frame-memory.h"

#include "ui/neg-renderer.h"

#if defined GDK_WINDOWING_X11 && CAIRO_HAS_XLIB_SURFACE

#include <cairo-xlib.h>
#include <gdk/x11/gdkx.h>

#define KEY "neg-frame-memory" /* of a GdkSurface */
#define BYTES_PER_PIXEL 4
#define DEPTH 24
#define HELD_PX 16 /* of each side: small, and large enough to be shared */

/* cairo takes frames out of segments of shared memory and gives a segment back when nothing is in use in it. */
typedef struct {
  cairo_surface_t *held; /* in use as long as the window is there; nullable */
  guint64 bytes;         /* of the largest frame that its segment has room for */
} Kept;

static void
kept_free (gpointer data)
{
  Kept *kept = data;

  g_clear_pointer (&kept->held, cairo_surface_destroy);
  g_free (kept);
}

static cairo_surface_t *
share_image (cairo_surface_t *root, int width_px, int height_px)
{
  return cairo_surface_create_similar_image (root, CAIRO_FORMAT_RGB24, width_px, height_px);
}

/* A small image beside one of the frame's size: when that is given back its pages stay in the segment, for the next. */
static cairo_surface_t *
hold (GdkDisplay *display, int width_px, int height_px)
{
  Display *x_display = gdk_x11_display_get_xdisplay (display);
  Screen *screen = gdk_x11_display_get_xscreen (display);
  cairo_surface_t *root, *frame, *held;

  if (DefaultDepthOfScreen (screen) != DEPTH)
    return NULL;
  gdk_x11_display_error_trap_push (display);
  root = cairo_xlib_surface_create (x_display, gdk_x11_display_get_xrootwindow (display),
                                    DefaultVisualOfScreen (screen), WidthOfScreen (screen), HeightOfScreen (screen));
  frame = share_image (root, width_px, height_px);
  held = share_image (root, HELD_PX, HELD_PX);
  cairo_surface_destroy (frame);
  cairo_surface_destroy (root);
  gdk_x11_display_error_trap_pop_ignored (display);
  return held;
}

/* Blocks of a segment are powers of two: a window may grow so far until another segment is needed. */
static guint64
get_block_bytes (guint64 bytes)
{
  guint64 block = 1;

  while (block <= bytes)
    block *= 2;
  return block;
}

static void
keep_for_surface (GdkSurface *surface)
{
  int scale = gdk_surface_get_scale_factor (surface);
  int width_px = gdk_surface_get_width (surface) * scale, height_px = gdk_surface_get_height (surface) * scale;
  guint64 bytes = (guint64) width_px * height_px * BYTES_PER_PIXEL;
  Kept *kept = g_object_get_data (G_OBJECT (surface), KEY);

  if (kept == NULL) {
    g_object_set_data_full (G_OBJECT (surface), KEY, g_new0 (Kept, 1), kept_free);
  } else if (bytes > kept->bytes) {
    g_clear_pointer (&kept->held, cairo_surface_destroy);
    kept->held = hold (gdk_surface_get_display (surface), width_px, height_px);
    kept->bytes = get_block_bytes (bytes);
  }
}

void
neg_frame_memory_keep (GtkWidget *widget)
{
  GdkSurface *surface = gtk_native_get_surface (gtk_widget_get_native (widget));

  if (GDK_IS_X11_SURFACE (surface) && neg_renderer_is_cairo (widget))
    keep_for_surface (surface);
}

#else

void
neg_frame_memory_keep (GtkWidget *widget)
{
}

#endif
