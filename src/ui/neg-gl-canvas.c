#include "config.h"

#include "ui/neg-gl-canvas.h"

#include <epoxy/gl.h>

#include "render/neg-gl.h"

struct _NegGlCanvas {
  GtkGLArea parent_instance;

  NegGlDevice *device; /* while realized, as the two below */
  NegGlImage *image;
  guint64 n_uploads;   /* of the devices before this one */
  NegPixels *uploaded; /* what image holds */
  NegPixels *pixels;   /* what is to be shown */
  NegDraw draw;
};

G_DEFINE_FINAL_TYPE (NegGlCanvas, neg_gl_canvas, GTK_TYPE_GL_AREA)

enum { FAILED, N_SIGNALS };
static guint signals[N_SIGNALS];

static void
fail (NegGlCanvas *self, const GError *error)
{
  g_signal_emit (self, signals[FAILED], 0, error->message);
}

static void
release_gl (NegGlCanvas *self)
{
  g_clear_pointer (&self->image, neg_gl_image_free);
  self->n_uploads = neg_gl_canvas_get_n_uploads (self);
  g_clear_pointer (&self->device, neg_gl_device_free);
  g_clear_pointer (&self->uploaded, neg_pixels_unref);
}

static void
neg_gl_canvas_realize (GtkWidget *widget)
{
  NegGlCanvas *self = NEG_GL_CANVAS (widget);
  g_autoptr (GError) error = NULL;

  GTK_WIDGET_CLASS (neg_gl_canvas_parent_class)->realize (widget);
  gtk_gl_area_make_current (GTK_GL_AREA (self));
  if (gtk_gl_area_get_error (GTK_GL_AREA (self)) != NULL) {
    fail (self, gtk_gl_area_get_error (GTK_GL_AREA (self)));
    return;
  }
  self->device = neg_gl_device_new (&error);
  if (self->device == NULL)
    fail (self, error);
}

static void
neg_gl_canvas_unrealize (GtkWidget *widget)
{
  NegGlCanvas *self = NEG_GL_CANVAS (widget);

  gtk_gl_area_make_current (GTK_GL_AREA (self));
  release_gl (self);
  GTK_WIDGET_CLASS (neg_gl_canvas_parent_class)->unrealize (widget);
}

static gboolean
upload (NegGlCanvas *self, GError **error)
{
  if (self->uploaded == self->pixels && self->image != NULL)
    return TRUE;
  g_clear_pointer (&self->image, neg_gl_image_free);
  g_clear_pointer (&self->uploaded, neg_pixels_unref);
  self->image = neg_gl_image_new (self->device, neg_pixels_get_frame (self->pixels), error);
  if (self->image == NULL)
    return FALSE;
  self->uploaded = neg_pixels_ref (self->pixels);
  return TRUE;
}

static gboolean
neg_gl_canvas_render (GtkGLArea *area, GdkGLContext *context)
{
  NegGlCanvas *self = NEG_GL_CANVAS (area);
  int scale = gtk_widget_get_scale_factor (GTK_WIDGET (self));
  g_autoptr (GError) error = NULL;

  glClearColor (0, 0, 0, 1);
  glClear (GL_COLOR_BUFFER_BIT);
  if (self->device == NULL || self->pixels == NULL)
    return TRUE;
  if (!upload (self, &error)
      || !neg_gl_draw (self->device, self->image, &self->draw, 0, 0, gtk_widget_get_width (GTK_WIDGET (self)) * scale,
                       gtk_widget_get_height (GTK_WIDGET (self)) * scale, &error)) {
    glClear (GL_COLOR_BUFFER_BIT);
    fail (self, error);
  }
  return TRUE;
}

static void
neg_gl_canvas_finalize (GObject *object)
{
  NegGlCanvas *self = NEG_GL_CANVAS (object);

  g_clear_pointer (&self->pixels, neg_pixels_unref);
  g_clear_pointer (&self->uploaded, neg_pixels_unref);
  G_OBJECT_CLASS (neg_gl_canvas_parent_class)->finalize (object);
}

static void
neg_gl_canvas_class_init (NegGlCanvasClass *class)
{
  GObjectClass *object_class = G_OBJECT_CLASS (class);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  object_class->finalize = neg_gl_canvas_finalize;
  widget_class->realize = neg_gl_canvas_realize;
  widget_class->unrealize = neg_gl_canvas_unrealize;
  GTK_GL_AREA_CLASS (class)->render = neg_gl_canvas_render;
  signals[FAILED] = g_signal_new ("failed", NEG_TYPE_GL_CANVAS, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1,
                                  G_TYPE_STRING);
}

static void
neg_gl_canvas_init (NegGlCanvas *self)
{
  gtk_gl_area_set_required_version (GTK_GL_AREA (self), 3, 3);
  gtk_gl_area_set_auto_render (GTK_GL_AREA (self), FALSE);
}

GtkWidget *
neg_gl_canvas_new (void)
{
  /* The viewport around it speaks for the image. */
  return g_object_new (NEG_TYPE_GL_CANVAS, "accessible-role", GTK_ACCESSIBLE_ROLE_PRESENTATION, "can-target", FALSE,
                       NULL);
}

void
neg_gl_canvas_set_picture (NegGlCanvas *self, NegPixels *pixels, const NegDraw *draw)
{
  if (self->pixels != pixels) {
    g_clear_pointer (&self->pixels, neg_pixels_unref);
    self->pixels = pixels != NULL ? neg_pixels_ref (pixels) : NULL;
  }
  if (draw != NULL)
    self->draw = *draw;
  gtk_gl_area_queue_render (GTK_GL_AREA (self));
}

guint64
neg_gl_canvas_get_n_uploads (NegGlCanvas *self)
{
  return self->n_uploads + (self->device != NULL ? neg_gl_device_get_n_uploads (self->device) : 0);
}

static char *
ask_driver (GdkSurface *surface, gboolean *is_software, GError **error)
{
  g_autoptr (GdkGLContext) context = gdk_surface_create_gl_context (surface, error);
  char *renderer;

  if (context == NULL)
    return NULL;
  gdk_gl_context_set_required_version (context, 3, 3);
  if (!gdk_gl_context_realize (context, error))
    return NULL;
  gdk_gl_context_make_current (context);
  renderer = neg_gl_describe_driver (is_software, error);
  gdk_gl_context_clear_current ();
  return renderer;
}

/* The first answer holds for the process: a grid has 25 viewports, the machine has one driver. */
char *
neg_gl_canvas_probe (GdkSurface *surface, gboolean *is_software, GError **error)
{
  static gboolean was_asked, software = TRUE;
  static char *renderer;
  static GError *failure;

  if (!was_asked)
    renderer = ask_driver (surface, &software, &failure);
  was_asked = TRUE;
  *is_software = software;
  if (failure != NULL)
    g_propagate_error (error, g_error_copy (failure));
  return g_strdup (renderer);
}
