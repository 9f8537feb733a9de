#include "config.h"

#include "ui/neg-gl-volume-canvas.h"

#include <epoxy/gl.h>

#include "ui/neg-gl-shared-volume.h"

/* Uploaded before a frame: a few milliseconds on the buses of today, so that none is late while a volume arrives. */
#define FRAME_BYTES (24u << 20)

typedef enum {
  SHOWS_NOTHING,
  SHOWS_PLANE,
  SHOWS_RAYS,
} Shows;

struct _NegGlVolumeCanvas {
  GtkGLArea parent_instance;

  NegGlDevice *device; /* while realized, as the textures */
  NegGlSharedVolume *base, *over;
  guint tick; /* slices are left for the next frame */

  Shows shows;
  NegVolume *volume, *fused;
  NegReformat reformat;
  NegDraw look;
  NegFusion fusion; /* of fused, where that is */
  NegRaycast raycast;
};

G_DEFINE_FINAL_TYPE (NegGlVolumeCanvas, neg_gl_volume_canvas, GTK_TYPE_GL_AREA)

enum { FAILED, N_SIGNALS };
static guint signals[N_SIGNALS];

static void
fail (NegGlVolumeCanvas *self, const GError *error)
{
  g_signal_emit (self, signals[FAILED], 0, error->message);
}

static void
release_textures (NegGlVolumeCanvas *self)
{
  if (self->tick != 0)
    gtk_widget_remove_tick_callback (GTK_WIDGET (self), self->tick);
  self->tick = 0;
  g_clear_pointer (&self->base, neg_gl_shared_volume_unref);
  g_clear_pointer (&self->over, neg_gl_shared_volume_unref);
}

static void
neg_gl_volume_canvas_realize (GtkWidget *widget)
{
  NegGlVolumeCanvas *self = NEG_GL_VOLUME_CANVAS (widget);
  g_autoptr (GError) error = NULL;

  GTK_WIDGET_CLASS (neg_gl_volume_canvas_parent_class)->realize (widget);
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
neg_gl_volume_canvas_unrealize (GtkWidget *widget)
{
  NegGlVolumeCanvas *self = NEG_GL_VOLUME_CANVAS (widget);

  release_textures (self);
  gtk_gl_area_make_current (GTK_GL_AREA (self));
  g_clear_pointer (&self->device, neg_gl_device_free);
  GTK_WIDGET_CLASS (neg_gl_volume_canvas_parent_class)->unrealize (widget);
}

static gboolean
tick_cb (GtkWidget *widget, GdkFrameClock *clock, gpointer user_data)
{
  NEG_GL_VOLUME_CANVAS (widget)->tick = 0;
  gtk_gl_area_queue_render (GTK_GL_AREA (widget));
  return G_SOURCE_REMOVE;
}

/* The textures of @volume in *@shared, which held another's or none. */
static NegGlVolume *
prepare (NegGlVolumeCanvas *self, NegGlSharedVolume **shared, NegVolume *volume, GError **error)
{
  GtkGLArea *area = GTK_GL_AREA (self);
  gboolean complete = TRUE;
  NegGlVolume *gl;

  if (*shared != NULL && neg_gl_shared_volume_get_volume (*shared) != volume)
    g_clear_pointer (shared, neg_gl_shared_volume_unref);
  if (*shared == NULL)
    *shared = neg_gl_shared_volume_get (gtk_widget_get_display (GTK_WIDGET (self)), volume, error);
  gl = *shared == NULL ? NULL
                       : neg_gl_shared_volume_use (*shared, gtk_gl_area_get_context (area), FRAME_BYTES, &complete,
                                                   error);
  gtk_gl_area_make_current (area);
  if (!complete && self->tick == 0)
    self->tick = gtk_widget_add_tick_callback (GTK_WIDGET (self), tick_cb, NULL, NULL);
  return gl;
}

static gboolean
draw (NegGlVolumeCanvas *self, guint width, guint height, GError **error)
{
  NegGlVolume *base, *over = NULL;

  if (self->fused == NULL)
    g_clear_pointer (&self->over, neg_gl_shared_volume_unref);
  base = prepare (self, &self->base, self->volume, error);
  if (base != NULL && self->fused != NULL)
    over = prepare (self, &self->over, self->fused, error);
  if (base == NULL || (over == NULL && self->fused != NULL))
    return FALSE;
  gtk_gl_area_attach_buffers (GTK_GL_AREA (self));
  if (self->shows == SHOWS_RAYS)
    return neg_gl_volume_cast (self->device, base, &self->raycast, 0, 0, width, height, error);
  return neg_gl_volume_draw (self->device, base, &self->reformat, &self->look, over != NULL ? &self->fusion : NULL, over,
                             0, 0, width, height, error);
}

static gboolean
neg_gl_volume_canvas_render (GtkGLArea *area, GdkGLContext *context)
{
  NegGlVolumeCanvas *self = NEG_GL_VOLUME_CANVAS (area);
  int scale = gtk_widget_get_scale_factor (GTK_WIDGET (self));
  g_autoptr (GError) error = NULL;

  glClearColor (0, 0, 0, 1);
  glClear (GL_COLOR_BUFFER_BIT);
  if (self->device == NULL || self->shows == SHOWS_NOTHING)
    return TRUE;
  if (!draw (self, gtk_widget_get_width (GTK_WIDGET (self)) * scale, gtk_widget_get_height (GTK_WIDGET (self)) * scale,
             &error)) {
    glClear (GL_COLOR_BUFFER_BIT);
    fail (self, error);
  }
  return TRUE;
}

static void
keep (NegGlVolumeCanvas *self, Shows shows, NegVolume *volume, NegVolume *fused)
{
  NegVolume *former = self->volume, *former_fused = self->fused;

  self->shows = shows;
  self->volume = volume != NULL ? neg_volume_ref (volume) : NULL;
  self->fused = fused != NULL ? neg_volume_ref (fused) : NULL;
  neg_volume_unref (former);
  neg_volume_unref (former_fused);
  gtk_gl_area_queue_render (GTK_GL_AREA (self));
}

static void
neg_gl_volume_canvas_finalize (GObject *object)
{
  NegGlVolumeCanvas *self = NEG_GL_VOLUME_CANVAS (object);

  neg_volume_unref (self->volume);
  neg_volume_unref (self->fused);
  G_OBJECT_CLASS (neg_gl_volume_canvas_parent_class)->finalize (object);
}

static void
neg_gl_volume_canvas_class_init (NegGlVolumeCanvasClass *class)
{
  GObjectClass *object_class = G_OBJECT_CLASS (class);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  object_class->finalize = neg_gl_volume_canvas_finalize;
  widget_class->realize = neg_gl_volume_canvas_realize;
  widget_class->unrealize = neg_gl_volume_canvas_unrealize;
  GTK_GL_AREA_CLASS (class)->render = neg_gl_volume_canvas_render;
  signals[FAILED] = g_signal_new ("failed", NEG_TYPE_GL_VOLUME_CANVAS, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                  G_TYPE_NONE, 1, G_TYPE_STRING);
}

static void
neg_gl_volume_canvas_init (NegGlVolumeCanvas *self)
{
  gtk_gl_area_set_required_version (GTK_GL_AREA (self), 3, 3);
  gtk_gl_area_set_auto_render (GTK_GL_AREA (self), FALSE);
}

GtkWidget *
neg_gl_volume_canvas_new (void)
{
  /* The viewport around it speaks for the picture. */
  return g_object_new (NEG_TYPE_GL_VOLUME_CANVAS, "accessible-role", GTK_ACCESSIBLE_ROLE_PRESENTATION, "can-target",
                       FALSE, NULL);
}

void
neg_gl_volume_canvas_set_plane (NegGlVolumeCanvas *self, NegVolume *volume, const NegReformat *reformat,
                                const NegDraw *look, const NegFusion *fusion)
{
  self->reformat = *reformat;
  self->look = *look;
  if (fusion != NULL)
    self->fusion = *fusion;
  /* Kept by the canvas, which gives the reference back. */
  keep (self, SHOWS_PLANE, volume, fusion != NULL ? (NegVolume *) fusion->volume : NULL);
}

void
neg_gl_volume_canvas_set_rays (NegGlVolumeCanvas *self, NegVolume *volume, const NegRaycast *raycast)
{
  self->raycast = *raycast;
  self->raycast.blocks = NULL; /* the processor's, and borrowed */
  keep (self, SHOWS_RAYS, volume, NULL);
}

void
neg_gl_volume_canvas_clear (NegGlVolumeCanvas *self)
{
  release_textures (self);
  keep (self, SHOWS_NOTHING, NULL, NULL);
}
