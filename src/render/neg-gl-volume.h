/* Volumes by OpenGL, where there is a graphics processor: 3D textures of stored values, in bricks where the driver takes no
 * larger ones, uploaded once, slice by slice as they come. The same pictures as imaging/neg-reformat.h with neg-draw.h's
 * window (at most one grey level apart) and neg-raycast.h's. Thread: that of the current context. */
#pragma once

#include "imaging/neg-color-map.h"
#include "imaging/neg-raycast.h"
#include "render/neg-gl.h"

G_BEGIN_DECLS

typedef struct _NegGlVolume NegGlVolume;

/* Room for @volume, which is kept (reference). NEG_ERROR_UNSUPPORTED where the driver cannot: the processor draws. Its limits
 * are asked by a proxy texture; NEGATOSCOPE_GL_BRICK (voxels along an edge) makes bricks smaller for tests. */
NegGlVolume *neg_gl_volume_new (NegGlDevice *device, NegVolume *volume, GError **error);
void neg_gl_volume_free (NegGlVolume *gl);

/* Takes slices that have become ready since; at most @bytes_max of them (0: all), so that a frame is never late. TRUE when all
 * that is ready is there. */
gboolean neg_gl_volume_update (NegGlVolume *gl, guint64 bytes_max);

/* As neg_draw_rows() would draw the plane's values: @look says VOI, polarity, curve, dithering; its modality and transform are
 * not used. @fusion nullable, with @fused its volume here. Rectangle of the bound framebuffer as neg_gl_draw(). */
gboolean neg_gl_volume_draw (NegGlDevice *device, NegGlVolume *gl, const NegReformat *reformat, const NegDraw *look,
                             const NegFusion *fusion, NegGlVolume *fused, int x, int y, guint width, guint height,
                             GError **error);
gboolean neg_gl_volume_cast (NegGlDevice *device, NegGlVolume *gl, const NegRaycast *raycast, int x, int y,
                             guint width, guint height, GError **error);

/* Into a framebuffer of their own, read back. */
gboolean neg_gl_volume_draw_to_picture (NegGlDevice *device, NegGlVolume *gl, const NegReformat *reformat,
                                        const NegDraw *look, const NegFusion *fusion, NegGlVolume *fused,
                                        const NegPicture *picture, GError **error);
gboolean neg_gl_volume_cast_to_picture (NegGlDevice *device, NegGlVolume *gl, const NegRaycast *raycast,
                                        const NegPicture *picture, GError **error);

G_END_DECLS
